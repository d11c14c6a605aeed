//! API tokens: a program's way in, with the rights of the person who made it.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::Caller;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::account::{NewToken, TokenView};

/// One's own tokens; the secrets are not among them.
#[utoipa::path(get, path = "/tokens", tag = "tokens", responses((status = 200, body = Vec<TokenView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<TokenView>>, Problem> {
    blocking(&state, move |app| app.tokens(&viewer)).await.map(Json)
}

/// Makes a token. The answer holds its secret, once.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = TokenView), (status = 400, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(token): Json<NewToken>,
) -> Result<(StatusCode, Json<TokenView>), Problem> {
    let created = blocking(&state, move |app| app.create_token(&viewer, token)).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Revokes a token at once.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens",
    params(("id" = String, Path, description = "Id of the token")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(&state, move |app| app.remove_token(&viewer, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
