//! The link graph: index, live tail, trace, paths, hubs.
//!
//! Every link in the graph is an [`Edge`]: one claim, in one compartment, that two vertices are linked. What a
//! viewer may not see is left out edge by edge while traversing (see [`Filter`]), so an answer is exactly that
//! of the graph with those edges removed.
//!
//! ```text
//! claims ──build──► file ──from_bytes──► Index ┐
//!                                              ├─ Graph ──snapshot──► neighbourhood, paths, hubs, …
//! commit ──append─────────────────────► tail ──┘    ▲
//!              Snapshot::build ──► file ──► Index ──┘ replace
//! ```
//!
//! This crate opens no file and reads no clock: it takes bytes and returns bytes. The node maps the index file,
//! appends after each commit, and compacts now and then:
//!
//! ```
//! use entente_graph::{Edge, Filter, Graph, Index, Limit, Vertex};
//! use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
//!
//! let graph = Graph::new(Index::empty());
//! let domain = (VertexNo(0), Vertex { kind: 1 });
//! let address = (VertexNo(1), Vertex { kind: 2 });
//! let resolves = Edge {
//!     source: VertexNo(0),
//!     target: VertexNo(1),
//!     kind: 4,
//!     compartment: CompartmentNo(3),
//!     at: 1_700_000_000,
//!     claim: ClaimNo(1),
//! };
//! graph.append(&[domain, address], vec![resolves], ClaimNo(1))?;
//!
//! let rights: CompartmentSet = [CompartmentNo(3)].into_iter().collect();
//! let around = graph.snapshot().neighbourhood(&[VertexNo(0)], 2, &Filter::seeing(&rights), Limit::NONE);
//! assert_eq!(around.edges, [resolves]);
//!
//! let nothing = CompartmentSet::empty();
//! let around = graph.snapshot().neighbourhood(&[VertexNo(0)], 2, &Filter::seeing(&nothing), Limit::NONE);
//! assert!(around.edges.is_empty());
//!
//! let covered = graph.snapshot();
//! let index = Index::from_words(covered.build()?.to_words())?;
//! graph.replace(index, &covered)?;
//! # Ok::<(), entente_graph::IndexError>(())
//! ```
#![forbid(unsafe_code)]

pub mod aliases;
mod bits;
mod build;
mod components;
mod edge;
mod error;
mod filter;
mod gate;
mod graph;
mod groups;
mod importance;
mod index;
mod kbest;
mod kind_set;
mod layout;
mod links;
mod marks;
mod meet;
mod mesh;
pub mod money;
mod neighbourhood;
pub mod organisation;
mod path;
mod reader;
mod scan;
mod scratch;
mod segment;
mod shared;
mod spread;
mod weak_points;

pub use build::{Built, build};
pub use components::Components;
pub use edge::{Direction, Edge, HubReason, Vertex};
pub use error::IndexError;
pub use filter::{Filter, HubPolicy, Window};
pub use graph::{Graph, Snapshot};
pub use groups::change::{Change, Fate, Matching};
pub use groups::emerging::{Emergence, Emerging, EmergingChoice, EmergingMember, Growth, Signs};
pub use groups::{Groups, GroupsChoice, Objective};
pub use importance::{Importance, ImportanceChoice};
pub use index::Index;
pub use kind_set::KindSet;
pub use links::{Degree, Facets};
pub use marks::Mark;
pub use neighbourhood::{Limit, Reached, Subgraph, Truncated};
pub use path::{Path, PathChoice};
pub use shared::{Common, Hub};
pub use weak_points::betweenness::{Betweenness, Sources};
pub use weak_points::capability::{Capability, Curve};
pub use weak_points::cuts::Cuts;
pub use weak_points::network::Network;
pub use weak_points::plan::{Aim, Compared, Plan, Target};
pub use weak_points::rivals::Rival;
pub use weak_points::sensitivity::{Doubt, Sensitivity};
