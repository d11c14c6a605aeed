//! Ways to put things together.

use std::collections::{BTreeMap, HashMap};

use entente_graph::organisation::{Caller, Choice, Judgements};
use entente_graph::{Filter, HubPolicy};
use entente_model::{CompartmentSet, VertexNo};

use super::world::{HERE, World};

/// The number of the group of each thing that is in one with others.
pub type Group = HashMap<VertexNo, u32>;

/// What MISP takes for over-correlating.
pub const MISP_CUT_OFF: usize = 20;

/// How far a claim is believed that nobody graded, as the node does.
const BELIEF: f64 = 0.95;

/// A value with more neighbours is a hub, as the node has it.
const HUB: u32 = 200;

/// Things that share a value are of one group, and so is whatever hangs together by that.
pub fn exact(world: &World, cut_off: Option<usize>) -> Group {
    let values = world.values().map(|value| world.having(value));
    closed(values.filter(|things| cut_off.is_none_or(|most| things.len() <= most)))
}

/// The same with the cut-off, and a thing that others name is of one group with them however many they are: a domain that is itself
/// told as bad with all its hosts.
pub fn exact_and_named(world: &World) -> Group {
    let values = world.values().map(|value| (world.is_thing(value), world.having(value)));
    closed(
        values
            .filter(|(is_thing, things)| *is_thing || things.len() <= MISP_CUT_OFF)
            .map(|(_, things)| things),
    )
}

/// Groups of what hangs together by having something in common.
fn closed(common: impl Iterator<Item = Vec<VertexNo>>) -> Group {
    let mut parents: BTreeMap<VertexNo, VertexNo> = BTreeMap::new();
    for things in common {
        for pair in things.windows(2) {
            let (one, other) = (root(&mut parents, pair[0]), root(&mut parents, pair[1]));
            parents.insert(one.max(other), one.min(other));
        }
    }
    let things: Vec<VertexNo> = parents.keys().copied().collect();
    things.into_iter().map(|thing| (thing, root(&mut parents, thing).0)).collect()
}

fn root(parents: &mut BTreeMap<VertexNo, VertexNo>, thing: VertexNo) -> VertexNo {
    let mut root = thing;
    while let Some(parent) = parents.get(&root).filter(|parent| **parent != root) {
        root = *parent;
    }
    parents.insert(thing, root);
    root
}

/// From each thing that is in no group yet, in the order told, those that tracing calls so probable and that are in none.
pub fn traced(world: &World, least: f64) -> Group {
    let ties = world.ties();
    let here: CompartmentSet = [HERE].into_iter().collect();
    let filter = Filter { hubs: HubPolicy::Skip { above: HUB }, ..Filter::seeing(&here) };
    let sort = |vertex| world.sort(&ties, vertex);
    let caller = Caller { sort: &sort, belief: &|_, _| BELIEF };
    let mut groups = Group::new();
    for seed in world.values().filter(|value| world.is_thing(*value) && world.shares(*value)) {
        if groups.contains_key(&seed) {
            continue;
        }
        let traced = world.snapshot.trace(&[seed], &filter, &ties, &caller, Choice::default());
        let members = traced.answer(&Judgements::default()).members;
        let probable = members.iter().filter(|member| member.probability >= least);
        for member in probable.filter(|member| world.is_thing(member.vertex)) {
            groups.entry(member.vertex).or_insert(seed.0);
        }
    }
    groups
}
