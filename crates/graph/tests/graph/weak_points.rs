//! Betweenness, cuts, networks and plans against their definitions, written out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use entente_graph::{Aim, Capability, Doubt, Network, Rival, Sources};
use entente_model::VertexNo;
use proptest::prelude::*;

use crate::reference::{Plain, lens, world};

type Links = BTreeMap<VertexNo, BTreeSet<VertexNo>>;

/// Neighbours of every vertex that takes part.
fn links(plain: &Plain<'_>) -> Links {
    let kept = |vertex: VertexNo| plain.admits(vertex) && !plain.is_barrier(vertex);
    let mut links: Links = BTreeMap::new();
    for edge in plain.edges.iter().filter(|edge| edge.source != edge.target) {
        if kept(edge.source) && kept(edge.target) {
            links.entry(edge.source).or_default().insert(edge.target);
            links.entry(edge.target).or_default().insert(edge.source);
        }
    }
    links
}

/// Distance and number of shortest paths to everything that can be reached.
fn paths(links: &Links, from: VertexNo) -> BTreeMap<VertexNo, (u32, f64)> {
    let mut found = BTreeMap::from([(from, (0, 1.0))]);
    let mut queue = VecDeque::from([from]);
    while let Some(vertex) = queue.pop_front() {
        let (hops, count) = found[&vertex];
        for to in links.get(&vertex).into_iter().flatten() {
            let (far, paths) = found.entry(*to).or_insert_with(|| {
                queue.push_back(*to);
                (hops + 1, 0.0)
            });
            *paths += if *far == hops + 1 { count } else { 0.0 };
        }
    }
    found
}

/// Over every pair of others, the share of its shortest paths that run through a vertex.
fn betweenness(links: &Links, through: VertexNo) -> f64 {
    let all: BTreeMap<VertexNo, _> = links.keys().map(|from| (*from, paths(links, *from))).collect();
    let Some(own) = all.get(&through) else { return 0.0 };
    let mut sum = 0.0;
    for (from, reached) in all.iter().filter(|(from, _)| **from != through) {
        for (to, (hops, count)) in reached.iter().filter(|(to, _)| *to > from && **to != through) {
            if let (Some((before, a)), Some((after, b))) = (own.get(from), own.get(to)) {
                sum += if before + after == *hops { a * b / count } else { 0.0 };
            }
        }
    }
    sum
}

/// How many components there are when a vertex or a link is left out.
fn components(links: &Links, without: Option<VertexNo>, cut: Option<(VertexNo, VertexNo)>) -> usize {
    let mut left: BTreeSet<VertexNo> =
        links.keys().copied().filter(|vertex| Some(*vertex) != without).collect();
    let mut count = 0;
    while let Some(start) = left.pop_first() {
        count += 1;
        let mut queue = vec![start];
        while let Some(vertex) = queue.pop() {
            for to in &links[&vertex] {
                let is_cut = cut.is_some_and(|(a, b)| (a, b) == (vertex, *to) || (b, a) == (vertex, *to));
                if !is_cut && left.remove(to) {
                    queue.push(*to);
                }
            }
        }
    }
    count
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 150 } else { 2000 }))]

    #[test]
    fn betweenness_is_what_it_is_defined_to_be(world in world(25, 60), lens in lens()) {
        let links = links(&world.plain(&lens));
        let found = world.with_tail().snapshot().betweenness(&lens.filter(), &Sources::All);
        for vertex in (0..world.vertices.len() as u32).map(VertexNo) {
            let expected = betweenness(&links, vertex);
            prop_assert!((found.scores[vertex.0 as usize] - expected).abs() < 1e-6 * (1.0 + expected));
        }
    }

    #[test]
    fn a_sample_of_all_is_exact_and_given_sources_are_those_given(world in world(25, 60), lens in lens()) {
        let snapshot = world.with_tail().snapshot();
        let exact = snapshot.betweenness(&lens.filter(), &Sources::All);
        let sampled = snapshot.betweenness(&lens.filter(), &Sources::Sampled { count: 1000, seed: 3 });
        let given = Sources::Given((0..world.vertices.len() as u32).map(VertexNo).collect());
        let given = snapshot.betweenness(&lens.filter(), &given);
        for (vertex, score) in exact.scores.iter().enumerate() {
            prop_assert!((sampled.scores[vertex] - score).abs() < 1e-6 * (1.0 + score));
            prop_assert!((given.scores[vertex] > 1e-9) == (*score > 1e-9));
        }
    }

    #[test]
    fn cuts_are_what_takes_things_apart(world in world(25, 50), lens in lens()) {
        let links = links(&world.plain(&lens));
        let whole = components(&links, None, None);
        let found = world.with_tail().snapshot().cuts(&lens.filter());
        let is_cut = |vertex: &VertexNo| components(&links, Some(*vertex), None) > whole;
        let vertices: Vec<VertexNo> = links.keys().copied().filter(is_cut).collect();
        prop_assert_eq!(found.vertices, vertices);
        let pairs = links.iter().flat_map(|(a, row)| row.iter().filter(move |b| a < *b).map(move |b| (*a, *b)));
        let bridges: Vec<_> = pairs.filter(|pair| components(&links, None, Some(*pair)) > whole).collect();
        prop_assert_eq!(found.links, bridges);
    }

    #[test]
    fn a_network_has_the_visible_links_among_its_members(world in world(25, 60), lens in lens(), share in 1..4_u32) {
        let plain = world.plain(&lens);
        let members: Vec<VertexNo> = (0..world.vertices.len() as u32).filter(|n| n % share == 0).map(VertexNo).collect();
        let weighed: Vec<_> = plain
            .edges_among(&members.iter().copied().collect())
            .iter()
            .map(|edge| (edge.source, edge.target, 1.0))
            .collect();
        let network = world.with_tail().snapshot().network(&members, &lens.filter());
        prop_assert_eq!(network, Network::new(&members, &weighed));
    }
}

