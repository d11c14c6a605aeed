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
    rows: Vec<Row>,
    /// Vertices with a visible link.
    linked: usize,
}

/// Link ends one thread reads at a time, about.
const ROW: usize = 1 << 17;

/// A stretch of consecutive vertices.
#[derive(Default)]
struct Row {
    /// Per vertex: where the sources of its links end.
    stops: Vec<u32>,
    sources: Vec<u32>,
    /// Per vertex: one over the number of links out, 0 without; negative for a vertex without any visible link.
    shares: Vec<f64>,
}

const UNLINKED: f64 = -1.0;

impl Inward {
    fn read(reader: &Reader<'_>) -> Inward {
        let rows: Vec<Row> =
            stretches(reader).into_par_iter().map(|vertices| Row::read(reader, vertices)).collect();
        let linked = rows.iter().flat_map(|row| &row.shares).filter(|share| **share != UNLINKED).count();
        Inward { rows, linked }
    }

    fn iterate(&self, choice: ImportanceChoice) -> (Vec<f64>, u32, f64) {
        let count = self.linked.max(1) as f64;
        let shares = self.rows.iter().flat_map(|row| &row.shares);
        let mut ranks: Vec<f64> = shares.map(|share| f64::from(*share != UNLINKED) / count).collect();
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
        let mut kept = 0.0;
        let shares = self.rows.iter().flat_map(|row| &row.shares);
        for ((given, rank), share) in given.iter_mut().zip(ranks).zip(shares) {
            *given = rank * share.max(0.0);
            kept += if *share == 0.0 { *rank } else { 0.0 };
        }
        kept
    }

    /// Gives each vertex its new rank; returns by how much ranks changed.
    fn take(&self, ranks: &mut [f64], given: &[f64], base: f64, damping: f64) -> f64 {
        let mut rest = ranks;
        let mut parts = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let (part, others) = rest.split_at_mut(row.shares.len());
            parts.push((row, part));
            rest = others;
        }
        let changes: Vec<f64> =
            parts.into_par_iter().map(|(row, part)| row.take(part, given, base, damping)).collect();
        // Summed in order, so that the same graph always takes the same number of rounds.
        changes.iter().sum()
    }
}

/// Stretches of vertices with about as many link ends each; vertices come by falling degree.
pub(crate) fn stretches(reader: &Reader<'_>) -> Vec<std::ops::Range<u32>> {
    let (mut stretches, mut first, mut ends) = (Vec::new(), 0, 0);
    let count = reader.vertices() as u32;
    for vertex in 0..count {
        ends += reader.crowd(vertex) + 1;
        if ends >= ROW || vertex + 1 == count {
            stretches.push(first..vertex + 1);
            (first, ends) = (vertex + 1, 0);
        }
    }
    stretches
}

impl Row {
    fn read(reader: &Reader<'_>, vertices: std::ops::Range<u32>) -> Row {
        let mut row = Row::default();
        let count = reader.vertices() as u32;
        for vertex in vertices {
            let (mut outward, before) = (0_u32, row.sources.len());
            if reader.admits_vertex(vertex) {
                reader.each(vertex, |step| {
                    let neighbour = step.neighbour();
                    if neighbour >= count || !reader.admits_vertex(neighbour) {
                        return;
                    }
                    if step.link.is_out() { outward += 1 } else { row.sources.push(neighbour) }
                });
            }
            let linked = outward > 0 || row.sources.len() > before;
            let share = if outward > 0 { 1.0 / f64::from(outward) } else { 0.0 };
            row.stops.push(row.sources.len() as u32);
            row.shares.push(if linked { share } else { UNLINKED });
        }
        row
    }

    fn take(&self, ranks: &mut [f64], given: &[f64], base: f64, damping: f64) -> f64 {
        let (mut change, mut start) = (0.0, 0);
        for ((rank, stop), share) in ranks.iter_mut().zip(&self.stops).zip(&self.shares) {
            let sources = &self.sources[start..*stop as usize];
            start = *stop as usize;
            if *share == UNLINKED {
                continue;
            }
            let sum: f64 = sources.iter().map(|source| given[*source as usize]).sum();
            let new = base + damping * sum;
            change += (new - *rank).abs();
            *rank = new;
        }
        change
    }
}
