//! What people, clocks and networks do.

use entente_agreement::{Category, RecallReason, StandingMove};
use entente_model::{ClaimNo, CompartmentSet, ObjectId, Selector, Tlp};
use entente_store::{AsOf, RemovalAct};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::network::Letter;
use super::oracle::{SECRET, Thing, What, Word};
use super::world::{PERSON, World};
use crate::app::agreement::Named;
use crate::app::exchange::queue::{DecisionRequest, ReferralsRequest};
use crate::app::exchange::trial::{at, id, learn};

/// Families, of the last of which nobody may be told; names; mailboxes; relationships between families.
const FAMILIES: u64 = 5;
const NAMES: u64 = 3;
const MAILBOXES: u64 = 2;
const RELATIONSHIPS: u64 = 4;

/// The time that a version of an object bears.
pub(super) fn modified(version: i64) -> Timestamp {
    at(version * 60) - SignedDuration::from_hours(24 * 90)
}

impl World {
    /// One thing happens.
    pub(super) fn operate(&mut self) {
        self.clock += self.random.below(8) as i64;
        let node = self.random.below(self.nodes.len() as u64) as usize;
        let way = self.random.below(self.ways.len() as u64) as usize;
        let what = match self.random.below(100) {
            0..=23 => self.learn(node),
            24..=37 => self.disclose(node),
            38..=65 => self.traffic(way),
            66..=70 => self.break_or_mend(way),
            71..=74 => self.repeat(way),
            75..=80 => self.act(),
            81..=83 => self.revise(),
            84..=86 => self.carry(),
            87..=88 => self.push_one(way),
            89..=90 => self.decide(node),
            91..=92 => self.erase(node),
            93..=94 => self.restart(node),
            95..=96 => self.crashes(node),
            _ => self.step_clock(node),
        };
        self.done.push(format!("{}s {what}", self.clock));
    }

    fn learn(&mut self, node: usize) -> String {
        let own = node as u64 * 100;
        match self.random.below(10) {
            0..=4 => {
                let number = own + self.random.below(FAMILIES);
                let (label, id) = (format!("Wren {number}"), id("malware", number));
                let body =
                    json!({"type": "malware", "name": label, "is_family": true, "description": SECRET});
                self.word(node, Thing::new(What::Family, label, id), body, number - own == FAMILIES - 1)
            }
            5 | 6 => self.name(node),
            7 => self.mailbox(node),
            _ => {
                let number = self.random.below(RELATIONSHIPS);
                let ends = [own + number % 3, own + (number + 2) % (FAMILIES - 1)];
                let number = own + number;
                let label = format!("related-to-{number}");
                let [source, target] = ends.map(|end| id("malware", end));
                let body = json!({"type": "relationship", "relationship_type": label,
                    "source_ref": source, "target_ref": target});
                let what = What::Relationship(ends.map(|end| format!("Wren {end}")));
                self.word(node, Thing::new(what, label, id("relationship", number)), body, false)
            }
        }
    }

    /// A node says something about an object of its own: a new version, an older one that comes late, that it is withdrawn, or the
    /// same under a stricter marking.
    fn word(&mut self, node: usize, thing: Thing, mut body: Value, secret: bool) -> String {
        let label = thing.label.clone();
        let before = self.oracle.newest(node, &label).copied();
        let newest = self.oracle.last_version(node, &label);
        let any = [Tlp::Green, Tlp::Green, Tlp::Green, Tlp::Amber];
        let (version, tlp, revoked) = match (self.random.below(12), before) {
            (0, Some(word)) if !word.revoked && word.tlp < Tlp::Red => (word.version, Tlp::Red, false),
            (1, Some(word)) if !word.revoked && word.tlp < Tlp::Amber => (word.version, Tlp::Amber, false),
            (2, Some(word)) if !self.oracle.said(node, &label, word.version - 1) => {
                (word.version - 1, Tlp::Green, false)
            }
            (3, _) => (newest + 2, Tlp::Red, false),
            (4, Some(_)) => (newest + 2, Tlp::Green, true),
            _ => (newest + 2, self.random.of(&any), false),
        };
        let tlp = if secret { Tlp::Red } else { tlp };
        let more = json!({"id": thing.id, "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
            "modified": format!("{:.3}", modified(version))});
        let members = body.as_object_mut().expect("an object");
        members.extend(more.as_object().expect("an object").clone());
        if revoked {
            members.insert("revoked".to_owned(), true.into());
        }
        self.say(node, thing, &body, Word { version, tlp, revoked })
    }

    /// A domain name has no versions: it is told, and perhaps taken back.
    fn name(&mut self, node: usize) -> String {
        let value = format!("wick-{node}-{}.lamp-relay.example", self.random.below(NAMES));
        let selector = Selector::domain(&value).expect("a name");
        self.observable(node, What::Name, selector, "domain-name", &value)
    }

    /// An address of a person: people have to let it leave.
    fn mailbox(&mut self, node: usize) -> String {
        let value = format!("mule-{node}-{}@lamp-relay.example", self.random.below(MAILBOXES));
        let selector = Selector::email(&value).expect("an address");
        self.observable(node, What::Mailbox, selector, "email-addr", &value)
    }

