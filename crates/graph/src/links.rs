//! The links of one thing, and what there is to filter by.

use std::collections::BTreeMap;

use entente_model::VertexNo;

use crate::reader::Reader;
use crate::scratch::Scratch;
use crate::{Direction, Edge, Filter, HubReason, Snapshot};

/// How well linked a vertex is, under a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Degree {
    /// Visible edges, each claim counted.
    pub links: usize,
    /// Distinct vertices at their other ends.
    pub neighbours: usize,
}

/// What is visible, by kind: what a person may filter by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Link kind and number of edges.
    pub link_kinds: BTreeMap<u16, usize>,
    /// Vertex kind and number of vertices with a visible link.
    pub vertex_kinds: BTreeMap<u16, usize>,
}

impl Snapshot {
    /// How many visible links and neighbours a vertex has; zeros when it does not exist.
    pub fn degree(&self, vertex: VertexNo, filter: &Filter<'_>) -> Degree {
        let reader = Reader::new(&self.state, filter);
        let Some(vertex) = reader.inner(vertex) else { return Degree::default() };
        Scratch::with(reader.vertices(), |scratch| degree(&reader, scratch, vertex))
    }

    /// As [`Snapshot::degree`] for many vertices, in the same order.
    pub fn degrees(&self, vertices: &[VertexNo], filter: &Filter<'_>) -> Vec<Degree> {
        let reader = Reader::new(&self.state, filter);
        Scratch::with(reader.vertices(), |scratch| {
            let inner = vertices.iter().map(|vertex| reader.inner(*vertex));
            inner
                .map(|inner| inner.map_or(Degree::default(), |inner| degree(&reader, scratch, inner)))
                .collect()
        })
    }

    /// The visible links of a vertex in order of kind and time, `limit` of them from the `skip`th on, and how
    /// many there are in all.
    pub fn links(
        &self,
        vertex: VertexNo,
        filter: &Filter<'_>,
        skip: usize,
        limit: usize,
    ) -> (Vec<Edge>, usize) {
        let mut edges = self.all_links(vertex, filter);
        let total = edges.len();
        edges.sort_unstable_by_key(|edge| (edge.kind, edge.at, *edge));
        (edges.into_iter().skip(skip).take(limit).collect(), total)
    }

    /// How many visible links of each kind and direction a vertex has. One to itself counts in both directions.
    pub fn link_counts(&self, vertex: VertexNo, filter: &Filter<'_>) -> BTreeMap<(u16, Direction), usize> {
        let mut counts = BTreeMap::new();
        for edge in self.all_links(vertex, filter) {
            if edge.source == vertex {
                *counts.entry((edge.kind, Direction::Out)).or_default() += 1;
            }
            if edge.target == vertex {
                *counts.entry((edge.kind, Direction::In)).or_default() += 1;
            }
        }
        counts
    }

    /// What is visible, by kind. Reads the whole graph.
    pub fn facets(&self, filter: &Filter<'_>) -> Facets {
        let reader = Reader::new(&self.state, filter);
        let mut facets = Facets::default();
        let mut link_kinds = vec![0; usize::from(Edge::KINDS)];
        for vertex in 0..reader.vertices() as u32 {
            if !reader.admits_vertex(vertex) {
                continue;
            }
            let mut linked = false;
            reader.each(vertex, |step| {
                if reader.admits_vertex(step.neighbour()) {
                    linked = true;
                    link_kinds[usize::from(step.link.kind())] += usize::from(step.link.is_out());
                }
            });
            if linked {
                *facets.vertex_kinds.entry(reader.kind(vertex)).or_default() += 1;
            }
        }
        facets.link_kinds = (0..).zip(link_kinds).filter(|(_, count)| *count > 0).collect();
        facets
    }

    /// Why a vertex is known to be shared infrastructure, if a mark that the filter sees says so.
    pub fn hub_reason(&self, vertex: VertexNo, filter: &Filter<'_>) -> Option<HubReason> {
        let reader = Reader::new(&self.state, filter);
        reader.inner(vertex).and_then(|vertex| reader.hub_reason(vertex))
    }

    fn all_links(&self, vertex: VertexNo, filter: &Filter<'_>) -> Vec<Edge> {
        let reader = Reader::new(&self.state, filter);
        let mut edges = Vec::new();
        if let Some(inner) = reader.inner(vertex) {
            reader.each(inner, |step| {
                let twice = step.neighbour() == inner && !step.link.is_out();
                if !twice && reader.admits_vertex(step.neighbour()) {
                    edges.extend(reader.edge(inner, &step));
                }
            });
        }
        edges
    }
}

/// A link from a vertex to itself is one link and no neighbour.
pub(crate) fn degree(reader: &Reader<'_>, scratch: &mut Scratch, vertex: u32) -> Degree {
    let (mut links, mut met) = (0, Vec::new());
    reader.each(vertex, |step| {
        let neighbour = step.neighbour();
        if !reader.admits_vertex(neighbour) {
            return;
        }
        links += usize::from(neighbour != vertex || step.link.is_out());
        if neighbour != vertex && scratch.marks.insert(neighbour) {
            met.push(neighbour);
        }
    });
    scratch.marks.clear(&met);
    Degree { links, neighbours: met.len() }
}
