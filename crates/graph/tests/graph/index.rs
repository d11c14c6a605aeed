//! Building, replacing and damaging indexes.

use entente_graph::{
    Edge, Filter, Graph, HubPolicy, HubReason, ImportanceChoice, Index, IndexError, Limit, Mark, PathChoice,
    Vertex, Window, build,
};
use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
use proptest::prelude::*;

use crate::reference::{World, world};

fn edge(source: u32, target: u32, claim: u32) -> Edge {
    let (source, target) = (VertexNo(source), VertexNo(target));
    Edge { source, target, kind: 1, compartment: CompartmentNo(0), at: 5, claim: ClaimNo(claim) }
}

const PLAIN: Vertex = Vertex { kind: 0 };

/// Asks everything there is to ask; what comes out does not matter.
fn ask_everything(graph: &Graph) {
    let snapshot = graph.snapshot();
    let some: CompartmentSet = [0, 1, 2].map(CompartmentNo).into_iter().collect();
    let all = CompartmentSet::all();
    let mut chosen = Filter::seeing(&some);
    chosen.window = Some(Window::dated(3, 30));
    chosen.hubs = HubPolicy::Skip { above: 2 };
    for filter in [Filter::seeing(&all), chosen] {
        let ends = [VertexNo(0), VertexNo(3), VertexNo(snapshot.vertices().saturating_sub(1))];
        snapshot.neighbourhood(&ends, 3, &filter, Limit { vertices: 20, edges: 20 });
        snapshot.component(ends[1], &filter, Limit::NONE);
        snapshot.shortest_path(ends[0], ends[1], &filter);
        let choice = PathChoice { count: 3, most_hops: 4, avoid_hubs_above: Some(2) };
        snapshot.best_paths(&ends[..1], &ends[1..], &filter, choice);
        snapshot.common_neighbours(&ends, &filter, 5);
        snapshot.hubs(&filter, 5);
        snapshot.components(&filter);
        snapshot.importance(&filter, ImportanceChoice { most_rounds: 3, ..ImportanceChoice::default() });
        snapshot.links(ends[0], &filter, 0, 5);
        snapshot.facets(&filter);
    }
    // A damaged index may hold edges that lead nowhere; then it must refuse, not fail.
    let _ = snapshot.build();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn an_index_depends_on_the_edges_and_not_on_their_order(world in world(20, 60)) {
        let mut backwards = world.edges.clone();
        backwards.reverse();
        let words = |edges| build(edges, &world.vertices, &world.marks, ClaimNo(9)).expect("valid edges").to_words();
        let index = words(world.edges.clone());
        prop_assert_eq!(&index, &words(backwards));
        let index = Index::from_words(index).expect("an index just built");
        index.verify().expect("an index just built");
        prop_assert_eq!((index.edges(), index.last_claim()), (world.edges.len() as u64, ClaimNo(9)));
    }

    #[test]
    fn compaction_gives_the_index_of_all_edges_and_keeps_later_ones(world in world(20, 60), later in 0..20_usize) {
        let later = world.edges.len().saturating_sub(later);
        let graph = World { edges: world.edges[..later].to_vec(), indexed: world.indexed.min(later), ..world.clone() }.with_tail();
        let covered = graph.snapshot();
        world.append(&graph, world.vertices.len(), &world.edges[later..]);
        let words = covered.build().expect("valid edges").to_words();
        let direct = build(world.edges[..later].to_vec(), &world.vertices, &world.marks, covered.last_claim()).expect("valid edges");
        prop_assert_eq!(&words, &direct.to_words());
        graph.replace(Index::from_words(words).expect("just built"), &covered).expect("nothing came between");
        let now = graph.snapshot();
        prop_assert_eq!((now.edges(), now.tail_edges()), (world.edges.len() as u64, (world.edges.len() - later) as u64));
        prop_assert_eq!(now.vertices() as usize, world.vertices.len());
        let whole = build(world.edges.clone(), &world.vertices, &world.marks, now.last_claim()).expect("valid edges");
        prop_assert_eq!(now.build().expect("valid edges").to_words(), whole.to_words());
    }

    #[test]
    fn damaged_sections_never_panic_and_are_found(
        world in world(16, 50), flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..12),
    ) {
        let mut words = build(world.edges.clone(), &world.vertices, &world.marks, ClaimNo(1)).expect("valid edges").to_words();
        let sound = words.clone();
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        let sections = 64..bytes.len() - 512;
        for (place, flip) in flips {
            bytes[sections.start + place.index(sections.len())] ^= flip;
        }
        let changed = words != sound;
        let index = Index::from_words(words).expect("head and foot are whole");
        // A flip may fall on padding, which no checksum covers and nobody reads.
        if index.verify().is_err() {
            prop_assert!(changed);
        }
        let graph = Graph::new(index);
        let fresh = graph.snapshot().vertices();
        let more = vec![edge(fresh, 0, 70), edge(fresh, fresh / 2, 71)];
        graph.append(&[(VertexNo(fresh), PLAIN)], more, ClaimNo(71)).expect("known vertices");
        ask_everything(&graph);
    }

    #[test]
    fn damaged_or_short_heads_and_feet_are_refused(world in world(8, 20), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let words = build(world.edges.clone(), &world.vertices, &world.marks, ClaimNo(1)).expect("valid edges").to_words();
        let mut bytes: Vec<u8> = bytemuck::cast_slice(&words).to_vec();
        let short = at.index(bytes.len());
        prop_assert!(Index::from_bytes(bytes[..short].to_vec()).is_err());
        let place = at.index(16 + 512);
        let place = if place < 16 { place } else { bytes.len() - 528 + place };
        bytes[place] ^= flip;
        prop_assert!(Index::from_bytes(bytes).is_err());
    }
}