    fn observable(&mut self, node: usize, what: What, selector: Selector, kind: &str, value: &str) -> String {
        let id = selector.id().to_string();
        let (version, tlp) = match self.oracle.newest(node, value) {
            None => (0, self.random.of(&[Tlp::Green, Tlp::Green, Tlp::Amber, Tlp::Red])),
            Some(word) if word.tlp == Tlp::Green => (1, self.random.of(&[Tlp::Amber, Tlp::Red])),
            Some(word) if word.tlp == Tlp::Amber => (2, Tlp::Red),
            Some(_) => return "nothing new".to_owned(),
        };
        let body = json!({"type": kind, "spec_version": "2.1", "id": id, "value": value});
        self.say(node, Thing::new(what, value.to_owned(), id), &body, Word { version, tlp, revoked: false })
    }

    fn say(&mut self, node: usize, thing: Thing, body: &Value, word: Word) -> String {
        let (source, now) = (self.nodes[node].party.to_string(), self.now(node));
        learn(self.app(node), &source, word.tlp, std::slice::from_ref(body), now);
        let Word { version, tlp, revoked } = word;
        let said = format!("{source} says {tlp:?} version {version} of {}", thing.label);
        self.note_word(node, thing, word);
        said + if revoked { ", revoked" } else { "" }
    }

    pub(super) fn disclose(&mut self, node: usize) -> String {
        let done = self.at_risk(node, |world| {
            let now = world.now(node);
            let mut desk = std::mem::take(&mut world.nodes[node].desk);
            world.app(node).disclose(&mut desk, &|| now).expect("a round");
            world.nodes[node].desk = desk;
        });
        self.note_round(node, done.is_some());
        format!("node-{node} discloses{}", cut_short(done))
    }

    fn traffic(&mut self, way: usize) -> String {
        self.connect(way);
        let what = match self.random.below(6) {
            0 => {
                self.send(way, true);
                "sends, with a checkpoint"
            }
            1 | 2 => {
                self.send(way, false);
                self.send(way, false);
                "sends"
            }
            3 => {
                self.deliver(way);
                "delivers"
            }
            _ => {
                while self.send(way, false) || self.deliver(way) || self.answer(way) {}
                "sends, delivers and answers"
            }
        };
        self.label(way, what)
    }

    fn label(&self, way: usize, what: &str) -> String {
        format!("{}>{} {what}", self.ways[way].from, self.ways[way].to)
    }

    fn break_or_mend(&mut self, way: usize) -> String {
        if self.random.once_in(3) {
            self.ways[way].whole = !self.ways[way].whole;
        }
        self.ways[way].cut();
        self.label(way, if self.ways[way].whole { "is cut" } else { "is parted" })
    }

    fn repeat(&mut self, way: usize) -> String {
        if self.random.once_in(3) {
            self.answer_again(way);
            return self.label(way, "answers again");
        }
        self.replay(way);
        self.label(way, "repeats")
    }

    fn act(&mut self) -> String {
        let pact = self.random.below(self.pacts.len() as u64) as usize;
        let node = self.pacts[pact].between[self.random.below(2) as usize];
        let step = match self.random.below(10) {
            0 => StandingMove::Terminate,
            1..=4 => StandingMove::Suspend,
            _ => StandingMove::Resume,
        };
        let id = self.pacts[pact].id.clone();
        let acted = self.at_risk(node, |world| {
            let (app, now) = (world.app(node), world.now(node));
            let owner = app.owner().expect("the owner");
            app.act_on_agreement(&owner, &id, step, None, now).is_ok()
        });
        let may = if acted == Some(false) { "may not " } else { "" };
        format!("node-{node} {may}{step:?} agreement {pact}{}", cut_short(acted))
    }

    /// One side drafts and signs the next version, without families or with them again, while the last is in force, suspended or ended;
    /// the other signs, perhaps later; the file travels back.
    fn revise(&mut self) -> String {
        let pact = self.random.below(self.pacts.len() as u64) as usize;
        let [one, other] = self.pacts[pact].between;
        let newest = self.app(one).newest(&self.pacts[pact].id, self.now(one)).expect("kept");
        if !matches!(newest.word(), "in_force" | "suspended" | "terminated") {
            return format!("agreement {pact} is {}", newest.word());
        }
        let mut agreement = newest.agreement().clone();
        (agreement.version, agreement.supersedes) = (agreement.version + 1, Some(newest.hash()));
        let has = agreement.flows.iter().any(|flow| flow.data_categories.contains(&Category::MalwareFamily));
        for flow in agreement.flows.iter_mut().filter(|flow| flow.data_categories.contains(&Category::Domain))
        {
            match has {
                true => drop(flow.data_categories.remove(&Category::MalwareFamily)),
                false => drop(flow.data_categories.insert(Category::MalwareFamily)),
            }
        }
        let has = if has { "without" } else { "with" };
        let draft = Named { agreement, signatures: Vec::new(), acts: Vec::new() };
        let signed = self.sign(one, &draft);
        self.post.push(Letter::File(other, Box::new(signed)));
        format!("agreement {pact} is revised by node-{one} {has} families")
    }

