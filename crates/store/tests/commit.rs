//! What becomes of a record, and what is found afterwards.

mod told;

use entente_model::{ClaimNo, CompartmentSet, Draft, Fingerprint, Reference, Selector, Tlp};
use entente_store::{AsOf, Removal, RemovalAct, Status, Store, StoreError, Telling};
use jiff::Timestamp;
use serde_json::json;
use told::*;

use Status::{New, Unchanged, Updated};

#[test]
fn the_same_again_changes_nothing() {
    let (_folder, store) = open();
    let drafts = || vec![malware(FAMILY, 1, "ZeroAccess"), malware(OTHER, 1, "Dridex")];
    assert_eq!(tell(&store, "a", drafts()), [New, New]);
    let before = store.extent().unwrap();
    assert_eq!(tell(&store, "a", drafts()), [Unchanged, Unchanged]);
    assert_eq!(store.extent().unwrap(), before, "nothing was written, not even a batch");
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let (_folder, store) = open();
    assert_eq!(tell(&store, "a", vec![malware(FAMILY, 9, "newest")]), [New]);
    let receipt = store.commit(batch("a", vec![malware(FAMILY, 3, "older")])).unwrap();
    assert_eq!((receipt.statuses, receipt.older, receipt.batch), (vec![Unchanged], 1, None));
    assert_eq!(tell(&store, "a", vec![malware(FAMILY, 20, "newer still")]), [Updated]);
    assert_eq!(name(&store, FAMILY, AsOf::Now).as_deref(), Some("newer still"));
}

#[test]
fn the_newest_counts_whoever_tells_it() {
    let (_folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 9, "by a")]);
    // Older than what `a` says, but news from `b`.
    assert_eq!(tell(&store, "b", vec![malware(FAMILY, 3, "by b")]), [Updated]);
    assert_eq!(name(&store, FAMILY, AsOf::Now).as_deref(), Some("by a"));
    let all = CompartmentSet::all();
    let view = store.view(&all, AsOf::Now).unwrap();
    let claims = view.claims_of(vertex(&store, FAMILY)).unwrap();
    let told: Vec<_> =
        claims.iter().map(|claim| (claim.compartment.source.as_str(), claim.current)).collect();
    assert_eq!(told, [("a", true), ("b", true)]);
}

#[test]
fn a_narrower_handling_is_an_update() {
    let (_folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 1, "x")]);
    assert_eq!(tell(&store, "a", vec![malware(FAMILY, 1, "x").under(Tlp::Red)]), [Updated]);
    assert_eq!(tell(&store, "a", vec![malware(FAMILY, 1, "x").under(Tlp::Red)]), [Unchanged]);
    let all = CompartmentSet::all();
    let view = store.view(&all, AsOf::Now).unwrap();
    let claims = view.claims_of(vertex(&store, FAMILY)).unwrap();
    assert_eq!(claims.iter().map(|claim| claim.current).collect::<Vec<_>>(), [false, true]);
    assert_eq!(view.summary(vertex(&store, FAMILY)).unwrap().unwrap().tlp, Tlp::Red);
}

#[test]
fn a_revoked_object_is_kept_and_shown_as_revoked() {
    let (_folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 1, "x")]);
    let mut json = malware(FAMILY, 2, "x").object.json().clone();
    json.insert("revoked".to_owned(), true.into());
    assert_eq!(tell(&store, "a", vec![draft(json.into())]), [Updated]);
    assert_eq!(tell(&store, "a", vec![malware(FAMILY, 1, "x")]), [Unchanged]);
    let all = CompartmentSet::all();
    let view = store.view(&all, AsOf::Now).unwrap();
    assert!(view.summary(vertex(&store, FAMILY)).unwrap().unwrap().revoked);
    assert!(view.object(vertex(&store, FAMILY)).unwrap().unwrap().revoked());
}

#[test]
fn duplicates_in_one_batch_are_as_two_imports() {
    let (_folder, store) = open();
    let drafts = vec![
        malware(FAMILY, 1, "first"),
        malware(FAMILY, 1, "first"),
        malware(FAMILY, 5, "second"),
        malware(FAMILY, 2, "between"),
    ];
    let receipt = store.commit(batch("a", drafts)).unwrap();
    assert_eq!((receipt.statuses, receipt.older), (vec![New, Unchanged, Updated, Unchanged], 1));
    assert_eq!(name(&store, FAMILY, AsOf::Now).as_deref(), Some("second"));
}

