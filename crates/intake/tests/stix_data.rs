//! Every file of ../shared/data/stix through the true entry: nothing panics, everything is accounted for, and the
//! files whose truth is known come out as it says. The data is not part of the repository; without it this says
//! so and passes.
#![expect(clippy::print_stdout, reason = "says what it skipped and what it counted")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use entente_intake::pattern::{Edition, Pattern};
use entente_intake::{Intake, Limits, Outcome, Record, Settings, Summary};
use entente_model::{Atlas, Handling, Tlp, canonical_id};
use sha2::{Digest, Sha256};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/stix");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/stix_counts.txt");

fn data() -> Option<PathBuf> {
    let data = PathBuf::from(DATA);
    if !data.is_dir() {
        println!("skipped: {DATA} is not there");
        return None;
    }
    Some(data)
}

fn read(path: &Path) -> (Summary, Vec<Record>) {
    let settings = Settings {
        handling: Handling::unmarked(Tlp::Clear),
        format: None,
        now: "2026-01-01T00:00:00Z".parse().expect("a time"),
        limits: Limits::default(),
    };
    let intake = Intake::new(settings, Arc::new(Atlas::empty()));
    let mut records = Vec::new();
    let mut input = File::open(path).expect("a file of the data");
    let mut receive = |record: Record| {
        records.push(record);
        ControlFlow::Continue(())
    };
    let summary =
        intake.read(&path.to_string_lossy(), &mut input, &mut receive).expect("the file can be read");
    (summary, records)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// What is the same for all records with the same fault: values and places left out.
fn class(reason: &str) -> String {
    let mut class = String::new();
    for (index, part) in reason.split('`').enumerate() {
        class.push_str(if index % 2 == 1 { "…" } else { part });
    }
    class
        .split_whitespace()
        .map(|word| if word.contains(char::is_numeric) { "#" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

fn counts(path: &Path, data: &Path, lines: &mut String) -> u64 {
    let (summary, records) = read(path);
    let name = path.strip_prefix(data).expect("below the data").display().to_string();
    assert_eq!(
        summary.records,
        summary.accepted + summary.excluded + summary.rejected,
        "{name} does not add up"
    );
    assert_eq!(summary.records, records.len() as u64, "{name} lost a record");
    let Summary { records: read, accepted, excluded, rejected, .. } = summary;
    let drafts: usize = records
        .iter()
        .map(|record| match &record.outcome {
            Outcome::Drafts(drafts) => drafts.len(),
            _ => 0,
        })
        .sum();
    writeln!(lines, "{name}\t{read} records\t{accepted} accepted\t{excluded} excluded\t{rejected} rejected\t{drafts} objects")
        .expect("memory");
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for record in &records {
        match &record.outcome {
            Outcome::Drafts(_) => {}
            Outcome::Known => unreachable!("nothing is remembered here"),
            Outcome::Excluded(what) => *reasons.entry(format!("excluded: {what}")).or_default() += 1,
            Outcome::Rejected { reason, .. } => {
                *reasons.entry(format!("rejected: {}", class(reason))).or_default() += 1
            }
        }
    }
    for (reason, count) in reasons {
        writeln!(lines, "\t{count} {reason}").expect("memory");
    }
    read
}

#[test]
fn every_file_is_accounted_for() {
    let Some(data) = data() else { return };
    let mut paths = Vec::new();
    files(&data, &mut paths);
    let mut lines = String::new();
    let read: u64 = paths.iter().map(|path| counts(path, &data, &mut lines)).sum();
    println!("{} files, {read} records", paths.len());
    let golden = fs::read_to_string(GOLDEN).unwrap_or_default();
    if golden != lines {
        let seen = concat!(env!("CARGO_TARGET_TMPDIR"), "/stix_counts.txt");
        fs::write(seen, &lines).expect("the target folder");
        let (was, is): (Vec<_>, Vec<_>) = (golden.lines().collect(), lines.lines().collect());
        was.iter().filter(|line| !is.contains(line)).for_each(|line| println!("- {line}"));
        is.iter().filter(|line| !was.contains(line)).for_each(|line| println!("+ {line}"));
        panic!("the counts differ: compare {seen} with {GOLDEN}, and copy it there if the change is wanted");
    }
}

#[test]
fn the_validator_examples_come_out_as_named() {
    let Some(data) = data() else { return };
    let mut paths = Vec::new();
    files(&data.join("validator-examples-21"), &mut paths);
    for path in &paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (summary, records) = read(path);
        let valid = summary.records > 0 && summary.accepted == summary.records;
        let expected = !name.starts_with("invalid_");
        assert_eq!(valid, expected, "{name}: {records:?}");
        if !expected {
            assert_eq!(summary.accepted, 0, "{name}");
        }
    }
    println!("{0} of {0} validator examples as named", paths.len());
}

/// SHA-256 over the deterministic ids of the 82 example objects, one a line, `-` for those that have none, as the
/// reference implementation makes them (cti-python-stix2 3.0.2: parse each object without its `id`, take the id it
/// gets). The ids in the file itself are those printed in the standard, which are not made by its own rule.
const REFERENCE_IDS: &str = "356419747827be7e1293af2f5121b83d2b6b7dd2aa3238f32eb9366a4e46f325";

#[test]
fn the_deterministic_ids_are_those_of_the_reference() {
    let Some(data) = data() else { return };
    let (_, records) = read(&data.join("cti-python-stix2/sco-examples-bundle.json"));
    let mut ids = String::new();
    for record in &records {
        let Outcome::Drafts(drafts) = &record.outcome else { panic!("{record:?}") };
        let id = canonical_id(&drafts[0].object).map_or("-".to_owned(), |id| id.to_string());
        writeln!(ids, "{id}").expect("memory");
    }
    let digest = Sha256::digest(ids.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, REFERENCE_IDS, "\n{ids}");
    println!("{0} of {0} deterministic ids", records.len());
}

#[test]
fn the_patterns_of_the_standard_are_valid() {
    let Some(data) = data() else { return };
    let text = fs::read_to_string(data.join("patterns/spec_examples.txt")).expect("the patterns");
    let patterns: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    for pattern in &patterns {
        for edition in [Edition::V20, Edition::V21] {
            if let Err(error) = Pattern::parse(pattern, edition) {
                panic!("{pattern}: {error}");
            }
        }
    }
    println!("{0} of {0} patterns", patterns.len());
}
