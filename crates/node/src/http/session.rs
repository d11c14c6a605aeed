//! Signing in and out.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{COOKIE, session_token};
use super::extract::Json;
use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::{Credential, Session};

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Name of the user.
    name: String,
    /// administrator, analyst or reader.
    role: String,
    /// Most restrictive audience they may see.
    tlp_max: String,
    /// Value to send as `X-Entente-CSRF` with requests that change something.
    csrf: String,
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    /// Name of the user.
    name: String,
    /// Password.
    password: String,
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, body = SessionView), (status = 401, body = Problem)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Json<SessionView>, Problem> {
    let token = session_token(&headers).ok_or_else(Problem::signed_out)?;
    let known = blocking(&state, move |app| app.authenticate(&Credential::Session(token))).await?;
    let known = known.ok_or_else(Problem::signed_out)?;
    Ok(Json(SessionView {
        name: known.viewer.name,
        role: known.viewer.role.to_string(),
        tlp_max: known.viewer.tlp_max.as_str().to_owned(),
        csrf: known.csrf.unwrap_or_default(),
    }))
}

/// Signs in: sets the session cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    Json(request): Json<SignIn>,
) -> Result<Response, Problem> {
    let turn = state.limit_sign_in(&request.name).await?;
    let session = blocking(&state, move |app| {
        // The turn lasts as long as the work, even when nobody waits for the answer any more.
        let _turn = turn;
        app.sign_in(&request.name, &request.password)
    })
    .await?;
    Ok(signed_in(session))
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
pub(crate) async fn remove(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = session_token(&headers) {
        blocking(&state, move |app| app.sign_out(&token)).await?;
    }
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), &format!("{COOKIE}=; Max-Age=0; {ATTRIBUTES}")))
}

/// Not `Secure`: the node itself listens on loopback without TLS; a proxy in front adds it.
const ATTRIBUTES: &str = "Path=/; HttpOnly; SameSite=Strict";

/// The answer to a sign-in.
pub(super) fn signed_in(session: Session) -> Response {
    let view = SessionView {
        name: session.name,
        role: session.role.to_string(),
        tlp_max: session.tlp_max.as_str().to_owned(),
        csrf: session.csrf,
    };
    with_cookie(Json(view).into_response(), &format!("{COOKIE}={}; {ATTRIBUTES}", session.token))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    // Tokens are base64url: always a valid header value.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