#[test]
fn two_that_share_an_id_do_not_take_turns() {
    let (_folder, store) = open();
    let file = |size: u32| {
        draft(json!({"type": "file", "id": "file--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0062", "size": size}))
    };
    assert_eq!(tell(&store, "a", vec![file(1), file(2)]), [New, Updated]);
    assert_eq!(tell(&store, "a", vec![file(1), file(2)]), [Unchanged, Unchanged]);
}

#[test]
fn the_time_of_import_does_not_make_a_minted_object_new() {
    let (_folder, store) = open();
    let minted = |now: &str, name: &str| {
        let mut minted = draft(
            json!({"type": "indicator", "id": "indicator--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0063",
            "created": now, "modified": now, "valid_from": now, "name": name, "pattern": "[url:value = 'x']"}),
        );
        minted.minted = true;
        minted
    };
    assert_eq!(tell(&store, "list", vec![minted("2025-01-01T00:00:00Z", "one")]), [New]);
    assert_eq!(tell(&store, "list", vec![minted("2025-02-02T00:00:00Z", "one")]), [Unchanged]);
    assert_eq!(tell(&store, "list", vec![minted("2025-03-03T00:00:00Z", "two")]), [Updated]);
}

#[test]
fn a_record_is_as_new_as_the_newest_of_its_objects() {
    let (_folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 1, "x")]);
    let mut both = batch("a", Vec::new());
    both.records = vec![vec![malware(FAMILY, 1, "x"), malware(OTHER, 1, "y")].into(), Vec::new().into()];
    assert_eq!(store.commit(both).unwrap().statuses, [New, Unchanged]);
}

#[test]
fn a_rehearsal_answers_as_the_commits_would_and_writes_nothing() {
    let (folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 5, "x")]);
    let before = (store.extent().unwrap(), store.compartments().unwrap().len());
    let batches = [
        vec![
            malware(FAMILY, 5, "x"),
            malware(FAMILY, 6, "y"),
            malware(FAMILY, 1, "z"),
            malware(OTHER, 1, "o"),
        ],
        vec![malware(OTHER, 1, "o"), malware(FAMILY, 6, "y"), malware(OTHER, 4, "later")],
        vec![malware(OTHER, 2, "between"), malware(OTHER, 4, "later").under(Tlp::Red)],
    ];
    let batches = batches.map(|drafts| batch("a", drafts));
    let mut rehearsal = store.rehearse().unwrap();
    // Nobody waits for it, and what others tell meanwhile is not in its picture.
    let elsewhere = Store::open(folder.path(), &KEY).unwrap();
    tell(&elsewhere, "b", vec![malware(OTHER, 9, "elsewhere")]);
    let answers = batches.clone().map(|batch| rehearsal.take(&batch.into()).unwrap());
    drop(rehearsal);
    assert_eq!(answers[1].statuses, [Unchanged, Unchanged, Updated], "the batch before it counts");
    let after = (store.extent().unwrap(), store.compartments().unwrap().len());
    assert_eq!(
        (after.0.batches, after.1),
        (before.0.batches + 1, before.1 + 1),
        "only what was told elsewhere"
    );
    for (answer, batch) in answers.into_iter().zip(batches) {
        let receipt = store.commit(batch).unwrap();
        let known_elsewhere =
            receipt.statuses.iter().map(|status| if *status == New { Updated } else { *status });
        assert_eq!(answer.older, receipt.older);
        let answered = answer.statuses.iter().map(|status| if *status == New { Updated } else { *status });
        assert!(answered.eq(known_elsewhere));
    }
}

#[test]
fn both_ids_of_an_observable_name_one_vertex() {
    let (_folder, store) = open();
    let foreign = "domain-name--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0064";
    let selector = Selector::Domain("evil.example".to_owned());
    let mut told = draft(json!({"type": "domain-name", "id": foreign, "value": "evil.example"}));
    told.canonical = Some(selector.id());
    tell(&store, "a", vec![malware(OTHER, 1, "o").linked("communicates-with", domain("evil.example"))]);
    assert_eq!(tell(&store, "a", vec![told.clone()]), [New], "mentioned before, told now");
    assert_eq!(tell(&store, "a", vec![told]), [Unchanged]);
    assert_eq!(vertex(&store, foreign), vertex(&store, &selector.id().to_string()));
}

