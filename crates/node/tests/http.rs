//! The HTTP API as browsers and programs meet it: the real binary, real requests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod node;
mod served;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use node::{DEMO, Node, array, bundle, id, malware, relationship, string};
use serde_json::{Value, json};
use served::{Body, PASSWORD, Served, Who, multipart, signed_in};

/// The node with the sample in it.
fn demo() -> (Node, Served) {
    let node = Node::new();
    node.import(&[DEMO, "--source", "demo"]);
    let served = node.serve();
    (node, served)
}

fn empty() -> (Node, Served) {
    let node = Node::new();
    let served = node.serve();
    (node, served)
}

#[test]
fn the_set_up_link_works_once() {
    let (node, served) = empty();
    assert_eq!(served.get(&Who::default(), "/setup").json(), json!({ "needed": true }));
    let link = |token: &str, password: &str| json!({ "token": token, "name": "ada", "password": password });
    served.post(&Who::default(), "/setup", link("guessed", PASSWORD)).problem(404);
    served.post(&Who::default(), "/setup", link(&served.setup, "short")).problem(400);
    let ada = served.administrator();
    let session = served.get(&ada, "/session").json();
    assert_eq!(
        (&session["name"], &session["role"], &session["tlp_max"]),
        (&json!("ada"), &json!("administrator"), &json!("red"))
    );
    assert_eq!(served.get(&Who::default(), "/setup").json(), json!({ "needed": false }));
    served.post(&Who::default(), "/setup", link(&served.setup, PASSWORD)).problem(404);
    drop(served);
    assert_eq!(node.serve().setup, "", "no link once there is an administrator");
}

#[test]
fn sessions_begin_with_the_password_and_end_with_sign_out() {
    let (_node, served) = empty();
    served.administrator();
    let wrong = served.sign_in("ada", "correct horse batterie").problem(401);
    assert_eq!(served.sign_in("nobody", PASSWORD).problem(401), wrong, "never says which");
    let ada = signed_in(&served.sign_in("ada", PASSWORD));
    assert_eq!(served.get(&ada, "/stats").status, 200);
    assert_eq!(served.ask(&ada, "DELETE", "/api/v1/session", Body::Nothing).status, 204);
    served.get(&ada, "/stats").problem(401);
    served.get(&Who { cookie: Some("made-up".to_owned()), ..Who::default() }, "/stats").problem(401);
    served.get(&Who { bearer: Some("made-up".to_owned()), ..Who::default() }, "/stats").problem(401);
}

#[test]
fn a_cookie_alone_changes_nothing_and_a_token_needs_no_csrf_value() {
    let (_node, served) = empty();
    let ada = served.administrator();
    let chart = || json!({ "name": "a chart", "document": {} });
    for csrf in [None, Some("made-up".to_owned())] {
        let forged = Who { csrf, ..ada.clone() };
        served.post(&forged, "/charts", chart()).problem(403);
        served.post(&forged, "/imports", multipart("a.txt", "192.0.2.1\n")).problem(403);
        served.ask(&forged, "DELETE", "/api/v1/users/ada", Body::Nothing).problem(403);
    }
    assert_eq!(served.get(&ada, "/charts").json(), json!([]));
    assert_eq!(served.post(&ada, "/charts", chart()).status, 201);
    let token = served.post(&ada, "/tokens", json!({ "name": "feed reader" })).json();
    let program = Who { bearer: Some(string(&token["token"])), ..Who::default() };
    assert_eq!(served.post(&program, "/charts", chart()).status, 201);
    assert!(served.get(&program, "/tokens").json()[0].get("token").is_none(), "the secret is shown once");
    let path = format!("/api/v1/tokens/{}", string(&token["id"]));
    assert_eq!(served.ask(&ada, "DELETE", &path, Body::Nothing).status, 204);
    served.get(&program, "/charts").problem(401);
}

