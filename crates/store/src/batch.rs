//! What goes in, and what is answered.

use std::ops::Range;

use entente_model::{ClaimNo, Draft, Fingerprint, Kind, VertexNo};
use jiff::Timestamp;

use crate::StoreError;
use crate::edges::StoredEdge;
use crate::received::Received;

/// Records of one source, committed in one transaction.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Who tells: the name given at import, or the partner.
    pub source: String,
    /// The agreement it was received under, if any.
    pub agreement: Option<String>,
    /// The case it belongs to, if any.
    pub case: Option<String>,
    /// One entry per record read.
    pub records: Vec<Telling>,
    /// When it was received.
    pub received_at: Timestamp,
    /// 32 fresh random bytes that keep the ledger's commitments from being guessed. Salts are made of them; they themselves are
    /// not kept.
    pub salt: [u8; 32],
    /// The stretch of a partner's wire it is, when it is one.
    pub received: Option<Received>,
}

/// A record on its way in.
#[derive(Clone, Debug)]
pub struct Telling {
    /// One object or several, its own first.
    pub drafts: Vec<Draft>,
    /// By what a [`Recollection`](crate::Recollection) knows it when it comes again.
    pub fingerprint: Option<Fingerprint>,
    /// How many records of the input it stands for, where several were gathered into one.
    pub count: u64,
}

impl From<Vec<Draft>> for Telling {
    fn from(drafts: Vec<Draft>) -> Telling {
        Telling { drafts, fingerprint: None, count: 1 }
    }
}

/// What became of a record. Ordered: the strongest among a record's objects is the record's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Nothing was written: this source said just that before, or has said something newer.
    Unchanged,
    /// A claim was added to an object that was claimed before.
    Updated,
    /// The first claim about the object.
    New,
}

/// Proof that a batch is on disk.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The batch's number, from 1; its leaf in the ledger is one less. `None` when nothing in it was new, so that
    /// nothing was written.
    pub batch: Option<u64>,
    /// The numbers of its claims.
    pub claims: Range<u32>,
    /// What became of each record, in order.
    pub statuses: Vec<Status>,
    /// How many objects were older than what the source had told already; they count as unchanged.
    pub older: u64,
    /// Vertices there were not before, ascending.
    pub new_vertices: Vec<(VertexNo, Kind)>,
    /// The edges its claims assert, in the order of the claims.
    pub edges: Vec<StoredEdge>,
    /// True when this stretch of the partner's wire had come in before, so that nothing was written.
    pub repeated: bool,
}

/// What a commit would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What would become of each record, in order.
    pub statuses: Vec<Status>,
    /// How many objects are older than what the source has told already.
    pub older: u64,
}

/// The moment a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// All that is known.
    Now,
    /// As it stood when this claim had been added, and no later one.
    Claim(ClaimNo),
    /// As it stood after the last batch received at or before this time.
    Time(Timestamp),
}

pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

pub(crate) fn timestamp(table: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::damaged(table, format!("time {micros}")))
}
