//! What people, clocks and networks do.

use entente_agreement::{ApprovalMode, Category, StandingMove};
use entente_model::{Selector, Tlp};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::oracle::Word;
use super::world::World;
use crate::app::agreement::Named;
use crate::app::exchange::trial::{at, id, learn};

/// Families, the last of which nobody may be told of; names; relationships between families.
const FAMILIES: u64 = 5;
const NAMES: u64 = 3;
const RELATIONSHIPS: u64 = 4;

impl World {
    /// One thing happens.
    pub(super) fn operate(&mut self) {
        self.clock += self.random.below(8) as i64;
        let node = self.random.below(self.nodes.len() as u64) as usize;
        let way = self.random.below(self.ways.len() as u64) as usize;
        let what = match self.random.below(100) {
            0..=24 => self.learn(node),
            25..=39 => self.disclose(node),
            40..=69 => self.traffic(way),
            70..=75 => self.break_or_mend(way),
            76..=79 => self.repeat(way),
            80..=87 => self.act(),
            88..=90 => self.revise(),
            91..=93 => self.carry(),
            94..=96 => self.restart(node),
            _ => self.step_clock(node),
        };
        self.done.push(format!("{}s {what}", self.clock));
    }

    fn learn(&mut self, node: usize) -> String {
        let own = node as u64 * 100;
        match self.random.below(10) {
            0..=5 => {
                let number = own + self.random.below(FAMILIES);
                let name = format!("Wren {number}");
                let body =
                    json!({"type": "malware", "id": id("malware", number), "name": name, "is_family": true});
                self.word(node, &name, body, number - own == FAMILIES - 1)
            }
            6..=7 => self.name(node),
            _ => {
                let number = own + self.random.below(RELATIONSHIPS);
                let (source, target) =
                    (id("malware", own + number % 3), id("malware", own + (number + 1) % (FAMILIES - 1)));
                let name = format!("related-to-{number}");
                let body = json!({"type": "relationship", "id": id("relationship", number), "relationship_type": name,
                    "source_ref": source, "target_ref": target});
                self.word(node, &name, body, false)
            }
        }
    }

    /// A node says something about an object of its own: a new version, an older one that comes late, that it is withdrawn, or the
    /// same under a stricter marking.
    fn word(&mut self, node: usize, label: &str, mut body: Value, secret: bool) -> String {
        let before = self.oracle.newest(node, label).copied();
        let newest = before.map_or(0, |word| word.version);
        let (version, tlp, revoked) = match self.random.below(10) {
            0 if before.is_some_and(|word| word.green && !word.revoked) => (newest, Tlp::Red, false),
            1 if before.is_some() && !self.oracle.said(node, label, newest - 1) => {
                (newest - 1, Tlp::Green, false)
            }
            2 => (newest + 2, Tlp::Red, false),
            3 if before.is_some() => (newest + 2, Tlp::Green, true),
            _ => (newest + 2, Tlp::Green, false),
        };
        let tlp = if secret { Tlp::Red } else { tlp };
        let modified = at(version * 60) - SignedDuration::from_hours(24 * 90);
        let more = json!({"spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
            "modified": format!("{modified:.3}")});
        let members = body.as_object_mut().expect("an object");
        members.extend(more.as_object().expect("an object").clone());
        if revoked {
            members.insert("revoked".to_owned(), true.into());
        }
        self.say(node, label, tlp, &body, Word { version, green: tlp == Tlp::Green, revoked })
    }

    /// A domain name has no versions: it is told, and perhaps taken back.
    fn name(&mut self, node: usize) -> String {
        let value = format!("wick-{node}-{}.lamp-relay.example", self.random.below(NAMES));
        let selector = Selector::domain(&value).expect("a name");
        let id = selector.id().to_string();
        let (version, tlp) = match self.oracle.newest(node, &value) {
            None => (0, self.random.of(&[Tlp::Green, Tlp::Green, Tlp::Red])),
            Some(word) if word.green => (1, Tlp::Red),
            Some(_) => return "nothing new".to_owned(),
        };
        let body = json!({"type": "domain-name", "spec_version": "2.1", "id": id, "value": value});
        self.say(node, &value, tlp, &body, Word { version, green: tlp == Tlp::Green, revoked: false })
    }

