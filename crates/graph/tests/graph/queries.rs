//! Every question, against a slow and obvious graph; and that it makes no difference what lies in the index and
//! what in the tail, nor what is hidden.

use std::collections::{BTreeMap, BTreeSet};

use entente_graph::{
    Common, Components, Degree, Direction, Edge, Filter, Graph, ImportanceChoice, Index, Limit, PathChoice,
    Reached, Snapshot,
};
use entente_model::{ClaimNo, VertexNo};
use proptest::prelude::*;

use crate::reference::{Lens, Plain, World, lens, world};

fn some_of(world: &World, picks: &[prop::sample::Index]) -> Vec<VertexNo> {
    picks.iter().map(|pick| VertexNo(pick.index(world.vertices.len()) as u32)).collect()
}

fn picks(most: usize) -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 1..=most)
}

fn check_neighbourhood(
    snapshot: &Snapshot,
    plain: &Plain<'_>,
    filter: &Filter<'_>,
    seeds: &[VertexNo],
    hops: u32,
) {
    let distances = plain.distances(seeds, hops);
    let mut expected: Vec<Reached> =
        distances.iter().map(|(vertex, distance)| Reached { distance: *distance, vertex: *vertex }).collect();
    expected.sort_unstable();
    let answer = snapshot.neighbourhood(seeds, hops, filter, Limit::NONE);
    assert_eq!(answer.vertices, expected);
    assert_eq!(answer.edges, plain.edges_among(&distances.keys().copied().collect()));
    let mut counts = vec![0; expected.last().map_or(0, |last| last.distance as usize + 1)];
    expected.iter().for_each(|reached| counts[reached.distance as usize] += 1);
    assert_eq!(snapshot.reach(seeds, hops, filter), counts);

    let limit = Limit { vertices: expected.len() / 2, edges: 3 };
    let cut = snapshot.neighbourhood(seeds, hops, filter, limit);
    let kept = &expected[..limit.vertices];
    let among = plain.edges_among(&kept.iter().map(|reached| reached.vertex).collect());
    assert_eq!(cut.vertices, kept);
    assert_eq!(cut.truncated.vertices, expected.len() - kept.len());
    assert_eq!(cut.edges, among[..among.len().min(3)]);
    assert_eq!(cut.truncated.edges, among.len() - cut.edges.len());
}

fn check_path(snapshot: &Snapshot, plain: &Plain<'_>, lens: &Lens, from: VertexNo, to: VertexNo) {
    let ends = |end| BTreeSet::from([end]);
    let shortest =
        plain.all_paths(&ends(from), &ends(to), plain_hops(plain), None).first().map(|path| path.0);
    let path = snapshot.shortest_path(from, to, &lens.filter());
    assert_eq!(path.as_ref().map(|path| path.steps.len()), shortest);
    let Some(path) = path else { return };
    assert_eq!((path.vertices.first(), path.vertices.last()), (Some(&from), Some(&to)));
    for (pair, step) in path.vertices.windows(2).zip(&path.steps) {
        let links = |edge: &&Edge| {
            (edge.source, edge.target) == (pair[0], pair[1])
                || (edge.source, edge.target) == (pair[1], pair[0])
        };
        let mut expected: Vec<Edge> = plain.edges.iter().filter(links).copied().collect();
        expected.sort_unstable();
        assert!(!step.is_empty());
        assert_eq!(step, &expected);
    }
}

fn plain_hops(plain: &Plain<'_>) -> usize {
    plain.edges.len().min(9)
}

