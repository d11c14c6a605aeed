//! Two organisations, one signed agreement, live disclosure: real processes, real TLS on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod canaries;
mod canary;
#[path = "../node/mod.rs"]
mod node;
mod pair;

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use node::{array, id, malware, relationship, string};
use pair::{Pair, domain, serve, wait};

fn ids(objects: &[Value]) -> Vec<String> {
    objects.iter().map(|object| string(&object["id"])).collect()
}

#[test]
fn what_is_agreed_arrives_in_its_agreed_form_and_nothing_else_does() {
    let pair = Pair::agreed(|_| {});
    let _serving = pair.serve();
    let mut wren = malware(1, "Wren", 2);
    wren["description"] = json!("what only the company may read");
    let person = json!({
        "type": "identity", "spec_version": "2.1", "id": id("identity", 9), "name": "Nobody Known",
        "identity_class": "individual", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    });
    let uses = relationship(3, &id("malware", 1), "communicates-with", &id("domain-name", 2));
    pair.learn("first.json", &[wren, person, domain(2, "wick.lamp-relay.example"), uses]);
    let seen = pair.arrived(&id("relationship", 3));
    let claim = &array(&seen["claims"])[0];
    assert_eq!((&claim["source"], &claim["tlp"]), (&json!("company"), &json!("green")), "{seen}");
    let told = pair.police_export();
    let wren = told.iter().find(|object| object["id"] == id("malware", 1)).expect("it arrived");
    assert_eq!(wren["name"], "Wren");
    assert!(wren.get("description").is_none(), "free text is withheld: {wren}");
    assert!(!ids(&told).contains(&id("identity", 9)), "{:?}", ids(&told));
    pair.settled();
    assert_eq!(pair.company.json(&["audit", "verify"])["holds"], true);
    assert_eq!(pair.police.json(&["audit", "verify"])["holds"], true);
}

#[test]
fn without_everybodys_signature_nothing_is_told() {
    let mut pair = Pair::strangers();
    let file = pair.draft(|_| {});
    pair.company.json(&["agreement", "sign", &file, "--as", "company"]);
    let (_company, _police) = pair.serve();
    pair.learn("first.json", &[malware(1, "Wren", 2)]);
    // The police sign at last, and their node tells the company's. What was learned before that is not covered.
    pair.police.json(&["agreement", "sign", &file, "--as", "police"]);
    wait("the police's signature at the company", || {
        let list = pair.company.json(&["agreement", "list"]);
        (array(&list)[0]["standing"] == "in_force").then_some(())
    });
    pair.learn("second.json", &[malware(2, "Rook", 2)]);
    pair.arrived(&id("malware", 2));
    assert!(pair.known_to_police(&id("malware", 1)).is_none());
}

#[test]
fn an_invitation_brings_the_agreement_once() {
    let mut pair = Pair::strangers();
    let file = pair.draft(|_| {});
    pair.company.json(&["agreement", "sign", &file, "--as", "company"]);
    let company = serve(&pair.company);
    let at = ["--party", "police", "--at", &company.partners];
    let made = pair.company.json(&[&["agreement", "invite", &pair.id], &at[..]].concat());
    let link = string(&made["link"]);
    let fetched = pair.police.json(&["agreement", "fetch", &link]);
    assert_eq!(fetched["agreement"]["id"], json!(pair.id), "{fetched}");
    assert!(!pair.police.run(&["agreement", "fetch", &link]).status.success(), "it works once");
    pair.police.json(&["agreement", "sign", &pair.id, "--as", "police", "-o", "/dev/null"]);
    let _police = serve(&pair.police);
    pair.learn("first.json", &[malware(1, "Wren", 2)]);
    wait("the police's signature at the company", || {
        let list = pair.company.json(&["agreement", "list"]);
        (array(&list)[0]["standing"] == "in_force").then_some(())
    });
    pair.learn("second.json", &[malware(2, "Rook", 2)]);
    pair.arrived(&id("malware", 2));
}

