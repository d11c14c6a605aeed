//! The graph as the node holds it: an index, the live tail, and snapshots that readers take without waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use arc_swap::ArcSwap;
use entente_model::{ClaimNo, VertexNo};

use crate::bits::Bits;
use crate::build::check_edge;
use crate::marks::MarkSets;
use crate::segment::Segment;
use crate::{Built, Edge, Index, IndexError, Mark, Vertex};

/// How far a new vertex number may lie beyond the last one: numbers are dense but for what a lost batch skipped.
const LARGEST_GAP: u32 = 1 << 20;

/// The link graph: readers take a [`Snapshot`] and keep it as long as they like, the committer appends, and
/// compaction replaces the index; nobody waits for anybody but committers for each other.
#[derive(Debug)]
pub struct Graph {
    now: ArcSwap<State>,
    writing: Mutex<()>,
}

/// The graph at one moment. Cheap to take and to clone; what is appended later does not show in it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) state: Arc<State>,
}

/// Everything there is at one moment; never changed, only replaced.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) index: Arc<Index>,
    /// In the order they came; each at least twice as large as the next once [`Graph::append`] has returned.
    pub(crate) tail: Vec<Arc<Segment>>,
    /// Which vertices, by inner number, have links in the tail: most have none, and need not be looked for there.
    pub(crate) in_tail: Arc<Bits>,
    /// The vertices after those of the index.
    pub(crate) fresh: Arc<Vec<Vertex>>,
    pub(crate) marks: Arc<Marks>,
    /// Claims whose edges no longer count, though index or tail still hold them; none, most of the time.
    pub(crate) removed: Arc<Bits>,
    pub(crate) last_claim: ClaimNo,
}

/// Which vertices are said to be shared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// Those of the index and those that came after.
    pub(crate) sets: MarkSets,
    /// Sets of the vertices marked after the index was built, by outer number.
    pub(crate) late: HashMap<u32, u32>,
}

impl Graph {
    /// A graph that begins with this index and an empty tail.
    pub fn new(index: Index) -> Graph {
        let state = State {
            last_claim: index.last_claim(),
            marks: Arc::new(Marks { sets: index.marks(), late: HashMap::new() }),
            index: Arc::new(index),
            tail: Vec::new(),
            in_tail: Arc::default(),
            fresh: Arc::default(),
            removed: Arc::default(),
        };
        Graph { now: ArcSwap::from_pointee(state), writing: Mutex::new(()) }
    }

