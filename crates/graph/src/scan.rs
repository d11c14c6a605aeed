//! The inner loop: going through the link ends of one vertex with no more tests than the filter needs.

use std::ops::ControlFlow;

use crate::edge::LinkWord;
use crate::gate::{Gate, Mode};

/// Adjacencies up to this long are read through; longer ones are searched.
const READ_THROUGH: usize = 32;

/// Arrays of link ends with the same order within a vertex: those of the index, or of a segment of the tail.
#[derive(Clone, Copy)]
pub(crate) struct Layer<'a> {
    pub(crate) links: &'a [u64],
    pub(crate) times: &'a [u32],
    pub(crate) claims: &'a [u32],
    pub(crate) mode: Mode,
}

/// A link end that passed the filter.
#[derive(Clone, Copy)]
pub(crate) struct Step<'r> {
    pub(crate) link: LinkWord,
    times: &'r [u32],
    claims: &'r [u32],
    at: usize,
}

impl Step<'_> {
    #[inline]
    pub(crate) fn neighbour(&self) -> u32 {
        self.link.neighbour()
    }

    /// Looked up only when an edge is shown: traversal need not touch the times and claims at all.
    pub(crate) fn time(&self) -> Option<u32> {
        self.times.get(self.at).copied()
    }

    pub(crate) fn claim(&self) -> Option<u32> {
        self.claims.get(self.at).copied()
    }
}

impl Layer<'_> {
    /// The link ends from `start` to `stop`, which belong to one vertex, that the filter admits.
    #[inline]
    pub(crate) fn scan<B>(
        &self,
        gate: &Gate,
        start: usize,
        stop: usize,
        each: &mut impl FnMut(Step<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match gate.until {
            None => self.scan_now(gate, start, stop, each),
            // The past is asked for rarely, and one thing at a time.
            Some(until) => self.scan_now(gate, start, stop, &mut |step| match step.claim() {
                Some(claim) if claim <= until.0 => each(step),
                _ => ControlFlow::Continue(()),
            }),
        }
    }

    #[inline]
    fn scan_now<B>(
        &self,
        gate: &Gate,
        start: usize,
        stop: usize,
        each: &mut impl FnMut(Step<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let links = self.links.get(start..stop).unwrap_or(&[]);
        match self.mode {
            Mode::Open => self.scan_all(links, start, |_| true, each),
            Mode::Compartments => self.scan_all(links, start, |link| gate.admits_compartment(link), each),
            Mode::Selective if links.len() <= READ_THROUGH => self.scan_chosen(gate, links, start, each),
            Mode::Selective => self.scan_runs(gate, links, start, each),
        }
    }

    #[inline]
    fn scan_all<B>(
        &self,
        links: &[u64],
        start: usize,
        admits: impl Fn(LinkWord) -> bool,
        each: &mut impl FnMut(Step<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        for (place, word) in links.iter().enumerate() {
            let link = LinkWord(*word);
            if admits(link) {
                each(Step { link, times: self.times, claims: self.claims, at: start + place })?;
            }
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn scan_chosen<B>(
        &self,
        gate: &Gate,
        links: &[u64],
        start: usize,
        each: &mut impl FnMut(Step<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let times = self.times.get(start..start + links.len()).unwrap_or(&[]);
        for (place, (word, time)) in links.iter().zip(times).enumerate() {
            let link = LinkWord(*word);
            if gate.admits_kind(link.kind()) && gate.admits_time(*time) && gate.admits_compartment(link) {
                each(Step { link, times: self.times, claims: self.claims, at: start + place })?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Goes from kind to kind by search, and within a chosen kind to the window by search.
    fn scan_runs<B>(
        &self,
        gate: &Gate,
        links: &[u64],
        start: usize,
        each: &mut impl FnMut(Step<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let times = self.times.get(start..start + links.len()).unwrap_or(&[]);
        let mut first = 0;
        while let Some(word) = links.get(first) {
            let kind = LinkWord(*word).kind();
            let stop = first + run_length(&links[first..], kind);
            if gate.admits_kind(kind) {
                let within = times.get(first..stop).unwrap_or(&[]);
                for (from, to) in windows(gate, within) {
                    for (place, word) in (first + from..).zip(&links[first + from..first + to]) {
                        let link = LinkWord(*word);
                        if gate.admits_compartment(link) {
                            each(Step { link, times: self.times, claims: self.claims, at: start + place })?;
                        }
                    }
                }
            }
            first = stop;
        }
        ControlFlow::Continue(())
    }
}

/// How many links at the front are of this kind, at least one: galloping, since most kinds are short.
#[inline]
fn run_length(links: &[u64], kind: u16) -> usize {
    let mut reach = 8;
    while reach < links.len() && LinkWord(links[reach]).kind() <= kind {
        reach *= 2;
    }
    links[..reach.min(links.len())].partition_point(|word| LinkWord(*word).kind() <= kind).max(1)
}

/// The stretches of a kind's ascending times that the window admits: the undated, which come first, and the dated.
#[inline]
fn windows(gate: &Gate, times: &[u32]) -> [(usize, usize); 2] {
    let Some(window) = gate.window else { return [(0, 0), (0, times.len())] };
    let undated = if window.undated { times.partition_point(|at| *at == 0) } else { 0 };
    let from = times.partition_point(|at| *at < window.from).max(undated);
    let to = times.partition_point(|at| *at < window.to).max(from);
    [(0, undated), (from, to)]
}
