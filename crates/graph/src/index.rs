//! The immutable part of the graph: adjacency of every vertex, both directions, read where it lies.

use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};

use crate::build::compartment_set;
use crate::edge::LinkWord;
use crate::layout::{Counts, Extent, Foot, Section};
use crate::marks::MarkSets;
use crate::{Edge, IndexError};

/// An index over bytes that somebody else holds, usually a mapped file. Opening it reads a few hundred bytes.
///
/// The bytes are not trusted: positions and numbers found in them are checked where they are used, so damage
/// that [`Index::verify`] would find leads to missing links, never to a panic.
pub struct Index {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    counts: Counts,
    extents: [Extent; Section::ALL.len()],
    compartments: CompartmentSet,
}

/// The arrays of an index, borrowed for the length of a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrays<'a> {
    pub(crate) links: &'a [u64],
    pub(crate) times: &'a [u32],
    pub(crate) claims: &'a [u32],
    pub(crate) offsets: &'a [u32],
    pub(crate) inner: &'a [u32],
    pub(crate) outer: &'a [u32],
    pub(crate) kinds: &'a [u16],
    pub(crate) hubs: &'a [u32],
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens an index. `bytes` is what [`Built::write`](crate::Built::write) wrote: a mapped file, or words in
    /// memory (see [`Index::from_words`]).
    ///
    /// # Errors
    /// Any of the first variants of [`IndexError`], when head, foot or section table do not hold.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Index, IndexError> {
        let all = bytes.as_ref();
        let foot = Foot::read(all)?;
        if all.as_ptr().align_offset(align_of::<u64>()) != 0 {
            return Err(IndexError::Alignment);
        }
        let words = cast(all, &foot.extents[Section::Compartments as usize]);
        let compartments = compartment_set(words);
        Ok(Index { counts: foot.counts, extents: foot.extents, compartments, bytes: Box::new(bytes) })
    }

    /// Opens an index held in memory.
    ///
    /// # Errors
    /// As [`Index::from_bytes`].
    pub fn from_words(words: Vec<u64>) -> Result<Index, IndexError> {
        Index::from_bytes(Words(words))
    }

    /// The index of a graph without vertices: what a new node starts from.
    pub fn empty() -> Index {
        let built =
            crate::build(Vec::new(), &[], &[], ClaimNo(0)).expect("nothing can be wrong with no edges");
        Index::from_words(built.to_words()).expect("an index just built can be opened")
    }

    /// Reads everything and compares it with the checksums written beside it.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] names the first section in which a byte changed.
    pub fn verify(&self) -> Result<(), IndexError> {
        let bytes = self.bytes();
        for (section, extent) in Section::ALL.iter().zip(&self.extents) {
            let (start, stop) = (extent.start as usize, (extent.start + extent.length) as usize);
            if bytes.get(start..stop).map(crc32fast::hash) != Some(extent.crc) {
                return Err(IndexError::Damaged { section: section.name() });
            }
        }
        Ok(())
    }

    /// How many vertices it holds, isolated ones too.
    pub fn vertices(&self) -> u32 {
        self.counts.vertices as u32
    }

    /// How many edges it holds.
    pub fn edges(&self) -> u64 {
        self.counts.ends / 2
    }

    /// The last claim it covers; later ones belong into the tail.
    pub fn last_claim(&self) -> ClaimNo {
        ClaimNo(self.counts.last_claim as u32)
    }

    /// The compartments that occur in it.
    pub fn compartments(&self) -> &CompartmentSet {
        &self.compartments
    }

    /// Vertices with at least one link: their inner numbers are the smallest.
    pub(crate) fn connected(&self) -> u32 {
        self.counts.connected as u32
    }

    /// The sets of marks that [`Arrays::hubs`] numbers.
    pub(crate) fn marks(&self) -> MarkSets {
        MarkSets::from_words(cast(self.bytes(), &self.extents[Section::Marks as usize]))
    }

    pub(crate) fn arrays(&self) -> Arrays<'_> {
        let bytes = self.bytes();
        let at = |section: Section| &self.extents[section as usize];
        Arrays {
            links: cast(bytes, at(Section::Links)),
            times: cast(bytes, at(Section::Times)),
            claims: cast(bytes, at(Section::Claims)),
            offsets: cast(bytes, at(Section::Offsets)),
            inner: cast(bytes, at(Section::Inner)),
            outer: cast(bytes, at(Section::Outer)),
            kinds: cast(bytes, at(Section::Kinds)),
            hubs: cast(bytes, at(Section::Hubs)),
        }
    }

    /// Every edge, by the vertex it starts from. Link ends that a damaged file puts beyond the last vertex are
    /// left out.
    pub(crate) fn each_edge(&self, mut each: impl FnMut(Edge)) {
        let arrays = self.arrays();
        for (pair, source) in arrays.offsets.windows(2).zip(arrays.outer) {
            for end in pair[0] as usize..(pair[1] as usize).min(arrays.links.len()) {
                if let Some(edge) = arrays.edge_out_of(VertexNo(*source), end) {
                    each(edge);
                }
            }
        }
    }

    fn bytes(&self) -> &[u8] {
        (*self.bytes).as_ref()
    }
}

impl Arrays<'_> {
    fn edge_out_of(&self, source: VertexNo, end: usize) -> Option<Edge> {
        let link = LinkWord(*self.links.get(end)?);
        let target = self.outer.get(link.neighbour() as usize)?;
        link.is_out().then_some(Edge {
            source,
            target: VertexNo(*target),
            kind: link.kind(),
            compartment: CompartmentNo(link.compartment()),
            at: *self.times.get(end)?,
            claim: ClaimNo(*self.claims.get(end)?),
        })
    }
}

/// A section as numbers. Extents were checked at opening; should the bytes have shrunk or moved since, the
/// section is empty.
fn cast<'a, T: bytemuck::AnyBitPattern>(bytes: &'a [u8], extent: &Extent) -> &'a [T] {
    bytes
        .get(extent.start as usize..(extent.start + extent.length) as usize)
        .and_then(|section| bytemuck::try_cast_slice(section).ok())
        .unwrap_or(&[])
}

struct Words(Vec<u64>);

impl AsRef<[u8]> for Words {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}
