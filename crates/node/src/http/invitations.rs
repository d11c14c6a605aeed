//! Invitations: links by which a partner's node fetches an agreement, once.

use axum::extract::State;
use axum::http::StatusCode;

use super::agreements::created;
use super::auth::Caller;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::AppError;
use crate::app::agreement::invitation::{InvitationLink, InvitationView, NewInvitation};
use crate::app::agreement::view::AgreementView;
use crate::{clock, peer};

/// Makes an invitation to the newest version of an agreement. The answer holds the link, once. Administrators only.
#[utoipa::path(post, path = "/agreements/{id}/invitations", tag = "invitations", request_body = NewInvitation,
    params(("id" = String, Path, description = "Id of the agreement")),
    responses((status = 201, body = InvitationView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Json(new): Json<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationView>), Problem> {
    blocking(&state, move |app| app.invite(&viewer, &id, &new, clock::now())).await.map(created)
}

/// Follows an invitation that a partner gave: fetches the agreement from its node and keeps it, unsigned by this node.
/// Administrators only.
#[utoipa::path(post, path = "/invitations", tag = "invitations", request_body = InvitationLink,
    responses((status = 201, body = AgreementView), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn follow(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(given): Json<InvitationLink>,
) -> Result<(StatusCode, Json<AgreementView>), Problem> {
    let link = state.app.read_link(&viewer, &given.link)?;
    let fetched = peer::fetch_invited(&state.app, &link).await;
    let refused = |error: anyhow::Error| {
        AppError::invalid(format!(
            "The agreement could not be fetched: {error:#}. An invitation works once: ask for another one."
        ))
    };
    let named = fetched.map_err(refused)?;
    let keep = move |app: &crate::app::App| {
        app.take_invited(&viewer, &link, &named, clock::now())?;
        app.agreement_view(&viewer, named.agreement.id.as_str(), None, clock::now())
    };
    blocking(&state, keep).await.map(created)
}
