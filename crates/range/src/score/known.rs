//! The truth as the score needs it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Answer;

/// The kinds of things the truth decides about; whatever else an answer names is not judged.
const JUDGED: &[&str] = &[
    "domain-name",
    "ipv4-addr",
    "url",
    "email-addr",
    "phone-number",
    "bank-account",
    "cryptocurrency-wallet",
    "user-account",
    "file",
    "x509-certificate",
    "digital-fingerprint",
];

/// Who belongs to what, read from `truth.json`.
#[derive(Clone, Debug, Default)]
pub struct KnownTruth {
    enterprises: HashMap<String, HashSet<String>>,
    neutral: HashSet<String>,
}

/// Why a document is no truth.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum TruthError {
    /// There is no such member, or it is of another sort.
    #[error("this is no truth of a range: `{0}` is missing or of another sort")]
    Missing(&'static str),
}

impl KnownTruth {
    /// Reads `truth.json`.
    pub fn read(json: &Value) -> Result<KnownTruth, TruthError> {
        let enterprises = json["enterprises"].as_array().ok_or(TruthError::Missing("enterprises"))?;
        let neutral = json["neutral"].as_array().map_or(&[][..], Vec::as_slice);
        Ok(KnownTruth {
            enterprises: enterprises.iter().map(enterprise).collect::<Result<_, _>>()?,
            neutral: neutral.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    /// The ids of the enterprises.
    pub fn enterprises(&self) -> impl Iterator<Item = &str> {
        self.enterprises.keys().map(String::as_str)
    }

    /// How many things the answer's enterprise has beside those it was asked from; 0 when the truth does not know it.
    pub(super) fn unknown(&self, answer: &Answer) -> usize {
        let entities = self.enterprises.get(&answer.enterprise);
        entities.map_or(0, |entities| entities.difference(&answer.from).count())
    }

    /// Whether the thing is the enterprise's.
    pub fn is_of(&self, enterprise: &str, id: &str) -> bool {
        self.enterprises.get(enterprise).is_some_and(|entities| entities.contains(id))
    }

    /// What is said in the answer beside what it was asked from, each thing once with its highest probability, and whether it is right.
    pub(super) fn judged(&self, answer: &Answer) -> Vec<(f64, bool)> {
        let mut said: HashMap<&str, f64> = HashMap::new();
        for (id, probability) in &answer.found {
            let kind = id.split_once("--").map_or("", |(kind, _)| kind);
            let counts = !self.neutral.contains(id) && !answer.from.contains(id);
            if JUDGED.contains(&kind) && counts && !probability.is_nan() {
                let highest = said.entry(id).or_insert(*probability);
                *highest = highest.max(*probability);
            }
        }
        said.into_iter().map(|(id, probability)| (probability, self.is_of(&answer.enterprise, id))).collect()
    }
}

fn enterprise(json: &Value) -> Result<(String, HashSet<String>), TruthError> {
    let id = json["id"].as_str().ok_or(TruthError::Missing("enterprises[].id"))?;
    let entities = json["entities"].as_array().ok_or(TruthError::Missing("enterprises[].entities"))?;
    let id_of = |entity: &Value| entity["id"].as_str().map(str::to_owned);
    let entities: Option<HashSet<String>> = entities.iter().map(id_of).collect();
    Ok((id.to_owned(), entities.ok_or(TruthError::Missing("enterprises[].entities[].id"))?))
}
