//! The MISP data beside the repository: what MISP's own mapping says, how much of every file comes in, and the
//! same incident told in two formats. The data is not part of the repository; without it this says so and passes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use entente_intake::{Intake, Limits, Outcome, Record, Settings, Summary};
use entente_model::{Atlas, Handling, Kind, Reference, Selector, Tlp, canonical_json};
use serde_json::{Value, json};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/misp");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/misp_counts.txt");

#[expect(clippy::print_stdout, reason = "a test that does not run says so")]
fn data() -> Option<PathBuf> {
    let data = PathBuf::from(DATA);
    if !data.is_dir() {
        println!("skipped: {DATA} is not there");
        return None;
    }
    Some(data)
}

fn read(name: &str, input: &mut dyn Read) -> (Summary, Vec<Record>) {
    let settings = Settings {
        handling: Handling::unmarked(Tlp::Clear),
        format: None,
        now: "2026-01-01T00:00:00Z".parse().expect("a time"),
        limits: Limits::default(),
    };
    let intake = Intake::new(settings, Arc::new(Atlas::empty()));
    let mut records = Vec::new();
    let mut receive = |record: Record| {
        records.push(record);
        ControlFlow::Continue(())
    };
    let summary = intake.read(name, input, &mut receive).expect("the file can be read");
    (summary, records)
}

fn open(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("a file of the data");
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).expect("a gzip file");
        return unpacked;
    }
    bytes
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

// The mapping's truth.

/// Pairs the reader does not meet, and why.
const MISSES: &[(&str, &str)] = &[
    (
        "objects/domain-ip with the perfect domain & ip matching",
        "the documentation is older than the converter: it has labels `misp:to_ids` the converter no longer writes, \
         a pattern of one of the two names and addresses, and the relationship id of another pair",
    ),
    ("custom_objects/person", "objects/person says that a person becomes an identity; both cannot be met"),
];

const AUTHOR: &str = "a0c22599-9e58-4da4-96ac-7051603fa951";

/// What the things of a pair become, without the event around them.
fn converted(member: &str, misp: &Value) -> Vec<Value> {
    let list = if misp.is_array() { misp.clone() } else { json!([misp]) };
    let event = json!({ "Event": {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "info": "pair",
        "date": "2020-10-25",
        "timestamp": "1603642920",
        "Orgc": { "uuid": AUTHOR, "name": "author" },
        member: list,
    }});
    let (_, records) = read("pair.json", &mut event.to_string().as_bytes());
    let own =
        |record: &&Record| !record.place.record.as_deref().is_some_and(|name| name.starts_with("Event "));
    let mut objects = Vec::new();
    for record in records.iter().filter(own) {
        match &record.outcome {
            Outcome::Drafts(drafts) => {
                objects.extend(drafts.iter().map(|draft| Value::Object(draft.object.json().clone())));
            }
            Outcome::Known => unreachable!("nothing is remembered here"),
            Outcome::Excluded(_) => {}
            Outcome::Rejected { reason, .. } => objects.push(json!({ "rejected": reason })),
        }
    }
    objects
}

/// Objects with the ids of observables replaced by what they say, so that two conversions that name them
/// differently compare equal.
fn comparable(objects: &[Value]) -> Vec<String> {
    let by_id: BTreeMap<&str, &Value> =
        objects.iter().filter_map(|object| Some((object.get("id")?.as_str()?, object))).collect();
    let mut written: Vec<String> =
        objects.iter().map(|object| canonical_json(&spelled(object, &by_id, 0))).collect();
    written.sort();
    written.dedup();
    written
}

fn is_observable(id: &str) -> bool {
    id.split_once("--").is_some_and(|(kind, _)| Kind::from_name(kind).is_observable())
}

fn spelled(value: &Value, by_id: &BTreeMap<&str, &Value>, depth: u32) -> Value {
    match value {
        Value::String(text) if is_observable(text) => match by_id.get(text.as_str()) {
            Some(object) if depth < 8 => without_id(object, by_id, depth + 1),
            _ => "an observable".into(),
        },
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| spelled(item, by_id, depth)).collect();
            items.sort_by_cached_key(canonical_json);
            items.into()
        }
        Value::Object(_) => without_id(value, by_id, depth),
        other => other.clone(),
    }
}

fn without_id(object: &Value, by_id: &BTreeMap<&str, &Value>, depth: u32) -> Value {
    let members = object.as_object().expect("an object");
    let named = members.get("id").and_then(Value::as_str).is_some_and(is_observable);
    let kept = members.iter().filter(|(name, _)| !(named && *name == "id"));
    kept.map(|(name, value)| (name.clone(), spelled(value, by_id, depth))).collect()
}

