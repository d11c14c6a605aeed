//! A slow and obvious graph to compare the real one with, and random small graphs.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use entente_graph::{Edge, Filter, Graph, HubPolicy, HubReason, Index, KindSet, Mark, Vertex, Window};
use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
use proptest::prelude::*;

/// A graph and how it came to be: an index over the first edges, the rest appended.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) vertices: Vec<Vertex>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) marks: Vec<(VertexNo, Mark)>,
    pub(crate) indexed: usize,
    pub(crate) batches: usize,
}

/// A filter that owns its set.
#[derive(Clone, Debug)]
pub(crate) struct Lens {
    pub(crate) compartments: CompartmentSet,
    pub(crate) marks: CompartmentSet,
    pub(crate) link_kinds: Option<Vec<u16>>,
    pub(crate) vertex_kinds: Option<Vec<u16>>,
    pub(crate) window: Option<Window>,
    pub(crate) until: Option<u32>,
    pub(crate) hubs: HubPolicy,
}

pub(crate) fn world(most_vertices: u32, most_edges: usize) -> impl Strategy<Value = World> {
    (2..most_vertices).prop_flat_map(move |count| {
        let vertices = prop::collection::vec((0..3_u16).prop_map(|kind| Vertex { kind }), count as usize);
        let reason = prop_oneof![Just(HubReason::Sinkhole), Just(HubReason::Warninglist)];
        let marks =
            prop::collection::vec((0..count, reason, 0..4_u16).prop_map(mark_of), 0..count as usize / 4 + 1);
        // Squaring makes small numbers frequent: hubs.
        let end = move || (0..count * count).prop_map(move |n| n * n / (count * count * count).max(1));
        let edge = (end(), 0..count, 0..4_u16, 0..4_u16, prop_oneof![Just(0), 1..40_u32]);
        let edges = prop::collection::vec(edge, 0..most_edges);
        let parts = (vertices, edges, marks, 0.0..1.0_f64, 1..5_usize);
        parts.prop_map(|(vertices, edges, marks, share, batches)| {
            let edges: Vec<Edge> = (1..).zip(edges).map(edge_of).collect();
            World { vertices, marks, indexed: (edges.len() as f64 * share) as usize, edges, batches }
        })
    })
}

fn mark_of((vertex, reason, compartment): (u32, HubReason, u16)) -> (VertexNo, Mark) {
    (VertexNo(vertex), Mark { reason, compartment: CompartmentNo(compartment) })
}

fn edge_of((claim, (source, target, kind, compartment, at)): (u32, (u32, u32, u16, u16, u32))) -> Edge {
    let (source, target) = if claim % 2 == 0 { (source, target) } else { (target, source) };
    Edge {
        source: VertexNo(source),
        target: VertexNo(target),
        kind,
        compartment: CompartmentNo(compartment),
        at,
        claim: ClaimNo(claim),
    }
}

pub(crate) fn lens() -> impl Strategy<Value = Lens> {
    let window = (0..30_u32, 0..40_u32, any::<bool>());
    let window = window.prop_map(|(from, length, undated)| Window { from, to: from + length, undated });
    let hubs = prop_oneof![Just(HubPolicy::Expand), (0..5_u32).prop_map(|above| HubPolicy::Skip { above })];
    let set = || prop::collection::btree_set(0..4_u16, 0..5);
    let until = prop::option::weighted(0.3, 0..60_u32);
    (
        (set(), set(), until),
        prop::option::of(prop::collection::vec(0..4_u16, 0..4)),
        prop::option::weighted(0.3, prop::collection::vec(0..3_u16, 0..3)),
        prop::option::of(window),
        hubs,
    )
        .prop_map(|((compartments, marks, until), link_kinds, vertex_kinds, window, hubs)| Lens {
            compartments: compartments.into_iter().map(CompartmentNo).collect(),
            marks: marks.into_iter().map(CompartmentNo).collect(),
            link_kinds,
            vertex_kinds,
            window,
            until,
            hubs,
        })
}

impl Lens {
    pub(crate) fn filter(&self) -> Filter<'_> {
        let set = |kinds: &Vec<u16>| kinds.iter().copied().collect::<KindSet>();
        Filter {
            compartments: &self.compartments,
            marks: &self.marks,
            link_kinds: self.link_kinds.as_ref().map(set),
            vertex_kinds: self.vertex_kinds.as_ref().map(set),
            window: self.window,
            until: self.until.map(ClaimNo),
            hubs: self.hubs,
        }
    }

    pub(crate) fn admits(&self, edge: &Edge) -> bool {
        self.compartments.contains(edge.compartment)
            && self.until.is_none_or(|until| edge.claim.0 <= until)
            && self.link_kinds.as_ref().is_none_or(|kinds| kinds.contains(&edge.kind))
            && self
                .window
                .is_none_or(|w| (w.from <= edge.at && edge.at < w.to) || (w.undated && edge.at == 0))
    }
}

