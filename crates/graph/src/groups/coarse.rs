//! Levels of the search: the ground, and above it graphs whose vertices are parts of the level below.

use rayon::prelude::*;

use super::pad::{Pad, Pads};
use crate::mesh::{Mesh, Rows};

/// Link ends one thread gathers at a time, about.
const STRETCH: usize = 1 << 16;

/// A graph to divide: its links, and what each vertex weighs in the objective.
#[derive(Clone, Copy)]
pub(super) struct Level<'a> {
    pub(super) mesh: &'a Mesh,
    pub(super) masses: &'a [u64],
}

/// A division of a level into numbered parts.
pub(super) struct Parts {
    /// Per vertex the number of its part, or [`Parts::NONE`] for vertices that have no part in anything.
    pub(super) of: Vec<u32>,
    /// How many parts there are.
    pub(super) count: usize,
}

impl Parts {
    pub(super) const NONE: u32 = u32::MAX;

    /// Numbers labels densely, in order of the first vertex that has them. Vertices without mass are in no part.
    pub(super) fn number(labels: &[u32], masses: &[u64]) -> Parts {
        let mut names = vec![Parts::NONE; labels.len()];
        let (mut of, mut count) = (vec![Parts::NONE; labels.len()], 0);
        for ((of, label), _) in of.iter_mut().zip(labels).zip(masses).filter(|(_, mass)| **mass > 0) {
            let name = &mut names[*label as usize];
            if *name == Parts::NONE {
                *name = count;
                count += 1;
            }
            *of = *name;
        }
        Parts { of, count: count as usize }
    }

    /// These parts, joined as parts of the level above say.
    pub(super) fn joined(mut self, above: &Parts) -> Parts {
        self.of
            .par_iter_mut()
            .filter(|part| **part != Parts::NONE)
            .for_each(|part| *part = above.of[*part as usize]);
        Parts { of: self.of, count: above.count }
    }

    /// Per vertex the number of the first member of its part; its own without part.
    pub(super) fn named_by_members(&self) -> Vec<u32> {
        let mut first = vec![Parts::NONE; self.count];
        let mut names: Vec<u32> = (0..self.of.len() as u32).collect();
        for (name, part) in names.iter_mut().zip(&self.of).filter(|(_, part)| **part != Parts::NONE) {
            let first = &mut first[*part as usize];
            *first = (*first).min(*name);
            *name = *first;
        }
        names
    }

    /// The members of each part, one part after the other, and where each part begins; one more for the end.
    pub(super) fn members(&self) -> (Vec<u32>, Vec<usize>) {
        let mut starts = vec![0_usize; self.count + 1];
        for part in self.of.iter().filter(|part| **part != Parts::NONE) {
            starts[*part as usize + 1] += 1;
        }
        (0..self.count).for_each(|part| starts[part + 1] += starts[part]);
        let mut next = starts.clone();
        let mut members = vec![0_u32; starts[self.count]];
        for (vertex, part) in (0..).zip(&self.of).filter(|(_, part)| **part != Parts::NONE) {
            members[next[*part as usize]] = vertex;
            next[*part as usize] += 1;
        }
        (members, starts)
    }
}

/// The level above: its vertices are the parts, with the links between them added up. Also its masses, and the communities
/// its vertices begin in, which are those of the parts' members.
pub(super) fn gather(level: Level<'_>, parts: &Parts, labels: &[u32]) -> (Mesh, Vec<u64>, Vec<u32>) {
    let (members, starts) = parts.members();
    let of_part = |part: usize| &members[starts[part]..starts[part + 1]];
    let pads = Pads::new(parts.count);
    let rows: Vec<Rows> = stretches(level.mesh, parts.count, &of_part)
        .into_par_iter()
        .map(|stretch| {
            let mut rows = Rows::default();
            let mut row =
                |part, pad: &mut _| gather_row(level.mesh, parts, part as u32, of_part(part), pad, &mut rows);
            pads.with(|pad| stretch.for_each(|part| row(part, pad)));
            rows
        })
        .collect();
    let mass = |part| of_part(part).iter().map(|vertex| level.masses[*vertex as usize]).sum();
    let masses = (0..parts.count).map(mass).collect();
    (Mesh::join(&rows), masses, begin(parts, labels))
}

fn gather_row(mesh: &Mesh, parts: &Parts, own: u32, members: &[u32], pad: &mut Pad, rows: &mut Rows) {
    for (to, weight) in members.iter().flat_map(|vertex| mesh.links(*vertex)) {
        let part = parts.of[to as usize];
        if part != own {
            pad.add(part, weight);
        }
    }
    rows.lengths.push(pad.met().len() as u32);
    for (part, weight) in pad.drain() {
        rows.to.push(part);
        rows.weights.push(weight);
    }
}

/// Communities of the level below as communities of parts: labels are numbers of vertices, here those of the first part met.
fn begin(parts: &Parts, labels: &[u32]) -> Vec<u32> {
    let mut names = vec![Parts::NONE; labels.len()];
    let mut begun = vec![Parts::NONE; parts.count];
    for (part, label) in parts.of.iter().zip(labels).filter(|(part, _)| **part != Parts::NONE) {
        let name = &mut names[*label as usize];
        *name = (*name).min(*part);
        begun[*part as usize] = *name;
    }
    begun
}

/// Stretches of parts with about as many link ends each.
pub(super) fn stretches<'a>(
    mesh: &Mesh,
    count: usize,
    members: &impl Fn(usize) -> &'a [u32],
) -> Vec<std::ops::Range<usize>> {
    let (mut stretches, mut first, mut ends) = (Vec::new(), 0, 0);
    for part in 0..count {
        ends += members(part).iter().map(|vertex| mesh.degree(*vertex) + 1).sum::<usize>();
        if ends >= STRETCH || part + 1 == count {
            stretches.push(first..part + 1);
            (first, ends) = (part + 1, 0);
        }
    }
    stretches
}
