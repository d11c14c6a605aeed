//! The `meta` of a cluster: what STIX has a property for, and the rest under `x_misp_`.

use entente_model::Kind;
use serde_json::{Map, Value, json};

use super::super::properties::page;
use super::super::value::{Fields, as_text, parse_moment, texts};

/// Adds all meta of a cluster of this kind to its properties. Nothing is dropped.
pub(super) fn add(properties: &mut Fields, kind: &Kind, meta: &Fields, name: &str) {
    for (key, value) in meta {
        match key.as_str() {
            "first_seen" | "last_seen" | "created" | "modified" => time(properties, key, value),
            "external_id" | "refs" | "Technique ID" => {}
            "aliases" if *kind == Kind::Vulnerability => {}
            "synonyms" if has_aliases(kind) => aliases(properties, value, name),
            "kill_chain" if matches!(kind, Kind::AttackPattern | Kind::Malware | Kind::Tool) => {
                phases(properties, value);
            }
            "labels" | "type" | "malware_types" if *kind == Kind::Malware => {
                set_list(properties, "malware_types", value)
            }
            "labels" | "type" | "tool_types" if *kind == Kind::Tool => {
                set_list(properties, "tool_types", value)
            }
            "labels" | "type" | "threat_actor_types" if *kind == Kind::ThreatActor => {
                set_list(properties, "threat_actor_types", value);
            }
            "is_family" if *kind == Kind::Malware => {
                let family =
                    texts(value).first().is_some_and(|text| matches!(text.as_ref(), "true" | "True" | "1"));
                properties.insert(key.clone(), family.into());
            }
            "country" if *kind == Kind::Location => set_single(properties, key, value),
            _ if is_single(kind, key) => set_single(properties, key, value),
            _ if is_list(kind, key) => set_list(properties, key, value),
            _ => {
                properties.insert(format!("x_misp_{}", plain(key)), value.clone());
            }
        }
    }
    references(properties, meta);
    if *kind == Kind::Vulnerability
        && let Some(aliases) = meta.get("aliases")
    {
        for alias in texts(aliases) {
            refer(properties, named(&alias));
        }
    }
}

/// External references: identifiers first, then addresses.
pub(super) fn references(properties: &mut Fields, meta: &Fields) {
    for key in ["external_id", "Technique ID"] {
        for id in meta.get(key).map(texts).unwrap_or_default() {
            refer(properties, named(&id));
        }
    }
    for url in meta.get("refs").map(texts).unwrap_or_default() {
        refer(properties, page("url", &url));
    }
}

/// Meta whose keys STIX would not take as they are.
pub(super) fn renamed(meta: &Fields) -> Map<String, Value> {
    meta.iter().map(|(key, value)| (plain(key), value.clone())).collect()
}

fn plain(key: &str) -> String {
    key.replace([' ', '.'], "_")
}

fn has_aliases(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::AttackPattern
            | Kind::Campaign
            | Kind::IntrusionSet
            | Kind::Malware
            | Kind::ThreatActor
            | Kind::Tool
    )
}

fn aliases(properties: &mut Fields, value: &Value, name: &str) {
    let aliases: Vec<_> = texts(value).into_iter().filter(|alias| alias != name).map(Value::from).collect();
    if !aliases.is_empty() {
        properties.insert("aliases".into(), Value::Array(aliases));
    }
}

fn phases(properties: &mut Fields, value: &Value) {
    let phases = texts(value).into_iter().filter_map(|phase| {
        let (name, rest) = phase.split_once(':')?;
        let phase = rest.rsplit_once(':').map_or(rest, |(_, last)| last);
        Some(json!({ "kill_chain_name": name, "phase_name": phase }))
    });
    properties.insert("kill_chain_phases".into(), phases.collect());
}

fn is_single(kind: &Kind, key: &str) -> bool {
    match kind {
        Kind::Campaign => key == "objective",
        Kind::IntrusionSet => matches!(key, "primary_motivation" | "resource_level"),
        Kind::Location => matches!(key, "administrative_area" | "region"),
        Kind::ThreatActor => matches!(key, "primary_motivation" | "resource_level" | "sophistication"),
        Kind::Tool => key == "tool_version",
        _ => false,
    }
}

fn is_list(kind: &Kind, key: &str) -> bool {
    match kind {
        Kind::IntrusionSet => matches!(key, "goals" | "secondary_motivations"),
        Kind::Malware => {
            matches!(key, "architecture_execution_envs" | "capabilities" | "implementation_languages")
        }
        Kind::ThreatActor => {
            matches!(key, "goals" | "personal_motivations" | "roles" | "secondary_motivations")
        }
        _ => false,
    }
}

fn set_single(properties: &mut Fields, key: &str, value: &Value) {
    if let Some(first) = texts(value).into_iter().next() {
        properties.insert(key.to_owned(), first.into());
    }
}

fn set_list(properties: &mut Fields, key: &str, value: &Value) {
    properties.insert(key.to_owned(), texts(value).into_iter().map(Value::from).collect());
}

/// A time; one that cannot be read is kept as it is, beside.
fn time(properties: &mut Fields, key: &str, value: &Value) {
    let first = texts(value).into_iter().next().unwrap_or_default();
    match parse_moment(&first) {
        // `created` and `modified` are the versions of the object here, which the reader sets.
        Some(at) if key.ends_with("_seen") => properties.insert(key.to_owned(), at.to_string().into()),
        _ => properties.insert(format!("x_misp_{key}"), value.clone()),
    };
}

fn refer(properties: &mut Fields, reference: Value) {
    let references = properties.entry("external_references").or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(references) = references {
        references.push(reference);
    }
}

/// A reference to something by its number; the number's shape tells who numbered it.
fn named(id: &str) -> Value {
    json!({ "source_name": source_of(id), "external_id": id })
}

fn source_of(id: &str) -> &'static str {
    match id.split_once('-') {
        Some(("CAPEC", _)) => "capec",
        Some(("CVE", _)) => "cve",
        Some(("CWE", _)) => "cwe",
        Some(("MOB", _)) => "mitre-mobile-attack",
        Some(("PRE", _)) => "mitre-pre-attack",
        Some(("REF", _)) => "reference_from_CAPEC",
        Some(_) => "NIST Mobile Threat Catalogue",
        None if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => "WASC",
        None => "mitre-attack",
    }
}

/// The first text of a member of the meta.
pub(super) fn first_text(meta: Option<&Fields>, key: &str) -> Option<String> {
    meta?
        .get(key)
        .and_then(|value| match value {
            Value::Array(items) => items.first().and_then(as_text),
            single => as_text(single),
        })
        .map(|text| text.into_owned())
}
