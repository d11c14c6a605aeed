//! The search box: anything in any spelling.

use axum::extract::State;

use super::auth::Caller;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::search::SearchRequest;
use crate::app::view::ObjectsPage;

/// Finds things by value in any spelling (defanged too), by name, alias, external id or words.
#[utoipa::path(get, path = "/search", tag = "search", params(SearchRequest),
    responses((status = 200, body = ObjectsPage), (status = 400, body = Problem)))]
pub(crate) async fn search(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(request): Query<SearchRequest>,
) -> Result<Json<ObjectsPage>, Problem> {
    blocking(&state, move |app| app.search(&viewer, &request)).await.map(Json)
}
