//! What a partner's log proves of what it was told, and what it does not give away.

mod wired;

use std::path::Path;

use entente_ledger::{Checkpoint, Continuation, Cosigner, CosignerKey, Signer, Verifier};
use entente_store::disclosure::{self, ProofFault, Receipt};
use entente_store::exchange::{Alarm, AlarmKind, Append, Exchange, FirstBadItem, ItemState, Seq};
use rusqlite::Connection;
use wired::*;

const SECRET: &str = "{\"type\":\"malware\",\"name\":\"canary name\"}";

/// The company's key as it stands in an agreement.
fn company() -> Verifier {
    Signer::new(KEY.name, KEY.seed).unwrap().verifier().clone()
}

fn police_key() -> Cosigner {
    Cosigner::new("police.example", &[4; 32]).unwrap()
}

fn told() -> (tempfile::TempDir, Exchange) {
    let (folder, exchange) = open();
    exchange.append(telling((1..=5).map(|no| release(no, 1, &format!("body {no}"))).collect())).unwrap();
    exchange
        .append(telling(vec![release(6, 1, "before"), release(7, 1, SECRET), release(8, 1, "after")]))
        .unwrap();
    exchange.append(telling(vec![recall(&[2])])).unwrap();
    exchange.append(Append { partner: bank(), ..telling(vec![release(1, 1, "for the bank")]) }).unwrap();
    exchange.settle();
    (folder, exchange)
}

fn cosign(exchange: &Exchange) {
    let note = exchange.checkpoint(&police()).unwrap().unwrap();
    let cosigned = police_key().cosign(&note, &exchange.log_key(&police()).unwrap(), 1_767_300_000).unwrap();
    assert_eq!(
        exchange.keep_cosigned(&police(), police_key().public(), &cosigned, at(5)).unwrap(),
        1_767_300_000
    );
}

fn proof(exchange: &Exchange, seq: u64) -> String {
    exchange.proof(&police(), Seq(seq)).unwrap().unwrap().to_text()
}

#[test]
fn a_proof_needs_nothing_but_the_file_and_the_keys() {
    let (_folder, exchange) = told();
    let file = proof(&exchange, 7);
    drop(exchange);
    let disclosed = disclosure::verify(file.as_bytes(), &company(), None).unwrap();
    assert_eq!((disclosed.released.as_str(), disclosed.to, disclosed.seq), (SECRET, police(), Seq(7)));
    assert_eq!((disclosed.agreement, disclosed.clauses.len()), (AGREEMENT, 2));
    assert_eq!((disclosed.log.as_str(), disclosed.leaf, disclosed.size), ("company.example/to/police", 1, 3));
    assert_eq!((disclosed.object, disclosed.version), (Some(id(7).to_string()), Some(day(1))));
    assert_eq!((disclosed.flow, disclosed.receipt), (Some(flow()), Receipt::NotAsked));
    for other in ["before", "after", "body", "bank"] {
        assert!(!file.contains(other), "a proof tells nothing of anything else: {other}");
    }
}

#[test]
fn every_item_can_be_proven_also_with_the_recipients_receipt() {
    let (_folder, exchange) = told();
    cosign(&exchange);
    exchange.append(telling(vec![observable(9, "later")])).unwrap();
    for seq in 1..=9 {
        let file = proof(&exchange, seq);
        let disclosed = disclosure::verify(file.as_bytes(), &company(), Some(police_key().public())).unwrap();
        assert_eq!((disclosed.size, disclosed.receipt), (3, Receipt::Cosigned(1_767_300_000)), "item {seq}");
        disclosure::verify(file.as_bytes(), &exchange.log_key(&police()).unwrap(), None).unwrap();
    }
    let later = proof(&exchange, 10);
    assert_eq!(disclosure::verify(later.as_bytes(), &company(), None).unwrap().size, 4);
    let unsigned = disclosure::verify(later.as_bytes(), &company(), Some(police_key().public()));
    assert_eq!(unsigned, Err(ProofFault::NoReceipt("police.example".to_owned())));
    assert!(exchange.proof(&police(), Seq(11)).unwrap().is_none());
    let note = exchange.checkpoint(&police()).unwrap().unwrap();
    exchange.keep_cosigned(&police(), police_key().public(), &note, at(6)).expect_err("it is not cosigned");
}