impl World {
    /// Everything in the index, one claim a link, all of one kind in compartment 0.
    pub(crate) fn of_links(links: &[(u32, u32)], kind: impl Fn(u32) -> Vertex) -> World {
        let edge = |(claim, (a, b)): (u32, &(u32, u32))| edge_of((claim * 2, (*a, *b, 0, 0, 0)));
        let edges: Vec<Edge> = (1..)
            .zip(links)
            .map(edge)
            .map(|edge| Edge { claim: ClaimNo(edge.claim.0 / 2), ..edge })
            .collect();
        let vertices = (0..needed(&edges) as u32).map(kind).collect();
        World { vertices, indexed: edges.len(), edges, marks: Vec::new(), batches: 1 }
    }

    /// Everything in the index.
    pub(crate) fn indexed(&self) -> Graph {
        let built = entente_graph::build(self.edges.clone(), &self.vertices, &self.marks, ClaimNo(0))
            .expect("valid edges");
        Graph::new(Index::from_words(built.to_words()).expect("an index just built"))
    }

    /// The first edges in the index, the rest in the tail, vertices as late as can be.
    pub(crate) fn with_tail(&self) -> Graph {
        let (first, rest) = self.edges.split_at(self.indexed);
        let known = needed(first);
        let (early, late) = self.marks.split_at(self.marks.len() / 2);
        let (early, missed): (Vec<_>, Vec<_>) =
            early.iter().partition(|(vertex, _)| (vertex.0 as usize) < known);
        let built = entente_graph::build(first.to_vec(), &self.vertices[..known], &early, ClaimNo(0))
            .expect("valid edges");
        let graph = Graph::new(Index::from_words(built.to_words()).expect("an index just built"));
        self.append(&graph, known, rest);
        graph.mark(&[&missed, late].concat());
        graph
    }

    pub(crate) fn append(&self, graph: &Graph, mut known: usize, edges: &[Edge]) {
        for batch in edges.chunks(edges.len().div_ceil(self.batches).max(1)) {
            let need = needed(batch).max(known);
            graph.append(&self.numbered(known..need), batch.to_vec(), ClaimNo(1)).expect("valid edges");
            known = need;
        }
        graph
            .append(&self.numbered(known..self.vertices.len()), Vec::new(), ClaimNo(1))
            .expect("vertices only");
    }

    pub(crate) fn numbered(&self, range: std::ops::Range<usize>) -> Vec<(VertexNo, Vertex)> {
        range.map(|n| (VertexNo(n as u32), self.vertices[n])).collect()
    }

    /// The graph in which what the viewer may not see never was.
    pub(crate) fn without_hidden(&self, lens: &Lens) -> World {
        let mut world = self.without(|edge| !lens.compartments.contains(edge.compartment));
        world.marks.retain(|(_, mark)| lens.marks.contains(mark.compartment));
        world
    }

    pub(crate) fn without(&self, gone: impl Fn(&Edge) -> bool) -> World {
        let mut edges = self.edges.clone();
        edges.retain(|edge| !gone(edge));
        World { indexed: self.indexed.min(edges.len()), edges, ..self.clone() }
    }

    pub(crate) fn plain<'a>(&'a self, lens: &'a Lens) -> Plain<'a> {
        Plain::new(self, lens)
    }
}

fn needed(edges: &[Edge]) -> usize {
    edges.iter().map(|edge| edge.source.0.max(edge.target.0) as usize + 1).max().unwrap_or(0)
}

/// The graph as a list of visible edges.
pub(crate) struct Plain<'a> {
    world: &'a World,
    lens: &'a Lens,
    pub(crate) edges: Vec<Edge>,
    links: HashMap<VertexNo, Vec<Edge>>,
}

