//! What is new and growing, as each viewer may see it.

use serde_json::{Value, json};

use crate::node::{Node, array, bundle, id, malware, relationship, string};
use crate::served::{Served, Who};

/// A malware that speaks to so many names, each with an indicator, and somebody whom all of that happened to.
fn campaign(first: u32, name: &str, names: u32) -> String {
    let family = id("malware", first);
    let mut objects = vec![malware(first, name, 2), victim(first), address(first)];
    for (no, number) in (0..).zip(first + 1..=first + names) {
        let (domain, indicator) = (id("domain-name", number), id("indicator", number));
        let links = first * 100 + no * 10;
        objects.push(json!({ "type": "domain-name", "id": domain, "value": format!("{name}-{no}.example") }));
        objects.push(json!({
            "type": "indicator", "spec_version": "2.1", "id": indicator, "pattern_type": "stix",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "valid_from": "2026-01-01T00:00:00Z", "name": format!("what vera.{no}@victim.example was sent"), "pattern": format!("[domain-name:value = '{name}-{no}.example']"),
        }));
        objects.push(relationship(links, &indicator, "indicates", &family));
        objects.push(relationship(links + 1, &family, "communicates-with", &domain));
        objects.push(relationship(links + 2, &domain, "related-to", &id("identity", first)));
        objects.push(relationship(links + 3, &domain, "related-to", &string(&address(first)["id"])));
    }
    bundle(&objects)
}

fn victim(number: u32) -> Value {
    json!({
        "type": "identity", "spec_version": "2.1", "id": id("identity", number), "name": format!("Vera Victim {number}"),
        "identity_class": "individual", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    })
}

fn address(number: u32) -> Value {
    json!({ "type": "email-addr", "id": id("email-addr", number), "value": format!("vera.{number}@victim.example") })
}

/// A node that was told of old campaigns, and how many claims that took.
fn told() -> (Node, u64) {
    let node = Node::new();
    for (number, name) in [(1000, "oldest"), (2000, "older"), (3000, "old"), (4000, "known")] {
        let file = node.file(&format!("{name}.json"), &campaign(number, name, 6));
        node.import(&[&file, "--source", "CSIRT", "--tlp", "green"]);
    }
    let claims = node.json(&["stats"])["claims"].as_u64().unwrap();
    (node, claims)
}

fn tell(node: &Node, number: u32, name: &str, names: u32, source: &str, tlp: &str) {
    let file = node.file(&format!("{name}.json"), &campaign(number, name, names));
    node.import(&[&file, "--source", source, "--tlp", tlp]);
}

/// The answer, once there is one; each question waits a while for it.
fn emerging(served: &Served, who: &Who, since: &str) -> Value {
    for _ in 0..30 {
        let view = served.get(who, &format!("/emerging?since={since}")).json();
        if !view["answer"].is_null() {
            return view;
        }
        assert_eq!(view["making"], true, "{view}");
    }
    panic!("no answer came")
}

fn titles(view: &Value) -> Vec<String> {
    array(&view["answer"]["groups"]).iter().map(|group| string(&group["title"])).collect()
}

#[test]
fn what_is_new_is_ranked_with_its_reasons_and_nobody_is_named() {
    let (node, claims) = told();
    tell(&node, 5000, "kestrel", 6, "Bank circle", "green");
    tell(&node, 6000, "nightjar", 12, "CSIRT", "green");
    let served = node.serve();
    let ada = served.administrator();
    let view = emerging(&served, &ada, &claims.to_string());
    assert_eq!(
        titles(&view),
        ["nightjar", "kestrel"],
        "the larger first, and nothing of what stays as it was"
    );
    assert_eq!((&view["claims_since"], &view["making"]), (&json!(0), &json!(false)));
    let kestrel = &view["answer"]["groups"][1];
    let reasons: Vec<String> = array(&kestrel["reasons"]).iter().map(string).collect();
    let says =
        |words: &str| assert!(reasons.iter().any(|reason| reason.contains(words)), "{words}: {reasons:?}");
    says(&format!("It is new: 15 things came to hang together since claim {claims}."));
    says("6 domain names, 6 indicators");
    says("Only Bank circle says so.");
    says("Named in it: kestrel (malware).");
    says("Counted and not named here: 6 indicators, 1 e-mail address and 1 person or organisation.");
    assert_eq!(kestrel["sources"], json!(["Bank circle"]));
    assert_eq!(
        (&kestrel["size_then"], &kestrel["size_now"], &kestrel["signs"]),
        (&json!(0), &json!(15), &json!(7))
    );
    assert_eq!(kestrel["names"][0]["id"], id("malware", 5000));
    let members = array(&kestrel["members"]);
    assert_eq!(members.len(), 7, "{members:?}");
    assert!(
        members.iter().all(|member| member["newcomer"] == true && member["neighbours"].as_u64() >= Some(2))
    );
    for somebody in ["Vera Victim", "victim.example"] {
        assert!(!view.to_string().contains(somebody), "{view}");
    }
}

