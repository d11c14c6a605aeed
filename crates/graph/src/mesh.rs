//! The visible graph made plain, for questions that go through all of it more than once.

use rayon::prelude::*;

use crate::Filter;
use crate::bits::Bits;
use crate::components::left_out;
use crate::importance::stretches;
use crate::reader::Reader;

/// An undirected graph without loops, in which each pair of neighbours is linked once, with a weight. Vertices are the inner
/// numbers of the reader it was read from; those without a visible link have an empty row.
#[derive(Debug, Default)]
pub(crate) struct Mesh {
    /// Per vertex, where its row begins; one more, where the last ends.
    offsets: Vec<usize>,
    /// The neighbours, each once within a row.
    to: Vec<u32>,
    /// Per neighbour, how many claims say so (or how much a level of [`crate::groups`] gathered).
    weights: Vec<u32>,
}

/// Vertices one thread renames at a time.
const RENAMED: usize = 1 << 12;

/// A stretch of rows as one thread made them.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) lengths: Vec<u32>,
    pub(crate) to: Vec<u32>,
    pub(crate) weights: Vec<u32>,
}

impl Mesh {
    /// Everything the filter admits. Barred hubs and kinds of vertices that were not chosen have no links, as in
    /// [`Snapshot::components`](crate::Snapshot::components).
    pub(crate) fn read(reader: &Reader<'_>) -> Mesh {
        let out = left_out(reader);
        let rows: Vec<Rows> = stretches(reader)
            .into_par_iter()
            .map(|vertices| {
                let mut rows = Rows::default();
                let mut row = Vec::new();
                for vertex in vertices {
                    read_row(reader, out.as_ref(), vertex, &mut row);
                    rows.push_sorted(&mut row);
                }
                rows
            })
            .collect();
        Mesh::join(&rows)
    }

    /// As [`Mesh::read`], with the inner numbers' way back.
    pub(crate) fn seen(snapshot: &crate::Snapshot, filter: &Filter<'_>) -> (Mesh, Vec<u32>) {
        let reader = Reader::new(&snapshot.state, filter);
        let mesh = Mesh::read(&reader);
        let outer = (0..reader.vertices() as u32).map(|vertex| reader.outer(vertex).0).collect();
        (mesh, outer)
    }

    /// The same graph with its linked vertices alone, numbered by falling degree and then by `outer` number, and those outer
    /// numbers. How a reader numbers vertices depends on links that the viewer may not see, and on when the index was built; what
    /// goes by this numbering, and not by the order within rows, depends on the visible graph and on nothing else.
    pub(crate) fn in_own_order(&self, outer: impl Fn(u32) -> u32 + Sync) -> (Mesh, Vec<u32>) {
        let linked = (0..self.len() as u32).filter(|vertex| self.degree(*vertex) > 0);
        let mut order: Vec<(u32, u32, u32)> =
            linked.map(|vertex| (u32::MAX - self.degree(vertex) as u32, outer(vertex), vertex)).collect();
        order.par_sort_unstable();
        let mut names = vec![0; self.len()];
        order.iter().zip(0..).for_each(|((.., vertex), name)| names[*vertex as usize] = name);
        let rows: Vec<Rows> = order.par_chunks(RENAMED).map(|order| self.renamed(order, &names)).collect();
        (Mesh::join(&rows), order.into_iter().map(|(_, outer, _)| outer).collect())
    }

    fn renamed(&self, order: &[(u32, u32, u32)], names: &[u32]) -> Rows {
        let mut rows = Rows::default();
        for (.., vertex) in order {
            rows.to.extend(self.neighbours(*vertex).iter().map(|to| names[*to as usize]));
            rows.weights.extend_from_slice(self.weights(*vertex));
            rows.lengths.push(self.degree(*vertex) as u32);
        }
        rows
    }

    /// Puts stretches of rows one after the other.
    pub(crate) fn join(rows: &[Rows]) -> Mesh {
        let ends = rows.iter().map(|rows| rows.to.len()).sum();
        let mut offsets = Vec::with_capacity(rows.iter().map(|rows| rows.lengths.len()).sum::<usize>() + 1);
        offsets.push(0);
        let mut stop = 0;
        for length in rows.iter().flat_map(|rows| &rows.lengths) {
            stop += *length as usize;
            offsets.push(stop);
        }
        let to = concat(rows, ends, |rows| &rows.to);
        let weights = concat(rows, ends, |rows| &rows.weights);
        Mesh { offsets, to, weights }
    }

    /// How many vertices there are, isolated ones too.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// How many distinct neighbours a vertex has.
    #[inline]
    pub(crate) fn degree(&self, vertex: u32) -> usize {
        self.row(vertex).len()
    }

    /// Link ends of all vertices together: twice the number of linked pairs.
    pub(crate) fn ends(&self) -> usize {
        self.to.len()
    }

    /// The neighbours of a vertex, each once.
    #[inline]
    pub(crate) fn neighbours(&self, vertex: u32) -> &[u32] {
        &self.to[self.row(vertex)]
    }

    /// The weights of the links to [`Mesh::neighbours`], in the same order.
    #[inline]
    pub(crate) fn weights(&self, vertex: u32) -> &[u32] {
        &self.weights[self.row(vertex)]
    }

    /// Neighbours with weights.
    #[inline]
    pub(crate) fn links(&self, vertex: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.neighbours(vertex).iter().copied().zip(self.weights(vertex).iter().copied())
    }

    #[inline]
    fn row(&self, vertex: u32) -> std::ops::Range<usize> {
        self.offsets[vertex as usize]..self.offsets[vertex as usize + 1]
    }
}

impl Rows {
    /// Adds the row of the next vertex: a list of neighbours, some more than once. Leaves the list empty.
    fn push_sorted(&mut self, row: &mut Vec<u32>) {
        row.sort_unstable();
        let before = self.to.len();
        for run in row.chunk_by(|a, b| a == b) {
            self.to.push(run[0]);
            self.weights.push(run.len() as u32);
        }
        self.lengths.push((self.to.len() - before) as u32);
        row.clear();
    }
}

fn read_row(reader: &Reader<'_>, out: Option<&Bits>, vertex: u32, row: &mut Vec<u32>) {
    if out.is_some_and(|out| out.contains(vertex)) {
        return;
    }
    let count = reader.vertices() as u32;
    reader.each(vertex, |step| {
        let neighbour = step.neighbour();
        let kept = neighbour != vertex && neighbour < count && out.is_none_or(|out| !out.contains(neighbour));
        if kept {
            row.push(neighbour);
        }
    });
}

fn concat(rows: &[Rows], length: usize, part: impl Fn(&Rows) -> &Vec<u32> + Sync) -> Vec<u32> {
    let mut all = vec![0; length];
    let mut rest = all.as_mut_slice();
    let mut parts = Vec::with_capacity(rows.len());
    for rows in rows {
        let (place, others) = rest.split_at_mut(part(rows).len());
        parts.push((place, rows));
        rest = others;
    }
    parts.into_par_iter().for_each(|(place, rows)| place.copy_from_slice(part(rows)));
    all
}