#[test]
fn nothing_is_told_after_termination() {
    let pair = Pair::agreed(|_| {});
    let _serving = pair.serve();
    pair.learn("first.json", &[malware(1, "Wren", 2)]);
    pair.arrived(&id("malware", 1));
    let ended = pair.company.json(&["agreement", "terminate", &pair.id, "--reason", "it is over"]);
    assert_eq!(ended["standing"], "terminated");
    pair.learn("second.json", &[malware(2, "Rook", 2)]);
    wait("the notice at the police", || {
        let list = pair.police.json(&["agreement", "list"]);
        (array(&list)[0]["standing"] == "terminated").then_some(())
    });
    // The notice was answered after whatever else could have been on the wire.
    let status = pair.settled();
    assert!(pair.known_to_police(&id("malware", 2)).is_none(), "{status}");
}

#[test]
fn what_is_withdrawn_is_recalled_and_the_recall_is_answered() {
    let pair = Pair::agreed(|_| {});
    let _serving = pair.serve();
    pair.learn("first.json", &[malware(1, "Wren", 2), malware(2, "Rook", 2)]);
    pair.arrived(&id("malware", 1));
    pair.arrived(&id("malware", 2));
    let mut revoked = malware(1, "Wren", 3);
    revoked["revoked"] = json!(true);
    pair.learn("second.json", &[revoked]);
    wait("the recall", || pair.known_to_police(&id("malware", 1)).is_none().then_some(()));
    let status = pair.settled();
    assert_eq!(status["open_notices"], 0, "{status}");
    assert!(pair.known_to_police(&id("malware", 2)).is_some());
}

#[test]
fn a_node_with_another_key_is_not_spoken_to() {
    let pair = Pair::agreed(|_| {});
    let company = serve(&pair.company);
    // Somebody else listens where the company's node should be.
    let stranger = node::Node::new();
    let impostor = serve(&stranger);
    pair.police.json(&["peer", "add", "company", "--at", &impostor.partners]);
    let _police = serve(&pair.police);
    pair.learn("first.json", &[malware(1, "Wren", 2)]);
    wait("something on the wire", || (pair.status()["told"] != 0).then_some(()));
    assert_eq!(pair.status()["acknowledged"], 0);
    pair.meet(&company);
    pair.arrived(&id("malware", 1));
}

#[test]
fn strangers_who_crowd_the_door_keep_no_partner_from_hearing() {
    let pair = Pair::agreed(|_| {});
    let (company, police) = pair.serve();
    pair.learn("first.json", &[malware(1, "Wren", 2)]);
    pair.arrived(&id("malware", 1));
    drop(police);
    // More than may be there at once without a partner's key, none of whom says anything.
    let crowd: Vec<TcpStream> =
        (0..300).map(|_| TcpStream::connect(&company.partners).expect("the kernel lets them in")).collect();
    let mut first = crowd.first().expect("there are some");
    // Half of what they have to shake hands, after which any would be closed.
    first.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let closed = match first.read(&mut [0; 1]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    };
    assert!(closed, "others have come since");
    // Who comes last finds a place, and shows who it is.
    let _police = serve(&pair.police);
    pair.learn("second.json", &[malware(2, "Rook", 2)]);
    pair.arrived(&id("malware", 2));
}

#[test]
fn kills_on_either_side_lose_nothing_and_repeat_nothing() {
    const ROUNDS: u32 = 6;
    const EACH: u32 = 20;
    let pair = Pair::agreed(|_| {});
    let mut company = serve(&pair.company);
    pair.meet(&company);
    let mut police = serve(&pair.police);
    for round in 0..ROUNDS {
        let objects: Vec<Value> = (round * EACH..(round + 1) * EACH)
            .map(|number| malware(number, &format!("bird {number}"), 2))
            .collect();
        pair.learn(&format!("round{round}.json"), &objects);
        if round % 2 == 0 {
            drop(police);
            police = serve(&pair.police);
        } else {
            drop(company);
            company = serve(&pair.company);
            pair.meet(&company);
        }
    }
    for number in 0..ROUNDS * EACH {
        pair.arrived(&id("malware", number));
    }
    let status = pair.settled();
    // One statement of the flow, and each object once.
    assert_eq!(status["told"], json!(ROUNDS * EACH + 1), "{status}");
    let claims = pair.police.json(&["stats"])["claims"].as_u64().unwrap();
    assert_eq!(claims, u64::from(ROUNDS * EACH + 1));
    assert_eq!(pair.police.json(&["audit", "verify"])["holds"], true);
    drop((company, police));
}