    /// The graph as it is now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { state: self.now.load_full() }
    }

    /// Adds what a commit brought: first its new vertices, then its edges. Snapshots taken from the moment the
    /// edges are published see all of them; that happens before small pieces of the tail are joined into
    /// larger ones, which is the rest of the work here.
    ///
    /// # Errors
    /// [`IndexError::UnknownVertex`], [`IndexError::LinkKind`], [`IndexError::NotDense`]: then nothing was added.
    pub fn append(
        &self,
        vertices: &[(VertexNo, Vertex)],
        edges: Vec<Edge>,
        last_claim: ClaimNo,
    ) -> Result<(), IndexError> {
        let _writing = self.lock();
        let mut state = State::clone(&self.now.load());
        state.add_vertices(vertices)?;
        edges.iter().try_for_each(|edge| check_edge(edge, state.vertices() as usize))?;
        state.last_claim = state.last_claim.max(last_claim);
        state.add_segment(edges);
        self.now.store(Arc::new(state.clone()));
        if state.join_small_segments() {
            self.now.store(Arc::new(state));
        }
        Ok(())
    }

    /// Adds to who says that vertices are shared. Numbers the graph does not know are left out.
    pub fn mark(&self, marks: &[(VertexNo, Mark)]) {
        if marks.is_empty() {
            return;
        }
        let _writing = self.lock();
        let mut state = State::clone(&self.now.load());
        let known = state.vertices();
        for (vertex, mark) in marks.iter().filter(|(vertex, _)| vertex.0 < known) {
            let before = state.set_of(*vertex);
            let Marks { sets, late } = Arc::make_mut(&mut state.marks);
            let after = sets.with(before, *mark);
            if after != before {
                late.insert(vertex.0, after);
            }
        }
        self.now.store(Arc::new(state));
    }

    /// Removes the edges of claims from every snapshot taken from now on, as if they had never been told. The next index that is
    /// built is without them.
    pub fn remove(&self, claims: &[ClaimNo]) {
        let Some(last) = claims.iter().max() else { return };
        let _writing = self.lock();
        let mut state = State::clone(&self.now.load());
        let removed = Arc::make_mut(&mut state.removed);
        removed.reach(last.0 as usize + 1);
        for claim in claims {
            removed.insert(claim.0);
        }
        self.now.store(Arc::new(state));
    }

    /// Puts an index built from `covered` (see [`Snapshot::build`]) in place of the present one. Edges appended
    /// since the snapshot stay in the tail.
    ///
    /// # Errors
    /// [`IndexError::Superseded`] when the snapshot stands on another index than the graph does now, or when
    /// `index` is smaller than what the snapshot held.
    pub fn replace(&self, index: Index, covered: &Snapshot) -> Result<(), IndexError> {
        let _writing = self.lock();
        let now = self.now.load_full();
        let continues = Arc::ptr_eq(&now.index, &covered.state.index)
            && index.vertices() == covered.state.vertices()
            && index.edges() <= covered.edges()
            && (index.edges() == covered.edges() || !covered.state.removed.is_empty());
        if !continues {
            return Err(IndexError::Superseded);
        }
        let mut state = State {
            last_claim: now.last_claim,
            fresh: Arc::new(now.fresh[covered.state.fresh.len()..].to_vec()),
            marks: Arc::new(now.marks_after(&covered.state, index.marks())),
            removed: Arc::clone(&now.removed),
            index: Arc::new(index),
            tail: Vec::new(),
            in_tail: Arc::default(),
        };
        state.add_segment(now.tail_edges().skip(covered.tail_edges() as usize).collect());
        self.now.store(Arc::new(state));
        Ok(())
    }

    /// A committer that panicked has published either nothing or a whole state, so the lock is good as it is.
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Snapshot {
    /// How many vertices there are, isolated ones too: their numbers are those below.
    pub fn vertices(&self) -> u32 {
        self.state.vertices()
    }

    /// How many edges there are, for all viewers together; those of removed claims too, until an index is built without
    /// them.
    pub fn edges(&self) -> u64 {
        self.state.index.edges() + self.tail_edges()
    }

    /// How many edges stand in the tail. When it grows past a tenth of the index, it is time to compact.
    pub fn tail_edges(&self) -> u64 {
        self.state.tail.iter().map(|segment| segment.edges.len() as u64).sum()
    }

    /// The last claim it covers.
    pub fn last_claim(&self) -> ClaimNo {
        self.state.last_claim
    }

    /// The index under it.
    pub fn index(&self) -> &Index {
        &self.state.index
    }

    /// Sorts index and tail into a new index, to be written, opened and given to [`Graph::replace`].
    ///
    /// # Errors
    /// As [`build`](crate::build()); also when the present index is damaged so that it names vertices it does not
    /// have.
    pub fn build(&self) -> Result<Built, IndexError> {
        let vertices: Vec<Vertex> =
            (0..self.vertices()).map(|vertex| self.state.vertex(VertexNo(vertex))).collect();
        crate::build(self.all_edges(), &vertices, &self.all_marks(), self.last_claim())
    }

    /// The vertices of a kind that anybody says are shared: for the node's own work, not for a viewer.
    pub fn marked(&self, kind: u16) -> Vec<VertexNo> {
        let vertices = (0..self.vertices()).map(VertexNo);
        vertices
            .filter(|vertex| self.state.set_of(*vertex) != 0 && self.state.vertex(*vertex).kind == kind)
            .collect()
    }

    fn all_marks(&self) -> Vec<(VertexNo, Mark)> {
        let marks = |vertex: VertexNo| {
            let set = self.state.marks.sets.get(self.state.set_of(vertex));
            set.iter().map(move |mark| (vertex, *mark))
        };
        (0..self.vertices()).map(VertexNo).flat_map(marks).collect()
    }

    /// The kind of a vertex; `None` of one the graph does not have.
    pub fn kind_of(&self, vertex: VertexNo) -> Option<u16> {
        (vertex.0 < self.state.vertices()).then(|| self.state.vertex(vertex).kind)
    }

    fn all_edges(&self) -> Vec<Edge> {
        let mut edges = Vec::with_capacity(self.edges() as usize);
        self.state.index.each_edge(|edge| edges.push(edge));
        edges.extend(self.state.tail_edges());
        if !self.state.removed.is_empty() {
            edges.retain(|edge| !self.state.removed.holds(edge.claim.0));
        }
        edges
    }
}