/// A random network whose vertices cost 1 to 3, some of which are no possible targets.
fn network() -> impl Strategy<Value = Network> {
    let links = prop::collection::vec((0..16_u32, 0..16_u32, 1..4_u32), 0..40);
    let costs = prop::collection::vec(prop_oneof![4 => 1..4_u32, 1 => Just(0)], 16);
    (links, costs).prop_map(|(links, costs)| {
        let links: Vec<_> =
            links.iter().map(|(a, b, w)| (VertexNo(*a), VertexNo(*b), f64::from(*w))).collect();
        let vertices: Vec<VertexNo> = (0..16).map(VertexNo).collect();
        Network::new(&vertices, &links).with_costs(|vertex| f64::from(costs[vertex.0 as usize]))
    })
}

fn aim(capability: Capability, budget: f64) -> Aim {
    Aim { effort: 50_000, ..Aim::new(capability, budget) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 1000 }))]

    #[test]
    fn a_plan_keeps_to_its_budget_and_is_no_worse_than_any_rival(
        network in network(), budget in 0..12_u32,
        capability in prop_oneof![Just(Capability::LargestComponent), Just(Capability::Pairs), Just(Capability::Efficiency)],
    ) {
        let plan = network.plan(aim(capability, f64::from(budget)));
        prop_assert!(plan.targets.iter().map(|target| target.cost).sum::<f64>() <= f64::from(budget));
        prop_assert!(plan.targets.iter().all(|target| target.cost > 0.0));
        prop_assert!(plan.rivals.iter().all(|rival| plan.curve.last() <= rival.left + 1e-9));
        let taken: Vec<VertexNo> = plan.targets.iter().map(|target| target.vertex).collect();
        prop_assert_eq!(network.curve(&taken, capability), plan.curve.clone());
        prop_assert!(plan.curve.left.windows(2).all(|pair| pair[1] <= pair[0] + 1e-9));
    }

    #[test]
    fn the_whole_curve_is_no_worse_than_any_rival(network in network()) {
        let plan = network.plan(aim(Capability::LargestComponent, f64::INFINITY));
        prop_assert!(plan.rivals.iter().all(|rival| plan.area <= rival.area + 1e-9));
        for rival in Rival::ALL {
            let order = network.rival(rival);
            let distinct: BTreeSet<VertexNo> = order.iter().copied().collect();
            prop_assert_eq!(distinct.len(), order.len());
            prop_assert_eq!(order.len(), plan.targets.len());
        }
    }

    #[test]
    fn without_doubt_every_target_stands(network in network(), budget in 0..8_u32) {
        let aim = aim(Capability::Pairs, f64::from(budget));
        let plan = network.plan(aim);
        let doubt = Doubt { false_links: 0.0, missing_links: 0.0, trials: 2, seed: 1 };
        let found = network.sensitivity(&plan, aim, doubt);
        prop_assert!(found.targets.iter().all(|(_, share)| *share == 1.0));
        prop_assert!(found.instead.is_empty());
    }
}

#[test]
fn the_middle_of_a_star_of_paths_is_the_target() {
    // Four paths of three that meet in 0.
    let path = |n: u32| [(0, 1 + 3 * n), (1 + 3 * n, 2 + 3 * n), (2 + 3 * n, 3 + 3 * n)];
    let links: Vec<_> = (0..4).flat_map(path).map(|(a, b)| (VertexNo(a), VertexNo(b), 1.0)).collect();
    let network = Network::new(&(0..13).map(VertexNo).collect::<Vec<_>>(), &links);
    for capability in [Capability::LargestComponent, Capability::Pairs, Capability::Efficiency] {
        let plan = network.plan(Aim::new(capability, 1.0));
        assert_eq!(plan.targets[0].vertex, VertexNo(0), "{capability:?}");
    }
    let dear = network.with_costs(|vertex| if vertex == VertexNo(0) { f64::INFINITY } else { 1.0 });
    let plan = dear.plan(Aim::new(Capability::LargestComponent, 1.0));
    assert_ne!(plan.targets[0].vertex, VertexNo(0));
}

#[test]
fn the_deepest_path_needs_no_stack() {
    let links: Vec<(u32, u32)> = (0..200_000).map(|n| (n, n + 1)).collect();
    let world = crate::reference::World::of_links(&links, |_| entente_graph::Vertex { kind: 0 });
    let all = [entente_model::CompartmentNo(0)].into_iter().collect();
    let cuts = world.indexed().snapshot().cuts(&entente_graph::Filter::seeing(&all));
    assert_eq!((cuts.vertices.len(), cuts.links.len()), (199_999, 200_000));
}
