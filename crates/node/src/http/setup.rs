//! The one-time set-up link: it makes the first administrator, or lets one back in.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Json;
use super::problem::Problem;
use super::session::signed_in;
use super::{AppState, blocking};

/// Whether the node waits to be set up.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetupState {
    /// True until there is an administrator.
    needed: bool,
}

/// What the person at the set-up link chose.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SetupRequest {
    /// The token of the link.
    token: String,
    /// Name to sign in with.
    name: String,
    /// Password, 12 characters or more.
    password: String,
}

/// Whether the node waits to be set up.
#[utoipa::path(get, path = "/setup", tag = "setup", responses((status = 200, body = SetupState)))]
pub(crate) async fn needed(State(state): State<AppState>) -> Result<Json<SetupState>, Problem> {
    let needed = blocking(&state, |app| app.setup_needed()).await?;
    Ok(Json(SetupState { needed }))
}

/// Makes an administrator by a one-time link and signs them in.
#[utoipa::path(post, path = "/setup", tag = "setup", request_body = SetupRequest,
    responses((status = 200, body = super::session::SessionView), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Json(request): Json<SetupRequest>,
) -> Result<Response, Problem> {
    let turn = state.limit_sign_in("set-up link").await?;
    let session = blocking(&state, move |app| {
        let _turn = turn;
        app.set_up(&request.token, &request.name, &request.password)
    })
    .await?;
    Ok(signed_in(session))
}
