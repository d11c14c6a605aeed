//! What can be made of a batch without asking the database: canonical bytes, digests, headers.

use std::ops::Range;

use entente_model::{Draft, Object, parse_timestamp};
use serde::Serializer;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::batch::{Batch, micros};

/// 16 bytes of SHA-256: enough to tell one source's versions apart; the ledger commits to the body itself.
pub(crate) type ContentDigest = [u8; 16];

/// A batch with the canonical bytes of its objects. Making one needs no store, so a thread that reads can
/// make the next while another commits.
#[derive(Debug)]
pub struct PreparedBatch {
    pub(crate) batch: Batch,
    /// The canonical form of every object, one after the other.
    bodies: Vec<u8>,
    drafts: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    record: usize,
    draft: usize,
    body: Range<usize>,
    digest: ContentDigest,
}

/// A draft with what was prepared of it.
pub(crate) struct Prepared<'d> {
    pub(crate) draft: &'d Draft,
    /// Index of the record it belongs to.
    pub(crate) record: usize,
    pub(crate) body: &'d [u8],
    pub(crate) digest: ContentDigest,
    pub(crate) modified: Option<i64>,
}

/// What a summary shows of a claim.
pub(crate) struct Header {
    pub(crate) label: Option<String>,
    pub(crate) first_seen: Option<i64>,
    pub(crate) last_seen: Option<i64>,
}

impl From<Batch> for PreparedBatch {
    fn from(batch: Batch) -> PreparedBatch {
        let (mut bodies, mut drafts) = (Vec::new(), Vec::new());
        for (record, of_record) in batch.records.iter().enumerate() {
            for (index, draft) in of_record.iter().enumerate() {
                let start = bodies.len();
                let written = serde_json::to_writer(&mut bodies, draft.object.json());
                written.expect("a map with string keys always serialises");
                let body = start..bodies.len();
                let digest = content_digest(&draft.object, &bodies[body.clone()], draft.minted);
                drafts.push(Place { record, draft: index, body, digest });
            }
        }
        PreparedBatch { batch, bodies, drafts }
    }
}

impl PreparedBatch {
    pub(crate) fn drafts(&self) -> Vec<Prepared<'_>> {
        let one = |place: &Place| {
            let draft = &self.batch.records[place.record][place.draft];
            let (body, modified) = (&self.bodies[place.body.clone()], draft.object.modified().map(micros));
            Prepared { draft, record: place.record, body, digest: place.digest, modified }
        };
        self.drafts.iter().map(one).collect()
    }
}

/// The digest by which a source is found to say the same again. `body` is the canonical form of `object`.
///
/// A minted object's times are those of its import: they say nothing, so they do not count.
fn content_digest(object: &Object, body: &[u8], minted: bool) -> ContentDigest {
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
    if label.len() > LABEL
        && let Some((end, _)) = label.char_indices().nth(LABEL)
    {
        label.truncate(end);
        label.push('…');
    }
    label
}
