//! Reading adjacency through a filter: index and tail look like one graph from here on.

use std::ops::ControlFlow;

use entente_model::{ClaimNo, CompartmentNo, VertexNo};

use crate::bits::Bits;
use crate::gate::{Gate, Mode};
use crate::graph::State;
use crate::index::Arrays;
use crate::scan::{Layer, Step};
use crate::segment::Segment;
use crate::{Edge, Filter, HubPolicy, HubReason};

/// The graph at one moment as one filter shows it, in inner numbers.
pub(crate) struct Reader<'a> {
    state: &'a State,
    arrays: Arrays<'a>,
    index: Layer<'a>,
    tail: Vec<(Layer<'a>, &'a Segment)>,
    pub(crate) gate: Gate,
    /// Why vertices with each set of marks count as shared for the viewer.
    reasons: Vec<Option<HubReason>>,
    /// Vertices of the index with a smaller inner number have more links there than the hub policy allows
    /// neighbours.
    crowded: u32,
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
        let reasons = state.marks.sets.seen_by(filter.marks);
        Reader { state, arrays, index, tail, gate, reasons, crowded }
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
        if self.state.removed.is_empty() {
            return self.scan(vertex, &mut each);
        }
        self.scan(vertex, &mut |step: Step<'_>| match step.claim() {
            Some(claim) if self.state.removed.holds(claim) => ControlFlow::Continue(()),
            _ => each(step),
        })
    }

    #[inline]
    fn scan<B>(&self, vertex: u32, each: &mut impl FnMut(Step<'_>) -> ControlFlow<B>) -> ControlFlow<B> {
        let (start, stop) = self.range(vertex);
        self.index.scan(&self.gate, start, stop, each)?;
        for (layer, segment) in self.tail_of(vertex) {
            if let Some((start, stop)) = segment.range(vertex) {
                layer.scan(&self.gate, start, stop, each)?;
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
        let set = match self.arrays.hubs.get(vertex as usize) {
            Some(set) if self.state.marks.late.is_empty() => *set,
            _ => self.state.set_of(self.outer(vertex)),
        };
        self.reasons.get(set as usize).copied().flatten()
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

    /// Whether a vertex is marked as shared or has more than `above` distinct neighbours under the filter.
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
            at: step.time()?,
            claim: ClaimNo(step.claim()?),
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
