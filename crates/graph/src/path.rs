//! Paths between things: the shortest, and the several best.

use entente_model::VertexNo;

use crate::kbest;
use crate::meet::{meet, trace};
use crate::reader::Reader;
use crate::scratch::Scratch;
use crate::{Edge, Filter, Snapshot};

/// A way from one thing to another and the claims it stands on.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The vertices in order, both ends included.
    pub vertices: Vec<VertexNo>,
    /// Between each two of them, every visible edge that links them, in either direction.
    pub steps: Vec<Vec<Edge>>,
    /// The vertices between the ends that count as hubs: what follows from such a path means little.
    pub hubs: Vec<VertexNo>,
    /// How common what it passes through is: the sum, over the vertices between the ends, of the binary
    /// logarithm of one plus their distinct visible neighbours. Small is telling. 0 for a path found by
    /// [`Snapshot::shortest_path`].
    pub commonness: f64,
}

/// Which paths are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathChoice {
    /// How many at most.
    pub count: usize,
    /// Hops at most in each.
    pub most_hops: u32,
    /// Keep clear of hubs: vertices with a hub reason or with more distinct visible neighbours than this. A
    /// path through a hub is then given only when there is none without. `None` treats hubs like any other.
    pub avoid_hubs_above: Option<u32>,
}

impl Snapshot {
    /// A path of the fewest hops between two vertices, whichever of several is met first; `None` when there is none, when either does not exist,
    /// or when the filter's hub policy leaves none. From a vertex to itself it has one vertex and no step.
    pub fn shortest_path(&self, from: VertexNo, to: VertexNo, filter: &Filter<'_>) -> Option<Path> {
        let reader = Reader::new(&self.state, filter);
        let (from, to) = (reader.inner(from)?, reader.inner(to)?);
        Scratch::with(reader.vertices(), |scratch| {
            if from == to {
                return Some(path(&reader, &[from], Vec::new(), 0.0));
            }
            let meeting = meet(&reader, scratch, &[from], &[to], u32::MAX)?;
            Some(path(&reader, &trace(scratch, meeting), Vec::new(), 0.0))
        })
    }

    /// The best paths from any of `from` to any of `to`, best first: fewest hops, then least common vertices on
    /// the way, then smallest numbers. Between its ends a path enters none of `from` and `to`. What is in both
    /// sets gives a path of one vertex.
    pub fn best_paths(
        &self,
        from: &[VertexNo],
        to: &[VertexNo],
        filter: &Filter<'_>,
        choice: PathChoice,
    ) -> Vec<Path> {
        let reader = Reader::new(&self.state, filter);
        let inner = |vertices: &[VertexNo]| {
            let mut inner: Vec<u32> = vertices.iter().filter_map(|vertex| reader.inner(*vertex)).collect();
            inner.sort_unstable();
            inner.dedup();
            inner
        };
        let (from, to) = (inner(from), inner(to));
        Scratch::with(reader.vertices(), |scratch| {
            let found = kbest::best(&reader, scratch, &from, &to, choice);
            found
                .into_iter()
                .map(|found| path(&reader, &found.vertices, found.hubs, found.commonness as f64 / 1000.0))
                .collect()
        })
    }
}

fn path(reader: &Reader<'_>, vertices: &[u32], hubs: Vec<u32>, commonness: f64) -> Path {
    Path {
        steps: vertices.windows(2).map(|pair| between(reader, pair[0], pair[1])).collect(),
        vertices: vertices.iter().map(|vertex| reader.outer(*vertex)).collect(),
        hubs: hubs.iter().map(|vertex| reader.outer(*vertex)).collect(),
        commonness,
    }
}

/// Every visible edge between two vertices, found on the side with fewer links.
fn between(reader: &Reader<'_>, u: u32, w: u32) -> Vec<Edge> {
    let (near, far) = if reader.crowd(u) <= reader.crowd(w) { (u, w) } else { (w, u) };
    let mut edges = Vec::new();
    reader.each(near, |step| {
        if step.neighbour() == far {
            edges.extend(reader.edge(near, &step));
        }
    });
    edges.sort_unstable();
    edges
}
