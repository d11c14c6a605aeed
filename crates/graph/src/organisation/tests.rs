//! The laws of tracing, on small graphs.

use std::collections::HashMap;

use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
use proptest::prelude::*;

use super::*;
use crate::{Graph, Index, Vertex, build};

const KINDS: [&str; 4] = ["domain-name", "ipv4-addr", "digital-fingerprint", "payment"];
const LINKS: [&str; 4] = ["resolves-to", "has-fingerprint", "debtor-account", "creditor-account"];
const VERTICES: u32 = 40;

fn edge(claim: u32, source: u32, target: u32, kind: u16, compartment: u16) -> Edge {
    Edge {
        source: VertexNo(source),
        target: VertexNo(target),
        kind,
        compartment: CompartmentNo(compartment),
        at: 1_700_000_000,
        claim: ClaimNo(claim),
    }
}

fn snapshot(edges: Vec<Edge>) -> Snapshot {
    let vertices: Vec<Vertex> = (0..VERTICES).map(|number| Vertex { kind: number as u16 % 4 }).collect();
    let built = build(edges, &vertices, &[], ClaimNo(10_000)).expect("a graph");
    Graph::new(Index::from_words(built.to_words()).expect("an index")).snapshot()
}

fn table() -> Ties {
    Ties::named((0..).zip(LINKS), (0..).zip(KINDS))
}

fn traced(snapshot: &Snapshot, seeds: &[u32], sees: &CompartmentSet) -> Traced {
    let caller = Caller { sort: &|_| None, belief: &|_, _| 0.9 };
    let seeds: Vec<VertexNo> = seeds.iter().copied().map(VertexNo).collect();
    snapshot.trace(&seeds, &Filter::seeing(sees), &table(), &caller, Choice::default())
}

/// The surest tie from each member to each.
fn ties(traced: &Traced, members: &[VertexNo]) -> HashMap<(VertexNo, VertexNo), f64> {
    let mut ties: HashMap<(VertexNo, VertexNo), f64> = HashMap::new();
    for (to, found) in traced.evidence() {
        for tie in found.iter().filter(|tie| members.contains(&tie.from) && members.contains(&to)) {
            let known = ties.entry((tie.from, to)).or_default();
            *known = known.max(tie.probability);
        }
    }
    ties
}

/// How sure the surest way to each is, by trying every tie as often as there are members.
fn surest(
    ties: &HashMap<(VertexNo, VertexNo), f64>,
    seed: VertexNo,
    rounds: usize,
) -> HashMap<VertexNo, f64> {
    let mut sure = HashMap::from([(seed, 1.0)]);
    for _ in 0..rounds {
        for ((from, to), probability) in ties {
            let Some(found) = sure.get(from).map(|sure| sure * probability) else { continue };
            let known = sure.entry(*to).or_insert(0.0);
            *known = found.max(*known);
        }
    }
    sure
}

fn surest_unless(
    ties: &HashMap<(VertexNo, VertexNo), f64>,
    seed: VertexNo,
    rounds: usize,
    is_cut: bool,
) -> HashMap<VertexNo, f64> {
    if is_cut { HashMap::new() } else { surest(ties, seed, rounds) }
}

fn set(vertices: &[u32]) -> std::collections::BTreeSet<VertexNo> {
    vertices.iter().copied().map(VertexNo).collect()
}