fn check_best_paths(
    snapshot: &Snapshot,
    plain: &Plain<'_>,
    lens: &Lens,
    (from, to): (&[VertexNo], &[VertexNo]),
    avoid: Option<u32>,
) {
    let set = |ends: &[VertexNo]| ends.iter().copied().collect::<BTreeSet<_>>();
    let choice = PathChoice { count: 6, most_hops: 5, avoid_hubs_above: avoid };
    let mut expected = plain.all_paths(&set(from), &set(to), 5, avoid);
    if expected.iter().all(|path| path.0 == 0) {
        expected = plain.all_paths(&set(from), &set(to), 5, None);
    }
    expected.truncate(6);
    let paths = snapshot.best_paths(from, to, &lens.filter(), choice);
    let costs: Vec<(usize, u64)> =
        paths.iter().map(|path| (path.steps.len(), (path.commonness * 1000.0).round() as u64)).collect();
    assert_eq!(costs, expected);
    let distinct: BTreeSet<&[VertexNo]> = paths.iter().map(|path| path.vertices.as_slice()).collect();
    assert_eq!(distinct.len(), paths.len(), "the same path twice");
    for path in &paths {
        assert!(path.steps.iter().all(|step| !step.is_empty() && step.iter().all(|edge| lens.admits(edge))));
    }
}

fn sets(components: &Components) -> BTreeSet<BTreeSet<VertexNo>> {
    let mut sets: BTreeMap<u32, BTreeSet<VertexNo>> = BTreeMap::new();
    for (vertex, of) in (0..).map(VertexNo).zip(&components.of) {
        if *of != Components::NONE {
            sets.entry(*of).or_default().insert(vertex);
        }
    }
    let sizes: Vec<u32> = sets.values().map(|set| set.len() as u32).collect();
    assert_eq!(sizes, components.sizes);
    assert!(sizes.is_sorted_by(|a, b| a >= b));
    sets.into_values().collect()
}

fn check_links(snapshot: &Snapshot, plain: &Plain<'_>, filter: &Filter<'_>, vertex: VertexNo) {
    let other = |edge: &Edge| if edge.source == vertex { edge.target } else { edge.source };
    let mut links: Vec<Edge> = plain.edges.clone();
    links.retain(|edge| (edge.source == vertex || edge.target == vertex) && plain.admits(other(edge)));
    links.sort_unstable_by_key(|edge| (edge.kind, edge.at, *edge));
    let expected = Degree { links: links.len(), neighbours: plain.neighbours(vertex).len() };
    assert_eq!(snapshot.degree(vertex, filter), expected);
    assert_eq!(snapshot.links(vertex, filter, 0, usize::MAX), (links.clone(), links.len()));
    let (page, total) = snapshot.links(vertex, filter, 1, 2);
    assert_eq!((page.as_slice(), total), (&links[links.len().min(1)..links.len().min(3)], links.len()));
    let outward = links.iter().filter(|edge| edge.source == vertex).count();
    let counts = snapshot.link_counts(vertex, filter);
    let counted: usize =
        counts.iter().filter(|((_, way), _)| *way == Direction::Out).map(|(_, count)| count).sum();
    assert_eq!(counted, outward);
}

fn check_common(snapshot: &Snapshot, plain: &Plain<'_>, filter: &Filter<'_>, things: &[VertexNo]) {
    let mut asked: Vec<VertexNo> = Vec::new();
    things.iter().for_each(|thing| {
        if !asked.contains(thing) {
            asked.push(*thing)
        }
    });
    let mut joined: BTreeMap<VertexNo, Vec<VertexNo>> = BTreeMap::new();
    for thing in &asked {
        for neighbour in plain.neighbours(*thing) {
            joined.entry(neighbour).or_default().push(*thing);
        }
    }
    joined.retain(|vertex, of| of.len() > 1 && !plain.is_barrier(*vertex));
    let (common, total) = snapshot.common_neighbours(things, filter, usize::MAX);
    assert_eq!(total, joined.len());
    assert!(common.is_sorted_by(|a, b| a.weight >= b.weight));
    for Common { vertex, of, neighbours, .. } in common {
        assert_eq!((joined.get(&vertex), neighbours), (Some(&of), plain.neighbours(vertex).len()));
    }
}