#[test]
fn any_changed_byte_of_a_proof_is_noticed() {
    let (_folder, exchange) = told();
    cosign(&exchange);
    let file = proof(&exchange, 7).into_bytes();
    let key = CosignerKey::parse(&police_key().public().to_string()).unwrap();
    disclosure::verify(&file, &company(), Some(&key)).unwrap();
    for place in 0..file.len() {
        for flip in [1, 4, 0x20, 0x80] {
            let mut changed = file.clone();
            changed[place] ^= flip;
            let verified = disclosure::verify(&changed, &company(), Some(&key));
            assert!(verified.is_err(), "byte {place} of {}", String::from_utf8_lossy(&changed));
        }
    }
    for length in 0..file.len() {
        assert!(disclosure::verify(&file[..length], &company(), None).is_err());
    }
    let text = String::from_utf8(file).unwrap();
    for (one, other) in [
        ("\"added\": \"2026-01-01T00:01:40.000006Z\"", "\"added\": \"2026-01-01T00:01:40.000006001Z\""),
        ("\"seq\": 7", "\"seq\": 8"),
        ("\"to\": \"police\"", "\"to\": \"bank\""),
        ("\"kind\": \"release\"", "\"kind\": \"recall\""),
        ("  \"seq\"", "  \"extra\": 1,\n  \"seq\""),
        ("canary name", "canary\\u0020name"),
    ] {
        assert!(text.contains(one), "{one} in {text}");
        assert!(
            disclosure::verify(text.replace(one, other).as_bytes(), &company(), None).is_err(),
            "{other}"
        );
    }
}

#[test]
fn a_proof_is_good_for_its_own_log_and_keys() {
    let (_folder, exchange) = told();
    let file = proof(&exchange, 7);
    let with = |name: &str, seed: u8| {
        let key = Signer::new(name, &[seed; 32]).unwrap().verifier().clone();
        disclosure::verify(file.as_bytes(), &key, None)
    };
    assert!(matches!(with("company.example", 8), Err(ProofFault::Log(_))));
    for name in ["other.example", "company.exampl", "company.example/to/bank", "company.example/to/policeman"]
    {
        assert!(matches!(with(name, 9), Err(ProofFault::OtherLog { .. })), "{name}");
    }
    let witness = Cosigner::new("bank.example", &[5; 32]).unwrap();
    let receipt = disclosure::verify(file.as_bytes(), &company(), Some(witness.public()));
    assert!(matches!(receipt, Err(ProofFault::NoReceipt(_))));
}

proptest::proptest! {
    /// Proofs come from strangers.
    #[test]
    fn nothing_from_outside_panics(bytes: Vec<u8>, text: String, places in proptest::collection::vec((0..3_000_usize, 0..255_u8), 1..6)) {
        let _ = disclosure::verify(&bytes, &company(), None);
        let _ = disclosure::verify(text.as_bytes(), &company(), None);
        let mut file = EXAMPLE.with(Clone::clone).into_bytes();
        for (place, byte) in places {
            let length = file.len();
            file[place % length] = byte;
        }
        let _ = disclosure::verify(&file, &company(), Some(police_key().public()));
    }
}

thread_local! {
    static EXAMPLE: String = proof(&told().1, 7);
}

fn tampered(sql: &[&str]) -> FirstBadItem {
    let (folder, exchange) = told();
    exchange.verify().unwrap();
    drop(exchange);
    let conn = Connection::open(folder.path().join("exchange.sqlite")).unwrap();
    for sql in sql {
        assert!(conn.execute(sql, []).unwrap() > 0, "{sql} changes something");
    }
    drop(conn);
    reopen(&folder).verify().expect_err(sql[0])
}

/// The row of the first partner's item or batch.
const FIRST: &str = "(1 << 40)";

