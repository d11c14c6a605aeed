//! What was withdrawn does not show, what was erased is not there, and the ledger holds all the same.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod told;

use std::path::Path;

use entente_ledger::Hash;
use entente_model::{ClaimNo, CompartmentSet, ObjectId, Selector, Tlp};
use entente_store::{
    AsOf, Batch, Received, ReceivedItem, Removal, RemovalAct, Removed, Store, StoreError, TextIndex,
};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;
use sha2::{Digest, Sha256};
use told::*;

fn remove(store: &Store, act: RemovalAct, claims: &[u32]) -> Removed {
    let claims: Vec<ClaimNo> = claims.iter().copied().map(ClaimNo).collect();
    let at = jiff::Timestamp::from_second(1_750_000_000).unwrap();
    store.remove(&Removal { claims: &claims, act, reason: "retention ended", at, salt: [8; 32] }).unwrap()
}

fn erase(store: &Store, claims: &[u32]) -> Removed {
    remove(store, RemovalAct::Erased, claims)
}

fn index(store: &Store) -> TextIndex {
    let index = TextIndex::open(store).unwrap();
    follow(store, &index);
    index
}

fn follow(store: &Store, index: &TextIndex) {
    while index.catch_up(store, 100).unwrap() > 0 {}
}

fn finds(store: &Store, index: &TextIndex, text: &str) -> usize {
    let all = CompartmentSet::all();
    let view = store.view(&all, AsOf::Now).unwrap();
    index.search(&view, text, &[], None, 100).unwrap().vertices.len()
}

const IBAN: &str = "DE75512108001245126199";

/// An account that only one claim speaks of, and a family that two do.
fn story(store: &Store) -> ObjectId {
    let account = Selector::Iban(IBAN.to_owned());
    let id = account.id();
    let secret = draft(json!({
        "type": "malware", "id": FAMILY, "is_family": true, "name": "Quietroom", "description": "paid to a secretword",
        "created": "2025-03-01T00:00:00.000Z", "modified": "2025-03-02T00:00:00.000Z",
        "hashes": {"MD5": "0cc175b9c0f1b6a831c399e269772661"}, "x_account": IBAN,
    }));
    let secret = secret
        .linked("uses", entente_model::Reference::Selector(account))
        .linked("uses", domain("both.example"));
    tell(store, "open", vec![malware(FAMILY, 1, "Lantern").linked("uses", domain("both.example"))]);
    tell(store, "partner", vec![secret]);
    tell(store, "open", vec![malware(OTHER, 1, "Bystander")]);
    id
}

#[test]
fn an_erased_claim_is_not_there_for_anybody() {
    let (_folder, store) = open();
    let account = story(&store);
    let index = index(&store);
    assert_eq!(finds(&store, &index, "secretword"), 1);
    let removed = erase(&store, &[2]);
    assert_eq!((removed.batch, removed.claims, removed.vertices), (Some(4), 1, 1));
    follow(&store, &index);
    let all = CompartmentSet::all();
    for as_of in [AsOf::Now, AsOf::Claim(ClaimNo(2)), AsOf::Claim(ClaimNo(3))] {
        let view = store.view(&all, as_of).unwrap();
        assert_eq!(view.vertex(&account).unwrap(), None);
        assert!(
            view.named("Quietroom").unwrap().is_empty()
                && view.find(&Selector::Iban(IBAN.into())).unwrap().is_empty()
        );
        let family = view.vertex(&id(FAMILY)).unwrap().unwrap();
        let summary = view.summary(family).unwrap().unwrap();
        assert_eq!((summary.label.as_deref(), summary.claims), (Some("Lantern"), 1));
        assert_eq!(summary.sources, ["open"]);
        assert!(view.claim(ClaimNo(2)).unwrap().is_none() && view.claimed(ClaimNo(2)).unwrap().is_none());
        assert!(view.changes_since(ClaimNo(0), 9).unwrap().iter().all(|change| change.claim != ClaimNo(2)));
        assert!(view.stats().unwrap().sources.iter().all(|source| source.source == "open"));
    }
    assert_eq!((finds(&store, &index, "secretword"), finds(&store, &index, IBAN)), (0, 0));
    assert_eq!(finds(&store, &index, "both.example"), 1, "somebody else tells of it too");
    assert!(store.scan_edges(ClaimNo(0)).unwrap().all(|edge| edge.unwrap().claim != ClaimNo(2)));
    assert_eq!(store.extent().unwrap().removals, 1);
    assert_eq!(store.verify().unwrap().batches, 4);
    assert_eq!(erase(&store, &[2]), Removed::default(), "once is enough");
    // Told again, it is there again, as something new.
    let again = story(&store);
    assert!(store.view(&all, AsOf::Now).unwrap().vertex(&again).unwrap().is_some());
    store.verify().unwrap();
}

