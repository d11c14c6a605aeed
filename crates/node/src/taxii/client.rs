//! Asking a TAXII 2.1 server of others.
//!
//! Nothing it answers is believed beyond what it is asked for: answers have a largest size, redirections are not followed (the token is
//! for the server somebody named), and it must be TLS.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::value::RawValue;
use ureq::http::{HeaderMap, Method, Request};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::media::MEDIA_TYPE;
use crate::app::exchange::taxii::status::Status;

/// The longest wait for a connection, and for an answer to begin and to come in.
const CONNECTING: Duration = Duration::from_secs(20);
const ANSWERING: Duration = Duration::from_secs(60);
/// The most bytes of an answer.
const LARGEST: u64 = 64 << 20;

/// A server, and what opens it.
pub(crate) struct Client {
    agent: ureq::Agent,
    authorization: Option<String>,
}

/// A page of objects.
pub(crate) struct Page {
    /// The envelope as it came.
    pub(crate) body: Vec<u8>,
    /// How many objects are in it.
    pub(crate) objects: usize,
    /// Whether there are more.
    pub(crate) more: bool,
    /// Where those begin.
    pub(crate) next: Option<String>,
    /// When the last of them was added, as the server writes it.
    pub(crate) last: Option<String>,
}

/// What came of asking.
pub(crate) enum Asked<T> {
    /// It was answered.
    Answer(T),
    /// The server does not take the question so: what it says, with its status.
    Refused(u16, String),
}

#[derive(Deserialize)]
struct Envelope<'e> {
    #[serde(default)]
    more: bool,
    #[serde(default)]
    next: Option<String>,
    #[serde(borrow, default)]
    objects: Vec<&'e RawValue>,
}

#[derive(Deserialize)]
struct Root {
    max_content_length: u64,
}

#[derive(Deserialize)]
struct Discovery {
    #[serde(default)]
    api_roots: Vec<String>,
}

#[derive(Deserialize)]
struct Collections {
    #[serde(default)]
    collections: Vec<Found>,
}

/// A collection that a server offers.
#[derive(Deserialize)]
pub(crate) struct Found {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) title: String,
    /// Whether it may be read.
    pub(crate) can_read: bool,
    /// Whether it may be written to.
    pub(crate) can_write: bool,
}

impl<T> Asked<T> {
    /// The answer, where a refusal is an error.
    pub(crate) fn answered(self) -> anyhow::Result<T> {
        match self {
            Asked::Answer(answer) => Ok(answer),
            Asked::Refused(status, said) => bail!("the server answered {status}: {said}"),
        }
    }
}

impl Client {
    /// A client that trusts these certificates (PEM), or those of public authorities.
    pub(crate) fn new(authority: Option<&[u8]>, authorization: Option<String>) -> anyhow::Result<Client> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = authority {
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates(pem)?));
        }
        let config = ureq::Agent::config_builder()
            .tls_config(tls.build())
            .https_only(true)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECTING))
            .timeout_recv_response(Some(ANSWERING))
            .timeout_recv_body(Some(ANSWERING))
            .user_agent(concat!("entente/", env!("CARGO_PKG_VERSION")));
        Ok(Client { agent: ureq::Agent::new_with_config(config.build()), authorization })
    }

    /// A page of the objects that were added after a time, from a place on.
    pub(crate) fn page(
        &self,
        collection: &str,
        after: Option<&str>,
        next: Option<&str>,
    ) -> anyhow::Result<Asked<Page>> {
        let query: Vec<String> = [("added_after", after), ("next", next)]
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", escaped(value?))))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let (headers, body) = match self.get(&format!("{collection}objects/{mark}{}", query.join("&")))? {
            Asked::Answer(answer) => answer,
            Asked::Refused(status, said) => return Ok(Asked::Refused(status, said)),
        };
        let last = headers.get("x-taxii-date-added-last").and_then(|last| last.to_str().ok());
        let last = last.map(str::to_owned);
        let envelope: Envelope = serde_json::from_slice(&body).context("the server sent no envelope")?;
        let (objects, more, next) = (envelope.objects.len(), envelope.more, envelope.next);
        Ok(Asked::Answer(Page { objects, more, next, last, body }))
    }

    /// Pushes objects: the elements of a list, with commas between.
    pub(crate) fn push(&self, collection: &str, objects: &[u8]) -> anyhow::Result<Asked<Status>> {
        let body = [b"{\"objects\":[", objects, b"]}"].concat();
        let url = format!("{collection}objects/");
        Ok(match self.ask(Method::POST, &url, Some(body))? {
            Asked::Answer((_, body)) => Asked::Answer(status(&body)?),
            Asked::Refused(status, said) => Asked::Refused(status, said),
        })
    }

    /// What has become of what was pushed.
    pub(crate) fn status(&self, collection: &str, id: &str) -> anyhow::Result<Status> {
        ensure!(id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "the server's status has no id");
        let (_, body) = self.get(&format!("{}status/{id}/", root_of(collection)?))?.answered()?;
        status(&body)
    }

    /// The most bytes that may be pushed at once.
    pub(crate) fn most(&self, collection: &str) -> anyhow::Result<u64> {
        let (_, body) = self.get(root_of(collection)?)?.answered()?;
        let root: Root = serde_json::from_slice(&body).context("the server's API root is none")?;
        Ok(root.max_content_length)
    }

    /// The collections of every root of a server, each with its URL.
    pub(crate) fn discover(&self, discovery: &str) -> anyhow::Result<Vec<(String, Found)>> {
        let (_, body) = self.get(discovery)?.answered()?;
        let found: Discovery =
            serde_json::from_slice(&body).context("the server has no discovery resource")?;
        let mut all = Vec::new();
        for root in found.api_roots {
            let root = beside(discovery, &root)?;
            let (_, body) = self.get(&format!("{root}collections/"))?.answered()?;
            let offered: Collections =
                serde_json::from_slice(&body).with_context(|| format!("`{root}` has no collections"))?;
            let url = |one: &Found| format!("{root}collections/{}/", one.id);
            all.extend(offered.collections.into_iter().map(|one| (url(&one), one)));
        }
        Ok(all)
    }

    fn get(&self, url: &str) -> anyhow::Result<Asked<(HeaderMap, Vec<u8>)>> {
        self.ask(Method::GET, url, None)
    }

    fn ask(
        &self,
        method: Method,
        url: &str,
        body: Option<Vec<u8>>,
    ) -> anyhow::Result<Asked<(HeaderMap, Vec<u8>)>> {
        let mut request = Request::builder().method(method).uri(url).header("accept", MEDIA_TYPE);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.header("content-type", MEDIA_TYPE).body(body)?),
            None => self.agent.run(request.body(())?),
        };
        // The URL is the operator's own; what is asked for in it is left out.
        let (head, body) = answer.with_context(|| format!("`{}` was not reached", base(url)))?.into_parts();
        let body = body.into_with_config().limit(LARGEST).read_to_vec();
        let body = body.with_context(|| format!("`{}` did not answer to the end", base(url)))?;
        match head.status.is_success() {
            true => Ok(Asked::Answer((head.headers, body))),
            false => Ok(Asked::Refused(head.status.as_u16(), said(&body))),
        }
    }
}

