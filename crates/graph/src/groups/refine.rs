//! Refinement: from communities to parts that are well connected for certain.
//!
//! Within each community every vertex begins on its own, and joins a part of the community only if both it and the part have at
//! least as many links to the rest of the community as the objective gives them by chance. Where Leiden draws the part at
//! random among those that gain, the best is taken here, so that the same graph gives the same parts. Communities know nothing of
//! each other, so each is one piece of work and threads do not change the result.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use rayon::prelude::*;

use super::coarse::{Level, Parts, stretches};
use super::pad::{Pad, Pads};
use super::quality::Gain;

/// Splits communities into well-connected parts.
pub(super) fn refine(level: Level<'_>, gain: Gain, labels: &[u32]) -> Parts {
    let communities = Parts::number(labels, level.masses);
    let (members, starts) = communities.members();
    let of = |community: usize| &members[starts[community]..starts[community + 1]];
    let refining = Refining::new(level, gain, &communities.of);
    let pads = Pads::new(labels.len());
    stretches(level.mesh, communities.count, &of).into_par_iter().with_max_len(1).for_each(|stretch| {
        pads.with(|pad| stretch.for_each(|community| refining.split(of(community), pad)))
    });
    let parts: Vec<u32> = refining.parts.into_iter().map(AtomicU32::into_inner).collect();
    Parts::number(&parts, level.masses)
}

/// Parts in the making. Those of a community are read and written by the one thread that splits it; atomics only spare the proof.
struct Refining<'a> {
    level: Level<'a>,
    gain: Gain,
    /// Per vertex the number of its community.
    communities: &'a [u32],
    /// Per vertex its part: the number of the vertex that began it.
    parts: Vec<AtomicU32>,
    /// Per part: its mass.
    masses: Vec<AtomicU64>,
    /// Per part: the weight of its links to the rest of its community.
    ties: Vec<AtomicU64>,
}

impl<'a> Refining<'a> {
    fn new(level: Level<'a>, gain: Gain, communities: &'a [u32]) -> Refining<'a> {
        let count = communities.len();
        Refining {
            level,
            gain,
            communities,
            parts: (0..count as u32).map(AtomicU32::new).collect(),
            masses: level.masses.iter().copied().map(AtomicU64::new).collect(),
            ties: (0..count).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    fn split(&self, members: &[u32], pad: &mut Pad) {
        if members.len() < 2 {
            return;
        }
        let mut whole = 0;
        for vertex in members {
            whole += self.level.masses[*vertex as usize];
            let inner = self.inner_links(*vertex).map(|(_, weight)| u64::from(weight)).sum();
            self.ties[*vertex as usize].store(inner, Relaxed);
        }
        // Numbers are by falling degree: those with few links choose first, before the hubs have drawn everything to them.
        members.iter().rev().for_each(|vertex| self.place(*vertex, whole, pad));
    }

    /// Puts a vertex that is still on its own into the part where it gains most.
    fn place(&self, vertex: u32, whole: u64, pad: &mut Pad) {
        let mass = self.level.masses[vertex as usize];
        if self.mass(vertex) != mass || !self.is_well_tied(vertex, whole) {
            return;
        }
        self.inner_links(vertex).for_each(|(to, weight)| pad.add(self.part(to), weight));
        let mut best = (0.0, vertex);
        for part in pad.met().iter().copied() {
            let joined = self.gain.of(pad.sum(part), mass, self.mass(part));
            let better = joined > best.0 || (joined == best.0 && best.1 != vertex && part < best.1);
            if better && self.is_well_tied(part, whole) {
                best = (joined, part);
            }
        }
        if best.1 != vertex {
            self.join(vertex, best.1, pad.sum(best.1));
        }
        pad.clear();
    }

    fn join(&self, vertex: u32, part: u32, between: u64) {
        let ties = self.ties(part) + self.ties(vertex) - 2 * between;
        self.ties[part as usize].store(ties, Relaxed);
        self.masses[part as usize].store(self.mass(part) + self.mass(vertex), Relaxed);
        self.masses[vertex as usize].store(0, Relaxed);
        self.parts[vertex as usize].store(part, Relaxed);
    }

    /// Whether a part has at least as many links to the rest of its community as expected.
    fn is_well_tied(&self, part: u32, whole: u64) -> bool {
        let mass = self.mass(part);
        self.gain.of(self.ties(part), mass, whole - mass) >= 0.0
    }

    fn inner_links(&self, vertex: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let own = self.communities[vertex as usize];
        self.level.mesh.links(vertex).filter(move |(to, _)| self.communities[*to as usize] == own)
    }

    fn part(&self, vertex: u32) -> u32 {
        self.parts[vertex as usize].load(Relaxed)
    }

    fn mass(&self, part: u32) -> u64 {
        self.masses[part as usize].load(Relaxed)
    }

    fn ties(&self, part: u32) -> u64 {
        self.ties[part as usize].load(Relaxed)
    }
}
