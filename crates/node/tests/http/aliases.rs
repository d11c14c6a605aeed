//! What may be one under different names, as each viewer may see it.

use serde_json::{Value, json};

use crate::node::{Node, array, bundle, id, malware, string};
use crate::served::{Body, Served, Who};

/// Three catalogues; what the last tells is not for everybody.
fn told() -> (Node, Served, Who) {
    let node = Node::new();
    for (number, name, source, tlp) in [
        (1, "Lantern Worm", "one", "green"),
        (2, "lantern-worm", "two", "green"),
        (3, "LanternWorm", "three", "red"),
        (4, "Kestrel", "one", "green"),
    ] {
        let file = node.file("told.json", &bundle(&[malware(number, name, 2)]));
        node.import(&[&file, "--source", source, "--tlp", tlp]);
    }
    let served = node.serve();
    let ada = served.administrator();
    (node, served, ada)
}

/// The answer, once there is one; each question waits a while for it.
fn aliases(served: &Served, who: &Who, query: &str) -> Value {
    for _ in 0..30 {
        let view = served.get(who, &format!("/aliases{query}")).json();
        if !view["answer"].is_null() {
            return view["answer"].clone();
        }
        assert_eq!(view["making"], true, "{view}");
    }
    panic!("no answer came")
}

fn pairs(answer: &Value) -> Vec<[String; 2]> {
    let ids = |pair: &Value| ["one", "other"].map(|which| string(&pair[which]["thing"]["id"]));
    array(&answer["pairs"]).iter().map(ids).collect()
}

#[test]
fn one_under_two_names_is_proposed_with_reasons_to_whoever_sees_both() {
    let (_node, served, ada) = told();
    let [one, two, three] = [1, 2, 3].map(|number| id("malware", number));
    let all = aliases(&served, &ada, "?sort=malware");
    let proposed = pairs(&all);
    for pair in [[&one, &two], [&one, &three], [&two, &three]] {
        assert!(proposed.iter().any(|found| found.iter().eq(pair)), "{pair:?} in {proposed:?}");
    }
    assert!(!proposed.iter().flatten().any(|found| *found == id("malware", 4)), "{proposed:?}");
    let first = &all["pairs"][0];
    assert!(array(&first["reasons"]).iter().any(|reason| string(&reason["text"]).contains("are called")));
    assert_eq!(all["compared"], json!([{ "name": "malware", "count": 4 }]));
    assert_eq!(aliases(&served, &ada, "?sort=actor")["pairs"], json!([]));
    // Whoever may not see one of two is told neither the pair nor the name.
    let bob = served.person(&ada, "bob", "analyst", "green");
    let seen = aliases(&served, &bob, "");
    assert_eq!(pairs(&seen), [[one, two]]);
    assert!(!seen.to_string().contains("LanternWorm"), "{seen}");
    served.get(&ada, "/aliases?least=0").problem(400);
    served.get(&ada, "/aliases?sort=bird").problem(400);
}

#[test]
fn what_people_decided_waits_no_longer_until_it_is_taken_back() {
    let (_node, served, ada) = told();
    let bob = served.person(&ada, "bob", "analyst", "green");
    let [one, two] = [1, 2].map(|number| id("malware", number));
    let judged = served.post(&bob, "/judgements", json!({ "ids": [one, two], "same": true })).json();
    assert_eq!(aliases(&served, &bob, "")["pairs"], json!([]));
    let decided = aliases(&served, &bob, "?decided=true");
    assert_eq!((&decided["decided"], pairs(&decided).len()), (&json!(1), 1));
    let word = &decided["pairs"][0]["judgements"][0];
    assert_eq!((&word["same"], &word["person"]), (&json!(true), &json!("bob")));
    let path = format!("/api/v1/judgements/{}", judged["no"]);
    assert!(served.ask(&bob, "DELETE", &path, Body::Nothing).status < 300);
    assert_eq!(pairs(&aliases(&served, &bob, "")).len(), 1);
}
