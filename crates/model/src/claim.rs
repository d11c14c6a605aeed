//! Claims: who says so.

use serde::{Deserialize, Serialize};

use crate::{DataCategory, Handling, Link, Object, ObjectId};

/// The number of a claim in the append-only log. "What did we know then" is a smaller number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimNo(pub u32);

/// The number of an object in this node: the same number in the store and in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VertexNo(pub u32);

/// The number of a compartment in this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompartmentNo(pub u16);

/// A distinct combination of everything that rights depend on. Rights are decided once per compartment and
/// kept as a bitmap, so a hundred million edges are filtered at the speed of a bit test.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Compartment {
    /// Who told us: the name given at import, or the partner.
    pub source: String,
    /// The agreement it was received under, if any.
    pub agreement: Option<String>,
    /// How it may be handled.
    pub handling: Handling,
    /// What class of data it is.
    pub category: DataCategory,
    /// The case it belongs to, if any.
    pub case: Option<String>,
}

/// A claim on its way in: what a reader made of one record, before the store gives it a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What is claimed.
    pub object: Object,
    /// For an observable that came under an id other than its deterministic one (STIX 2.1 section 2.9): the
    /// deterministic one, so that both ids name one vertex.
    pub canonical: Option<ObjectId>,
    /// The edges it asserts: references, relationships, and what its value implies.
    pub links: Vec<Link>,
    /// How this object may be handled: the import's handling combined with the object's own markings.
    pub handling: Handling,
    /// True when the reader made the object because the record has no object of its own (a line of a list).
    /// Its `created`, `modified` and `valid_from` are then the time of import, and do not count when the same
    /// thing is imported again.
    pub minted: bool,
}
