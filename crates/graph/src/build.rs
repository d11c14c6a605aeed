//! Building an index: count, number by falling degree, scatter, sort each vertex's links, write.

use std::io::Write;

use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
use rayon::prelude::*;

use crate::bits::ones;
use crate::edge::{Direction, LinkWord};
use crate::layout::{ALIGNMENT, Counts, Extent, FOOT, Foot, HEAD, Section, head};
use crate::marks::MarkSets;
use crate::{Edge, IndexError, Mark, Vertex};

/// Parts the vertices are cut into while scattering and sorting. Each part reads all edges and writes only its
/// own slice, so no two threads share anything; more parts mean more reading, fewer mean worse caching.
const PARTS: usize = 4;

/// A sorted graph in memory, ready to be written as an index.
#[derive(Debug)]
pub struct Built {
    counts: Counts,
    offsets: Vec<u32>,
    inner: Vec<u32>,
    outer: Vec<u32>,
    kinds: Vec<u16>,
    hubs: Vec<u32>,
    marks: Vec<u32>,
    compartments: Vec<u64>,
    ends: Vec<End>,
}

/// One end of an edge, as one integer whose order is the order within a vertex:
/// kind 15 bits, time 32, neighbour 32, direction 1, compartment 16, claim 32.
type End = u128;

/// Sorts edges into an index. `vertices` holds what is known of each vertex, by its number, and `marks` who says that
/// some of them are shared. The result depends on the sets of edges and marks only, not on their order.
///
/// # Errors
/// [`IndexError::UnknownVertex`] when an edge names a vertex beyond `vertices`, [`IndexError::LinkKind`] and
/// [`IndexError::TooManyEdges`] when a number does not fit.
pub fn build(
    mut edges: Vec<Edge>,
    vertices: &[Vertex],
    marks: &[(VertexNo, Mark)],
    last_claim: ClaimNo,
) -> Result<Built, IndexError> {
    check(&edges, vertices.len())?;
    let degrees = degrees(&edges, vertices.len());
    let (inner, outer) = number_by_degree(&degrees);
    let offsets = offsets(&degrees, &outer);
    let compartments = compartments(&edges);
    edges.par_iter_mut().for_each(|edge| {
        edge.source.0 = inner[edge.source.0 as usize];
        edge.target.0 = inner[edge.target.0 as usize];
    });
    let ends = scatter_and_sort(edges, &offsets);
    let (hubs, marks) = hubs(marks, &inner);
    Ok(Built {
        counts: Counts {
            vertices: vertices.len() as u64,
            ends: ends.len() as u64,
            connected: degrees.iter().filter(|degree| **degree > 0).count() as u64,
            last_claim: u64::from(last_claim.0),
            marks: marks.len() as u64,
        },
        kinds: outer.iter().map(|number| vertices[*number as usize].kind).collect(),
        hubs,
        marks,
        offsets,
        inner,
        outer,
        compartments,
        ends,
    })
}

fn check(edges: &[Edge], vertices: usize) -> Result<(), IndexError> {
    if edges.len() > i32::MAX as usize {
        return Err(IndexError::TooManyEdges { edges: edges.len() });
    }
    match edges.par_iter().find_first(|edge| check_edge(edge, vertices).is_err()) {
        Some(edge) => check_edge(edge, vertices),
        None => Ok(()),
    }
}

pub(crate) fn check_edge(edge: &Edge, vertices: usize) -> Result<(), IndexError> {
    let claim = edge.claim.0;
    let vertex = edge.source.0.max(edge.target.0);
    if vertex as usize >= vertices {
        return Err(IndexError::UnknownVertex { claim, vertex, vertices: vertices as u32 });
    }
    if edge.kind >= Edge::KINDS {
        return Err(IndexError::LinkKind { claim, kind: edge.kind });
    }
    Ok(())
}

fn degrees(edges: &[Edge], vertices: usize) -> Vec<u32> {
    let count = |edges: &[Edge]| {
        let mut degrees = vec![0_u32; vertices];
        for edge in edges {
            degrees[edge.source.0 as usize] += 1;
            degrees[edge.target.0 as usize] += 1;
        }
        degrees
    };
    let (half, rest) = edges.split_at(edges.len() / 2);
    let (mut degrees, others) = rayon::join(|| count(half), || count(rest));
    degrees.iter_mut().zip(others).for_each(|(to, from)| *to += from);
    degrees
}

