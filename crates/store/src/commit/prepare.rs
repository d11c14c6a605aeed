//! What can be made of a batch without asking the database: canonical bytes, digests, headers.

use std::ops::Range;

use entente_model::{
    Draft, Fingerprint, Handling, Link, LinkKind, Object, ObjectId, Reference, Selector, parse_timestamp,
};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::batch::{Batch, Telling, micros};
use crate::leaf::body_hash;
use crate::names::{NameKey, names_of};
use crate::received::Received;
use crate::value;

/// 16 bytes of SHA-256: enough to tell one source's versions apart; the ledger commits to the body itself.
pub(crate) type ContentDigest = [u8; 16];

/// A batch ready to be written: canonical bytes, digests, ids. Making one needs no store, so a thread that reads can make the
/// next while another commits; the objects themselves are freed as they are told, by the thread that made them.
#[derive(Debug)]
pub struct PreparedBatch {
    pub(crate) told: Told,
    /// Each record's fingerprint, where it has one.
    pub(crate) records: Vec<Option<Fingerprint>>,
    counts: Vec<u64>,
    pub(crate) drafts: Vec<Prepared>,
    /// The canonical form of every object, one after the other.
    bodies: Vec<u8>,
}

/// What all claims of a batch have in common.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) source: String,
    pub(crate) agreement: Option<String>,
    pub(crate) case: Option<String>,
    pub(crate) received_at: Timestamp,
    pub(crate) salt: [u8; 32],
    pub(crate) received: Option<Received>,
}

/// What is left of a draft when its object has become bytes.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Index of the record it belongs to.
    pub(crate) record: usize,
    pub(crate) id: ObjectId,
    /// Its deterministic id, where that is another.
    pub(crate) canonical: Option<ObjectId>,
    pub(crate) links: Vec<PreparedLink>,
    pub(crate) handling: Handling,
    pub(crate) minted: bool,
    pub(crate) header: Header,
    pub(crate) names: Vec<NameKey>,
    pub(crate) body_hash: [u8; 32],
    pub(crate) digest: ContentDigest,
    body: Range<usize>,
}

/// A link whose ends are ids.
#[derive(Debug)]
pub(crate) struct PreparedLink {
    pub(crate) ends: [PreparedEnd; 2],
    pub(crate) kind: LinkKind,
    pub(crate) at: Option<Timestamp>,
}

/// One end of a link.
#[derive(Debug)]
pub(crate) enum PreparedEnd {
    /// The object of the claim itself, as most links have it.
    Own,
    /// An object by its id.
    Id(ObjectId),
    /// An observable by its value, as it is stored, and the id that follows from it.
    Value(ObjectId, Vec<u8>),
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

impl From<Batch> for PreparedBatch {
    fn from(batch: Batch) -> PreparedBatch {
        let told = Told::default();
        let empty = PreparedBatch {
            told,
            records: Vec::new(),
            counts: Vec::new(),
            drafts: Vec::new(),
            bodies: Vec::new(),
        };
        empty.renew(batch)
    }
}

impl PreparedBatch {
    /// Begins another batch in the room that this one took: megabytes that need not be asked for again.
    pub fn renew(mut self, batch: Batch) -> PreparedBatch {
        let Batch { source, agreement, case, records, received_at, salt, received } = batch;
        self.told = Told { source, agreement, case, received_at, salt, received };
        self.records.clear();
        self.counts.clear();
        self.drafts.clear();
        self.bodies.clear();
        records.into_iter().for_each(|telling| self.tell(telling));
        self
    }

    /// Adds a record. Of its objects only bytes and digests are kept.
    pub fn tell(&mut self, Telling { drafts, fingerprint, count }: Telling) {
        let record = self.records.len();
        self.records.push(fingerprint);
        self.counts.push(count);
        drafts.into_iter().for_each(|draft| self.push(record, draft));
    }

    /// How many records of the input each of its tellings stands for.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many objects they tell.
    pub fn drafts(&self) -> usize {
        self.drafts.len()
    }

    /// The canonical form of a draft's object.
    pub(crate) fn body(&self, prepared: &Prepared) -> &[u8] {
        &self.bodies[prepared.body.clone()]
    }

    fn push(&mut self, record: usize, draft: Draft) {
        let Draft { object, canonical, links, handling, minted } = draft;
        let start = self.bodies.len();
        object.write_canonical(&mut self.bodies);
        let body = start..self.bodies.len();
        let body_hash = body_hash(&self.bodies[body.clone()]);
        self.drafts.push(Prepared {
            record,
            canonical: canonical.filter(|canonical| canonical != object.id()),
            links: prepared_links(object.id(), links),
            handling,
            minted,
            header: header(&object),
            names: names_of(&object),
            body_hash,
            digest: content_digest(&object, &body_hash, minted),
            body,
            id: object.id().clone(),
        });
    }
}

fn prepared_links(own: &ObjectId, links: Vec<Link>) -> Vec<PreparedLink> {
    // Implied links go on from the value before: its id need not be made twice.
    let mut before: Option<(Selector, ObjectId)> = None;
    let mut end = |reference| match reference {
        Reference::Id(id) if id == *own => PreparedEnd::Own,
        Reference::Id(id) => PreparedEnd::Id(id),
        Reference::Selector(selector) => {
            let again = before.take().filter(|(known, _)| *known == selector);
            let (selector, id) = again.unwrap_or_else(|| {
                let id = selector.id();
                (selector, id)
            });
            let value = value::encode(&selector);
            before = Some((selector, id.clone()));
            PreparedEnd::Value(id, value)
        }
    };
    let prepared =
        |Link { source, target, kind, at }| PreparedLink { ends: [end(source), end(target)], kind, at };
    links.into_iter().map(prepared).collect()
}

/// The digest by which a source is found to say the same again.
///
/// A minted object's times are those of its import: they say nothing, so they do not count.
pub(crate) fn content_digest(object: &Object, body_hash: &[u8; 32], minted: bool) -> ContentDigest {
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
    object.canonical_without(|name, value| STAMPED.contains(&name) && value.as_str() == Some(now))
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
