//! Shortest paths from one source to everything, counted there and shared out on the way back (Brandes 2001).
//!
//! The visible graph has few levels and most of its link ends on two of them, so each level is crossed from the side that
//! has fewer link ends: outward by those reached or inward by those not yet reached (as Beamer, Asanović, Patterson 2012 do for
//! plain search), and on the way back by either side as well.

use crate::mesh::Mesh;

const UNREACHED: u32 = u32::MAX;

/// Memory for one search; shape: one entry per vertex.
pub(super) struct Search<'a> {
    mesh: &'a Mesh,
    /// Links to the source.
    levels: Vec<u32>,
    /// Number of shortest paths from the source.
    paths: Vec<f64>,
    /// On the way back: (1 + dependency) / paths, for vertices done.
    shares: Vec<f64>,
    /// On the way back: sum of the shares of a vertex's successors.
    sums: Vec<f64>,
    /// Reached vertices, nearest first.
    order: Vec<u32>,
    /// Where each level begins in `order`; one more for the end.
    starts: Vec<usize>,
    /// Vertices with links that are not reached yet; only made when a level is crossed inward.
    unreached: Vec<u32>,
    linked: &'a [u32],
    ends_left: usize,
}

impl<'a> Search<'a> {
    /// `linked` are the vertices with links.
    pub(super) fn new(mesh: &'a Mesh, linked: &'a [u32]) -> Search<'a> {
        let count = mesh.len();
        Search {
            mesh,
            levels: vec![UNREACHED; count],
            paths: vec![0.0; count],
            shares: vec![0.0; count],
            sums: vec![0.0; count],
            order: Vec::with_capacity(linked.len()),
            starts: Vec::new(),
            unreached: Vec::new(),
            linked,
            ends_left: 0,
        }
    }

    /// Adds to `scores`, per vertex, the part of the source's shortest paths that runs through it, the ends of paths not counted.
    pub(super) fn run(&mut self, source: u32, scores: &mut [f64]) {
        self.begin(source);
        while self.starts[self.starts.len() - 1] < self.order.len() {
            self.advance();
        }
        for level in (1..self.starts.len() - 1).rev() {
            self.give_back(level, scores);
        }
    }

    fn begin(&mut self, source: u32) {
        for vertex in self.order.drain(..) {
            self.levels[vertex as usize] = UNREACHED;
            self.paths[vertex as usize] = 0.0;
            self.sums[vertex as usize] = 0.0;
        }
        self.starts.clear();
        self.unreached.clear();
        self.starts.push(0);
        self.order.push(source);
        self.levels[source as usize] = 0;
        self.paths[source as usize] = 1.0;
        self.ends_left = self.mesh.ends() - self.mesh.degree(source);
    }

    /// Reaches the next level from the last one.
    fn advance(&mut self) {
        let first = self.starts[self.starts.len() - 1];
        let level = self.starts.len() as u32;
        let last = self.order.len();
        self.starts.push(last);
        let ends: usize = self.order[first..].iter().map(|vertex| self.mesh.degree(*vertex)).sum();
        if ends <= self.ends_left {
            self.push_out(first..last, level);
        } else {
            self.pull_in(level);
        }
        let reached = &self.order[last..];
        self.ends_left -= reached.iter().map(|vertex| self.mesh.degree(*vertex)).sum::<usize>();
    }

    fn push_out(&mut self, from: std::ops::Range<usize>, level: u32) {
        for place in from {
            let vertex = self.order[place];
            let paths = self.paths[vertex as usize];
            for to in self.mesh.neighbours(vertex) {
                let known = &mut self.levels[*to as usize];
                if *known == UNREACHED {
                    *known = level;
                    self.order.push(*to);
                }
                if *known == level {
                    self.paths[*to as usize] += paths;
                }
            }
        }
    }

    fn pull_in(&mut self, level: u32) {
        let Search { mesh, levels, paths, order, unreached, linked, .. } = self;
        if unreached.is_empty() {
            unreached.extend_from_slice(linked);
        }
        unreached.retain(|vertex| {
            if levels[*vertex as usize] != UNREACHED {
                return false;
            }
            let before = mesh.neighbours(*vertex).iter().filter(|to| levels[**to as usize] == level - 1);
            let sum: f64 = before.map(|to| paths[*to as usize]).sum();
            if sum > 0.0 {
                paths[*vertex as usize] = sum;
                order.push(*vertex);
            }
            sum == 0.0
        });
        let reached = &order[self.starts[self.starts.len() - 1]..];
        reached.iter().for_each(|vertex| levels[*vertex as usize] = level);
    }

    /// Settles a level, all its successors being done, and hands what it has to the level before.
    fn give_back(&mut self, level: usize, scores: &mut [f64]) {
        let (first, last) = (self.starts[level], self.starts[level + 1]);
        for vertex in &self.order[first..last] {
            let paths = self.paths[*vertex as usize];
            let dependency = paths * self.sums[*vertex as usize];
            scores[*vertex as usize] += dependency;
            self.shares[*vertex as usize] = (1.0 + dependency) / paths;
        }
        if level == 1 {
            return; // The source itself is no vertex between.
        }
        let before = self.starts[level - 1]..first;
        let ends = |range: std::ops::Range<usize>| {
            self.order[range].iter().map(|vertex| self.mesh.degree(*vertex)).sum::<usize>()
        };
        if ends(before.clone()) <= ends(first..last) {
            self.collect(before, level as u32);
        } else {
            self.distribute(first..last, level as u32 - 1);
        }
    }

    fn collect(&mut self, vertices: std::ops::Range<usize>, level: u32) {
        for vertex in &self.order[vertices] {
            let after = self.mesh.neighbours(*vertex).iter().filter(|to| self.levels[**to as usize] == level);
            self.sums[*vertex as usize] = after.map(|to| self.shares[*to as usize]).sum();
        }
    }

    fn distribute(&mut self, vertices: std::ops::Range<usize>, level: u32) {
        for vertex in &self.order[vertices] {
            let share = self.shares[*vertex as usize];
            for to in self.mesh.neighbours(*vertex) {
                if self.levels[*to as usize] == level {
                    self.sums[*to as usize] += share;
                }
            }
        }
    }
}
