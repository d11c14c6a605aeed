//! Statements in STIX 2.1: a bundle of objects and relationships. An object may come more than once, always the same.

use serde_json::{Map, Value, json};

use super::Part;
use super::csv::put;
use crate::record::{Statement, uuid};
use crate::thing::{Sort, Thing};
use crate::world::{asset, iso};
use std::io::Write;

pub(super) fn begin(out: &mut Vec<u8>, part: Part) {
    let id = uuid((1 << 62) | part.book as u64);
    put!(out, "{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[\n");
}

pub(super) fn write(out: &mut Vec<u8>, statement: &Statement, place: u64) {
    if place > 0 {
        out.extend(b",\n");
    }
    let (from, to) = (statement.from.id().to_string(), statement.to.id().to_string());
    let at = iso(statement.at);
    object(out, &statement.from, &from);
    out.extend(b",\n");
    object(out, &statement.to, &to);
    let id = uuid(statement.serial);
    put!(out, ",\n{{\"type\":\"relationship\",\"spec_version\":\"2.1\",\"id\":\"relationship--{id}\",");
    put!(out, "\"created\":\"{at}\",\"modified\":\"{at}\",\"relationship_type\":\"{}\",", statement.verb);
    put!(out, "\"source_ref\":\"{from}\",\"target_ref\":\"{to}\"}}");
}

fn object(out: &mut Vec<u8>, thing: &Thing, id: &str) {
    let mut object = Map::new();
    object.insert("type".to_owned(), thing.kind().as_str().into());
    object.insert("spec_version".to_owned(), "2.1".into());
    object.insert("id".to_owned(), id.into());
    if let Value::Object(properties) = properties(thing) {
        object.extend(properties);
    }
    put!(out, "{}", Value::Object(object));
}

/// An object is the same wherever it is named, so its times cannot be those of what names it.
const CREATED: &str = "2026-01-01T00:00:00Z";

fn properties(thing: &Thing) -> Value {
    let value = &thing.value;
    match thing.sort {
        Sort::Domain | Sort::Ip | Sort::Url | Sort::Email => json!({ "value": value }),
        Sort::Phone => json!({ "number": value }),
        Sort::Iban => json!({ "iban": value }),
        Sort::Wallet => json!({ "currency": asset(value), "value": value }),
        Sort::Account => json!({ "account_login": value }),
        Sort::File | Sort::Certificate => json!({ "hashes": { "SHA-256": value } }),
        Sort::Mark(family) => json!({ "family": family.as_str(), "value": value }),
        Sort::Identity => {
            // What follows the mark tells namesakes apart in ids; nobody reads it.
            let name = value.split('#').next();
            json!({ "created": CREATED, "modified": CREATED,
                "name": name, "identity_class": "individual" })
        }
        Sort::Malware => {
            json!({ "created": CREATED, "modified": CREATED, "name": value, "is_family": true })
        }
    }
}