/// What the reader does otherwise on purpose, done to the truth. The list is in `src/misp/mod.rs`.
fn with_deviations(object: &Value) -> Value {
    let mut object = object.clone();
    let kind = object["type"].as_str().unwrap_or_default().to_owned();
    if let Some(key) = object.get("key").and_then(Value::as_str)
        && let Ok(Selector::RegistryKey(key)) = Selector::registry_key(key)
    {
        object["key"] = key.into();
    }
    // STIX 2.1 section 6.12.2 wants lists, section 6.14 lower-case codes.
    if let Some(header) = object.pointer_mut("/extensions/http-request-ext/request_header") {
        for (_, value) in header.as_object_mut().expect("headers by name") {
            *value = json!([value.take()]);
        }
    }
    if let Some(language) = object.pointer_mut("/languages/0") {
        *language = language.as_str().expect("a code").to_lowercase().into();
    }
    // The documentation calls custom attributes by a name the converter gave up, and dates them at random.
    if let Some(misp) = kind.strip_prefix("x-misp-object-") {
        object["type"] = "x-misp-attribute".into();
        object["x_misp_type"] = misp.into();
    }
    object
}

/// Times of clusters: the pairs give clusters no time and their truth one.
fn undated(mut object: Value, dated: bool) -> Value {
    if !dated && let Some(members) = object.as_object_mut() {
        members.remove("created");
        members.remove("modified");
    }
    object
}

fn pairs(data: &Path) -> Vec<(String, &'static str, Value, Vec<Value>)> {
    let folder = data.join("misp-stix-mapping");
    let mut pairs = Vec::new();
    for (file, member) in [
        ("misp_attributes_to_stix21.json.gz", "Attribute"),
        ("misp_custom_attributes_to_stix21.json", "Attribute"),
        ("misp_objects_to_stix21.json.gz", "Object"),
        ("misp_custom_objects_to_stix21.json", "Object"),
        ("misp_galaxies_to_stix21.json", "Galaxy"),
    ] {
        let all: Value = serde_json::from_slice(&open(&folder.join(file))).expect("JSON");
        let group = file.trim_start_matches("misp_").split_once("_to_").map_or(file, |(group, _)| group);
        for (name, pair) in all.as_object().expect("pairs by name") {
            let stix = match &pair["STIX"] {
                Value::Array(objects) => objects.clone(),
                single => vec![single.clone()],
            };
            pairs.push((format!("{group}/{name}"), member, pair["MISP"].clone(), stix));
        }
    }
    pairs
}

#[test]
fn the_mapping_comes_out_as_its_truth_says() {
    let Some(data) = data() else { return };
    let known: BTreeMap<&str, &str> = MISSES.iter().copied().collect();
    let (mut exact, mut deviating, mut missed) = (0, 0, Vec::new());
    let pairs = pairs(&data);
    for (name, member, misp, stix) in &pairs {
        let custom = name.starts_with("custom_attributes/");
        let dated = *member != "Galaxy" && !custom;
        let ours: Vec<Value> =
            converted(member, misp).into_iter().map(|object| undated(object, dated)).collect();
        let truth: Vec<Value> = stix.iter().map(|object| undated(object.clone(), dated)).collect();
        if comparable(&ours) == comparable(&truth) {
            exact += 1;
            continue;
        }
        let truth: Vec<Value> = truth.iter().map(with_deviations).collect();
        let (ours, truth) = (comparable(&ours), comparable(&truth));
        let same =
            if custom { ours_without_names(&ours) == ours_without_names(&truth) } else { ours == truth };
        if same {
            deviating += 1;
            continue;
        }
        missed.push(name.clone());
        println!("missed: {name}: {}", known.get(name.as_str()).unwrap_or(&"UNEXPLAINED"));
        if !known.contains_key(name.as_str()) {
            ours.iter()
                .filter(|object| !truth.contains(object))
                .for_each(|object| println!("    ours  {object}"));
            truth
                .iter()
                .filter(|object| !ours.contains(object))
                .for_each(|object| println!("    truth {object}"));
        }
    }
    println!(
        "MISP→STIX mapping: {} pairs, {exact} exact, {deviating} but for documented deviations, {} missed",
        pairs.len(),
        missed.len()
    );
    let expected: Vec<&str> = MISSES.iter().map(|(name, _)| *name).collect();
    assert_eq!(missed, expected, "the pairs missed are not the ones explained");
}

/// The documentation's custom attributes have ids and labels the pair does not explain.
fn ours_without_names(objects: &[String]) -> Vec<Value> {
    let strip = |object: &String| {
        let mut object: Value = serde_json::from_str(object).expect("JSON");
        for name in ["id", "labels"] {
            object.as_object_mut().expect("an object").remove(name);
        }
        object
    };
    objects.iter().map(strip).collect()
}

// Every file, counted.

