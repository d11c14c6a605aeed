//! The disruption of the Montagna meetings as published (Cavallaro, Ficara, De Meo, Fiumara, Catanese, Bagdasar, Liotta 2020,
//! PLOS ONE 15:8): the largest component after each removal, by the method of the authors, measured by us.

use std::collections::VecDeque;

use entente_graph::{Aim, Capability};
use entente_model::VertexNo;

use crate::data::{self, Links};

const MEETINGS: &str = "montagna-disruption/dataset/Montagna_meetings_edgelist.csv";
const RESULTS: &str = "montagna-disruption/disruption/results";

/// Neighbours of each vertex that is left, vertices in the order in which the data first name them.
struct Left(Vec<(u32, Vec<u32>)>);

impl Left {
    fn new(links: &Links) -> Left {
        let mut left: Vec<(u32, Vec<u32>)> = Vec::new();
        for (a, b, _) in links {
            for (from, to) in [(a, b), (b, a)] {
                match left.iter_mut().find(|(vertex, _)| vertex == from) {
                    Some((_, row)) => row.push(*to),
                    None => left.push((*from, vec![*to])),
                }
            }
        }
        Left(left)
    }

    fn remove(&mut self, gone: u32) {
        self.0.retain(|(vertex, _)| *vertex != gone);
        self.0.iter_mut().for_each(|(_, row)| row.retain(|to| *to != gone));
    }

    fn degree(&self, vertex: u32) -> usize {
        self.0.iter().find(|(known, _)| *known == vertex).map_or(0, |(_, row)| row.len())
    }

    /// Highest first; of equals the last one first, as the authors' sorting has it.
    fn ranked(&self, score: impl Fn(&Left, u32) -> f64) -> Vec<u32> {
        let mut scored: Vec<(f64, u32)> =
            self.0.iter().map(|(vertex, _)| (score(self, *vertex), *vertex)).collect();
        scored.sort_by(|a, b| {
            if (a.0 - b.0).abs() < 1e-9 { std::cmp::Ordering::Equal } else { a.0.total_cmp(&b.0) }
        });
        scored.into_iter().rev().map(|(_, vertex)| vertex).collect()
    }

    fn betweenness(&self) -> Vec<(u32, f64)> {
        let mut scores: Vec<(u32, f64)> = self.0.iter().map(|(vertex, _)| (*vertex, 0.0)).collect();
        for source in 0..self.0.len() {
            self.from(source, &mut scores);
        }
        scores
    }

    /// Brandes 2001, written out.
    fn from(&self, source: usize, scores: &mut [(u32, f64)]) {
        let place = |vertex: u32| self.0.iter().position(|(known, _)| *known == vertex).expect("known");
        let count = self.0.len();
        let (mut far, mut paths, mut order) = (vec![usize::MAX; count], vec![0.0; count], Vec::new());
        let mut queue = VecDeque::from([source]);
        (far[source], paths[source]) = (0, 1.0);
        while let Some(at) = queue.pop_front() {
            order.push(at);
            for to in self.0[at].1.iter().map(|to| place(*to)) {
                if far[to] == usize::MAX {
                    far[to] = far[at] + 1;
                    queue.push_back(to);
                }
                paths[to] += if far[to] == far[at] + 1 { paths[at] } else { 0.0 };
            }
        }
        let mut shares = vec![0.0; count];
        for at in order.into_iter().rev() {
            for to in self.0[at].1.iter().map(|to| place(*to)).filter(|to| far[*to] == far[at] + 1) {
                shares[at] += paths[at] / paths[to] * (1.0 + shares[to]);
            }
            scores[at].1 += if at == source { 0.0 } else { shares[at] };
        }
    }
}

/// A published column: number removed, and what is left of the largest component.
fn published(file: &str, column: &str) -> Option<Vec<(usize, f64)>> {
    let text = data::file(&format!("{RESULTS}/{file}"))?;
    let mut lines = text.lines();
    let at = lines.next()?.split(',').position(|name| name == column)?;
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        Some((fields.get(1)?.parse().ok()?, fields.get(at)?.parse().ok()?))
    };
    Some(lines.filter_map(row).collect())
}

/// Removes so many at a time, ranked anew each time.
fn removed(links: &Links, block: usize, rank: impl Fn(&Left) -> Vec<u32>) -> Vec<VertexNo> {
    let mut left = Left::new(links);
    let mut gone = Vec::new();
    while !left.0.is_empty() {
        for vertex in rank(&left).into_iter().take(block) {
            left.remove(vertex);
            gone.push(VertexNo(vertex));
        }
    }
    gone
}

fn by_degree(left: &Left) -> Vec<u32> {
    left.ranked(|left, vertex| left.degree(vertex) as f64)
}

fn by_betweenness(left: &Left) -> Vec<u32> {
    let scores = left.betweenness();
    left.ranked(|_, vertex| {
        scores.iter().find(|(known, _)| *known == vertex).map_or(0.0, |(_, score)| *score)
    })
}

/// The largest difference between the published column and ours, over all published rows.
fn difference(published: &[(usize, f64)], ours: &[f64]) -> f64 {
    let gap = |(removed, left): &(usize, f64)| (ours[*removed] - left).abs();
    published.iter().map(gap).fold(0.0, f64::max)
}

#[test]
fn the_published_curves_are_reproduced() {
    let Some(text) = data::file(MEETINGS) else { return };
    let links = data::links(&text);
    let network = data::network(&links);
    for (name, block) in [("sequential", 1), ("block", 5)] {
        for column in ["Degree", "Betweenness"] {
            let rank = if column == "Degree" { by_degree } else { by_betweenness };
            let curve = network.curve(&removed(&links, block, rank), Capability::LargestComponent);
            let Some(published) = published(&format!("{name}/meeting/df_Unweighted_5nrem.csv"), column)
            else {
                return;
            };
            let gap = difference(&published, &curve.left);
            println!("{name}, {column}: {} published values, largest difference {gap:.5}", published.len());
            assert!(gap < 1e-9, "{name}, {column}");
        }
    }
}

#[test]
fn our_plan_beats_every_published_curve() {
    let Some(text) = data::file(MEETINGS) else { return };
    let network = data::network(&data::links(&text));
    let plan =
        network.plan(Aim { effort: 20_000_000, ..Aim::new(Capability::LargestComponent, f64::INFINITY) });
    for weights in ["Unweighted", "Weighted"] {
        for column in ["Betweenness", "Katz", "Collective Influence", "Degree"] {
            let file = format!("sequential/meeting/df_{weights}_5nrem.csv");
            let Some(published) = published(&file, column) else { return };
            let theirs: f64 = published.iter().map(|(_, left)| left).sum();
            let ours: f64 = published.iter().map(|(removed, _)| plan.curve.left[*removed]).sum();
            println!("{weights} {column}: published {:.4}, ours {:.4}", theirs / 101.0, ours / 101.0);
            assert!(ours < theirs, "{weights} {column}");
        }
    }
}
