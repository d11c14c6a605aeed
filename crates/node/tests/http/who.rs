//! Who is behind something, and what people decide about that.

use serde_json::{Value, json};

use crate::node::{Node, array, string};
use crate::served::{Body, Served, Who};

/// What a scan showed: two names with one key at two addresses, and a third name that shows nothing of the kind.
const SCAN: &str = r#"{"timestamp":"2026-03-01T00:00:00Z","ip":"198.51.100.7","port":443,"hostnames":["shop.example"],"tls":{"cert_sha256":"8b9ea3f189c976474876e12c3b2b6614b2cd3963438d3ed3df1dc0aa40de68c0","spki_sha256":"c94f"},"http":{"trackers":["UA-1-1"]}}
{"timestamp":"2026-03-02T00:00:00Z","ip":"198.51.100.8","port":443,"hostnames":["bank.example"],"tls":{"cert_sha256":"9b9ea3f189c976474876e12c3b2b6614b2cd3963438d3ed3df1dc0aa40de68c0","spki_sha256":"c94f"},"http":{"trackers":["UA-1-1"]}}
{"timestamp":"2026-03-02T00:00:00Z","ip":"198.51.100.9","port":443,"hostnames":["other.example"]}
"#;

/// What few may see: another name with that key.
const SECRET: &str = r#"{"timestamp":"2026-03-03T00:00:00Z","ip":"198.51.100.10","port":443,"hostnames":["hidden.example"],"tls":{"cert_sha256":"7b9ea3f189c976474876e12c3b2b6614b2cd3963438d3ed3df1dc0aa40de68c0","spki_sha256":"c94f"}}
"#;

fn told(secret: bool) -> (Node, Served) {
    let node = Node::new();
    let scan = node.file("scan.jsonl", SCAN);
    node.import(&[scan.as_str(), "--source", "scanner", "--tlp", "green"]);
    if secret {
        let file = node.file("secret.jsonl", SECRET);
        node.import(&[file.as_str(), "--source", "insider", "--tlp", "red"]);
    }
    let served = node.serve();
    (node, served)
}

fn thing(served: &Served, who: &Who, name: &str) -> String {
    string(&served.get(who, &format!("/search?q={name}")).json()["objects"][0]["id"])
}

/// Labels of the members with the probability of each.
fn members(answer: &Value) -> Vec<(String, f64)> {
    let one = |member: &Value| (string(&member["thing"]["label"]), member["probability"].as_f64().unwrap());
    array(&answer["members"]).iter().map(one).collect()
}

fn probability(answer: &Value, label: &str) -> f64 {
    members(answer).iter().find(|(name, _)| name == label).map_or(0.0, |(_, probability)| *probability)
}

#[test]
fn what_shares_a_key_is_found_with_its_reasons_and_people_decide() {
    let (_node, served) = told(false);
    let ada = served.administrator();
    let (shop, bank) = (thing(&served, &ada, "shop.example"), thing(&served, &ada, "bank.example"));
    let ask = || served.post(&ada, "/who", json!({ "ids": [shop] })).json();
    let answer = ask();
    let found = probability(&answer, "bank.example");
    assert!(found > 0.3 && probability(&answer, "other.example") < 0.01, "{:?}", members(&answer));
    let of_bank = array(&answer["members"]).iter().find(|member| member["thing"]["id"] == bank).unwrap();
    let reasons = array(&of_bank["reasons"]);
    assert!(
        reasons.iter().any(|reason| reason["label"] == "UA-1-1" && reason["family"] == "tracker"),
        "{reasons:?}"
    );
    assert!(
        reasons
            .iter()
            .all(|reason| reason["sources"] == json!(["scanner"]) && !array(&reason["claims"]).is_empty())
    );
    let way = array(&of_bank["way"]);
    let ends = [way.first(), way.last()].map(|step| string(&step.unwrap()["thing"]["id"]));
    assert_eq!(ends, [shop.clone(), bank.clone()], "{way:?}");
    assert!(way[0].get("by").is_none());
    assert!(way.windows(2).all(|step| step[1]["by"]["to"] == step[0]["thing"]["id"]), "{way:?}");
    let without = served.post(&ada, "/who", json!({ "ids": [shop], "without": ["scanner"] })).json();
    let of_bank = array(&without["members"]).iter().find(|member| member["thing"]["id"] == bank).unwrap();
    assert_eq!(of_bank["without"], 0.0, "nobody else ties them");
    // Rejected it is gone, and whoever may only read decides nothing.
    let rea = served.person(&ada, "rea", "reader", "red");
    let pair = json!({ "ids": [shop, bank], "same": false, "note": "a customer of theirs" });
    served.post(&rea, "/judgements", pair.clone()).problem(403);
    let judged = served.post(&ada, "/judgements", pair).json();
    let after = ask();
    assert!(probability(&after, "bank.example") == 0.0);
    assert_eq!(after["rejected"][0]["thing"]["id"], bank);
    assert_eq!(after["rejected"][0]["judgements"], json!([judged]));
    let path = format!("/judgements/{}", judged["no"]);
    served.ask(&rea, "DELETE", &format!("/api/v1{path}"), Body::Nothing).problem(403);
    assert_eq!(
        served.ask(&ada, "DELETE", &format!("/api/v1{path}"), Body::Nothing).json()["withdrawn_by"],
        "ada"
    );
    served.ask(&ada, "DELETE", &format!("/api/v1{path}"), Body::Nothing).problem(409);
    assert_eq!(ask()["rejected"], json!([]));
    assert_eq!(ask()["members"].as_array().map(Vec::len), answer["members"].as_array().map(Vec::len));
    assert!(
        (probability(&ask(), "bank.example") - found).abs() < 1e-12,
        "nothing is left of it but its record"
    );
    served.post(&ada, "/judgements", json!({ "ids": [shop, bank], "same": true }));
    assert!((probability(&ask(), "bank.example") - 1.0).abs() < f64::EPSILON);
    let all = served.get(&ada, &format!("/judgements?id={bank}")).json();
    assert_eq!(array(&all).len(), 2, "{all}");
}

