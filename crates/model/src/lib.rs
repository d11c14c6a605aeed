//! Objects, claims, handling, compartments, ids and selectors; no I/O, no clock.
//!
//! Everything Entente knows is a *claim*: source S says object O, under handling H. The object is a STIX 2.1
//! object whose JSON is kept whole; what the node needs to find, link, filter and disclose it is extracted
//! once, at the edge, into a [`Draft`].
//!
//! ```text
//! hostile bytes ──intake──► Draft { Object, Vec<Link>, Handling } ──store──► claim no. 4711
//! ```
//!
//! One walkthrough: a reader hands over `{"type": "url", "value": "http://a.example.com/"}` as an [`Object`].
//! [`vertex_id`] normalises the value ([`Selector::url`]) and gives the deterministic id of STIX 2.1, so that any
//! spelling told by anybody is one vertex; [`links_of`] adds what follows from the value: the URL's host, the
//! host's registered domain, and for an address its network and country out of the [`Atlas`].
#![forbid(unsafe_code)]

mod atlas;
mod canonical;
mod claim;
mod compartment_set;
mod fingerprint;
mod handling;
mod id;
mod kind;
mod link;
mod links;
mod location;
mod marking;
mod member;
mod object;
mod selector;
mod time;

pub use atlas::{Atlas, AtlasError, AtlasRow, Location, RowError, Whereabouts};
pub use canonical::{canonical_id, canonical_json, id_contributing, vertex_id};
pub use claim::{ClaimNo, Compartment, CompartmentNo, Draft, VertexNo};
pub use compartment_set::CompartmentSet;
pub use fingerprint::Fingerprint;
pub use handling::{
    Conditions, DataCategory, Grade, GradeScheme, Handling, HandlingError, PermissibleActions, Tlp,
};
pub use id::{ENTENTE_NAMESPACE, IdError, ObjectId, STIX_NAMESPACE};
pub use kind::{Kind, KindFamily};
pub use link::{Link, LinkKind, Reference};
pub use links::{implied_links, links_of};
pub use marking::Marking;
pub use member::member;
pub use object::{Object, ObjectError};
pub use selector::{FingerprintFamily, HashAlgorithm, Selector, SelectorError, refang};
pub use time::{TimestampError, parse_timestamp};
