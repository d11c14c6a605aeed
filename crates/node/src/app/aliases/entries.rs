//! What tellers call a thing and say of it, as one entry to be compared.

use entente_graph::aliases::{Entry, Kind as Sort};
use entente_model::{Kind, Object, VertexNo};
use serde_json::Value;

use crate::app::AppError;
use crate::app::lens::Lens;

/// Kinds whose things are compared with each other.
pub(super) const COMPARED: [(Sort, &[Kind]); 2] = [
    (Sort::Actor, &[Kind::ThreatActor, Kind::IntrusionSet, Kind::Campaign]),
    (Sort::Malware, &[Kind::Malware, Kind::Tool]),
];

/// A thing, and what is told of it by everybody whose word stands; `None` when nobody gives it a name.
pub(super) fn entry(lens: &Lens<'_>, vertex: VertexNo) -> Result<Option<Entry>, AppError> {
    let mut claims = lens.view.claims_of(vertex)?;
    claims.retain(|claim| claim.current && !claim.revoked);
    claims.sort_by_key(|claim| std::cmp::Reverse((claim.modified, claim.no)));
    let mut entry = Entry::default();
    for claim in claims {
        let Some(object) = lens.view.claimed(claim.no)? else { continue };
        add(&mut entry, &object);
        entry.source.get_or_insert_with(|| catalogue(&claim.compartment.source, &object));
    }
    Ok(Some(entry).filter(|entry| !entry.names.is_empty()))
}

fn add(entry: &mut Entry, object: &Object) {
    let aliases = ["aliases", "x_mitre_aliases", "x_misp_synonyms"];
    let other = aliases.into_iter().flat_map(|property| texts(object.json().get(property)));
    for name in object.text("name").into_iter().chain(other) {
        if !entry.names.iter().any(|known| known == name) {
            entry.names.push(name.to_owned());
        }
    }
    let references = object.json().get("external_references").and_then(Value::as_array);
    let urls = references.into_iter().flatten().filter_map(|reference| reference.get("url")?.as_str());
    entry.references.extend(urls.map(str::to_owned));
    if let Some(country) = texts(object.json().get("x_misp_country")).next() {
        entry.country.get_or_insert_with(|| country.to_owned());
    }
    if let Some(text) = object.text("description").filter(|text| !entry.text.contains(text)) {
        if !entry.text.is_empty() {
            entry.text.push('\n');
        }
        entry.text.push_str(text);
    }
}

/// Who tells, and for whom: one feed brings the entries of several authors, and one author seldom tells of one thing twice.
fn catalogue(source: &str, object: &Object) -> String {
    format!("{source}\u{1f}{}", object.text("created_by_ref").unwrap_or_default())
}

/// A text, or a list of them.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::String(text)) => (Some(text.as_str()), None),
        Some(Value::Array(items)) => (None, Some(items)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Value::as_str))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_teller_adds_to_an_entry_and_the_newest_word_comes_first() {
        let told = |more: Value| {
            let mut json = json!({"type": "intrusion-set", "spec_version": "2.1", "name": "Amber Lynx",
                "id": "intrusion-set--5f0e6b1a-4d09-4d3d-9e3e-3f4c5c8a3a01", "created": "2026-01-01T00:00:00Z",
                "modified": "2026-01-01T00:00:00Z"});
            json.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            Object::from_json(json).expect("an object")
        };
        let mut entry = Entry::default();
        let first = json!({"aliases": ["Stone Heron", "Amber Lynx"], "description": "Sends mail.",
            "external_references": [{"source_name": "a", "url": "https://a.example/1"}, {"source_name": "b"}]});
        add(&mut entry, &told(first));
        add(
            &mut entry,
            &told(json!({"x_misp_synonyms": ["Night Wader"], "x_misp_country": ["FR"],
            "description": "Sends mail."})),
        );
        assert_eq!(entry.names, ["Amber Lynx", "Stone Heron", "Night Wader"]);
        assert_eq!((entry.text.as_str(), entry.country.as_deref()), ("Sends mail.", Some("FR")));
        assert_eq!(entry.references, ["https://a.example/1"]);
    }
}
