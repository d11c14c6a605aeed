//! What must hold, said slowly and without the node's own code for it: of agreements only what was signed, what was done and when is read.

use std::collections::{BTreeMap, BTreeSet};

use entente_agreement::{ApprovalMode, Category, StandingAct, StandingMove};
use entente_model::{CompartmentSet, Tlp};
use entente_store::AsOf;
use entente_store::exchange::{ItemKind, NoticeState};
use jiff::Timestamp;
use serde_json::Value;

use super::operation::modified;
use super::world::World;
use crate::app::agreement::{Held, wire_party};
use crate::app::exchange::flow_name;
use crate::app::exchange::frame::Frame;
use crate::app::exchange::trial::holds;

/// Free text, which no flow lets through.
pub(super) const SECRET: &str = "only-for-us";

/// What a node said once of an object of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Word {
    /// Its place among the versions; the higher is the newer. Of what has no versions, only that.
    pub(super) version: i64,
    pub(super) tlp: Tlp,
    pub(super) revoked: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Family,
    Name,
    Mailbox,
    /// Between these.
    Relationship([String; 2]),
}

/// An object that a node speaks of, and what it said.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) what: What,
    /// By what it is known on both sides: its id may be another there.
    pub(super) label: String,
    pub(super) id: String,
    /// What stands; of one version the last word.
    words: Vec<Word>,
    /// Everything that was ever said.
    ever: Vec<Word>,
    /// For whom people let it leave.
    approved: BTreeSet<usize>,
}

impl Thing {
    pub(super) fn new(what: What, label: String, id: String) -> Thing {
        Thing { what, label, id, words: Vec::new(), ever: Vec::new(), approved: BTreeSet::new() }
    }

    fn newest(&self) -> Option<&Word> {
        self.words.iter().max_by_key(|word| word.version)
    }

    fn category(&self) -> Category {
        match self.what {
            What::Family => Category::MalwareFamily,
            What::Name => Category::Domain,
            What::Mailbox => Category::EmailPersonal,
            What::Relationship(_) => Category::Relationships,
        }
    }

    fn has_versions(&self) -> bool {
        matches!(self.what, What::Family | What::Relationship(_))
    }
}

/// What was said, by who said it and of what.
#[derive(Default)]
pub(super) struct Oracle {
    things: BTreeMap<(usize, String), Thing>,
    /// Things that were covered when the newest word on them was said, and by which version: from, to, which.
    promised: BTreeMap<(usize, usize, String), u32>,
    /// Things that were taken back, from whom and to whom, when the sender looked: they may not be told after that.
    taken_back: BTreeSet<(usize, usize, String)>,
}

impl Oracle {
    pub(super) fn thing(&self, node: usize, label: &str) -> Option<&Thing> {
        self.things.get(&(node, label.to_owned()))
    }

    pub(super) fn newest(&self, node: usize, label: &str) -> Option<&Word> {
        self.thing(node, label)?.newest()
    }

    pub(super) fn last_version(&self, node: usize, label: &str) -> i64 {
        let words = self.thing(node, label).map(|thing| thing.ever.as_slice()).unwrap_or_default();
        words.iter().map(|word| word.version).max().unwrap_or(0)
    }

    pub(super) fn said(&self, node: usize, label: &str, version: i64) -> bool {
        self.thing(node, label).is_some_and(|thing| thing.ever.iter().any(|word| word.version == version))
    }

    /// What a node speaks of, and did not erase.
    pub(super) fn labels(&self, node: usize) -> Vec<String> {
        self.of(node).filter(|thing| !thing.words.is_empty()).map(|thing| thing.label.clone()).collect()
    }

    fn of(&self, node: usize) -> impl Iterator<Item = &Thing> {
        self.things.iter().filter(move |((owner, _), _)| *owner == node).map(|(_, thing)| thing)
    }
}

/// Whether all have signed.
fn is_signed(held: &Held) -> bool {
    let parties = &held.agreement().parties;
    parties.iter().all(|party| held.signed.signatures.iter().any(|one| one.party == party.id))
}

/// Whether a version of an agreement stands, suspended or not, as its text says: all have signed, its time has come and is not over,
/// nobody ended it, and no later version that all have signed has begun.
fn stands(all: &[Held], held: &Held, now: Timestamp) -> bool {
    let replaced = all.iter().any(|next| {
        next.agreement().supersedes == Some(held.hash())
            && is_signed(next)
            && next.agreement().valid_from <= now
    });
    let ended = held.acts.iter().any(|act| act.step == StandingMove::Terminate);
    let in_time = held.agreement().valid_from <= now && now < held.agreement().valid_until;
    is_signed(held) && !replaced && !ended && in_time
}

