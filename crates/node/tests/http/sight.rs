//! What somebody may not see is nowhere: answers are those of a node that was never told it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::node::{Node, bundle, id, malware, relationship, string};
use crate::served::{Body, Served, Who};

/// Two tellers who share an address: one for everybody up to green, one for red alone.
pub(crate) fn green_story() -> String {
    let (panel, address) = (domain(1, "open-panel.example"), address());
    let links = [
        relationship(1, &id("malware", 1), "communicates-with", &string(&panel["id"])),
        relationship(2, &string(&panel["id"]), "resolves-to", &string(&address["id"])),
    ];
    bundle(&[&[malware(1, "kestrel", 2), panel, address], &links[..]].concat())
}

fn red_story() -> String {
    let (panel, address) = (domain(7, "hidden-panel.example"), address());
    let mut same = malware(1, "kestrel, whom nightjar runs", 3);
    same["description"] = "nightjar again".into();
    let links = [
        relationship(7, &id("malware", 7), "communicates-with", &string(&panel["id"])),
        relationship(8, &string(&panel["id"]), "resolves-to", &string(&address["id"])),
        relationship(9, &id("malware", 7), "variant-of", &id("malware", 1)),
    ];
    bundle(&[&[malware(7, "nightjar", 2), panel, address, same], &links[..]].concat())
}

/// A list that only few may see covers the address both stories share.
fn red_list() -> String {
    json!({ "name": "hidden list", "type": "cidr", "version": 1, "list": ["198.51.100.0/24", "198.51.100.7"] })
        .to_string()
}

fn domain(number: u32, value: &str) -> Value {
    json!({ "type": "domain-name", "spec_version": "2.1", "id": id("domain-name", number), "value": value })
}

fn address() -> Value {
    json!({ "type": "ipv4-addr", "spec_version": "2.1", "id": id("ipv4-addr", 1), "value": "198.51.100.7" })
}

/// What of an answer does not depend on what else the node holds: without claim numbers, times of receipt and order.
fn essence(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let told =
                map.get("what").and_then(Value::as_str).is_some_and(|what| what.starts_with("told by"));
            if told {
                map.remove("at");
            }
            for changing in ["no", "claim", "received_at"] {
                map.remove(changing);
            }
            map.values_mut().for_each(essence);
        }
        Value::Array(items) => {
            items.iter_mut().for_each(essence);
            items.sort_by_key(Value::to_string);
        }
        _ => {}
    }
}

fn questions(shared: &str, malware: &str, panel: &str) -> Vec<(&'static str, String, Value)> {
    let filter = json!({ "hubs": "expand" });
    let mut questions = vec![
        ("POST", "/graph/neighbourhood".to_owned(), json!({ "ids": [shared], "hops": 4, "filter": filter })),
        ("POST", "/graph/neighbourhood".to_owned(), json!({ "ids": [malware], "hops": 4 })),
        ("POST", "/graph/component".to_owned(), json!({ "id": panel })),
        ("POST", "/graph/component".to_owned(), json!({ "id": shared, "filter": filter })),
        ("POST", "/graph/paths".to_owned(), json!({ "from": [shared], "to": [malware], "count": 9 })),
        ("POST", "/graph/common".to_owned(), json!({ "ids": [shared, malware] })),
    ];
    let get = [
        "/stats".to_owned(),
        "/graph/facets".to_owned(),
        "/imports".to_owned(),
        format!("/objects/{panel}"),
        format!("/objects/{panel}/links"),
    ];
    let sought = [
        "198.51.100.7",
        "nightjar",
        "hidden-panel.example",
        "kestrel",
        "open-panel.example",
        "panel",
        "example",
    ];
    let get = get.into_iter().chain(sought.iter().map(|words| format!("/search?q={words}")));
    let things = [shared, malware]
        .into_iter()
        .flat_map(|id| [format!("/objects/{id}"), format!("/objects/{id}/links")]);
    questions.extend(get.chain(things).map(|path| ("GET", path, Value::Null)));
    for format in ["stix", "csv", "graphml"] {
        questions.push(("POST", "/exports".to_owned(), json!({ "format": format })));
        questions.push((
            "POST",
            "/exports".to_owned(),
            json!({ "format": format, "ids": [shared], "hops": 5 }),
        ));
    }
    questions
}

/// A node that was told both stories, or the green one alone, and somebody who may see green at most.
fn told(red: bool) -> (Node, Served, Who, Who) {
    let node = Node::new();
    if red {
        let file = node.file("red.json", &red_story());
        node.import(&[&file, "--source", "Red circle", "--tlp", "red"]);
        let list = node.file("red-list.json", &red_list());
        node.import(&[&list, "--source", "Red circle", "--tlp", "red"]);
    }
    let file = node.file("green.json", &green_story());
    node.import(&[&file, "--source", "Green list", "--tlp", "green"]);
    let served = node.serve();
    let ada = served.administrator();
    if red {
        served.upload(&ada, "?source=Red%20circle&tlp=red", "red-again.json", &red_story());
    }
    let greta = served.person(&ada, "greta", "analyst", "green");
    (node, served, ada, greta)
}

