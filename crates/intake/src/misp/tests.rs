//! Events of our own, through the true entry.

use std::ops::ControlFlow;
use std::sync::Arc;

use entente_model::{Atlas, Draft, Handling, PermissibleActions, Reference, Tlp};
use serde_json::{Value, json};

use crate::{Format, Intake, Limits, Outcome, Record, Settings, Summary};

mod arbitrary;

const DOMAIN: &str = "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b0001";
const FILE: &str = "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b0002";
const EVENT: &str = "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b0003";

fn read_with(limits: Limits, input: &[u8]) -> (Summary, Vec<Record>) {
    let settings = Settings {
        handling: Handling::unmarked(Tlp::Green),
        format: Some(Format::Misp),
        now: "2026-01-01T00:00:00Z".parse().expect("a time"),
        limits,
    };
    let mut records = Vec::new();
    let mut receive = |record| {
        records.push(record);
        ControlFlow::Continue(())
    };
    let intake = Intake::new(settings, Arc::new(Atlas::empty()));
    let summary = intake.read("event.json", &mut &input[..], &mut receive).expect("memory can be read");
    (summary, records)
}

fn read(input: &Value) -> Vec<Record> {
    read_with(Limits::default(), input.to_string().as_bytes()).1
}

fn event(contents: Value) -> Value {
    let mut event = json!({
        "uuid": EVENT,
        "info": "an incident",
        "date": "2025-11-02",
        "timestamp": "1762041600",
        "published": true,
        "publish_timestamp": "1762041700",
        "Orgc": { "uuid": "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b00ff", "name": "Example CSIRT" },
    });
    let members = event.as_object_mut().expect("an object");
    members.extend(contents.as_object().expect("an object").clone());
    json!({ "Event": event })
}

fn domain(more: Value) -> Value {
    let mut attribute = json!({
        "uuid": DOMAIN, "type": "domain", "category": "Network activity", "value": "C2.Example.COM",
        "timestamp": "1762041601", "to_ids": true,
    });
    attribute.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    attribute
}

fn drafts(record: &Record) -> &[Draft] {
    match &record.outcome {
        Outcome::Drafts(drafts) => drafts,
        other => panic!("{other:?}"),
    }
}

fn kinds(record: &Record) -> Vec<&str> {
    drafts(record).iter().map(|draft| draft.object.kind().as_str()).collect()
}

fn excluded(records: &[Record]) -> Vec<&str> {
    let class = |record: &Record| match record.outcome {
        Outcome::Excluded(class) => Some(class),
        _ => None,
    };
    records.iter().filter_map(class).collect()
}

#[test]
fn an_attribute_becomes_what_was_seen_and_what_detects_it() {
    let records = read(&event(json!({ "Attribute": [domain(json!({ "comment": "seen in a beacon" }))] })));
    assert_eq!(kinds(&records[0]), ["indicator", "observed-data", "relationship", "domain-name"]);
    let drafts = drafts(&records[0]);
    assert_eq!(drafts[0].object.id().to_string(), format!("indicator--{DOMAIN}"));
    assert_eq!(drafts[0].object.text("modified"), Some("2025-11-02T00:00:01.000Z"));
    assert_eq!(drafts[0].object.text("description"), Some("seen in a beacon"));
    assert_eq!(drafts[3].object.text("value"), Some("c2.example.com"), "normalised once");
    assert!(drafts.iter().all(|draft| !draft.minted), "MISP gives ids and versions");
    assert_eq!(kinds(&records[1]), ["report", "identity"]);
    let report = &super::tests::drafts(&records[1])[0].object;
    assert_eq!(report.text("published"), Some("2025-11-02T00:01:40Z"));
    assert_eq!(report.json()["object_refs"].as_array().map(Vec::len), Some(4));
}

#[test]
fn an_unpublished_event_is_a_grouping_and_an_empty_one_says_so() {
    let records = read(&event(json!({ "published": false })));
    assert_eq!(kinds(&records[0]), ["grouping", "note", "identity"]);
}

