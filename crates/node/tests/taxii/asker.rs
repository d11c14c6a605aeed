//! A partner who asks by TAXII.

use serde_json::Value;
use ureq::http::{HeaderMap, Request};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::node::{Node, array, string};
use crate::pair::{Pair, Serving, serve_with, wait};

pub(crate) const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

/// A company that serves TAXII, and the police, who ask.
pub(crate) struct Desk {
    pub(crate) pair: Pair,
    pub(crate) serving: Serving,
    pub(crate) police: Asker,
}

/// Whoever asks.
pub(crate) struct Asker {
    agent: ureq::Agent,
    /// `https://` and the address.
    pub(crate) base: String,
    pub(crate) secret: String,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Desk {
    /// A desk under the template's agreement, changed by `change`.
    pub(crate) fn open(change: impl FnOnce(&mut Value)) -> Desk {
        let pair = Pair::agreed(change);
        let serving = serve_taxii(&pair.company);
        let secret = token(&pair.company, "police");
        let police = Asker::of(&serving, &secret);
        Desk { pair, serving, police }
    }

    /// The path of a flow's collection.
    pub(crate) fn collection(&self, flow: &str) -> String {
        self.police.collection(flow)
    }

    /// Waits until an object is in the collection of attacks.
    pub(crate) fn told(&self, id: &str) {
        let path = format!("{}objects/{id}/", self.collection("attacks"));
        wait(id, || (self.police.get(&path).status == 200).then_some(()));
    }
}

pub(crate) fn serve_taxii(node: &Node) -> Serving {
    serve_with(node, &["--taxii", "127.0.0.1:0", "--taxii-rate", "10000"])
}

/// The secret of a new token.
pub(crate) fn token(node: &Node, party: &str) -> String {
    string(&node.json(&["peer", "token", "add", party, "--name", "a test"])["secret"])
}

impl Asker {
    /// Trusts the certificate that the node says it has.
    pub(crate) fn of(serving: &Serving, secret: &str) -> Asker {
        let pem = std::fs::read(string(&serving.announced["taxii_certificate"])).unwrap();
        Asker::trusting(&pem, &string(&serving.announced["taxii"]), secret)
    }

    pub(crate) fn trusting(pem: &[u8], address: &str, secret: &str) -> Asker {
        let roots = RootCerts::new_with_certs(&[Certificate::from_pem(pem).unwrap()]);
        let tls = TlsConfig::builder().root_certs(roots).build();
        let config = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false);
        // A refusal before the body was read closes the connection, as it may: none is used twice.
        let config = config.max_idle_connections(0).build();
        Asker {
            agent: ureq::Agent::new_with_config(config),
            base: format!("https://{address}"),
            secret: secret.to_owned(),
        }
    }

    /// The same, with another secret.
    pub(crate) fn with(&self, secret: &str) -> Asker {
        Asker { agent: self.agent.clone(), base: self.base.clone(), secret: secret.to_owned() }
    }

    /// The path of a flow's collection.
    pub(crate) fn collection(&self, flow: &str) -> String {
        let all = self.get("/exchange/collections/").json();
        let of_flow = |one: &&Value| string(&one["alias"]).ends_with(&format!(".{flow}"));
        let found = array(&all["collections"]).iter().find(of_flow).expect("it is in force");
        format!("/exchange/collections/{}/", string(&found["id"]))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("accept", MEDIA_TYPE)], b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("accept", MEDIA_TYPE), ("content-type", MEDIA_TYPE)];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if !self.secret.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.secret));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match method {
            "GET" | "DELETE" => self.agent.run(request.body(()).unwrap()),
            _ => self.agent.run(request.body(body).unwrap()),
        };
        let (parts, body) = answer.unwrap().into_parts();
        let body = body.into_with_config().limit(256 << 20).read_to_vec().unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The ids of the objects in it.
    pub(crate) fn ids(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        let json = self.json();
        let objects = json["objects"].as_array().cloned().unwrap_or_default();
        objects.iter().map(|object| string(&object["id"])).collect()
    }
}
