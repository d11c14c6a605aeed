//! Links: the edges a claim asserts between its object and others.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::{ObjectId, Selector};

/// The name of an edge: a STIX `relationship_type`, a reference property without `_ref`, or an implied link.
///
/// Open vocabulary, as in STIX: `relationship_type` is an open string.
pub type LinkKind = Cow<'static, str>;

/// The far or near end of a link.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// An object by its id; it may be known already, come later, or never.
    Id(ObjectId),
    /// An observable by its value: it becomes a vertex even when nobody sent it as an object.
    Selector(Selector),
}

/// One edge asserted by a claim. Direction is that of the STIX relationship or reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where the edge starts.
    pub source: Reference,
    /// Where it ends.
    pub target: Reference,
    /// What it says.
    pub kind: LinkKind,
    /// When it held or was first seen; `None` when the claim does not say.
    pub at: Option<Timestamp>,
}