#[test]
fn what_was_confirmed_through_what_is_rejected_is_confirmed_no_longer() {
    let (_node, served) = told(false);
    let ada = served.administrator();
    let [shop, bank, other] =
        ["shop.example", "bank.example", "other.example"].map(|name| thing(&served, &ada, name));
    let ask = || probability(&served.post(&ada, "/who", json!({ "ids": [shop] })).json(), "other.example");
    let before = ask();
    let judge = |one: &str, two: &str, same: bool| {
        served.post(&ada, "/judgements", json!({ "ids": [one, two], "same": same })).json()["no"].clone()
    };
    judge(&shop, &bank, true);
    judge(&other, &bank, true);
    assert!((ask() - 1.0).abs() < f64::EPSILON, "through the bank's page");
    let no = judge(&bank, &shop, false);
    assert!(
        (ask() - before).abs() < 0.05,
        "the bank's page is not of it, so nothing follows from it: {}",
        ask()
    );
    served.ask(&ada, "DELETE", &format!("/api/v1/judgements/{no}"), Body::Nothing);
    assert!((ask() - 1.0).abs() < f64::EPSILON, "taken back, it is as it was");
}

#[test]
fn what_a_viewer_may_not_see_changes_no_answer_and_no_decision() {
    let answers = [false, true].map(|secret| {
        let (_node, served) = told(secret);
        let ada = served.administrator();
        let ana = served.person(&ada, "ana", "analyst", "green");
        let (shop, hidden) =
            (thing(&served, &ada, "shop.example"), "domain-name--00000000-0000-5000-8000-000000000000");
        if secret {
            let hidden = thing(&served, &ada, "hidden.example");
            let judged =
                served.post(&ada, "/judgements", json!({ "ids": [shop, hidden], "same": true })).json();
            served.post(&ana, "/who", json!({ "ids": [hidden] })).problem(404);
            served.get(&ana, &format!("/judgements?id={hidden}")).problem(404);
            served
                .ask(&ana, "DELETE", &format!("/api/v1/judgements/{}", judged["no"]), Body::Nothing)
                .problem(404);
        }
        served.post(&ana, "/judgements", json!({ "ids": [shop, hidden], "same": true })).problem(404);
        let answer = served.post(&ana, "/who", json!({ "ids": [shop] })).json();
        assert!(!answer.to_string().contains("hidden.example"), "{answer}");
        members(&answer)
    });
    let [with, without] = answers;
    assert_eq!(with, without);
}

#[test]
fn what_would_take_it_apart_is_a_thing_that_can_be_taken() {
    let (_node, served) = told(false);
    let ada = served.administrator();
    let shop = thing(&served, &ada, "shop.example");
    let ask = |more: Value| {
        let mut request = json!({ "ids": [shop], "least": 0.1, "targets": 1 });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        served.post(&ada, "/who/dismantling", request).json()
    };
    let plan = ask(json!({}));
    assert_eq!(array(&plan["targets"]).len(), 1, "{plan}");
    let target = &plan["targets"][0];
    assert!(target["left"].as_f64().unwrap() < 1.0, "{plan}");
    assert_eq!(target["left"], plan["left"]);
    assert!(plan["left_at_worst"].as_f64().unwrap() >= plan["left"].as_f64().unwrap(), "{plan}");
    let kind = target["thing"]["type"].as_str().unwrap();
    assert_ne!(kind, "digital-fingerprint", "nobody can take a fingerprint");
    let sizes: u64 = array(&plan["remaining"]).iter().map(|part| part["size"].as_u64().unwrap()).sum();
    assert_eq!(sizes + 1, plan["members"].as_u64().unwrap(), "{plan}");
    // What is spared is none, and what is hidden is nothing that could be.
    let other = ask(json!({ "spared": [target["thing"]["id"]] }));
    assert!(
        array(&other["targets"]).iter().all(|one| one["thing"]["id"] != target["thing"]["id"]),
        "{other}"
    );
    // As the page shows it without a source, so is the plan.
    assert_eq!(ask(json!({ "without": ["scanner"] }))["members"], 1, "nobody else ties anything to it");
    for wrong in
        [json!({ "ids": [] }), json!({ "ids": [shop], "targets": 0 }), json!({ "ids": [shop], "least": 2 })]
    {
        served.post(&ada, "/who/dismantling", wrong).problem(400);
    }
}
