//! Errors as TAXII has them (section 3.6.1).
//!
//! What the asker can act on goes into the message; what went wrong inside goes to the log.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::media::{MEDIA_TYPE, STIX};
use crate::app::AppError;

/// An error message.
#[derive(Debug, Serialize)]
pub(super) struct Refusal {
    title: &'static str,
    description: String,
    http_status: String,
    #[serde(skip)]
    status: StatusCode,
}

impl Refusal {
    fn new(status: StatusCode, title: &'static str, description: impl Into<String>) -> Refusal {
        Refusal { title, description: description.into(), http_status: status.as_u16().to_string(), status }
    }

    /// Not there, or not for this asker.
    pub(super) fn not_found(what: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "Not found", format!("There is no such {what}."))
    }

    /// The request makes no sense; the text says which part and how to mend it.
    pub(super) fn bad_request(description: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "The request cannot be read", description)
    }

    /// No token, or none that opens anything.
    pub(super) fn unknown_asker() -> Refusal {
        let how = "Send a token as the password of HTTP Basic, with any name, or as `Authorization: Bearer`.";
        Refusal::new(StatusCode::UNAUTHORIZED, "Who asks is not known", how)
    }

    /// Not in this direction, or never.
    pub(super) fn forbidden(why: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "This may not be done", why)
    }

    /// The address is known, the method is not.
    pub(super) fn method() -> Refusal {
        let how = "TAXII 2.1 has no such method at this address.";
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Not with this method", how)
    }

    /// The answer is wanted in a form that there is not.
    pub(super) fn not_acceptable() -> Refusal {
        let how = format!("Answers are `{MEDIA_TYPE}`: say so in `Accept`.");
        Refusal::new(StatusCode::NOT_ACCEPTABLE, "There is no answer of that kind", how)
    }

    /// The body is of another kind.
    pub(super) fn media_type() -> Refusal {
        let how =
            format!("Send an envelope as `{MEDIA_TYPE}`, and say so in `Content-Type`; in it is `{STIX}`.");
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another kind", how)
    }

    /// More than `max_content_length`.
    pub(super) fn too_large(most: usize) -> Refusal {
        let how = format!("A request may have {most} bytes: push in several.");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large", how)
    }

    /// The body did not come.
    pub(super) fn too_slow() -> Refusal {
        let how = "The body did not come in time: push less at once.";
        Refusal::new(StatusCode::REQUEST_TIMEOUT, "The body did not come", how)
    }

    /// More requests than one token, or questions than an agreement, lets be; the text says when there may be more.
    pub(super) fn too_many(how: &str) -> Refusal {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", how)
    }

    /// Our fault. The cause is logged, the answer says nothing of it.
    pub(super) fn internal(cause: impl std::fmt::Display) -> Refusal {
        tracing::error!(%cause, "a TAXII request failed");
        let how = "The node could not do this. Its administrator finds the cause in its log.";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", how)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // A message of texts alone always serialises.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        match self.status {
            // Which credentials would do (RFC 9110 section 15.5.2).
            StatusCode::UNAUTHORIZED => {
                let basic = HeaderValue::from_static("Basic realm=\"TAXII\", charset=\"UTF-8\"");
                headers.append(header::WWW_AUTHENTICATE, basic);
                headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Refusal {
        match error {
            AppError::NotFound(what) => Refusal::not_found(what),
            AppError::Invalid(why) => Refusal::bad_request(why),
            AppError::Forbidden(why) => Refusal::forbidden(why),
            AppError::Conflict(why) => Refusal::bad_request(why),
            AppError::TooMany(why) => Refusal::too_many(why),
            AppError::WrongCredentials => Refusal::unknown_asker(),
            AppError::Internal(cause) => Refusal::internal(format!("{cause:#}")),
        }
    }
}
