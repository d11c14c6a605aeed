//! Who is asking: a session cookie, or an API token. A handler that takes [`Caller`] cannot be reached without.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use super::problem::Problem;
use super::{AppState, blocking};
use crate::app::{Credential, Viewer};

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "entente_session";
/// Header that repeats the session's CSRF value on requests that change something.
const CSRF: &str = "x-entente-csrf";

/// The signed-in user or program.
pub(crate) struct Caller(pub(crate) Arc<Viewer>);

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Caller, Problem> {
        let (credential, csrf) = credential(&parts.headers).ok_or_else(Problem::signed_out)?;
        let from_browser = matches!(credential, Credential::Session(_));
        let known = blocking(state, move |app| app.authenticate(&credential)).await?;
        let known = known.ok_or_else(Problem::signed_out)?;
        if from_browser && changes_something(&parts.method) && !known.csrf_matches(csrf.as_deref()) {
            let detail = "Send the `csrf` value of GET /session as `X-Entente-CSRF`.";
            return Err(Problem::forbidden(detail));
        }
        state.limit(&known.viewer.name)?;
        Ok(Caller(Arc::new(known.viewer)))
    }
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn credential(headers: &HeaderMap) -> Option<(Credential, Option<String>)> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(token) = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "))
    {
        return Some((Credential::Token(token.trim().to_owned()), None));
    }
    session_token(headers).map(|token| (Credential::Session(token), text(CSRF).map(str::to_owned)))
}

/// The token in the session cookie.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("theme=dark; entente_session=abc; x=y"));
        assert_eq!(session_token(&headers).as_deref(), Some("abc"));
    }

    #[test]
    fn reading_needs_no_csrf_value_and_writing_does() {
        assert!(!changes_something(&Method::GET));
        assert!(changes_something(&Method::POST) && changes_something(&Method::DELETE));
    }
}