/// What is the same for all records with the same fault: values and places left out.
fn class(reason: &str) -> String {
    let mut class = String::new();
    for (index, part) in reason.split('`').enumerate() {
        class.push_str(if index % 2 == 1 { "…" } else { part });
    }
    let word = |word: &str| if word.contains(char::is_numeric) { "#".to_owned() } else { word.to_owned() };
    class.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

fn counts(path: &Path, data: &Path, lines: &mut String) {
    let name = path.strip_prefix(data).expect("below the data").display().to_string();
    let (summary, records) = read(&name, &mut File::open(path).expect("a file of the data"));
    assert_eq!(
        summary.records,
        summary.accepted + summary.excluded + summary.rejected,
        "{name} does not add up"
    );
    assert_eq!(summary.records, records.len() as u64, "{name} lost a record");
    let Summary { records: read, accepted, excluded, rejected, .. } = summary;
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for record in &records {
        match &record.outcome {
            Outcome::Drafts(drafts) => {
                assert!(!drafts.is_empty(), "{name}: a record became nothing");
                for draft in drafts {
                    *kinds.entry(draft.object.kind().to_string()).or_default() += 1;
                }
            }
            Outcome::Known => unreachable!("nothing is remembered here"),
            Outcome::Excluded(what) => *reasons.entry(format!("excluded: {what}")).or_default() += 1,
            Outcome::Rejected { reason, .. } => {
                *reasons.entry(format!("rejected: {}", class(reason))).or_default() += 1;
            }
        }
    }
    writeln!(lines, "{name}\t{read} records\t{accepted} accepted\t{excluded} excluded\t{rejected} rejected")
        .expect("memory");
    for (what, count) in kinds.into_iter().chain(reasons) {
        writeln!(lines, "\t{count}\t{what}").expect("memory");
    }
}

#[test]
fn every_file_is_accounted_for() {
    let Some(data) = data() else { return };
    let mut found = Vec::new();
    files(&data, &mut found);
    let mut lines = String::new();
    for path in &found {
        counts(path, &data, &mut lines);
    }
    if std::env::var_os("ENTENTE_GOLDEN").is_some() {
        fs::create_dir_all(Path::new(GOLDEN).parent().expect("a folder")).expect("the golden folder");
        fs::write(GOLDEN, &lines).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(GOLDEN).unwrap_or_default();
    for (ours, golden) in lines.lines().zip(golden.lines()) {
        assert_eq!(ours, golden, "counts changed; set ENTENTE_GOLDEN=1 to accept them");
    }
    assert_eq!(
        lines.lines().count(),
        golden.lines().count(),
        "counts changed; set ENTENTE_GOLDEN=1 to accept them"
    );
}

// The same incident in two formats.

fn values(records: &[Record]) -> BTreeSet<String> {
    let kinds = ["domain-name", "ipv4-addr", "ipv6-addr", "url", "email-addr"];
    let mut values = BTreeSet::new();
    for record in records {
        let Outcome::Drafts(drafts) = &record.outcome else { continue };
        for draft in drafts {
            if kinds.contains(&draft.object.kind().as_str()) {
                values.extend(draft.object.text("value").map(str::to_owned));
            }
            let named = draft.links.iter().filter(|link| link.kind == "mentions");
            values.extend(named.filter_map(|link| match &link.target {
                Reference::Selector(selector) if kinds.contains(&selector.kind().as_str()) => {
                    Some(selector.label())
                }
                _ => None,
            }));
            if draft.object.kind() == &Kind::File
                && let Some(hashes) = draft.object.json().get("hashes").and_then(Value::as_object)
            {
                values.extend(hashes.values().filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    values
}

#[test]
fn an_incident_told_as_misp_and_as_csv_names_the_same_values() {
    let Some(data) = data() else { return };
    let (mut shared, mut all) = (0, 0);
    for (folder, misp, csv) in [
        ("201705_TaintedLeaks", "misp.json", "iocs.csv"),
        ("201707_InsiderInfo", "misp.json", "indicators.csv"),
        ("201801_SpyingOnABudget", "indicators.json", "indicators.csv"),
        ("201803_BadTraffic", "misp.json", "iocs.csv"),
        ("201808_FamiliarFeeling", "indicators.json", "indicators.csv"),
        ("202006_DarkBasin", "misp.json.gz", "iocs.csv"),
    ] {
        let folder_path = data.join("citizenlab-4-formats").join(folder);
        let told = |name: &str| {
            let path = folder_path.join(name);
            values(&read(name, &mut File::open(path).expect("a file of the data")).1)
        };
        let (misp, csv) = (told(misp), told(csv));
        let both = misp.intersection(&csv).count();
        println!("{folder}: MISP {} values, CSV {}, both {both}", misp.len(), csv.len());
        for value in csv.difference(&misp).take(5) {
            println!("    only CSV: {value}");
        }
        for value in misp.difference(&csv).take(5) {
            println!("    only MISP: {value}");
        }
        shared += both;
        all += misp.union(&csv).count();
    }
    println!("MISP and CSV agree on {shared} of {all} values");
    assert!(shared * 100 >= all * 90, "the two formats should name the same values");
}