impl<'a> Plain<'a> {
    fn new(world: &'a World, lens: &'a Lens) -> Plain<'a> {
        let edges: Vec<Edge> = world.edges.iter().copied().filter(|edge| lens.admits(edge)).collect();
        let mut links: HashMap<VertexNo, Vec<Edge>> = HashMap::new();
        for edge in &edges {
            links.entry(edge.source).or_default().push(*edge);
            links.entry(edge.target).or_default().push(*edge);
        }
        Plain { world, lens, edges, links }
    }

    pub(crate) fn admits(&self, vertex: VertexNo) -> bool {
        let kind = self.world.vertices[vertex.0 as usize].kind;
        self.lens.vertex_kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Distinct neighbours that may be shown, itself excepted.
    pub(crate) fn neighbours(&self, vertex: VertexNo) -> BTreeSet<VertexNo> {
        let links = self.links.get(&vertex).into_iter().flatten();
        let others = links.map(|edge| if edge.source == vertex { edge.target } else { edge.source });
        others.filter(|other| *other != vertex && self.admits(*other)).collect()
    }

    pub(crate) fn is_hub(&self, vertex: VertexNo, above: u32) -> bool {
        self.is_marked(vertex) || self.neighbours(vertex).len() > above as usize
    }

    pub(crate) fn is_marked(&self, vertex: VertexNo) -> bool {
        let seen = |(marked, mark): &(VertexNo, Mark)| {
            *marked == vertex && self.lens.marks.contains(mark.compartment)
        };
        self.world.marks.iter().any(seen)
    }

    pub(crate) fn is_barrier(&self, vertex: VertexNo) -> bool {
        matches!(self.lens.hubs, HubPolicy::Skip { above } if self.is_hub(vertex, above))
    }

    pub(crate) fn distances(&self, seeds: &[VertexNo], hops: u32) -> BTreeMap<VertexNo, u32> {
        let mut distances: BTreeMap<VertexNo, u32> = seeds.iter().map(|seed| (*seed, 0)).collect();
        let mut queue: VecDeque<VertexNo> = distances.keys().copied().collect();
        while let Some(vertex) = queue.pop_front() {
            let distance = distances[&vertex];
            if distance == hops || (distance > 0 && self.is_barrier(vertex)) {
                continue;
            }
            for neighbour in self.neighbours(vertex) {
                distances.entry(neighbour).or_insert_with(|| {
                    queue.push_back(neighbour);
                    distance + 1
                });
            }
        }
        distances
    }

    pub(crate) fn edges_among(&self, vertices: &BTreeSet<VertexNo>) -> Vec<Edge> {
        let among = |edge: &&Edge| vertices.contains(&edge.source) && vertices.contains(&edge.target);
        let mut edges: Vec<Edge> = self.edges.iter().filter(among).copied().collect();
        edges.sort_unstable();
        edges
    }

    /// Hops and commonness of every simple path between the sets, best first.
    pub(crate) fn all_paths(
        &self,
        from: &BTreeSet<VertexNo>,
        to: &BTreeSet<VertexNo>,
        most_hops: usize,
        avoid: Option<u32>,
    ) -> Vec<(usize, u64)> {
        let mut found = Vec::new();
        let ends: BTreeSet<VertexNo> = from.union(to).copied().collect();
        for start in from.difference(to) {
            let mut path = vec![*start];
            self.extend(&mut path, &ends, to, from, most_hops, avoid, &mut found);
        }
        found.extend(from.intersection(to).map(|_| (0, 0)));
        found.sort_unstable();
        found
    }

    #[expect(clippy::too_many_arguments, reason = "a depth-first search that hides nothing")]
    fn extend(
        &self,
        path: &mut Vec<VertexNo>,
        ends: &BTreeSet<VertexNo>,
        to: &BTreeSet<VertexNo>,
        from: &BTreeSet<VertexNo>,
        most_hops: usize,
        avoid: Option<u32>,
        found: &mut Vec<(usize, u64)>,
    ) {
        if path.len() > most_hops {
            return;
        }
        let last = path[path.len() - 1];
        let mut next = self.neighbours(last);
        next.extend(to.iter().copied().filter(|end| self.linked(last, *end)));
        for vertex in next {
            if path.contains(&vertex) {
                continue;
            }
            if to.contains(&vertex) && !from.contains(&vertex) {
                let between = path[1..].iter().map(|v| commonness(self.neighbours(*v).len())).sum();
                found.push((path.len(), between));
            } else if !ends.contains(&vertex)
                && !self.is_barrier(vertex)
                && avoid.is_none_or(|above| !self.is_hub(vertex, above))
            {
                path.push(vertex);
                self.extend(path, ends, to, from, most_hops, avoid, found);
                path.pop();
            }
        }
    }

    fn linked(&self, a: VertexNo, b: VertexNo) -> bool {
        self.edges
            .iter()
            .any(|edge| (edge.source, edge.target) == (a, b) || (edge.source, edge.target) == (b, a))
    }

    /// The components as sets.
    pub(crate) fn components(&self) -> BTreeSet<BTreeSet<VertexNo>> {
        let kept = |vertex: VertexNo| self.admits(vertex) && !self.is_barrier(vertex);
        let mut left: BTreeSet<VertexNo> =
            self.links.keys().copied().filter(|vertex| kept(*vertex)).collect();
        let mut components = BTreeSet::new();
        while let Some(start) = left.pop_first() {
            let (mut component, mut queue) = (BTreeSet::from([start]), vec![start]);
            while let Some(vertex) = queue.pop() {
                for other in self.neighbours(vertex).into_iter().filter(|other| kept(*other)) {
                    if component.insert(other) {
                        left.remove(&other);
                        queue.push(other);
                    }
                }
            }
            if component.len() > 1 {
                components.insert(component);
            }
        }
        components
    }
}

pub(crate) fn commonness(neighbours: usize) -> u64 {
    (((neighbours + 1) as f64).log2() * 1000.0).round() as u64
}
