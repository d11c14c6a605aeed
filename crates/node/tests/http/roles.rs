//! Each endpoint for each role, as a matrix that is written down.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::node::string;
use crate::served::{Body, Served, Who, multipart};
use crate::{demo, empty};

/// Method, path below `/api/v1`, path asked, body. `{…}` in the path asked is made for each role anew.
const MATRIX: [(&str, &str, &str, &str); 82] = [
    ("GET", "/setup", "/setup", ""),
    ("POST", "/setup", "/setup", r#"{"token":"guessed","name":"eve","password":"correct horse battery"}"#),
    ("GET", "/session", "/session", ""),
    ("POST", "/session", "/session", r#"{"name":"nobody","password":"guessed"}"#),
    ("GET", "/users", "/users", ""),
    (
        "POST",
        "/users",
        "/users",
        r#"{"name":"{new}","password":"correct horse battery","role":"reader","tlp_max":"clear"}"#,
    ),
    ("PATCH", "/users/{name}", "/users/{spare}", r#"{"role":"analyst"}"#),
    ("DELETE", "/users/{name}", "/users/{spare}", ""),
    ("GET", "/sources", "/sources", ""),
    ("PUT", "/sources", "/sources", r#"{"source":"feed","whose":"own"}"#),
    ("GET", "/tokens", "/tokens", ""),
    ("POST", "/tokens", "/tokens", r#"{"name":"feed reader","days":1}"#),
    ("DELETE", "/tokens/{id}", "/tokens/{token}", ""),
    ("GET", "/search", "/search?q=quietroom", ""),
    ("GET", "/objects/{id}", "/objects/{thing}", ""),
    ("GET", "/objects/{id}/links", "/objects/{thing}/links", ""),
    ("GET", "/claims/{no}", "/claims/1", ""),
    ("POST", "/graph/neighbourhood", "/graph/neighbourhood", r#"{"ids":["{thing}"],"hops":1}"#),
    ("POST", "/graph/paths", "/graph/paths", r#"{"from":["{thing}"],"to":["{other}"]}"#),
    ("POST", "/graph/common", "/graph/common", r#"{"ids":["{thing}","{other}"]}"#),
    ("POST", "/graph/component", "/graph/component", r#"{"id":"{thing}"}"#),
    ("GET", "/graph/facets", "/graph/facets", ""),
    ("GET", "/emerging", "/emerging?since=24h", ""),
    ("GET", "/aliases", "/aliases?sort=actor", ""),
    ("GET", "/money", "/money?pattern=cycle", ""),
    ("POST", "/who", "/who", r#"{"ids":["{thing}"]}"#),
    ("POST", "/who/dismantling", "/who/dismantling", r#"{"ids":["{thing}"]}"#),
    ("GET", "/cases", "/cases", ""),
    ("POST", "/cases/claims", "/cases/claims", r#"{"case":"operation","ids":["{thing}"]}"#),
    ("POST", "/cases/sought", "/cases/sought", r#"{"case":"operation","ids":["{thing}"]}"#),
    ("GET", "/judgements", "/judgements?id={thing}", ""),
    ("POST", "/judgements", "/judgements", r#"{"ids":["{thing}","{other}"],"same":true}"#),
    ("DELETE", "/judgements/{no}", "/judgements/{judgement}", ""),
    ("GET", "/charts", "/charts", ""),
    ("POST", "/charts", "/charts", r#"{"name":"another","document":{}}"#),
    ("GET", "/charts/{id}", "/charts/{chart}", ""),
    ("PUT", "/charts/{id}", "/charts/{chart}", r#"{"name":"renamed","document":{}}"#),
    ("DELETE", "/charts/{id}", "/charts/{chart}", ""),
    ("GET", "/imports", "/imports", ""),
    ("POST", "/imports", "/imports", "multipart"),
    ("GET", "/imports/limits", "/imports/limits", ""),
    ("GET", "/imports/{id}", "/imports/{import}", ""),
    ("DELETE", "/imports/{id}", "/imports/{import}", ""),
    ("GET", "/imports/{id}/events", "/imports/{import}/events", ""),
    ("GET", "/imports/{id}/rejects", "/imports/{import}/rejects", ""),
    ("GET", "/imports/{id}/rejects.jsonl", "/imports/{import}/rejects.jsonl", ""),
    ("POST", "/exports", "/exports", r#"{"format":"csv"}"#),
    ("GET", "/stats", "/stats", ""),
    ("GET", "/agreements", "/agreements", ""),
    ("POST", "/agreements", "/agreements", r#"{"agreement":{}}"#),
    ("GET", "/agreements/templates", "/agreements/templates", ""),
    ("GET", "/agreements/vocabulary", "/agreements/vocabulary", ""),
    ("POST", "/agreements/review", "/agreements/review", r#"{"document":{document}}"#),
    ("POST", "/agreements/compare", "/agreements/compare", r#"{"before":{document},"after":{document}}"#),
    ("POST", "/agreements/preview", "/agreements/preview", r#"{"document":{document},"to":"police"}"#),
    ("GET", "/agreements/{id}", "/agreements/{agreement}", ""),
    ("GET", "/agreements/{id}/file", "/agreements/{agreement}/file", ""),
    ("POST", "/agreements/{id}/signature", "/agreements/{agreement}/signature", r#"{"hash":"another"}"#),
    ("POST", "/agreements/{id}/acts", "/agreements/{agreement}/acts", r#"{"move":"suspend"}"#),
    (
        "POST",
        "/agreements/{id}/invitations",
        "/agreements/{agreement}/invitations",
        r#"{"party":"police","at":"node.example:7879"}"#,
    ),
    ("POST", "/invitations", "/invitations", r#"{"link":"guessed"}"#),
    ("GET", "/drafts", "/drafts", ""),
    ("POST", "/drafts", "/drafts", r#"{"template":"csirt-csirt"}"#),
    ("GET", "/drafts/{id}", "/drafts/{draft}", ""),
    ("PUT", "/drafts/{id}", "/drafts/{draft}", r#"{"document":{drafted}}"#),
    // It was saved since version 1 was read.
    ("POST", "/drafts/{id}/signature", "/drafts/{draft}/signature", ""),
    ("DELETE", "/drafts/{id}", "/drafts/{draft}", ""),
    ("GET", "/partners", "/partners", ""),
    ("GET", "/partners/{party}", "/partners/police", ""),
    ("PUT", "/partners/{party}", "/partners/police", r#"{"endpoint":"node.example:7879"}"#),
    ("GET", "/partners/{party}/wire", "/partners/police/wire", ""),
    ("GET", "/partners/{party}/wire/{item}", "/partners/police/wire/2026-01-01T00:00:00Z", ""),
    ("GET", "/partners/{party}/wire/{item}/proof", "/partners/police/wire/2026-01-01T00:00:00Z/proof", ""),
    ("GET", "/partners/{party}/notices", "/partners/police/notices", ""),
    ("GET", "/partners/{party}/tokens", "/partners/police/tokens", ""),
    ("POST", "/partners/{party}/tokens", "/partners/police/tokens", r#"{"name":"their poller"}"#),
    ("DELETE", "/partners/{party}/tokens/{id}", "/partners/police/tokens/{partner_token}", ""),
    ("GET", "/referrals", "/referrals", ""),
    ("GET", "/referrals/{id}", "/referrals/none", ""),
    ("POST", "/referrals/{id}/decision", "/referrals/none/decision", r#"{"approves":true}"#),
    ("GET", "/wire/events", "/wire/events", ""),
    // Last: it ends the session.
    ("DELETE", "/session", "/session", ""),
];

#[test]
fn each_endpoint_answers_each_role_as_written_down() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let people = [
        ("none", Who::default()),
        ("reader", served.person(&ada, "rea", "reader", "red")),
        ("analyst", served.person(&ada, "ana", "analyst", "red")),
        ("administrator", served.person(&ada, "adi", "administrator", "red")),
    ];
    let columns: Vec<Vec<u16>> = people.iter().map(|(role, who)| column(&served, &ada, role, who)).collect();
    let mut lines =
        vec!["# Status of each endpoint for each role: none, reader, analyst, administrator.".to_owned()];
    for (row, (method, path, _, _)) in MATRIX.iter().enumerate() {
        let statuses: Vec<String> = columns.iter().map(|column| column[row].to_string()).collect();
        lines.push(format!("{method:<6} {path:<36} {}", statuses.join(" ")));
    }
    let actual = lines.join("\n") + "\n";
    let place = concat!(env!("CARGO_TARGET_TMPDIR"), "/roles.txt");
    std::fs::write(place, &actual).unwrap();
    assert_eq!(actual, include_str!("../golden/roles.txt"), "as written down; now at {place}");
}

#[test]
fn each_endpoint_of_the_description_is_in_the_matrix() {
    let (_node, served) = empty();
    let document = served.get(&Who::default(), "/openapi.json").json();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        described.extend(
            methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.to_owned())),
        );
    }
    let rows = MATRIX.iter().map(|(method, path, _, _)| ((*method).to_owned(), (*path).to_owned()));
    assert_eq!(described, rows.collect());
}

fn column(served: &Served, ada: &Who, role: &str, who: &Who) -> Vec<u16> {
    let spare = format!("spare-{role}");
    served.person(ada, &spare, "reader", "clear");
    let chart = served.post(ada, "/charts", json!({ "name": "a chart", "document": {} })).json();
    let import = served.upload(ada, "?source=matrix", "a.csv", "type,value\nip,192.0.2.1\nip,192.0.2.999\n");
    let token = served.post(who, "/tokens", json!({ "name": "mine" }));
    let token = if token.status == 201 { string(&token.json()["id"]) } else { "none".to_owned() };
    let drafted =
        served.post(ada, "/drafts", json!({ "template": "company-police", "us": "company" })).json();
    let agreement = partly_signed(served, ada);
    let partner_token = served.post(ada, "/partners/police/tokens", json!({ "name": "spare" })).json();
    let thing = |name: &str| {
        let found = served.get(ada, &format!("/search?q={name}")).json();
        string(&found["objects"][0]["id"])
    };
    let (thing, other) = (thing("203.0.113.77"), thing("quietroom"));
    let pair = json!({ "ids": [&thing, &other], "same": false });
    let judgement = served.post(ada, "/judgements", pair).json();
    let fill = |text: &str| {
        text.replace("{spare}", &spare)
            .replace("{new}", &format!("new-{role}"))
            .replace("{token}", &token)
            .replace("{chart}", &string(&chart["id"]))
            .replace("{import}", &string(&import["id"]))
            .replace("{drafted}", &drafted["document"].to_string())
            .replace("{document}", &agreement["document"].to_string())
            .replace("{draft}", &string(&drafted["id"]))
            .replace("{agreement}", &string(&agreement["id"]))
            .replace("{judgement}", &judgement["no"].to_string())
            .replace("{partner_token}", &string(&partner_token["id"]))
            .replace("{thing}", &thing)
            .replace("{other}", &other)
    };
    MATRIX
        .iter()
        .map(|(method, _, path, body)| status(served, who, method, &fill(path), &fill(body)))
        .collect()
}

/// An agreement that this node has signed, and another party has not.
fn partly_signed(served: &Served, ada: &Who) -> Value {
    let mut draft =
        served.post(ada, "/drafts", json!({ "template": "company-police", "us": "company" })).json();
    // The public key of RFC 8032, section 7.1, test 1.
    let key =
        json!({ "use": "sign", "id": "sign-1", "ed25519": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" });
    draft["document"]["parties"][1]["keys"] = json!([key]);
    let path = format!("/api/v1/drafts/{}", string(&draft["id"]));
    let based_on = |version: &str| Who { if_match: Some(version.to_owned()), ..ada.clone() };
    served.ask(&based_on("1"), "PUT", &path, json!({ "document": draft["document"] })).json();
    served.ask(&based_on("2"), "POST", &format!("{path}/signature"), Body::Nothing).json()
}

/// Status of an answer; every error must be a problem document.
fn status(served: &Served, who: &Who, method: &str, path: &str, body: &str) -> u16 {
    if path == "/wire/events" {
        return served.opened(who, path);
    }
    let body = match body {
        "" => Body::Nothing,
        "multipart" => multipart("b.txt", "192.0.2.2\n"),
        json => Body::Json(serde_json::from_str(json).unwrap()),
    };
    let who = Who { if_match: Some("1".to_owned()), ..who.clone() };
    let answer = served.ask(&who, method, &format!("/api/v1{path}"), body);
    if answer.status >= 400 {
        answer.problem(answer.status);
    }
    answer.status
}