/// Whether it lets anything through: it stands, and nobody's last word is to suspend it.
fn lets_through(all: &[Held], held: &Held, now: Timestamp) -> bool {
    stands(all, held, now) && !is_suspended(all, held, now)
}

/// Whether somebody's last word is to suspend it, of what was said of it and of every version before it.
fn is_suspended(all: &[Held], held: &Held, now: Timestamp) -> bool {
    let (mut acts, mut next) = (Vec::new(), Some(held));
    while let Some(one) = next {
        acts.extend(one.acts.iter().cloned());
        next = all.iter().find(|before| one.agreement().supersedes == Some(before.hash()));
    }
    held.agreement().parties.iter().any(|party| suspends(&acts, party.id.as_str(), now))
}

fn suspends(acts: &[StandingAct], party: &str, now: Timestamp) -> bool {
    let own = acts.iter().filter(|act| act.signature.party.as_str() == party);
    let heard = own.filter(|act| {
        act.step == StandingMove::Suspend || (act.step == StandingMove::Resume && act.at <= now)
    });
    let last = heard.map(|act| (act.at, act.step == StandingMove::Suspend)).max();
    last.is_some_and(|(_, suspend)| suspend)
}

/// How something goes from one to another under an agreement.
#[derive(Clone, Copy, PartialEq)]
enum Passage {
    Free,
    /// When people let it.
    Asked,
    Closed,
}

fn label(object: &Value) -> Option<&str> {
    ["name", "value", "relationship_type"].iter().find_map(|property| object[property].as_str())
}

impl World {
    fn held(&self, node: usize, now: Timestamp) -> Vec<Held> {
        self.app(node).agreements(now).expect("read").iter().cloned().collect()
    }

    /// The version between two nodes for which something holds now, as the first knows.
    fn version(&self, from: usize, to: usize, holds: fn(&[Held], &Held, Timestamp) -> bool) -> Option<Held> {
        let now = self.now(from);
        let all = self.held(from, now);
        let with = |held: &&Held| held.others().any(|party| party.id == self.nodes[to].party);
        all.iter().filter(with).find(|held| holds(&all, held, now)).cloned()
    }

    fn passage(&self, held: &Held, [from, to]: [usize; 2], thing: &Thing, word: Word) -> Passage {
        let [from, to] = [from, to].map(|node| &self.nodes[node].party);
        let flows = held.agreement().flows.iter();
        let open = flows.filter(|flow| {
            flow.from == *from
                && flow.to.contains(to)
                && flow.data_categories.contains(&thing.category())
                && word.tlp <= flow.max_tlp
        });
        let asked = |mode: &ApprovalMode| *mode != ApprovalMode::Auto && thing.what == What::Mailbox;
        let open: Vec<bool> = open.map(|flow| asked(&flow.approvals.mode)).collect();
        match open.as_slice() {
            _ if word.revoked => Passage::Closed,
            [] => Passage::Closed,
            open if open.contains(&false) => Passage::Free,
            _ => Passage::Asked,
        }
    }

    /// Whether a word keeps something from another, whatever it is. What a later version does not cover any more stays where it is.
    fn is_closed_to(&self, held: &Held, [from, to]: [usize; 2], word: Word) -> bool {
        let [from, to] = [from, to].map(|node| &self.nodes[node].party);
        let mut flows =
            held.agreement().flows.iter().filter(|flow| flow.from == *from && flow.to.contains(to));
        word.revoked || flows.all(|flow| flow.max_tlp < word.tlp)
    }

    /// Whether a node knows that what it made with another is suspended.
    pub(super) fn is_suspended(&self, node: usize, other: usize) -> bool {
        let now = self.now(node);
        let with = |held: &&Held| held.others().any(|party| party.id == self.nodes[other].party);
        let all = self.held(node, now);
        all.iter().filter(with).any(|held| is_suspended(&all, held, now))
    }

    fn partners(&self, node: usize) -> Vec<usize> {
        self.ways.iter().filter(|way| way.from == node).map(|way| way.to).collect()
    }

