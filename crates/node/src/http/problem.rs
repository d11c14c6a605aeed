//! Errors as problem documents (RFC 9457).
//!
//! What a person can act on goes into the document; what went wrong inside goes to the log, never into the
//! answer. What a viewer may not see is answered exactly as what does not exist.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::AppError;
use crate::cli::size::Size;

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem, as a path that does not change: `/problems/not-found`.
    #[serde(rename = "type")]
    kind: String,
    /// The same in words.
    title: String,
    /// HTTP status.
    status: u16,
    /// What happened here and how to mend it.
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, slug: &str, title: &str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("/problems/{slug}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
        }
    }

    /// Not there, or not for this viewer.
    pub(crate) fn not_found(what: &str) -> Problem {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", format!("There is no such {what}."))
    }

    /// The request makes no sense; `detail` says which part and how to mend it.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail)
    }

    /// The body is of another kind than the one this address takes.
    pub(crate) fn media_type(wanted: &str) -> Problem {
        let detail = format!("Send the body as `{wanted}`, and say so in `Content-Type`.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is of another kind", detail)
    }

    /// The body is larger than anything sensible to send here.
    pub(crate) fn too_large() -> Problem {
        let detail = "The body is larger than 2 MiB. Files go to POST /api/v1/imports.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    /// The upload is larger than the administrator lets through.
    pub(crate) fn upload_too_large(limit: Size) -> Problem {
        let detail = format!(
            "An upload may have {limit}. Send the files in several uploads, or import larger ones on the machine of the \
             node, where there is no limit: `entente import FILE`. The administrator sets the limit with `entente serve \
             --upload-limit`."
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The upload is too large", detail)
    }

    /// The address is known, the method is not.
    pub(crate) fn method() -> Problem {
        let detail = "This address takes other methods: see /api/v1/openapi.json.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Not with this method", detail)
    }

    /// No valid session or token.
    pub(crate) fn signed_out() -> Problem {
        let detail = "Sign in, or send an API token as `Authorization: Bearer`.";
        Self::new(StatusCode::UNAUTHORIZED, "signed-out", "You are not signed in", detail)
    }

    /// Name or password wrong; never says which.
    pub(crate) fn wrong_credentials() -> Problem {
        let detail = "The name or the password is wrong.";
        Self::new(StatusCode::UNAUTHORIZED, "wrong-credentials", "Sign-in failed", detail)
    }

    /// Signed in, but the role does not allow it.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this", detail)
    }

    /// Somebody else changed it first.
    pub(crate) fn conflict(detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::CONFLICT, "conflict", "Changed in the meantime", detail)
    }

    /// Too many requests, and when there may be more.
    pub(crate) fn too_many(detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail)
    }

    /// Our fault. The cause is logged, the answer says nothing of it.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Problem {
        tracing::error!(%cause, "request failed");
        let detail = "The node could not do this. The administrator finds the cause in its log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let media = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media);
        if status == StatusCode::UNAUTHORIZED {
            // Which credentials would do (RFC 9110 section 15.5.2). Of these a browser asks for none by itself.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Problem {
        match error {
            AppError::NotFound(what) => Problem::not_found(what),
            AppError::Invalid(detail) => Problem::bad_request(detail),
            AppError::Forbidden(detail) => Problem::forbidden(detail),
            AppError::Conflict(detail) => Problem::conflict(detail),
            AppError::TooMany(detail) => Problem::too_many(detail),
            AppError::WrongCredentials => Problem::wrong_credentials(),
            AppError::Internal(cause) => Problem::internal(format!("{cause:#}")),
        }
    }
}
