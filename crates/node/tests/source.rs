//! Whose sources are, on the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod node;

use node::{DEMO, Node, array, string};
use serde_json::Value;

fn whose(sources: &Value, name: &str) -> Option<String> {
    let source = array(sources).iter().find(|one| one["source"] == name);
    source.unwrap().get("whose").map(string)
}

#[test]
fn a_source_is_ours_or_anothers_once_somebody_says_so() {
    let node = Node::new();
    node.import(&[DEMO, "--source", "demo"]);
    assert_eq!(whose(&node.json(&["source", "list"]), "demo"), None);
    assert_eq!(
        whose(&node.json(&["source", "own", "demo", "not heard yet"]), "demo").as_deref(),
        Some("own")
    );
    let said = node.json(&["source", "other", "demo", "--consent", "letter 7"]);
    assert_eq!((&said[0]["whose"], &said[0]["reference"]), (&"consenting".into(), &"letter 7".into()));
    let listed = node.json(&["source", "list"]);
    assert_eq!(whose(&listed, "demo").as_deref(), Some("consenting"));
    assert_eq!(whose(&listed, "not heard yet").as_deref(), Some("own"), "said before anything came");
    let text = String::from_utf8(node.run(&["source", "list"]).stdout).unwrap();
    assert!(text.contains("demo  another's, who lets it be passed on: letter 7"), "{text}");
    let unnamed = node.run(&["source", "other", "demo", "--consent", " "]);
    assert!(!unnamed.status.success());
    let why = String::from_utf8(unnamed.stderr).unwrap();
    assert!(why.contains("where the consent"), "{why}");
}
