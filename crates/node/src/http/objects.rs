//! A thing's page.

use axum::extract::State;

use super::auth::Caller;
use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::thing::{AsOfRequest, LinksRequest};
use crate::app::view::{LinksPage, ObjectPage};

/// A thing: who says what about it, when, under which handling; its selectors, links and timeline.
#[utoipa::path(get, path = "/objects/{id}", tag = "objects",
    params(("id" = String, Path, description = "STIX id"), AsOfRequest),
    responses((status = 200, body = ObjectPage), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Query(request): Query<AsOfRequest>,
) -> Result<Json<ObjectPage>, Problem> {
    blocking(&state, move |app| app.thing(&viewer, &id, &request)).await.map(Json)
}

/// A thing's links, by kind and time.
#[utoipa::path(get, path = "/objects/{id}/links", tag = "objects",
    params(("id" = String, Path, description = "STIX id"), LinksRequest),
    responses((status = 200, body = LinksPage), (status = 404, body = Problem)))]
pub(crate) async fn links(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Query(request): Query<LinksRequest>,
) -> Result<Json<LinksPage>, Problem> {
    blocking(&state, move |app| app.links(&viewer, &id, &request)).await.map(Json)
}
