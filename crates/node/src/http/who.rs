//! Who is behind things, and what people decide about that.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::Caller;
use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::who::{
    AgreedCaseView, CaseRequest, CaseView, DismantlingRequest, DismantlingView, JudgementRequest,
    JudgementView, JudgementsRequest, SoughtView, WhoRequest, WhoView,
};
use crate::clock;

/// The organisation behind things: its members, how sure each is, and why. Only what the viewer may see takes part.
#[utoipa::path(post, path = "/who", tag = "who", request_body = WhoRequest,
    responses((status = 200, body = WhoView), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn who(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<WhoRequest>,
) -> Result<Json<WhoView>, Problem> {
    blocking(&state, move |app| app.who(&viewer, &request)).await.map(Json)
}

/// Which few targets would leave the least of the organisation behind things, how far that stands if some ties are wrong, and what
/// would remain. A proposal for people to judge; people are never targets.
#[utoipa::path(post, path = "/who/dismantling", tag = "who", request_body = DismantlingRequest,
    responses((status = 200, body = DismantlingView), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn dismantling(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<DismantlingRequest>,
) -> Result<Json<DismantlingView>, Problem> {
    blocking(&state, move |app| app.dismantling(&viewer, &request)).await.map(Json)
}

/// The cases that agreements in force are about, and who may be told what belongs to each. Analysts only.
#[utoipa::path(get, path = "/cases", tag = "who",
    responses((status = 200, body = Vec<AgreedCaseView>), (status = 403, body = Problem)))]
pub(crate) async fn cases(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<AgreedCaseView>>, Problem> {
    blocking(&state, move |app| app.agreed_cases(&viewer, clock::now())).await.map(Json)
}

/// Takes up into a case what this node holds that ties the organisation behind things: it is said again as belonging to the case, so that
/// agreements about the case tell it to their parties, and nothing else. Analysts only.
#[utoipa::path(post, path = "/cases/claims", tag = "who", request_body = CaseRequest,
    responses((status = 201, body = CaseView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn take_up(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<CaseRequest>,
) -> Result<(StatusCode, Json<CaseView>), Problem> {
    let taken = blocking(&state, move |app| app.take_up(&viewer, &request, clock::now())).await?;
    Ok((StatusCode::CREATED, Json(taken)))
}

/// Says in a case which probable members are sought, so that partners look for them in what they hold. What is known from a partner alone
/// waits where that partner did not agree to its being told to the others. Analysts only.
#[utoipa::path(post, path = "/cases/sought", tag = "who", request_body = CaseRequest,
    responses((status = 201, body = SoughtView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn seek(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<CaseRequest>,
) -> Result<(StatusCode, Json<SoughtView>), Problem> {
    let sought = blocking(&state, move |app| app.seek(&viewer, &request, clock::now())).await?;
    Ok((StatusCode::CREATED, Json(sought)))
}

/// Decisions about a thing, withdrawn ones too.
#[utoipa::path(get, path = "/judgements", tag = "who", params(JudgementsRequest),
    responses((status = 200, body = Vec<JudgementView>), (status = 404, body = Problem)))]
pub(crate) async fn judgements(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(request): Query<JudgementsRequest>,
) -> Result<Json<Vec<JudgementView>>, Problem> {
    blocking(&state, move |app| app.judgements(&viewer, &request)).await.map(Json)
}

/// Decides that two things are of one organisation, or are not. Counts at once. Analysts only.
#[utoipa::path(post, path = "/judgements", tag = "who", request_body = JudgementRequest,
    responses((status = 201, body = JudgementView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn judge(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(request): Json<JudgementRequest>,
) -> Result<(StatusCode, Json<JudgementView>), Problem> {
    let judged = blocking(&state, move |app| app.judge(&viewer, &request, clock::now())).await?;
    Ok((StatusCode::CREATED, Json(judged)))
}

/// Withdraws a decision; that it was made, and who withdrew it, stays. Analysts only.
#[utoipa::path(delete, path = "/judgements/{no}", tag = "who",
    params(("no" = u64, Path, description = "Number of the decision")),
    responses((status = 200, body = JudgementView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn withdraw(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(no): Path<u64>,
) -> Result<Json<JudgementView>, Problem> {
    blocking(&state, move |app| app.withdraw_judgement(&viewer, no, clock::now())).await.map(Json)
}
