//! Observables: the properties of one, and the deterministic id that follows from them.

use entente_model::{Kind, Object, ObjectId, Selector, canonical_id};
use serde_json::{Value, json};
use uuid::Uuid;

use super::value::Fields;

/// An observable on its way to a draft.
#[derive(Clone, Debug)]
pub(super) struct Observable {
    /// Its id: deterministic where its kind has one, else that of the MISP thing it stands for.
    pub(super) id: ObjectId,
    /// Its JSON, whole.
    pub(super) json: Fields,
}

impl Observable {
    /// An observable with these properties. When none of them contributes to a deterministic id, `uuid` names it
    /// (a process), or else its content does, as a version 4 UUID: so STIX 2.1 section 2.9 wants it.
    pub(super) fn new(kind: Kind, mut properties: Fields, uuid: Option<Uuid>) -> Observable {
        properties.insert("type".into(), kind.as_str().into());
        properties.insert("spec_version".into(), "2.1".into());
        properties.insert("id".into(), ObjectId::new(kind.clone(), Uuid::nil()).to_string().into());
        let canonical =
            Object::from_json(Value::Object(properties.clone())).ok().and_then(|o| canonical_id(&o));
        let id = canonical.unwrap_or_else(|| ObjectId::new(kind, arbitrary(uuid, &properties)));
        properties.insert("id".into(), id.to_string().into());
        Observable { id, json: properties }
    }

    /// The observable a selector names.
    pub(super) fn of(selector: &Selector) -> Observable {
        Observable::new(selector.kind(), selector.properties(), Some(selector.id().uuid()))
    }

    /// With one more property.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Observable {
        self.json.insert(name.into(), value.into());
        self
    }

    /// How another object refers to it.
    pub(super) fn reference(&self) -> Value {
        self.id.to_string().into()
    }
}

/// A version 4 UUID: the given one, or one that follows from it and the content, so that reading again yields it
/// again.
fn arbitrary(uuid: Option<Uuid>, properties: &Fields) -> Uuid {
    uuid.filter(|uuid| uuid.get_version_num() == 4).unwrap_or_else(|| {
        let content = format!("{uuid:?} {}", Value::Object(properties.clone()));
        let digest = ObjectId::minted(Kind::from_name("observable"), &content).uuid();
        uuid::Builder::from_random_bytes(digest.into_bytes()).into_uuid()
    })
}

/// Shorthand for the members of a JSON object literal.
pub(super) fn members(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

/// A domain name.
pub(super) fn domain(value: &str) -> Option<Observable> {
    Selector::domain(value).ok().map(|selector| Observable::of(&selector))
}

/// An IPv4 or IPv6 address, or a network in CIDR notation.
pub(super) fn address(value: &str) -> Option<Observable> {
    Selector::ip(value).ok().map(|selector| Observable::of(&selector))
}

/// A URL.
pub(super) fn url(value: &str) -> Option<Observable> {
    Selector::url(value).ok().map(|selector| Observable::of(&selector))
}

/// An e-mail address.
pub(super) fn email(value: &str) -> Option<Observable> {
    Selector::email(value).ok().map(|selector| Observable::of(&selector))
}

/// An autonomous system, written `174` or `AS174`.
pub(super) fn autonomous_system(value: &str) -> Option<Observable> {
    Selector::autonomous_system(value).ok().map(|selector| Observable::of(&selector))
}

/// A file known by its name only.
pub(super) fn named_file(name: &str) -> Observable {
    Observable::new(Kind::File, members(json!({ "name": name })), None)
}

/// Bytes in base64, with what the mapping says about how malware samples are packed.
pub(super) fn artifact(payload: &str, sample: bool, uuid: Option<Uuid>) -> Observable {
    let mut properties = members(json!({ "payload_bin": payload }));
    if sample {
        for (name, value) in SAMPLE_PACKING {
            properties.insert((*name).into(), (*value).into());
        }
    }
    Observable::new(Kind::Artifact, properties, uuid)
}

/// MISP hands malware samples on in ZIP files encrypted with a well-known word.
pub(super) const SAMPLE_PACKING: &[(&str, &str)] = &[
    ("mime_type", "application/zip"),
    ("encryption_algorithm", "mime-type-indicated"),
    ("decryption_key", "infected"),
];
