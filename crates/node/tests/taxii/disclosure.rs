//! What TAXII answers is what was released, for as long as it may be told, and nothing else.

use serde_json::{Value, json};

use crate::asker::{Answer, Asker, Desk, token};
use crate::canaries::{Canaries, read_all};
use crate::node::{id, malware, string};
use crate::pair::{serve, wait};

#[test]
fn what_is_told_has_its_agreed_form() {
    let desk = Desk::open(|_| {});
    let mut wren = malware(1, "Wren", 2);
    wren["description"] = json!("what only the company may read");
    desk.pair.learn("first.json", &[wren]);
    desk.told(&id("malware", 1));
    let page = desk.police.get(&format!("{}objects/{}/", desk.collection("attacks"), id("malware", 1)));
    let told = &page.json()["objects"][0];
    assert_eq!((&told["name"], told.get("description")), (&json!("Wren"), None), "{told}");
}

/// Every answer there is, to every question, as bytes with its head.
fn everything(police: &Asker) -> Vec<(String, Vec<u8>)> {
    let mut paths = ["/taxii2/", "/exchange/", "/exchange/collections/"].map(str::to_owned).to_vec();
    let all = police.get("/exchange/collections/").json();
    for collection in all["collections"].as_array().into_iter().flatten() {
        let path = format!("/exchange/collections/{}/", string(&collection["id"]));
        for rest in
            ["", "manifest/", "objects/", "objects/?match[version]=all", "manifest/?match[version]=all"]
        {
            paths.push(format!("{path}{rest}"));
        }
        let manifest = police.get(&format!("{path}manifest/?match[version]=all")).json();
        for record in manifest["objects"].as_array().into_iter().flatten() {
            let object = format!("{path}objects/{}/", string(&record["id"]));
            paths.extend([format!("{object}versions/"), object]);
        }
        paths.push(format!("{path}objects/?limit=0"));
        paths.push(format!("{path}objects/malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/"));
    }
    paths.into_iter().map(|path| (path.clone(), whole(&police.get(&path)))).collect()
}

fn whole(answer: &Answer) -> Vec<u8> {
    let mut bytes = format!("{:?}", answer.headers).into_bytes();
    bytes.extend_from_slice(&answer.body);
    bytes
}

#[test]
fn no_withheld_value_is_in_any_byte_of_any_answer() {
    let desk = Desk::open(|_| {});
    let (canaries, objects) = Canaries::planted();
    desk.pair.learn("canaries.json", &objects);
    desk.pair.learn("last.json", &[malware(999, "Wren", 2)]);
    desk.told(&id("malware", 999));
    // Asking for what is withheld by its own id tells nothing either.
    let attacks = desk.collection("attacks");
    let mut places = everything(&desk.police);
    assert!(places.len() > 40, "{}", places.len());
    for object in &objects {
        let path = format!("{attacks}objects/{}/", string(&object["id"]));
        places.push((path.clone(), whole(&desk.police.get(&path))));
    }
    places.push(("what the node said".to_owned(), desk.serving.said().into_bytes()));
    let data = desk.pair.company.data();
    drop(desk.serving);
    read_all(&data.join("exchange.sqlite"), &mut places);
    read_all(&data.join("exchange.sqlite-wal"), &mut places);
    canaries.needles().are_not_in(&places, &data);
}

#[test]
fn nothing_is_told_after_termination() {
    let desk = Desk::open(|_| {});
    desk.pair.learn("first.json", &[malware(1, "Wren", 2)]);
    desk.told(&id("malware", 1));
    let attacks = desk.collection("attacks");
    let unknown = desk.police.get("/exchange/collections/8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/");
    desk.pair.company.json(&["agreement", "terminate", &desk.pair.id, "--reason", "it is over"]);
    // The very next request is answered as if there had never been anything.
    for path in ["", "objects/", "manifest/", &format!("objects/{}/", id("malware", 1))] {
        let answer = desk.police.get(&format!("{attacks}{path}"));
        assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{path}");
    }
    assert_eq!(desk.police.get("/exchange/collections/").json(), json!({}));
    let pushed =
        desk.police.post(&format!("{attacks}objects/"), &json!({ "objects": [malware(2, "Rook", 2)] }));
    assert_eq!(pushed.status, 404);
}

#[test]
fn nothing_is_told_while_it_is_suspended() {
    let desk = Desk::open(|_| {});
    desk.pair.learn("first.json", &[malware(1, "Wren", 2)]);
    desk.told(&id("malware", 1));
    let objects = format!("{}objects/", desk.collection("attacks"));
    desk.pair.company.json(&["agreement", "suspend", &desk.pair.id]);
    assert_eq!(desk.police.get(&objects).status, 404);
    desk.pair.company.json(&["agreement", "resume", &desk.pair.id]);
    assert!(desk.police.get(&objects).ids().contains(&id("malware", 1)));
}

#[test]
fn what_is_withdrawn_is_not_told_again() {
    let desk = Desk::open(|_| {});
    desk.pair.learn("first.json", &[malware(1, "Wren", 2), malware(2, "Rook", 2)]);
    desk.told(&id("malware", 2));
    let mut revoked: Value = malware(1, "Wren", 3);
    revoked["revoked"] = json!(true);
    desk.pair.learn("second.json", &[revoked]);
    let attacks = desk.collection("attacks");
    let object = format!("{attacks}objects/{}/", id("malware", 1));
    wait("the withdrawal", || (desk.police.get(&object).status == 404).then_some(()));
    let all = desk.police.get(&format!("{attacks}objects/?match[version]=all")).ids();
    assert!(all.contains(&id("malware", 2)) && !all.contains(&id("malware", 1)), "{all:?}");
}

#[test]
fn a_token_speaks_for_its_own_party_only() {
    let desk = Desk::open(|_| {});
    desk.pair.learn("first.json", &[malware(1, "Wren", 2)]);
    desk.told(&id("malware", 1));
    // The police's node has an agreement with the company too, in which it is the one who is told.
    let police = crate::asker::serve_taxii(&desk.pair.police);
    let company = Asker::of(&police, &token(&desk.pair.police, "company"));
    let own = company.collection("attacks");
    assert_eq!(company.get(&format!("{own}objects/")).status, 403, "what they tell they write");
    assert_eq!(company.with(&desk.police.secret).get("/taxii2/").status, 401);
    // Who is a partner for one node is nobody for another.
    let stranger = crate::node::Node::new();
    let serving = serve(&stranger);
    assert!(serving.announced["taxii"].is_null(), "nobody asked for a TAXII server");
}
