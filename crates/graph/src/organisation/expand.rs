//! Best first outward from the seeds, as far as anything may still be probable.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use entente_model::VertexNo;

use super::around::Survey;
use super::weight::Found;

/// The part of the graph the question is about.
#[derive(Debug)]
pub(crate) struct Reached {
    /// By inner number, seeds first, then the most probable first.
    pub(crate) vertices: Vec<u32>,
    /// The ties out of each vertex that was followed, to places in `vertices` or beyond.
    pub(crate) ties: Vec<Vec<Found>>,
    /// Where each vertex stands.
    pub(crate) places: HashMap<u32, u32>,
}

/// A vertex and the probability of the best way to it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Open {
    best: f64,
    vertex: u32,
    /// The vertex by its outer number, which what the viewer may not see does not change.
    outer: VertexNo,
    held: (u32, u32),
}

impl Eq for Open {}

impl Ord for Open {
    fn cmp(&self, other: &Open) -> Ordering {
        self.best.total_cmp(&other.best).then(other.outer.cmp(&self.outer)).then(self.held.cmp(&other.held))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Open) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Survey<'_> {
    /// Follows ties from the seeds while the best way is more probable than the floor, and no more than so many vertices.
    /// What is barred is neither reached nor passed.
    pub(crate) fn expand(&self, seeds: &[u32], barred: &dyn Fn(u32) -> bool) -> Reached {
        let mut reached = Reached { vertices: Vec::new(), ties: Vec::new(), places: HashMap::new() };
        let mut best: HashMap<u32, f64> = HashMap::new();
        let mut open = BinaryHeap::new();
        for seed in seeds {
            best.insert(*seed, 1.0);
            open.push(Open { best: 1.0, vertex: *seed, outer: self.reader.outer(*seed), held: (0, 0) });
        }
        while let Some(next) = open.pop() {
            if reached.places.contains_key(&next.vertex) {
                continue;
            }
            if reached.vertices.len() >= self.choice.most_vertices {
                break;
            }
            reached.places.insert(next.vertex, reached.vertices.len() as u32);
            reached.vertices.push(next.vertex);
            let ties = self.follow(next.vertex, next.held);
            for tie in ties.iter().filter(|tie| !barred(tie.to)) {
                let through = next.best * tie.probability;
                let before = best.entry(tie.to).or_insert(0.0);
                if through >= self.choice.floor && through > *before {
                    *before = through;
                    let outer = self.reader.outer(tie.to);
                    open.push(Open { best: through, vertex: tie.to, outer, held: tie.held });
                }
            }
            reached.ties.push(ties);
        }
        reached
    }
}