/// Inner number by outer, and outer by inner: falling degree, then rising outer number.
fn number_by_degree(degrees: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut outer: Vec<u32> = (0..degrees.len() as u32).collect();
    outer.par_sort_unstable_by_key(|number| (u32::MAX - degrees[*number as usize], *number));
    let mut inner = vec![0; degrees.len()];
    outer.iter().zip(0..).for_each(|(number, place)| inner[*number as usize] = place);
    (inner, outer)
}

fn offsets(degrees: &[u32], outer: &[u32]) -> Vec<u32> {
    let mut sum = 0;
    let ends = outer.iter().map(|number| {
        sum += degrees[*number as usize];
        sum
    });
    std::iter::once(0).chain(ends).collect()
}

/// The number of each vertex's set of marks, by inner number, and the sets. Marks on vertices that are not there are
/// left out.
fn hubs(marks: &[(VertexNo, Mark)], inner: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut marks = marks.to_vec();
    marks.sort_unstable();
    marks.dedup();
    let (mut hubs, mut sets) = (vec![0; inner.len()], MarkSets::default());
    for same in marks.chunk_by(|a, b| a.0 == b.0) {
        if let Some(vertex) = inner.get(same[0].0.0 as usize) {
            let set: Vec<Mark> = same.iter().map(|(_, mark)| *mark).collect();
            hubs[*vertex as usize] = sets.number(&set);
        }
    }
    (hubs, sets.to_words())
}

fn compartments(edges: &[Edge]) -> Vec<u64> {
    let mut words = vec![0; (1 << 16) / 64];
    for edge in edges {
        let CompartmentNo(number) = edge.compartment;
        words[usize::from(number >> 6)] |= 1 << (number & 63);
    }
    words
}

fn scatter_and_sort(edges: Vec<Edge>, offsets: &[u32]) -> Vec<End> {
    let mut ends = vec![0; edges.len() * 2];
    let mut parts = Vec::new();
    let (mut rest, mut first) = (ends.as_mut_slice(), 0);
    for part in 1..=PARTS {
        let goal = (edges.len() as u64 * 2 * part as u64 / PARTS as u64) as u32;
        let stop = if part == PARTS { offsets.len() - 1 } else { offsets.partition_point(|at| *at < goal) };
        let stop = stop.clamp(first, offsets.len() - 1);
        let (slice, others) =
            std::mem::take(&mut rest).split_at_mut((offsets[stop] - offsets[first]) as usize);
        parts.push((&offsets[first..=stop], first as u32, slice));
        (rest, first) = (others, stop);
    }
    parts.into_par_iter().for_each(|(offsets, first, slice)| {
        scatter(&edges, offsets, first, slice);
        sort(offsets, slice);
    });
    ends
}

fn scatter(edges: &[Edge], offsets: &[u32], first: u32, slice: &mut [End]) {
    let mut cursors: Vec<u32> = offsets.iter().map(|offset| offset - offsets[0]).collect();
    let vertices = cursors.len() as u32 - 1;
    let mut put = |vertex: u32, end: End| {
        let place = vertex.wrapping_sub(first);
        if place < vertices {
            let cursor = &mut cursors[place as usize];
            slice[*cursor as usize] = end;
            *cursor += 1;
        }
    };
    for edge in edges {
        put(edge.source.0, end_of(edge, edge.target.0, Direction::Out));
        put(edge.target.0, end_of(edge, edge.source.0, Direction::In));
    }
}

fn sort(offsets: &[u32], mut slice: &mut [End]) {
    for pair in offsets.windows(2) {
        let (own, rest) = slice.split_at_mut((pair[1] - pair[0]) as usize);
        own.sort_unstable();
        slice = rest;
    }
}

#[inline]
pub(crate) fn end_of(edge: &Edge, neighbour: u32, direction: Direction) -> End {
    let inward = End::from(direction == Direction::In);
    End::from(edge.kind) << 113
        | End::from(edge.at) << 81
        | End::from(neighbour) << 49
        | inward << 48
        | End::from(edge.compartment.0) << 32
        | End::from(edge.claim.0)
}

#[inline]
pub(crate) fn link_of(end: End) -> u64 {
    let direction = if end >> 48 & 1 == 0 { Direction::Out } else { Direction::In };
    LinkWord::new((end >> 113) as u16, direction, (end >> 32) as u16, (end >> 49) as u32).0
}

#[inline]
pub(crate) fn time_of(end: End) -> u32 {
    (end >> 81) as u32
}

