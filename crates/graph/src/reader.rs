//! Reading adjacency through a filter: index and tail look like one graph from here on.

use std::ops::ControlFlow;

use entente_model::{ClaimNo, CompartmentNo, VertexNo};

use crate::bits::Bits;
use crate::edge::LinkWord;
use crate::gate::{Gate, Mode};
use crate::graph::State;
use crate::index::Arrays;
use crate::segment::Segment;
use crate::{Edge, Filter, HubPolicy, HubReason};

/// Adjacencies up to this long are read through; longer ones are searched.
const READ_THROUGH: usize = 32;

/// The graph at one moment as one filter shows it, in inner numbers.
pub(crate) struct Reader<'a> {
    state: &'a State,
    arrays: Arrays<'a>,
    index: Layer<'a>,
    tail: Vec<(Layer<'a>, &'a Segment)>,
    pub(crate) gate: Gate,
    /// Vertices of the index with a smaller inner number have more links there than the hub policy allows
    /// neighbours.
    crowded: u32,
}

/// Arrays of link ends with the same order within a vertex: those of the index, or of a segment of the tail.
#[derive(Clone, Copy)]
struct Layer<'a> {
    links: &'a [u64],
    times: &'a [u32],
    claims: &'a [u32],
    mode: Mode,
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
}

