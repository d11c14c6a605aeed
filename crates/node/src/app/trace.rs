//! Walking the graph: neighbourhood, paths, what things have in common, what hangs together.

use std::collections::HashMap;

use entente_graph::{self as graph, Limit, PathChoice, Subgraph};
use entente_model::VertexNo;
use entente_store::AsOf;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lens::{HUB, Lens};
use super::view::{Count, FilterRequest, GraphView, PathView, PathsView, Truncated};
use super::{App, AppError, Viewer};

/// Vertices in an answer unless asked otherwise, and at most.
const VERTICES: (usize, usize) = (2_000, 100_000);
/// Edges per vertex in an answer, at most on average: parallel claims can be many.
const EDGES_A_VERTEX: usize = 20;
/// Most hops of a neighbourhood: further is a component.
pub(super) const MOST_HOPS: u32 = 12;
/// Most hops of a path.
const LONGEST_PATH: u32 = 16;
/// Paths in an answer unless asked otherwise, and at most.
const PATHS: (usize, usize) = (3, 50);

/// What lies around things.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct NeighbourhoodRequest {
    /// Where to begin.
    pub(crate) ids: Vec<String>,
    /// How many links outward, 0 to 12. With 0 the answer is the things themselves and the links among them,
    /// without those that are unknown or hidden: a saved chart is opened this way.
    pub(crate) hops: u32,
    /// What is followed.
    pub(crate) filter: FilterRequest,
    /// Vertices at most.
    pub(crate) limit: Option<usize>,
}

/// The best paths between things.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct PathsRequest {
    /// One end: any of these.
    pub(crate) from: Vec<String>,
    /// The other end: any of these.
    pub(crate) to: Vec<String>,
    /// How many paths, 3 unless given.
    pub(crate) count: Option<usize>,
    /// Around hubs where there is a way, true unless given.
    pub(crate) avoid_hubs: Option<bool>,
    /// What is followed.
    pub(crate) filter: FilterRequest,
}

/// What several things are all linked to.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct CommonRequest {
    /// The things, two or more.
    pub(crate) ids: Vec<String>,
    /// What is followed.
    pub(crate) filter: FilterRequest,
    /// Vertices at most.
    pub(crate) limit: Option<usize>,
}

/// What a thing hangs together with.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct ComponentRequest {
    /// The thing.
    pub(crate) id: String,
    /// What is followed.
    pub(crate) filter: FilterRequest,
    /// Vertices at most.
    pub(crate) limit: Option<usize>,
}

/// What filters can be set to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FacetsView {
    /// Link kinds and visible links of each.
    link_kinds: Vec<Count>,
    /// STIX types and linked things of each.
    vertex_kinds: Vec<Count>,
    /// Sources and visible claims of each.
    sources: Vec<Count>,
    /// Audiences the viewer may see.
    tlp: Vec<String>,
}

impl App {
    /// What is within some hops of things.
    pub(crate) fn neighbourhood(
        &self,
        viewer: &Viewer,
        request: &NeighbourhoodRequest,
    ) -> Result<GraphView, AppError> {
        if request.hops > MOST_HOPS {
            return Err(AppError::invalid(format!("`hops` must be 0 to {MOST_HOPS}.")));
        }
        let lens = self.lens(viewer, AsOf::Now)?;
        let seeds =
            if request.hops == 0 { lens.known(&request.ids)? } else { some(lens.vertices(&request.ids)?)? };
        let sieve = lens.sieve(&request.filter)?;
        let found = lens.graph.neighbourhood(&seeds, request.hops, &sieve.filter(), limit(request.limit));
        lens.subgraph(&found)
    }

