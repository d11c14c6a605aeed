//! What must hold, said slowly and without the node's own code for it: of agreements only what was signed and when is read.

use std::collections::{BTreeMap, BTreeSet};

use entente_agreement::{Category, StandingAct, StandingMove};
use entente_model::CompartmentSet;
use entente_store::AsOf;
use entente_store::exchange::ItemKind;
use jiff::Timestamp;
use serde_json::Value;

use super::world::World;
use crate::app::agreement::{Held, wire_party};
use crate::app::exchange::frame::Frame;
use crate::app::exchange::trial::holds;

/// What a node said once of an object of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Its place among the versions; the higher is the newer.
    pub(super) version: i64,
    /// Marked so that it may be told.
    pub(super) green: bool,
    pub(super) revoked: bool,
}

impl Word {
    fn may_be_told(self) -> bool {
        self.green && !self.revoked
    }
}

/// What was said, by who said it and of what.
#[derive(Default)]
pub(super) struct Oracle {
    words: BTreeMap<(usize, String), Vec<Word>>,
    /// Whatever was at any time said as something that may be told.
    once: BTreeSet<(usize, String)>,
    /// Objects that were covered when the newest word on them was said, and by which version: from, to, which.
    promised: BTreeMap<(usize, usize, String), u32>,
    /// Ids that were told: from, to, which.
    told: BTreeSet<(usize, usize, String)>,
    /// Objects that were taken back, from whom and to whom, when the sender looked: they may not be told after that.
    taken_back: BTreeSet<(usize, usize, String)>,
}

impl Oracle {
    /// The newest version; of one version the word said last.
    pub(super) fn newest(&self, node: usize, id: &str) -> Option<&Word> {
        self.words.get(&(node, id.to_owned()))?.iter().max_by_key(|word| word.version)
    }

    pub(super) fn said(&self, node: usize, id: &str, version: i64) -> bool {
        let words = self.words.get(&(node, id.to_owned()));
        words.is_some_and(|words| words.iter().any(|word| word.version == version))
    }

    fn ever_told(&self, node: usize, id: &str) -> bool {
        self.once.contains(&(node, id.to_owned()))
    }

    fn of(&self, node: usize) -> impl Iterator<Item = &String> {
        self.words.keys().filter(move |(owner, _)| *owner == node).map(|(_, id)| id)
    }
}

/// Whether a version of an agreement lets anything through, as its text says: all have signed, its time has come and is not over,
/// nobody ended it, no later version that all have signed has begun, and nobody's last word is to suspend it.
fn lets_through(all: &[Held], held: &Held, now: Timestamp) -> bool {
    let signed = |held: &Held| {
        let parties = &held.agreement().parties;
        parties.iter().all(|party| held.signed.signatures.iter().any(|one| one.party == party.id))
    };
    let replaced = all.iter().any(|next| {
        next.agreement().supersedes == Some(held.hash()) && signed(next) && next.agreement().valid_from <= now
    });
    let ended = held.acts.iter().any(|act| act.step == StandingMove::Terminate);
    let in_time = held.agreement().valid_from <= now && now < held.agreement().valid_until;
    let suspended = held.agreement().parties.iter().any(|party| suspends(&held.acts, party.id.as_str(), now));
    signed(held) && !replaced && !ended && in_time && !suspended
}

fn suspends(acts: &[StandingAct], party: &str, now: Timestamp) -> bool {
    let own = acts.iter().filter(|act| act.signature.party.as_str() == party);
    let heard = own.filter(|act| {
        act.step == StandingMove::Suspend || (act.step == StandingMove::Resume && act.at <= now)
    });
    let last = heard.map(|act| (act.at, act.step == StandingMove::Suspend)).max();
    last.is_some_and(|(_, suspend)| suspend)
}

/// By what an object is known on both sides: its id may be another there.
fn label(object: &Value) -> Option<&str> {
    ["name", "value", "relationship_type"].iter().find_map(|property| object[property].as_str())
}

/// A relationship may always be told, between things that were.
fn covers(held: &Held, label: &str) -> bool {
    let families =
        held.agreement().flows.iter().any(|flow| flow.data_categories.contains(&Category::MalwareFamily));
    !label.starts_with("Wren ") || families
}

