//! Partners: how they are, where their nodes listen, their tokens, and what went over the wire to and from them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::agreements::{attachment, created};
use super::auth::Caller;
use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::AppError;
use crate::app::account::{NewToken, TokenView};
use crate::app::exchange::health::{NoticesPage, NoticesRequest, PartnerPlace, PartnerView};
use crate::app::exchange::wire::{WireItemView, WirePage, WireRequest};
use crate::clock;

/// Partners and how they are.
#[utoipa::path(get, path = "/partners", tag = "partners",
    responses((status = 200, body = Vec<PartnerView>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<PartnerView>>, Problem> {
    blocking(&state, move |app| app.partner_views(&viewer, clock::now())).await.map(Json)
}

/// A partner and how it is.
#[utoipa::path(get, path = "/partners/{party}", tag = "partners",
    params(("party" = String, Path, description = "Id of the party")),
    responses((status = 200, body = PartnerView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(party): Path<String>,
) -> Result<Json<PartnerView>, Problem> {
    blocking(&state, move |app| app.partner(&viewer, &party, clock::now())).await.map(Json)
}

/// Says where a partner's node listens, whatever its agreements say. Administrators only.
#[utoipa::path(put, path = "/partners/{party}", tag = "partners", request_body = PartnerPlace,
    params(("party" = String, Path, description = "Id of the party")),
    responses((status = 200, body = PartnerView), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn place(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(party): Path<String>,
    Json(place): Json<PartnerPlace>,
) -> Result<Json<PartnerView>, Problem> {
    let place = move |app: &crate::app::App| {
        let id = party.parse().map_err(AppError::invalid)?;
        app.place_partner(&viewer, &id, None, place.endpoint.trim(), clock::now())?;
        app.partner(&viewer, &party, clock::now())
    };
    blocking(&state, place).await.map(Json)
}

/// What went out to a partner or came in from it, newest first.
#[utoipa::path(get, path = "/partners/{party}/wire", tag = "partners",
    params(("party" = String, Path, description = "Id of the party"), WireRequest),
    responses((status = 200, body = WirePage), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn wire(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(party): Path<String>,
    Query(request): Query<WireRequest>,
) -> Result<Json<WirePage>, Problem> {
    blocking(&state, move |app| app.wire(&viewer, &party, &request, clock::now())).await.map(Json)
}

/// One item that went out, with exactly what the partner got.
#[utoipa::path(get, path = "/partners/{party}/wire/{item}", tag = "partners",
    params(("party" = String, Path, description = "Id of the party"), ("item" = String, Path, description = "Id of the item")),
    responses((status = 200, body = WireItemView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn item(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path((party, item)): Path<(String, String)>,
) -> Result<Json<WireItemView>, Problem> {
    blocking(&state, move |app| app.wire_item(&viewer, &party, &item, clock::now())).await.map(Json)
}

/// The file that proves what one item told, to be checked by anyone with `entente audit verify-proof`.
#[utoipa::path(get, path = "/partners/{party}/wire/{item}/proof", tag = "partners",
    params(("party" = String, Path, description = "Id of the party"), ("item" = String, Path, description = "Id of the item")),
    responses((status = 200, body = Object), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn proof(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path((party, item)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let text = blocking(&state, move |app| app.wire_proof(&viewer, &party, &item, clock::now())).await?;
    Ok(attachment("attachment; filename=\"disclosure-proof.json\"", text))
}

/// Notices that a partner sent, and what this node did about them, newest first.
#[utoipa::path(get, path = "/partners/{party}/notices", tag = "partners",
    params(("party" = String, Path, description = "Id of the party"), NoticesRequest),
    responses((status = 200, body = NoticesPage), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn notices(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(party): Path<String>,
    Query(request): Query<NoticesRequest>,
) -> Result<Json<NoticesPage>, Problem> {
    blocking(&state, move |app| app.partner_notices(&viewer, &party, &request)).await.map(Json)
}

/// A partner's API tokens; the secrets are not among them. Administrators only.
#[utoipa::path(get, path = "/partners/{party}/tokens", tag = "partners",
    params(("party" = String, Path, description = "Id of the party")),
    responses((status = 200, body = Vec<TokenView>), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn tokens(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(party): Path<String>,
) -> Result<Json<Vec<TokenView>>, Problem> {
    blocking(&state, move |app| app.tokens_of(&viewer, &party)).await.map(Json)
}

/// Makes an API token for a partner. The answer holds its secret, once. Administrators only.
#[utoipa::path(post, path = "/partners/{party}/tokens", tag = "partners", request_body = NewToken,
    params(("party" = String, Path, description = "Id of the party")),
    responses((status = 201, body = TokenView), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn create_token(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(party): Path<String>,
    Json(token): Json<NewToken>,
) -> Result<(StatusCode, Json<TokenView>), Problem> {
    let create = move |app: &crate::app::App| app.give_token(&viewer, &party, &token, clock::now());
    blocking(&state, create).await.map(created)
}

/// Withdraws a partner's API token, at once. Administrators only.
#[utoipa::path(delete, path = "/partners/{party}/tokens/{id}", tag = "partners",
    params(("party" = String, Path, description = "Id of the party"), ("id" = String, Path, description = "Id of the token")),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove_token(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path((party, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    blocking(&state, move |app| app.withdraw_token(&viewer, &party, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
