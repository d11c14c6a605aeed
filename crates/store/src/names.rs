//! Names that find an object exactly, beside its ids: digests, aliases, external ids, account names.
//!
//! What an id is made of needs no entry here: a value is found through its deterministic id. Names of indicators,
//! reports, notes and the like are prose and are found by the text index.

use entente_model::{Kind, KindFamily, Object, member};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The key of a name: 16 bytes of SHA-256 over its lower-case form without surrounding space.
pub(crate) type NameKey = [u8; 16];

pub(crate) fn name_key(name: &str) -> NameKey {
    let digest: [u8; 32] = Sha256::digest(name.trim().to_lowercase()).into();
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    key
}

/// The keys of all names an object goes by, distinct.
pub(crate) fn names_of(object: &Object) -> Vec<NameKey> {
    let mut keys = Vec::new();
    each_name(object, &mut |name| keys.push(name_key(name)));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether the object goes by the name with this key. An index row only says that some claim once said so.
pub(crate) fn goes_by(object: &Object, key: &NameKey) -> bool {
    let mut found = false;
    each_name(object, &mut |name| found |= name_key(name) == *key);
    found
}

fn each_name(object: &Object, each: &mut impl FnMut(&str)) {
    let mut texts = |properties: &[&str]| {
        for name in
            properties.iter().filter_map(|property| object.text(property)).filter(|name| !name.is_empty())
        {
            each(name);
        }
    };
    match object.kind() {
        Kind::File | Kind::Artifact | Kind::X509Certificate => texts(&["name", "serial_number"]),
        Kind::UserAccount => texts(&["account_login", "user_id", "display_name"]),
        Kind::Software | Kind::AutonomousSystem => texts(&["name"]),
        kind if is_catalogued(kind) => texts(&["name"]),
        _ => {}
    }
    let digests = member(object.json(), "hashes").and_then(Value::as_object);
    digests.into_iter().flat_map(|map| map.values()).filter_map(Value::as_str).for_each(&mut *each);
    if is_catalogued(object.kind()) {
        lists(object, each);
    }
}

fn lists(object: &Object, each: &mut impl FnMut(&str)) {
    for property in ["aliases", "x_mitre_aliases"] {
        let list = member(object.json(), property).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).for_each(&mut *each);
    }
    let references = member(object.json(), "external_references").and_then(Value::as_array);
    let ids = references.into_iter().flatten().filter_map(|reference| reference.get("external_id"));
    ids.filter_map(Value::as_str).for_each(each);
}

/// Things of which there is a catalogue, so that their names name them.
fn is_catalogued(kind: &Kind) -> bool {
    kind.family() == KindFamily::Domain
        && !matches!(
            kind,
            Kind::Indicator | Kind::Report | Kind::Note | Kind::Opinion | Kind::ObservedData | Kind::Grouping
        )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_goes_by_its_aliases_and_catalogue_numbers() {
        let object = Object::from_json(json!({
            "type": "malware", "id": "malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "is_family": true,
            "created": "2025-01-01T00:00:00Z", "modified": "2025-01-01T00:00:00Z", "name": "ZeroAccess",
            "aliases": ["Sirefef", "max++"],
            "external_references": [{"source_name": "example", "external_id": "S0027"}],
        }))
        .unwrap();
        for name in ["zeroaccess", " SIREFEF", "Max++", "s0027"] {
            assert!(goes_by(&object, &name_key(name)), "{name}");
        }
        assert!(!goes_by(&object, &name_key("example")));
        assert_eq!(names_of(&object).len(), 4);
    }
}
