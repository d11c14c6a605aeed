//! The parts granular markings mark (STIX 2.1 section 7.2.3.1): a marking of nothing protects nothing.

use entente_model::member;
use serde_json::Value;

use super::Json;

/// Checks that every selector names something the object has.
pub(super) fn parts_exist(json: &Json) -> Result<(), String> {
    let Some(Value::Array(markings)) = member(json, "granular_markings") else { return Ok(()) };
    let selectors = markings.iter().filter_map(|marking| marking.get("selectors")?.as_array()).flatten();
    for selector in selectors.filter_map(Value::as_str) {
        if !exists(json, selector) {
            return Err(format!("a granular marking marks `{selector}`, which the object does not have"));
        }
    }
    Ok(())
}

/// `labels.[0]`, `external_references.[1].url`, `extensions.extension-definition--….field`.
fn exists(json: &Json, selector: &str) -> bool {
    let mut steps = selector.split('.');
    let mut part = steps.next().and_then(|name| json.get(name));
    for step in steps {
        part = match (part, step.strip_prefix('[').and_then(|index| index.strip_suffix(']'))) {
            (Some(Value::Array(items)), Some(index)) => {
                index.parse().ok().and_then(|index: usize| items.get(index))
            }
            (Some(Value::Object(members)), None) => members.get(step),
            _ => None,
        };
    }
    part.is_some()
}