impl World {
    fn held(&self, node: usize, now: Timestamp) -> Vec<Held> {
        self.app(node).agreements(now).expect("read").iter().cloned().collect()
    }

    /// The version that lets things through from one node to another now, as the first knows.
    fn in_force(&self, from: usize, to: usize) -> Option<Held> {
        let now = self.now(from);
        let all = self.held(from, now);
        let with = |held: &&Held| held.others().any(|party| party.id == self.nodes[to].party);
        all.iter().filter(with).find(|held| lets_through(&all, held, now)).cloned()
    }

    /// Whether a node knows that what it made with another is suspended.
    pub(super) fn is_suspended(&self, node: usize, other: usize) -> bool {
        let now = self.now(node);
        let mut with = self.held(node, now).into_iter();
        let parties =
            |held: &Held| held.agreement().parties.iter().map(|party| party.id.to_string()).collect();
        with.any(|held| {
            let parties: Vec<String> = parties(&held);
            parties.contains(&self.nodes[other].party.to_string())
                && parties.iter().any(|party| suspends(&held.acts, party, now))
        })
    }

    fn partners(&self, node: usize) -> Vec<usize> {
        self.ways.iter().filter(|way| way.from == node).map(|way| way.to).collect()
    }

    pub(super) fn note_word(&mut self, node: usize, id: &str, word: Word) {
        let key = (node, id.to_owned());
        let is_newest = self.oracle.newest(node, id).is_none_or(|before| before.version <= word.version);
        if word.may_be_told() {
            self.oracle.once.insert(key.clone());
        }
        let words = self.oracle.words.entry(key).or_default();
        // Of one version the last word counts.
        words.retain(|before| before.version != word.version);
        words.push(word);
        for to in self.partners(node).into_iter().filter(|_| is_newest) {
            let promise = (node, to, id.to_owned());
            let covering = self.in_force(node, to).filter(|held| covers(held, id) && word.may_be_told());
            match covering {
                Some(held) => self.oracle.promised.insert(promise, held.agreement().version),
                None => self.oracle.promised.remove(&promise),
            };
        }
    }

    /// A node looked at everything it learned and told or took back.
    pub(super) fn note_round(&mut self, node: usize) {
        let partners = self.partners(node).into_iter();
        let told: Vec<usize> = partners.filter(|to| self.in_force(node, *to).is_some()).collect();
        let objects: Vec<String> = self.oracle.of(node).cloned().collect();
        for to in told {
            for id in &objects {
                let stays = self.oracle.newest(node, id).is_some_and(|word| word.may_be_told());
                match stays {
                    true => self.oracle.taken_back.remove(&(node, to, id.clone())),
                    false => self.oracle.taken_back.insert((node, to, id.clone())),
                };
            }
        }
    }

    /// A frame leaves a node: everything in it may be told at this moment.
    pub(super) fn told(&mut self, from: usize, to: usize, frame: &Frame) {
        let now = self.now(from);
        let all = self.held(from, now);
        let told = frame.items.iter().filter_map(|item| Some((item, item.told.as_ref()?)));
        let releases: Vec<_> = told.filter(|(_, told)| told.kind == ItemKind::Release).collect();
        // A relationship may go a little before its ends.
        let ids = releases.iter().filter_map(|(_, told)| told.object.clone());
        self.oracle.told.extend(ids.map(|id| (from, to, id)));
        for (item, told) in releases {
            let object: Value = serde_json::from_str(&told.body).expect("JSON");
            let what = format!("item {} to node-{to}, {object}", item.seq);
            let held = all.iter().find(|held| held.hash() == told.agreement).expect("a known agreement");
            assert!(lets_through(&all, held, now), "{what}: the agreement is {}", held.word());
            if object["type"] == "marking-definition" {
                continue;
            }
            let id = label(&object).expect("a label");
            assert!(self.oracle.ever_told(from, id), "{what}: nobody said that it may be told");
            assert!(covers(held, id), "{what}: the agreement does not cover it");
            assert!(
                !self.oracle.taken_back.contains(&(from, to, id.to_owned())),
                "{what}: it was taken back"
            );
            for end in ["source_ref", "target_ref"].iter().filter_map(|end| object[end].as_str()) {
                let known = self.oracle.told.contains(&(from, to, end.to_owned()));
                assert!(known, "{what}: its end was never told");
            }
        }
    }

