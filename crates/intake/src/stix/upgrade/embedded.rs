//! The observables STIX 2.0 embeds in observed data, as objects of their own.
//!
//! In 2.0 they refer to each other by their keys in the `objects` map (`"parent_directory_ref": "1"`); in 2.1 by
//! id. Ids are made of values, some of them ids of others, so those are named first; all other references, which
//! may go round in circles, are rewritten once everything has a name.

use std::collections::{BTreeMap, VecDeque};

use entente_model::{HashAlgorithm, Kind, Object, ObjectId, canonical_id};
use serde_json::Value;
use uuid::Builder;

use super::Json;

/// Properties with references that are part of an id (STIX 2.1 section 2.9).
const NAMING: [&str; 5] = ["parent_directory_ref", "from_ref", "src_ref", "dst_ref", "extensions"];

/// Takes the observables out of observed data, whose `object_refs` names them then.
pub(super) fn take_out(observed: &mut Json) -> Result<Vec<Json>, String> {
    let Some(Value::Object(map)) = observed.remove("objects") else {
        return Err("`objects` of observed data must be a map of observables".into());
    };
    let parent = observed.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut naming = Naming { parent, ids: BTreeMap::new() };
    let mut named = Vec::with_capacity(map.len());
    for (key, observable) in in_naming_order(map)? {
        named.push(naming.name(&key, observable)?);
    }
    let ids = naming.ids;
    for observable in &mut named {
        each_reference(observable, &mut |reference| resolve(&ids, reference));
    }
    let mut references: Vec<Value> = named.iter().filter_map(|one| one.get("id").cloned()).collect();
    if let Some(Value::Array(others)) = observed.get("object_refs") {
        references.extend(others.iter().cloned());
    }
    observed.insert("object_refs".into(), Value::Array(references));
    Ok(named)
}

fn resolve(ids: &BTreeMap<String, String>, reference: &mut String) {
    if let Some(id) = ids.get(reference.as_str()) {
        reference.clone_from(id);
    }
}

/// The observables such that each comes after those its id is made of. In a circle somebody has to be first.
fn in_naming_order(map: Json) -> Result<Vec<(String, Json)>, String> {
    let mut left: BTreeMap<String, Json> = BTreeMap::new();
    for (key, value) in map {
        match value {
            Value::Object(observable) => left.insert(key, renamed(observable)),
            _ => return Err(format!("the observable `{key}` must be a JSON object")),
        };
    }
    let mut queue = Queue::of(&mut left);
    let mut ordered = Vec::with_capacity(left.len());
    loop {
        let Some(key) = queue.ready.pop_front().or_else(|| left.keys().next().cloned()) else {
            return Ok(ordered);
        };
        let Some(observable) = left.remove(&key) else { continue };
        queue.named(&key);
        ordered.push((key, observable));
    }
}

/// Who waits for whose id.
struct Queue {
    /// How many ids an observable still waits for.
    waits_for: BTreeMap<String, usize>,
    awaited_by: BTreeMap<String, Vec<String>>,
    ready: VecDeque<String>,
}

impl Queue {
    fn of(left: &mut BTreeMap<String, Json>) -> Queue {
        let mut waits_for: BTreeMap<String, usize> = left.keys().map(|key| (key.clone(), 0)).collect();
        let mut awaited_by: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, observable) in left.iter_mut() {
            each_naming_reference(observable, &mut |reference| {
                // What is not in the map cannot be waited for; that the reference leads nowhere shows later.
                if waits_for.contains_key(reference.as_str()) {
                    *waits_for.entry(key.clone()).or_default() += 1;
                    awaited_by.entry(reference.clone()).or_default().push(key.clone());
                }
            });
        }
        let ready = waits_for.iter().filter(|(_, count)| **count == 0).map(|(key, _)| key.clone()).collect();
        Queue { waits_for, awaited_by, ready }
    }

    fn named(&mut self, key: &str) {
        for waiting in self.awaited_by.remove(key).unwrap_or_default() {
            if let Some(count) = self.waits_for.get_mut(&waiting) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.ready.push_back(waiting);
                }
            }
        }
    }
}

