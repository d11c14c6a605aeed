//! A company and a police unit, each with a node, and an agreement between them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::node::{Node, array, string};

/// Longer than anything takes that will happen at all.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks until the answer is there. Each question is a process or a request, so nothing spins.
pub(crate) fn wait<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: it did not come");
    }
}

pub(crate) struct Pair {
    pub(crate) company: Node,
    pub(crate) police: Node,
    /// The agreement's id.
    pub(crate) id: String,
}

/// A node that serves; it is killed with the test.
pub(crate) struct Serving {
    child: Child,
    log: PathBuf,
    /// Where it listens for partners.
    pub(crate) partners: String,
    /// What else it said when it began.
    pub(crate) announced: Value,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// What it has logged so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

pub(crate) fn serve(node: &Node) -> Serving {
    serve_with(node, &[])
}

/// Serves with further arguments.
pub(crate) fn serve_with(node: &Node, more: &[&str]) -> Serving {
    let args = ["serve", "--listen", "127.0.0.1:0", "--partners", "127.0.0.1:0", "--json"];
    let args = [&args, more].concat();
    let log = node.path("log.txt");
    let file = File::options().create(true).append(true).open(&log).unwrap();
    let mut command = node.command(&args);
    command.env("ENTENTE_LOG", "debug,hyper=info,rustls=info").stdout(Stdio::piped()).stderr(file);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let announced: Value = serde_json::from_str(&line).unwrap();
    Serving { child, log, partners: string(&announced["partners"]), announced }
}

impl Pair {
    /// Two nodes without an agreement.
    pub(crate) fn strangers() -> Pair {
        Pair { company: Node::new(), police: Node::new(), id: String::new() }
    }

    /// Two nodes that both signed the template of a company and the police, changed by `change`.
    pub(crate) fn agreed(change: impl FnOnce(&mut Value)) -> Pair {
        let mut pair = Pair::strangers();
        let file = pair.draft(change);
        pair.company.json(&["agreement", "sign", &file, "--as", "company"]);
        pair.police.json(&["agreement", "sign", &file, "--as", "police"]);
        let kept = pair.company.json(&["agreement", "accept", &file]);
        assert_eq!(kept["standing"], "in_force", "{kept}");
        pair
    }

    /// A draft with both nodes' keys; gives its path.
    pub(crate) fn draft(&mut self, change: impl FnOnce(&mut Value)) -> String {
        let keys = self.police.json(&["peer", "key"]);
        let keys = self.company.file("police-keys.json", &keys.to_string());
        let file = crate::node::text(&self.company.path("agreement.json"));
        let keys = format!("police={keys}");
        let new = [
            "agreement",
            "new",
            "--template",
            "company-police",
            "--as",
            "company",
            "--keys",
            &keys,
            "-o",
            &file,
        ];
        assert!(self.company.run(&new).status.success());
        let mut draft: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        self.id = string(&draft["id"]);
        draft["termination"]["notice_days"] = json!(0);
        change(&mut draft);
        std::fs::write(&file, draft.to_string()).unwrap();
        file
    }

    /// Serves both, the police knowing where the company's node is.
    pub(crate) fn serve(&self) -> (Serving, Serving) {
        let company = serve(&self.company);
        self.meet(&company);
        (company, serve(&self.police))
    }

    /// Tells the police where the company's node is.
    pub(crate) fn meet(&self, company: &Serving) {
        self.police.json(&["peer", "add", "company", "--at", &company.partners]);
    }

    /// The company learns of something.
    pub(crate) fn learn(&self, name: &str, objects: &[Value]) {
        let file = self.company.file(name, &crate::node::bundle(objects));
        self.company.import(&[file.as_str(), "--source", "company", "--tlp", "green"]);
    }

    /// What the police know under an id, once they know it.
    pub(crate) fn arrived(&self, id: &str) -> Value {
        wait(id, || self.known_to_police(id))
    }

    pub(crate) fn known_to_police(&self, id: &str) -> Option<Value> {
        if !self.police.data().join("claims.sqlite").exists() {
            return None;
        }
        let output = self.police.command(&["show", id, "--json"]).output().unwrap();
        output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
    }

    /// Everything the police know, as it would be exported.
    pub(crate) fn police_export(&self) -> Vec<Value> {
        let export = self.police.run(&["export", "--format", "stix"]);
        assert!(export.status.success());
        let bundle: Value = serde_json::from_slice(&export.stdout).unwrap();
        array(&bundle["objects"]).clone()
    }

    /// How the police are, as the company sees it.
    pub(crate) fn status(&self) -> Value {
        array(&self.company.json(&["peer", "status"]))[0].clone()
    }

    /// Waits until the police have everything they were told.
    pub(crate) fn settled(&self) -> Value {
        wait("an acknowledgement of everything", || {
            let status = self.status();
            (status["told"] == status["acknowledged"] && status["open_notices"] == 0).then_some(status)
        })
    }
}

/// A domain name.
pub(crate) fn domain(number: u32, value: &str) -> Value {
    let id = crate::node::id("domain-name", number);
    json!({ "type": "domain-name", "spec_version": "2.1", "id": id, "value": value })
}