/// Random edges, each in the first or the second compartment.
fn edges() -> impl Strategy<Value = Vec<Edge>> {
    let one = (0..VERTICES, 0..VERTICES, 0..4_u16, 1..=2_u16);
    proptest::collection::vec(one, 1..120).prop_map(|all| {
        let made = (1..).zip(all).filter(|(_, (source, target, ..))| source != target);
        made.map(|(claim, (source, target, kind, compartment))| {
            edge(claim, source, target, kind, compartment)
        })
        .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_viewer_may_not_see_changes_nothing(edges in edges(), seed in 0..VERTICES) {
        let sees: CompartmentSet = [CompartmentNo(1)].into_iter().collect();
        let visible = edges.iter().filter(|edge| edge.compartment == CompartmentNo(1)).copied().collect();
        let with = traced(&snapshot(edges), &[seed], &sees).answer(&Judgements::default());
        let without = traced(&snapshot(visible), &[seed], &sees).answer(&Judgements::default());
        prop_assert_eq!(with, without);
    }

    #[test]
    fn a_decision_withdrawn_leaves_nothing_behind(edges in edges(), seed in 0..VERTICES, other in 0..VERTICES) {
        let sees: CompartmentSet = [CompartmentNo(1), CompartmentNo(2)].into_iter().collect();
        let traced = traced(&snapshot(edges), &[seed], &sees);
        let before = traced.answer(&Judgements::default());
        let rejected = traced.answer(&Judgements { rejected: set(&[other]), ..Judgements::default() });
        prop_assert!(rejected.members.iter().all(|member| member.vertex != VertexNo(other)));
        let confirmed = traced.answer(&Judgements { confirmed: set(&[other]), ..Judgements::default() });
        let sure = confirmed.members.iter().find(|member| member.vertex == VertexNo(other));
        prop_assert!(sure.is_none_or(|member| member.probability == 1.0));
        prop_assert_eq!(traced.answer(&Judgements::default()), before);
    }

    #[test]
    fn ways_are_the_surest_and_lead_along_ties(edges in edges(), seed in 0..VERTICES, other in 0..VERTICES) {
        let sees: CompartmentSet = [CompartmentNo(1), CompartmentNo(2)].into_iter().collect();
        let traced = traced(&snapshot(edges), &[seed], &sees);
        let judgements = Judgements { rejected: set(&[other]), ..Judgements::default() };
        let answer = traced.answer(&judgements);
        let ways = traced.ways(&answer, &judgements, 0.0);
        let members: Vec<VertexNo> = answer.members.iter().map(|member| member.vertex).collect();
        let ties = ties(&traced, &members);
        let surest = surest(&ties, VertexNo(seed), members.len());
        for member in &members {
            let way = ways.to(*member);
            let sure: f64 = way.windows(2).map(|step| ties[&(step[0], step[1])]).product();
            let best = surest.get(member).copied().unwrap_or(0.0);
            match way.first() {
                None => prop_assert!(best < 1e-9),
                Some(first) => prop_assert!(*first == VertexNo(seed) && (sure - best).abs() < 1e-6 * best),
            }
            let cut: HashMap<_, f64> =
                ties.iter().filter(|((from, to), _)| from != member && to != member).map(|(ends, of)| (*ends, *of)).collect();
            let left = surest_unless(&cut, VertexNo(seed), members.len(), *member == VertexNo(seed));
            let hang = members.iter().filter(|one| *one != member && surest.contains_key(one) && !left.contains_key(one));
            prop_assert_eq!(ways.hanging_by(*member, &members), hang.count());
        }
    }

    #[test]
    fn more_who_share_a_value_never_say_more(sharers in 1..30_u32) {
        // Vertices of even number are no records.
        let sees: CompartmentSet = [CompartmentNo(1)].into_iter().collect();
        let shared = |count: u32| {
            let edges = (0..count).map(|number| edge(number + 1, 4 + number, 2, 1, 1)).collect();
            let evidence = traced(&snapshot(edges), &[4], &sees).evidence();
            evidence.get(&VertexNo(2)).into_iter().flatten().map(|tie| tie.bits).fold(0.0, f64::max)
        };
        prop_assert!(shared(sharers + 1) <= shared(sharers));
    }
}

#[test]
fn a_rare_value_ties_and_one_of_many_does_not() {
    let sees: CompartmentSet = [CompartmentNo(1)].into_iter().collect();
    let rare = snapshot(vec![edge(1, 0, 2, 1, 1), edge(2, 4, 2, 1, 1)]);
    let popular = snapshot((0..36).map(|number| edge(number + 1, 4 + number, 2, 1, 1)).collect());
    let probability = |snapshot: &Snapshot, seed: u32, of: u32| {
        let members = traced(snapshot, &[seed], &sees).answer(&Judgements::default()).members;
        members.iter().find(|member| member.vertex == VertexNo(of)).map_or(0.0, |member| member.probability)
    };
    assert!(probability(&rare, 0, 4) > 10.0 * probability(&popular, 4, 8));
}

#[test]
fn money_is_followed_to_where_it_goes() {
    let sees: CompartmentSet = [CompartmentNo(1)].into_iter().collect();
    // Payment 3 goes from 0 to 4.
    let paid = snapshot(vec![edge(1, 3, 0, 2, 1), edge(1, 3, 4, 3, 1)]);
    let reached = |seed: u32, other: u32| {
        let members = traced(&paid, &[seed], &sees).answer(&Judgements::default()).members;
        members.iter().any(|member| member.vertex == VertexNo(other))
    };
    assert!(reached(0, 4), "whoever is paid by a member may be one");
    assert!(!reached(4, 0), "whoever pays one may be a victim");
}
