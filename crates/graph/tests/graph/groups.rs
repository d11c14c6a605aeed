//! Groups against their definitions, written out.

use std::collections::{BTreeMap, BTreeSet};

use entente_graph::{
    EmergingChoice, Fate, Filter, Groups, GroupsChoice, Growth, Matching, Objective, Signs, Vertex,
};
use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
use proptest::prelude::*;

use crate::reference::{Plain, World, lens, world};

/// Distinct visible pairs of kept, different vertices, with the number of claims.
fn pairs(plain: &Plain<'_>) -> BTreeMap<(VertexNo, VertexNo), f64> {
    let kept = |vertex: VertexNo| plain.admits(vertex) && !plain.is_barrier(vertex);
    let mut pairs = BTreeMap::new();
    for edge in plain.edges.iter().filter(|edge| edge.source != edge.target) {
        if kept(edge.source) && kept(edge.target) {
            let pair = (edge.source.min(edge.target), edge.source.max(edge.target));
            *pairs.entry(pair).or_default() += 1.0;
        }
    }
    pairs
}

fn modularity(pairs: &BTreeMap<(VertexNo, VertexNo), f64>, groups: &Groups, resolution: f64) -> f64 {
    let total: f64 = pairs.values().sum::<f64>() * 2.0;
    let (mut inner, mut ends): (f64, BTreeMap<u32, f64>) = (0.0, BTreeMap::new());
    for ((a, b), claims) in pairs {
        let (of_a, of_b) = (groups.of[a.0 as usize], groups.of[b.0 as usize]);
        inner += if of_a == of_b { 2.0 * claims } else { 0.0 };
        *ends.entry(of_a).or_default() += claims;
        *ends.entry(of_b).or_default() += claims;
    }
    let squares: f64 = ends.values().map(|ends| (ends / total).powi(2)).sum();
    if total == 0.0 { 0.0 } else { inner / total - resolution * squares }
}

/// Sets of vertices that hang together within their group.
fn pieces(pairs: &BTreeMap<(VertexNo, VertexNo), f64>, groups: &Groups) -> usize {
    let linked: BTreeSet<VertexNo> = pairs.keys().flat_map(|(a, b)| [*a, *b]).collect();
    let mut left = linked;
    let mut pieces = 0;
    while let Some(start) = left.pop_first() {
        pieces += 1;
        let mut queue = vec![start];
        while let Some(vertex) = queue.pop() {
            for (a, b) in pairs.keys().filter(|(a, b)| *a == vertex || *b == vertex) {
                let other = if *a == vertex { *b } else { *a };
                if groups.of[other.0 as usize] == groups.of[vertex.0 as usize] && left.remove(&other) {
                    queue.push(other);
                }
            }
        }
    }
    pieces
}

