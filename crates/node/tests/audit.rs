//! The audit commands: a log that holds or names what does not, and proofs that are checked elsewhere.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod node;

use entente_ledger::{Cosigner, Signer};
use entente_store::NodeKey;
use entente_store::exchange::{
    AgreementHash, Append, Beside, Exchange, ItemKind, NewItem, PartnerEdit, PartyId, ReleasedObject, Seq,
};
use node::{Node, id, malware, string};
use serde_json::Value;

#[test]
fn a_changed_byte_is_found_and_its_leaf_named() {
    let node = Node::new();
    for number in 1..=4 {
        let file = node.file("a.json", &malware(number, &format!("bird number {number}"), 2).to_string());
        node.import(&[&file, "--source", "a"]);
    }
    let holds = node.json(&["audit", "verify"]);
    assert_eq!((&holds["holds"], &holds["leaves"]), (&true.into(), &4.into()));
    flip(&node, b"bird number 3");
    let output = node.run(&["audit", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("Leaf 2 does not hold"), "{said}");
    let output = node.run(&["audit", "verify", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&said["holds"], &said["first_bad_leaf"]), (&false.into(), &2.into()), "{said}");
}

/// Changes the last byte of every place where the claims hold `text`.
fn flip(node: &Node, text: &[u8]) {
    let mut changed = 0;
    for name in ["claims.sqlite", "claims.sqlite-wal"] {
        let path = node.data().join(name);
        let Ok(mut bytes) = std::fs::read(&path) else { continue };
        let places: Vec<usize> =
            (0..bytes.len().saturating_sub(text.len())).filter(|at| bytes[*at..].starts_with(text)).collect();
        for place in &places {
            bytes[place + text.len() - 1] ^= 4;
        }
        changed += places.len();
        std::fs::write(&path, bytes).unwrap();
    }
    assert!(changed > 0, "the claims hold the text");
}

/// What a node told the police, by its exchange: one item, proven by a file that the police has signed for.
fn told(node: &Node) -> (String, [String; 2]) {
    let at = jiff::Timestamp::from_second(1_767_225_600).unwrap();
    let seed: [u8; 32] = std::fs::read(node.data().join("node.key")).unwrap().try_into().unwrap();
    let exchange = Exchange::open(&node.data(), &NodeKey { name: "entente.invalid", seed: &seed }).unwrap();
    let police = || PartyId::from("police");
    let edit = PartnerEdit { party: police(), name: "Police".to_owned(), endpoint: None, pins: Vec::new() };
    exchange.put_partner(&edit, at).unwrap();
    let item = |name: &str| NewItem {
        kind: ItemKind::Release,
        flow: Some("a1/incidents".into()),
        object: Some(ReleasedObject { id: id("malware", 1).parse().unwrap(), version: None }),
        body: format!("{{\"name\":\"{name}\"}}").into_bytes(),
        agreement: AgreementHash([10; 32]),
        clauses: vec!["3.2".into()],
        claim: None,
        original: None,
        concerns: Vec::new(),
        referral: None,
    };
    let items = vec![item("kestrel"), item("heron")];
    let append = Append {
        partner: police(),
        cursor: None,
        items,
        limits: Vec::new(),
        beside: Beside::default(),
        now: at,
        seed: [3; 32],
    };
    exchange.append(append).unwrap();
    exchange.settle();
    let recipient = Cosigner::new("police.example", &[4; 32]).unwrap();
    let (note, key) =
        (exchange.checkpoint(&police()).unwrap().unwrap(), exchange.log_key(&police()).unwrap());
    let cosigned = recipient.cosign(&note, &key, 1_767_225_700).unwrap();
    exchange.keep_cosigned(&police(), recipient.public(), &cosigned, at).unwrap();
    let proof = exchange.proof(&police(), Seq(2)).unwrap().unwrap().to_text();
    let sender = Signer::new("entente.invalid", &seed).unwrap().verifier().to_string();
    (proof, [sender, recipient.public().to_string()])
}

#[test]
fn a_proof_is_checked_with_nothing_but_the_file_and_the_keys() {
    let node = Node::new();
    node.import(&[&node.file("a.json", &malware(1, "kestrel", 2).to_string()), "--source", "a"]);
    let (proof, [sender, recipient]) = told(&node);
    let file = node.file("proof.json", &proof);
    // Somebody else's machine: no data folder, and none is made.
    let elsewhere = Node::new();
    let check = ["audit", "verify-proof", &file, "--key", &sender];
    let with_receipt = [&check[..], &["--key", &recipient]].concat();
    let said = elsewhere.json(&with_receipt);
    assert_eq!(
        (&said["holds"], &said["to"], &said["seq"]),
        (&true.into(), &"police".into(), &2.into()),
        "{said}"
    );
    assert_eq!((&said["clauses"][0], &said["receipt_at"]), (&"3.2".into(), &1_767_225_700.into()));
    assert_eq!(string(&said["released"]), "{\"name\":\"heron\"}");
    assert!(elsewhere.json(&check)["receipt_at"].is_null());
    let text = String::from_utf8(elsewhere.run(&with_receipt).stdout).unwrap();
    for part in
        ["The proof holds", "police", "3.2", "0a0a0a", "by `police.example` at 2026-01-01T00:01:40Z", "heron"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!elsewhere.data().exists());
    let forged = node.file("forged.json", &proof.replace("heron", "egret"));
    let output = elsewhere.run(&["audit", "verify-proof", &forged, "--key", &sender]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("The proof does not hold: "), "{said}");
    let output = elsewhere.run(&["audit", "verify-proof", &file, "--key", &recipient, "--json"]);
    assert!(!output.status.success(), "the recipient's key is not the sender's");
}

#[test]
fn a_partners_log_that_does_not_hold_is_named() {
    let node = Node::new();
    node.import(&[&node.file("a.json", &malware(1, "kestrel", 2).to_string()), "--source", "a"]);
    told(&node);
    let holds = node.json(&["audit", "verify"]);
    let partner = &holds["partners"][0];
    assert_eq!(
        (&partner["partner"], &partner["leaves"], &partner["items"]),
        (&"police".into(), &1.into(), &2.into())
    );
    let tile = node.data().join("ledger/partners/1/tile/0/000.p/1");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[5] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let output = node.run(&["audit", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("Leaf 0 of the log of `police` does not hold"), "{said}");
}
