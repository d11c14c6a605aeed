//! A piece of the live tail: the edges of one or more commits, sorted like an index but small and by hash.

use entente_model::{CompartmentSet, VertexNo};

use crate::Edge;
use crate::build::{claim_of, end_of, link_of, time_of};
use crate::edge::Direction;

/// Edges that came after the index. Its links use the inner numbers of the index it stands beside.
#[derive(Debug)]
pub(crate) struct Segment {
    /// As they came, in the store's numbers.
    pub(crate) edges: Vec<Edge>,
    pub(crate) links: Vec<u64>,
    pub(crate) times: Vec<u32>,
    pub(crate) claims: Vec<u32>,
    pub(crate) compartments: CompartmentSet,
    /// Vertices with links here, ascending, each with where its links begin; one more at the end.
    vertices: Vec<(u32, u32)>,
    /// Open addressing: place in `vertices` plus one, 0 for free. At most half full.
    slots: Vec<u32>,
}

impl Segment {
    /// Sorts edges into a segment; `inner` gives the inner number of a vertex.
    pub(crate) fn new(edges: Vec<Edge>, inner: impl Fn(VertexNo) -> u32) -> Segment {
        let mut ends: Vec<(u32, u128)> = Vec::with_capacity(edges.len() * 2);
        for edge in &edges {
            let (source, target) = (inner(edge.source), inner(edge.target));
            ends.push((source, end_of(edge, target, Direction::Out)));
            ends.push((target, end_of(edge, source, Direction::In)));
        }
        ends.sort_unstable();
        let vertices = starts(&ends);
        Segment {
            links: ends.iter().map(|(_, end)| link_of(*end)).collect(),
            times: ends.iter().map(|(_, end)| time_of(*end)).collect(),
            claims: ends.iter().map(|(_, end)| claim_of(*end)).collect(),
            compartments: edges.iter().map(|edge| edge.compartment).collect(),
            slots: slots(&vertices),
            vertices,
            edges,
        }
    }

    /// Where the links of a vertex lie, if it has any here.
    #[inline]
    pub(crate) fn range(&self, vertex: u32) -> Option<(usize, usize)> {
        let mask = self.slots.len() - 1;
        let mut slot = hash(vertex) & mask;
        loop {
            let place = self.slots[slot] as usize;
            if place == 0 {
                return None;
            }
            if self.vertices[place - 1].0 == vertex {
                return Some((self.vertices[place - 1].1 as usize, self.vertices[place].1 as usize));
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The vertices with links here, by inner number, ascending.
    pub(crate) fn vertices(&self) -> impl Iterator<Item = u32> + '_ {
        self.vertices[..self.vertices.len() - 1].iter().map(|(vertex, _)| *vertex)
    }
}

fn starts(ends: &[(u32, u128)]) -> Vec<(u32, u32)> {
    let mut starts: Vec<(u32, u32)> = Vec::new();
    for (at, (vertex, _)) in ends.iter().enumerate() {
        if starts.last().is_none_or(|(last, _)| last != vertex) {
            starts.push((*vertex, at as u32));
        }
    }
    starts.push((u32::MAX, ends.len() as u32));
    starts
}

/// Invariant: at least half the slots stay free, so probing ends.
fn slots(vertices: &[(u32, u32)]) -> Vec<u32> {
    let mut slots = vec![0; (vertices.len() * 2).next_power_of_two()];
    let mask = slots.len() - 1;
    for (place, (vertex, _)) in vertices[..vertices.len() - 1].iter().enumerate() {
        let mut slot = hash(*vertex) & mask;
        while slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        slots[slot] = place as u32 + 1;
    }
    slots
}

#[inline]
fn hash(vertex: u32) -> usize {
    (u64::from(vertex).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use entente_model::{ClaimNo, CompartmentNo};

    use super::*;

    #[test]
    fn finds_the_links_of_every_vertex_and_of_no_other() {
        let edges = (0..500).map(|n| Edge {
            source: VertexNo(n * 7),
            target: VertexNo(n * 7 + 1),
            kind: 1,
            compartment: CompartmentNo(0),
            at: n,
            claim: ClaimNo(n),
        });
        let segment = Segment::new(edges.collect(), |vertex| vertex.0);
        for n in 0..500 {
            let (start, stop) = segment.range(n * 7).expect("a source");
            assert_eq!(&segment.claims[start..stop], [n]);
            assert_eq!(segment.range(n * 7 + 3), None);
        }
        assert_eq!(segment.vertices().count(), 1000);
        assert_eq!(Segment::new(Vec::new(), |vertex| vertex.0).range(0), None);
    }
}
