//! Under which marking an object leaves.

use entente_model::{Kind, Object, ObjectId, Tlp};
use serde_json::{Map, Value, json};

/// The object under the handling it has here: an object that came unmarked, or under a wider marking than its import,
/// must not leave wider. Names the marking that was added, so that the bundle can hold its definition.
pub(super) fn marked(object: &Object, tlp: Tlp) -> (Map<String, Value>, Option<Tlp>) {
    let mut json = object.json().clone();
    if object.kind() == &Kind::MarkingDefinition {
        return (json, None);
    }
    let own = json.get("object_marking_refs").and_then(Value::as_array).cloned().unwrap_or_default();
    let level = |id: &Value| Tlp::from_marking(id.as_str()?.parse::<ObjectId>().ok()?.uuid());
    if own.iter().filter_map(level).max().is_some_and(|marked| marked >= tlp) {
        return (json, None);
    }
    // The levels it came with are narrower now; two of them on one thing would contradict each other.
    let mut markings: Vec<Value> = own.into_iter().filter(|id| level(id).is_none()).collect();
    markings.push(tlp.marking().to_string().into());
    json.insert("object_marking_refs".into(), markings.into());
    (json, Some(tlp))
}

/// The definition of a TLP 2.0 marking, as FIRST and OASIS publish it (STIX common objects, extension
/// `60a3c5c5-0d10-413e-aab3-9e08dde9e88d`).
pub(super) fn definition(tlp: Tlp) -> Map<String, Value> {
    const EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
    let definition = json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": tlp.marking().to_string(),
        "created": "2022-10-01T00:00:00.000Z",
        "name": tlp.to_string(),
        "extensions": { EXTENSION: { "extension_type": "property-extension", "tlp_2_0": tlp.as_str() } },
    });
    definition.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_wider_than_it_is_handled_here() {
        let object = |markings: Value| {
            let mut json = json!({ "type": "domain-name", "spec_version": "2.1", "value": "a.example",
                "id": "domain-name--3c10e93f-798e-52a6-a0c1-a2e8d2d1f4a6" });
            if !markings.is_null() {
                json["object_marking_refs"] = markings;
            }
            Object::from_json(json).expect("an object")
        };
        let green = Tlp::Green.marking().to_string();
        let (json, added) = marked(&object(Value::Null), Tlp::Amber);
        assert_eq!(
            (json["object_marking_refs"][0].as_str(), added),
            (Some(&*Tlp::Amber.marking().to_string()), Some(Tlp::Amber))
        );
        let (json, added) = marked(&object(json!([green])), Tlp::Red);
        assert_eq!(json["object_marking_refs"], json!([Tlp::Red.marking().to_string()]));
        assert_eq!(added, Some(Tlp::Red));
        let (json, added) = marked(&object(json!([green])), Tlp::Green);
        assert_eq!((json["object_marking_refs"].clone(), added), (json!([green]), None));
    }
}
