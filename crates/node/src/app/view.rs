//! What a viewer is shown, on the wire and with `--json`. One shape each, made in `app` from claims the
//! viewer may see and nothing else.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A thing in one line.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ObjectSummary {
    /// STIX id.
    pub(crate) id: String,
    /// STIX type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// What a person calls it.
    pub(crate) label: String,
    /// True when its author withdrew it and nobody maintains it.
    pub(crate) revoked: bool,
    /// True when it is only mentioned by others and nobody made a claim about it.
    pub(crate) mentioned_only: bool,
    /// Earliest time any visible claim gives it (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_seen: Option<String>,
    /// Latest time any visible claim gives it (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_seen: Option<String>,
    /// Who says something about it.
    pub(crate) sources: Vec<String>,
    /// Most restrictive audience among the visible claims: clear, green, amber, amber+strict, red.
    pub(crate) tlp: String,
    /// Visible claims about it.
    pub(crate) claims: u64,
    /// Visible links.
    pub(crate) degree: u64,
    /// Why it is a hub, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hub: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    /// Autonomous system number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) asn: Option<u32>,
    /// Longitude and latitude, when a claim gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) point: Option<[f64; 2]>,
}

/// One claim: who says so, when, under which handling.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ClaimView {
    /// Claim number.
    pub(crate) no: u32,
    /// What it is about.
    pub(crate) object: String,
    /// Who says so.
    pub(crate) source: String,
    /// The agreement it came under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agreement: Option<String>,
    /// Audience (TLP 2.0).
    pub(crate) tlp: String,
    /// Permissible actions (PAP).
    pub(crate) pap: String,
    /// Use and onward conditions: H0 to H3.
    pub(crate) conditions: Vec<String>,
    /// Grade of source and information.
    pub(crate) grade: String,
    /// Class of data.
    pub(crate) category: String,
    /// When this node took it in.
    pub(crate) received_at: String,
    /// The author's `created`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created: Option<String>,
    /// The author's `modified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modified: Option<String>,
    /// True when the author withdrew the object in this version.
    pub(crate) revoked: bool,
    /// True when this is the newest the source says.
    pub(crate) current: bool,
    /// The object as the source gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) stix: Option<serde_json::Value>,
}

/// One edge of a chart and the claim it stands on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Edge {
    /// Where it starts.
    pub(crate) source: String,
    /// Where it ends.
    pub(crate) target: String,
    /// What it says: a relationship type, a reference, or an implied link.
    pub(crate) kind: String,
    /// When it held or was first seen (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// Who says so.
    pub(crate) source_name: String,
    /// Audience of the claim.
    pub(crate) tlp: String,
    /// The claim.
    pub(crate) claim: u32,
}

/// A part of the graph.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct GraphView {
    /// The things.
    pub(crate) vertices: Vec<ObjectSummary>,
    /// The links among them.
    pub(crate) edges: Vec<Edge>,
    /// What was left out, when something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) truncated: Option<Truncated>,
}

/// What a graph answer left out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Truncated {
    /// Why.
    pub(crate) reason: String,
    /// At least how many vertices more there are.
    pub(crate) more: u64,
}

/// Paths, and the vertices and edges they run over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct PathsView {
    /// The paths, best first.
    pub(crate) paths: Vec<PathView>,
    /// Everything on them.
    pub(crate) graph: GraphView,
}

/// One path.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct PathView {
    /// Ids from one end to the other.
    pub(crate) vertices: Vec<String>,
    /// Indexes into the graph's edges, one a step.
    pub(crate) edges: Vec<usize>,
    /// Ids of the hubs it passes through: what follows from meeting there means little.
    pub(crate) hubs: Vec<String>,
}

/// Limits on what is followed. An absent member is no limit.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FilterRequest {
    /// Only these link kinds.
    pub(crate) link_kinds: Option<Vec<String>>,
    /// Only through these STIX types.
    pub(crate) vertex_kinds: Option<Vec<String>>,
    /// Only what these sources say.
    pub(crate) sources: Option<Vec<String>>,
    /// Only up to this audience.
    pub(crate) tlp_max: Option<String>,
    /// Only links at or after this time (RFC 3339).
    pub(crate) from: Option<String>,
    /// Only links before this time (RFC 3339).
    pub(crate) to: Option<String>,
    /// `skip` hubs (default) or `expand` them.
    pub(crate) hubs: Option<String>,
}

/// How many of something.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Count {
    /// What.
    pub(crate) name: String,
    /// How many.
    pub(crate) count: u64,
}

/// Links of one kind and direction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct LinkCount {
    /// Link kind.
    pub(crate) kind: String,
    /// `out` from this thing, or `in` to it.
    pub(crate) direction: &'static str,
    /// How many.
    pub(crate) count: u64,
}

/// A name and a value that identify a thing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct SelectorView {
    /// What sort of value.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: String,
}

/// Something that happened to a thing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct TimelineEntry {
    /// When (RFC 3339).
    pub(crate) at: String,
    /// What, in words.
    pub(crate) what: String,
    /// The claim that says so.
    pub(crate) claim: u32,
}

/// Everything on one thing's page.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ObjectPage {
    /// The thing in one line.
    pub(crate) summary: ObjectSummary,
    /// Values that identify it.
    pub(crate) selectors: Vec<SelectorView>,
    /// Visible claims about it, newest first.
    pub(crate) claims: Vec<ClaimView>,
    /// Links by kind.
    pub(crate) links: LinksSummary,
    /// What happened when.
    pub(crate) timeline: Vec<TimelineEntry>,
}

/// How many links of which kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct LinksSummary {
    /// All of them.
    pub(crate) total: u64,
    /// By kind and direction.
    pub(crate) by_kind: Vec<LinkCount>,
}

/// One link of a thing and what is at its other end.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// The edge.
    pub(crate) edge: Edge,
    /// The other end.
    pub(crate) other: ObjectSummary,
}

/// A page of links.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct LinksPage {
    /// The links.
    pub(crate) links: Vec<LinkView>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// A page of things.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ObjectsPage {
    /// The things.
    pub(crate) objects: Vec<ObjectSummary>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The value as understood, when the query was one in another spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refanged: Option<String>,
}
