//! What there is to ask: the discovery resource and the API root (TAXII 2.1 sections 4.1 and 4.2), and what became of pushes (4.3).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use super::asker::Asker;
use super::filter::Name;
use super::media::{MEDIA_TYPE, Resource, answer};
use super::push::LARGEST;
use super::refusal::Refusal;
use super::server::{ROOT, Taxii, blocking};

/// The discovery resource.
#[derive(Serialize)]
pub(super) struct Discovery {
    title: &'static str,
    description: &'static str,
    default: String,
    api_roots: [String; 1],
}

/// The API root.
#[derive(Serialize)]
pub(super) struct Root {
    title: &'static str,
    description: &'static str,
    versions: [&'static str; 1],
    max_content_length: usize,
}

/// Which roots there are.
pub(super) async fn discover(_: Asker, headers: HeaderMap) -> Resource<Discovery> {
    let root = root_url(&headers);
    Resource(Discovery {
        title: "Entente",
        description: "What partners tell each other under signed agreements.",
        default: root.clone(),
        api_roots: [root],
    })
}

/// What the root is.
pub(super) async fn root(_: Asker) -> Resource<Root> {
    Resource(Root {
        title: "Exchange",
        description: "A collection for each flow of each agreement in force.",
        versions: [MEDIA_TYPE],
        max_content_length: LARGEST,
    })
}

/// What became of what the asker pushed.
pub(super) async fn status(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name(id): Name<String>,
) -> Result<Response, Refusal> {
    let status = blocking(&taxii, move |app| app.pushed(&guest.party, &id)).await?;
    Ok(answer(StatusCode::OK, status))
}

/// The root as whoever asks would reach it: clients take the address as it stands. Only letters of host names come back.
fn root_url(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let of_a_host = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    match host.filter(|host| !host.is_empty() && host.chars().all(of_a_host)) {
        Some(host) => format!("https://{host}{ROOT}/"),
        None => format!("{ROOT}/"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_root_is_where_it_was_asked() {
        let at = |host: &'static str| {
            root_url(&HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]))
        };
        assert_eq!(at("taxii.example:8443"), "https://taxii.example:8443/exchange/");
        assert_eq!(at("[::1]:8443"), "https://[::1]:8443/exchange/");
        assert_eq!(at("evil.example/\""), "/exchange/");
        assert_eq!(root_url(&HeaderMap::new()), "/exchange/");
    }
}
