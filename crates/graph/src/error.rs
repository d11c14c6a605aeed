//! What can be wrong with an index or with what is added to the graph.

/// An index that cannot be used, or edges that cannot become one.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The file ends before its head and foot do.
    #[error(
        "the graph index is only {length} bytes long, so it was not written to its end: rebuild it from the claims"
    )]
    Short {
        /// Bytes there are.
        length: usize,
    },
    /// It does not begin with the index's magic.
    #[error("this is no graph index: it does not begin with `ENTGRAPH`")]
    NotAnIndex,
    /// It was written by another version.
    #[error(
        "the graph index has format version {found}, this program reads version {known}: rebuild it from the claims"
    )]
    Version {
        /// Version in the file.
        found: u32,
        /// Version this crate writes.
        known: u32,
    },
    /// It was written on a machine of the other byte order.
    #[error("the graph index was written on a machine of the other byte order: rebuild it from the claims")]
    ByteOrder,
    /// The table at the end does not hold.
    #[error("the table at the end of the graph index is damaged: rebuild it from the claims")]
    Foot,
    /// A section does not lie where it must or is not of the length it must be.
    #[error("the {section} of the graph index do not fit its table: rebuild it from the claims")]
    Section {
        /// Which.
        section: &'static str,
    },
    /// The bytes begin at an address no number may begin at.
    #[error(
        "the graph index must begin at an address that is a multiple of 8: map the file, or read it into 64-bit words"
    )]
    Alignment,
    /// A byte changed since the section was written.
    #[error("the {section} of the graph index are damaged: rebuild it from the claims")]
    Damaged {
        /// Which.
        section: &'static str,
    },
    /// An edge names a vertex that was not given.
    #[error("claim {claim} links vertex {vertex}, but there are only {vertices} vertices")]
    UnknownVertex {
        /// The claim that asserts the edge.
        claim: u32,
        /// The vertex it names.
        vertex: u32,
        /// How many there are.
        vertices: u32,
    },
    /// A link kind that does not fit the index.
    #[error("claim {claim} has link kind number {kind}, but numbers end below 32768")]
    LinkKind {
        /// The claim that asserts the edge.
        claim: u32,
        /// The number.
        kind: u16,
    },
    /// More edges than 32-bit positions reach.
    #[error("{edges} edges are more than one index holds (2147483647)")]
    TooManyEdges {
        /// How many there are.
        edges: usize,
    },
    /// A vertex number far beyond the last one.
    #[error("vertex {vertex} is far beyond the last one ({vertices}): vertex numbers must be dense")]
    NotDense {
        /// The number given.
        vertex: u32,
        /// How many there are.
        vertices: u32,
    },
    /// The index that was to replace another does not continue it.
    #[error("the graph was given another index while this one was built: build it again from a new snapshot")]
    Superseded,
    /// The writer it was to be written to failed.
    #[error("the graph index could not be written")]
    Write(#[from] std::io::Error),
}
