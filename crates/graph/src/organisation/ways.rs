//! How a member hangs together with what one began from: the smallest part of the picture that explains it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use entente_model::VertexNo;

use super::traced::{Answer, Judgements, Traced};

/// The surest way to each member from what belongs whatever the evidence: seeds, and what people confirmed.
///
/// A way is as sure as the product of its ties; of equally sure ones the shorter, then the one through lower numbers. All ways together
/// are a tree, so what explains several members is the part of it that leads to them.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// For each member its place in the vectors.
    places: HashMap<VertexNo, usize>,
    vertices: Vec<VertexNo>,
    /// The one before it, for each that is not where ways begin.
    before: Vec<Option<usize>>,
    begins: Vec<bool>,
    /// Where ties lead from each place.
    onward: Vec<Vec<usize>>,
}

/// How far a way has come: what it costs in nats, how long it is, and where it is.
type Reached = Reverse<(Cost, usize, VertexNo, usize)>;

/// Nats in billionths, which compare exactly.
type Cost = u64;

impl Ways {
    /// The way to a member, from where it begins; nothing when it hangs together with nothing.
    pub fn to(&self, member: VertexNo) -> Vec<VertexNo> {
        let Some(&place) = self.places.get(&member) else { return Vec::new() };
        let back = std::iter::successors(Some(place), |place| self.before[*place]);
        let mut way: Vec<usize> = back.collect();
        if !way.last().is_some_and(|first| self.begins[*first]) {
            return Vec::new();
        }
        way.reverse();
        way.into_iter().map(|place| self.vertices[place]).collect()
    }

    /// How many of these others hang together with what one began from by this member alone: no way leads past it.
    pub fn hanging_by(&self, member: VertexNo, others: &[VertexNo]) -> usize {
        let Some(&cut) = self.places.get(&member) else { return 0 };
        let reached = self.reached(Some(cut));
        let hangs = |other: &&VertexNo| {
            let place = self.places.get(*other).copied().filter(|place| *place != cut);
            place.is_some_and(|place| !reached[place] && !self.to(**other).is_empty())
        };
        others.iter().filter(hangs).count()
    }

    /// What ways lead to, none of them through one place.
    fn reached(&self, cut: Option<usize>) -> Vec<bool> {
        let mut reached = vec![false; self.vertices.len()];
        let mut next: Vec<usize> =
            (0..self.vertices.len()).filter(|place| self.begins[*place] && Some(*place) != cut).collect();
        while let Some(place) = next.pop() {
            if !std::mem::replace(&mut reached[place], true) {
                next.extend(self.onward[place].iter().filter(|to| Some(**to) != cut && !reached[**to]));
            }
        }
        reached
    }
}

impl Traced {
    /// The ways to the members of an answer given under these decisions, through members that are at least so probable.
    pub fn ways(&self, answer: &Answer, judgements: &Judgements, least: f64) -> Ways {
        let vertices: Vec<VertexNo> =
            answer.members.iter().filter(|one| one.probability >= least).map(|one| one.vertex).collect();
        let places: HashMap<VertexNo, usize> = vertices.iter().copied().zip(0..).collect();
        let mut ties: Vec<Vec<(usize, Cost)>> = vec![Vec::new(); vertices.len()];
        for (from, to, probability) in self.tied(judgements) {
            if let (Some(&from), Some(&to)) = (places.get(&from), places.get(&to)) {
                ties[from].push((to, cost(probability)));
            }
        }
        let begins = self.beginnings(judgements);
        let begins: Vec<bool> = vertices.iter().map(|vertex| begins.contains(vertex)).collect();
        let before = surest(&vertices, &ties, &begins);
        let onward = ties.into_iter().map(|ties| ties.into_iter().map(|(to, _)| to).collect()).collect();
        Ways { places, vertices, before, begins, onward }
    }
}

fn cost(probability: f64) -> Cost {
    (-probability.max(1e-6).ln() * 1e9).round() as Cost
}

/// The place before each on the surest way to it (Dijkstra 1959).
fn surest(vertices: &[VertexNo], ties: &[Vec<(usize, Cost)>], begins: &[bool]) -> Vec<Option<usize>> {
    let mut before = vec![None; vertices.len()];
    let mut best: Vec<Option<(Cost, usize)>> = begins.iter().map(|begins| begins.then_some((0, 0))).collect();
    let starts = (0..vertices.len()).filter(|place| begins[*place]);
    let mut next: BinaryHeap<Reached> = starts.map(|place| Reverse((0, 0, vertices[place], place))).collect();
    while let Some(Reverse((cost, length, _, place))) = next.pop() {
        if best[place] != Some((cost, length)) {
            continue;
        }
        for (to, more) in &ties[place] {
            let found = (cost + more, length + 1);
            if best[*to].is_none_or(|known| found < known) {
                (best[*to], before[*to]) = (Some(found), Some(place));
                next.push(Reverse((found.0, found.1, vertices[*to], *to)));
            }
        }
    }
    before
}