#[test]
fn two_vertices_that_turn_out_to_be_one_are_linked() {
    let (_folder, store) = open();
    let foreign = "domain-name--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0064";
    let selector = Selector::Domain("evil.example".to_owned());
    tell(
        &store,
        "a",
        vec![
            malware(FAMILY, 1, "x").linked("communicates-with", Reference::Id(id(foreign))),
            malware(OTHER, 1, "o").linked("communicates-with", domain("evil.example")),
        ],
    );
    let mut told = draft(json!({"type": "domain-name", "id": foreign, "value": "evil.example"}));
    told.canonical = Some(selector.id());
    let receipt = store.commit(batch("a", vec![told])).unwrap();
    let kinds = store.link_kinds().unwrap();
    let [edge] = receipt.edges[..] else { panic!("one edge") };
    assert_eq!(kinds[usize::from(edge.kind.0)], "same-as");
    assert_eq!(
        (edge.source, edge.target),
        (vertex(&store, foreign), vertex(&store, &selector.id().to_string()))
    );
    let scanned: Vec<_> = store.scan_edges(edge.claim).unwrap().map(Result::unwrap).collect();
    assert_eq!(scanned, receipt.edges);
}

#[test]
fn objects_are_found_by_value_name_and_type() {
    let (_folder, store) = open();
    let digests = json!({"MD5": "0123456789abcdef0123456789abcdef", "SHA-1": "0123456789abcdef0123456789abcdef01234567"});
    let file = "file--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0062";
    let mut family = malware(FAMILY, 1, "ZeroAccess").object.json().clone();
    family.insert("aliases".to_owned(), json!(["Sirefef"]));
    tell(
        &store,
        "a",
        vec![
            draft(family.into()).linked("communicates-with", domain("evil.example")),
            draft(json!({"type": "file", "id": file, "hashes": digests, "name": "a.exe"})),
        ],
    );
    let all = CompartmentSet::all();
    let view = store.view(&all, AsOf::Now).unwrap();
    let sha1 = Selector::FileHash(
        entente_model::HashAlgorithm::Sha1,
        "0123456789abcdef0123456789abcdef01234567".to_owned(),
    );
    assert_eq!(view.find(&sha1).unwrap(), [vertex(&store, file)]);
    assert_eq!(view.named("SIREFEF").unwrap(), [vertex(&store, FAMILY)]);
    assert_eq!(view.of_kind(&entente_model::Kind::Malware, None, 10).unwrap(), [vertex(&store, FAMILY)]);
    let [domain] = view.find(&Selector::Domain("evil.example".to_owned())).unwrap()[..] else {
        panic!("one")
    };
    let made = view.object(domain).unwrap().unwrap();
    assert_eq!(made.text("value"), Some("evil.example"), "an object is made of a value nobody told as one");
    let stats = view.stats().unwrap();
    assert_eq!((stats.objects, stats.claims, stats.mentioned), (3, 2, 0));
    let mentioning = view.claims_mentioning(domain, None, 10).unwrap();
    assert_eq!(mentioning.iter().map(|change| change.vertex).collect::<Vec<_>>(), [vertex(&store, FAMILY)]);
}

#[test]
fn what_a_viewer_may_not_see_does_not_exist() {
    let (_folder, store) = open();
    let mut family = malware(FAMILY, 2, "secret name").object.json().clone();
    family.insert("aliases".to_owned(), json!(["Sirefef"]));
    // Compartment 0: an open claim; 1: a red one about the same object, with a value and an alias of its own.
    tell(&store, "a", vec![malware(FAMILY, 1, "open name").under(Tlp::Clear)]);
    let secret = draft(family.into()).under(Tlp::Red).linked("uses", domain("secret.example"));
    tell(&store, "b", vec![secret.linked("uses", Reference::Id(id(OTHER)))]);
    let open_only = only(0);
    let view = store.view(&open_only, AsOf::Now).unwrap();
    let family = vertex(&store, FAMILY);
    assert_eq!(view.object(family).unwrap().unwrap().text("name"), Some("open name"));
    assert!(view.find(&Selector::Domain("secret.example".to_owned())).unwrap().is_empty());
    assert!(view.named("Sirefef").unwrap().is_empty(), "an alias told in confidence finds nothing");
    assert!(view.vertex(&id(OTHER)).unwrap().is_none());
    assert_eq!(view.claims_of(family).unwrap().len(), 1);
    let summary = view.summary(family).unwrap().unwrap();
    assert_eq!((summary.sources, summary.tlp, summary.claims), (vec!["a".to_owned()], Tlp::Clear, 1));
    let stats = view.stats().unwrap();
    assert_eq!((stats.objects, stats.claims, stats.mentioned, stats.sources.len()), (1, 1, 0, 1));
    assert_eq!(view.objects().unwrap().count(), 1);
    let nobody = CompartmentSet::empty();
    assert_eq!(store.view(&nobody, AsOf::Now).unwrap().stats().unwrap(), entente_store::Stats::default());
}

