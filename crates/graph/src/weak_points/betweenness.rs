//! Betweenness: on how many shortest ways between others a vertex lies.

use entente_model::VertexNo;
use rayon::prelude::*;

use super::brandes::Search;
use crate::mesh::Mesh;
use crate::{Filter, Snapshot};

/// Partial sums, added up in order at the end: as many threads can help, and the result is the same for any number of them.
const PARTS: usize = 16;

/// From where shortest paths are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sources {
    /// From every vertex: exact, for small graphs (time is vertices times links).
    All,
    /// From so many vertices drawn evenly (Brandes, Pich 2007), the same ones for the same seed.
    Sampled {
        /// How many; see [`Sources::enough`].
        count: usize,
        /// What the draw begins from.
        seed: u64,
    },
    /// From these.
    Given(Vec<VertexNo>),
}

impl Sources {
    /// How many drawn sources make every vertex's score, as a share of the highest possible, wrong by less than `error` with
    /// probability `confidence`: ln(2n / (1 - confidence)) / (2 error^2), by Hoeffding's bound over n vertices.
    pub fn enough(vertices: usize, error: f64, confidence: f64) -> usize {
        let bound = (2.0 * vertices.max(1) as f64 / (1.0 - confidence)).ln() / (2.0 * error * error);
        bound.ceil() as usize
    }
}

/// Betweenness of every vertex.
#[derive(Clone, Debug, PartialEq)]
pub struct Betweenness {
    /// By vertex number: how many pairs of other vertices it lies between, a pair with several shortest paths counting by the share
    /// that runs through it; an estimate unless all sources were asked. 0 without visible links.
    pub scores: Vec<f64>,
    /// How many sources were asked.
    pub sources: usize,
}

impl Betweenness {
    /// The vertices between most pairs.
    pub fn top(&self, count: usize) -> Vec<(VertexNo, f64)> {
        let mut ranked: Vec<(VertexNo, f64)> =
            (0..).map(VertexNo).zip(self.scores.iter().copied()).filter(|(_, score)| *score > 0.0).collect();
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(count);
        ranked
    }
}

impl Snapshot {
    /// Betweenness (Freeman 1977) over visible links, in either direction; a link told by many counts once. Under
    /// [`HubPolicy::Skip`](crate::HubPolicy::Skip) no path runs through or ends at a hub.
    pub fn betweenness(&self, filter: &Filter<'_>, sources: &Sources) -> Betweenness {
        let (mesh, outer) = Mesh::seen(self, filter);
        let linked: Vec<u32> = (0..mesh.len() as u32).filter(|vertex| mesh.degree(*vertex) > 0).collect();
        let chosen = choose(sources, &linked, &outer);
        let inner = score(&mesh, &linked, &chosen);
        let mut scores = vec![0.0; outer.len()];
        for (vertex, score) in outer.iter().zip(inner) {
            if let Some(to) = scores.get_mut(*vertex as usize) {
                *to = score;
            }
        }
        Betweenness { scores, sources: chosen.len() }
    }
}

/// Inner numbers of the sources. Given ones without visible links count as asked, and reach nothing.
fn choose(sources: &Sources, linked: &[u32], outer: &[u32]) -> Vec<u32> {
    match sources {
        Sources::All => linked.to_vec(),
        Sources::Sampled { count, seed } => {
            // By store number, so that the draw does not depend on how the index numbers vertices.
            let mut drawn: Vec<u32> = linked.to_vec();
            drawn
                .sort_unstable_by_key(|vertex| (scatter(u64::from(outer[*vertex as usize]), *seed), *vertex));
            drawn.truncate(*count);
            drawn
        }
        Sources::Given(given) => {
            let mut inner = vec![u32::MAX; outer.len()];
            (0..).zip(outer).for_each(|(vertex, outer)| inner[*outer as usize] = vertex);
            given.iter().filter_map(|vertex| inner.get(vertex.0 as usize).copied()).collect()
        }
    }
}

/// Every unordered pair is met from each of its ends, so sums are halved; those of a sample are scaled to all sources.
fn score(mesh: &Mesh, linked: &[u32], sources: &[u32]) -> Vec<f64> {
    let parts: Vec<Vec<f64>> = sources
        .par_chunks(sources.len().div_ceil(PARTS).max(1))
        .map(|sources| {
            let (mut search, mut scores) = (Search::new(mesh, linked), vec![0.0; mesh.len()]);
            sources.iter().for_each(|source| search.run(*source, &mut scores));
            scores
        })
        .collect();
    let scale = linked.len() as f64 / sources.len().max(1) as f64 / 2.0;
    let sum = |vertex: usize| parts.iter().map(|part| part[vertex]).sum::<f64>() * scale;
    (0..mesh.len()).into_par_iter().map(sum).collect()
}

/// SplitMix64's finish (Steele, Lea, Flood 2014): spreads numbers evenly.
pub(crate) fn scatter(number: u64, seed: u64) -> u64 {
    let mut word = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(seed ^ 0x5851_F42D_4C95_7F2D);
    word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ word >> 31
}