fn check_hubs(snapshot: &Snapshot, plain: &Plain<'_>, filter: &Filter<'_>, world: &World) {
    let mut expected: Vec<(usize, VertexNo)> = (0..world.vertices.len() as u32)
        .map(VertexNo)
        .filter(|vertex| plain.admits(*vertex) && snapshot.degree(*vertex, filter).links > 0)
        .map(|vertex| (usize::MAX - plain.neighbours(vertex).len(), vertex))
        .collect();
    expected.sort_unstable();
    let hubs = snapshot.hubs(filter, 3);
    assert_eq!(
        hubs.iter().map(|hub| hub.vertex).collect::<Vec<_>>(),
        expected.iter().map(|(_, vertex)| *vertex).take(3).collect::<Vec<_>>()
    );
}

fn plain_importance(plain: &Plain<'_>, count: usize) -> Vec<f64> {
    let edges: Vec<&Edge> =
        plain.edges.iter().filter(|edge| plain.admits(edge.source) && plain.admits(edge.target)).collect();
    let outward = |vertex| edges.iter().filter(|edge| edge.source == vertex).count();
    let linked: Vec<bool> = (0..count as u32)
        .map(|n| edges.iter().any(|edge| edge.source.0 == n || edge.target.0 == n))
        .collect();
    let visible = linked.iter().filter(|linked| **linked).count().max(1) as f64;
    let mut ranks: Vec<f64> = linked.iter().map(|linked| f64::from(*linked) / visible).collect();
    for _ in 0..200 {
        let kept: f64 = (0..count).filter(|n| outward(VertexNo(*n as u32)) == 0).map(|n| ranks[n]).sum();
        let mut next: Vec<f64> =
            linked.iter().map(|l| f64::from(*l) * (0.15 + 0.85 * kept) / visible).collect();
        for edge in &edges {
            let share = ranks[edge.source.0 as usize] / outward(edge.source) as f64;
            next[edge.target.0 as usize] += 0.85 * share;
        }
        ranks = next;
    }
    ranks
}

