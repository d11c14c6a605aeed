//! Simple importance: PageRank over what a viewer sees.

use entente_model::VertexNo;
use rayon::prelude::*;

use crate::reader::Reader;
use crate::{Filter, Snapshot};

/// Shares of the damping, and when to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImportanceChoice {
    /// How likely it is to follow a link rather than to start anew: .85 by custom.
    pub damping: f64,
    /// Stop when the ranks change by less than this, summed over all vertices.
    pub tolerance: f64,
    /// Stop after this many rounds in any case.
    pub most_rounds: u32,
}

impl Default for ImportanceChoice {
    fn default() -> Self {
        ImportanceChoice { damping: 0.85, tolerance: 1e-8, most_rounds: 1000 }
    }
}

/// PageRank of every vertex with a visible link.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// By vertex number; 0 for a vertex without a visible link. The rest adds up to 1.
    pub ranks: Vec<f64>,
    /// Rounds it took.
    pub rounds: u32,
    /// By how much the last round changed the ranks, summed.
    pub change: f64,
}

impl Importance {
    /// The vertices of highest rank.
    pub fn top(&self, count: usize) -> Vec<(VertexNo, f64)> {
        let mut ranked: Vec<(VertexNo, f64)> =
            (0..).map(VertexNo).zip(self.ranks.iter().copied()).filter(|(_, rank)| *rank > 0.0).collect();
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(count);
        ranked
    }
}

impl Snapshot {
    /// PageRank (Page, Brin, Motwani, Winograd 1999) over visible links, from source to target; parallel edges
    /// count each; a vertex without links out gives to all alike.
    pub fn importance(&self, filter: &Filter<'_>, choice: ImportanceChoice) -> Importance {
        let reader = Reader::new(&self.state, filter);
        let inward = Inward::read(&reader);
        let (inner, rounds, change) = inward.iterate(choice);
        let mut ranks = vec![0.0; reader.vertices()];
        for (vertex, rank) in (0..).zip(inner) {
            if let Some(to) = ranks.get_mut(reader.outer(vertex).0 as usize) {
                *to = rank;
            }
        }
        Importance { ranks, rounds, change }
    }
}

/// The visible graph, cut down to what a round needs.
struct Inward {
    /// By inner number: where the sources of its links begin.
    offsets: Vec<u32>,
    sources: Vec<u32>,
    /// One over the number of links out; 0 without.
    shares: Vec<f64>,
    linked: Vec<bool>,
    /// Ranges of vertices with about the same number of links each.
    blocks: Vec<(usize, usize)>,
}

const BLOCKS: usize = 64;

impl Inward {
    fn read(reader: &Reader<'_>) -> Inward {
        let vertices = reader.vertices();
        let rows: Vec<Rows> = (0..vertices.div_ceil(ROW))
            .into_par_iter()
            .map(|row| Rows::read(reader, row * ROW..((row + 1) * ROW).min(vertices)))
            .collect();
        let mut offsets = Vec::with_capacity(vertices + 1);
        offsets.push(0);
        let mut sources = Vec::with_capacity(rows.iter().map(|row| row.sources.len()).sum());
        let (mut shares, mut linked) = (Vec::with_capacity(vertices), Vec::with_capacity(vertices));
        for row in rows {
            let before = sources.len() as u32;
            offsets.extend(row.stops.iter().map(|stop| before + stop));
            sources.extend_from_slice(&row.sources);
            shares.extend_from_slice(&row.shares);
            linked.extend_from_slice(&row.linked);
        }
        let blocks = blocks(&offsets);
        Inward { offsets, sources, shares, linked, blocks }
    }

    fn iterate(&self, choice: ImportanceChoice) -> (Vec<f64>, u32, f64) {
        let count = self.linked.iter().filter(|linked| **linked).count().max(1) as f64;
        let mut ranks: Vec<f64> = self.linked.iter().map(|linked| f64::from(*linked) / count).collect();
        let mut given = vec![0.0; ranks.len()];
        let mut change = f64::INFINITY;
        let mut rounds = 0;
        while rounds < choice.most_rounds && change >= choice.tolerance {
            let kept = self.give(&ranks, &mut given);
            let base = (1.0 - choice.damping + choice.damping * kept) / count;
            change = self.take(&mut ranks, &given, base, choice.damping);
            rounds += 1;
        }
        (ranks, rounds, change)
    }

