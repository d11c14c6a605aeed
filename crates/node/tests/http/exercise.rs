//! An exercise in a node that serves: days are played, the trainee answers at the terminal and on the page, and is told how that was.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::node::{Node, array, string, text};
use crate::served::{Served, Who};

/// A node of a trainee, a world, and what will be told of it.
struct Training {
    node: Node,
    served: Served,
    ada: Who,
    token: String,
    injects: Value,
}

impl Training {
    fn new() -> Training {
        let node = Node::new();
        let served = node.serve();
        let ada = served.administrator();
        let token = string(&served.post(&ada, "/tokens", json!({ "name": "exercise" })).json()["token"]);
        let world = text(&node.path("world"));
        node.json(&["range", "generate", &world, "--events", "2000", "--seed", "7"]);
        let injects = node.json(&["range", "injects", &world]);
        Training { node, served, ada, token, injects }
    }

    fn world(&self) -> String {
        text(&self.node.path("world"))
    }

    /// What the first inject is about: a report, then what it names.
    fn begun(&self) -> Vec<String> {
        array(&self.injects[0]["about"]).iter().map(string).collect()
    }

    /// The midnight some days after the first inject.
    fn days_later(&self, days: i64) -> String {
        let first: jiff::Timestamp = string(&self.injects[0]["at"]).parse().unwrap();
        let later = first + jiff::SignedDuration::from_hours(24 * days);
        later.strftime("%F").to_string()
    }

    /// Plays up to a day, the trainee typing this, and gives the score.
    fn play(&self, until: &str, typed: &str) -> Value {
        let url = self.served.address.as_str();
        let world = self.world();
        let asked = ["range", "exercise", &world, "--node", url, "--day", "0", "--until", until, "--json"];
        let mut command = self.node.command(&asked);
        command.env("ENTENTE_TOKEN", &self.token).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A thing of the enterprise that was not told of, by what the truth says.
    fn other_of_it(&self, enterprise: &str, kind: &str) -> (String, String) {
        let truth = std::fs::read(self.node.path("world").join("truth.json")).unwrap();
        let truth: Value = serde_json::from_slice(&truth).unwrap();
        let whose = array(&truth["enterprises"]).iter().find(|one| one["id"] == enterprise).unwrap();
        let fits = |one: &&Value| one["type"] == kind && !self.begun().contains(&string(&one["id"]));
        let other = array(&whose["entities"]).iter().find(fits).unwrap();
        (string(&other["id"]), string(&other["value"]))
    }
}

#[test]
fn what_the_trainee_names_and_confirms_is_scored() {
    let training = Training::new();
    let before = training.play(&training.days_later(0), "");
    assert_eq!((&before["named"], &before["recall"]), (&json!(0), &json!(0.0)), "nothing was told yet");
    let (_, account) = training.other_of_it(&string(&before["enterprise"]), "bank-account");
    let after =
        training.play(&training.days_later(1), &format!("{account}\nno value at all\nnobody.example\n\n"));
    assert_eq!(after["named"], 2, "{after}");
    assert_eq!((&after["precision"], &after["seconds_to_first_right"]), (&json!(0.5), &json!(0)), "{after}");

    let [report, named, ..] = &training.begun()[..] else { panic!("{}", training.injects) };
    let told = training.served.get(&training.ada, &format!("/objects/{report}"));
    assert_eq!(
        told.status, 200,
        "the report is in the node under the id that the inject gives: {}",
        told.text
    );
    let decided = json!({ "ids": [report, named], "same": true });
    assert_eq!(training.served.post(&training.ada, "/judgements", decided).status, 201);
    let again = training.play(&training.days_later(2), "");
    assert_eq!(again["named"], 2, "what one was told of is no finding, though it was confirmed: {again}");
}

#[test]
fn what_is_confirmed_on_the_page_is_named_and_counts_until_it_is_taken_back() {
    let training = Training::new();
    training.play(&training.days_later(1), "");
    let begun = training.begun();
    let others = training.served.post(&training.ada, "/who", json!({ "ids": [begun[0]] })).json();
    let ids = array(&others["members"]).iter().map(|member| string(&member["thing"]["id"]));
    let other =
        ids.into_iter().find(|id| !begun.contains(id)).expect("something is tied to what was reported");
    let decided = json!({ "ids": [begun[0], other], "same": true });
    let decided = training.served.post(&training.ada, "/judgements", decided).json();
    assert_eq!(training.play(&training.days_later(2), "")["named"], 1);
    let path = format!("/api/v1/judgements/{}", decided["no"]);
    assert_eq!(training.served.ask(&training.ada, "DELETE", &path, crate::served::Body::Nothing).status, 200);
    assert_eq!(training.play(&training.days_later(3), "")["named"], 0);
}

#[test]
fn a_token_is_sent_nowhere_in_the_clear() {
    let training = Training::new();
    let world = training.world();
    let mut asked = training.node.command(&["range", "exercise", &world, "--node", "http://node.example"]);
    let refused = asked.env("ENTENTE_TOKEN", &training.token).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("has to be https"));
}
