//! What the fuzzer found once stays mended: every file under `regressions/` is read as its folder says.
//!
//! The folders are the targets of `fuzz/`; an input is made by the fuzzer or written by hand, never taken from
//! real intelligence. To keep a finding, put its minimised input here and name it by what was wrong.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use entente_intake::pattern::{Edition, Pattern};
use entente_intake::{Format, Intake, Limits, Record, Settings};
use entente_model::{Atlas, Handling, Selector, Tlp, refang};

/// Those of the fuzz targets, so that limits are run into where they were.
const LIMITS: Limits = Limits {
    record_bytes: 1 << 16,
    archive_ratio: 100,
    archive_depth: 3,
    archive_entries: 64,
    archive_bytes: 1 << 20,
};

fn inputs(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions").join(target);
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let mut inputs: Vec<_> = entries.map(|entry| entry.expect("a folder's entry").path()).collect();
    inputs.sort();
    inputs
}

/// The same records come out whole and in pieces, and each is counted.
fn read(format: Option<Format>, file: &Path) {
    let bytes = std::fs::read(file).expect("a file just listed");
    let whole = records(format, &mut &bytes[..]);
    for length in [1, 7] {
        let again = records(format, &mut Pieces { rest: &bytes, length });
        assert_eq!(whole, again, "{} in pieces of {length} bytes", file.display());
    }
}

fn records(format: Option<Format>, input: &mut dyn Read) -> Vec<Record> {
    let now = "2026-01-02T03:04:05Z".parse().expect("a timestamp");
    let settings = Settings { handling: Handling::unmarked(Tlp::Green), format, now, limits: LIMITS };
    let mut records = Vec::new();
    let summary = Intake::new(settings, Arc::new(Atlas::empty()))
        .read("input", input, &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        })
        .expect("memory reads");
    assert_eq!(summary.records, records.len() as u64);
    assert_eq!(summary.records, summary.accepted + summary.excluded + summary.rejected);
    records
}

/// Gives a few bytes at a time, as a socket may.
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

#[test]
fn stix() {
    inputs("stix").iter().for_each(|file| read(Some(Format::Stix), file));
}

#[test]
fn misp() {
    inputs("misp").iter().for_each(|file| read(Some(Format::Misp), file));
}

#[test]
fn lists() {
    inputs("list").iter().for_each(|file| read(Some(Format::List), file));
}

#[test]
fn containers_and_recognition() {
    inputs("containers").iter().for_each(|file| read(None, file));
}

#[test]
fn patterns() {
    for file in inputs("pattern") {
        let text = std::fs::read_to_string(&file).unwrap();
        for edition in [Edition::V20, Edition::V21] {
            match Pattern::parse(&text, edition) {
                Ok(pattern) => drop(pattern.observables()),
                Err(error) => assert!((1..=text.chars().count() + 1).contains(&error.character), "{error}"),
            }
        }
    }
}

/// A constructor gives the same selector for what it made.
#[test]
fn selectors() {
    for file in inputs("selector") {
        let text = std::fs::read_to_string(&file).unwrap();
        let once = refang(&text);
        assert_eq!(refang(&once), once, "{}", file.display());
        for construct in [
            Selector::domain,
            Selector::ipv4,
            Selector::ipv6,
            Selector::url,
            Selector::email,
            Selector::mac,
            Selector::autonomous_system,
            Selector::registry_key,
            Selector::file_name,
            Selector::mutex,
            Selector::directory,
            Selector::country,
            Selector::phone,
            Selector::wallet,
            Selector::iban,
            Selector::file_hash,
            Selector::certificate_hash,
        ] {
            if let Ok(selector) = construct(&text) {
                assert_eq!(construct(&selector.label()), Ok(selector), "{}", file.display());
            }
        }
    }
}
