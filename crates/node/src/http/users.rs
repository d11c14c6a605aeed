//! People: their roles and the audience they may see.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::Caller;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::account::{NewUser, UserChange, UserView};

/// Everybody who may sign in. Administrators only.
#[utoipa::path(get, path = "/users", tag = "users",
    responses((status = 200, body = Vec<UserView>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Json<Vec<UserView>>, Problem> {
    blocking(&state, move |app| app.users(&viewer)).await.map(Json)
}

/// Adds a person. Administrators only.
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = UserView), (status = 400, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Json(user): Json<NewUser>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let created = blocking(&state, move |app| app.create_user(&viewer, user)).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Changes a person's role, audience or password; their sessions end. Administrators, or the person for their
/// own password.
#[utoipa::path(patch, path = "/users/{name}", tag = "users", request_body = UserChange,
    params(("name" = String, Path, description = "Name of the user")),
    responses((status = 200, body = UserView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
    Json(change): Json<UserChange>,
) -> Result<Json<UserView>, Problem> {
    blocking(&state, move |app| app.update_user(&viewer, &name, change)).await.map(Json)
}

/// Removes a person, their sessions and tokens. The last administrator stays.
#[utoipa::path(delete, path = "/users/{name}", tag = "users",
    params(("name" = String, Path, description = "Name of the user")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(&state, move |app| app.remove_user(&viewer, &name)).await?;
    Ok(StatusCode::NO_CONTENT)
}