#[test]
fn whatever_is_changed_on_a_wire_is_named_with_the_partner_and_the_first_bad_leaf() {
    for (sql, leaf) in [
        ("UPDATE wire SET body = CAST('other' AS BLOB) WHERE no = {} + 7", 1),
        ("UPDATE wire SET salt = zeroblob(16) WHERE no = {} + 1", 0),
        ("UPDATE wire SET kind = 2 WHERE no = {} + 9", 2),
        ("UPDATE wire SET flow = NULL WHERE no = {} + 2", 0),
        ("UPDATE wire SET added = added + 1 WHERE no = {} + 6", 1),
        ("UPDATE wire SET version = version + 1 WHERE no = {} + 6", 1),
        ("UPDATE wire SET uuid = zeroblob(16) WHERE no = {} + 8", 1),
        ("UPDATE wire SET object_type = NULL WHERE no = {} + 8", 1),
        ("UPDATE wire SET salt = x'', body = x'', uuid = NULL WHERE no = {} + 8", 1),
        ("DELETE FROM wire WHERE no = {} + 4", 0),
        ("DELETE FROM wire WHERE no = {} + 8", 1),
        ("UPDATE wire_batches SET leaf = zeroblob(32) WHERE no = {} + 2", 1),
        ("UPDATE wire_batches SET items = 2 WHERE no = {} + 2", 1),
        ("DELETE FROM wire_batches WHERE no = {} + 2", 1),
        ("DELETE FROM wire_batches WHERE no = {} + 3", 2),
        ("UPDATE grounds SET clauses = '[\"5\"]'", 0),
        ("UPDATE grounds SET agreement = zeroblob(32)", 0),
        ("UPDATE flows SET name = 'other' WHERE partner = 1", 0),
        ("INSERT INTO erased_items VALUES ({} + 7, zeroblob(32), 'made up', 0)", 1),
    ] {
        let bad = tampered(&[&sql.replace("{}", FIRST)]);
        assert_eq!((bad.partner.as_str(), bad.leaf), ("police", Some(leaf)), "{sql}: {bad}");
    }
    for sql in [
        "INSERT INTO wire SELECT {} + 10, kind, flow, ground, added, object_type, uuid, version, claim, original, state, salt, body
            FROM wire WHERE no = {} + 8",
        "UPDATE ends SET seq = 8 WHERE partner = 1",
        "UPDATE ends SET batches = 2 WHERE partner = 1",
    ] {
        let bad = tampered(&[&sql.replace("{}", FIRST)]);
        assert_eq!((bad.partner.as_str(), bad.leaf), ("police", None), "{sql}: {bad}");
    }
    let bad = tampered(&["UPDATE wire SET body = CAST('x' AS BLOB) WHERE no = (2 << 40) + 1"]);
    assert_eq!((bad.partner.as_str(), bad.leaf), ("bank", Some(0)));
    let stray = tampered(&["INSERT INTO wire_batches VALUES (9 << 40, 1, 1, zeroblob(32))"]);
    assert_eq!(stray.partner, "");
}

#[test]
fn history_is_not_written_over_even_by_hand() {
    let (folder, exchange) = told();
    let agreement = entente_store::exchange::Agreement {
        id: "a".to_owned(),
        version: 1,
        hash: AGREEMENT,
        document: b"{}".to_vec(),
        us: "company".into(),
        kept_at: at(1),
    };
    exchange.keep_agreement(&agreement).unwrap();
    exchange.keep_agreement(&agreement).unwrap();
    let other = entente_store::exchange::Agreement {
        hash: entente_store::exchange::AgreementHash([6; 32]),
        ..agreement
    };
    exchange.keep_agreement(&other).expect_err("another document under the same version");
    drop(exchange);
    let conn = Connection::open(folder.path().join("exchange.sqlite")).unwrap();
    for sql in ["UPDATE agreements SET document = x'00'", "DELETE FROM agreements"] {
        conn.execute(sql, []).expect_err(sql);
    }
}

#[test]
fn a_changed_tile_or_checkpoint_of_a_partners_log_is_named() {
    let (folder, exchange) = told();
    drop(exchange);
    let tile = folder.path().join("ledger/partners/1/tile/0/000.p/3");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&tile, &bytes).unwrap();
    let bad = reopen(&folder).verify().unwrap_err();
    assert_eq!((bad.partner.as_str(), bad.leaf), ("police", Some(1)));
    // The next batch mends it, from the leaves.
    let exchange = reopen(&folder);
    exchange.append(telling(vec![release(20, 1, "more")])).unwrap();
    exchange.verify().unwrap();
    drop(exchange);
    let file = folder.path().join("ledger/partners/2/checkpoint");
    let text = std::fs::read_to_string(&file).unwrap().replace("\n1\n", "\n2\n");
    std::fs::write(&file, text).unwrap();
    let bad = reopen(&folder).verify().unwrap_err();
    assert_eq!((bad.partner.as_str(), bad.leaf), ("bank", None));
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => holds(&path, needle),
            false => std::fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle),
        }
    })
}

