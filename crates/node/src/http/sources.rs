//! Sources: whose what they tell is.

use axum::extract::State;

use super::auth::Caller;
use super::extract::Json;
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::source::{SourceSaid, SourceView};

/// Every source that told something under no agreement, and whose it is. Administrators only.
#[utoipa::path(get, path = "/sources", tag = "sources",
    responses((status = 200, body = Vec<SourceView>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<SourceView>>, Problem> {
    blocking(&state, move |app| app.sources(&viewer)).await.map(Json)
}

/// Says whose a source is. What others told under TLP:AMBER or stricter is passed on only when they consent. Administrators only.
#[utoipa::path(put, path = "/sources", tag = "sources", request_body = SourceSaid,
    responses((status = 200, body = SourceView), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn say(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(said): Json<SourceSaid>,
) -> Result<Json<SourceView>, Problem> {
    blocking(&state, move |app| app.say_of_source(&viewer, said)).await.map(Json)
}
