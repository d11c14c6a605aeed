//! Moving single vertices between communities until none gains by it.
//!
//! Threads decide for a batch of vertices at a time, each by the communities as they stood when the batch began; then the
//! decisions are carried out in order. So the result depends on the batches, which depend on the graph alone, and on nothing
//! else. Only vertices whose surroundings changed are asked again (Ozaki, Tezuka, Inaba 2016).

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use rayon::prelude::*;

use super::coarse::Level;
use super::pad::{Pad, Pads};
use super::quality::Gain;

/// Into how many batches a round is cut. Neighbours in one batch do not see each other move, so batches are small, and
/// neighbouring numbers, which have about as many links, are put in different ones. A graph of so many vertices is divided one
/// vertex at a time. On the graph of the bench, 64 batches instead cost a twentieth of the modularity.
const BATCHES: usize = 512;
/// A round that moves fewer than one vertex in so many is the last.
const SETTLED: usize = 60;
/// Two vertices of a batch could change places for ever, though hardly many; after so many rounds it is enough.
const MOST_ROUNDS: usize = 40;
/// Vertices one thread decides for before it takes more.
const PIECE: usize = 64;
/// Decided: to leave for a community of its own.
const ALONE: u32 = u32::MAX;

/// Moves vertices; `labels` are the communities, by numbers of vertices.
pub(super) fn move_vertices(level: Level<'_>, gain: Gain, labels: &mut [u32]) {
    let mut moving = Moving::new(level, gain, labels);
    let order = spread(level);
    for _ in 0..MOST_ROUNDS {
        let asked: Vec<u32> = order.iter().copied().filter(|vertex| moving.takes(*vertex)).collect();
        let batch = asked.len().div_ceil(BATCHES).max(1);
        let moved: usize = asked.chunks(batch).map(|batch| moving.step(batch)).sum();
        if moved * SETTLED <= order.len() {
            return;
        }
    }
}

/// The vertices with links, neighbouring numbers far apart.
fn spread(level: Level<'_>) -> Vec<u32> {
    let count = level.mesh.len();
    let strides = (0..BATCHES).flat_map(|first| (first..count).step_by(BATCHES));
    strides.map(|vertex| vertex as u32).filter(|vertex| level.mesh.degree(*vertex) > 0).collect()
}

struct Moving<'a> {
    level: Level<'a>,
    gain: Gain,
    labels: &'a mut [u32],
    /// Per label, the mass of its community.
    masses: Vec<u64>,
    /// Labels that became free, and may not be so any more.
    free: Vec<u32>,
    /// Vertices to be asked in the next round.
    awake: Vec<AtomicBool>,
    pads: Pads,
}

impl<'a> Moving<'a> {
    fn new(level: Level<'a>, gain: Gain, labels: &'a mut [u32]) -> Moving<'a> {
        let count = labels.len();
        let mut masses = vec![0; count];
        labels.iter().zip(level.masses).for_each(|(label, mass)| masses[*label as usize] += mass);
        let free = (0..count as u32).filter(|label| masses[*label as usize] == 0).collect();
        let pads = Pads::new(count);
        let awake = (0..count).map(|_| AtomicBool::new(true)).collect();
        Moving { level, gain, labels, masses, free, awake, pads }
    }

    /// Takes a vertex for this round if it is to be asked.
    fn takes(&self, vertex: u32) -> bool {
        self.awake[vertex as usize].swap(false, Relaxed)
    }

    /// Decides for a batch and carries it out; says how many moved.
    fn step(&mut self, batch: &[u32]) -> usize {
        let wishes: Vec<Vec<(u32, u32)>> = batch.par_chunks(PIECE).map(|piece| self.wishes(piece)).collect();
        let moved: Vec<u32> =
            wishes.into_iter().flatten().filter_map(|(vertex, to)| self.carry_out(vertex, to)).collect();
        moved.par_chunks(PIECE).for_each(|piece| piece.iter().for_each(|vertex| self.wake_around(*vertex)));
        moved.len()
    }

    /// The vertices of a piece that want to move, and where to.
    fn wishes(&self, piece: &[u32]) -> Vec<(u32, u32)> {
        let wish = |vertex: &u32, pad: &mut Pad| Some((*vertex, self.wish(*vertex, pad)?));
        self.pads.with(|pad| piece.iter().filter_map(|vertex| wish(vertex, pad)).collect())
    }

    fn wish(&self, vertex: u32, pad: &mut Pad) -> Option<u32> {
        let links = self.level.mesh.links(vertex);
        links.for_each(|(to, weight)| pad.add(self.labels[to as usize], weight));
        let (own, mass) = (self.labels[vertex as usize], self.level.masses[vertex as usize]);
        let mut best = (self.gain.of(pad.sum(own), mass, self.masses[own as usize] - mass), own);
        for label in pad.met().iter().copied().filter(|label| *label != own) {
            let joined = self.gain.of(pad.sum(label), mass, self.masses[label as usize]);
            // Of equals the lower label, so that the order of links does not matter.
            if joined > best.0 || (joined == best.0 && best.1 != own && label < best.1) {
                best = (joined, label);
            }
        }
        pad.clear();
        let alone = best.0 < 0.0;
        (alone || best.1 != own).then_some(if alone { ALONE } else { best.1 })
    }

    /// Moves a vertex. When everybody has left where it wants to go, it is asked again instead.
    fn carry_out(&mut self, vertex: u32, wish: u32) -> Option<u32> {
        let (own, mass) = (self.labels[vertex as usize], self.level.masses[vertex as usize]);
        let to = if wish == ALONE { self.empty_label(own, mass)? } else { wish };
        if wish != ALONE && self.masses[to as usize] == 0 {
            self.awake[vertex as usize].store(true, Relaxed);
            return None;
        }
        self.masses[own as usize] -= mass;
        self.masses[to as usize] += mass;
        if self.masses[own as usize] == 0 {
            self.free.push(own);
        }
        self.labels[vertex as usize] = to;
        Some(vertex)
    }

    /// A label nobody has, for a vertex that is not alone.
    fn empty_label(&mut self, own: u32, mass: u64) -> Option<u32> {
        if self.masses[own as usize] == mass {
            return None;
        }
        while let Some(label) = self.free.pop() {
            if self.masses[label as usize] == 0 {
                return Some(label);
            }
        }
        None
    }

    /// Neighbours elsewhere may want to follow.
    fn wake_around(&self, vertex: u32) {
        let own = self.labels[vertex as usize];
        for to in self.level.mesh.neighbours(vertex) {
            if self.labels[*to as usize] != own {
                self.awake[*to as usize].store(true, Relaxed);
            }
        }
    }
}
