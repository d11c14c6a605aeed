//! Money that moves as launderers move it.

use axum::extract::State;

use super::auth::Caller;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::money::{MoneyRequest, MoneyView};
use crate::clock;

/// Known patterns of laundering in the payments the viewer may see and in nothing else, ranked by how rare they are, with the
/// accounts that make them and the payments and claims they stand on. Looking through all of it takes seconds, so the last answer is
/// given while a newer one is made. Who holds an account is not told. What to look at, for a person to judge: no finding is a proof.
#[utoipa::path(get, path = "/money", tag = "money", params(MoneyRequest),
    responses((status = 200, body = MoneyView), (status = 400, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(request): Query<MoneyRequest>,
) -> Result<Json<MoneyView>, Problem> {
    let app = state.app.clone();
    blocking(&state, move |_| app.money(&viewer, &request, clock::now())).await.map(Json)
}
