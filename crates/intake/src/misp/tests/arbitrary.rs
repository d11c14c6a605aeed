//! Whatever stands in an event, reading it ends, and every record is accounted for.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::read_with;
use crate::{Limits, Outcome};

/// Member names the reader looks at, so that arbitrary JSON gets past the door.
const NAMES: &[&str] = &[
    "uuid",
    "type",
    "value",
    "category",
    "timestamp",
    "to_ids",
    "deleted",
    "data",
    "name",
    "meta-category",
    "Tag",
    "Galaxy",
    "GalaxyCluster",
    "meta",
    "Attribute",
    "Object",
    "ObjectReference",
    "referenced_uuid",
    "relationship_type",
    "Sighting",
    "Organisation",
    "ShadowAttribute",
    "EventReport",
    "content",
    "object_relation",
    "first_seen",
    "last_seen",
    "published",
    "Note",
    "note",
    "Opinion",
    "opinion",
    "values",
    "related",
    "list",
    "info",
];

const TEXTS: &[&str] = &[
    "",
    "1",
    "0",
    "true",
    "-5",
    "99999999999999999999",
    "1762041600",
    "2025-11-02T00:00:00Z",
    "domain",
    "domain|ip",
    "filename|md5",
    "ip-dst|port",
    "malware-sample",
    "regkey|value",
    "btc",
    "x509-fingerprint-sha1",
    "file",
    "pe",
    "pe-section",
    "registry-key",
    "registry-key-value",
    "domain-ip",
    "email",
    "process",
    "person",
    "annotation",
    "netflow",
    "http-request",
    "geolocation",
    "vulnerability",
    "threat-actor",
    "country",
    "region",
    "hostname",
    "c2.example.com|198.51.100.7",
    "invoice.exe|d41d8cd98f00b204e9800998ecf8427e",
    "'\\|",
    "\u{0}é|\u{1f600}",
    "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b0001",
    "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b0002",
    "ip-src",
    "tlp:red",
    "ip",
    "key",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(TEXTS).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(6, 96, 6, |inner| {
        let name = prop_oneof![8 => prop::sample::select(NAMES).prop_map(str::to_owned), 1 => text()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An attribute or object that looks like one.
fn thing() -> impl Strategy<Value = Value> {
    let part = (text(), text(), text(), any::<bool>()).prop_map(|(kind, relation, value, to_ids)| {
        json!({ "type": kind, "object_relation": relation, "value": value, "to_ids": to_ids })
    });
    let parts = prop::collection::vec(part, 0..6);
    (text(), text(), text(), parts, anything()).prop_map(|(uuid, name, value, parts, more)| {
        let mut thing = match more {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        thing.extend([
            ("uuid".to_owned(), uuid.into()),
            ("name".to_owned(), name.clone().into()),
            ("type".to_owned(), name.into()),
            ("value".to_owned(), value.into()),
            ("Attribute".to_owned(), parts.into()),
        ]);
        Value::Object(thing)
    })
}

fn accounted(input: &Value) -> Result<(), TestCaseError> {
    let (summary, records) = read_with(Limits::default(), input.to_string().as_bytes());
    prop_assert_eq!(summary.records, summary.accepted + summary.excluded + summary.rejected);
    prop_assert_eq!(summary.records, records.len() as u64);
    for record in records {
        match record.outcome {
            Outcome::Drafts(drafts) => prop_assert!(!drafts.is_empty()),
            Outcome::Rejected { reason, .. } => prop_assert!(!reason.is_empty()),
            Outcome::Known => panic!("nothing is remembered here"),
            Outcome::Excluded(_) => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_json_is_accounted_for(input in anything()) {
        accounted(&input)?;
    }

    #[test]
    fn any_event_is_accounted_for(attributes in prop::collection::vec(thing(), 0..4),
                                  objects in prop::collection::vec(thing(), 0..4),
                                  galaxies in prop::collection::vec(anything(), 0..2)) {
        let event = json!({ "Event": {
            "info": "x", "uuid": "3f0e4a51-1c1f-4c07-9d1a-0d6a1f2b0009", "timestamp": "1762041600",
            "Attribute": attributes, "Object": objects, "Galaxy": galaxies,
        }});
        let records = read_with(Limits::default(), event.to_string().as_bytes()).1;
        let count = |name: &str| records.iter().filter(|record| {
            record.place.record.as_deref().is_some_and(|own| own.starts_with(name))
        }).count();
        // An object inside an object is none of the event's own, so there may be more of them.
        prop_assert!(count("Object") >= event["Event"]["Object"].as_array().map_or(0, Vec::len));
        prop_assert!(count("Event") >= 1);
        accounted(&event)?;
    }
}
