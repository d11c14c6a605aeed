//! What can be made of a batch without asking the database: canonical bytes, digests, headers.

use std::ops::Range;

use entente_model::{Draft, Object, parse_timestamp};
use serde::Serializer;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::batch::{Batch, micros};
use crate::leaf::body_hash;
use crate::names::{NameKey, names_of};

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
    body_hash: [u8; 32],
    digest: ContentDigest,
    header: Header,
    names: Vec<NameKey>,
}

/// A draft with what was prepared of it.
pub(crate) struct Prepared<'d> {
    pub(crate) draft: &'d Draft,
    /// Index of the record it belongs to.
    pub(crate) record: usize,
    pub(crate) body: &'d [u8],
    pub(crate) body_hash: &'d [u8; 32],
    pub(crate) digest: ContentDigest,
    pub(crate) header: &'d Header,
    pub(crate) names: &'d [NameKey],
}

/// What is compared, and what a summary shows, of a claim.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) modified: Option<i64>,
    pub(crate) revoked: bool,
    pub(crate) label: Option<String>,
    pub(crate) first_seen: Option<i64>,
    pub(crate) last_seen: Option<i64>,
}

/// Bytes of an object's canonical form to make room for.
const TYPICAL: usize = 1024;

impl From<Batch> for PreparedBatch {
    fn from(batch: Batch) -> PreparedBatch {
        let count = batch.records.iter().map(Vec::len).sum();
        // Growing a buffer of megabytes by doubling copies it again and again; most objects are smaller than this.
        let mut bodies = Vec::with_capacity(count * TYPICAL);
        let mut drafts = Vec::with_capacity(count);
        for (record, of_record) in batch.records.iter().enumerate() {
            for (index, draft) in of_record.iter().enumerate() {
                let start = bodies.len();
                let written = serde_json::to_writer(&mut bodies, draft.object.json());
                written.expect("a map with string keys always serialises");
                let body = start..bodies.len();
                let body_hash = body_hash(&bodies[body.clone()]);
                let digest = content_digest(&draft.object, &body_hash, draft.minted);
                // The object is warm in the cache now, and need not be read again by the thread that writes.
                let (header, names) = (header(&draft.object), names_of(&draft.object));
                drafts.push(Place { record, draft: index, body, body_hash, digest, header, names });
            }
        }
        PreparedBatch { batch, bodies, drafts }
    }
}

impl PreparedBatch {
    pub(crate) fn drafts(&self) -> Vec<Prepared<'_>> {
        self.drafts.iter().map(|place| self.draft(place)).collect()
    }

    fn draft<'s>(&'s self, place: &'s Place) -> Prepared<'s> {
        Prepared {
            draft: &self.batch.records[place.record][place.draft],
            record: place.record,
            body: &self.bodies[place.body.clone()],
            body_hash: &place.body_hash,
            digest: place.digest,
            header: &place.header,
            names: &place.names,
        }
    }
}

/// The digest by which a source is found to say the same again.
///
/// A minted object's times are those of its import: they say nothing, so they do not count.
fn content_digest(object: &Object, body_hash: &[u8; 32], minted: bool) -> ContentDigest {
    let whole = match minted.then(|| object.text("created")).flatten() {
        Some(now) => Sha256::digest(without_import_time(object, now)).into(),
        None => *body_hash,
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
    let time = |value: &Value| parse_timestamp(value.as_str()?).ok().map(micros);
    // One walk along the properties costs less than looking for each of seven names.
    let (mut first, mut last): ([Option<&Value>; 3], [Option<&Value>; 4]) = ([None; 3], [None; 4]);
    for (name, value) in object.json() {
        match name.as_str() {
            "first_seen" => first[0] = Some(value),
            "first_observed" => first[1] = Some(value),
            "start_time" => first[2] = Some(value),
            "last_seen" => last[0] = Some(value),
            "last_observed" => last[1] = Some(value),
            "stop_time" => last[2] = Some(value),
            "end_time" => last[3] = Some(value),
            _ => {}
        }
    }
    Header {
        modified: object.modified().map(micros),
        revoked: object.revoked(),
        label: object.label().map(shorten),
        first_seen: first.into_iter().flatten().next().and_then(time),
        last_seen: last.into_iter().flatten().next().and_then(time),
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