    pub(super) fn note_word(&mut self, node: usize, thing: Thing, word: Word) {
        let label = thing.label.clone();
        let thing = self.oracle.things.entry((node, label.clone())).or_insert(thing);
        // Of one version the last word counts.
        thing.words.retain(|before| before.version != word.version);
        thing.words.push(word);
        thing.ever.push(word);
        if thing.newest() != Some(&word) {
            return;
        }
        let thing = thing.clone();
        for to in self.partners(node) {
            let promise = (node, to, label.clone());
            let covers = |held: &Held| self.passage(held, [node, to], &thing, word) != Passage::Closed;
            match self.version(node, to, stands).filter(covers) {
                Some(held) => self.oracle.promised.insert(promise, held.agreement().version),
                None => self.oracle.promised.remove(&promise),
            };
        }
    }

    pub(super) fn note_erasure(&mut self, node: usize, label: &str) {
        for to in self.partners(node) {
            self.oracle.promised.remove(&(node, to, label.to_owned()));
            self.oracle.taken_back.insert((node, to, label.to_owned()));
        }
        if let Some(thing) = self.oracle.things.get_mut(&(node, label.to_owned())) {
            thing.words.clear();
            thing.approved.clear();
        }
    }

    pub(super) fn note_approval(&mut self, node: usize, partner: &str, id: &str) {
        let to = self.nodes.iter().position(|one| one.party.as_str() == partner).expect("a node");
        let things = self.oracle.things.iter_mut();
        let mut own = things.filter(|((owner, _), thing)| *owner == node && thing.id == id);
        // What came from another is put before people too. They may not let it go on: that is not theirs to say.
        if let Some((_, thing)) = own.next() {
            thing.approved.insert(to);
        }
    }

    /// A node looked at everything it learned and told or took back; or began to, when it was cut short.
    pub(super) fn note_round(&mut self, node: usize, whole: bool) {
        let things: Vec<Thing> = self.oracle.of(node).cloned().collect();
        for to in self.partners(node) {
            let Some(held) = self.version(node, to, lets_through) else { continue };
            for thing in &things {
                let passage = |word: &Word| self.passage(&held, [node, to], thing, *word);
                let name = (node, to, thing.label.clone());
                match thing.newest().map_or(Passage::Closed, passage) {
                    Passage::Closed if whole => drop(self.oracle.taken_back.insert(name)),
                    Passage::Closed => {}
                    _ => drop(self.oracle.taken_back.remove(&name)),
                }
            }
        }
    }

    /// A frame leaves a node: everything in it may be told at this moment, in this form.
    pub(super) fn told(&self, from: usize, to: usize, frame: &Frame) {
        let now = self.now(from);
        let all = self.held(from, now);
        for item in &frame.items {
            let Some(told) = item.told.as_ref().filter(|told| told.kind == ItemKind::Release) else {
                continue;
            };
            let object: Value = serde_json::from_str(&told.body).expect("JSON");
            let what = format!("item {} from node-{from} to node-{to}, {object}", item.seq);
            let held = all.iter().find(|held| held.hash() == told.agreement).expect("a known agreement");
            assert!(lets_through(&all, held, now), "{what}: the agreement is {}", held.word());
            if object["type"] == "marking-definition" {
                continue;
            }
            let label = label(&object).expect("a label");
            let Some(thing) = self.oracle.thing(from, label) else { panic!("{what}: nobody here said so") };
            let tlp = told.handling.as_ref().map(|handling| handling.tlp);
            let says = |word: &&Word| {
                Some(word.tlp) == tlp
                    && (!thing.has_versions() || told.version == Some(modified(word.version)))
            };
            let passage = |word: &Word| self.passage(held, [from, to], thing, *word);
            let passages: Vec<Passage> = thing.ever.iter().filter(says).map(passage).collect();
            assert!(!passages.is_empty(), "{what}: nobody said it like this");
            let asked = passages.contains(&Passage::Asked) && thing.approved.contains(&to);
            assert!(passages.contains(&Passage::Free) || asked, "{what}: the agreement does not cover it");
            let name = (from, to, label.to_owned());
            assert!(!self.oracle.taken_back.contains(&name), "{what}: it was taken back");
            assert!(!told.body.contains(SECRET), "{what}: free text");
        }
    }