struct Naming<'o> {
    parent: &'o str,
    /// Ids by key in the map.
    ids: BTreeMap<String, String>,
}

impl Naming<'_> {
    fn name(&mut self, key: &str, mut observable: Json) -> Result<Json, String> {
        let kind = match observable.get("type") {
            Some(Value::String(kind)) => Kind::from_name(kind),
            _ => return Err(format!("the observable `{key}` has no `type`")),
        };
        each_naming_reference(&mut observable, &mut |reference| resolve(&self.ids, reference));
        observable.insert("spec_version".into(), "2.1".into());
        let provisional = self.random_like(&kind, key);
        observable.insert("id".into(), provisional.to_string().into());
        let object = Object::from_json(Value::Object(observable))
            .map_err(|error| format!("the observable `{key}`: {error}"))?;
        let id = canonical_id(&object).unwrap_or(provisional).to_string();
        let mut observable = object.json().clone();
        observable.insert("id".into(), id.clone().into());
        self.ids.insert(key.to_owned(), id);
        Ok(observable)
    }

    /// An id for what has no deterministic one. STIX wants UUIDv4 there; this one has its form, and is made of the
    /// place it stood, so that importing the same observed data again names the same object.
    fn random_like(&self, kind: &Kind, key: &str) -> ObjectId {
        let seed = ObjectId::minted(kind.clone(), &format!("{}#{key}", self.parent));
        ObjectId::new(kind.clone(), Builder::from_random_bytes(seed.uuid().into_bytes()).into_uuid())
    }
}

fn each_naming_reference(observable: &mut Json, visit: &mut dyn FnMut(&mut String)) {
    for name in NAMING {
        match observable.get_mut(name) {
            Some(Value::String(reference)) => visit(reference),
            Some(Value::Object(inner)) => each_reference(inner, visit),
            _ => {}
        }
    }
}

/// Visits every text in a `…_ref` or `…_refs` property, at any depth (serde_json reads 128 levels at most).
fn each_reference(json: &mut Json, visit: &mut dyn FnMut(&mut String)) {
    for (name, value) in json.iter_mut() {
        match value {
            Value::String(reference) if name.ends_with("_ref") => visit(reference),
            Value::Object(inner) => each_reference(inner, visit),
            Value::Array(items) => {
                let references = name.ends_with("_refs");
                for item in items {
                    match item {
                        Value::String(reference) if references => visit(reference),
                        Value::Object(inner) => each_reference(inner, visit),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Properties 2.1 calls otherwise. What it does without is kept under an `x_stix20_` name.
fn renamed(mut observable: Json) -> Json {
    let kind = observable.get("type").and_then(Value::as_str).unwrap_or_default();
    let names: &[(&str, &str)] = match kind {
        "directory" => &[("created", "ctime"), ("modified", "mtime"), ("accessed", "atime")],
        "file" => &[
            ("created", "ctime"),
            ("modified", "mtime"),
            ("accessed", "atime"),
            ("is_encrypted", "x_stix20_is_encrypted"),
            ("encryption_algorithm", "x_stix20_encryption_algorithm"),
            ("decryption_key", "x_stix20_decryption_key"),
        ],
        "process" => &[
            ("created", "created_time"),
            ("binary_ref", "image_ref"),
            ("name", "x_stix20_name"),
            ("arguments", "x_stix20_arguments"),
        ],
        "user-account" => &[("password_last_changed", "credential_last_changed")],
        "windows-registry-key" => &[("modified", "modified_time")],
        _ => &[],
    };
    for (old, new) in names {
        if let Some(value) = observable.remove(*old) {
            observable.entry(*new).or_insert(value);
        }
    }
    if let Some(Value::Object(hashes)) = observable.get_mut("hashes") {
        *hashes = std::mem::take(hashes).into_iter().map(|(name, digest)| (standard(name), digest)).collect();
    }
    observable
}

/// A digest's name as STIX 2.1 writes it.
fn standard(name: String) -> String {
    HashAlgorithm::from_name(&name).map_or(name, |algorithm| algorithm.as_str().to_owned())
}
