//! STIX 2.0 to 2.1.
//!
//! What changes (STIX 2.1 appendix "What's new", OASIS stix2-elevator's stepper):
//! - `spec_version` is `2.1`.
//! - `labels` of indicators, malware, reports, threat actors and tools held what 2.1 keeps in `…_types`. The
//!   stepper moves all of them; here the words of the vocabulary move, and producers' own labels stay labels.
//! - An indicator's pattern is a STIX pattern of version 2.0 unless it says otherwise.
//! - Malware says whether it is a family. STIX 2.0 could not, so it is not, as the stepper assumes.
//! - TLP markings have a name.
//! - Observed data no longer embeds its observables: each becomes an object of its own ([`embedded`]).

use entente_model::member;
use serde_json::{Map, Value};

mod embedded;
mod vocabulary;

type Json = Map<String, Value>;

/// A 2.0 object as 2.1 has it.
pub(super) struct Upgraded {
    /// The object itself.
    pub(super) object: Json,
    /// The observables that were embedded in it.
    pub(super) observables: Vec<Json>,
}

/// Whether an object is of STIX 2.0 by its own looks: observed data that embeds observables, or an object that
/// would have to say its `spec_version` in 2.1 and does not. (Observables need not.)
pub(super) fn is_needed(json: &Json) -> bool {
    let kind = member(json, "type").and_then(Value::as_str).unwrap_or_default();
    let embeds = kind == "observed-data" && member(json, "objects").is_some_and(Value::is_object);
    let unversioned = match member(json, "spec_version") {
        None => member(json, "created").is_some(),
        Some(version) => version == "2.0",
    };
    embeds || unversioned
}

/// Brings an object up to 2.1. What already is as 2.1 has it stays.
pub(super) fn object(mut json: Json) -> Result<Upgraded, String> {
    json.insert("spec_version".into(), "2.1".into());
    let kind = json.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some((property, words)) = vocabulary::of_labels(&kind) {
        move_labels(&mut json, property, words);
    }
    match kind.as_str() {
        "indicator" if !json.contains_key("pattern_type") => {
            json.insert("pattern_type".into(), "stix".into());
            json.insert("pattern_version".into(), "2.0".into());
        }
        "malware" => {
            json.entry("is_family").or_insert(Value::Bool(false));
        }
        "marking-definition" => name_tlp(&mut json),
        "observed-data" if json.contains_key("objects") => {
            let observables = embedded::take_out(&mut json)?;
            return Ok(Upgraded { object: json, observables });
        }
        _ => {}
    }
    Ok(Upgraded { object: json, observables: Vec::new() })
}

/// The TLP markings have a `name` in 2.1 (section 7.2.1.4), and must have exactly what is printed there.
fn name_tlp(json: &mut Json) {
    let level = json.get("definition").and_then(|definition| definition.get("tlp")).and_then(Value::as_str);
    if let Some(name) = level.map(|level| format!("TLP:{}", level.to_uppercase())) {
        json.entry("name").or_insert(name.into());
    }
}

fn move_labels(json: &mut Json, property: &str, words: &[&str]) {
    let Some(Value::Array(labels)) = json.get("labels") else { return };
    let is_word = |label: &Value| label.as_str().is_some_and(|label| words.contains(&label));
    let (types, rest): (Vec<Value>, Vec<Value>) = labels.iter().cloned().partition(is_word);
    if types.is_empty() || json.contains_key(property) {
        return;
    }
    json.insert(property.to_owned(), Value::Array(types));
    match rest.is_empty() {
        true => json.remove("labels"),
        false => json.insert("labels".into(), Value::Array(rest)),
    };
}
