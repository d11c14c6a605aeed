//! What is new and growing.

use axum::extract::State;

use super::auth::Caller;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::emerging::{EmergingRequest, EmergingView};
use crate::clock;

/// Groups of things that are new or grow beyond what everything does, ranked, with reasons: in what the viewer may see and nothing
/// else. Looking through all of it takes seconds, so the last answer is given while a newer one is made. People are counted, never
/// listed.
#[utoipa::path(get, path = "/emerging", tag = "emerging", params(EmergingRequest),
    responses((status = 200, body = EmergingView), (status = 400, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(request): Query<EmergingRequest>,
) -> Result<Json<EmergingView>, Problem> {
    let app = state.app.clone();
    blocking(&state, move |_| app.emerging(&viewer, &request, clock::now())).await.map(Json)
}
