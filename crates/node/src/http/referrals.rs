//! Referrals: what no rule decides, and people do.

use axum::extract::State;

use super::auth::Caller;
use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::exchange::queue::{DecisionRequest, ReferralView, ReferralsPage, ReferralsRequest};
use crate::clock;

/// What waits for a decision, oldest first; or what was decided, newest first.
#[utoipa::path(get, path = "/referrals", tag = "referrals", params(ReferralsRequest),
    responses((status = 200, body = ReferralsPage), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(request): Query<ReferralsRequest>,
) -> Result<Json<ReferralsPage>, Problem> {
    blocking(&state, move |app| app.referrals(&viewer, &request, clock::now())).await.map(Json)
}

/// One referral.
#[utoipa::path(get, path = "/referrals/{id}", tag = "referrals",
    params(("id" = String, Path, description = "Id of the referral")),
    responses((status = 200, body = ReferralView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Json<ReferralView>, Problem> {
    blocking(&state, move |app| app.referral(&viewer, &id, clock::now())).await.map(Json)
}

/// Approves or refuses. Whoever asked may not approve, nobody speaks twice, and one refusal ends it. Administrators only.
#[utoipa::path(post, path = "/referrals/{id}/decision", tag = "referrals", request_body = DecisionRequest,
    params(("id" = String, Path, description = "Id of the referral")),
    responses((status = 200, body = ReferralView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn decide(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Json(decision): Json<DecisionRequest>,
) -> Result<Json<ReferralView>, Problem> {
    blocking(&state, move |app| app.decide_on_referral(&viewer, &id, decision, clock::now())).await.map(Json)
}