#[test]
fn a_value_told_in_confidence_is_not_told_by_its_id() {
    let (_folder, store) = open();
    let selector = Selector::Domain("secret.example".to_owned());
    tell(
        &store,
        "a",
        vec![malware(FAMILY, 1, "x").under(Tlp::Clear).linked("uses", Reference::Id(selector.id()))],
    );
    tell(&store, "b", vec![malware(OTHER, 1, "y").under(Tlp::Red).linked("uses", domain("secret.example"))]);
    let vertex = vertex(&store, &selector.id().to_string());
    let (open_only, all) = (only(0), CompartmentSet::all());
    let outside = store.view(&open_only, AsOf::Now).unwrap();
    assert!(outside.object(vertex).unwrap().is_none(), "only its id is known out here");
    assert_eq!(outside.summary(vertex).unwrap().unwrap().label, None);
    let inside = store.view(&all, AsOf::Now).unwrap();
    assert_eq!(inside.summary(vertex).unwrap().unwrap().label.as_deref(), Some("secret.example"));
}

#[test]
fn a_value_told_in_confidence_is_not_the_label_of_what_is_told_openly() {
    let (_folder, store) = open();
    let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let selector = Selector::FileHash(entente_model::HashAlgorithm::Sha256, digest.to_owned());
    let file = json!({"type": "file", "id": selector.id().to_string(), "size": 7});
    tell(&store, "a", vec![draft(file).under(Tlp::Clear)]);
    let mention = malware(FAMILY, 1, "x").under(Tlp::Red);
    tell(&store, "b", vec![mention.linked("drops", Reference::Selector(selector.clone()))]);
    let vertex = vertex(&store, &selector.id().to_string());
    let (open_only, all) = (only(0), CompartmentSet::all());
    let label = |viewer| store.view(viewer, AsOf::Now).unwrap().summary(vertex).unwrap().unwrap().label;
    assert_eq!(label(&open_only), None);
    assert_eq!(label(&all).as_deref(), Some(digest));
}

#[test]
fn two_processes_write_in_turn() {
    let (folder, one) = open();
    let two = Store::open(folder.path(), &KEY).unwrap();
    tell(&one, "a", vec![malware(FAMILY, 1, "x")]);
    assert_eq!(tell(&two, "b", vec![malware(FAMILY, 2, "y"), malware(OTHER, 1, "z")]), [Updated, New]);
    assert_eq!(tell(&one, "b", vec![malware(OTHER, 1, "z"), malware(FAMILY, 3, "w")]), [Unchanged, Updated]);
    assert_eq!(name(&two, FAMILY, AsOf::Now).as_deref(), Some("w"));
    assert_eq!(one.extent().unwrap().batches, 3);
    one.verify().unwrap();
    two.verify().unwrap();
}

#[test]
fn the_past_is_asked_by_claim_and_by_time() {
    let (_folder, store) = open();
    for (day, name) in [(1, "one"), (2, "two"), (3, "three")] {
        store.commit(batch_at("a", vec![malware(FAMILY, day, name)], 1_000 * i64::from(day))).unwrap();
    }
    let at = |second| AsOf::Time(Timestamp::from_second(second).unwrap());
    let claim = |no| AsOf::Claim(ClaimNo(no));
    assert_eq!(name(&store, FAMILY, at(2_500)).as_deref(), Some("two"));
    assert_eq!(name(&store, FAMILY, claim(1)).as_deref(), Some("one"));
    assert_eq!(name(&store, FAMILY, at(999)), None);
    assert_eq!(name(&store, FAMILY, claim(99)).as_deref(), Some("three"));
}

