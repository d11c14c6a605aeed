//! Walking the graph.

use axum::extract::State;

use super::auth::Caller;
use super::extract::Json;
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::trace::{CommonRequest, ComponentRequest, FacetsView, NeighbourhoodRequest, PathsRequest};
use crate::app::view::{GraphView, PathsView};

/// What is within some hops of things.
#[utoipa::path(post, path = "/graph/neighbourhood", tag = "graph", request_body = NeighbourhoodRequest,
    responses((status = 200, body = GraphView), (status = 404, body = Problem)))]
pub(crate) async fn neighbourhood(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<NeighbourhoodRequest>,
) -> Result<Json<GraphView>, Problem> {
    blocking(&state, move |app| app.neighbourhood(&viewer, &request)).await.map(Json)
}

/// The best paths between things, around hubs.
#[utoipa::path(post, path = "/graph/paths", tag = "graph", request_body = PathsRequest,
    responses((status = 200, body = PathsView), (status = 404, body = Problem)))]
pub(crate) async fn paths(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<PathsRequest>,
) -> Result<Json<PathsView>, Problem> {
    blocking(&state, move |app| app.paths(&viewer, &request)).await.map(Json)
}

/// What several things are all linked to, rarest first.
#[utoipa::path(post, path = "/graph/common", tag = "graph", request_body = CommonRequest,
    responses((status = 200, body = GraphView), (status = 404, body = Problem)))]
pub(crate) async fn common(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<CommonRequest>,
) -> Result<Json<GraphView>, Problem> {
    blocking(&state, move |app| app.common(&viewer, &request)).await.map(Json)
}

/// Everything a thing hangs together with.
#[utoipa::path(post, path = "/graph/component", tag = "graph", request_body = ComponentRequest,
    responses((status = 200, body = GraphView), (status = 404, body = Problem)))]
pub(crate) async fn component(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<ComponentRequest>,
) -> Result<Json<GraphView>, Problem> {
    blocking(&state, move |app| app.component(&viewer, &request)).await.map(Json)
}

/// What filters can be set to.
#[utoipa::path(get, path = "/graph/facets", tag = "graph", responses((status = 200, body = FacetsView)))]
pub(crate) async fn facets(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<FacetsView>, Problem> {
    blocking(&state, move |app| app.facets(&viewer)).await.map(Json)
}