#[test]
fn a_withdrawn_claim_shows_to_auditors_only_and_may_be_erased_later() {
    let (_folder, store) = open();
    let account = story(&store);
    let index = index(&store);
    remove(&store, RemovalAct::Withdrawn, &[2]);
    follow(&store, &index);
    let all = CompartmentSet::all();
    assert_eq!(store.view(&all, AsOf::Now).unwrap().vertex(&account).unwrap(), None);
    assert_eq!(name(&store, FAMILY, AsOf::Now).as_deref(), Some("Lantern"));
    assert_eq!((finds(&store, &index, "secretword"), finds(&store, &index, IBAN)), (0, 0));
    assert!(store.scan_edges(ClaimNo(0)).unwrap().all(|edge| edge.unwrap().claim != ClaimNo(2)));
    assert_eq!(store.withdrawn(ClaimNo(2)).unwrap().unwrap().text("name"), Some("Quietroom"));
    assert!(store.withdrawn(ClaimNo(1)).unwrap().is_none());
    store.verify().unwrap();
    erase(&store, &[1, 2]);
    assert!(store.withdrawn(ClaimNo(2)).unwrap().is_none());
    let acts: Vec<_> =
        store.removals(0, 9).unwrap().into_iter().map(|record| (record.claim.0, record.act)).collect();
    assert_eq!(acts, [(2, RemovalAct::Withdrawn), (1, RemovalAct::Erased), (2, RemovalAct::Erased)]);
    assert_eq!(store.removals(1, 1).unwrap()[0].reason, "retention ended");
    assert_eq!(store.view(&all, AsOf::Now).unwrap().vertex(&id(FAMILY)).unwrap(), None);
    store.verify().unwrap();
    let unknown = Removal {
        claims: &[ClaimNo(9)],
        act: RemovalAct::Erased,
        reason: "",
        at: jiff::Timestamp::UNIX_EPOCH,
        salt: [0; 32],
    };
    assert!(matches!(store.remove(&unknown), Err(StoreError::NotFound { .. })));
}

/// All bytes of all files of the folder.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.path().is_dir() {
            true => found.extend(bytes(&entry.path())),
            false => found.push((entry.path().display().to_string(), std::fs::read(entry.path()).unwrap())),
        }
    }
    found
}

