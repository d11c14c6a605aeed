//! Counts.

use axum::extract::State;

use super::auth::Caller;
use super::extract::Json;
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::stats::StatsView;

/// How much this viewer can see.
#[utoipa::path(get, path = "/stats", tag = "stats", responses((status = 200, body = StatsView)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<StatsView>, Problem> {
    blocking(&state, move |app| app.stats(&viewer)).await.map(Json)
}