#[test]
fn every_byte_of_a_section_is_covered_by_its_checksum() {
    let built = build(vec![edge(0, 1, 1), edge(1, 2, 2)], &[PLAIN; 3], &[], ClaimNo(2)).expect("valid edges");
    let mut words = built.to_words();
    words[64 / 8] ^= 1;
    let index = Index::from_words(words).expect("head and foot are whole");
    assert!(matches!(index.verify(), Err(IndexError::Damaged { section: "links" })));
}

/// Offsets far beyond the links once made compaction count to four thousand million for each vertex.
#[test]
fn sections_full_of_one_byte_are_read_in_no_time() {
    let vertices = [PLAIN; 40];
    let edges: Vec<Edge> = (0..39).map(|n| edge(n, n + 1, n)).collect();
    for byte in [0xff, 0x80, 0x01, 0x00] {
        let mut words = build(edges.clone(), &vertices, &[], ClaimNo(39)).expect("valid edges").to_words();
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        let end = bytes.len() - 512;
        bytes[64..end].fill(byte);
        ask_everything(&Graph::new(Index::from_words(words).expect("head and foot are whole")));
    }
}

#[test]
fn edges_to_nowhere_are_refused() {
    let beyond = build(vec![edge(0, 3, 7)], &[PLAIN; 3], &[], ClaimNo(7));
    assert!(matches!(beyond, Err(IndexError::UnknownVertex { claim: 7, vertex: 3, vertices: 3 })));
    let graph = Graph::new(Index::empty());
    assert!(graph.append(&[(VertexNo(0), PLAIN)], vec![edge(0, 1, 1)], ClaimNo(1)).is_err());
    assert_eq!((graph.snapshot().vertices(), graph.snapshot().edges()), (0, 0), "nothing was added");
    assert!(matches!(
        graph.append(&[(VertexNo(u32::MAX), PLAIN)], Vec::new(), ClaimNo(1)),
        Err(IndexError::NotDense { .. })
    ));
    let kind = Edge { kind: Edge::KINDS, ..edge(0, 0, 1) };
    assert!(matches!(build(vec![kind], &[PLAIN], &[], ClaimNo(1)), Err(IndexError::LinkKind { .. })));
}

#[test]
fn an_index_of_another_snapshot_is_refused() {
    let graph = Graph::new(Index::empty());
    graph
        .append(&[(VertexNo(0), PLAIN), (VertexNo(1), PLAIN)], vec![edge(0, 1, 1)], ClaimNo(1))
        .expect("valid");
    let covered = graph.snapshot();
    let words = covered.build().expect("valid edges").to_words();
    graph.replace(Index::from_words(words.clone()).expect("just built"), &covered).expect("the first");
    let again = graph.replace(Index::from_words(words).expect("just built"), &covered);
    assert!(matches!(again, Err(IndexError::Superseded)));
}

