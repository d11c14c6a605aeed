//! MISP's other JSON: what is known and on purpose not kept, counted by class.

use serde_json::Value;

use super::value::{Fields, list, text};
use crate::{Outcome, Place, Sink, Stopped};

/// A file that holds no intelligence: its class, and the names of its entries.
pub(super) struct Exclusion {
    class: &'static str,
    entries: Vec<String>,
}

impl Exclusion {
    /// The class of a top-level object, if it is one of those.
    pub(super) fn of(fields: &Fields) -> Option<Exclusion> {
        let class = class_of(fields)?;
        let entries = match class {
            "MISP taxonomy" => predicates(fields),
            "MISP feed manifest" => fields.keys().cloned().collect(),
            _ => vec![text(fields, "uuid").or_else(|| text(fields, "name")).unwrap_or_default().into_owned()],
        };
        Some(Exclusion { class, entries })
    }

    /// Accounts for each entry.
    pub(super) fn count(self, place: &Place, sink: &mut Sink) -> Result<(), Stopped> {
        for entry in self.entries {
            let place = if entry.is_empty() { place.clone() } else { place.clone().named(entry) };
            sink.put(place, Outcome::Excluded(self.class))?;
        }
        Ok(())
    }
}

fn class_of(fields: &Fields) -> Option<&'static str> {
    let has = |name: &str| fields.contains_key(name);
    if has("predicates") && has("namespace") {
        return Some("MISP taxonomy");
    }
    if has("taxonomies") && has("path") {
        return Some("MISP taxonomy index");
    }
    if has("attributes") && has("meta-category") || has("requiredOneOf") && has("attributes") {
        return Some("MISP object template");
    }
    if has("$schema") && (has("properties") || has("definitions") || has("defs")) {
        return Some("JSON schema");
    }
    if has("SharingGroup") || has("sharing_group") && has("SharingGroupOrg") {
        return Some("MISP sharing group");
    }
    if has("sane_defaults")
        || fields.get("result").is_some_and(|result| result.get("sane_defaults").is_some())
    {
        return Some("MISP type description");
    }
    if is_event_index(fields) {
        return Some("MISP event index entry");
    }
    if is_relationships(fields) {
        return Some("MISP relationship vocabulary");
    }
    if has("icon") && has("namespace") && has("type") && !has("values") && !has("GalaxyCluster") {
        return Some("MISP galaxy definition");
    }
    if is_manifest(fields) {
        return Some("MISP feed manifest");
    }
    if has("Org") && has("User") || has("Server") && has("Feed") {
        return Some("MISP configuration");
    }
    None
}

/// Search results list events with their counts instead of their contents.
fn is_event_index(fields: &Fields) -> bool {
    let contents =
        ["Attribute", "Object", "Galaxy", "EventReport"].iter().any(|name| fields.contains_key(*name));
    fields.contains_key("EventTag") && fields.contains_key("info") && !contents
}

fn is_relationships(fields: &Fields) -> bool {
    let values = list(fields, "values");
    !values.is_empty()
        && !fields.contains_key("type")
        && values.iter().all(|value| value.get("name").is_some() && value.get("format").is_some())
}

/// A manifest maps event UUIDs to event metadata.
fn is_manifest(fields: &Fields) -> bool {
    !fields.is_empty()
        && fields.iter().all(|(key, value)| {
            let known = value.get("info").is_some() || value.get("Orgc").is_some();
            key.len() == 36 && known && value.get("timestamp").is_some()
        })
}

/// One record per predicate, and one per value of a predicate.
fn predicates(fields: &Fields) -> Vec<String> {
    let name = |value: &Value| value.get("value").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut entries: Vec<String> = list(fields, "predicates").iter().map(name).collect();
    for value in list(fields, "values") {
        let predicate = value.get("predicate").and_then(Value::as_str).unwrap_or_default();
        let inner = value.get("entry").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        entries.extend(inner.iter().map(|entry| format!("{predicate}={}", name(entry))));
    }
    if entries.is_empty() {
        entries.push(String::new());
    }
    entries
}
