//! What can be made of a draft without asking the database: canonical bytes, digest, header.

use entente_model::{Draft, Object, parse_timestamp};
use serde::Serializer;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::batch::micros;

/// 16 bytes of SHA-256: enough to tell one source's versions apart; the ledger commits to the body itself.
pub(crate) type ContentDigest = [u8; 16];

/// A draft with its canonical bytes.
pub(crate) struct Prepared<'d> {
    pub(crate) draft: &'d Draft,
    /// Index of the record it belongs to.
    pub(crate) record: usize,
    pub(crate) body: Vec<u8>,
    pub(crate) digest: ContentDigest,
    pub(crate) modified: Option<i64>,
}

/// What a summary shows of a claim.
pub(crate) struct Header {
    pub(crate) label: Option<String>,
    pub(crate) first_seen: Option<i64>,
    pub(crate) last_seen: Option<i64>,
}

pub(crate) fn prepare(records: &[Vec<Draft>]) -> Vec<Prepared<'_>> {
    let drafts =
        records.iter().enumerate().flat_map(|(no, drafts)| drafts.iter().map(move |draft| (no, draft)));
    drafts.map(|(record, draft)| prepare_one(record, draft)).collect()
}

fn prepare_one(record: usize, draft: &Draft) -> Prepared<'_> {
    let body = draft.object.canonical();
    let digest = content_digest(&draft.object, &body, draft.minted);
    Prepared { draft, record, digest, body, modified: draft.object.modified().map(micros) }
}

/// The digest by which a source is found to say the same again. `body` is the canonical form of `object`.
///
/// A minted object's times are those of its import: they say nothing, so they do not count.
pub(crate) fn content_digest(object: &Object, body: &[u8], minted: bool) -> ContentDigest {
    let whole: [u8; 32] = match minted.then(|| object.text("created")).flatten() {
        Some(now) => Sha256::digest(without_import_time(object, now)).into(),
        None => Sha256::digest(body).into(),
    };
    let mut digest = [0; 16];
    digest.copy_from_slice(&whole[..16]);
    digest
}

/// The properties a reader sets to the time of import when the record has none.
const STAMPED: [&str; 9] = [
    "created",
    "modified",
    "valid_from",
    "published",
    "first_observed",
    "last_observed",
    "first_seen",
    "last_seen",
    "start_time",
];

fn without_import_time(object: &Object, now: &str) -> Vec<u8> {
    let stamped = |name: &str, value: &Value| STAMPED.contains(&name) && value.as_str() == Some(now);
    let kept = object.json().iter().filter(|(name, value)| !stamped(name, value));
    let mut bytes = Vec::new();
    let written = serde_json::Serializer::new(&mut bytes).collect_map(kept);
    written.expect("a map with string keys always serialises");
    bytes
}

/// The longest label kept, in characters; a pattern that serves as label may be of any length.
const LABEL: usize = 160;

pub(crate) fn header(object: &Object) -> Header {
    let time = |names: &[&str]| {
        let text = names.iter().find_map(|name| object.text(name))?;
        parse_timestamp(text).ok().map(micros)
    };
    Header {
        label: object.label().map(shorten),
        first_seen: time(&["first_seen", "first_observed", "start_time"]),
        last_seen: time(&["last_seen", "last_observed", "stop_time", "end_time"]),
    }
}

fn shorten(mut label: String) -> String {
    if let Some((end, _)) = label.char_indices().nth(LABEL) {
        label.truncate(end);
        label.push('…');
    }
    label
}