/// Method, path below `/api/v1`, path asked, body. `{…}` in the path asked is made for each role anew.
const MATRIX: [(&str, &str, &str, &str); 35] = [
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
    ("GET", "/charts", "/charts", ""),
    ("POST", "/charts", "/charts", r#"{"name":"another","document":{}}"#),
    ("GET", "/charts/{id}", "/charts/{chart}", ""),
    ("PUT", "/charts/{id}", "/charts/{chart}", r#"{"name":"renamed","document":{}}"#),
    ("DELETE", "/charts/{id}", "/charts/{chart}", ""),
    ("GET", "/imports", "/imports", ""),
    ("POST", "/imports", "/imports", "multipart"),
    ("GET", "/imports/{id}", "/imports/{import}", ""),
    ("DELETE", "/imports/{id}", "/imports/{import}", ""),
    ("GET", "/imports/{id}/events", "/imports/{import}/events", ""),
    ("GET", "/imports/{id}/rejects", "/imports/{import}/rejects", ""),
    ("GET", "/imports/{id}/rejects.jsonl", "/imports/{import}/rejects.jsonl", ""),
    ("POST", "/exports", "/exports", r#"{"format":"csv"}"#),
    ("GET", "/stats", "/stats", ""),
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
        lines.push(format!("{method:<6} {path:<28} {}", statuses.join(" ")));
    }
    let actual = lines.join("\n") + "\n";
    let place = concat!(env!("CARGO_TARGET_TMPDIR"), "/roles.txt");
    std::fs::write(place, &actual).unwrap();
    assert_eq!(actual, include_str!("golden/roles.txt"), "as written down; now at {place}");
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
    let thing = |name: &str| {
        let found = served.get(ada, &format!("/search?q={name}")).json();
        string(&found["objects"][0]["id"])
    };
    let (thing, other) = (thing("203.0.113.77"), thing("quietroom"));
    let fill = |text: &str| {
        text.replace("{spare}", &spare)
            .replace("{new}", &format!("new-{role}"))
            .replace("{token}", &token)
            .replace("{chart}", &string(&chart["id"]))
            .replace("{import}", &string(&import["id"]))
            .replace("{thing}", &thing)
            .replace("{other}", &other)
    };
    MATRIX
        .iter()
        .map(|(method, _, path, body)| status(served, who, method, &fill(path), &fill(body)))
        .collect()
}

/// Status of an answer; every error must be a problem document.
fn status(served: &Served, who: &Who, method: &str, path: &str, body: &str) -> u16 {
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

/// Two tellers who share an address: one for everybody up to green, one for red alone.
fn green_story() -> String {
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
    let secrets =
        ["nightjar", "hidden-panel", "Red circle", &id("malware", 7), &id("domain-name", 7), "\"red\""];
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

#[test]
fn an_upload_is_imported_and_its_rejects_can_be_had() {
    let (_node, served) = empty();
    let ada = served.administrator();
    let list = "type,value\nip,192.0.2.1\nip,192.0.2.999\nip,192.0.2.2\nip,192.0.2.300\nip,192.0.2.301\n";
    let dry = served.upload(&ada, "?source=a&dry_run=true", "osprey.csv", list);
    assert_eq!((&dry["dry_run"], &dry["rejected"]), (&json!(true), &json!(3)), "{dry}");
    assert_eq!(served.get(&ada, "/stats").json()["objects"], 0);
    let import = served.upload(&ada, "?source=a&tlp=green&grade=B2", "osprey.csv", list);
    let count = |name: &str| import[name].as_u64().unwrap();
    let parts = ["new", "updated", "unchanged", "excluded", "rejected"].map(count);
    assert_eq!((count("read"), count("rejected")), (parts.iter().sum(), 3), "{import}");
    let path = format!("/imports/{}", string(&import["id"]));
    assert_eq!(served.get(&ada, &path).json(), import);
    assert_eq!(served.get(&ada, "/imports").json()[0], import);
    let first = served.get(&ada, &format!("{path}/rejects?limit=2")).json();
    let second = served.get(&ada, &format!("{path}/rejects?limit=2&cursor={}", first["next"])).json();
    assert_eq!((array(&first["rejects"]).len(), array(&second["rejects"]).len()), (2, 1));
    assert!(second.get("next").is_none());
    assert_eq!(first["rejects"][0]["file"], "osprey.csv", "the name it came under, not where it lay");
    let file = served.get(&ada, &format!("{path}/rejects.jsonl"));
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.text.lines().count(), 3);
    let mended = file.text.replace("192.0.2.999", "192.0.2.99").replace("192.0.2.30", "192.0.2.3");
    let again = served.upload(&ada, "?source=a&tlp=green&grade=B2", "rejects.jsonl", &mended);
    assert_eq!((&again["rejected"], &again["new"]), (&json!(0), &json!(3)), "{again}");
    assert_eq!(served.get(&ada, "/search?q=192[.]0[.]2[.]99").json()["objects"][0]["tlp"], "green");
    served.post(&ada, "/imports?tlp=purple", multipart("a.txt", "192.0.2.1\n")).problem(400);
    served.post(&ada, "/imports", json!({})).problem(415);
    served
        .post(&ada, "/imports", Body::Raw("multipart/form-data; boundary=limit", "--limit--\r\n".to_owned()))
        .problem(400);
}

#[test]
fn two_people_who_save_a_chart_do_not_overwrite_each_other() {
    let (_node, served) = empty();
    let ada = served.administrator();
    let content = |name: &str| json!({ "name": name, "notes": "as told", "document": { "things": [] } });
    let chart = served.post(&ada, "/charts", content("first")).json();
    let path = format!("/api/v1/charts/{}", string(&chart["id"]));
    served.ask(&ada, "PUT", &path, content("no version")).problem(400);
    let token = string(&served.post(&ada, "/tokens", json!({ "name": "a" })).json()["token"]);
    let save = |version: &str, name: &str| save(&served, &token, &path, version, content(name));
    assert_eq!(save("\"1\"", "second"), 200);
    assert_eq!(save("1", "too late"), 409);
    let kept = served.ask(&ada, "GET", &path, Body::Nothing).json();
    assert_eq!((&kept["name"], &kept["version"]), (&json!("second"), &json!(2)));
    assert_eq!(save("2", "third"), 200);
}

/// Saves a chart over a version.
fn save(served: &Served, token: &str, path: &str, version: &str, content: Value) -> u16 {
    let who = Who { bearer: Some(token.to_owned()), if_match: Some(version.to_owned()), ..Who::default() };
    served.ask(&who, "PUT", path, content).status
}

#[test]
fn errors_are_problem_documents_that_say_nothing_of_the_inside() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let get = |path: &str, status: u16| served.get(&ada, path).problem(status);
    get("/no/such/address", 404);
    get("/search", 400);
    get("/search?q=a&limit=many", 400);
    get("/search?q=a&cursor=made-up", 400);
    get("/search?q=a&as_of=yesterday", 400);
    get("/objects/not-an-id", 400);
    get(&format!("/objects/{}", id("malware", 99)), 404);
    get("/claims/many", 400);
    get("/charts/none", 404);
    let post = |path: &str, body: Body, status: u16| served.post(&ada, path, body).problem(status);
    post("/graph/paths", json!({}).into(), 400);
    post("/graph/paths", json!({ "from": 3 }).into(), 400);
    post("/graph/paths", json!({ "from": [], "filter": [1] }).into(), 400);
    post("/graph/neighbourhood", json!({ "ids": [], "hops": 99 }).into(), 400);
    post("/graph/neighbourhood", json!({ "filter": { "no_such": 1 } }).into(), 400);
    post("/exports", json!({ "format": "docx" }).into(), 400);
    post("/charts", Body::Raw("application/json", "{".to_owned()), 400);
    post("/charts", Body::Raw("text/plain", "{}".to_owned()), 415);
    let large = json!({ "name": "a", "document": { "notes": "x".repeat(3 << 20) } });
    post("/charts", large.into(), 413);
    post(
        "/users",
        json!({ "name": "eve", "password": "short", "role": "reader", "tlp_max": "clear" }).into(),
        400,
    );
    post(
        "/users",
        json!({ "name": "eve", "password": PASSWORD, "role": "owner", "tlp_max": "clear" }).into(),
        400,
    );
    served.ask(&ada, "DELETE", "/api/v1/search", Body::Nothing).problem(405);
    served.ask(&ada, "DELETE", "/api/v1/users/ada", Body::Nothing).problem(409);
}

#[test]
fn nothing_that_can_be_asked_is_the_node_s_fault() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let thing = string(&served.get(&ada, "/search?q=quietroom").json()["objects"][0]["id"]);
    let queries = [
        "%00",
        "%22",
        "%22%22%22",
        "*",
        "-",
        "a*%22b",
        "NEAR(a%20b)",
        "a%20OR",
        "AND",
        "%28",
        "%5E",
        "%7B",
        "%27%3B--",
        "%F0%9F%A6%89",
        "%E2%80%AE",
        "http%3A%2F%2F",
        "%5B%3A%3A",
        "999.999.999.999",
        "1e309",
        "0.0.0.0%2F0",
        "%25",
    ];
    for query in queries {
        served.get(&ada, &format!("/search?q={query}")).json();
        served.get(&ada, &format!("/search?q={query}&kind={query}&limit=0")).json();
    }
    let many = u64::MAX;
    let paths = [
        format!("/search?q=a&cursor={many}.{many}"),
        "/search?q=a&cursor=-1.-1".to_owned(),
        format!("/search?q=a&limit={many}&as_of=4294967295"),
        "/search?q=a&as_of=0".to_owned(),
        "/search?q=a&as_of=-9999-01-01T00:00:00Z".to_owned(),
        format!("/objects/{thing}?as_of=0"),
        format!("/objects/{thing}/links?cursor={many}&limit={many}&kind=%00"),
        "/objects/--".to_owned(),
        "/objects/%00".to_owned(),
        "/claims/0".to_owned(),
        "/claims/4294967295".to_owned(),
        "/imports/..%2F..%2Fnode.key".to_owned(),
        "/imports/..%2F..%2Fnode.key/rejects.jsonl".to_owned(),
        "/charts/%00".to_owned(),
    ];
    for path in paths {
        let answer = served.get(&ada, &path);
        assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.text);
    }
    let bodies = [
        ("/graph/neighbourhood", json!({ "ids": [thing, thing], "hops": 12, "limit": many })),
        (
            "/graph/neighbourhood",
            json!({ "ids": [thing], "hops": 1, "limit": 0, "filter": { "link_kinds": [] } }),
        ),
        (
            "/graph/neighbourhood",
            json!({ "ids": [thing], "hops": 1, "filter": { "from": "-9999-01-01T00:00:00Z" } }),
        ),
        (
            "/graph/neighbourhood",
            json!({ "ids": [thing], "hops": 1, "filter": { "from": "2030-01-01T00:00:00Z", "to": "1900-01-01T00:00:00Z" } }),
        ),
        ("/graph/neighbourhood", json!({ "ids": [thing], "hops": 1, "filter": { "tlp_max": "purple" } })),
        ("/graph/paths", json!({ "from": [thing], "to": [thing], "count": many })),
        ("/graph/paths", json!({ "from": [thing], "to": [thing], "count": 0 })),
        ("/graph/common", json!({ "ids": [thing, thing] })),
        ("/graph/component", json!({ "id": thing, "limit": 0 })),
        ("/exports", json!({ "format": "graphml", "ids": [], "hops": 4_294_967_295_u32 })),
        ("/exports", json!({ "format": "csv", "ids": [thing, thing] })),
        ("/tokens", json!({ "name": "\u{0}" })),
        ("/tokens", json!({ "name": "a", "days": 65_535 })),
        ("/charts", json!({ "name": " ", "document": null })),
    ];
    for (path, body) in bodies {
        let answer = served.post(&ada, path, body.clone());
        assert!(answer.status < 500, "{path} {body}: {} {}", answer.status, answer.text);
    }
}