#[test]
fn marks_hold_at_once_and_survive_compaction() {
    let graph = Graph::new(Index::empty());
    let vertices: Vec<_> = (0..4).map(|n| (VertexNo(n), PLAIN)).collect();
    graph
        .append(&vertices, vec![edge(0, 1, 1), edge(1, 2, 2), edge(2, 3, 3)], ClaimNo(3))
        .expect("valid edges");
    let mark = |reason, compartment| Mark { reason, compartment: CompartmentNo(compartment) };
    graph.mark(&[(VertexNo(1), mark(HubReason::Sinkhole, 7))]);
    let all = CompartmentSet::all();
    let skip = Filter { hubs: HubPolicy::Skip { above: 100 }, ..Filter::seeing(&all) };
    let reach = |graph: &Graph| graph.snapshot().reach(&[VertexNo(0)], 3, &skip);
    assert_eq!(reach(&graph), [1, 1]);
    let covered = graph.snapshot();
    graph.mark(&[(VertexNo(2), mark(HubReason::Parking, 7)), (VertexNo(1), mark(HubReason::Warninglist, 8))]);
    let index = Index::from_words(covered.build().expect("valid edges").to_words()).expect("just built");
    graph.replace(index, &covered).expect("nothing came between");
    assert_eq!(reach(&graph), [1, 1]);
    let reason = |vertex, seen: &[u16]| {
        let seen = seen.iter().map(|number| CompartmentNo(*number)).collect();
        graph.snapshot().hub_reason(VertexNo(vertex), &Filter::seeing(&seen))
    };
    assert_eq!(
        (reason(1, &[7]), reason(1, &[7, 8])),
        (Some(HubReason::Sinkhole), Some(HubReason::Warninglist))
    );
    assert_eq!((reason(2, &[7]), reason(2, &[8])), (Some(HubReason::Parking), None));
    let marked = graph.snapshot().marked(PLAIN.kind);
    assert_eq!(marked, [VertexNo(1), VertexNo(2)]);
}

#[test]
fn marks_of_others_stop_nobody() {
    let mark = Mark { reason: HubReason::Warninglist, compartment: CompartmentNo(9) };
    let edges = vec![edge(0, 1, 1), edge(1, 2, 2)];
    let built = build(edges, &[PLAIN; 3], &[(VertexNo(1), mark)], ClaimNo(2)).expect("valid edges");
    let graph = Graph::new(Index::from_words(built.to_words()).expect("just built"));
    let (own, both) = ([0], [0, 9]);
    let reach = |seen: &[u16]| {
        let seen: CompartmentSet = seen.iter().map(|number| CompartmentNo(*number)).collect();
        let skip = Filter { hubs: HubPolicy::Skip { above: 100 }, ..Filter::seeing(&seen) };
        let choice = PathChoice { count: 1, most_hops: 4, avoid_hubs_above: Some(100) };
        let paths =
            graph.snapshot().best_paths(&[VertexNo(0)], &[VertexNo(2)], &Filter::seeing(&seen), choice);
        (graph.snapshot().reach(&[VertexNo(0)], 3, &skip), paths[0].hubs.clone())
    };
    assert_eq!(reach(&own), (vec![1, 1, 1], vec![]));
    assert_eq!(reach(&both), (vec![1, 1], vec![VertexNo(1)]));
}

#[test]
fn a_snapshot_does_not_change() {
    let graph = Graph::new(Index::empty());
    let all = CompartmentSet::all();
    graph
        .append(&[(VertexNo(0), PLAIN), (VertexNo(1), PLAIN)], Vec::new(), ClaimNo(0))
        .expect("vertices only");
    let before = graph.snapshot();
    graph.append(&[], vec![edge(0, 1, 1)], ClaimNo(1)).expect("known vertices");
    assert_eq!(before.degree(VertexNo(0), &Filter::seeing(&all)).links, 0);
    assert_eq!(graph.snapshot().degree(VertexNo(0), &Filter::seeing(&all)).links, 1);
    assert_eq!(graph.snapshot().last_claim(), ClaimNo(1));
}

#[test]
fn a_large_spread_is_the_same_in_both_directions_and_on_all_threads() {
    // A ring of 60,000 with a vertex everybody knows: the frontier jumps from two to all, inwards and on all threads.
    let count = 60_000;
    let ring = (0..count).map(|n| edge(n, (n + 1) % count, n));
    let spokes = (0..count).step_by(2).map(|n| edge(count, n, count + n));
    let edges: Vec<Edge> = ring.chain(spokes).collect();
    let vertices = vec![PLAIN; count as usize + 1];
    let index = Index::from_words(build(edges, &vertices, &[], ClaimNo(0)).expect("valid edges").to_words());
    let graph = Graph::new(index.expect("just built"));
    let all = CompartmentSet::all();
    let open = Filter::seeing(&all);
    let selective = Filter { window: Some(Window::dated(0, 10)), ..open.clone() };
    for filter in [open, selective] {
        let reach = graph.snapshot().reach(&[VertexNo(0)], 9, &filter);
        assert_eq!(reach, [1, 3, 29_999, 29_998]);
    }
}