impl State {
    pub(crate) fn vertices(&self) -> u32 {
        self.index.vertices() + self.fresh.len() as u32
    }

    /// Inner number of a vertex: by the index, or unchanged for the vertices after it.
    pub(crate) fn inner(&self, vertex: VertexNo) -> u32 {
        self.index.arrays().inner.get(vertex.0 as usize).copied().unwrap_or(vertex.0)
    }

    pub(crate) fn vertex(&self, vertex: VertexNo) -> Vertex {
        let arrays = self.index.arrays();
        match arrays.inner.get(vertex.0 as usize) {
            Some(inner) => {
                Vertex { kind: arrays.kinds.get(*inner as usize).copied().unwrap_or(Vertex::UNKNOWN.kind) }
            }
            None => {
                let place = vertex.0.checked_sub(self.index.vertices());
                place.and_then(|place| self.fresh.get(place as usize)).copied().unwrap_or(Vertex::UNKNOWN)
            }
        }
    }

    /// The number of a vertex's set of marks, 0 for none.
    pub(crate) fn set_of(&self, vertex: VertexNo) -> u32 {
        if let Some(late) = self.marks.late.get(&vertex.0) {
            return *late;
        }
        let arrays = self.index.arrays();
        let inner = arrays.inner.get(vertex.0 as usize);
        inner.and_then(|inner| arrays.hubs.get(*inner as usize)).copied().unwrap_or(0)
    }

    pub(crate) fn tail_edges(&self) -> impl Iterator<Item = Edge> + '_ {
        self.tail.iter().flat_map(|segment| segment.edges.iter().copied())
    }

    fn add_vertices(&mut self, vertices: &[(VertexNo, Vertex)]) -> Result<(), IndexError> {
        if vertices.is_empty() {
            return Ok(());
        }
        let known = self.index.vertices();
        let fresh = Arc::make_mut(&mut self.fresh);
        for (VertexNo(number), vertex) in vertices {
            let Some(place) = number.checked_sub(known) else { continue };
            if u64::from(place) > fresh.len() as u64 + u64::from(LARGEST_GAP) {
                return Err(IndexError::NotDense { vertex: *number, vertices: known + fresh.len() as u32 });
            }
            if place as usize >= fresh.len() {
                fresh.resize(place as usize + 1, Vertex::UNKNOWN);
            }
            fresh[place as usize] = *vertex;
        }
        Ok(())
    }

    fn add_segment(&mut self, edges: Vec<Edge>) {
        if edges.is_empty() {
            return;
        }
        let segment = Segment::new(edges, |vertex| self.inner(vertex));
        let vertices = self.vertices() as usize;
        let in_tail = Arc::make_mut(&mut self.in_tail);
        in_tail.fit(vertices);
        for vertex in segment.vertices() {
            in_tail.insert(vertex);
        }
        self.tail.push(Arc::new(segment));
    }

    /// Joins the last two segments while the last is more than half as large as the one before: a tail of n
    /// edges has at most log2(n) segments, and each edge is sorted at most that often. True when it joined any.
    fn join_small_segments(&mut self) -> bool {
        let before = self.tail.len();
        while let [.., large, small] = self.tail.as_slice() {
            if small.edges.len() * 2 <= large.edges.len() {
                break;
            }
            let edges = [large.edges.as_slice(), &small.edges].concat();
            let joined = Segment::new(edges, |vertex| self.inner(vertex));
            self.tail.truncate(self.tail.len() - 2);
            self.tail.push(Arc::new(joined));
        }
        self.tail.len() != before
    }

    /// The marks that came after `covered`, beside the sets of the index that was built from it. Sets have other numbers
    /// there.
    fn marks_after(&self, covered: &State, mut sets: MarkSets) -> Marks {
        let late = self.marks.late.iter();
        let changed = late.filter(|(vertex, set)| covered.marks.late.get(vertex) != Some(set));
        let late = changed.map(|(vertex, set)| (*vertex, sets.number(self.marks.sets.get(*set)))).collect();
        Marks { sets, late }
    }
}