    fn sign(&self, node: usize, named: &Named) -> Named {
        let (owner, us) = (self.app(node).owner().expect("the owner"), &self.nodes[node].party);
        self.app(node).sign_agreement(&owner, named, us, self.now(node)).expect("signed")
    }

    /// Something that is carried past the wires arrives. Who gets a file that lacks its own signature signs and sends it back.
    pub(super) fn carry(&mut self) -> String {
        if self.post.is_empty() {
            return "nothing is carried".to_owned();
        }
        let place = self.random.below(self.post.len() as u64) as usize;
        match self.post.remove(place) {
            Letter::Push { from, to, text } => {
                self.hear(from, to, &text);
                format!("node-{to} hears from node-{from} of agreements")
            }
            Letter::File(node, named) => {
                let us = &self.nodes[node].party;
                if named.signatures.iter().any(|one| one.party == *us) {
                    let owner = self.app(node).owner().expect("the owner");
                    self.app(node).accept_agreement(&owner, &named, self.now(node)).expect("kept");
                    return format!("node-{node} gets a signed file");
                }
                let signed = self.sign(node, &named);
                let back = signed.agreement.parties.iter().find(|party| party.id != *us).expect("another");
                let back = self.nodes.iter().position(|one| one.party == back.id).expect("a node");
                self.post.push(Letter::File(back, Box::new(signed)));
                format!("node-{node} signs")
            }
        }
    }

    fn push_one(&mut self, way: usize) -> String {
        let (from, to) = (self.ways[way].from, self.ways[way].to);
        self.push(from, to);
        format!("node-{from} tells node-{to} of agreements")
    }

    /// Somebody decides on what was put before people.
    fn decide(&mut self, node: usize) -> String {
        let (app, now) = (self.app(node), self.now(node));
        let request = ReferralsRequest { ended: false, cursor: None, limit: None };
        let owner = app.owner().expect("the owner");
        let mut open = app.referrals(&owner, &request, now).expect("listed").referrals;
        if open.is_empty() {
            return format!("nothing is put before the people of node-{node}");
        }
        let referral = open.remove(self.random.below(open.len() as u64) as usize);
        let approves = !self.random.once_in(3);
        if approves {
            self.note_approval(node, &referral.partner, &referral.thing);
        }
        let said = self.at_risk(node, |world| {
            let decision = DecisionRequest { approves, office: None, note: None, consent: None };
            let person = world.app(node).local_user(PERSON).expect("a person");
            let said = world.app(node).decide_on_referral(&person, &referral.id, decision, world.now(node));
            said.ok().and_then(|said| said.outcome).unwrap_or("nothing")
        });
        let word = if approves { "approve" } else { "refuse" };
        let came = said.unwrap_or("cut short");
        format!("people of node-{node} {word} {} for {}: {came}", referral.thing, referral.partner)
    }

    /// A node erases all that it said of something.
    fn erase(&mut self, node: usize) -> String {
        let labels = self.oracle.labels(node);
        if labels.is_empty() {
            return "nothing to erase".to_owned();
        }
        let label = labels[self.random.below(labels.len() as u64) as usize].clone();
        let id: ObjectId = self.oracle.thing(node, &label).expect("said").id.parse().expect("an id");
        let mut cut = "";
        // Whoever was interrupted does it again.
        while self.at_risk(node, |world| world.erase_all(node, &id)).is_none() {
            cut = ", again after it was cut short";
        }
        self.note_erasure(node, &label);
        format!("node-{node} erases {label}{cut}")
    }

    fn erase_all(&self, node: usize, id: &ObjectId) {
        let (app, all) = (self.app(node), CompartmentSet::all());
        let view = app.store.view(&all, AsOf::Now).expect("a view");
        let Some(vertex) = view.vertex(id).expect("read") else { return };
        let own = |claim: &entente_store::ClaimRecord| claim.compartment.agreement.is_none();
        let claims = view.claims_of(vertex).expect("read").into_iter().filter(own);
        let claims: Vec<ClaimNo> = claims.map(|claim| claim.no).collect();
        drop(view);
        let (act, why) = (RemovalAct::Erased, RecallReason::Erasure);
        app.take_back(&claims, act, why, "asked for", self.now(node)).expect("taken back");
    }

    fn restart(&mut self, node: usize) -> String {
        self.cut_off(node);
        self.nodes[node].restart();
        format!("node-{node} restarts")
    }

    fn crashes(&mut self, node: usize) -> String {
        self.crash(node);
        format!("node-{node} loses its power")
    }

    /// Clocks differ, and are corrected.
    fn step_clock(&mut self, node: usize) -> String {
        self.nodes[node].skew = self.random.below(81) as i64 - 40;
        if self.random.once_in(2) {
            self.clock += self.random.below(120) as i64;
        }
        format!("node-{node}'s clock is {}s ahead", self.nodes[node].skew)
    }
}

fn cut_short<T>(done: Option<T>) -> &'static str {
    if done.is_some() { "" } else { ", and stops dead" }
}