#[test]
fn pages_are_complete_and_do_not_overlap() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let all = pages(&served, &ada, "/search?q=lantern&limit=500", "objects", "/id");
    assert!(all.len() > 4, "{all:?}");
    let paged = pages(&served, &ada, "/search?q=lantern&limit=2", "objects", "/id");
    assert_eq!(paged.iter().collect::<BTreeSet<_>>().len(), paged.len(), "none twice");
    assert_eq!(BTreeSet::from_iter(paged), BTreeSet::from_iter(all));
    let thing = string(&served.get(&ada, "/search?q=quietroom").json()["objects"][0]["id"]);
    let all = pages(&served, &ada, &format!("/objects/{thing}/links?limit=500"), "links", "/edge/claim");
    let paged = pages(&served, &ada, &format!("/objects/{thing}/links?limit=1"), "links", "/edge/claim");
    assert!(all.len() > 1);
    assert_eq!(paged, all);
}

/// A member of every item of every page.
fn pages(served: &Served, who: &Who, path: &str, list: &str, member: &str) -> Vec<String> {
    let (mut items, mut cursor) = (Vec::new(), None);
    loop {
        let path = cursor.map_or(path.to_owned(), |cursor: String| format!("{path}&cursor={cursor}"));
        let page = served.get(who, &path).json();
        items.extend(array(&page[list]).iter().map(|item| item.pointer(member).unwrap().to_string()));
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return items;
        }
        assert!(items.len() < 10_000, "pages without end");
    }
}

