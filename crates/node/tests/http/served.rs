//! A node that serves, and people who ask it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use ureq::http::{HeaderMap, Request};

use crate::node::{Node, string};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// The node's process; it ends with the test.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
    /// Token of the one-time link.
    pub(crate) setup: String,
    agent: ureq::Agent,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a request brings to say who it is from.
#[derive(Clone, Default)]
pub(crate) struct Who {
    pub(crate) cookie: Option<String>,
    pub(crate) csrf: Option<String>,
    pub(crate) bearer: Option<String>,
    /// Version a change is based on.
    pub(crate) if_match: Option<String>,
}

/// What a request carries.
pub(crate) enum Body {
    Nothing,
    Json(Value),
    /// Media type and bytes.
    Raw(&'static str, String),
}

impl From<Value> for Body {
    fn from(value: Value) -> Body {
        Body::Json(value)
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON of an answer that succeeded.
    pub(crate) fn json(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Checks that it is a problem document of this status and nothing more (RFC 9457).
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        for inside in ["sqlite", "serde", "panicked", ".rs", "struct ", "/tmp", "Error(", "axum"] {
            assert!(!self.text.contains(inside), "says `{inside}`: {}", self.text);
        }
        problem
    }
}

impl Node {
    /// Serves this data folder on a free port.
    pub(crate) fn serve(&self) -> Served {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, options: &[&str]) -> Served {
        let mut command = self.command(&[&["serve", "--listen", "127.0.0.1:0", "--json"], options].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let link = said["setup"].as_str().unwrap_or_default();
        let setup = link.split_once("token=").map_or("", |(_, token)| token).to_owned();
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        // A refusal before the body was read closes the connection, as it may: none is used twice.
        let config = config.max_idle_connections(0);
        let agent = ureq::Agent::new_with_config(config.allow_non_standard_methods(true).build());
        Served { child, address: string(&said["address"]), setup, agent }
    }
}

impl Served {
    pub(crate) fn ask(&self, who: &Who, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        let cookie = who.cookie.as_ref().map(|token| format!("entente_session={token}"));
        let bearer = who.bearer.as_ref().map(|token| format!("Bearer {token}"));
        let headers = [
            ("cookie", cookie),
            ("authorization", bearer),
            ("x-entente-csrf", who.csrf.clone()),
            ("if-match", who.if_match.clone()),
        ];
        for (name, value) in headers.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            request = request.header(name, value);
        }
        let sent = match body.into() {
            Body::Nothing => self.agent.run(request.body(()).unwrap()),
            Body::Json(value) => {
                let (mut request, text) =
                    (request.header("content-type", "application/json"), value.to_string());
                if text.len() > 1 << 20 {
                    // Or the refusal of a body too large meets a client still writing it (RFC 9110 section 10.1.1).
                    request = request.header("expect", "100-continue");
                }
                self.agent.run(request.body(text).unwrap())
            }
            // As `curl -F` does from a megabyte on, and for the same reason.
            Body::Raw(media, bytes) => {
                let request = request.header("expect", "100-continue");
                self.agent.run(request.header("content-type", media).body(bytes).unwrap())
            }
        };
        let mut response = sent.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.body_mut().read_to_string().unwrap() }
    }

    /// Opens a stream that has no end and hangs up; gives the status.
    pub(crate) fn opened(&self, who: &Who, path: &str) -> u16 {
        let request = Request::builder().uri(format!("{}/api/v1{path}", self.address));
        let cookie = who.cookie.as_ref().map(|token| format!("entente_session={token}")).unwrap_or_default();
        let opened = self.agent.run(request.header("cookie", cookie).body(()).unwrap());
        opened.unwrap().status().as_u16()
    }

    /// Below `/api/v1`.
    pub(crate) fn get(&self, who: &Who, path: &str) -> Answer {
        self.ask(who, "GET", &format!("/api/v1{path}"), Body::Nothing)
    }

    pub(crate) fn post(&self, who: &Who, path: &str, body: impl Into<Body>) -> Answer {
        self.ask(who, "POST", &format!("/api/v1{path}"), body)
    }

    /// The administrator, made by the one-time link.
    pub(crate) fn administrator(&self) -> Who {
        let body = json!({ "token": self.setup, "name": "ada", "password": PASSWORD });
        signed_in(&self.post(&Who::default(), "/setup", body))
    }

    /// Adds a person and signs them in.
    pub(crate) fn person(&self, administrator: &Who, name: &str, role: &str, tlp_max: &str) -> Who {
        let user = json!({ "name": name, "password": PASSWORD, "role": role, "tlp_max": tlp_max });
        assert_eq!(self.post(administrator, "/users", user).status, 201);
        signed_in(&self.sign_in(name, PASSWORD))
    }

    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.post(&Who::default(), "/session", json!({ "name": name, "password": password }))
    }

    /// Announces a body of so many bytes and sends none of it; gives the first line of what is answered.
    pub(crate) fn refused_unsent(&self, who: &Who, path: &str, bytes: u64) -> String {
        let length = format!("Content-Length: {bytes}\r\nExpect: 100-continue\r\n");
        self.by_hand(who, path, &length, "")
    }

    /// Sends a file in one chunk, without saying how long it is; gives the first line of what is answered.
    pub(crate) fn chunked(&self, who: &Who, path: &str, content: &str) -> String {
        let Body::Raw(_, body) = multipart("a.txt", content) else { unreachable!("multipart is raw") };
        let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        self.by_hand(who, path, "Transfer-Encoding: chunked\r\n", &chunk)
    }

    fn by_hand(&self, who: &Who, path: &str, headers: &str, body: &str) -> String {
        let host = self.address.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let (cookie, csrf) = (who.cookie.as_ref().unwrap(), who.csrf.as_ref().unwrap());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: entente_session={cookie}\r\nX-Entente-CSRF: {csrf}\r\n\
             Content-Type: multipart/form-data; boundary=limit\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The node may have answered, and closed, before it was all sent.
        let _ = stream.write_all(body.as_bytes());
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        line
    }

    /// Uploads a file, waits for the end of its import by its events, and gives the import.
    pub(crate) fn upload(&self, who: &Who, query: &str, name: &str, content: &str) -> Value {
        let started = self.post(who, &format!("/imports{query}"), multipart(name, content));
        assert_eq!(started.status, 202, "{}", started.text);
        let id = string(&started.json()["id"]);
        let events = self.get(who, &format!("/imports/{id}/events"));
        assert_eq!(events.header("content-type"), "text/event-stream");
        let states = events.text.lines().filter_map(|line| line.strip_prefix("data:"));
        let states: Vec<Value> = states.map(|data| serde_json::from_str(data).unwrap()).collect();
        let last = states.last().expect("an import has at least its end to tell").clone();
        assert_eq!(last["state"], "done", "{last}");
        assert!(states[..states.len() - 1].iter().all(|state| state["state"] == "running"));
        last
    }
}

pub(crate) fn signed_in(answer: &Answer) -> Who {
    let csrf = string(&answer.json()["csrf"]);
    let cookie = answer.header("set-cookie").strip_prefix("entente_session=").unwrap();
    let (token, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict");
    Who { cookie: Some(token.to_owned()), csrf: Some(csrf), ..Who::default() }
}

pub(crate) fn multipart(name: &str, content: &str) -> Body {
    let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
    let body = format!("--limit\r\n{head}\r\n\r\n{content}\r\n--limit--\r\n");
    Body::Raw("multipart/form-data; boundary=limit", body)
}
