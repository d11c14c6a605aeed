//! What every intake target asserts: a reader ends, does not panic, and accounts for each record.
#![forbid(unsafe_code)]

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use entente_intake::{Format, Intake, Limits, Outcome, Record, Settings};
use entente_model::{Atlas, AtlasRow, Handling, Tlp};

/// Small enough that running into each limit is a few bytes away, and that memory stays bounded.
const LIMITS: Limits = Limits {
    record_bytes: 1 << 16,
    archive_ratio: 100,
    archive_depth: 3,
    archive_entries: 64,
    archive_bytes: 1 << 20,
};

/// Whereabouts of two of the networks reserved for documentation.
pub static ATLAS: LazyLock<Arc<Atlas>> = LazyLock::new(|| {
    let rows = [
        "192.0.2.0,192.0.2.255,PT",
        "198.51.100.0,198.51.100.127,64500,\"Example, Inc.\"",
        "2001:db8::,2001:db8::ffff,EE",
    ];
    let rows = rows.map(|row| AtlasRow::from_csv(row).expect("a row of an address table"));
    let table = Atlas::build(rows).expect("rows that do not overlap");
    Arc::new(Atlas::from_bytes(table).expect("a table just built"))
});

/// Reads `bytes` as a file and checks the accounting. Read in small pieces, the file must say the same.
pub fn read(format: Option<Format>, name: &str, bytes: &[u8]) {
    let whole = records(format, name, &mut &bytes[..]);
    if bytes.len() % 4 == 3 {
        let mut pieces = Pieces { rest: bytes, length: 1 + bytes.len() % 13 };
        let again = records(format, name, &mut pieces);
        assert!(whole == again, "read in pieces of {} bytes it says something else", 1 + bytes.len() % 13);
    }
}

fn records(format: Option<Format>, name: &str, input: &mut dyn Read) -> Vec<Record> {
    let now = "2026-01-02T03:04:05Z".parse().expect("a timestamp");
    let settings = Settings { handling: Handling::unmarked(Tlp::Green), format, now, limits: LIMITS };
    let mut records = Vec::new();
    let summary = Intake::new(settings, ATLAS.clone())
        .read(name, input, &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        })
        .expect("memory can be read");
    assert_eq!(summary.records, records.iter().map(|record| record.count).sum::<u64>());
    assert_eq!(summary.records, summary.accepted + summary.excluded + summary.rejected);
    records.iter().for_each(hold);
    records
}

/// What holds for any record: drafts there are, under the import's handling at least; reasons are given.
fn hold(record: &Record) {
    match &record.outcome {
        Outcome::Drafts(drafts) => {
            assert!(!drafts.is_empty(), "{}: an accepted record without an object", record.place);
            for draft in drafts {
                assert!(draft.handling.tlp >= Tlp::Green, "{}: a marking made handling laxer", record.place);
                assert!(draft.canonical.as_ref() != Some(draft.object.id()));
            }
        }
        Outcome::Known => unreachable!("nothing is remembered here"),
        Outcome::Excluded(class) => assert!(!class.is_empty()),
        Outcome::Rejected { reason, .. } => assert!(!reason.is_empty()),
    }
}

/// A reader that gives a few bytes at a time, as a socket may.
struct Pieces<'a> {
    rest: &'a [u8],
    length: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let piece = self.length.min(into.len());
        self.rest.read(&mut into[..piece])
    }
}
