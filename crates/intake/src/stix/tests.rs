use std::ops::ControlFlow;
use std::sync::Arc;

use entente_model::{Atlas, Draft, Handling, Reference, Tlp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::record::{Outcome, Place, Record, Sink};
use crate::{Context, Drafter, Limits, Settings};

fn read(text: &str) -> Vec<Record> {
    let settings = Settings {
        handling: Handling::unmarked(Tlp::Clear),
        format: None,
        now: "2026-01-01T00:00:00Z".parse().expect("a time"),
        limits: Limits::default(),
    };
    let drafter = Drafter::new(&settings, Arc::new(Atlas::empty()));
    let context =
        Context { drafter, limits: settings.limits, format: None, recall: None, teller: String::new() };
    let mut records = Vec::new();
    let mut receive = |record| {
        records.push(record);
        ControlFlow::Continue(())
    };
    let mut sink = Sink::new(&mut receive);
    super::read(&context, &Place::file("a.json"), &mut text.as_bytes(), &mut sink)
        .expect("reading from memory");
    records
}

fn drafts(text: &str) -> Vec<Draft> {
    let drafts = |record: Record| match record.outcome {
        Outcome::Drafts(drafts) => drafts,
        other => panic!("{other:?} at {}", record.place),
    };
    read(text).into_iter().flat_map(drafts).collect()
}

fn reason(object: Value) -> String {
    match &read(&object.to_string())[0].outcome {
        Outcome::Rejected { reason, .. } => reason.clone(),
        other => panic!("{object} is not rejected: {other:?}"),
    }
}

fn id(kind: &str) -> String {
    format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
}

/// An object of this type with its common properties, and `more`.
fn object(kind: &str, more: Value) -> Value {
    let mut object = json!({"type": kind, "spec_version": "2.1", "id": id(kind),
        "created": "2025-03-01T09:30:00.000Z", "modified": "2025-03-01T09:30:00.000Z"});
    for (name, value) in more.as_object().expect("properties") {
        object[name] = value.clone();
    }
    object
}

#[test]
fn every_shape_of_input_gives_its_objects() {
    let tool = object("tool", json!({"name": "a tool"}));
    let url = json!({"type": "url", "id": id("url"), "value": "http://a.example/"});
    for text in [
        json!({"type": "bundle", "id": id("bundle"), "objects": [tool, url]}).to_string(),
        json!({"more": false, "objects": [tool, url]}).to_string(),
        json!([tool, url]).to_string(),
        json!([{"type": "bundle", "id": id("bundle"), "objects": [tool, url]}]).to_string(),
        format!("{tool}\n{url}\n"),
    ] {
        let kinds: Vec<_> = drafts(&text).iter().map(|draft| draft.object.kind().to_string()).collect();
        assert_eq!(kinds, ["tool", "url"], "{text}");
    }
    assert!(read(&json!({"type": "bundle", "id": id("bundle")}).to_string()).is_empty());
    assert!(read(&json!([{"type": "bundle", "id": id("bundle")}]).to_string()).is_empty());
}

#[test]
fn a_record_knows_where_it_stood() {
    let tool = object("tool", json!({"name": "a tool"}));
    let text = format!("[\n{{\"type\":\"bundle\",\n\"objects\":[\n{tool},\n 5]}}]");
    let records = read(&text);
    let place = &records[0].place;
    assert_eq!((place.line, place.offset, place.record.as_deref()), (Some(4), 32, Some(id("tool").as_str())));
    let text = &text[records[1].place.offset as usize..];
    assert!(text.starts_with('5') && records[1].place.line == Some(5), "{records:?}");
}

#[test]
fn what_is_wrong_is_said() {
    let wrong = |kind: &str, more: Value| reason(object(kind, more));
    for (reason, expected) in [
        (reason(json!(5)), "a STIX object must be a JSON object"),
        (reason(json!({"id": id("tool")})), "the required property `type` is missing"),
        (wrong("tool", json!({})), "the required property `name` is missing"),
        (wrong("tool", json!({"name": 5})), "the property `name` must be a text"),
        (wrong("tool", json!({"name": "a", "confidence": 101})), "must be a whole number from 0 to 100"),
        (wrong("tool", json!({"name": "a", "labels": "x"})), "the property `labels` must be a list of texts"),
        (wrong("tool", json!({"name": "a", "created_by_ref": id("tool")})), "must be an id of type identity"),
        (wrong("tool", json!({"name": "a", "id": "tool--1"})), "does not end in a UUID"),
        (wrong("tool", json!({"name": "a", "id": id("malware")})), "the identifier must begin with the type"),
        (wrong("tool", json!({"name": "a", "modified": "2024-03-01T09:30:00Z"})), "must not be earlier"),
        (wrong("tool", json!({"name": "a", "modified": "2025-03-01 09:30"})), "must be a timestamp in UTC"),
        (
            wrong("tool", json!({"name": "a", "modified": "2025-03-01T09:30:00+01:00"})),
            "must be a timestamp in UTC",
        ),
        (
            wrong("tool", json!({"name": "a", "modified": "2025-02-30T09:30:00Z"})),
            "must be a timestamp in UTC",
        ),
        (wrong("tool", json!({"name": "a", "spec_version": "3.0"})), "`spec_version` must be `2.1`"),
        (wrong("tool", json!({"name": "a", "description": null})), "must be a text"),
        (wrong("tool", json!({"name": "a", "x_y": null})), "must not be null"),
        (wrong("tool", json!({"name": "a", "external_references": [{}]})), "each have a `source_name`"),
        (
            wrong("tool", json!({"name": "a", "granular_markings": [{"selectors": ["name"]}]})),
            "either a `marking_ref` or",
        ),
        (
            wrong(
                "relationship",
                json!({"relationship_type": "uses", "source_ref": id("sighting"), "target_ref": id("tool")}),
            ),
            "the property `source_ref` must be an id of another type than sighting",
        ),
        (
            wrong("sighting", json!({"sighting_of_ref": id("tool"), "count": -1})),
            "a whole number from 0 to 999999999",
        ),
        (wrong("location", json!({"latitude": 5.0})), "`latitude` and `longitude` go together"),
        (wrong("malware", json!({"is_family": true})), "a malware family needs a `name`"),
        (
            wrong("report", json!({"name": "a", "object_refs": []})),
            "the required property `published` is missing",
        ),
        (
            wrong(
                "observed-data",
                json!({"first_observed": "2025-01-02T00:00:00Z", "last_observed": "2025-01-01T00:00:00Z",
            "number_observed": 1, "object_refs": [id("url")]}),
            ),
            "`last_observed` must not be earlier than `first_observed`",
        ),
        (reason(json!({"type": "file", "id": id("file"), "size": 5})), "a file needs `hashes` or a `name`"),
    ] {
        assert!(reason.contains(expected), "{reason}, not {expected}");
    }
}

#[test]
fn a_granular_marking_marks_something() {
    let marked = |selector: &str| {
        object(
            "tool",
            json!({"name": "a", "labels": ["x"], "external_references": [{"source_name": "s", "url": "u"}],
            "granular_markings": [{"lang": "en", "selectors": [selector]}]}),
        )
    };
    for selector in ["name", "labels.[0]", "external_references.[0].url"] {
        drafts(&marked(selector).to_string());
    }
    for selector in ["description", "labels.[1]", "labels.x", "name.[0]", "external_references.[0].x"] {
        assert!(reason(marked(selector)).contains("which the object does not have"), "{selector}");
    }
}

#[test]
fn a_pattern_has_to_be_one() {
    let indicator = |language: &str, pattern: &str| {
        object(
            "indicator",
            json!({"pattern": pattern, "pattern_type": language, "valid_from": "2025-03-01T09:30:00Z"}),
        )
    };
    assert_eq!(
        reason(indicator("stix", "[file:name = a]")),
        "the pattern cannot be read: character 14: a value (texts stand in single quotes) was expected, not `a`"
    );
    drafts(&indicator("yara", "rule a { condition: true }").to_string());
    let drafts = drafts(&indicator("stix", "[domain-name:value = 'a.example.com']").to_string());
    let kinds: Vec<_> = drafts[0].links.iter().map(|link| link.kind.as_ref()).collect();
    assert_eq!(kinds, ["registered-domain", "pattern"]);
}

#[test]
fn what_nobody_knows_is_kept() {
    let custom = object("x-acme-thing", json!({"x": null, "created": 5}));
    assert!(reason(custom).contains("created"));
    let custom = object("x-acme-thing", json!({"x": null, "name": 5}));
    let tool = object(
        "tool",
        json!({"name": "a", "x_acme": {"deep": [1]}, "tool_types": ["no word"], "aliases": []}),
    );
    let drafts = drafts(&format!("{custom}{tool}"));
    assert_eq!(Value::Object(drafts[0].object.json().clone()), custom);
    assert_eq!(Value::Object(drafts[1].object.json().clone()), tool);
}

#[test]
fn documents_of_other_kinds_are_excluded_by_name() {
    let class = |document: Value| match &read(&document.to_string())[0].outcome {
        Outcome::Excluded(class) => *class,
        other => panic!("{other:?}"),
    };
    assert_eq!(class(json!({"$schema": "x", "type": "object"})), "JSON Schema");
    assert_eq!(class(json!({"stix_header": {}, "version": "1.2"})), "STIX 1 document");
}

#[test]
fn an_older_object_is_brought_up() {
    let older = |kind: &str, more: Value| {
        let mut object = object(kind, more);
        object.as_object_mut().expect("an object").remove("spec_version");
        object
    };
    let bundle = json!({"type": "bundle", "id": id("bundle"), "spec_version": "2.0", "objects": [
        older("indicator", json!({"pattern": "[file:name = 'a'] START '2025-01-01T00:00:00Z' STOP '2025-01-02T00:00:00Z'",
            "valid_from": "2025-03-01T09:30:00Z", "labels": ["malicious-activity", "acme:own"]})),
        older("malware", json!({"name": "a", "labels": ["trojan"]})),
        older("marking-definition", json!({"definition_type": "tlp", "definition": {"tlp": "green"}})),
        older("x-misp-attribute", json!({"x_misp_value": "a"})),
    ]});
    // The same objects say by themselves what they are, without the bundle around them.
    for text in [bundle.to_string(), bundle["objects"].to_string()] {
        let drafts = drafts(&text);
        let json = |at: usize| Value::Object(drafts[at].object.json().clone());
        assert!(drafts.iter().all(|draft| draft.object.text("spec_version") == Some("2.1")));
        assert_eq!(json(0)["indicator_types"], json!(["malicious-activity"]));
        assert_eq!(json(0)["labels"], json!(["acme:own"]));
        assert_eq!((&json(0)["pattern_type"], &json(0)["pattern_version"]), (&json!("stix"), &json!("2.0")));
        assert_eq!((&json(1)["is_family"], &json(1)["malware_types"]), (&json!(false), &json!(["trojan"])));
        assert_eq!((&json(1)["labels"], &json(2)["name"]), (&Value::Null, &json!("TLP:GREEN")));
        assert_eq!(json(3)["x_misp_value"], "a");
    }
}

#[test]
fn embedded_observables_become_objects() {
    let observed = json!({"type": "observed-data", "id": id("observed-data"), "created": "2025-03-01T09:30:00Z",
        "modified": "2025-03-01T09:30:00Z", "first_observed": "2025-03-01T09:30:00Z",
        "last_observed": "2025-03-01T09:30:00Z", "number_observed": 1,
        "object_marking_refs": ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"], "objects": {
        "0": {"type": "directory", "path": "C:\\x", "contains_refs": ["1"], "accessed": "2025-03-01T09:30:00Z"},
        "1": {"type": "file", "name": "foo.dll", "parent_directory_ref": "0",
            "hashes": {"sha256": "a".repeat(64)}, "is_encrypted": false},
        "2": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "3", "dst_ref": "4"},
        "3": {"type": "ipv4-addr", "value": "198.51.100.3"},
        "4": {"type": "domain-name", "value": "example.com", "resolves_to_refs": ["3"]},
        "5": {"type": "process", "pid": 5, "binary_ref": "1", "opened_connection_refs": ["2"]},
        "6": {"type": "email-message", "is_multipart": true, "body_multipart": [{"body_raw_ref": "1"}]},
    }});
    let drafts = drafts(&observed.to_string());
    let of = |kind: &str| {
        let found = drafts.iter().find(|draft| draft.object.kind().as_str() == kind).expect("an observable");
        Value::Object(found.object.json().clone())
    };
    assert_eq!(drafts.len(), 8);
    let references = of("observed-data")["object_refs"].as_array().expect("references").len();
    assert_eq!((references, of("observed-data").get("objects")), (7, None));
    assert_eq!(of("ipv4-addr")["id"], "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
    assert_eq!(of("domain-name")["id"], "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7");
    assert_eq!(of("domain-name")["resolves_to_refs"], json!([of("ipv4-addr")["id"]]));
    assert_eq!(of("directory")["contains_refs"], json!([of("file")["id"]]));
    assert_eq!(
        (&of("file")["parent_directory_ref"], &of("directory")["atime"]),
        (&of("directory")["id"], &json!("2025-03-01T09:30:00Z"))
    );
    assert!(
        of("file")["hashes"]["SHA-256"].is_string() && of("file")["x_stix20_is_encrypted"] == json!(false)
    );
    assert_eq!(of("network-traffic")["src_ref"], of("ipv4-addr")["id"]);
    assert_eq!(
        (&of("process")["image_ref"], &of("process")["opened_connection_refs"]),
        (&of("file")["id"], &json!([of("network-traffic")["id"]]))
    );
    assert_eq!(of("email-message")["body_multipart"][0]["body_raw_ref"], of("file")["id"]);
    assert_eq!(of("process")["id"].as_str().expect("an id").as_bytes()["process--".len() + 14], b'4');
    // What was inside is under the marking of what was around it, and importing again names the same objects.
    assert!(drafts.iter().all(|draft| draft.handling.tlp == Tlp::Red));
    assert_eq!(drafts, self::drafts(&observed.to_string()));
    let told = |draft: &Draft| draft.links.iter().filter(|link| link.kind == "object").count();
    assert_eq!(told(&drafts[0]), 7);
    assert!(
        drafts
            .iter()
            .flat_map(|draft| &draft.links)
            .all(|link| !matches!(&link.target, Reference::Id(id) if id.to_string().len() < 40))
    );
}