#[test]
fn guessing_passwords_is_slowed_down() {
    let (_node, served) = empty();
    served.administrator();
    let refused = (0..30).map(|_| served.sign_in("ada", "guessed")).find(|answer| answer.status == 429);
    refused.expect("at most a few a minute").problem(429);
    served.sign_in("ada", PASSWORD).problem(429);
    assert_eq!(served.sign_in("nobody", PASSWORD).status, 401, "others are not locked out");
}

#[test]
fn a_spray_of_names_keeps_nobody_out() {
    let (_node, served) = empty();
    served.administrator();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let served = &served;
            scope.spawn(move || {
                for one in 0..4 {
                    let name = format!("{}{thread}-{one}", "x".repeat(50_000));
                    let answer = served.sign_in(&name, "guessed");
                    answer.problem(if answer.status == 429 { 429 } else { 401 });
                }
            });
        }
        assert_eq!(served.sign_in("ada", PASSWORD).status, 200);
    });
}

#[test]
fn health_is_open_and_metrics_name_nobody() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let page = served.get(&ada, "/search?q=quietroom").json();
    let thing = string(&page["objects"][0]["id"]);
    served.get(&ada, &format!("/objects/{thing}"));
    served.ask(&Who::default(), "GET", &format!("/{thing}/guessed"), Body::Nothing);
    let health = served.ask(&Who::default(), "GET", "/healthz", Body::Nothing);
    assert_eq!((health.status, health.text.as_str()), (200, "ok\n"));
    let metrics = served.ask(&Who::default(), "GET", "/metrics", Body::Nothing);
    assert_eq!(metrics.status, 200);
    assert!(metrics.text.contains("entente_claims ") && metrics.text.contains("/api/v1/objects/{id}"));
    for told in [thing.as_str(), "--", "ada", "quietroom", "guessed", "demo"] {
        assert!(!metrics.text.contains(told), "`{told}` in {}", metrics.text);
    }
}