#[test]
fn tags_restrict_and_the_stricter_one_counts() {
    let attribute = domain(json!({ "Tag": [{ "name": "tlp:white" }, { "name": "PAP:AMBER" }] }));
    let records = read(&event(json!({ "Tag": [{ "name": "tlp:amber" }], "Attribute": [attribute] })));
    // The relationship between indicator and observation tells of the attribute, too.
    for draft in drafts(&records[0]) {
        let handling = &draft.handling;
        assert_eq!(
            (handling.tlp, handling.pap),
            (Tlp::Amber, PermissibleActions::Amber),
            "{}",
            draft.object.id()
        );
    }
    assert_eq!(drafts(&records[1])[0].handling.pap, PermissibleActions::Clear, "of the attribute only");
}

#[test]
fn a_report_does_not_name_what_is_restricted_more_than_itself() {
    let secret = domain(json!({ "Tag": [{ "name": "tlp:red" }] }));
    let object = json!({
        "uuid": FILE, "name": "file", "meta-category": "file", "timestamp": "1762041602",
        "Attribute": [{ "type": "filename", "object_relation": "filename", "value": "invoice.exe", "to_ids": false }],
        "ObjectReference": [{ "referenced_uuid": DOMAIN, "relationship_type": "contacts" }],
    });
    let records = read(&event(json!({ "Attribute": [secret], "Object": [object] })));
    let [observable] = &drafts(&records[0])[3..] else { panic!("{:?}", records[0]) };
    let report = &drafts(&records[3])[0];
    assert_eq!(report.handling.tlp, Tlp::Green);
    let told = Value::Object(report.object.json().clone()).to_string();
    assert!(!told.contains(&observable.object.id().to_string()) && !told.contains(DOMAIN), "{told}");
    assert!(observable.links.iter().any(|link| link.source == Reference::Id(report.object.id().clone())));
    assert_eq!(drafts(&records[2])[0].handling.tlp, Tlp::Red, "a relationship names both its ends");
}

#[test]
fn a_deleted_attribute_is_revoked_and_claims_no_observable() {
    let records = read(&event(json!({ "Attribute": [domain(json!({ "deleted": true }))] })));
    assert_eq!(kinds(&records[0]), ["indicator", "observed-data", "relationship"]);
    assert!(drafts(&records[0]).iter().all(|draft| draft.object.revoked()));
}

#[test]
fn proposals_and_deleted_parts_are_counted() {
    let object = json!({
        "uuid": FILE, "name": "file", "meta-category": "file", "timestamp": "1762041602",
        "Attribute": [
            { "type": "filename", "object_relation": "filename", "value": "invoice.exe", "to_ids": true },
            { "type": "md5", "object_relation": "md5", "value": "0123", "deleted": true, "to_ids": true },
        ],
    });
    let proposal = json!([{ "type": "domain", "value": "proposed.example" }]);
    let records = read(&event(json!({ "ShadowAttribute": proposal, "Object": [object] })));
    assert_eq!(excluded(&records), ["deleted attribute", "proposal"]);
}

#[test]
fn sightings_are_seen_false_or_expired() {
    let organisation = json!({ "uuid": "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b00fe", "name": "Example Bank" });
    let sighting = |kind: &str, last: u8| {
        json!({
            "uuid": format!("3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b10{last:02}"),
            "type": kind, "date_sighting": "1762050000", "Organisation": organisation,
        })
    };
    let sightings = json!([sighting("0", 1), sighting("1", 2), sighting("2", 3)]);
    let records = read(&event(json!({ "Attribute": [domain(json!({ "Sighting": sightings }))] })));
    assert_eq!(kinds(&records[1]), ["sighting", "identity"]);
    let seen = drafts(&records[1])[0].object.json();
    assert_eq!(seen["sighting_of_ref"], format!("indicator--{DOMAIN}"));
    assert_eq!(seen["observed_data_refs"], json!([format!("observed-data--{DOMAIN}")]));
    assert_eq!(kinds(&records[2]), ["opinion", "identity"]);
    assert_eq!(excluded(&records), ["expiration sighting"]);
}

