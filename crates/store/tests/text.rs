//! Finding by text, as a person types it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod told;

use std::sync::atomic::{AtomicBool, Ordering};

use entente_model::{CompartmentSet, Kind, Tlp};
use entente_store::{AsOf, Store, TextCursor, TextIndex};
use serde_json::json;
use told::*;

fn indexed(store: &Store) -> TextIndex {
    let index = TextIndex::open(store).unwrap();
    while index.catch_up(store, 2).unwrap() > 0 {}
    index
}

fn labels(store: &Store, index: &TextIndex, viewer: &CompartmentSet, text: &str) -> Vec<String> {
    let view = store.view(viewer, AsOf::Now).unwrap();
    let hits = index.search(&view, text, &[], None, 100).unwrap();
    let summaries = view.summaries(&hits.vertices).unwrap();
    summaries.into_iter().map(|summary| summary.unwrap().label.unwrap()).collect()
}

#[test]
fn things_are_found_by_parts_beginnings_and_other_spellings() {
    let (_folder, store) = open();
    tell(
        &store,
        "a",
        vec![
            malware(FAMILY, 1, "Zero-Access").linked("communicates-with", domain("c2.evil-host.example")),
            draft(
                json!({"type": "vulnerability", "id": "vulnerability--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0070",
            "created": "2025-01-01T00:00:00Z", "modified": "2025-01-01T00:00:00Z", "name": "CVE-2025-12345",
            "description": "Écrasement in the parser"}),
            ),
        ],
    );
    let index = indexed(&store);
    let all = CompartmentSet::all();
    for text in ["zeroaccess", "zero-access", "ZERO ACCESS", "access", "zeroacc"] {
        assert_eq!(labels(&store, &index, &all, text), ["Zero-Access"], "{text}");
    }
    for text in ["evil-host", "c2.evil-host.example", "evil host", "c2.evil", "host.exam"] {
        assert_eq!(labels(&store, &index, &all, text), ["c2.evil-host.example"], "{text}");
    }
    for text in ["cve-2025-12345", "2025-123", "ecrasement", "parser écras"] {
        assert_eq!(labels(&store, &index, &all, text), ["CVE-2025-12345"], "{text}");
    }
    assert!(labels(&store, &index, &all, "nothing-of-that").is_empty());
}

#[test]
fn whatever_is_typed_is_no_error() {
    let (_folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 1, "x")]);
    let index = indexed(&store);
    let all = CompartmentSet::all();
    for text in
        ["", "\"", "a OR", "NEAR(", "label:", "{", "*", "-x", "a\0b", "^x", "x AND NOT", "𝔘 ﬀ ‍ ́", "٣ ²"]
    {
        labels(&store, &index, &all, text);
    }
}

#[test]
fn a_family_comes_before_the_indicators_that_name_it_and_pages_continue() {
    let (_folder, store) = open();
    let indicator = |no: u32| {
        draft(
            json!({"type": "indicator", "id": format!("indicator--0c7b5b88-8ff7-4a4d-aa9d-feb398cd{no:04}"),
            "created": "2025-01-01T00:00:00Z", "modified": "2025-01-01T00:00:00Z", "name": format!("dridex {no}"),
            "pattern": "[url:value = 'x']"}),
        )
    };
    let mut drafts: Vec<_> = vec![malware(OTHER, 1, "Dridex")];
    drafts.extend((0..7).map(indicator));
    tell(&store, "a", drafts);
    let index = indexed(&store);
    let all = CompartmentSet::all();
    let found = labels(&store, &index, &all, "dridex");
    assert_eq!((found.len(), found[0].as_str()), (8, "Dridex"));
    let view = store.view(&all, AsOf::Now).unwrap();
    let (mut paged, mut cursor): (Vec<_>, Option<TextCursor>) = (Vec::new(), None);
    loop {
        let page = index.search(&view, "dridex", &[], cursor, 3).unwrap();
        paged.extend(page.vertices);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, index.search(&view, "dridex", &[], None, 100).unwrap().vertices);
    assert_eq!(index.search(&view, "dridex", &[Kind::Malware], None, 100).unwrap().vertices.len(), 1);
}

#[test]
fn only_what_is_visible_and_current_finds() {
    let (_folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 1, "before").under(Tlp::Clear)]);
    tell(&store, "a", vec![malware(FAMILY, 2, "after").under(Tlp::Clear)]);
    tell(
        &store,
        "b",
        vec![malware(FAMILY, 3, "secret").under(Tlp::Red).linked("uses", domain("secret.example"))],
    );
    let index = indexed(&store);
    let (all, open_only) = (CompartmentSet::all(), only(0));
    assert!(labels(&store, &index, &all, "before").is_empty(), "a name that was given up");
    assert_eq!(labels(&store, &index, &all, "after"), ["secret"]);
    assert_eq!(labels(&store, &index, &open_only, "after"), ["after"]);
    assert!(labels(&store, &index, &open_only, "secret").is_empty());
    assert_eq!(labels(&store, &index, &all, "secret").len(), 2);
    let past = store.view(&all, AsOf::Claim(entente_model::ClaimNo(1))).unwrap();
    assert_eq!(index.search(&past, "before", &[], None, 9).unwrap().vertices.len(), 1);
}

#[test]
fn two_sources_that_say_the_same_make_one_hit() {
    let (_folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 1, "dridex")]);
    tell(&store, "b", vec![malware(FAMILY, 2, "dridex two")]);
    let index = indexed(&store);
    let all = CompartmentSet::all();
    let view = store.view(&all, AsOf::Now).unwrap();
    let first = index.search(&view, "dridex", &[], None, 1).unwrap();
    assert_eq!(first.vertices.len(), 1);
    let second = index.search(&view, "dridex", &[], first.next, 1).unwrap();
    assert!(second.vertices.is_empty() && second.next.is_none());
}

#[test]
fn a_lost_or_damaged_index_is_made_again() {
    let (folder, store) = open();
    tell(&store, "a", vec![malware(FAMILY, 1, "dridex")]);
    drop(indexed(&store));
    std::fs::write(folder.path().join("search.sqlite"), vec![b'x'; 20_000]).unwrap();
    let index = indexed(&store);
    assert_eq!(labels(&store, &index, &CompartmentSet::all(), "dridex"), ["dridex"]);
}

#[test]
fn two_who_index_at_once_do_not_undo_each_other() {
    let (folder, store) = open();
    let another = Store::open(folder.path(), &KEY).unwrap();
    let indexes = [TextIndex::open(&store).unwrap(), TextIndex::open(&another).unwrap()];
    let told = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (index, store) in indexes.iter().zip([&store, &another]) {
            scope.spawn(move || {
                while !told.load(Ordering::Acquire) {
                    index.catch_up(store, 3).unwrap();
                }
            });
        }
        for day in 1..=28 {
            tell(&store, "a", vec![malware(FAMILY, day, &format!("name {day}"))]);
            tell(&store, "b", vec![malware(OTHER, day, &format!("other {day}"))]);
        }
        told.store(true, Ordering::Release);
    });
    while indexes[0].catch_up(&store, 1000).unwrap() > 0 {}
    assert_eq!(labels(&store, &indexes[0], &CompartmentSet::all(), "name").len(), 1);
}