impl<'a> Reader<'a> {
    pub(crate) fn new(state: &'a State, filter: &Filter<'_>) -> Reader<'a> {
        let gate = Gate::new(filter);
        let arrays = state.index.arrays();
        let Arrays { links, times, claims, .. } = arrays;
        let index =
            Layer { links, times, claims, mode: gate.mode(filter.compartments, state.index.compartments()) };
        let layer = |segment: &'a Segment| {
            let Segment { links, times, claims, compartments, .. } = segment;
            (Layer { links, times, claims, mode: gate.mode(filter.compartments, compartments) }, segment)
        };
        let tail = state.tail.iter().map(|segment| layer(segment)).collect();
        let crowded = crowded(arrays.offsets, gate.hubs);
        Reader { state, arrays, index, tail, gate, crowded }
    }

    /// How many vertices there are; inner numbers are below.
    pub(crate) fn vertices(&self) -> usize {
        self.state.vertices() as usize
    }

    /// The inner number of a vertex, if it exists.
    pub(crate) fn inner(&self, vertex: VertexNo) -> Option<u32> {
        let known = vertex.0 < self.state.vertices();
        let inner = self.arrays.inner.get(vertex.0 as usize).copied().unwrap_or(vertex.0);
        (known && (inner as usize) < self.vertices()).then_some(inner)
    }

    /// The number the store knows a vertex by.
    #[inline]
    pub(crate) fn outer(&self, vertex: u32) -> VertexNo {
        VertexNo(self.arrays.outer.get(vertex as usize).copied().unwrap_or(vertex))
    }

    /// Vertices of the index that have links there are those with inner numbers below this.
    pub(crate) fn connected(&self) -> u32 {
        self.state.index.connected().min(self.state.vertices())
    }

    /// Link ends in the index and in the tail.
    pub(crate) fn ends(&self) -> usize {
        self.index.links.len() + self.tail.iter().map(|(layer, _)| layer.links.len()).sum::<usize>()
    }

    /// The vertices with links in the tail, some perhaps more than once.
    pub(crate) fn tail_vertices(&self) -> impl Iterator<Item = u32> + '_ {
        self.tail.iter().flat_map(|(_, segment)| segment.vertices())
    }

    /// True when every link end of a vertex has to be looked at, so that asking "any?" is far cheaper than
    /// asking "all?".
    pub(crate) fn reads_through(&self) -> bool {
        self.index.mode != Mode::Selective
    }

    /// Link ends of a vertex before any filter: an upper bound, to weigh work by, never to be shown.
    #[inline]
    pub(crate) fn crowd(&self, vertex: u32) -> usize {
        let (start, stop) = self.range(vertex);
        let tail = self.tail_of(vertex).iter().filter_map(|(_, segment)| segment.range(vertex));
        stop.saturating_sub(start) + tail.map(|(start, stop)| stop - start).sum::<usize>()
    }

    /// Every link end of a vertex that the filter admits: of the index by kind and time, then of the tail.
    #[inline]
    pub(crate) fn visit<B>(
        &self,
        vertex: u32,
        mut each: impl FnMut(Step<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (start, stop) = self.range(vertex);
        self.index.scan(&self.gate, start, stop, &mut each)?;
        for (layer, segment) in self.tail_of(vertex) {
            if let Some((start, stop)) = segment.range(vertex) {
                layer.scan(&self.gate, start, stop, &mut each)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// As [`Reader::visit`], to the end.
    #[inline]
    pub(crate) fn each(&self, vertex: u32, mut each: impl FnMut(Step<'_>)) {
        let _ = self.visit::<()>(vertex, |step| {
            each(step);
            ControlFlow::Continue(())
        });
    }

    /// Whether a vertex other than those asked about may be shown at all.
    #[inline]
    pub(crate) fn admits_vertex(&self, vertex: u32) -> bool {
        !self.gate.tests_vertices() || self.gate.admits_vertex(self.kind(vertex))
    }

    pub(crate) fn kind(&self, vertex: u32) -> u16 {
        match self.arrays.kinds.get(vertex as usize) {
            Some(kind) => *kind,
            None => self.state.vertex(VertexNo(vertex)).kind,
        }
    }

    pub(crate) fn hub_reason(&self, vertex: u32) -> Option<HubReason> {
        if self.state.reasons.is_empty()
            && let Some(code) = self.arrays.hubs.get(vertex as usize)
        {
            return HubReason::from_code(*code);
        }
        self.state.vertex(self.outer(vertex)).hub
    }

    /// Whether the hub policy keeps traversal from passing through a vertex. `marks` is all clear before and
    /// after.
    #[inline]
    pub(crate) fn is_barrier(&self, vertex: u32, marks: &mut Bits) -> bool {
        match self.gate.hubs {
            HubPolicy::Expand => false,
            HubPolicy::Skip { .. } if vertex >= self.crowded && !self.state.in_tail.holds(vertex) => {
                self.hub_reason(vertex).is_some()
            }
            HubPolicy::Skip { above } => self.is_hub(vertex, above, marks),
        }
    }

    /// Whether a vertex has a hub reason or more than `above` distinct neighbours under the filter.
    pub(crate) fn is_hub(&self, vertex: u32, above: u32, marks: &mut Bits) -> bool {
        self.hub_reason(vertex).is_some()
            || (self.crowd(vertex) > above as usize && self.neighbours_up_to(vertex, above, marks) > above)
    }

    /// How many distinct neighbours a vertex has under the filter; counting stops one above `limit`.
    pub(crate) fn neighbours_up_to(&self, vertex: u32, limit: u32, marks: &mut Bits) -> u32 {
        let mut met = Vec::new();
        let _ = self.visit(vertex, |step| {
            let neighbour = step.neighbour();
            if neighbour != vertex && self.admits_vertex(neighbour) && marks.insert(neighbour) {
                met.push(neighbour);
            }
            if met.len() > limit as usize { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        marks.clear(&met);
        met.len() as u32
    }

    /// The edge a step stands for, in the store's numbers.
    pub(crate) fn edge(&self, vertex: u32, step: &Step<'_>) -> Option<Edge> {
        let (own, other) = (self.outer(vertex), self.outer(step.neighbour()));
        let (source, target) = if step.link.is_out() { (own, other) } else { (other, own) };
        Some(Edge {
            source,
            target,
            kind: step.link.kind(),
            compartment: CompartmentNo(step.link.compartment()),
            at: *step.times.get(step.at)?,
            claim: ClaimNo(*step.claims.get(step.at)?),
        })
    }

    /// The parts of the tail in which a vertex may have links.
    #[inline]
    fn tail_of(&self, vertex: u32) -> &[(Layer<'a>, &'a Segment)] {
        if self.state.in_tail.holds(vertex) { &self.tail } else { &[] }
    }

    #[inline]
    fn range(&self, vertex: u32) -> (usize, usize) {
        match self.arrays.offsets.get(vertex as usize..).and_then(|rest| rest.get(..2)) {
            Some(&[start, stop]) => (start as usize, stop as usize),
            _ => (0, 0),
        }
    }
}

impl Layer<'_> {
    #[inline]
    fn scan<B>(
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

/// Inner numbers are by falling degree, so the vertices with more than so many links are the first ones.
fn crowded(offsets: &[u32], policy: HubPolicy) -> u32 {
    let HubPolicy::Skip { above } = policy else { return 0 };
    let (mut low, mut high) = (0, offsets.len().saturating_sub(1));
    while low < high {
        let middle = low + (high - low) / 2;
        if offsets[middle + 1].saturating_sub(offsets[middle]) > above {
            low = middle + 1
        } else {
            high = middle
        }
    }
    low as u32
}