    fn say(&mut self, node: usize, label: &str, tlp: Tlp, body: &Value, word: Word) -> String {
        let (source, now) = (self.nodes[node].party.to_string(), self.now(node));
        learn(self.app(node), &source, tlp, std::slice::from_ref(body), now);
        self.note_word(node, label, word);
        format!(
            "{source} says {tlp:?} version {} of {label}{}",
            word.version,
            if word.revoked { ", revoked" } else { "" }
        )
    }

    pub(super) fn disclose(&mut self, node: usize) -> String {
        let now = self.now(node);
        let mut desk = std::mem::take(&mut self.nodes[node].desk);
        self.app(node).disclose(&mut desk, &|| now).expect("a round");
        self.nodes[node].desk = desk;
        self.note_round(node);
        format!("node-{node} discloses")
    }

    fn traffic(&mut self, way: usize) -> String {
        self.connect(way);
        let what = match self.random.below(5) {
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
        let (app, now) = (self.app(node), self.now(node));
        let owner = app.owner().expect("the owner");
        let acted = app.act_on_agreement(&owner, &self.pacts[pact].id, step, None, now).is_ok();
        format!("node-{node} {}{step:?} agreement {pact}", if acted { "" } else { "may not " })
    }

    /// One side drafts and signs the next version, without families or with them again; the other signs; the file travels back.
    fn revise(&mut self) -> String {
        let pact = self.random.below(self.pacts.len() as u64) as usize;
        let [one, other] = self.pacts[pact].between;
        let newest = self.app(one).newest(&self.pacts[pact].id, self.now(one)).expect("kept");
        if newest.in_force().is_none() {
            return format!("agreement {pact} is {}", newest.word());
        }
        let mut agreement = newest.agreement().clone();
        (agreement.version, agreement.supersedes) = (agreement.version + 1, Some(newest.hash()));
        // Who wants people's word on everything personal is left as it is.
        for flow in agreement.flows.iter_mut().filter(|flow| flow.approvals.mode == ApprovalMode::Auto) {
            if !flow.data_categories.remove(&Category::MalwareFamily) {
                flow.data_categories.insert(Category::MalwareFamily);
            }
        }
        let draft = Named { agreement, signatures: Vec::new(), acts: Vec::new() };
        let Some(signed) = self.sign(one, &draft) else { return format!("agreement {pact} is not revised") };
        let Some(signed) = self.sign(other, &signed) else {
            return format!("agreement {pact} is signed by one");
        };
        self.post.push((one, signed));
        format!("agreement {pact} is revised by {one} and {other}")
    }

    fn sign(&self, node: usize, named: &Named) -> Option<Named> {
        let owner = self.app(node).owner().expect("the owner");
        self.app(node).sign_agreement(&owner, named, &self.nodes[node].party, self.now(node)).ok()
    }

    /// A signed file arrives.
    pub(super) fn carry(&mut self) -> String {
        if self.post.is_empty() {
            return "no file is under way".to_owned();
        }
        let (node, named) = self.post.remove(0);
        let owner = self.app(node).owner().expect("the owner");
        self.app(node).accept_agreement(&owner, &named, self.now(node)).expect("kept");
        format!("node-{node} gets a signed file")
    }

    fn restart(&mut self, node: usize) -> String {
        for way in self.ways.iter_mut().filter(|way| way.from == node || way.to == node) {
            way.cut();
        }
        self.nodes[node].restart();
        format!("node-{node} restarts")
    }

    fn step_clock(&mut self, node: usize) -> String {
        self.nodes[node].skew = self.random.below(81) as i64 - 40;
        if self.random.once_in(2) {
            self.clock += self.random.below(120) as i64;
        }
        format!("node-{node}'s clock is {}s ahead", self.nodes[node].skew)
    }
}
