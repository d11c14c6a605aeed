//! What several things have in common, and what everything has in common.

use std::collections::HashMap;

use entente_model::VertexNo;
use rayon::prelude::*;

use crate::links::{Degree, degree};
use crate::reader::Reader;
use crate::scratch::Scratch;
use crate::{Filter, HubReason, Snapshot};

/// A vertex linked to at least two of the things asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Common {
    /// Which vertex.
    pub vertex: VertexNo,
    /// The things it is linked to, in the order asked.
    pub of: Vec<VertexNo>,
    /// Its distinct visible neighbours: few make the coincidence telling.
    pub neighbours: usize,
    /// The weight of Adamic and Adar (2003): 1/ln(neighbours), for each pair of the things it joins.
    pub weight: f64,
}

/// A vertex that everybody shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hub {
    /// Which vertex.
    pub vertex: VertexNo,
    /// Its visible links and neighbours.
    pub degree: Degree,
    /// Why it is known to be shared, if it is.
    pub reason: Option<HubReason>,
}

impl Snapshot {
    /// The vertices linked to at least two of `things`, the most telling first, `limit` of them, and how many
    /// there are in all. Under [`HubPolicy::Skip`](crate::HubPolicy::Skip) hubs are left out: having one in common means nothing.
    pub fn common_neighbours(
        &self,
        things: &[VertexNo],
        filter: &Filter<'_>,
        limit: usize,
    ) -> (Vec<Common>, usize) {
        let reader = Reader::new(&self.state, filter);
        Scratch::with(reader.vertices(), |scratch| {
            let mut common = Vec::new();
            for (vertex, of) in joined(&reader, scratch, things) {
                if of.len() > 1 && !reader.is_barrier(vertex, &mut scratch.marks) {
                    common.push(weigh(&reader, scratch, vertex, of));
                }
            }
            let total = common.len();
            common.sort_by(|a: &Common, b| b.weight.total_cmp(&a.weight).then(a.vertex.cmp(&b.vertex)));
            common.truncate(limit);
            (common, total)
        })
    }

    /// The vertices with the most distinct visible neighbours, and those with a hub reason, `limit` of them.
    /// Reads the whole graph.
    pub fn hubs(&self, filter: &Filter<'_>, limit: usize) -> Vec<Hub> {
        let reader = Reader::new(&self.state, filter);
        let mut crowds: Vec<(usize, u32)> = (0..reader.vertices() as u32)
            .into_par_iter()
            .map(|vertex| {
                let mut links = 0;
                if reader.admits_vertex(vertex) {
                    reader.each(vertex, |step| links += usize::from(reader.admits_vertex(step.neighbour())));
                }
                (links, vertex)
            })
            .filter(|(links, _)| *links > 0)
            .collect();
        crowds.sort_unstable_by_key(|(links, vertex)| (usize::MAX - links, *vertex));
        Scratch::with(reader.vertices(), |scratch| most_shared(&reader, scratch, &crowds, limit))
    }
}

/// For each neighbour of any of the things, which of them it is linked to.
fn joined(reader: &Reader<'_>, scratch: &mut Scratch, things: &[VertexNo]) -> HashMap<u32, Vec<VertexNo>> {
    let mut joined: HashMap<u32, Vec<VertexNo>> = HashMap::new();
    let mut asked = Vec::new();
    for thing in things {
        let Some(inner) = reader.inner(*thing).filter(|_| !asked.contains(thing)) else { continue };
        asked.push(*thing);
        let mut met = Vec::new();
        reader.each(inner, |step| {
            let neighbour = step.neighbour();
            if neighbour != inner && reader.admits_vertex(neighbour) && scratch.marks.insert(neighbour) {
                met.push(neighbour);
                joined.entry(neighbour).or_default().push(*thing);
            }
        });
        scratch.marks.clear(&met);
    }
    joined
}

fn weigh(reader: &Reader<'_>, scratch: &mut Scratch, vertex: u32, of: Vec<VertexNo>) -> Common {
    let Degree { neighbours, .. } = degree(reader, scratch, vertex);
    let pairs = (of.len() * (of.len() - 1) / 2) as f64;
    let weight = pairs / (neighbours.max(2) as f64).ln();
    Common { vertex: reader.outer(vertex), of, neighbours, weight }
}

/// Counts neighbours of the vertices with most links first, and stops when no vertex left can have as many
/// neighbours as the least of those found: neighbours are never more than links.
fn most_shared(
    reader: &Reader<'_>,
    scratch: &mut Scratch,
    crowds: &[(usize, u32)],
    limit: usize,
) -> Vec<Hub> {
    let mut hubs: Vec<Hub> = Vec::new();
    let mut least = 0;
    for (place, (links, vertex)) in crowds.iter().enumerate() {
        let reason = reader.hub_reason(*vertex);
        if reason.is_none() && *links < least {
            continue;
        }
        hubs.push(Hub { vertex: reader.outer(*vertex), degree: degree(reader, scratch, *vertex), reason });
        if hubs.len() >= limit.saturating_mul(2) || place + 1 == crowds.len() {
            rank(&mut hubs, limit);
            least = hubs.last().filter(|_| hubs.len() == limit).map_or(0, |hub| hub.degree.neighbours);
        }
    }
    rank(&mut hubs, limit);
    hubs
}

fn rank(hubs: &mut Vec<Hub>, limit: usize) {
    hubs.sort_unstable_by_key(|hub| (usize::MAX - hub.degree.neighbours, hub.vertex));
    hubs.truncate(limit);
}
