//! Index bytes: whatever stands in a file of the right form, questions are answered.
#![no_main]

use std::sync::LazyLock;

use entente_graph::{
    Edge, Filter, Graph, HubPolicy, HubReason, Index, Limit, Mark, PathChoice, Vertex, Window,
};
use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};

const FOOT: usize = 512;

/// A true index of 40 vertices and 120 edges.
static TRUE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let vertices = vec![Vertex { kind: 1 }; 40];
    let edges = (0..120_u32).map(|number| Edge {
        source: VertexNo(number * 7 % 31),
        target: VertexNo(number * 11 % 37),
        kind: (number % 5) as u16,
        compartment: CompartmentNo((number % 3) as u16),
        at: number * 1000,
        claim: ClaimNo(number + 1),
    });
    let mark = |number: u32| {
        let compartment = CompartmentNo((number % 3) as u16);
        (VertexNo(number * 5 % 40), Mark { reason: HubReason::Warninglist, compartment })
    };
    let marks: Vec<_> = (0..9).map(mark).collect();
    let words =
        entente_graph::build(edges.collect(), &vertices, &marks, ClaimNo(120)).expect("edges that fit").to_words();
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((mode, bytes)) = bytes.split_first() else { return };
    let mut file = if mode & 1 == 0 { bytes.to_vec() } else { edited(bytes) };
    // A checksum stops a fuzzer cold; the foot's is put right, so that what it guards is met spoilt.
    if let Some(start) = file.len().checked_sub(FOOT) {
        let crc = crc32fast::hash(&file[start..file.len() - 4]);
        let end = file.len();
        file[end - 4..].copy_from_slice(&crc.to_le_bytes());
    }
    let words = file.chunks_exact(8).map(|eight| u64::from_ne_bytes(eight.try_into().expect("eight bytes")));
    if let Ok(index) = Index::from_words(words.collect()) {
        let _ = index.verify();
        ask(index);
    }
});

/// The true index with some bytes changed: each change is two bytes of place and one of value.
fn edited(changes: &[u8]) -> Vec<u8> {
    let mut file = TRUE.clone();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % file.len();
        file[place] = change[2];
    }
    file
}

fn ask(index: Index) {
    let known = index.vertices();
    let graph = Graph::new(index);
    let snapshot = graph.snapshot();
    let all = CompartmentSet::all();
    let some: CompartmentSet = [CompartmentNo(1)].into_iter().collect();
    let mut narrow = Filter::seeing(&some);
    narrow.window = Some(Window::dated(10, 90_000));
    narrow.hubs = HubPolicy::Skip { above: 4 };
    let limit = Limit { vertices: 50, edges: 100 };
    for filter in [Filter::seeing(&all), narrow] {
        let near = snapshot.neighbourhood(&[VertexNo(0), VertexNo(known)], 3, &filter, limit);
        assert!(near.vertices.len() <= 50 && near.edges.len() <= 100);
        for (from, to) in [(0, 1), (2, 30), (5, known)] {
            let (from, to) = (VertexNo(from), VertexNo(to));
            if let Some(path) = snapshot.shortest_path(from, to, &filter) {
                assert_eq!(path.vertices.len(), path.steps.len() + 1);
            }
            let choice = PathChoice { count: 3, most_hops: 4, avoid_hubs_above: Some(6) };
            assert!(snapshot.best_paths(&[from], &[to], &filter, choice).len() <= 3);
        }
        snapshot.common_neighbours(&[VertexNo(0), VertexNo(3)], &filter, 10);
        snapshot.components(&filter);
        snapshot.degree(VertexNo(0), &filter);
        snapshot.hubs(&filter, 5);
        snapshot.facets(&filter);
    }
    let _ = snapshot.build();
}
