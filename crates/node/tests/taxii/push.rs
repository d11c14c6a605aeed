//! What partners push.

use serde_json::{Value, json};

use crate::asker::Desk;
use crate::node::{array, id, malware, string};
use crate::pair::domain;

fn pushed(desk: &Desk, objects: &[Value]) -> Value {
    let inbox = format!("{}objects/", desk.collection("warnings"));
    let answer = desk.police.post(&inbox, &json!({ "objects": objects }));
    assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// What the company knows under an id.
fn known(desk: &Desk, id: &str) -> Option<Value> {
    let output = desk.pair.company.command(&["show", id, "--json"]).output().unwrap();
    output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_good_is_taken_in_and_the_bad_is_said() {
    let desk = Desk::open(|_| {});
    let mut wren = malware(1, "Wren", 2);
    wren["description"] = json!("what the flow does not cover");
    let no_malware = json!({ "type": "malware", "id": id("malware", 2), "spec_version": "2.1" });
    let person = json!({
        "type": "identity", "spec_version": "2.1", "id": id("identity", 3), "name": "Nobody Known",
        "identity_class": "individual", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    });
    let mut secret = malware(4, "Kite", 2);
    // TLP:RED, and the flow goes up to green.
    secret["object_marking_refs"] = json!(["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]);
    let host = domain(5, "wick.lamp-relay.example");
    let status = pushed(&desk, &[wren, no_malware, person, secret, json!("nonsense"), host]);
    assert_eq!(status["status"], "complete");
    let counts = ["total_count", "success_count", "failure_count", "pending_count"];
    assert_eq!(counts.map(|name| status[name].as_u64().unwrap()), [6, 2, 4, 0], "{status}");
    let of = |list: &str| -> Vec<String> {
        array(&status[list]).iter().map(|detail| string(&detail["id"])).collect()
    };
    assert_eq!(of("successes"), [id("malware", 1), id("domain-name", 5)]);
    assert_eq!(of("failures")[..3], [id("malware", 2), id("identity", 3), id("malware", 4)]);
    let left_out = string(&array(&status["successes"])[0]["message"]);
    assert!(left_out.contains("`description` was left out (flow:warnings/free_text)"), "{left_out}");
    for failure in array(&status["failures"]) {
        assert!(failure["message"].is_string(), "{failure}");
    }
    let taken = known(&desk, &id("malware", 1)).expect("it is in force and covered");
    let claim = &array(&taken["claims"])[0];
    assert_eq!((&claim["source"], &claim["tlp"]), (&json!("police"), &json!("green")), "{taken}");
    assert!(!taken.to_string().contains("what the flow does not cover"), "{taken}");
    for absent in [id("malware", 2), id("identity", 3), id("malware", 4)] {
        assert!(known(&desk, &absent).is_none(), "{absent}");
    }
    assert_eq!(desk.pair.company.json(&["audit", "verify"])["holds"], true);
    // The status is there for whoever pushed, and for nobody else.
    let path = format!("/exchange/status/{}/", string(&status["id"]));
    assert_eq!(desk.police.get(&path).json(), status);
    assert_eq!(desk.police.get(path.trim_end_matches('/')).json(), status);
}

#[test]
fn what_is_pushed_twice_is_taken_in_once() {
    let desk = Desk::open(|_| {});
    let objects = [malware(1, "Wren", 2)];
    for _ in 0..2 {
        assert_eq!(pushed(&desk, &objects)["success_count"], 1);
    }
    assert_eq!(desk.pair.company.json(&["stats"])["claims"], 1);
    // What a partner told us is not told back to it.
    desk.pair.learn("own.json", &[malware(9, "Rook", 2)]);
    desk.told(&id("malware", 9));
    let all = desk.police.get(&format!("{}objects/", desk.collection("attacks"))).ids();
    assert!(!all.contains(&id("malware", 1)), "{all:?}");
}

#[test]
fn no_more_is_taken_in_a_day_than_the_flow_tells() {
    let desk = Desk::open(|agreement| {
        let flows = agreement["flows"].as_array_mut().unwrap();
        let own = flows.iter_mut().find(|flow| flow["id"] == "warnings").unwrap();
        own["limits"]["max_items_per_day"] = json!(3);
    });
    let birds: Vec<Value> = (1..=4).map(|number| malware(number, "Wren", 2)).collect();
    let status = pushed(&desk, &birds[..2]);
    assert_eq!(status["success_count"], 2, "{status}");
    let status = pushed(&desk, &birds[2..]);
    assert_eq!((&status["success_count"], &status["failure_count"]), (&json!(1), &json!(1)), "{status}");
    let why = string(&array(&status["failures"])[0]["message"]);
    assert!(why.contains("today"), "{why}");
    assert!(known(&desk, &id("malware", 3)).is_some() && known(&desk, &id("malware", 4)).is_none());
}