#[test]
fn what_somebody_may_not_see_is_nowhere() {
    let (_both, both, ada, greta) = told(true);
    let (_alone, alone, _, greta_alone) = told(false);
    let found =
        |words: &str| string(&both.get(&greta, &format!("/search?q={words}")).json()["objects"][0]["id"]);
    let (shared, kestrel, panel) = (found("198.51.100.7"), id("malware", 1), found("open-panel.example"));
    let secrets = [
        "nightjar",
        "hidden-panel",
        "Red circle",
        "hidden list",
        "warninglist",
        &id("malware", 7),
        &id("domain-name", 7),
        "\"red\"",
    ];
    for (method, path, body) in questions(&shared, &kestrel, &panel) {
        let body = || if body.is_null() { Body::Nothing } else { Body::Json(body.clone()) };
        let asked = format!("/api/v1{path}");
        let answer = both.ask(&greta, method, &asked, body());
        let expected = alone.ask(&greta_alone, method, &asked, body());
        assert_eq!(answer.status, expected.status, "{path}: {}", answer.text);
        for secret in secrets {
            assert!(!answer.text.contains(secret), "{method} {path} tells `{secret}`: {}", answer.text);
        }
        match (serde_json::from_str::<Value>(&answer.text), serde_json::from_str::<Value>(&expected.text)) {
            (Ok(mut answer), Ok(mut expected)) => {
                if path == "/exports" {
                    answer["id"] = Value::Null;
                    expected["id"] = Value::Null;
                }
                essence(&mut answer);
                essence(&mut expected);
                assert_eq!(answer, expected, "{method} {path}: as if the red story had never been told");
            }
            _ => assert_eq!(lines(&answer.text), lines(&expected.text), "{method} {path}"),
        }
    }
    let around = both.post(&ada, "/graph/neighbourhood", json!({ "ids": [kestrel], "hops": 4 })).json();
    let address = around["vertices"].as_array().unwrap().iter().find(|one| one["label"] == "198.51.100.7");
    assert_eq!(address.unwrap()["hub"], "warninglist", "the list counts for who may see it");
    let seen = both.post(&ada, "/exports", json!({ "format": "stix" })).text;
    assert!(
        secrets[..2].iter().all(|secret| seen.contains(secret)),
        "the red story is there for who may see it"
    );
}

/// Elements and rows, without the numbers of claims in GraphML, in order of the alphabet.
fn lines(text: &str) -> BTreeSet<String> {
    let split = text.replace("key=\"claim\">", "key=\"claim\"").replace('>', ">\n");
    split.lines().filter(|line| !line.contains("key=\"claim\"")).map(str::to_owned).collect()
}

#[test]
fn a_hidden_thing_is_answered_as_one_that_does_not_exist() {
    let (_node, served, ada, greta) = told(true);
    let unknown = id("malware", 99);
    let imports = served.get(&ada, "/imports").json();
    let import = string(&imports[0]["id"]);
    let hidden = [(id("malware", 7), unknown.clone()), (id("domain-name", 7), id("domain-name", 99))];
    for (hidden, unknown) in &hidden {
        let asked: [(&str, &str, Option<&str>); 7] = [
            ("GET", "/objects/{}", None),
            ("GET", "/objects/{}/links", None),
            ("POST", "/graph/neighbourhood", Some(r#"{"ids":["{}"],"hops":2}"#)),
            ("POST", "/graph/component", Some(r#"{"id":"{}"}"#)),
            (
                "POST",
                "/graph/common",
                Some(r#"{"ids":["{}","malware--00000001-6d5b-4a1c-9f3e-5d2c7b8a9e10"]}"#),
            ),
            (
                "POST",
                "/graph/paths",
                Some(r#"{"from":["{}"],"to":["malware--00000001-6d5b-4a1c-9f3e-5d2c7b8a9e10"]}"#),
            ),
            ("POST", "/exports", Some(r#"{"ids":["{}"],"format":"csv"}"#)),
        ];
        for (method, path, body) in asked {
            let ask = |id: &str| {
                let body = body.map(|body| serde_json::from_str(&body.replace("{}", id)).unwrap());
                let path = format!("/api/v1{}", path.replace("{}", id));
                served.ask(&greta, method, &path, body.map_or(Body::Nothing, Body::Json))
            };
            let (there, nowhere) = (ask(hidden), ask(unknown));
            assert_eq!(there.problem(404), nowhere.problem(404), "{method} {path}");
        }
    }
    let nowhere = served.get(&greta, "/claims/999999").problem(404);
    let claims = served.get(&ada, "/stats").json()["claims"].as_u64().unwrap();
    let mut visible = 0;
    for no in 0..=claims + 1 {
        let answer = served.get(&greta, &format!("/claims/{no}"));
        match answer.status {
            200 => visible += u64::from(answer.json()["source"] == "Green list"),
            _ => assert_eq!(answer.problem(404), nowhere),
        }
    }
    assert_eq!(Some(visible), served.get(&greta, "/stats").json()["claims"].as_u64());
    for path in ["", "/events", "/rejects", "/rejects.jsonl"] {
        served.get(&greta, &format!("/imports/{import}{path}")).problem(404);
    }
}