fn choice() -> impl Strategy<Value = GroupsChoice> {
    let objective = prop_oneof![
        (0.2..3.0).prop_map(|resolution| Objective::Modularity { resolution }),
        (0.05..1.0).prop_map(|density| Objective::ConstantPotts { density }),
    ];
    (objective, 1..4_u32).prop_map(|(objective, rounds)| GroupsChoice { objective, rounds })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 3000 }))]

    #[test]
    fn groups_are_connected_cover_what_is_linked_and_are_worth_what_they_say(
        world in world(30, 90), lens in lens(), resolution in 0.2..3.0_f64,
    ) {
        let plain = world.plain(&lens);
        let pairs = pairs(&plain);
        let choice = GroupsChoice { objective: Objective::Modularity { resolution }, rounds: 2 };
        let groups = world.with_tail().snapshot().groups(&lens.filter(), choice);
        let linked: BTreeSet<u32> = pairs.keys().flat_map(|(a, b)| [a.0, b.0]).collect();
        for vertex in 0..world.vertices.len() as u32 {
            prop_assert_eq!(groups.of[vertex as usize] != Groups::NONE, linked.contains(&vertex));
        }
        prop_assert_eq!(groups.sizes.iter().sum::<u32>() as usize, linked.len());
        prop_assert_eq!(pieces(&pairs, &groups), groups.sizes.len());
        prop_assert!((modularity(&pairs, &groups, resolution) - groups.quality).abs() < 1e-9);
    }

    #[test]
    fn groups_depend_on_nothing_hidden_and_not_on_the_index(world in world(30, 90), lens in lens(), choice in choice()) {
        let groups = world.with_tail().snapshot().groups(&lens.filter(), choice);
        prop_assert_eq!(&groups, &world.without_hidden(&lens).indexed().snapshot().groups(&lens.filter(), choice));
        let one = rayon_of_one(|| world.indexed().snapshot().groups(&lens.filter(), choice));
        prop_assert_eq!(&groups, &one);
    }

    #[test]
    fn groups_are_no_worse_than_all_apart_or_all_together(world in world(20, 60), lens in lens()) {
        let plain = world.plain(&lens);
        let pairs = pairs(&plain);
        let groups = world.indexed().snapshot().groups(&lens.filter(), GroupsChoice::default());
        let apart = Groups { of: (0..world.vertices.len() as u32).collect(), ..groups.clone() };
        prop_assert!(groups.quality >= modularity(&pairs, &apart, 1.0) - 1e-9);
        let components = world.indexed().snapshot().components(&lens.filter());
        let together = Groups { of: components.of, ..groups.clone() };
        prop_assert!(groups.quality >= modularity(&pairs, &together, 1.0) - 0.05);
    }

    #[test]
    fn every_group_of_both_moments_is_told_of_once(world in world(30, 90), until in 0..90_u32, least in 1..4_u32) {
        let all: CompartmentSet = (0..4).map(CompartmentNo).collect();
        let snapshot = world.indexed().snapshot();
        let earlier = Filter { until: Some(ClaimNo(until)), ..Filter::seeing(&all) };
        let before = snapshot.groups(&earlier, GroupsChoice::default());
        let now = snapshot.groups(&Filter::seeing(&all), GroupsChoice::default());
        let changes = now.changes_since(&before, Matching { least, ..Matching::default() });
        let told = |side: fn(&entente_graph::Change) -> &Vec<u32>| {
            let mut told: Vec<u32> = changes.iter().flat_map(|change| side(change).clone()).collect();
            told.sort_unstable();
            told
        };
        let large = |groups: &Groups| (0..groups.sizes.iter().filter(|size| **size >= least).count() as u32).collect::<Vec<_>>();
        prop_assert_eq!(told(|change| &change.before), large(&before));
        prop_assert_eq!(told(|change| &change.after), large(&now));
    }
}

fn rayon_of_one<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread").install(work)
}

/// Cliques of these vertices, each link its own claim, in the order given.
fn cliques(cliques: &[&[u32]]) -> World {
    let mut links = Vec::new();
    for clique in cliques {
        for (at, a) in clique.iter().enumerate() {
            links.extend(clique[at + 1..].iter().map(|b| (*a, *b)));
        }
    }
    World::of_links(&links, |vertex| Vertex { kind: if vertex < 100 { 0 } else { 1 } })
}

fn changes(before: &[&[u32]], now: &[&[u32]]) -> Vec<(Fate, usize, usize)> {
    let all: CompartmentSet = [CompartmentNo(0)].into_iter().collect();
    let groups = |links: &[&[u32]]| {
        cliques(links).indexed().snapshot().groups(&Filter::seeing(&all), GroupsChoice::default())
    };
    let changes = groups(now).changes_since(&groups(before), Matching::default());
    changes.iter().map(|change| (change.fate, change.before.len(), change.after.len())).collect()
}

#[test]
fn changes_have_their_names() {
    let (a, b, c) = ([0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]);
    assert_eq!(changes(&[&a], &[&a]), [(Fate::Kept, 1, 1)]);
    assert_eq!(changes(&[&a], &[&a, &b]), [(Fate::Kept, 1, 1), (Fate::Born, 0, 1)]);
    assert_eq!(changes(&[&a, &c], &[&c]), [(Fate::Kept, 1, 1), (Fate::Gone, 1, 0)]);
    assert_eq!(changes(&[&a], &[&[0, 1, 2, 3, 4, 5, 6]]), [(Fate::Grown, 1, 1)]);
    assert_eq!(changes(&[&[0, 1, 2, 3, 4, 5, 6]], &[&a]), [(Fate::Shrunk, 1, 1)]);
    assert_eq!(changes(&[&a, &b], &[&[0, 1, 2, 3, 10, 11, 12, 13]]), [(Fate::Merged, 2, 1)]);
    assert_eq!(changes(&[&[0, 1, 2, 3, 10, 11, 12, 13]], &[&a, &b]), [(Fate::Split, 1, 2)]);
}

