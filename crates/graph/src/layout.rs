//! How an index lies in its file.
//!
//! ```text
//! head, 64 bytes     magic, version, byte order
//! sections           each from a multiple of 64 bytes
//! foot, 512 bytes    counts, section table with a CRC-32 of each section, CRC-32 of the foot itself
//! ```
//!
//! The table stands at the end so that the file is written in one pass, and a file that was cut short while it
//! was written has no foot and is refused. Opening checks head and foot only; [`Index::verify`] reads it all.
//!
//! [`Index::verify`]: crate::Index::verify

use crate::IndexError;

pub(crate) const MAGIC: [u8; 8] = *b"ENTGRAPH";
pub(crate) const VERSION: u32 = 2;
/// Written in the machine's own order; read back reversed on a machine of the other order.
const BYTE_ORDER: u32 = 0x0102_0304;
pub(crate) const HEAD: usize = 64;
pub(crate) const FOOT: usize = 512;
pub(crate) const ALIGNMENT: usize = 64;

/// The arrays of an index, in file order. "Inner" numbers are by falling degree, so that the vertices most
/// traversed lie close together; "outer" numbers are those of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// `u64` per link end: see `LinkWord`; sorted by (vertex, kind, time).
    Links,
    /// `u32` seconds per link end.
    Times,
    /// `u32` claim number per link end.
    Claims,
    /// `u32` per inner vertex and one more: where its link ends begin.
    Offsets,
    /// `u32` per outer vertex: its inner number.
    Inner,
    /// `u32` per inner vertex: its outer number.
    Outer,
    /// `u16` per inner vertex: its kind.
    Kinds,
    /// `u32` per inner vertex: number of its set of marks, 0 for none.
    Hubs,
    /// `u32` words: the sets of marks, in the order of their numbers (see `marks.rs`).
    Marks,
    /// `u64` words: the compartments that occur.
    Compartments,
}

impl Section {
    pub(crate) const ALL: [Section; 10] = [
        Section::Links,
        Section::Times,
        Section::Claims,
        Section::Offsets,
        Section::Inner,
        Section::Outer,
        Section::Kinds,
        Section::Hubs,
        Section::Marks,
        Section::Compartments,
    ];

    /// Bytes the section must have, given the counts.
    fn length(self, counts: &Counts) -> Option<u64> {
        match self {
            Section::Links => counts.ends.checked_mul(8),
            Section::Times | Section::Claims => counts.ends.checked_mul(4),
            Section::Offsets => counts.vertices.checked_add(1)?.checked_mul(4),
            Section::Inner | Section::Outer | Section::Hubs => counts.vertices.checked_mul(4),
            Section::Kinds => counts.vertices.checked_mul(2),
            Section::Marks => counts.marks.checked_mul(4),
            Section::Compartments => Some((1 << 16) / 8),
        }
    }
}

/// How much is in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) vertices: u64,
    /// Link ends: twice the number of edges.
    pub(crate) ends: u64,
    /// Vertices with at least one link; they have the smallest inner numbers.
    pub(crate) connected: u64,
    pub(crate) last_claim: u64,
    /// Words of the sets of marks.
    pub(crate) marks: u64,
}

/// Where a section lies and what its bytes add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) start: u64,
    pub(crate) length: u64,
    pub(crate) crc: u32,
}

/// The table at the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Foot {
    pub(crate) counts: Counts,
    pub(crate) extents: [Extent; Section::ALL.len()],
}

pub(crate) fn head() -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&MAGIC);
    head[8..12].copy_from_slice(&VERSION.to_le_bytes());
    head[12..16].copy_from_slice(&BYTE_ORDER.to_ne_bytes());
    head
}

fn check_head(bytes: &[u8]) -> Result<(), IndexError> {
    let head = bytes.get(..HEAD).ok_or(IndexError::Short { length: bytes.len() })?;
    if head[..8] != MAGIC {
        return Err(IndexError::NotAnIndex);
    }
    let version = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
    if version != VERSION {
        return Err(IndexError::Version { found: version, known: VERSION });
    }
    if head[12..16] != BYTE_ORDER.to_ne_bytes() {
        return Err(IndexError::ByteOrder);
    }
    Ok(())
}

impl Foot {
    pub(crate) fn to_bytes(self) -> [u8; FOOT] {
        let Counts { vertices, ends, connected, last_claim, marks } = self.counts;
        let extents = self.extents.iter().flat_map(|e| [e.start, e.length, u64::from(e.crc)]);
        let mut foot = [0; FOOT];
        let counts = [vertices, ends, connected, last_claim, marks];
        for (to, number) in foot.chunks_exact_mut(8).zip(counts.into_iter().chain(extents)) {
            to.copy_from_slice(&number.to_le_bytes());
        }
        let crc = crc32fast::hash(&foot[..FOOT - 4]);
        foot[FOOT - 4..].copy_from_slice(&crc.to_le_bytes());
        foot
    }

    /// Reads and checks head and foot: after this every section lies within the file, is aligned, and has the
    /// length its counts demand. What is in the sections is still unchecked.
    pub(crate) fn read(bytes: &[u8]) -> Result<Foot, IndexError> {
        check_head(bytes)?;
        let start = bytes.len().checked_sub(FOOT).filter(|start| *start >= HEAD);
        let foot = &bytes[start.ok_or(IndexError::Short { length: bytes.len() })?..];
        let crc = u32::from_le_bytes([foot[FOOT - 4], foot[FOOT - 3], foot[FOOT - 2], foot[FOOT - 1]]);
        if crc != crc32fast::hash(&foot[..FOOT - 4]) {
            return Err(IndexError::Foot);
        }
        let foot = Foot::from_numbers(foot);
        foot.check_extents((bytes.len() - FOOT) as u64)?;
        Ok(foot)
    }

    fn from_numbers(foot: &[u8]) -> Foot {
        let mut numbers = foot
            .chunks_exact(8)
            .map(|eight| eight.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
        let mut next = || numbers.next().unwrap_or(0);
        let counts =
            Counts { vertices: next(), ends: next(), connected: next(), last_claim: next(), marks: next() };
        let extents = std::array::from_fn(|_| Extent { start: next(), length: next(), crc: next() as u32 });
        Foot { counts, extents }
    }

    fn check_extents(&self, end: u64) -> Result<(), IndexError> {
        let counts = &self.counts;
        if counts.vertices > u64::from(u32::MAX) || counts.ends > u64::from(u32::MAX) {
            return Err(IndexError::Foot);
        }
        if counts.connected > counts.vertices || counts.last_claim > u64::from(u32::MAX) {
            return Err(IndexError::Foot);
        }
        for (section, extent) in Section::ALL.iter().zip(&self.extents) {
            let fits = extent.start.checked_add(extent.length).is_some_and(|stop| stop <= end);
            let aligned = extent.start.is_multiple_of(ALIGNMENT as u64);
            if !fits || !aligned || section.length(counts) != Some(extent.length) {
                return Err(IndexError::Section { section: section.name() });
            }
        }
        Ok(())
    }
}

impl Section {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Section::Links => "links",
            Section::Times => "times",
            Section::Claims => "claims",
            Section::Offsets => "offsets",
            Section::Inner => "inner numbers",
            Section::Outer => "outer numbers",
            Section::Kinds => "vertex kinds",
            Section::Hubs => "hubs",
            Section::Marks => "marks",
            Section::Compartments => "compartments",
        }
    }
}