#[test]
fn that_two_ids_name_one_thing_is_known_to_those_who_were_told() {
    let foreign = "domain-name--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0064";
    let selector = Selector::Domain("evil.example".to_owned());
    let mention = malware(FAMILY, 1, "x").under(Tlp::Clear).linked("uses", Reference::Id(id(foreign)));
    let mut told =
        draft(json!({"type": "domain-name", "id": foreign, "value": "evil.example"})).under(Tlp::Red);
    told.canonical = Some(selector.id());
    // Whichever comes first decides which id is the vertex's first; it must not matter.
    for order in [[&mention, &told], [&told, &mention]] {
        let (_folder, store) = open();
        for draft in order {
            tell(&store, "a", vec![draft.clone()]);
        }
        let compartments = store.compartments().unwrap();
        let clear =
            compartments.iter().position(|compartment| compartment.handling.tlp == Tlp::Clear).unwrap();
        let (outside, all) = (only(clear as u16), CompartmentSet::all());
        let view = store.view(&outside, AsOf::Now).unwrap();
        let vertex = view.vertex(&id(foreign)).unwrap().expect("mentioned out here");
        assert_eq!(view.id(vertex).unwrap(), Some(id(foreign)));
        assert_eq!(view.vertex(&selector.id()).unwrap(), None, "nobody said out here what it is");
        assert!(view.find(&selector).unwrap().is_empty());
        let inside = store.view(&all, AsOf::Now).unwrap();
        assert_eq!(inside.vertex(&selector.id()).unwrap(), Some(vertex));
        store.verify().unwrap();
    }
}

#[test]
fn a_record_is_known_as_it_was_told_last_and_not_when_it_was_older() {
    let (_folder, store) = open();
    let known = |record, handling| Fingerprint { record: [record; 16], handling: [handling; 8] };
    let tell = |drafts: Vec<Draft>, fingerprint| {
        let mut batch = batch("a", Vec::new());
        batch.records = vec![Telling { drafts, fingerprint: Some(fingerprint), count: 1 }];
        store.commit(batch).expect("a commit").statuses
    };
    assert!(!knows(&store, &known(1, 1)).unwrap());
    tell(vec![malware(FAMILY, 2, "x")], known(1, 1));
    assert!(knows(&store, &known(1, 1)).unwrap());
    assert!(!knows(&store, &known(1, 2)).unwrap());
    // The same bytes under another handling: the first telling is no longer how it stands.
    let mut stricter = malware(FAMILY, 2, "x");
    stricter.handling = stricter.handling.at_least_tlp(Tlp::Red);
    assert_eq!(tell(vec![stricter], known(1, 2)), [Updated]);
    assert!(knows(&store, &known(1, 2)).unwrap() && !knows(&store, &known(1, 1)).unwrap());
    // An older version is looked at again each time, so that it is counted as older.
    assert_eq!(tell(vec![malware(FAMILY, 1, "x"), malware(OTHER, 1, "y")], known(3, 1)), [New]);
    assert!(!knows(&store, &known(3, 1)).unwrap());
}

#[test]
fn a_record_whose_claim_was_removed_is_news_again() {
    let (_folder, store) = open();
    let fingerprint = Fingerprint { record: [1; 16], handling: [1; 8] };
    let tell = || {
        let mut batch = batch("a", Vec::new());
        let drafts = vec![malware(FAMILY, 2, "x")];
        batch.records = vec![Telling { drafts, fingerprint: Some(fingerprint), count: 1 }];
        store.commit(batch).expect("a commit")
    };
    let claim = ClaimNo(tell().claims.start);
    assert!(knows(&store, &fingerprint).unwrap());
    let at = Timestamp::from_second(1_750_000_000).expect("a time within range");
    let removal =
        Removal { claims: &[claim], act: RemovalAct::Withdrawn, reason: "recalled", at, salt: [5; 32] };
    store.remove(&removal).unwrap();
    assert!(!knows(&store, &fingerprint).unwrap());
    assert_eq!(tell().statuses, [New]);
}

fn knows(store: &Store, fingerprint: &Fingerprint) -> Result<bool, StoreError> {
    store.recollection()?.knows(fingerprint)
}

#[test]
fn a_recollection_sees_what_came_after_it_rested() {
    let (_folder, store) = open();
    let fingerprint = Fingerprint { record: [1; 16], handling: [1; 8] };
    let recollection = store.recollection().unwrap();
    assert!(!recollection.knows(&fingerprint).unwrap());
    let mut batch = batch("a", Vec::new());
    batch.records =
        vec![Telling { drafts: vec![malware(FAMILY, 2, "x")], fingerprint: Some(fingerprint), count: 1 }];
    store.commit(batch).unwrap();
    recollection.rest().unwrap();
    assert!(recollection.knows(&fingerprint).unwrap());
}
