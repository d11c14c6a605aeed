//! Aliases, proposed for review.

use axum::extract::State;

use super::auth::Caller;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::aliases::{AliasesRequest, AliasesView};
use crate::clock;

/// Pairs of actors, campaigns or malware that may be one thing under different names, in what the viewer may see and in nothing else,
/// the most probable first, with reasons for and against. Looking through all of it takes seconds, so the last answer is given while a
/// newer one is made. Nothing is merged: `POST /judgements` says that two are the same, or are not.
#[utoipa::path(get, path = "/aliases", tag = "aliases", params(AliasesRequest),
    responses((status = 200, body = AliasesView), (status = 400, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Query(request): Query<AliasesRequest>,
) -> Result<Json<AliasesView>, Problem> {
    let app = state.app.clone();
    blocking(&state, move |_| app.aliases(&viewer, &request, clock::now())).await.map(Json)
}
