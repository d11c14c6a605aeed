//! Media types (TAXII 2.1 section 1.6.8, RFC 9110 section 12.5.1) and answers in them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::refusal::Refusal;

/// What TAXII 2.1 is sent as.
pub(super) const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
/// What the objects are.
pub(super) const STIX: &str = "application/stix+json;version=2.1";

const FIRST: &str = "x-taxii-date-added-first";
const LAST: &str = "x-taxii-date-added-last";

/// True when one of the media ranges is what answers are. Whoever says nothing takes anything.
pub(super) fn is_accepted(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::ACCEPT).iter().peekable();
    if lines.peek().is_none() {
        return true;
    }
    lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).any(|range| {
        let media = Media::of(range);
        let named = matches!(media.name.as_str(), "*/*" | "application/*" | "application/taxii+json");
        named && media.is_this_version() && !media.is_refused()
    })
}

/// True when a body is said to be what is taken.
pub(super) fn is_taken(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok());
    said.map(Media::of).is_some_and(|media| media.name == "application/taxii+json" && media.is_this_version())
}

struct Media {
    name: String,
    version: Option<String>,
    quality: Option<String>,
}

impl Media {
    fn of(text: &str) -> Media {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let (mut version, mut quality) = (None, None);
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = Some(value.trim().trim_matches('"').to_owned());
            match name.trim().to_ascii_lowercase().as_str() {
                "version" => version = value,
                "q" => quality = value,
                _ => {}
            }
        }
        Media { name, version, quality }
    }

    fn is_this_version(&self) -> bool {
        self.version.as_deref().is_none_or(|version| version == "2.1")
    }

    fn is_refused(&self) -> bool {
        self.quality.as_deref().and_then(|quality| quality.parse::<f32>().ok()) == Some(0.0)
    }
}

/// A resource as an answer.
pub(super) struct Resource<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Resource<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => answer(StatusCode::OK, body),
            Err(error) => Refusal::internal(error).into_response(),
        }
    }
}

/// An answer of these bytes.
pub(super) fn answer(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Says when the first and the last object of an answer were added (sections 3.4 and 5.4).
pub(super) fn dated(mut response: Response, added: Option<(Timestamp, Timestamp)>) -> Response {
    if let Some((first, last)) = added {
        for (name, time) in [(FIRST, first), (LAST, last)] {
            // Digits and a few marks: always a header.
            if let Ok(value) = HeaderValue::from_str(&date(time)) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

/// A time as TAXII writes it: to the microsecond (section 3.2).
pub(super) fn date(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// A version as STIX writes `modified`, to the millisecond; one that is finer stays so.
pub(super) fn version(time: Timestamp) -> String {
    if time.subsec_microsecond() == 0 && time.subsec_nanosecond() % 1_000 == 0 {
        return format!("{time:.3}");
    }
    date(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn what_is_accepted() {
        for (accept, wanted) in [
            (MEDIA_TYPE, true),
            ("application/taxii+json; version=2.1", true),
            ("application/taxii+json", true),
            ("text/html, */*;q=0.1", true),
            ("application/taxii+json;version=2.0", false),
            ("application/json", false),
            ("*/*;q=0", false),
            ("", false),
        ] {
            assert_eq!(is_accepted(&headers(header::ACCEPT, accept)), wanted, "{accept}");
        }
        assert!(is_accepted(&HeaderMap::new()));
    }

    #[test]
    fn what_is_taken() {
        for (kind, wanted) in [
            (MEDIA_TYPE, true),
            ("Application/TAXII+json; version=\"2.1\"", true),
            ("application/taxii+json", true),
            ("application/json", false),
            ("application/taxii+json;version=2.0", false),
        ] {
            assert_eq!(is_taken(&headers(header::CONTENT_TYPE, kind)), wanted, "{kind}");
        }
        assert!(!is_taken(&HeaderMap::new()));
    }

    #[test]
    fn times_have_the_digits_that_clients_compare() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(date(at("2026-03-01T09:30:00Z")), "2026-03-01T09:30:00.000000Z");
        assert_eq!(version(at("2026-03-01T09:30:00Z")), "2026-03-01T09:30:00.000Z");
        assert_eq!(version(at("2026-03-01T09:30:00.120Z")), "2026-03-01T09:30:00.120Z");
        assert_eq!(version(at("2026-03-01T09:30:00.120034Z")), "2026-03-01T09:30:00.120034Z");
    }
}
