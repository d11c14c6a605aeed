//! What an object must have and look like (STIX 2.1 parts 3 to 7, and the schemas OASIS publishes).
//!
//! Strict where the OASIS validator reports an error that would mislead somebody, liberal where it only warns:
//! vocabularies are open, lists may be empty, unknown properties and types are kept unseen.

use entente_model::{Kind, KindFamily, member, parse_timestamp};
use serde_json::{Map, Value};

use super::pattern::{Edition, Pattern};

mod form;
mod marked;
mod rules;

use form::Form;
use rules::{COMMON, Rules};

type Json = Map<String, Value>;

/// Checks an object of STIX 2.1. The error says which property is wrong, and what it has to be.
pub(super) fn object(json: &Json) -> Result<(), String> {
    let kind = member(json, "type").ok_or("the required property `type` is missing")?;
    let kind = kind.as_str().ok_or("the property `type` must be a text")?;
    let kind = Kind::from_name(kind);
    properties(json, &kind)?;
    together(json, &kind)?;
    marked::parts_exist(json)?;
    in_order(json, &kind)
}

fn properties(json: &Json, kind: &Kind) -> Result<(), String> {
    let custom = matches!(kind, Kind::Custom(_));
    let (mut own, mut common) = (Rules::new(rules::of(kind)), Rules::new(COMMON));
    let missing = |name| format!("the required property `{name}` is missing");
    // The tables are in the order of names; a map has its members in the order they came.
    let mut members: Vec<(&String, &Value)> = json.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in members {
        let rule = match own.of(name).map_err(missing)? {
            Some(rule) => Some(rule),
            None => common.of(name).map_err(missing)?,
        };
        match rule {
            Some(rule) => {
                rule.form.check(value).map_err(|what| format!("the property `{name}` must be {what}"))?
            }
            None if value.is_null() && !custom => {
                return Err(format!("the property `{name}` must not be null: leave it out"));
            }
            None => {}
        }
    }
    own.missing().map_or(Ok(()), |name| Err(missing(name)))
}

/// What depends on more than one property.
fn together(json: &Json, kind: &Kind) -> Result<(), String> {
    let has = |name: &str| member(json, name).is_some();
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    let need = |met: bool, what: &str| if met { Ok(()) } else { Err(what.to_owned()) };
    if kind.family() != KindFamily::Observable && !matches!(kind, Kind::Custom(_)) {
        need(
            member(json, "spec_version").is_some_and(|version| version == "2.1"),
            "`spec_version` must be `2.1`",
        )?;
    }
    match kind {
        Kind::Indicator => pattern(json),
        Kind::Location => {
            need(has("latitude") == has("longitude"), "`latitude` and `longitude` go together")?;
            need(
                any(&["region", "country", "latitude"]),
                "a location needs a `region`, a `country`, or a point",
            )
        }
        Kind::MalwareAnalysis => {
            need(any(&["result", "analysis_sco_refs"]), "an analysis needs a `result` or `analysis_sco_refs`")
        }
        Kind::Malware => {
            let family = member(json, "is_family") == Some(&Value::Bool(true));
            need(!family || has("name"), "a malware family needs a `name`")
        }
        Kind::ObservedData => {
            need(any(&["object_refs", "objects"]), "the required property `object_refs` is missing")
        }
        Kind::MarkingDefinition => {
            let defined = has("definition_type") && has("definition");
            need(
                defined || has("extensions"),
                "a marking needs `definition_type` and `definition`, or an extension",
            )
        }
        Kind::Artifact => {
            need(has("payload_bin") != has("url"), "an artifact has either `payload_bin` or `url`")?;
            need(!has("url") || has("hashes"), "an artifact with a `url` needs `hashes`")
        }
        Kind::File => need(any(&["hashes", "name"]), "a file needs `hashes` or a `name`"),
        Kind::NetworkTraffic => {
            need(any(&["src_ref", "dst_ref"]), "network traffic needs `src_ref` or `dst_ref`")
        }
        _ => Ok(()),
    }
}

fn pattern(json: &Json) -> Result<(), String> {
    let text = |name: &str| member(json, name).and_then(Value::as_str);
    let (Some("stix"), Some(pattern)) = (text("pattern_type"), text("pattern")) else { return Ok(()) };
    Pattern::parse(pattern, Edition::of(text("pattern_version")))
        .map(drop)
        .map_err(|error| format!("the pattern cannot be read: {error}"))
}

/// Times that must not run backwards: the second must not be before the first, and for those marked so must be
/// after it.
fn in_order(json: &Json, kind: &Kind) -> Result<(), String> {
    let (first, second, strictly) = match kind {
        Kind::Indicator => ("valid_from", "valid_until", true),
        Kind::Relationship => ("start_time", "stop_time", true),
        Kind::ObservedData => ("first_observed", "last_observed", false),
        Kind::NetworkTraffic => ("start", "end", false),
        _ => ("first_seen", "last_seen", false),
    };
    let time =
        |name: &str| member(json, name).and_then(Value::as_str).and_then(|text| parse_timestamp(text).ok());
    // Most objects have at most one of the two.
    if member(json, second).is_none() || matches!(kind, Kind::Custom(_)) {
        return Ok(());
    }
    match (time(first), time(second)) {
        (Some(from), Some(to)) if to < from => Err(format!("`{second}` must not be earlier than `{first}`")),
        (Some(from), Some(to)) if strictly && to == from => {
            Err(format!("`{second}` must be later than `{first}`"))
        }
        _ => Ok(()),
    }
}
