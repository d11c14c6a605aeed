//! A range as others get it: its files.

use std::collections::{BTreeMap, HashSet};

use entente_model::ObjectId;
use entente_range::score::KnownTruth;
use entente_range::{Memory, Range, Settings, SettingsError};
use serde_json::Value;
use sha2::{Digest, Sha256};

type Files = BTreeMap<String, Vec<u8>>;

fn files(settings: Settings) -> Files {
    let mut memory = Memory::default();
    Range::new(settings).expect("good settings").generate(&mut memory).expect("memory takes everything");
    memory.files()
}

fn digest(files: &Files) -> Vec<u8> {
    let mut digest = Sha256::new();
    for (path, bytes) in files {
        digest.update(path);
        digest.update(bytes);
    }
    digest.finalize().to_vec()
}

fn json(files: &Files, path: &str) -> Value {
    serde_json::from_slice(&files[path]).expect("JSON")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn the_same_settings_give_the_same_bytes_and_others_do_not() {
    let one = digest(&files(Settings::new(5, 3_000)));
    assert_eq!(one, digest(&files(Settings::new(5, 3_000))));
    assert_ne!(one, digest(&files(Settings::new(6, 3_000))));
    assert_ne!(one, digest(&files(Settings { wrong_permille: 100, ..Settings::new(5, 3_000) })));
}

#[test]
fn a_range_has_as_many_records_as_asked() {
    for size in [1_000, 2_345, 30_000] {
        let mut memory = Memory::default();
        let made = Range::new(Settings::new(2, size)).expect("settings").generate(&mut memory).expect("made");
        assert_eq!(made.events, size);
        assert_eq!(made.files.iter().map(|file| file.events).sum::<u64>(), size);
    }
}

#[test]
fn as_many_enterprises_as_fit_leave_room_for_others() {
    for (size, enterprises) in [(1_000, 2), (5_000, 10), (25_000, 50)] {
        let mut memory = Memory::default();
        let settings = Settings { enterprises, ..Settings::new(2, size) };
        let made = Range::new(settings).expect("settings").generate(&mut memory).expect("made");
        assert_eq!(made.events, size);
    }
}

/// Counted by the format's own means.
fn records(path: &str, bytes: &[u8]) -> u64 {
    let text = text(bytes);
    let ending = path.split_once('.').map_or("", |(_, ending)| ending);
    let count = match ending {
        "csv" => text.lines().count() - 1,
        "jsonl" => text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(),
        "json" => length(text, "response"),
        "stix.json" => length(text, "objects"),
        "xml" => text.matches("<CdtTrfTxInf>").count(),
        "mbox" => text.lines().filter(|line| line.starts_with("From ")).count(),
        other => panic!("`{other}` is no ending of a range"),
    };
    count as u64
}

fn length(text: &str, list: &str) -> usize {
    let json: Value = serde_json::from_str(text).expect("JSON");
    json[list].as_array().expect("a list").len()
}

#[test]
fn every_file_holds_what_the_world_says() {
    let files = files(Settings::new(3, 5_000));
    let world = json(&files, "world.json");
    let told = world["files"].as_array().expect("files");
    for file in told {
        let path = file["path"].as_str().expect("a path");
        assert_eq!(Some(records(path, &files[path])), file["records"].as_u64(), "{path}");
    }
    let parties = files.keys().filter(|path| path.starts_with("parties/")).count();
    assert_eq!(told.len(), parties);
    assert_eq!(json(&files, "truth.json")["size"], 5_000);
}

/// The text of a party's files as a reader normalises it.
fn plain(files: &Files, party: &str) -> String {
    let own = files.iter().filter(|(path, _)| path.starts_with(&format!("parties/{party}/")));
    let text: String = own.map(|(_, bytes)| text(bytes)).collect();
    let text: String =
        text.chars().filter(|letter| !letter.is_whitespace() && !"[]".contains(*letter)).collect();
    text.to_ascii_lowercase().replace("hxxp", "http")
}

#[test]
fn every_entity_has_its_id_and_is_held_where_the_truth_says() {
    let files = files(Settings::new(4, 3_000));
    let truth = json(&files, "truth.json");
    let parties = ["company", "csirt", "registrar", "bank", "exchange", "police"];
    let plain: BTreeMap<&str, String> = parties.map(|party| (party, plain(&files, party))).into();
    let enterprises = truth["enterprises"].as_array().expect("enterprises");
    for entity in
        enterprises.iter().flat_map(|enterprise| enterprise["entities"].as_array().expect("entities"))
    {
        let id: ObjectId = entity["id"].as_str().expect("an id").parse().expect("a STIX id");
        assert_eq!(id.kind().as_str(), entity["type"]);
        let value: String = entity["value"].as_str().expect("a value").to_ascii_lowercase();
        for party in entity["held_by"].as_array().expect("parties") {
            let party = party.as_str().expect("a name");
            assert!(plain[party].contains(&value), "{party} does not hold {value}");
        }
    }
}

#[test]
fn nearly_every_entity_is_held_by_somebody_and_no_hub_is_one() {
    let files = files(Settings::new(8, 10_000));
    let truth = json(&files, "truth.json");
    let known = KnownTruth::read(&truth).expect("a truth");
    assert_eq!(known.enterprises().count(), 2);
    let hubs = truth["hubs"].as_array().expect("hubs");
    assert!(hubs.len() > 100);
    for hub in hubs {
        let id = hub["id"].as_str().expect("an id");
        assert!(!known.is_of("e1", id) && !known.is_of("e2", id));
    }
    let entities = truth["enterprises"][0]["entities"].as_array().expect("entities");
    let unheld =
        entities.iter().filter(|entity| entity["held_by"].as_array().is_some_and(Vec::is_empty)).count();
    assert!(unheld * 50 <= entities.len(), "{unheld} of {}", entities.len());
}

#[test]
fn the_uninvolved_are_not_the_enterprises() {
    let files = files(Settings::new(9, 5_000));
    let truth = json(&files, "truth.json");
    let known = KnownTruth::read(&truth).expect("a truth");
    let ids: Vec<&str> = text(&files["uninvolved.ids"]).lines().collect();
    assert_eq!(truth["uninvolved"]["count"], ids.len());
    assert!(ids.iter().all(|id| !known.is_of("e1", id)));
    let wrong: Vec<&str> = text(&files["wrong.ids"]).lines().collect();
    assert_eq!(truth["wrong_background"]["count"], wrong.len());
    assert!((100..200).contains(&wrong.len()), "{} of 5000 in 3 of 100", wrong.len());
}

#[test]
fn every_party_has_a_seed_for_every_enterprise() {
    for seed in 0..5 {
        let files = files(Settings::new(seed, 10_000));
        let truth = json(&files, "truth.json");
        let seeds = truth["seeds"].as_array().expect("seeds");
        let of: HashSet<(&str, &str)> = seeds
            .iter()
            .map(|seed| (seed["enterprise"].as_str().expect("e"), seed["party"].as_str().expect("p")))
            .collect();
        assert_eq!(of.len(), 2 * 6, "{of:?}");
    }
}

#[test]
fn settings_that_make_no_range_are_refused() {
    let refused = |settings: Settings| Range::new(settings).expect_err("refused");
    assert_eq!(refused(Settings::new(1, 999)), SettingsError::Size(999));
    let many = Settings { enterprises: 3, ..Settings::new(1, 1_000) };
    assert_eq!(refused(many), SettingsError::Enterprises { asked: 3, most: 2 });
    assert_eq!(
        refused(Settings { wrong_permille: 501, ..Settings::new(1, 1_000) }),
        SettingsError::Wrong(501)
    );
    assert_eq!(refused(Settings { days: 1, ..Settings::new(1, 1_000) }), SettingsError::Days(1));
}
