//! One claim.

use axum::extract::State;

use super::auth::Caller;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::view::ClaimView;

/// A claim with the object as its source gave it.
#[utoipa::path(get, path = "/claims/{no}", tag = "claims",
    params(("no" = u32, Path, description = "Claim number")),
    responses((status = 200, body = ClaimView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(no): Path<u32>,
) -> Result<Json<ClaimView>, Problem> {
    blocking(&state, move |app| app.claim(&viewer, no)).await.map(Json)
}