fn holds(folder: &Path, needle: &[u8]) -> Vec<String> {
    let files = bytes(folder).into_iter();
    files
        .filter(|(_, bytes)| bytes.windows(needle.len()).any(|window| window == needle))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn no_byte_of_what_was_erased_nor_any_digest_of_it_stays_in_any_file() {
    let (folder, store) = open();
    let account = story(&store);
    let index = index(&store);
    // More than fits a page, so that it lies on pages of its own too.
    let long: String = (0..3_000).map(|word| format!("canary{word} ")).collect();
    let mut json = malware(OTHER, 2, "Overflowing").object.json().clone();
    json.insert("description".to_owned(), long.into());
    tell(&store, "partner", vec![draft(json.into())]);
    follow(&store, &index);
    let body = |claim| {
        let all = CompartmentSet::all();
        store.view(&all, AsOf::Now).unwrap().claimed(ClaimNo(claim)).unwrap().unwrap().canonical()
    };
    let short = |text: &str| Sha256::digest(text.to_lowercase())[..16].to_vec();
    let mut needles: Vec<Vec<u8>> = vec![
        IBAN.as_bytes().to_vec(),
        IBAN.to_lowercase().into_bytes(),
        b"Quietroom".to_vec(),
        b"quietroom".to_vec(),
        b"secretword".to_vec(),
        b"canary2999".to_vec(),
        b"canary1500".to_vec(),
        b"Overflowing".to_vec(),
        account.uuid().as_bytes().to_vec(),
        short("Quietroom"),
        short("0cc175b9c0f1b6a831c399e269772661"),
    ];
    for body in [body(2), body(4)] {
        needles.push(Sha256::digest(&body)[..16].to_vec());
        needles.push(Hash::leaf(&body).as_bytes()[..16].to_vec());
    }
    store.scrub().unwrap();
    let there: Vec<bool> = needles.iter().map(|needle| !holds(folder.path(), needle).is_empty()).collect();
    assert_eq!(
        there.iter().filter(|there| **there).count(),
        needles.len() - 2,
        "all but the leaf hashes are there before"
    );
    erase(&store, &[2, 4]);
    follow(&store, &index);
    store.scrub().unwrap();
    index.scrub().unwrap();
    for needle in &needles {
        assert_eq!(holds(folder.path(), needle), [""; 0], "{}", String::from_utf8_lossy(needle));
    }
    store.verify().unwrap();
    assert!(!holds(folder.path(), b"Lantern").is_empty(), "what was not erased is still found this way");
    assert!(!holds(folder.path(), b"lantern").is_empty());
}

#[test]
fn a_first_id_that_only_erased_claims_said_gives_way_to_the_others() {
    let (folder, store) = open();
    let own = "domain-name--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0061";
    let value = Selector::Domain("named.example".to_owned());
    let json = json!({"type": "domain-name", "id": own, "value": "named.example", "x_note": "by a"});
    let mut told = draft(json);
    told.canonical = Some(value.id());
    tell(
        &store,
        "b",
        vec![malware(FAMILY, 1, "one").linked("uses", entente_model::Reference::Selector(value.clone()))],
    );
    tell(&store, "a", vec![told]);
    tell(&store, "c", vec![malware(OTHER, 1, "two").linked("uses", entente_model::Reference::Id(id(own)))]);
    let all = CompartmentSet::all();
    let label = |id: &ObjectId| {
        let view = store.view(&all, AsOf::Now).unwrap();
        let vertex = view.vertex(id).unwrap()?;
        Some((view.id(vertex).unwrap().unwrap().to_string(), view.summary(vertex).unwrap().unwrap().label))
    };
    assert_eq!(label(&id(own)).unwrap().1.as_deref(), Some("named.example"));
    // Without a, nobody says that the two ids are one; b's mention keeps the value, c's the other id.
    erase(&store, &[2]);
    assert_eq!(label(&value.id()).unwrap().1.as_deref(), Some("named.example"));
    store.verify().unwrap();
    // Without b, nobody tells the value.
    erase(&store, &[1]);
    let left = label(&id(own));
    store.verify().unwrap();
    store.scrub().unwrap();
    assert_eq!(holds(folder.path(), b"named.example"), [""; 0]);
    assert!(left.is_none_or(|(_, label)| label.is_none()));
}

#[test]
fn an_erasure_is_believed_when_and_only_when_the_log_says_so() {
    let check = |sql: &[&str]| {
        let (folder, store) = open();
        story(&store);
        erase(&store, &[2]);
        tell(&store, "open", vec![malware(FAMILY, 5, "later")]);
        store.verify().unwrap();
        drop(store);
        let conn = Connection::open(folder.path().join("claims.sqlite")).unwrap();
        for sql in sql {
            assert!(conn.execute(sql, []).unwrap() > 0, "{sql} changes something");
        }
        drop(conn);
        Store::open(folder.path(), &KEY).unwrap().verify().map(drop)
    };
    for (sql, leaf) in [
        // A claim that nobody erased is blanked, also with a record made up.
        (
            &[
                "UPDATE claims SET body = x'', salt = x'' WHERE no = 1",
                "DELETE FROM versions WHERE claim = 1",
            ][..],
            Some(0),
        ),
        (
            &[
                "UPDATE claims SET body = x'', salt = x'' WHERE no = 1",
                "DELETE FROM versions WHERE claim = 1",
                "INSERT INTO erased_rows VALUES (99, 8, 1, zeroblob(32))",
                "INSERT INTO removals VALUES (99, 1, 0, 2)",
            ],
            Some(0),
        ),
        (&["UPDATE objects SET salt = x'', uuid = zeroblob(16), value = NULL WHERE no = 0"], Some(0)),
        // What was erased is put back, or its record taken away.
        (&["UPDATE claims SET body = CAST('{}' AS BLOB) WHERE no = 2"], Some(1)),
        (&["UPDATE claims SET salt = zeroblob(16) WHERE no = 2"], Some(1)),
        (&["UPDATE erased_rows SET commitment = zeroblob(32) WHERE tag = 8"], Some(1)),
        (&["DELETE FROM erased_rows WHERE tag = 8"], Some(1)),
        (&["DELETE FROM removals"], Some(1)),
        (&["UPDATE removals SET act = 1"], Some(3)),
        (&["UPDATE batches SET reason = 'because' WHERE no = 4"], Some(3)),
        (&["DELETE FROM batches WHERE no = 4"], Some(3)),
        (&["UPDATE edges SET data = zeroblob(6) WHERE first_claim = 1"], Some(0)),
        (&["INSERT INTO removals VALUES (99, 1, 0, 1)"], None),
        (
            &[
                "INSERT INTO versions SELECT object, 2, compartment, 0, NULL, NULL, NULL, digest, 'x' FROM versions WHERE claim = 1",
            ],
            Some(1),
        ),
    ] {
        let bad = check(sql).expect_err(sql[0]);
        if leaf.is_some() {
            assert_eq!(bad.leaf, leaf, "{sql:?}: {bad}");
        }
    }
}

#[test]
fn a_wire_that_comes_in_is_applied_once_and_without_gaps() {
    let (folder, store) = open();
    let day = |day: i64| jiff::Timestamp::from_second(1_750_000_000 + day * 86_400).unwrap();
    let come_in = |store: &Store, first: u64, last: u64, said: &[(u64, &str, u32, i64)]| {
        let items = said
            .iter()
            .map(|(seq, _, _, until)| ReceivedItem { seq: *seq, until: Some(day(*until)) })
            .collect();
        let received = Received { partner: "police".to_owned(), first, last, items, batches: Vec::new() };
        let drafts = said.iter().map(|(_, id, day, _)| malware(id, *day, &format!("{id} {day}"))).collect();
        let agreement = Some("a1".to_owned());
        store.commit(Batch { agreement, received: Some(received), ..batch("police", drafts) })
    };
    let receipt = come_in(&store, 1, 3, &[(1, FAMILY, 1, 10), (3, OTHER, 1, 10)]).unwrap();
    assert!(!receipt.repeated && receipt.batch == Some(1));
    let again = come_in(&store, 1, 3, &[(1, FAMILY, 9, 10), (3, OTHER, 9, 10)]).unwrap();
    assert!(again.repeated && again.batch.is_none() && again.claims.is_empty());
    for (first, last) in [(5, 6), (3, 4), (2, 9)] {
        let gap = come_in(&store, first, last, &[(first, FAMILY, 8, 10)]);
        assert!(matches!(gap, Err(StoreError::Gap { expected: 4, .. })), "{first}: {gap:?}");
    }
    // Notices only, and what says nothing new: the cursor moves all the same.
    assert!(come_in(&store, 4, 4, &[]).unwrap().batch.is_none());
    assert!(come_in(&store, 5, 5, &[(5, FAMILY, 1, 10)]).unwrap().batch.is_none());
    assert_eq!((store.received_up_to("police").unwrap(), store.received_up_to("bank").unwrap()), (5, 0));
    come_in(&store, 6, 8, &[(6, FAMILY, 2, 20), (7, OTHER, 2, 20), (8, FAMILY, 3, 30)]).unwrap();
    drop(store);
    let store = Store::open(folder.path(), &KEY).unwrap();
    assert_eq!(store.received_up_to("police").unwrap(), 8);
    let claims = |items: &[u64]| {
        store.received_claims("police", items).unwrap().iter().map(|no| no.0).collect::<Vec<_>>()
    };
    assert_eq!(claims(&[1, 2, 3, 4, 5]), [1, 2]);
    assert_eq!(claims(&[8, 7]), [4, 5]);
    assert_eq!(claims(&[9, 100]), [0; 0]);
    let runs: Vec<_> =
        store.received_under("a1").unwrap().into_iter().map(|run| (run.claims, run.first_seq)).collect();
    assert_eq!(runs, [(1..2, 1), (2..3, 3), (3..5, 6), (5..6, 8)]);
    let overdue = |at| store.overdue(day(at), 9).unwrap();
    let spans = |at| overdue(at).iter().map(|run| (run.claims.start, run.claims.end)).collect::<Vec<_>>();
    assert_eq!(overdue(9).len(), 0);
    assert_eq!(spans(20), [(1, 2), (2, 3), (3, 5)]);
    erase(&store, &[1, 2, 3]);
    assert_eq!(spans(20), [(3, 5)]);
    assert!(store.retain(&overdue(20)[0], Some(day(40))).unwrap());
    assert_eq!(spans(30), [(5, 6)]);
    // What came past the wire has deadlines too, and is no item of the wire.
    let received = Received::past_the_wire("police".to_owned(), [Some(day(25)); 2]);
    let drafts = vec![malware(FAMILY, 7, "pushed"), malware(OTHER, 7, "pushed")];
    let agreement = Some("a1".to_owned());
    store.commit(Batch { agreement, received: Some(received), ..batch("police", drafts) }).unwrap();
    assert_eq!(store.received_up_to("police").unwrap(), 8);
    assert_eq!(claims(&[1, 2, 8, 9]), [5]);
    assert_eq!(spans(25), [(6, 8)]);
    store.verify().unwrap();
}

/// One thing said, each on a day of its own.
#[derive(Clone, Debug)]
struct Said {
    object: u8,
    source: u8,
    tlp: Tlp,
    values: Vec<(u8, bool)>,
    removed: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let tlp = prop_oneof![Just(Tlp::Clear), Just(Tlp::Red)];
    let values = prop::collection::vec((0..3_u8, any::<bool>()), 0..3);
    (0..4_u8, 0..2_u8, tlp, values, any::<bool>()).prop_map(|(object, source, tlp, values, removed)| Said {
        object,
        source,
        tlp,
        values,
        removed,
    })
}

fn value(no: u8) -> Selector {
    Selector::Domain(format!("{no}.example"))
}

fn object_id(no: u8) -> String {
    match no {
        0 => "domain-name--00000000-8ff7-4a4d-aa9d-feb398cd0061".to_owned(),
        _ => format!("malware--{no:08x}-8ff7-4a4d-aa9d-feb398cd0061"),
    }
}

impl Said {
    fn batch(&self, day: usize) -> Batch {
        let told = match self.object {
            0 => {
                let json =
                    json!({"type": "domain-name", "id": object_id(0), "value": "0.example", "x_day": day});
                let mut told = draft(json);
                told.canonical = Some(value(0).id());
                told
            }
            no => malware(&object_id(no), day as u32 + 1, &format!("name {day}")),
        };
        let told = self.values.iter().fold(told.under(self.tlp), |told, (no, by_value)| match by_value {
            true => told.linked("uses", entente_model::Reference::Selector(value(*no))),
            false => told.linked("uses", entente_model::Reference::Id(value(*no).id())),
        });
        batch_at(&self.source.to_string(), vec![told], day as i64)
    }
}

/// What a viewer sees, by id and without numbers.
fn picture(store: &Store, source: &str, days: usize) -> Vec<String> {
    let seen = |compartment: &entente_model::Compartment| source == "all" || compartment.source == source;
    let compartments = store.compartments().unwrap();
    let open = (0_u16..).zip(&compartments).filter(|(_, compartment)| seen(compartment));
    let viewer: CompartmentSet = open.map(|(no, _)| entente_model::CompartmentNo(no)).collect();
    let view = store.view(&viewer, AsOf::Now).unwrap();
    let ids = (0..4).map(|no| id(&object_id(no))).chain((0..3).map(|no| value(no).id()));
    let mut picture: Vec<String> = ids
        .map(|id| {
            let Some(vertex) = view.vertex(&id).unwrap() else { return format!("no {id}") };
            let summary = view.summary(vertex).unwrap().unwrap();
            let claims: Vec<_> = view
                .claims_of(vertex)
                .unwrap()
                .into_iter()
                .map(|claim| (claim.label, claim.current))
                .collect();
            let told =
                view.object(vertex).unwrap().map(|object| String::from_utf8(object.canonical()).unwrap());
            format!("{id} {:?} {:?} {:?} {claims:?} {told:?}", summary.label, summary.sources, summary.tlp)
        })
        .collect();
    picture.extend((0..days).map(|day| format!("{}", view.named(&format!("name {day}")).unwrap().len())));
    picture.push(format!("{:?}", view.stats().unwrap()));
    picture
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever is removed, in one go or one by one, the rest is as if it had never been told.
    #[test]
    fn what_was_removed_is_as_if_it_had_never_been_told(
        all in prop::collection::vec(said(), 1..14),
        erased in any::<bool>(),
        one_by_one in any::<bool>(),
    ) {
        let (_folder, store) = open();
        let (_other, never) = open();
        let mut gone = Vec::new();
        for (day, said) in all.iter().enumerate() {
            // A withdrawn claim stays, and with it the ids it gave: only without aliases are the two the same.
            let said = if erased { said.clone() } else { Said { object: said.object.max(1), ..said.clone() } };
            let receipt = store.commit(said.batch(day)).unwrap();
            match said.removed {
                true => gone.extend(receipt.claims),
                false => drop(never.commit(said.batch(day)).unwrap()),
            }
        }
        let act = if erased { RemovalAct::Erased } else { RemovalAct::Withdrawn };
        match one_by_one {
            true => gone.iter().for_each(|claim| assert_eq!(remove(&store, act, &[*claim]).claims, 1)),
            false => assert_eq!(remove(&store, act, &gone).claims as usize, gone.len()),
        }
        store.verify().unwrap();
        for source in ["all", "0", "1"] {
            prop_assert_eq!(picture(&store, source, all.len()), picture(&never, source, all.len()));
        }
        // The log goes on.
        tell(&store, "later", vec![malware(&object_id(1), 28, "later").linked("uses", domain("0.example"))]);
        store.verify().unwrap();
    }
}
