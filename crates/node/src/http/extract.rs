//! What handlers read from a request and answer with. A request that cannot be read is answered with a problem
//! document like any other error.

use std::error::Error;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// A JSON body, read or written.
pub(crate) struct Json<T>(pub(crate) T);

/// What axum lets through where nothing else was said: `DefaultBodyLimit`.
const LONGEST_JSON: u64 = 2 << 20;

/// The parameters after `?`.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(crate) struct Query<T>(pub(crate) T);

/// The variable parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(crate) struct Path<T>(pub(crate) T);

/// How many bytes the body has, where the request says so: one sent in chunks does not.
pub(crate) struct ContentLength(pub(crate) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for ContentLength {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<ContentLength, Problem> {
        Ok(ContentLength::of(&parts.headers))
    }
}

impl ContentLength {
    fn of(headers: &HeaderMap) -> ContentLength {
        let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        ContentLength(declared.and_then(|bytes| bytes.parse().ok()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Json<T>, Problem> {
        // Refused before the body is asked for: axum would ask, and a client that waits to be asked (RFC 9110 section 10.1.1) then
        // meets a closed connection while it writes, and not the refusal.
        if ContentLength::of(request.headers()).0.is_some_and(|bytes| bytes > LONGEST_JSON) {
            return Err(Problem::too_large());
        }
        Ok(Json(axum::Json::from_request(request, state).await?.0))
    }
}

/// A multipart body.
pub(crate) struct Multipart(pub(crate) axum::extract::Multipart);

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Multipart, Problem> {
        let body = axum::extract::Multipart::from_request(request, state).await;
        body.map(Multipart).map_err(|_| Problem::media_type("multipart/form-data"))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Problem {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::media_type("application/json"),
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => unreadable("The JSON body", &rejection),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Problem {
        unreadable("What follows `?` in the address", &rejection)
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Problem {
        unreadable("The address", &rejection)
    }
}

/// The innermost cause says which part is wrong and why; the outer ones, and what follows `expected struct`, are about
/// our types and nobody else's business.
fn unreadable(what: &str, rejection: &dyn Error) -> Problem {
    let mut cause = rejection;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string();
    let told = text.split_once(", expected struct ").map_or(text.as_str(), |(told, _)| told);
    Problem::bad_request(format!("{what} cannot be read: {told}."))
}
