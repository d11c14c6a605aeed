//! Breadth-first search, level by level, in whichever direction is less work.

use rayon::prelude::*;

use crate::bits::{Bits, ones};
use crate::reader::Reader;
use crate::scratch::Scratch;

/// Frontiers from this size on are read by all threads.
const LARGE: usize = 4096;
/// Words of the bitmap one thread takes at a time, searching inwards.
const BLOCK: usize = 128;

/// A search outward from some vertices. `scratch.sides[0].order` holds what was reached, nearest first; `levels`
/// says where each distance begins.
pub(crate) struct Spread<'r, 's> {
    reader: &'r Reader<'r>,
    pub(crate) scratch: &'s mut Scratch,
    /// Where in the order each distance begins; the last entry is where the next will.
    pub(crate) levels: Vec<usize>,
}

impl<'r, 's> Spread<'r, 's> {
    /// Starts at `seeds`; twice the same counts once.
    pub(crate) fn from(
        reader: &'r Reader<'r>,
        scratch: &'s mut Scratch,
        seeds: impl IntoIterator<Item = u32>,
    ) -> Spread<'r, 's> {
        let side = &mut scratch.sides[0];
        side.clear();
        for seed in seeds {
            if side.visited.insert(seed) {
                side.order.push(seed);
            }
        }
        let levels = vec![0, side.order.len()];
        Spread { reader, scratch, levels }
    }

    /// Goes one hop further; false when nothing new was reached.
    pub(crate) fn step(&mut self) -> bool {
        let start = self.levels[self.levels.len() - 2];
        let stop = self.scratch.sides[0].order.len();
        let frontier = self.passable(start, stop);
        if self.inwards_pays(&frontier) {
            self.step_inwards(&frontier);
        } else {
            self.step_outwards(&frontier);
        }
        let reached = self.scratch.sides[0].order.len();
        self.levels.push(reached);
        reached > stop
    }

    /// Goes `hops` further, or to the end.
    pub(crate) fn run(&mut self, hops: u32) {
        for _ in 0..hops {
            if !self.step() {
                break;
            }
        }
    }

    /// How many vertices lie at each distance.
    pub(crate) fn counts(&self) -> Vec<usize> {
        let mut counts: Vec<usize> = self.levels.windows(2).map(|pair| pair[1] - pair[0]).collect();
        while counts.last() == Some(&0) {
            counts.pop();
        }
        counts
    }

    /// The frontier without the hubs that are not passed through. What was asked about is always expanded.
    fn passable(&mut self, start: usize, stop: usize) -> Vec<u32> {
        let Scratch { sides, marks, .. } = &mut *self.scratch;
        let frontier = &sides[0].order[start..stop];
        if start == 0 {
            return frontier.to_vec();
        }
        frontier.iter().copied().filter(|vertex| !self.reader.is_barrier(*vertex, marks)).collect()
    }

    /// Searching inwards asks each vertex not yet reached whether any of its links leads to the frontier, and is
    /// done with it at the first; searching outwards reads every link of the frontier.
    fn inwards_pays(&self, frontier: &[u32]) -> bool {
        if !self.reader.reads_through() {
            return false;
        }
        let outwards: usize = frontier.iter().map(|vertex| self.reader.crowd(*vertex)).sum();
        let left = (self.reader.connected() as usize).saturating_sub(self.scratch.sides[0].order.len());
        let until_first_hit = self.reader.ends() / outwards.max(1);
        outwards > left.saturating_mul(4 + until_first_hit)
    }

    fn step_outwards(&mut self, frontier: &[u32]) {
        let reader = self.reader;
        let side = &mut self.scratch.sides[0];
        if frontier.len() < LARGE {
            for vertex in frontier {
                reader.each(*vertex, |step| {
                    let neighbour = step.neighbour();
                    if !side.visited.contains(neighbour)
                        && reader.admits_vertex(neighbour)
                        && side.visited.insert(neighbour)
                    {
                        side.order.push(neighbour);
                    }
                });
            }
            return;
        }
        let visited = &side.visited;
        let found: Vec<Vec<u32>> =
            frontier.par_chunks(LARGE / 8).map(|part| unvisited(reader, visited, part)).collect();
        let Scratch { sides: [side, _], .. } = &mut *self.scratch;
        for neighbour in found.into_iter().flatten() {
            if side.visited.insert(neighbour) {
                side.order.push(neighbour);
            }
        }
    }

    fn step_inwards(&mut self, frontier: &[u32]) {
        let reader = self.reader;
        let Scratch { sides: [side, _], frontier: bits, next, .. } = &mut *self.scratch;
        frontier.iter().for_each(|vertex| {
            bits.insert(*vertex);
        });
        let blocks = (reader.connected() as usize).div_ceil(64 * BLOCK);
        let visited = side.visited.words();
        next.words_mut().par_chunks_mut(BLOCK).take(blocks).enumerate().for_each(|(block, words)| {
            for (at, word) in words.iter_mut().enumerate() {
                let place = block * BLOCK + at;
                *word = touching(reader, bits, place as u32 * 64, !visited[place]);
            }
        });
        for vertex in reader.tail_vertices().filter(|vertex| *vertex >= reader.connected()) {
            if !side.visited.contains(vertex) && touches(reader, bits, vertex) {
                next.insert(vertex);
            }
        }
        for (place, word) in next.words_mut().iter_mut().enumerate() {
            for bit in ones(std::mem::take(word)) {
                let vertex = place as u32 * 64 + bit;
                if side.visited.insert(vertex) {
                    side.order.push(vertex);
                }
            }
        }
        bits.clear(frontier);
    }
}

fn unvisited(reader: &Reader<'_>, visited: &Bits, part: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    for vertex in part {
        reader.each(*vertex, |step| {
            let neighbour = step.neighbour();
            if !visited.contains(neighbour) && reader.admits_vertex(neighbour) {
                found.push(neighbour);
            }
        });
    }
    found
}

/// Of the candidates among the 64 vertices from `first` on, those with a link into the frontier.
fn touching(reader: &Reader<'_>, frontier: &Bits, first: u32, candidates: u64) -> u64 {
    let mut found = 0;
    for bit in ones(candidates) {
        if touches(reader, frontier, first + bit) {
            found |= 1 << bit;
        }
    }
    found
}

#[inline]
fn touches(reader: &Reader<'_>, frontier: &Bits, vertex: u32) -> bool {
    use std::ops::ControlFlow::{Break, Continue};
    let hit = |step: crate::scan::Step<'_>| {
        if frontier.holds(step.neighbour()) { Break(()) } else { Continue(()) }
    };
    reader.admits_vertex(vertex) && reader.visit(vertex, hit).is_break()
}