    /// What a node holds from another, by label and newest first: which version, and whether it is withdrawn.
    fn copies(&self, node: usize, from: usize) -> BTreeMap<String, Vec<(Option<Timestamp>, bool)>> {
        let all = CompartmentSet::all();
        let view = self.app(node).store.view(&all, AsOf::Now).expect("a view");
        let source = self.nodes[from].party.as_str();
        let mut copies: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for object in view.objects().expect("read") {
            let (vertex, object) = object.expect("an object");
            let object = Value::Object(object.json().clone());
            let Some(label) = label(&object) else { continue };
            let claims = view.claims_of(vertex).expect("read").into_iter().rev();
            let told = claims.filter(|claim| claim.compartment.source == source);
            let told = told.map(|claim| (claim.modified, claim.revoked));
            copies.entry(label.to_owned()).or_default().extend(told);
        }
        copies
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
        let mut quiet = 0;
        for _ in 0..60 {
            quiet = if self.turn() { 0 } else { quiet + 1 };
            if quiet == 3 {
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
        }
        for node in 0..self.nodes.len() {
            assert_eq!(self.app(node).exchange.alarms().expect("read").len(), 0, "node-{node} is alarmed");
            self.app(node).exchange.settle();
            assert!(holds(self.nodes[node].room.path()), "a log of node-{node} does not hold");
        }
        for pact in &self.pacts {
            let words = pact.between.map(|node| {
                let newest = self.app(node).newest(&pact.id, self.now(node)).expect("kept");
                (newest.agreement().version, newest.word())
            });
            assert_eq!(words[0], words[1], "both sides of {:?} say the same", pact.between);
        }
    }

    fn judge_copies(&self, from: usize, to: usize) {
        let in_force = self.in_force(from, to);
        let held = self.copies(to, from);
        for ((_, id), _) in self.oracle.words.iter().filter(|((owner, _), _)| *owner == from) {
            let newest = self.oracle.newest(from, id).expect("said");
            let copies = held.get(id).cloned().unwrap_or_default();
            let what = format!("node-{to} of {id} from node-{from}, whose newest is {newest:?}: {copies:?}");
            let mut versions: Vec<_> = copies.iter().map(|(modified, _)| modified).collect();
            versions.sort_unstable();
            versions.dedup();
            assert_eq!(versions.len(), copies.len(), "something came in twice, {what}");
            assert!(copies.is_empty() || self.oracle.ever_told(from, id), "not to be told, {what}");
            let Some(held) = in_force.as_ref().filter(|held| covers(held, id)) else { continue };
            if !newest.may_be_told() {
                assert!(copies.iter().all(|(_, revoked)| *revoked), "taken back and still there, {what}");
            }
            let promised = self.oracle.promised.get(&(from, to, id.clone()));
            // What a version between did not cover was not to be told when its turn came, and is not told afterwards.
            let kept = promised.is_some_and(|since| {
                let all = self.held(from, self.now(from));
                let later = all.iter().filter(|one| {
                    one.agreement().id == held.agreement().id
                        && (*since..=held.agreement().version).contains(&one.agreement().version)
                });
                later.fold(true, |all, version| all && covers(version, id))
            });
            if kept && !id.starts_with("related-to-") {
                assert!(!copies.is_empty(), "lost under version {}, {what}", held.agreement().version);
            }
        }
    }

    fn judge_notices(&self, from: usize, to: usize) {
        let partner = wire_party(&self.nodes[to].party);
        let told = self.app(from).exchange.told(&partner).expect("read").0;
        let came = self.app(to).received_up_to(&self.nodes[from].party).expect("a cursor");
        assert_eq!(told, came, "node-{to} has everything that node-{from} told it");
        let notices = self.app(from).exchange.notices(&partner, false, None, 999).expect("read");
        let open = notices.iter().filter(|notice| notice.settlement.is_none()).count();
        assert_eq!(open, 0, "notices of node-{from} to node-{to} are open");
    }
}