#[test]
fn what_a_viewer_may_not_see_changes_no_answer() {
    let answers = [true, false].map(|hidden| {
        let (node, claims) = told();
        if hidden {
            tell(&node, 7000, "hidden", 12, "Red circle", "red");
        }
        tell(&node, 5000, "kestrel", 6, "CSIRT", "green");
        let served = node.serve();
        let ada = served.administrator();
        // Whoever sees more asks first: their answer is kept, and is not for others.
        let expected: &[&str] = if hidden { &["hidden", "kestrel"] } else { &["kestrel"] };
        assert_eq!(titles(&emerging(&served, &ada, &claims.to_string())), expected);
        let greta = served.person(&ada, "greta", "reader", "green");
        let mut view = emerging(&served, &greta, &claims.to_string());
        assert!(!view.to_string().contains("hidden") && !view.to_string().contains("Red circle"), "{view}");
        view["answer"]["made_at"].take();
        // Told to a source that she may not see, nothing is new to her.
        served.upload(&ada, "?source=Red%20circle&tlp=red", "more.json", &campaign(8000, "more", 9));
        let after = emerging(&served, &greta, &claims.to_string());
        assert_eq!((&after["claims_since"], &after["making"]), (&json!(0), &json!(false)));
        view
    });
    let [with, without] = answers;
    assert_eq!(with, without);
}

#[test]
fn what_becomes_visible_is_in_the_next_answer() {
    let (node, claims) = told();
    tell(&node, 5000, "kestrel", 6, "CSIRT", "green");
    let served = node.serve();
    let ada = served.administrator();
    let since = claims.to_string();
    assert_eq!(titles(&emerging(&served, &ada, &since)), ["kestrel"]);
    // Another source is another compartment, and whoever may see it asks another question.
    served.upload(&ada, "?source=Bank%20circle&tlp=green", "nightjar.json", &campaign(6000, "nightjar", 12));
    assert_eq!(titles(&emerging(&served, &ada, &since)), ["nightjar", "kestrel"]);
    let later = node.json(&["stats"])["claims"].to_string();
    assert_eq!(titles(&emerging(&served, &ada, &later)), [""; 0], "nothing came since");
}

#[test]
fn the_moment_is_said_in_one_of_four_ways_or_refused() {
    let (node, claims) = told();
    let served = node.serve();
    let ada = served.administrator();
    // All of it was told a moment ago: nothing stands out as new.
    for since in ["24h", "7d", "30d", "90d", "2026-01-01T00:00:00Z", "0"] {
        let view = emerging(&served, &ada, since);
        assert_eq!((titles(&view).len(), &view["answer"]["signs_then"]), (0, &json!(0)), "{since}");
    }
    let view = emerging(&served, &ada, &claims.to_string());
    assert_eq!(view["answer"]["signs_then"], view["answer"]["signs_now"]);
    for wrong in ["", "yesterday", "7y", "0d", "-1", "9999999d", "2026-13-01T00:00:00Z"] {
        served.get(&ada, &format!("/emerging?since={wrong}")).problem(400);
    }
}

#[test]
fn what_many_share_makes_no_group() {
    let new: Vec<Value> = (0..12)
        .flat_map(|no| {
            let url = format!("https://cdn.example/{no}");
            let report = json!({
                "type": "report", "spec_version": "2.1", "id": id("report", no + 1), "name": format!("report {no}"),
                "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
                "published": "2026-01-01T00:00:00Z", "object_refs": [id("url", no + 1)],
            });
            [json!({ "type": "url", "id": id("url", no + 1), "value": url }), report]
        })
        .collect();
    let list =
        json!({ "name": "CDNs", "type": "hostname", "version": 1, "list": ["cdn.example"] }).to_string();
    let found = [false, true].map(|listed| {
        let (node, _) = told();
        if listed {
            let file = node.file("list.json", &list);
            node.import(&[&file, "--source", "Lists", "--tlp", "clear"]);
        }
        let claims = node.json(&["stats"])["claims"].to_string();
        let file = node.file("new.json", &bundle(&new));
        node.import(&[&file, "--source", "CSIRT", "--tlp", "green"]);
        let asked = node.json(&["emerging", "--since", &claims]);
        array(&asked["groups"]).iter().map(|group| string(&group["title"])).collect::<Vec<_>>()
    });
    assert_eq!(found, [vec!["Around cdn.example".to_owned()], vec![]]);
}
