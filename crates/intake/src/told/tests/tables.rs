//! A quotation mark that nobody closes is told, and costs no other row.

use super::{Reject, read};

const HEADER: &str = "alert_id,iban,reason,timestamp\n";

fn alert(name: &str, reason: &str) -> String {
    format!("{name},DE89370400440532013000,{reason},2026-03-01T00:00:00Z\n")
}

/// How many rows became objects, and the rejects.
fn rows(text: &str) -> (u64, Vec<Reject>) {
    let (_, rejects, summary) = read(text.as_bytes());
    assert_eq!(summary.records, summary.accepted + summary.rejected);
    (summary.accepted, rejects)
}

#[test]
fn a_cell_may_hold_line_ends_commas_and_marks() {
    let reason = "\"many \"\"small\"\" credits,\none large debit,\r\n\nand \"\"silence\"\"\"";
    let text = [HEADER, &alert("a1", reason), &alert("a2", "none"), &alert("a3", reason)].concat();
    assert_eq!(rows(&text).0, 3);
    assert!(rows(&text).1.is_empty());
}

#[test]
fn an_unclosed_mark_costs_one_row() {
    let open = alert("a2", "\"many small");
    let followers = [
        ("plain rows", alert("a3", "none")),
        ("a row whose mark would close it", alert("a3", "\"one, large\"")),
        ("marks in marks", alert("a3", "\"\"\"none\"\"\"")),
        ("rows with marks in the text", alert("a3", "5\" of rain")),
    ];
    for (what, follower) in followers {
        let text = [HEADER, &alert("a1", "none"), &open, &follower, &alert("a4", "none")].concat();
        let (accepted, rejects) = rows(&text);
        assert_eq!((accepted, rejects.len()), (3, 1), "{what}: {rejects:?}");
        let (reason, raw) = &rejects[0];
        assert!(reason.contains("quotation mark in `reason` is not closed"), "{what}: {reason}");
        assert_eq!(String::from_utf8_lossy(raw), [HEADER, &open].concat(), "{what}");
        assert_eq!(rows(&String::from_utf8_lossy(raw)).1[0].0, *reason, "{what}: a reject stands by itself");
    }
}

#[test]
fn the_place_is_where_the_mark_was_opened() {
    let text =
        [HEADER, &alert("a1", "\"two\nlines\""), &alert("a2", "\"open"), &alert("a3", "none")].concat();
    let mut places = Vec::new();
    let summary = super::intake().read("alerts.csv", &mut text.as_bytes(), &mut |record| {
        places.push((record.place.line, record.place.offset));
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!(summary.expect("memory reads").rejected, 1);
    let offset = |row: &str| text.find(row).map(|at| at as u64).expect("a row");
    assert_eq!(places, [(Some(2), offset("a1")), (Some(4), offset("a2")), (Some(5), offset("a3"))]);
}

#[test]
fn many_unclosed_marks_are_told_one_by_one() {
    // Each leaves a mark open whether or not one was open before it: looking for the end of each would take hours.
    let text = [HEADER, &"a\"b,\"c,d,e\n".repeat(100_000)].concat();
    let (accepted, rejects) = rows(&text);
    assert_eq!((accepted, rejects.len()), (0, 100_000));
}

#[test]
fn a_line_longer_than_any_may_be_costs_one_row() {
    let long = alert("a2", &"a".repeat(17 << 20));
    let text = [HEADER, &alert("a1", "none"), &long, &alert("a3", "\"none\"")].concat();
    let (accepted, rejects) = rows(&text);
    assert_eq!((accepted, rejects.len()), (2, 1));
    assert!(rejects[0].0.contains("longer than"), "{}", rejects[0].0);
}

#[test]
fn line_ends_of_every_system_are_line_ends() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [HEADER, &alert("a1", "none"), &alert("a2", "\"no,ne\"")].concat().replace('\n', end);
        // Files of the one that has `\r` only are not told apart by their first line; with the header ended they are.
        let text = text.replacen(end, if end == "\r" { "\n" } else { end }, 1);
        assert_eq!(rows(text.trim_end()).0, 2, "{end:?}");
    }
}
