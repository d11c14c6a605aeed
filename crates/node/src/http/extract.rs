//! What handlers read from a request and answer with. A request that cannot be read is answered with a problem
//! document like any other error.

use std::error::Error;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;

/// A JSON body, read or written.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(crate) struct Json<T>(pub(crate) T);

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
        let declared = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        Ok(ContentLength(declared.and_then(|bytes| bytes.parse().ok())))
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