    /// Everything a thing hangs together with, nearest first.
    pub(crate) fn component(
        &self,
        viewer: &Viewer,
        request: &ComponentRequest,
    ) -> Result<GraphView, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let seed = lens.vertex(&request.id)?;
        let sieve = lens.sieve(&request.filter)?;
        lens.subgraph(&lens.graph.component(seed, &sieve.filter(), limit(request.limit)))
    }

    /// The best paths between any of some things and any of others.
    pub(crate) fn paths(&self, viewer: &Viewer, request: &PathsRequest) -> Result<PathsView, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let (from, to) = (some(lens.vertices(&request.from)?)?, some(lens.vertices(&request.to)?)?);
        // Hubs are weighed when paths are compared; skipping them altogether would hide that a way exists.
        let expand = FilterRequest { hubs: Some("expand".to_owned()), ..request.filter.clone() };
        let sieve = lens.sieve(&expand)?;
        let choice = PathChoice {
            count: request.count.unwrap_or(PATHS.0).clamp(1, PATHS.1),
            most_hops: LONGEST_PATH,
            avoid_hubs_above: request.avoid_hubs.unwrap_or(true).then_some(HUB),
        };
        let paths = lens.graph.best_paths(&from, &to, &sieve.filter(), choice);
        lens.paths(&paths)
    }

    /// What several things are linked to, rarest first.
    pub(crate) fn common(&self, viewer: &Viewer, request: &CommonRequest) -> Result<GraphView, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let things = lens.vertices(&request.ids)?;
        if things.len() < 2 {
            return Err(AppError::invalid("Name two things or more."));
        }
        let sieve = lens.sieve(&request.filter)?;
        let most = limit(request.limit).vertices;
        let (common, total) = lens.graph.common_neighbours(&things, &sieve.filter(), most);
        let mut vertices = things;
        vertices.extend(common.iter().map(|one| one.vertex));
        let (edges, left_out) =
            lens.graph.edges_among(&vertices, &sieve.filter(), vertices.len() * EDGES_A_VERTEX);
        lens.graph_view(&vertices, &edges, total - common.len(), left_out)
    }

    /// What filters can be set to, for this viewer.
    pub(crate) fn facets(&self, viewer: &Viewer) -> Result<FacetsView, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let facets = lens.graph.facets(&lens.everything());
        let count = |name: String, count: usize| Count { name, count: count as u64 };
        let links = facets.link_kinds.iter().map(|(kind, number)| count(lens.link_kind(*kind), *number));
        let vertices = facets.vertex_kinds.iter().map(|(kind, number)| count(lens.kind(*kind), *number));
        let sources = lens.view.stats()?.sources;
        Ok(FacetsView {
            link_kinds: links.collect(),
            vertex_kinds: vertices.collect(),
            sources: sources.into_iter().map(|one| Count { name: one.source, count: one.claims }).collect(),
            tlp: entente_model::Tlp::ALL
                .iter()
                .filter(|tlp| **tlp <= viewer.tlp_max)
                .map(|tlp| tlp.as_str().to_owned())
                .collect(),
        })
    }
}

fn some(vertices: Vec<VertexNo>) -> Result<Vec<VertexNo>, AppError> {
    if vertices.is_empty() { Err(AppError::invalid("Name at least one thing.")) } else { Ok(vertices) }
}

fn limit(asked: Option<usize>) -> Limit {
    let vertices = asked.unwrap_or(VERTICES.0).clamp(1, VERTICES.1);
    Limit { vertices, edges: vertices * EDGES_A_VERTEX }
}

impl Lens<'_> {
    fn subgraph(&self, found: &Subgraph) -> Result<GraphView, AppError> {
        let vertices: Vec<_> = found.vertices.iter().map(|reached| reached.vertex).collect();
        self.graph_view(&vertices, &found.edges, found.truncated.vertices, found.truncated.edges)
    }

    fn graph_view(
        &self,
        vertices: &[VertexNo],
        edges: &[graph::Edge],
        vertices_left_out: usize,
        edges_left_out: usize,
    ) -> Result<GraphView, AppError> {
        let truncated = match (vertices_left_out, edges_left_out) {
            (0, 0) => None,
            (0, edges) => {
                Some(Truncated { reason: "Some links are not shown".to_owned(), more: edges as u64 })
            }
            (vertices, _) => {
                Some(Truncated { reason: "Some things are not shown".to_owned(), more: vertices as u64 })
            }
        };
        let ids = self.ids(vertices)?;
        Ok(GraphView { vertices: self.summaries(vertices)?, edges: self.edges(edges, &ids), truncated })
    }

    fn paths(&self, paths: &[graph::Path]) -> Result<PathsView, AppError> {
        let mut vertices: Vec<_> = paths.iter().flat_map(|path| path.vertices.iter().copied()).collect();
        vertices.sort_unstable();
        vertices.dedup();
        let mut edges: Vec<_> = paths.iter().flat_map(|path| path.steps.iter().flatten().copied()).collect();
        edges.sort_unstable();
        edges.dedup();
        let ids = self.ids(&vertices)?;
        let place: HashMap<_, _> = edges.iter().zip(0..).collect();
        let views = paths
            .iter()
            .map(|path| PathView {
                vertices: path.vertices.iter().filter_map(|vertex| ids.get(vertex).cloned()).collect(),
                edges: path.steps.iter().filter_map(|step| step.first()).map(|edge| place[edge]).collect(),
                hubs: path.hubs.iter().filter_map(|vertex| ids.get(vertex).cloned()).collect(),
            })
            .collect();
        let graph = GraphView {
            vertices: self.summaries(&vertices)?,
            edges: self.edges(&edges, &ids),
            truncated: None,
        };
        Ok(PathsView { paths: views, graph })
    }
}
