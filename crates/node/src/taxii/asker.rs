//! Who asks: a token, as the password of HTTP Basic or as a bearer token (TAXII 2.1 section 1.6.9, RFC 7617, RFC 6750). A handler that
//! takes [`Asker`] cannot be reached without one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::media;
use super::refusal::Refusal;
use super::server::{Taxii, blocking};
use crate::app::exchange::taxii::token::Guest;
use crate::clock;
use crate::door::Introduction;

/// The partner who asks, within its rate, and for an answer that there can be.
pub(super) struct Asker(pub(super) Guest);

impl FromRequestParts<Taxii> for Asker {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, taxii: &Taxii) -> Result<Asker, Refusal> {
        let secret = secret(&parts.headers).ok_or_else(Refusal::unknown_asker)?;
        let guest = blocking(taxii, move |app| app.guest(&secret, clock::now())).await?;
        let guest = guest.ok_or_else(Refusal::unknown_asker)?;
        if let Some(introduction) = parts.extensions.get::<Introduction>() {
            introduction.introduce(&guest.party);
        }
        taxii.limit(&guest)?;
        match media::is_accepted(&parts.headers) {
            true => Ok(Asker(guest)),
            false => Err(Refusal::not_acceptable()),
        }
    }
}

/// The name that comes with a password says nothing: the token says whose it is.
fn secret(headers: &HeaderMap) -> Option<String> {
    let credentials = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = credentials.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_secret_comes_in_two_ways() {
        for (credentials, wanted) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            // police:a:bc
            ("Basic cG9saWNlOmE6YmM=", Some("a:bc")),
            ("Basic cG9saWNl", None),
            ("Basic !", None),
            ("Token abc", None),
            ("abc", None),
        ] {
            let headers =
                HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(credentials))]);
            assert_eq!(secret(&headers).as_deref(), wanted, "{credentials}");
        }
        assert_eq!(secret(&HeaderMap::new()), None);
    }
}