    /// What each vertex gives along each of its links; returns what those without links out give to all.
    fn give(&self, ranks: &[f64], given: &mut [f64]) -> f64 {
        let part = ranks.len().div_ceil(BLOCKS).max(1);
        let chunks = given.par_chunks_mut(part).zip(ranks.par_chunks(part)).zip(self.shares.par_chunks(part));
        let kept: Vec<f64> = chunks
            .map(|((given, ranks), shares)| {
                let mut kept = 0.0;
                for ((given, rank), share) in given.iter_mut().zip(ranks).zip(shares) {
                    *given = rank * share;
                    kept += if *share == 0.0 { *rank } else { 0.0 };
                }
                kept
            })
            .collect();
        // Summed in order, so that the same graph always gives the same ranks to the last bit.
        kept.iter().sum()
    }

    fn take(&self, ranks: &mut [f64], given: &[f64], base: f64, damping: f64) -> f64 {
        let mut parts = Vec::with_capacity(self.blocks.len());
        let mut rest = ranks;
        for (first, stop) in &self.blocks {
            let (part, others) = rest.split_at_mut(stop - first);
            parts.push((*first, part));
            rest = others;
        }
        let changes: Vec<f64> = parts
            .into_par_iter()
            .map(|(first, part)| {
                let mut change = 0.0;
                for (vertex, rank) in (first..).zip(part) {
                    if !self.linked[vertex] {
                        continue;
                    }
                    let (start, stop) = (self.offsets[vertex] as usize, self.offsets[vertex + 1] as usize);
                    let sum: f64 =
                        self.sources[start..stop].iter().map(|source| given[*source as usize]).sum();
                    let new = base + damping * sum;
                    change += (new - *rank).abs();
                    *rank = new;
                }
                change
            })
            .collect();
        changes.iter().sum()
    }
}

/// Vertices one thread reads at a time.
const ROW: usize = 4096;

/// A stretch of [`Inward`].
#[derive(Default)]
struct Rows {
    stops: Vec<u32>,
    sources: Vec<u32>,
    shares: Vec<f64>,
    linked: Vec<bool>,
}

impl Rows {
    fn read(reader: &Reader<'_>, vertices: std::ops::Range<usize>) -> Rows {
        let mut rows = Rows::default();
        let count = reader.vertices() as u32;
        for vertex in vertices {
            let vertex = vertex as u32;
            let (mut outward, before) = (0_u32, rows.sources.len());
            if reader.admits_vertex(vertex) {
                reader.each(vertex, |step| {
                    let neighbour = step.neighbour();
                    if neighbour >= count || !reader.admits_vertex(neighbour) {
                        return;
                    }
                    if step.link.is_out() { outward += 1 } else { rows.sources.push(neighbour) }
                });
            }
            rows.stops.push(rows.sources.len() as u32);
            rows.shares.push(if outward == 0 { 0.0 } else { 1.0 / f64::from(outward) });
            rows.linked.push(outward > 0 || rows.sources.len() > before);
        }
        rows
    }
}

fn blocks(offsets: &[u32]) -> Vec<(usize, usize)> {
    let (vertices, links) = (offsets.len() - 1, offsets[offsets.len() - 1] as usize);
    let mut blocks = Vec::with_capacity(BLOCKS);
    let mut first = 0;
    for block in 1..=BLOCKS {
        let goal = (links * block / BLOCKS) as u32;
        let stop =
            if block == BLOCKS { vertices } else { offsets.partition_point(|at| *at < goal).min(vertices) };
        let stop = stop.max(first);
        blocks.push((first, stop));
        first = stop;
    }
    blocks
}