    /// The network is whole, the clocks agree, and everything goes on until nothing more happens.
    pub(super) fn come_to_rest(&mut self) {
        self.ways.iter_mut().for_each(|way| {
            way.cut();
            way.whole = true;
        });
        self.nodes.iter_mut().for_each(|node| node.skew = 0);
        // Beyond every moment that a clock ahead has put down.
        self.clock += 60;
        while !self.post.is_empty() {
            self.carry();
        }
        // What parties did goes past the wires too.
        for way in 0..self.ways.len() {
            self.push(self.ways[way].from, self.ways[way].to);
            self.carry();
        }
        let mut quiet = 0;
        for _ in 0..60 {
            quiet = if self.turn() { 0 } else { quiet + 1 };
            if quiet == 2 {
                return;
            }
        }
        panic!("it never came to rest");
    }

    /// One round of everybody; true when anything went over the network.
    fn turn(&mut self) -> bool {
        self.clock += 2;
        (0..self.nodes.len()).for_each(|node| drop(self.disclose(node)));
        let mut moved = false;
        for way in 0..self.ways.len() {
            self.connect(way);
            while self.send(way, false) || self.deliver(way) {
                moved = true;
            }
            self.send(way, true);
            while self.deliver(way) || self.answer(way) {}
        }
        moved
    }

    pub(super) fn judge(&mut self) {
        for way in 0..self.ways.len() {
            let (from, to) = (self.ways[way].from, self.ways[way].to);
            self.judge_copies(from, to);
            self.judge_notices(from, to);
            self.judge_logs(from, to);
            self.judge_limits(from, to);
        }
        for node in 0..self.nodes.len() {
            let alarms = self.app(node).exchange.alarms().expect("read");
            let alarms: Vec<&str> = alarms.iter().map(|alarm| alarm.kind.word()).collect();
            assert_eq!(alarms, Vec::<&str>::new(), "node-{node} is alarmed");
            self.app(node).exchange.settle();
            assert!(holds(self.nodes[node].room.path()), "a log of node-{node} does not hold");
        }
        for pact in &self.pacts {
            let words = pact.between.map(|node| {
                let now = self.now(node);
                let all = self.held(node, now).into_iter();
                let own = all.filter(|held| held.agreement().id.to_string() == pact.id);
                own.map(|held| (held.agreement().version, held.word(), held.acts.len())).collect::<Vec<_>>()
            });
            assert_eq!(words[0], words[1], "both sides of {:?} say the same", pact.between);
        }
    }

    /// What a node holds from another, by label: which version, under which marking, and whether it is withdrawn.
    fn copies(&self, node: usize, from: usize) -> BTreeMap<String, Vec<(Option<Timestamp>, Tlp, bool)>> {
        let all = CompartmentSet::all();
        let view = self.app(node).store.view(&all, AsOf::Now).expect("a view");
        let source = self.nodes[from].party.as_str();
        let mut copies: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for object in view.objects().expect("read") {
            let (vertex, object) = object.expect("an object");
            let object = Value::Object(object.json().clone());
            let Some(label) = label(&object) else { continue };
            let claims = view.claims_of(vertex).expect("read").into_iter();
            let told = claims.filter(|claim| claim.compartment.source == source);
            let told = told.map(|claim| (claim.modified, claim.compartment.handling.tlp, claim.revoked));
            copies.entry(label.to_owned()).or_default().extend(told);
        }
        copies
    }

    fn judge_copies(&self, from: usize, to: usize) {
        let in_force = self.version(from, to, lets_through);
        let held = self.copies(to, from);
        let copies = |label: &str| held.get(label).cloned().unwrap_or_default();
        for thing in self.oracle.of(from) {
            let (newest, copies_here) = (thing.newest(), copies(&thing.label));
            let what = format!("node-{to} of {} from node-{from}, {newest:?}: {copies_here:?}", thing.label);
            let mut versions: Vec<_> = copies_here.iter().map(|(modified, ..)| modified).collect();
            versions.sort_unstable();
            versions.dedup();
            assert_eq!(versions.len(), copies_here.len(), "something came in twice, {what}");
            let Some(newest) = newest else {
                assert!(copies_here.is_empty(), "erased and still there, {what}");
                continue;
            };
            let Some(held) = in_force.as_ref() else { continue };
            let passage = self.passage(held, [from, to], thing, *newest);
            if self.is_closed_to(held, [from, to], *newest) {
                assert!(copies_here.is_empty(), "taken back and still there, {what}");
            }
            if passage == Passage::Closed {
                continue;
            }
            let ends_are_there = match &thing.what {
                What::Relationship(ends) => ends.iter().all(|end| {
                    let end = self.oracle.thing(from, end);
                    let newest = end.and_then(|end| end.newest().map(|newest| (end, newest)));
                    let free = newest.map(|(end, newest)| self.passage(held, [from, to], end, *newest));
                    free == Some(Passage::Free) && !copies(&end.expect("said").label).is_empty()
                }),
                _ => true,
            };
            let promised = self.is_promised([from, to], held, thing, *newest);
            if promised && passage == Passage::Free && ends_are_there {
                assert!(!copies_here.is_empty(), "lost under version {}, {what}", held.agreement().version);
            }
            let Some(best) = copies_here.iter().max() else { continue };
            let stale = thing.has_versions() && best.0 != Some(modified(newest.version));
            assert!(!promised || !ends_are_there || !stale, "not the newest, {what}");
            assert!(!promised || stale || best.1 == newest.tlp, "under another marking, {what}");
        }
    }