#[test]
fn what_another_process_imports_is_seen() {
    let (node, served) = empty();
    let ada = served.administrator();
    let file = node.file("green.json", &green_story());
    node.import(&[&file, "--source", "Green list"]);
    until("search by value", || {
        !array(&served.get(&ada, "/search?q=open-panel[.]example").json()["objects"]).is_empty()
    });
    until("search by word", || !array(&served.get(&ada, "/search?q=kestrel").json()["objects"]).is_empty());
    let body = || json!({ "ids": [id("malware", 1)], "hops": 3, "filter": { "hubs": "expand" } });
    until("neighbourhood", || {
        let around = served.post(&ada, "/graph/neighbourhood", body()).json();
        array(&around["vertices"]).iter().any(|vertex| vertex["label"] == "198.51.100.7")
    });
    // And the other way: the command line sees an upload.
    served.upload(&ada, "?source=a", "a.txt", "tawny-owl.example\n");
    assert_eq!(node.found("tawny-owl[.]example")[0], "tawny-owl.example");
    assert_eq!(node.json(&["audit", "verify"])["holds"], true);
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    // The limit on requests is 50 a second: each turn waits for an answer, and the condition soon holds.
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}: not within 20 s");
    }
}

#[test]
fn every_answer_carries_the_security_headers() {
    let (_node, served) = demo();
    let ada = served.administrator();
    for path in
        ["/", "/search", "/api/v1/stats", "/api/v1/none", "/api/v1/openapi.json", "/healthz", "/none.js"]
    {
        let answer = served.ask(&ada, "GET", path, Body::Nothing);
        let header = |name: &str| answer.header(name);
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("geolocation=()"), "{path}");
        policy(header("content-security-policy"));
        if path.starts_with("/api/") {
            assert_eq!(header("cache-control"), "no-store", "{path}");
        }
    }
}

/// Nothing from elsewhere, no frames, no inline script but by digest (CSP level 3).
fn policy(text: &str) {
    let directive = |name: &str| {
        let directives = text.split(';').filter_map(|one| one.trim().split_once(' '));
        directives
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
            .next()
            .unwrap_or_default()
    };
    assert_eq!(directive("default-src"), "'self'");
    for none in ["object-src", "frame-ancestors"] {
        assert_eq!(directive(none), "'none'", "{none}");
    }
    for own in ["base-uri", "form-action"] {
        assert_eq!(directive(own), "'self'", "{own}");
    }
    let scripts = directive("script-src");
    assert!(
        scripts.split(' ').all(|source| source == "'self'" || source.starts_with("'sha256-")),
        "{scripts}"
    );
    assert!(!text.contains("http:") && !text.contains("https:") && !text.contains('*'), "{text}");
}
