//! An object without what may be personal data.

use entente_agreement::{Sort, declaration, declarations};
use entente_model::{KindFamily, Object, ObjectId};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What is left of an object.
#[derive(Debug, PartialEq)]
pub(super) enum Anonymous {
    /// Nothing in it may be personal data.
    AsItIs,
    /// This, under an id that leads nowhere.
    Form(Value),
    /// Nothing: without it the object is none.
    Nothing,
}

/// Leaves out every field that may hold personal data; what nobody declared may hold any. An id could be looked up at whoever told it,
/// so what lost something gets another, the same each time.
pub(super) fn anonymous(object: &Object, secret: &[u8; 32]) -> Anonymous {
    let kept = |name: &String| !may_be_personal(object, name);
    let members: Map<String, Value> = object
        .json()
        .iter()
        .filter(|(name, _)| kept(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if members.len() == object.json().len() {
        return Anonymous::AsItIs;
    }
    let required = declarations(object.kind()).into_iter().filter(|field| field.is_required());
    let whole = required.into_iter().all(|field| members.contains_key(field.property()));
    // An observable is its value, and its id is made of that.
    if !whole || object.kind().family() == KindFamily::Observable {
        return Anonymous::Nothing;
    }
    let mut members = members;
    members.insert("id".to_owned(), other_id(object.id(), secret).into());
    Anonymous::Form(Value::Object(members))
}

fn may_be_personal(object: &Object, property: &str) -> bool {
    match declaration(object.kind(), property).map(|field| field.sort()) {
        Some(Sort::Frame | Sort::Plain | Sort::Reference | Sort::Markings) => false,
        Some(Sort::Data(category)) => category.is_personal(),
        _ => true,
    }
}

fn other_id(id: &ObjectId, secret: &[u8; 32]) -> String {
    let digest = Sha256::new_with_prefix(b"entente/anonymous/v1\0")
        .chain_update(secret)
        .chain_update(id.to_string())
        .finalize();
    let bytes: [u8; 16] = std::array::from_fn(|place| digest[place]);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    format!("{}--{uuid}", id.kind().as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(json: Value) -> Object {
        Object::from_json(json).expect("an object")
    }

    #[test]
    fn what_may_be_personal_goes_and_the_rest_cannot_be_traced() {
        let family = json!({
            "type": "malware", "spec_version": "2.1", "id": "malware--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0061",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": "Wren",
            "is_family": true,
        });
        assert_eq!(anonymous(&object(family.clone()), &[1; 32]), Anonymous::AsItIs);
        let mut told = family;
        told["description"] = json!("seen at somebody's desk");
        let Anonymous::Form(form) = anonymous(&object(told.clone()), &[1; 32]) else { panic!("a form") };
        assert!(form.get("description").is_none() && form["name"] == "Wren" && form["id"] != told["id"]);
        assert_eq!(anonymous(&object(told), &[1; 32]), Anonymous::Form(form));
        let address = json!({
            "type": "ipv4-addr", "spec_version": "2.1", "id": "ipv4-addr--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0061",
            "value": "192.0.2.7",
        });
        assert_eq!(anonymous(&object(address), &[1; 32]), Anonymous::Nothing);
    }
}