#[test]
fn references_in_a_circle_or_to_nothing_do_not_hang() {
    let with = |objects: Value| {
        json!({"type": "observed-data", "id": id("observed-data"), "created": "2025-03-01T09:30:00Z",
            "modified": "2025-03-01T09:30:00Z", "first_observed": "2025-03-01T09:30:00Z",
            "last_observed": "2025-03-01T09:30:00Z", "number_observed": 1, "objects": objects})
    };
    let circle = with(json!({"0": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "1"},
        "1": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "0"}}));
    assert_eq!(drafts(&circle.to_string()).len(), 3);
    let nothing = with(json!({"0": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "9"}}));
    assert!(reason(nothing).contains("the property `src_ref` must be an id written `type--UUID`, not `9`"));
    assert!(reason(with(json!({"0": 5}))).contains("the observable `0` must be a JSON object"));
    assert!(reason(with(json!({"0": {"value": "x"}}))).contains("the observable `0` has no `type`"));
}

proptest! {
    #[test]
    fn any_object_is_accounted_for(kind in "(indicator|observed-data|file|relationship|x-a|bundle|malware)", property in "(objects|labels|pattern|hashes|id|created|src_ref|extensions)",
        value in prop_oneof![Just(json!(null)), Just(json!({})), Just(json!([{}])), Just(json!({"0": {"type": "file", "name": "x", "extensions": {"a": {"b_ref": "0"}}}})), Just(json!("x")), Just(json!(["x"]))]) {
        let mut object = object(&kind, json!({"name": "x", "first_observed": "2025-03-01T09:30:00Z"}));
        object[property] = value;
        let records = read(&object.to_string());
        prop_assert!(records.len() == 1 || kind == "bundle");
    }
}
