//! This node as a client: of a feed, and of a partner's inbox.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::asker::{Desk, serve_taxii, token};
use crate::node::{Node, array, id, malware, string};
use crate::pair::{Pair, Serving, wait};

/// Adds a collection of the node that serves, with a token of `party`.
fn add(node: &Node, from: &Node, serving: &Serving, party: &str, path: &str, more: &[&str]) -> Value {
    let secret = node.file("secret.txt", &format!("{}\n", token(from, party)));
    let authority = string(&serving.announced["taxii_certificate"]);
    let url = format!("https://{}{path}", string(&serving.announced["taxii"]));
    let access = ["--secret-file", &secret, "--authority", &authority];
    node.json(&[&["peer", "taxii", "add", "theirs", &url][..], &access, more].concat())
}

fn run(node: &Node) -> Value {
    array(&node.json(&["peer", "taxii", "run"]))[0]["done"].clone()
}

fn known(node: &Node, id: &str) -> Option<Value> {
    let output = node.command(&["show", id, "--json"]).output().unwrap();
    output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_feed_is_fetched_from_where_it_was_left() {
    const FIRST: u32 = 1_500;
    let desk = Desk::open(|_| {});
    let birds = |from, to| -> Vec<Value> { (from..to).map(|number| malware(number, "bird", 2)).collect() };
    desk.pair.learn("first.json", &birds(0, FIRST));
    desk.told(&id("malware", FIRST - 1));
    let reader = Node::new();
    let more = ["--source", "the company", "--tlp", "green"];
    add(&reader, &desk.pair.company, &desk.serving, "police", &desk.collection("attacks"), &more);
    let done = run(&reader);
    // The birds and the statement they are marked with.
    assert_eq!(
        (&done["pages"], &done["objects"], &done["refused"]),
        (&json!(2), &json!(FIRST + 1), &json!(0))
    );
    let bird = known(&reader, &id("malware", 0)).expect("it was fetched");
    let claim = &array(&bird["claims"])[0];
    assert_eq!((&claim["source"], &claim["tlp"]), (&json!("the company"), &json!("green")), "{bird}");
    assert_eq!(run(&reader)["objects"], 0);
    desk.pair.learn("second.json", &birds(FIRST, FIRST + 3));
    desk.told(&id("malware", FIRST + 2));
    assert_eq!(run(&reader)["objects"], 3);
    let state = &array(&reader.json(&["peer", "taxii", "list"]))[0].clone();
    assert!(state["failure"].is_null() && state["after"].is_string(), "{state}");
}

#[test]
fn what_is_interrupted_goes_on() {
    let desk = Desk::open(|agreement| agreement["flows"][0]["limits"]["max_set_size"] = json!(5));
    let birds: Vec<Value> = (0..400).map(|number| malware(number, "bird", 2)).collect();
    desk.pair.learn("birds.json", &birds);
    desk.told(&id("malware", 399));
    let reader = Node::new();
    add(&reader, &desk.pair.company, &desk.serving, "police", &desk.collection("attacks"), &[]);
    let mut child = reader.command(&["peer", "taxii", "run"]).stderr(Stdio::null()).spawn().unwrap();
    wait("some pages", || {
        let claims = reader.command(&["stats", "--json"]).output().unwrap();
        let claims: Value = serde_json::from_slice(&claims.stdout).unwrap_or_default();
        claims["claims"].as_u64().filter(|claims| *claims > 0)
    });
    child.kill().unwrap();
    child.wait().unwrap();
    let rest = run(&reader);
    assert!(rest["objects"].as_u64().unwrap() <= 401, "{rest}");
    for number in [0, 199, 399] {
        assert!(known(&reader, &id("malware", number)).is_some(), "bird {number}");
    }
    assert_eq!(reader.json(&["stats"])["claims"], 401, "each once");
}

#[test]
fn a_server_that_is_not_trusted_is_not_told_the_secret() {
    let desk = Desk::open(|_| {});
    let reader = Node::new();
    let secret = reader.file("secret.txt", &desk.police.secret);
    let url = format!("{}{}", desk.police.base, desk.collection("attacks"));
    reader.json(&["peer", "taxii", "add", "theirs", &url, "--secret-file", &secret]);
    let output = reader.run(&["peer", "taxii", "run"]);
    assert!(!output.status.success());
    let state = &array(&reader.json(&["peer", "taxii", "list"]))[0].clone();
    assert!(string(&state["failure"]).contains("was not reached"), "{state}");
    assert!(!state.to_string().contains(&desk.police.secret));
}

#[test]
fn what_was_released_is_pushed_to_a_partners_inbox() {
    let pair = Pair::agreed(|_| {});
    let company = serve_taxii(&pair.company);
    let police = serve_taxii(&pair.police);
    let inbox = crate::asker::Asker::of(&police, &token(&pair.police, "company")).collection("attacks");
    let flow = format!("{}/attacks", pair.id);
    add(&pair.company, &pair.police, &police, "company", &inbox, &["--party", "police", "--flow", &flow]);
    let mut wren = malware(1, "Wren", 2);
    wren["description"] = json!("what only the company may read");
    pair.learn("first.json", &[wren, malware(2, "Rook", 2)]);
    let objects = wait("everything on the wire", || {
        (pair.status()["told"] == 3).then(|| run(&pair.company)["objects"].clone())
    });
    assert_eq!(objects, 3);
    let told = known(&pair.police, &id("malware", 1)).expect("it was pushed");
    let claim = &array(&told["claims"])[0];
    assert_eq!((&claim["source"], &claim["tlp"]), (&json!("company"), &json!("green")), "{told}");
    assert!(!told.to_string().contains("only the company"), "{told}");
    assert_eq!(run(&pair.company)["objects"], 0, "once");
    // Under an agreement that has ended nothing is pushed.
    pair.company.json(&["agreement", "terminate", &pair.id, "--reason", "it is over"]);
    assert!(!pair.company.run(&["peer", "taxii", "run"]).status.success());
    drop((company, police));
}

#[test]
fn a_node_that_serves_goes_there_by_itself() {
    let desk = Desk::open(|_| {});
    desk.pair.learn("first.json", &[malware(1, "Wren", 2)]);
    desk.told(&id("malware", 1));
    let reader = Node::new();
    let attacks = desk.collection("attacks");
    add(&reader, &desk.pair.company, &desk.serving, "police", &attacks, &["--every", "1"]);
    let _serving = crate::pair::serve(&reader);
    wait("what was told", || known(&reader, &id("malware", 1)));
}

#[test]
fn a_server_says_what_it_offers() {
    let desk = Desk::open(|_| {});
    let reader = Node::new();
    let secret = reader.file("secret.txt", &desk.police.secret);
    let authority = string(&desk.serving.announced["taxii_certificate"]);
    let server = format!("{}/taxii2/", desk.police.base);
    let access = ["--secret-file", &secret, "--authority", &authority, "--user", "police"];
    let found = reader.json(&[&["peer", "taxii", "discover", &server], &access[..]].concat());
    let readable = array(&found).iter().filter(|one| one["can_read"] == true).count();
    assert_eq!((array(&found).len(), readable), (3, 2), "{found}");
    assert!(array(&found)[0]["collection"].as_str().unwrap().ends_with(&desk.collection("attacks")));
}