#[inline]
pub(crate) fn claim_of(end: End) -> u32 {
    end as u32
}

impl Built {
    /// How many edges it holds.
    pub fn edges(&self) -> u64 {
        self.counts.ends / 2
    }

    /// How many bytes [`Built::write`] will write.
    pub fn file_length(&self) -> u64 {
        let vertices = self.counts.vertices;
        let padded = |bytes: u64| bytes.next_multiple_of(ALIGNMENT as u64);
        let ends = self.counts.ends;
        let by_end = padded(ends * 8) + 2 * padded(ends * 4);
        let by_vertex = padded((vertices + 1) * 4) + 3 * padded(vertices * 4) + padded(vertices * 2);
        let marks = padded(self.counts.marks * 4);
        HEAD as u64 + by_end + by_vertex + marks + padded(self.compartments.len() as u64 * 8) + FOOT as u64
    }

    /// Writes the index, front to back in one pass. Nothing is readable as an index before the last byte of it,
    /// so the caller writes to a new file, flushes it to disk, and then renames it over the old one.
    ///
    /// # Errors
    /// [`IndexError::Write`] when `to` fails.
    pub fn write(&self, to: &mut dyn Write) -> Result<(), IndexError> {
        let mut writer = SectionWriter { to, position: HEAD as u64, extents: Vec::new() };
        writer.to.write_all(&head())?;
        writer.each(&self.ends, |end| link_of(*end))?;
        writer.each(&self.ends, |end| time_of(*end))?;
        writer.each(&self.ends, |end| claim_of(*end))?;
        writer.section(bytemuck::cast_slice(&self.offsets))?;
        writer.section(bytemuck::cast_slice(&self.inner))?;
        writer.section(bytemuck::cast_slice(&self.outer))?;
        writer.section(bytemuck::cast_slice(&self.kinds))?;
        writer.section(bytemuck::cast_slice(&self.hubs))?;
        writer.section(bytemuck::cast_slice(&self.marks))?;
        writer.section(bytemuck::cast_slice(&self.compartments))?;
        let mut extents = [Extent::default(); Section::ALL.len()];
        extents.copy_from_slice(&writer.extents);
        writer.to.write_all(&Foot { counts: self.counts, extents }.to_bytes())?;
        Ok(())
    }

    /// The index in memory, in 64-bit words so that it is aligned: for tests and for graphs too small for a
    /// file.
    pub fn to_words(&self) -> Vec<u64> {
        let mut words = vec![0_u64; self.file_length() as usize / size_of::<u64>()];
        let mut rest: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        self.write(&mut rest).expect("the words are as long as the file");
        debug_assert!(rest.is_empty(), "the file is as long as it was said to be");
        words
    }
}

/// Writes sections one after the other, padded, and keeps where each lies and what it adds up to.
struct SectionWriter<'a> {
    to: &'a mut dyn Write,
    position: u64,
    extents: Vec<Extent>,
}

impl SectionWriter<'_> {
    /// Writes one number per end, a block at a time: the whole array never exists twice.
    fn each<T: bytemuck::NoUninit + Send>(
        &mut self,
        ends: &[End],
        part: impl Fn(&End) -> T + Sync,
    ) -> Result<(), IndexError> {
        let mut sum = crc32fast::Hasher::new();
        for block in ends.chunks(1 << 16) {
            let numbers: Vec<T> = block.iter().map(&part).collect();
            let bytes = bytemuck::cast_slice(&numbers);
            sum.update(bytes);
            self.to.write_all(bytes)?;
        }
        self.close((ends.len() * size_of::<T>()) as u64, sum.finalize())
    }

    fn section(&mut self, bytes: &[u8]) -> Result<(), IndexError> {
        self.to.write_all(bytes)?;
        self.close(bytes.len() as u64, crc32fast::hash(bytes))
    }

    fn close(&mut self, length: u64, crc: u32) -> Result<(), IndexError> {
        self.extents.push(Extent { start: self.position, length, crc });
        let padding = length.next_multiple_of(ALIGNMENT as u64) - length;
        self.to.write_all(&[0; ALIGNMENT][..padding as usize])?;
        self.position += length + padding;
        Ok(())
    }
}

/// The compartments a bitmap of the index names.
pub(crate) fn compartment_set(words: &[u64]) -> CompartmentSet {
    let numbers = (0..).zip(words).flat_map(|(at, word)| ones(*word).map(move |bit| at * 64 + bit));
    numbers.map(|number| CompartmentNo(number as u16)).collect()
}
