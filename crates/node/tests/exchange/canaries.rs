//! Values that must not leave, one for each field of each kind that an agreement withholds, and in what shapes they could be betrayed.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use base64::{Engine, prelude::BASE64_STANDARD};
use entente_agreement::{Category, Sort, Template, declarations};
use entente_model::{ENTENTE_NAMESPACE, Kind, STIX_NAMESPACE};
use md5::Md5;
use serde_json::{Map, Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::node::{Random, id};

const SEED: u64 = 20_261_126;

/// Canaries, each made once.
pub(crate) struct Canaries {
    random: Random,
    all: Vec<String>,
}

/// In which shapes canaries could be betrayed; those of one length are looked up together.
pub(crate) struct Needles(HashMap<usize, HashSet<Vec<u8>>>);

/// Bytes, and where they are from.
pub(crate) type Place = (String, Vec<u8>);

impl Canaries {
    /// An object of every kind, with a canary in each field that is withheld.
    pub(crate) fn planted() -> (Canaries, Vec<Value>) {
        let covered = covered();
        let mut canaries = Canaries { random: Random(SEED), all: Vec::new() };
        let kinds = (0..).zip(Kind::KNOWN);
        let objects = kinds.map(|(number, kind)| object(number, kind, &covered, &mut canaries)).collect();
        println!("seed {SEED}, {} kinds, {} canaries", Kind::KNOWN.len(), canaries.all.len());
        (canaries, objects)
    }

    /// What to look for.
    pub(crate) fn needles(&self) -> Needles {
        let mut needles = HashMap::<usize, HashSet<Vec<u8>>>::new();
        for shape in self.all.iter().flat_map(|canary| shapes(canary)) {
            needles.entry(shape.len()).or_default().insert(shape);
        }
        Needles(needles)
    }

    fn fresh(&mut self) -> String {
        let canary = format!("canary{:08x}{:08x}", self.random.below(1 << 31), self.random.below(1 << 31));
        self.all.push(canary.clone());
        canary
    }
}

fn covered() -> Vec<Category> {
    let agreement = Template::named("company-police").unwrap().agreement();
    let flows = agreement.flows.iter().filter(|flow| flow.from.as_str() == "company");
    flows.flat_map(|flow| flow.data_categories.iter().copied()).collect()
}

/// What may never leave under the agreement, whatever the rest of the object is.
fn is_withheld(sort: Sort, covered: &[Category]) -> bool {
    match sort {
        Sort::Prose | Sort::Never | Sort::Sources => true,
        Sort::Data(category) => !covered.contains(&category),
        _ => false,
    }
}

fn value_of(property: &str, canary: String) -> Value {
    match property {
        "external_references" => json!([{ "source_name": canary, "description": canary, "url": canary }]),
        "labels" | "aliases" | "roles" | "contact_information" => json!([canary]),
        _ => json!(canary),
    }
}

fn object(number: u32, kind: &Kind, covered: &[Category], canaries: &mut Canaries) -> Value {
    let mut json = Map::new();
    for declaration in declarations(kind) {
        let property = declaration.property();
        if is_withheld(declaration.sort(), covered) && !property.starts_with("extensions.") {
            json.insert(property.to_owned(), value_of(property, canaries.fresh()));
        } else if declaration.is_required() {
            json.insert(property.to_owned(), json!(format!("plain {number}")));
        }
    }
    json.insert("x_nobody_declared_it".to_owned(), json!(canaries.fresh()));
    json.insert("type".to_owned(), json!(kind.as_str()));
    json.insert("id".to_owned(), json!(id(kind.as_str(), number)));
    json.insert("spec_version".to_owned(), json!("2.1"));
    for time in ["created", "modified"] {
        json.insert(time.to_owned(), json!("2026-01-01T00:00:00.000Z"));
    }
    Value::Object(json)
}

/// In what shapes a canary could be betrayed.
fn shapes(canary: &str) -> Vec<Vec<u8>> {
    let digests: [Vec<u8>; 3] =
        [Md5::digest(canary).to_vec(), Sha1::digest(canary).to_vec(), Sha256::digest(canary).to_vec()];
    let ids = [STIX_NAMESPACE, ENTENTE_NAMESPACE].map(|space| Uuid::new_v5(&space, canary.as_bytes()));
    let mut shapes = vec![canary.as_bytes().to_vec(), BASE64_STANDARD.encode(canary).into_bytes()];
    for digest in digests {
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        shapes.extend([hex.into_bytes(), BASE64_STANDARD.encode(&digest).into_bytes(), digest]);
    }
    for id in ids {
        shapes.extend([id.to_string().into_bytes(), id.as_bytes().to_vec()]);
    }
    shapes
}

/// Every file below a path.
pub(crate) fn read_all(path: &Path, bytes: &mut Vec<Place>) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| read_all(&entry.unwrap().path(), bytes));
    } else if let Ok(content) = fs::read(path) {
        bytes.push((path.display().to_string(), content));
    }
}

impl Needles {
    /// Fails when any is in these places. That the search works is seen where all of them are: in the node's own claims.
    pub(crate) fn are_not_in(&self, places: &[Place], data: &Path) {
        let mut own = Vec::new();
        read_all(&data.join("claims.sqlite"), &mut own);
        read_all(&data.join("claims.sqlite-wal"), &mut own);
        assert!(own.iter().any(|(_, bytes)| self.found(bytes).is_some()), "no canary was taken in");
        for (place, bytes) in places {
            let needle = self.found(bytes);
            assert!(needle.is_none(), "{place}: {}", String::from_utf8_lossy(&needle.unwrap_or_default()));
        }
    }

    fn found(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.0.iter().find_map(|(length, set)| {
            bytes.windows(*length).find(|window| set.contains(*window)).map(<[u8]>::to_vec)
        })
    }
}