#[test]
fn a_reference_joins_the_things_and_not_only_their_observations() {
    let object = json!({
        "uuid": FILE, "name": "file", "meta-category": "file", "timestamp": "1762041602",
        "Attribute": [{ "type": "filename", "object_relation": "filename", "value": "invoice.exe", "to_ids": false }],
        "ObjectReference": [
            { "uuid": "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b2001", "referenced_uuid": DOMAIN, "relationship_type": "Connects_To" },
            { "uuid": "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b2002", "referenced_uuid": EVENT, "relationship_type": "x" },
        ],
    });
    let records = read(&event(json!({ "Attribute": [domain(json!({}))], "Object": [object] })));
    let reference = &drafts(&records[2])[0];
    assert_eq!(reference.object.text("relationship_type"), Some("connects-to"));
    let ends: Vec<_> = reference
        .links
        .iter()
        .map(|link| match (&link.source, &link.target) {
            (Reference::Id(source), Reference::Id(target)) => {
                (source.kind().as_str(), target.kind().as_str())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ends, [("observed-data", "observed-data"), ("file", "domain-name")]);
    assert_eq!(excluded(&records), ["reference to a thing outside the event"]);
}

#[test]
fn an_executable_is_drawn_into_its_file_once() {
    let part = |uuid: &str, name: &str, relation: &str, value: &str, refers: Value| {
        let attribute =
            json!({ "type": "text", "object_relation": relation, "value": value, "to_ids": false });
        json!({
            "uuid": uuid, "name": name, "meta-category": "file", "timestamp": "1762041602",
            "Attribute": [attribute], "ObjectReference": refers,
        })
    };
    let includes = |uuids: &[&str]| {
        uuids
            .iter()
            .map(|uuid| json!({ "referenced_uuid": uuid, "relationship_type": "includes" }))
            .collect::<Value>()
    };
    let file = part(FILE, "file", "filename", "invoice.exe", includes(&[DOMAIN, EVENT]));
    let pe = part(DOMAIN, "pe", "type", "exe", json!([]));
    let second = part(EVENT, "pe", "original-filename", "other.exe", json!([]));
    let records = read(&event(json!({ "Object": [pe, file, second] })));
    let drawn = &drafts(&records[1])[1].object;
    assert!(drawn.json()["extensions"]["windows-pebinary-ext"].is_object());
    assert_eq!(
        kinds(&records[2]),
        ["observed-data", "file"],
        "a file has one executable; the other stands alone"
    );
    assert_eq!(excluded(&records), ["object drawn into another", "reference drawn inside the object"]);
}

#[test]
fn what_stix_cannot_say_is_kept_and_still_linked() {
    let wallet = json!({
        "uuid": FILE, "type": "btc", "category": "Financial fraud", "value": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "timestamp": "1762041602", "to_ids": true,
    });
    let records = read(&event(json!({ "Attribute": [wallet] })));
    let draft = &drafts(&records[0])[0];
    assert_eq!(draft.object.id().to_string(), format!("x-misp-attribute--{FILE}"));
    assert!(draft.links.iter().any(|link| link.kind == "mentions"), "{:?}", draft.links);
}

#[test]
fn clusters_have_aliases_and_are_indicated() {
    let galaxy = json!([{ "type": "threat-actor", "name": "Threat Actor", "GalaxyCluster": [{
        "uuid": "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b3001", "value": "EXAMPLE BEAR",
        "meta": { "synonyms": ["Sample Bear", "EXAMPLE BEAR"], "country": ["FR"], "refs": ["https://example.org/bear"] },
    }] }]);
    let records = read(&event(json!({ "Attribute": [domain(json!({ "Galaxy": galaxy }))] })));
    let [actor, relationship] = drafts(&records[1]) else { panic!("{:?}", records[1]) };
    assert_eq!(actor.object.json()["aliases"], json!(["Sample Bear"]));
    assert!(actor.links.iter().any(|link| link.kind == "located-at"));
    assert_eq!(relationship.object.text("relationship_type"), Some("indicates"));
}

#[test]
fn a_bad_attribute_is_handed_back_with_its_handling_and_can_be_mended() {
    let bad =
        json!({ "uuid": DOMAIN, "type": "domain", "value": "c2.example.com", "timestamp": "1762041601" });
    let mut broken = bad.clone();
    broken.as_object_mut().expect("an object").remove("value");
    let records = read(&event(json!({ "Tag": [{ "name": "tlp:red" }], "Attribute": [broken, bad] })));
    let Outcome::Rejected { reason, raw } = &records[0].outcome else { panic!("{:?}", records[0]) };
    assert_eq!(reason, "an attribute must have a `value`");
    let mended = String::from_utf8_lossy(raw).replace("\"type\"", "\"value\":\"c2.example.com\",\"type\"");
    let (_, again) = read_with(Limits::default(), mended.as_bytes());
    assert_eq!(drafts(&again[0]), drafts(&records[1]));
}

#[test]
fn an_event_over_the_limit_is_one_reject_and_the_next_is_read() {
    let large = event(json!({ "info": "x".repeat(400_000) }));
    let input = json!({ "response": [large, event(json!({}))] }).to_string();
    let limits = Limits { record_bytes: 2000, ..Limits::default() };
    let (summary, _) = read_with(limits, input.as_bytes());
    assert_eq!((summary.accepted, summary.rejected), (1, 1));
}

#[test]
fn a_warninglist_marks_shared_infrastructure() {
    let list = json!({
        "name": "Example resolvers", "description": "d", "type": "hostname", "version": 1,
        "list": [".dyn.example.com", "192.0.2.0/24", "*.wild.example"],
    });
    let records = read(&list);
    assert_eq!(drafts(&records[0])[0].object.json()["labels"], json!(["entente:shared-infrastructure"]));
    let listed = &drafts(&records[1])[0];
    assert_eq!(listed.object.text("value"), Some("dyn.example.com"));
    assert!(listed.links.iter().any(|link| link.kind == "listed-with-subdomains"));
    assert_eq!(kinds(&records[2]), ["ipv4-addr"]);
    assert!(drafts(&records[2])[0].links.iter().any(|link| link.kind == "listed-in"));
    assert_eq!(excluded(&records), ["warninglist pattern"]);
}

#[test]
fn a_warninglist_says_whether_names_stand_for_all_below() {
    let kind = |matching: &str, value: &str| {
        let records = read(&json!({ "name": "n", "type": matching, "version": 1, "list": [value] }));
        let links = drafts(&records[1])[0].links.iter().filter(|link| link.kind.starts_with("listed"));
        links.map(|link| link.kind.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(kind("string", "a.example.com"), ["listed-in"]);
    assert_eq!(kind("string", ".a.example.com"), ["listed-with-subdomains"]);
    assert_eq!(kind("hostname", "a.example.com"), ["listed-with-subdomains"]);
    assert_eq!(kind("substring", "a.example.com"), ["listed-with-subdomains"]);
    assert_eq!(kind("hostname", "192.0.2.7"), ["listed-in"]);
}

#[test]
fn what_is_no_intelligence_is_counted_by_class() {
    let taxonomy = json!({ "namespace": "tlp", "predicates": [{ "value": "red" }, { "value": "amber" }] });
    assert_eq!(excluded(&read(&taxonomy)), ["MISP taxonomy", "MISP taxonomy"]);
    let manifest = json!({ EVENT: { "Orgc": {}, "info": "x", "timestamp": "1" } });
    assert_eq!(excluded(&read(&manifest)), ["MISP feed manifest"]);
}

#[test]
fn an_empty_list_holds_nothing_and_a_number_is_rejected() {
    assert_eq!(read(&json!([])), []);
    assert!(matches!(read(&json!([7]))[0].outcome, Outcome::Rejected { .. }));
}
