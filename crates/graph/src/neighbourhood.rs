//! What lies around some vertices.

use entente_model::VertexNo;

use crate::reader::Reader;
use crate::scratch::Scratch;
use crate::spread::Spread;
use crate::{Edge, Filter, Snapshot};

/// How much of an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Vertices at most.
    pub vertices: usize,
    /// Edges at most.
    pub edges: usize,
}

impl Limit {
    /// Everything there is.
    pub const NONE: Limit = Limit { vertices: usize::MAX, edges: usize::MAX };
}

/// A vertex and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reached {
    /// Hops from the nearest of the things asked about.
    pub distance: u32,
    /// Which vertex.
    pub vertex: VertexNo,
}

/// What the limits left out. Both counts are exact and count only what the viewer may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truncated {
    /// Vertices within reach that are not in the answer.
    pub vertices: usize,
    /// Edges between vertices of the answer that are not in it.
    pub edges: usize,
}

/// Part of the graph: some vertices and the edges among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subgraph {
    /// Nearest first, then by number; a limit keeps the front of this order.
    pub vertices: Vec<Reached>,
    /// Every visible edge among those vertices, in order; parallel edges are the claims one link stands on.
    pub edges: Vec<Edge>,
    /// What was left out.
    pub truncated: Truncated,
}

impl Snapshot {
    /// The vertices within `hops` of `seeds` and the edges among them. Seeds that do not exist are left out.
    pub fn neighbourhood(
        &self,
        seeds: &[VertexNo],
        hops: u32,
        filter: &Filter<'_>,
        limit: Limit,
    ) -> Subgraph {
        let reader = Reader::new(&self.state, filter);
        Scratch::with(reader.vertices(), |scratch| {
            let seeds = seeds.iter().filter_map(|seed| reader.inner(*seed));
            let mut spread = Spread::from(&reader, scratch, seeds);
            spread.run(hops);
            let (vertices, more) = nearest(&reader, &spread, limit.vertices);
            subgraph(&reader, scratch, vertices, more, limit.edges)
        })
    }

    /// Everything connected with `seed`, nearest first.
    pub fn component(&self, seed: VertexNo, filter: &Filter<'_>, limit: Limit) -> Subgraph {
        self.neighbourhood(&[seed], u32::MAX, filter, limit)
    }

    /// How many distinct vertices lie at each distance from `seeds`, up to `hops`: the first number counts the
    /// seeds. Shorter than `hops + 1` when nothing further is reached.
    pub fn reach(&self, seeds: &[VertexNo], hops: u32, filter: &Filter<'_>) -> Vec<usize> {
        let reader = Reader::new(&self.state, filter);
        Scratch::with(reader.vertices(), |scratch| {
            let seeds = seeds.iter().filter_map(|seed| reader.inner(*seed));
            let mut spread = Spread::from(&reader, scratch, seeds);
            spread.run(hops);
            spread.counts()
        })
    }

    /// The visible edges among some vertices, and how many more there are than `limit`.
    pub fn edges_among(
        &self,
        vertices: &[VertexNo],
        filter: &Filter<'_>,
        limit: usize,
    ) -> (Vec<Edge>, usize) {
        let reader = Reader::new(&self.state, filter);
        Scratch::with(reader.vertices(), |scratch| {
            let inner: Vec<u32> = vertices.iter().filter_map(|vertex| reader.inner(*vertex)).collect();
            edges_among(&reader, scratch, &inner, limit)
        })
    }
}

/// The first `limit` of what was reached, by distance and then by number, and how many were left out.
fn nearest(reader: &Reader<'_>, spread: &Spread<'_, '_>, limit: usize) -> (Vec<Reached>, usize) {
    let order = &spread.scratch.sides[0].order;
    let mut vertices = Vec::with_capacity(order.len().min(limit));
    for (distance, pair) in (0..).zip(spread.levels.windows(2)) {
        let level = order[pair[0]..pair[1]].iter();
        let mut level: Vec<Reached> =
            level.map(|vertex| Reached { distance, vertex: reader.outer(*vertex) }).collect();
        let room = limit - vertices.len();
        if room < level.len() {
            level.select_nth_unstable(room);
            level.truncate(room);
        }
        level.sort_unstable();
        vertices.append(&mut level);
    }
    let more = order.len() - vertices.len();
    (vertices, more)
}

pub(crate) fn subgraph(
    reader: &Reader<'_>,
    scratch: &mut Scratch,
    vertices: Vec<Reached>,
    more: usize,
    limit: usize,
) -> Subgraph {
    let inner: Vec<u32> = vertices.iter().filter_map(|reached| reader.inner(reached.vertex)).collect();
    let (edges, more_edges) = edges_among(reader, scratch, &inner, limit);
    Subgraph { vertices, edges, truncated: Truncated { vertices: more, edges: more_edges } }
}

fn edges_among(
    reader: &Reader<'_>,
    scratch: &mut Scratch,
    inner: &[u32],
    limit: usize,
) -> (Vec<Edge>, usize) {
    let mut among: Vec<u32> = inner.iter().copied().filter(|vertex| scratch.marks.insert(*vertex)).collect();
    among.sort_unstable_by_key(|vertex| reader.outer(*vertex));
    let (mut edges, mut more) = (Vec::new(), 0);
    for vertex in &among {
        if edges.len() >= limit {
            reader.each(*vertex, |step| {
                more += usize::from(step.link.is_out() && scratch.marks.holds(step.neighbour()));
            });
            continue;
        }
        let first = edges.len();
        reader.each(*vertex, |step| {
            if step.link.is_out() && scratch.marks.holds(step.neighbour()) {
                edges.extend(reader.edge(*vertex, &step));
            }
        });
        edges[first..].sort_unstable();
        more += edges.len().saturating_sub(limit);
        edges.truncate(limit);
    }
    scratch.marks.clear(&among);
    (edges, more)
}