fn certificates(pem: &[u8]) -> anyhow::Result<Vec<Certificate<'static>>> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item? {
            certificates.push(certificate);
        }
    }
    ensure!(!certificates.is_empty(), "the file of trusted certificates holds none in PEM");
    Ok(certificates)
}

fn status(body: &[u8]) -> anyhow::Result<Status> {
    serde_json::from_slice(body).context("the server sent no status")
}

/// What a server says of an error, for a person: its own words, cut short.
fn said(body: &[u8]) -> String {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Message {
        title: String,
        description: String,
    }
    let message: Message = serde_json::from_slice(body).unwrap_or_default();
    let text = format!("{} {}", message.title, message.description);
    text.trim().chars().filter(|c| !c.is_control()).take(300).collect()
}

fn base(url: &str) -> &str {
    url.split_once('?').map_or(url, |(base, _)| base)
}

/// The URL of the API root of a collection.
fn root_of(collection: &str) -> anyhow::Result<&str> {
    let end = collection.rfind("/collections/").ok_or_else(|| anyhow!("`{collection}` is in no API root"))?;
    Ok(&collection[..=end])
}

/// A root as an address: a path is on the same server.
fn beside(discovery: &str, root: &str) -> anyhow::Result<String> {
    let root = format!("{}/", root.trim_end_matches('/'));
    if root.starts_with("https://") {
        return Ok(root);
    }
    let (_, rest) = discovery.split_once("://").context("write the address as https://HOST/taxii2/")?;
    let host = rest.split('/').next().unwrap_or(rest);
    ensure!(root.starts_with('/'), "`{root}` is no address of an API root");
    Ok(format!("https://{host}{root}"))
}

/// A value in a query (RFC 3986 section 2.3).
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_made_of_others() {
        let collection = "https://taxii.example/api/collections/1-2/";
        assert_eq!(root_of(collection).expect("a root"), "https://taxii.example/api/");
        assert!(root_of("https://taxii.example/api/").is_err());
        let beside = |root| beside("https://taxii.example:8443/taxii2/", root).ok();
        assert_eq!(beside("/api"), Some("https://taxii.example:8443/api/".to_owned()));
        assert_eq!(beside("https://other.example/api/"), Some("https://other.example/api/".to_owned()));
        assert_eq!(beside("http://other.example/api/"), None);
        assert_eq!(escaped("2026-01-01T00:00:00+00:00"), "2026-01-01T00%3A00%3A00%2B00%3A00");
    }

    #[test]
    fn what_others_say_is_cut_short() {
        assert_eq!(said(br#"{"title":"No","description":"not\nnow"}"#), "No notnow");
        assert_eq!(said(b"<html>"), "");
        assert_eq!(said(format!(r#"{{"title":"{}"}}"#, "x".repeat(9_000)).as_bytes()).len(), 300);
    }
}