    /// Whether every version from when the newest word was said until now covers it: what one between did not cover was not to be told
    /// when its turn came, and is not told afterwards.
    fn is_promised(&self, [from, to]: [usize; 2], held: &Held, thing: &Thing, newest: Word) -> bool {
        let promise = self.oracle.promised.get(&(from, to, thing.label.clone()));
        let Some(since) = promise else { return false };
        let between = |one: &&Held| {
            let (version, last) = (one.agreement().version, held.agreement().version);
            one.agreement().id == held.agreement().id && (*since..=last).contains(&version)
        };
        let all = self.held(from, self.now(from));
        // What somebody ended, no later version goes on with, however far its telling had come.
        let over = |one: &Held| {
            let ended = one.acts.iter().any(|act| act.step == StandingMove::Terminate);
            one.agreement().version < held.agreement().version && ended
        };
        let covers = |one: &Held| self.passage(one, [from, to], thing, newest) != Passage::Closed;
        all.iter().filter(between).all(|one| covers(one) && !over(one))
    }

    fn judge_notices(&self, from: usize, to: usize) {
        let (sender, receiver) = (&self.nodes[from].party, &self.nodes[to].party);
        let told = self.app(from).exchange.told(&wire_party(receiver)).expect("read").0;
        let came = self.app(to).received_up_to(sender).expect("a cursor");
        assert_eq!(told, came, "node-{to} has everything that node-{from} told it");
        let sent = self.app(from).exchange.notices(&wire_party(receiver), false, None, 999).expect("read");
        let heard =
            self.app(to).exchange.received_notices(&wire_party(sender), false, None, 999).expect("read");
        let sent: Vec<_> =
            sent.into_iter().map(|one| (one.seq, one.settlement.map(|one| one.state))).collect();
        let heard: Vec<_> =
            heard.into_iter().map(|one| (one.seq, one.settlement.map(|one| one.state))).collect();
        assert_eq!(sent, heard, "notices of node-{from} to node-{to} stand the same on both sides");
        let open = sent.iter().filter(|(_, state)| *state != Some(NoticeState::Complied)).count();
        assert_eq!(open, 0, "notices of node-{from} to node-{to} are open or refused");
    }

    /// No flow told more in the day than it may, whoever approved it. A world goes on for some minutes of one day.
    fn judge_limits(&self, from: usize, to: usize) {
        let (now, party) = (self.now(from), &self.nodes[to].party);
        let with = |held: &&Held| held.others().any(|other| other.id == *party);
        for held in self.held(from, now).iter().filter(with) {
            for flow in held.agreement().flows.iter().filter(|flow| flow.to.contains(party)) {
                let Some(most) = flow.limits.max_items_per_day else { continue };
                let name = flow_name(&held.agreement().id, &flow.id);
                let spent = self.app(from).exchange.spent(&wire_party(party), &name, now).expect("read");
                assert!(spent <= most, "node-{from} told {party} {spent} of {most} a day by {name:?}");
            }
        }
    }

    /// The receiver has seen, and cosigned, the newest checkpoint of the sender's log to it.
    fn judge_logs(&self, from: usize, to: usize) {
        let (sender, receiver) = (&self.nodes[from].party, &self.nodes[to].party);
        let now = self.now(to);
        let Some((size, _)) = self.app(from).beat(receiver, 0).expect("read") else { return };
        assert_eq!(
            self.app(to).seen_size(sender, now).expect("read"),
            size,
            "node-{to} saw node-{from}'s log"
        );
        let cosigned = self.app(from).exchange.cosigned(&wire_party(receiver)).expect("read");
        assert!(cosigned.is_some() || size == 0, "node-{to} cosigned the log of node-{from}");
    }
}