#[test]
fn an_erased_item_leaves_a_log_that_holds_and_nothing_to_guess_at() {
    let (folder, exchange) = told();
    let salt = exchange.wire_item(&police(), Seq(7)).unwrap().unwrap().salt.unwrap();
    let needles = [SECRET.as_bytes(), b"canary name", &salt, id(7).uuid().as_bytes()].map(<[u8]>::to_vec);
    exchange.scrub().unwrap();
    assert!(needles.iter().all(|needle| holds(folder.path(), needle)));
    let reason = "retention ended";
    assert_eq!(exchange.erase_items(&police(), &[Seq(7), Seq(7)], reason, at(9)).unwrap(), 1);
    exchange.erase_items(&police(), &[Seq(70)], reason, at(9)).expect_err("there is no such item");
    exchange.scrub().unwrap();
    for needle in &needles {
        assert!(!holds(folder.path(), needle), "{}", String::from_utf8_lossy(needle));
    }
    let item = exchange.wire_item(&police(), Seq(7)).unwrap().unwrap();
    assert_eq!((item.salt, item.object, item.state), (None, None, ItemState::Withdrawn));
    assert!(exchange.proof(&police(), Seq(7)).unwrap().is_none());
    for seq in [6, 8] {
        disclosure::verify(proof(&exchange, seq).as_bytes(), &company(), None).unwrap();
    }
    let verified = exchange.verify().unwrap();
    assert_eq!((verified[0].items, verified[0].erased, verified[1].erased), (9, 1, 0));
    let listed = exchange.collection(&police(), &flow(), &query()).unwrap();
    assert!(listed.items.iter().all(|item| item.seq != Seq(7)));
    drop(exchange);
    let conn = Connection::open(folder.path().join("exchange.sqlite")).unwrap();
    conn.execute("UPDATE erased_items SET commitment = zeroblob(32)", []).unwrap();
    drop(conn);
    assert_eq!(reopen(&folder).verify().unwrap_err().leaf, Some(1));
}

/// The same two first batches, then another third one: what a node would sign that was set back to a copy.
fn second_story() -> (tempfile::TempDir, Exchange) {
    let (folder, exchange) = open();
    exchange.append(telling((1..=5).map(|no| release(no, 1, &format!("body {no}"))).collect())).unwrap();
    exchange
        .append(telling(vec![release(6, 1, "before"), release(7, 1, "another"), release(8, 1, "after")]))
        .unwrap();
    exchange.append(telling(vec![release(9, 1, "something else")])).unwrap();
    exchange.settle();
    (folder, exchange)
}

#[test]
fn a_log_that_tells_two_stories_is_caught_with_both_notes_as_evidence() {
    let (_company, sender) = told();
    let (_police, receiver) = open();
    let key = sender.log_key(&police()).unwrap();
    // To the receiver, the sender is the partner.
    let see = |note: &[u8], proof: Option<&[entente_ledger::Hash]>| {
        receiver.see_checkpoint(&bank(), &key, note, proof, at(50)).unwrap()
    };
    let first = sender.checkpoint(&police()).unwrap().unwrap();
    assert_eq!(see(&first, None), Continuation::First);
    assert_eq!(see(&first, None), Continuation::Same);
    sender.append(telling(vec![release(20, 1, "more")])).unwrap();
    sender.settle();
    let grown = sender.checkpoint(&police()).unwrap().unwrap();
    assert_eq!(see(&grown, None), Continuation::Unproven);
    assert_eq!(
        receiver.seen_checkpoint(&bank(), &key).unwrap().unwrap().note,
        first,
        "not believed before it is proven"
    );
    let proof = sender.consistency_proof(&police(), 3).unwrap();
    assert_eq!(see(&grown, Some(&proof)), Continuation::Grown);
    assert!(receiver.alarms().unwrap().is_empty());
    assert_eq!(see(&first, None), Continuation::Rollback);
    let (_other, forked) = second_story();
    assert_eq!(forked.log_key(&police()).unwrap(), key);
    forked.append(telling(vec![release(21, 1, "x")])).unwrap();
    forked.settle();
    let fork = forked.checkpoint(&police()).unwrap().unwrap();
    assert_eq!(see(&fork, None), Continuation::Fork);
    assert_eq!(see(&fork, None), Continuation::Fork);
    forked.append(telling(vec![release(22, 1, "y")])).unwrap();
    forked.settle();
    let beyond = forked.checkpoint(&police()).unwrap().unwrap();
    let proof = forked.consistency_proof(&police(), 4).unwrap();
    assert_eq!(see(&beyond, Some(&proof)), Continuation::Inconsistent);
    let alarms = receiver.alarms().unwrap();
    let kinds: Vec<AlarmKind> = alarms.iter().map(|alarm| alarm.kind).collect();
    assert_eq!(kinds, [AlarmKind::Inconsistent, AlarmKind::Fork, AlarmKind::Rollback], "each once");
    let Alarm { kept, shown, partner, .. } = &alarms[1];
    assert_eq!((kept, shown, partner), (&grown, &fork, &bank()));
    for note in [kept, shown] {
        assert_eq!(Checkpoint::open(note, &key).unwrap().size(), 4, "whoever has the key can judge");
    }
    assert_eq!(receiver.seen_checkpoint(&bank(), &key).unwrap().unwrap().note, grown);
    let foreign = Signer::new("company.example/to/police", &[1; 32]).unwrap();
    assert!(receiver.see_checkpoint(&bank(), foreign.verifier(), &grown, None, at(60)).is_err());
}