#[test]
fn what_emerges_is_ranked_with_its_reasons() {
    let old: &[&[u32]] = &[&[0, 1, 2, 3, 4, 5], &[10, 11, 12, 13, 14, 15]];
    let new: &[&[u32]] = &[old[0], old[1], &[20, 21, 22, 100, 101, 102, 103], &[10, 16, 17, 14, 11, 12, 104]];
    let since = ClaimNo(cliques(old).edges.len() as u32);
    let all: CompartmentSet = [CompartmentNo(0)].into_iter().collect();
    let graph = cliques(new).indexed();
    let mut choice =
        EmergingChoice { since, groups: GroupsChoice::default(), signs: None, least: 0.0, most: 10 };
    let ask = |choice: &EmergingChoice| graph.snapshot().emerging(&Filter::seeing(&all), choice);
    let found = ask(&choice);
    assert_eq!(found.overall, Growth { then: 12, now: 22 });
    // The third group, which was six of nine, grew less than everything together.
    let [only] = found.groups.as_slice() else { panic!("{found:?}") };
    assert_eq!((only.signs, only.size_at(since)), (Growth { then: 0, now: 7 }, 0));
    assert_eq!(only.members.iter().filter(|member| member.kind == 1).count(), 4);
    assert!(only.members.iter().all(|member| member.neighbours == 6 && member.joined > since));
    assert_eq!(only.new_links, 21);
    assert_eq!(only.compartments, BTreeSet::from([CompartmentNo(0)]));
    choice.most = 0;
    assert_eq!((ask(&choice).groups.len(), ask(&choice).more), (0, 1));
}

#[test]
fn growth_is_counted_in_what_speaks_of_harm() {
    let old: &[&[u32]] = &[&[0, 1, 2, 3, 4, 5], &[10, 11, 12, 13, 14, 100], &[30, 31, 32, 101]];
    let new: &[&[u32]] = &[&[20, 21, 22, 23, 24, 25, 26, 27], &[40, 41, 102, 103, 104, 105, 106, 107]];
    let since = ClaimNo(cliques(old).edges.len() as u32);
    let all: CompartmentSet = [CompartmentNo(0)].into_iter().collect();
    let graph = cliques(&[old, new].concat()).indexed();
    let ask = |signs: Option<Signs>| {
        let choice = EmergingChoice { since, groups: GroupsChoice::default(), signs, least: 0.0, most: 10 };
        graph.snapshot().emerging(&Filter::seeing(&all), &choice)
    };
    assert_eq!(ask(None).groups.len(), 2, "both are new");
    let signs = |vertices: &[u16], links: &[u16]| Signs {
        vertex_kinds: vertices.iter().copied().collect(),
        link_kinds: links.iter().copied().collect(),
    };
    let by_kind = ask(Some(signs(&[1], &[])));
    assert_eq!(by_kind.overall, Growth { then: 2, now: 8 });
    let [only] = by_kind.groups.as_slice() else { panic!("{by_kind:?}") };
    assert_eq!(only.signs, Growth { then: 0, now: 6 });
    let with_sign = only.members.iter().filter(|member| member.sign.is_some());
    assert!(with_sign.map(|member| member.kind).eq([1; 6]));
    assert_eq!(only.members.len(), 8, "the others are members all the same");
    // The kind of all links there are: whoever has a link out has a sign.
    assert_eq!(ask(Some(signs(&[], &[0]))).groups.len(), 2);
    assert_eq!(ask(Some(signs(&[7], &[7]))).groups, []);
}

#[test]
fn what_is_all_told_at_once_does_not_emerge() {
    let all: CompartmentSet = [CompartmentNo(0)].into_iter().collect();
    let graph = cliques(&[&[0, 1, 2, 3, 4, 5], &[10, 11, 12]]).indexed();
    let choice = EmergingChoice {
        since: ClaimNo(0),
        groups: GroupsChoice::default(),
        signs: None,
        least: 0.0,
        most: 10,
    };
    assert_eq!(graph.snapshot().emerging(&Filter::seeing(&all), &choice).groups, []);
}