/// Everything one can ask, as one value. Importance is left out: its last bits depend on the order of summing.
fn everything(
    graph: &Graph,
    lens: &Lens,
    seeds: &[VertexNo],
    to: &[VertexNo],
) -> impl PartialEq + std::fmt::Debug + use<> {
    let (snapshot, filter) = (graph.snapshot(), lens.filter());
    let choice = PathChoice { count: 5, most_hops: 6, avoid_hubs_above: Some(3) };
    (
        snapshot.neighbourhood(seeds, 2, &filter, Limit { vertices: 7, edges: 9 }),
        snapshot.component(seeds[0], &filter, Limit::NONE),
        snapshot.best_paths(seeds, to, &filter, choice),
        snapshot.shortest_path(seeds[0], to[0], &filter).map(|path| path.steps.len()),
        snapshot.common_neighbours(seeds, &filter, 4),
        (snapshot.hubs(&filter, 4), snapshot.facets(&filter)),
        (snapshot.components(&filter), snapshot.degrees(seeds, &filter)),
        snapshot.links(seeds[0], &filter, 0, 10),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn neighbourhood_is_that_of_a_plain_search(
        world in world(30, 90), lens in lens(), seeds in picks(3), hops in 0..5_u32,
    ) {
        let (plain, seeds) = (world.plain(&lens), some_of(&world, &seeds));
        for graph in [world.indexed(), world.with_tail()] {
            check_neighbourhood(&graph.snapshot(), &plain, &lens.filter(), &seeds, hops);
        }
    }

    #[test]
    fn shortest_paths_are_as_short_as_can_be(world in world(10, 20), lens in lens(), ends in picks(2)) {
        let (plain, ends) = (world.plain(&lens), some_of(&world, &ends));
        for graph in [world.indexed(), world.with_tail()] {
            check_path(&graph.snapshot(), &plain, &lens, ends[0], ends[ends.len() - 1]);
        }
    }

    #[test]
    fn best_paths_are_the_best_of_all_paths(
        world in world(9, 24), lens in lens(), from in picks(2), to in picks(2), avoid in prop::option::of(0..4_u32),
    ) {
        let plain = world.plain(&lens);
        let (from, to) = (some_of(&world, &from), some_of(&world, &to));
        for graph in [world.indexed(), world.with_tail()] {
            check_best_paths(&graph.snapshot(), &plain, &lens, (&from, &to), avoid);
        }
    }

    #[test]
    fn components_are_those_of_a_plain_search(world in world(40, 60), lens in lens()) {
        for graph in [world.indexed(), world.with_tail()] {
            prop_assert_eq!(sets(&graph.snapshot().components(&lens.filter())), world.plain(&lens).components());
        }
    }

    #[test]
    fn links_common_neighbours_and_hubs_are_counted_right(world in world(16, 60), lens in lens(), things in picks(4)) {
        let (plain, things) = (world.plain(&lens), some_of(&world, &things));
        for graph in [world.indexed(), world.with_tail()] {
            let snapshot = graph.snapshot();
            check_links(&snapshot, &plain, &lens.filter(), things[0]);
            check_common(&snapshot, &plain, &lens.filter(), &things);
            check_hubs(&snapshot, &plain, &lens.filter(), &world);
        }
    }

    #[test]
    fn importance_is_that_of_plain_iteration(world in world(12, 40), lens in lens()) {
        let expected = plain_importance(&world.plain(&lens), world.vertices.len());
        let choice = ImportanceChoice { tolerance: 1e-12, ..ImportanceChoice::default() };
        for graph in [world.indexed(), world.with_tail()] {
            let ranks = graph.snapshot().importance(&lens.filter(), choice).ranks;
            prop_assert_eq!(ranks.len(), expected.len());
            prop_assert!(ranks.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9), "{:?} {:?}", ranks, expected);
        }
    }

    #[test]
    fn what_is_hidden_makes_no_difference(world in world(20, 70), lens in lens(), seeds in picks(3), to in picks(2)) {
        let (seeds, to) = (some_of(&world, &seeds), some_of(&world, &to));
        let less = world.without_hidden(&lens);
        let all = entente_model::CompartmentSet::all();
        let all = Lens { compartments: all.clone(), marks: all, ..lens.clone() };
        prop_assert_eq!(
            everything(&world.with_tail(), &lens, &seeds, &to),
            everything(&less.indexed(), &all, &seeds, &to)
        );
    }

    #[test]
    fn what_was_removed_makes_no_difference(
        world in world(20, 70), lens in lens(), seeds in picks(3), to in picks(2), removed in prop::collection::vec(0..70_u32, 0..30),
    ) {
        let (seeds, to) = (some_of(&world, &seeds), some_of(&world, &to));
        let removed: Vec<ClaimNo> = removed.into_iter().map(ClaimNo).collect();
        let less = world.without(|edge| removed.contains(&edge.claim));
        let expected = everything(&less.indexed(), &lens, &seeds, &to);
        for graph in [world.indexed(), world.with_tail()] {
            graph.remove(&removed);
            prop_assert!(everything(&graph, &lens, &seeds, &to) == expected);
            let covered = graph.snapshot();
            let built = covered.build().expect("valid edges");
            prop_assert_eq!(built.edges() as usize, less.edges.len());
            graph.replace(Index::from_words(built.to_words()).expect("just built"), &covered).expect("nothing came between");
            prop_assert!(everything(&graph, &lens, &seeds, &to) == expected);
        }
    }

    #[test]
    fn tail_and_index_are_one_graph(world in world(20, 70), lens in lens(), seeds in picks(3), to in picks(2)) {
        let (seeds, to) = (some_of(&world, &seeds), some_of(&world, &to));
        prop_assert_eq!(
            everything(&world.with_tail(), &lens, &seeds, &to),
            everything(&world.indexed(), &lens, &seeds, &to)
        );
    }
}
