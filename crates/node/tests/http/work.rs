//! Uploads, charts, pages, and a second process at work in the same folder.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::node::{Node, array, id, string};
use crate::served::{Body, Served, Who, multipart};
use crate::sight::green_story;
use crate::{demo, empty};

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
fn an_upload_is_refused_before_its_body_is_taken() {
    let node = Node::new();
    let served = node.serve_with(&["--upload-limit", "64KiB"]);
    let ada = served.administrator();
    assert_eq!(served.get(&ada, "/imports/limits").json(), json!({ "upload_bytes": 65_536 }));
    let large = "192.0.2.1\n".repeat(8_000);
    let wrong = served.post(&ada, "/imports?tlp=purple", multipart("a.txt", &large)).problem(400);
    assert!(string(&wrong["detail"]).contains("purple"), "the option is looked at first: {wrong}");
    let refused = served.post(&ada, "/imports", multipart("a.txt", &large)).problem(413);
    for said in ["64 KiB", "entente import", "--upload-limit"] {
        assert!(string(&refused["detail"]).contains(said), "{said} in {refused}");
    }
    let unsent = served.refused_unsent(&ada, "/api/v1/imports", 1 << 40);
    assert!(unsent.starts_with("HTTP/1.1 413 "), "without a byte of the body: {unsent}");
    let chunked = served.chunked(&ada, "/api/v1/imports", &"192.0.2.1\n".repeat(6_700));
    assert!(chunked.starts_with("HTTP/1.1 413 "), "nor when its length is not said: {chunked}");
    let left = std::fs::read_dir(node.data().join("incoming")).map_or(0, Iterator::count);
    assert_eq!((array(&served.get(&ada, "/imports").json()).len(), left), (0, 0), "nothing is left of them");
    served.upload(&ada, "", "a.txt", "192.0.2.1\n");
}

#[test]
fn an_export_is_sent_as_it_is_written_and_whole() {
    let node = Node::new();
    let lines: String = (0..20_000).map(|number| format!("bird-{number}.example\n")).collect();
    node.import(&[&node.file("a.txt", &lines), "--source", "a"]);
    let served = node.serve();
    let ada = served.administrator();
    let export = |format: &str| {
        let answer = served.post(&ada, "/exports", json!({ "format": format }));
        assert_eq!((answer.status, answer.header("content-length")), (200, ""), "its length is not known");
        assert!(answer.text.contains("bird-19999.example"), "{format} is whole");
        answer
    };
    let stix = export("stix").json();
    let domains = array(&stix["objects"]).iter().filter(|object| object["type"] == "domain-name");
    assert!(domains.count() >= 20_000);
    assert!(export("csv").text.lines().filter(|line| line.contains("bird-")).count() >= 20_000);
    assert!(export("graphml").text.trim_end().ends_with("</graphml>"));
    served.post(&ada, "/exports", json!({ "format": "stix", "ids": [id("malware", 9)] })).problem(404);
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
