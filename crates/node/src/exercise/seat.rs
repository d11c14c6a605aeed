//! A node at which parties of an exercise sit, asked over its HTTP API like by any other program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use ureq::http::StatusCode;

/// The longest wait for a connection, and for an answer to begin. An import's events go on for as long as it does.
const CONNECTING: Duration = Duration::from_secs(10);
const ANSWERING: Duration = Duration::from_secs(60);
/// The party whose analysts train.
const TRAINEE: &str = "police";

/// How long to wait where a node says that one asks too often, and how often.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSES: usize = 60;

type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// One node, and the parties whose files go there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seat {
    /// Where it serves people.
    pub(crate) url: String,
    /// A token of somebody there who may import, and may see everything.
    token: String,
    /// Parties of the range; all of them when there are none.
    #[serde(default)]
    parties: BTreeSet<String>,
}

/// Reads the nodes of an exercise: a list of `{"url", "token", "parties"}`.
pub(crate) fn read_seats(file: &Path) -> anyhow::Result<Vec<Seat>> {
    let text = fs::read(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    let seats: Vec<Seat> = serde_json::from_slice(&text).with_context(|| {
        format!("`{}` is no list of nodes with `url`, `token` and `parties`", file.display())
    })?;
    ensure!(!seats.is_empty(), "`{}` names no node", file.display());
    seats.iter().try_for_each(Seat::check)?;
    Ok(seats)
}

impl Seat {
    /// The node where every party sits.
    pub(crate) fn of_all(url: &str, token: &str) -> anyhow::Result<Seat> {
        let seat = Seat { url: url.to_owned(), token: token.to_owned(), parties: BTreeSet::new() };
        seat.check()?;
        Ok(seat)
    }

    /// Whether a party's files go there.
    pub(crate) fn is_of(&self, party: &str) -> bool {
        self.parties.is_empty() || self.parties.contains(party)
    }

    /// Whether it is the trainee's.
    pub(crate) fn trains(&self) -> bool {
        self.is_of(TRAINEE)
    }

    /// The token opens the node: it is sent over TLS, or does not leave this machine.
    fn check(&self) -> anyhow::Result<()> {
        let uri: ureq::http::Uri = self.url.parse().with_context(|| format!("`{}` is no URL", self.url))?;
        let here = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let safe = uri.scheme_str() == Some("https") || uri.scheme_str() == Some("http") && here;
        ensure!(safe, "`{}` has to be https, or on this machine: the token is sent there", self.url);
        Ok(())
    }

    /// Imports files under the party's name and waits until they are in.
    pub(crate) fn import(&self, party: &str, files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
        let boundary = crate::entropy::token();
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let (url, body) =
            (self.at(&format!("/imports?source={party}&tlp=amber")), multipart(&boundary, files));
        let started = self.json(patiently(|| {
            let request = self.agent().post(&url).header("Authorization", self.bearer());
            request.header("Content-Type", &content_type).send(body.as_slice())
        }))?;
        let id = started["id"].as_str().context("the node does not say which import it began")?;
        let ended = self.follow(id)?;
        let count = |name: &str| ended[name].as_u64().unwrap_or_default();
        if ended["state"] != "done" || count("rejected") > 0 {
            let (url, rejected) = (&self.url, count("rejected"));
            bail!(
                "what {party} learnt did not go in whole, {rejected} records were rejected: see {url}/import"
            );
        }
        Ok(())
    }

    /// The import as it ended: its events go on until then.
    fn follow(&self, id: &str) -> anyhow::Result<Value> {
        let answer = self.succeeded(self.get(&format!("/imports/{id}/events")))?;
        let mut last = Value::Null;
        for line in BufReader::new(answer.into_body().into_reader()).lines() {
            let line = line.with_context(|| format!("{} broke off", self.url))?;
            if let Some(data) = line.strip_prefix("data:") {
                last = serde_json::from_str(data).context("the node sent an event that is no JSON")?;
            }
        }
        Ok(last)
    }

    /// What people there decided to be of one organisation with these, from one thing to the next. What the node does not know yet
    /// nobody decided about.
    pub(crate) fn decided(&self, begun: &BTreeSet<String>) -> anyhow::Result<BTreeSet<String>> {
        let mut open: Vec<String> = begun.iter().cloned().collect();
        let mut met = begun.clone();
        while let Some(near) = open.pop() {
            for (far, same) in self.judgements(&near)? {
                if same && met.insert(far.clone()) {
                    open.push(far);
                }
            }
        }
        Ok(met.difference(begun).cloned().collect())
    }

    /// The other ends of decisions about a thing that count: of two about one pair the later.
    fn judgements(&self, id: &str) -> anyhow::Result<BTreeMap<String, bool>> {
        let answer = self.get(&format!("/judgements?id={id}"));
        if answer.as_ref().is_ok_and(|answer| answer.status() == StatusCode::NOT_FOUND) {
            return Ok(BTreeMap::new());
        }
        let said = self.json(answer)?;
        let mut said: Vec<&Value> = said.as_array().into_iter().flatten().collect();
        said.sort_by_key(|one| one["no"].as_u64());
        let counting = said.into_iter().filter(|one| one["withdrawn_by"].is_null());
        let ends = counting.filter_map(|one| {
            let far = one["ids"].as_array()?.iter().filter_map(Value::as_str).find(|end| *end != id)?;
            Some((far.to_owned(), one["same"].as_bool()?))
        });
        Ok(ends.collect())
    }

    fn get(&self, path: &str) -> Answer {
        let url = self.at(path);
        patiently(|| self.agent().get(&url).header("Authorization", self.bearer()).call())
    }

    fn json(&self, answer: Answer) -> anyhow::Result<Value> {
        let mut answer = self.succeeded(answer)?;
        let said = answer.body_mut().read_to_vec().with_context(|| format!("{} broke off", self.url))?;
        serde_json::from_slice(&said).with_context(|| format!("{} sent no JSON", self.url))
    }

    /// An answer that is no refusal.
    fn succeeded(&self, answer: Answer) -> anyhow::Result<ureq::http::Response<ureq::Body>> {
        let mut answer = answer.with_context(|| format!("{} does not answer", self.url))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        // What stands between may refuse without a problem document: its status says enough.
        let said = answer.body_mut().read_to_vec().unwrap_or_default();
        let problem: Value = serde_json::from_slice(&said).unwrap_or_default();
        let why = problem["detail"].as_str().or(problem["title"].as_str()).unwrap_or_default();
        bail!("{} answered {}: {why}", self.url, answer.status())
    }

    fn at(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url.trim_end_matches('/'))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn agent(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECTING))
            .timeout_recv_response(Some(ANSWERING))
            .user_agent(concat!("entente/", env!("CARGO_PKG_VERSION")));
        ureq::Agent::new_with_config(config.build())
    }
}

/// Asks again as long as the node says that it is asked too often.
fn patiently(ask: impl Fn() -> Answer) -> Answer {
    // Nothing is ever sent: this is a wait with a limit.
    let (_silent, pause) = channel::<()>();
    for _ in 0..PAUSES {
        let answer = ask()?;
        if answer.status() != StatusCode::TOO_MANY_REQUESTS {
            return Ok(answer);
        }
        let _ = pause.recv_timeout(PAUSE);
    }
    ask()
}

/// Files as a browser sends them (RFC 7578). The boundary is random, so no file has it in it.
fn multipart(boundary: &str, files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").as_bytes());
    body
}
