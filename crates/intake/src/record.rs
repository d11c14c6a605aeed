//! What comes out of a reader: one record per thing the input holds, each accounted for.

use std::fmt;
use std::ops::ControlFlow;

use entente_model::{Draft, Fingerprint};

/// Where a record stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Path of the file; members of archives follow their archive after `!/`.
    pub file: String,
    /// Line, from 1, where the format has lines.
    pub line: Option<u64>,
    /// Byte offset of the record's first byte in the unpacked file.
    pub offset: u64,
    /// What the record calls itself: an object id, an attribute's UUID.
    pub record: Option<String>,
}

impl Place {
    /// The beginning of a file.
    pub fn file(name: impl Into<String>) -> Place {
        Place { file: name.into(), ..Place::default() }
    }

    /// A record of this file at a byte offset.
    pub fn at(&self, offset: u64) -> Place {
        Place { offset, line: None, record: None, file: self.file.clone() }
    }

    /// This place, with its line.
    pub fn line(mut self, line: u64) -> Place {
        self.line = Some(line);
        self
    }

    /// This place, with the record's own name.
    pub fn named(mut self, record: impl Into<String>) -> Place {
        self.record = Some(record.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match self.line {
            Some(line) => write!(f, ", line {line}")?,
            None => write!(f, ", byte {}", self.offset)?,
        }
        match &self.record {
            Some(record) => write!(f, " ({record})"),
            None => Ok(()),
        }
    }
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// One or more objects; the first is the record's own.
    Drafts(Vec<Draft>),
    /// Taken in before, byte for byte: it tells nothing new, and was not read.
    Known,
    /// Of a known class that is counted and on purpose not kept. The text names the class, for example `taxonomy vocabulary`.
    Excluded(&'static str),
    /// Not readable: why, in the field's words, and the record's bytes so that they can be mended.
    Rejected {
        /// What is wrong and how to mend it.
        reason: String,
        /// The record as it stood.
        raw: Vec<u8>,
    },
}

/// One record of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Where it stood.
    pub place: Place,
    /// What became of it.
    pub outcome: Outcome,
    /// By what it will be known, where its reader remembers records.
    pub fingerprint: Option<Fingerprint>,
    /// How many records of the input it stands for: more than one where a reader gathers those that say the same.
    pub count: u64,
}

/// Counts of one input; `records` is the sum of the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records met.
    pub records: u64,
    /// Records that became objects.
    pub accepted: u64,
    /// Records taken in before, and not read.
    pub known: u64,
    /// Records excluded on purpose.
    pub excluded: u64,
    /// Records rejected.
    pub rejected: u64,
}

/// The receiver asked the reader to stop.
#[derive(Debug, thiserror::Error)]
#[error("the import was stopped")]
pub struct Stopped;

/// Why a reader ended before the end of its input. A bad record is never a reason.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The input could not be read any further.
    #[error("the input could not be read: {0}")]
    Input(#[from] std::io::Error),
    /// The receiver asked to stop.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Where readers put their records. Counts what passes.
pub struct Sink<'a> {
    receive: &'a mut dyn FnMut(Record) -> ControlFlow<()>,
    summary: Summary,
}

impl<'a> Sink<'a> {
    /// A sink that hands each record to `receive` until it breaks.
    pub fn new(receive: &'a mut dyn FnMut(Record) -> ControlFlow<()>) -> Sink<'a> {
        Sink { receive, summary: Summary::default() }
    }

    /// Accounts for one record. Errors with [`Stopped`] when the receiver wants no more.
    pub fn put(&mut self, place: Place, outcome: Outcome) -> Result<(), Stopped> {
        self.put_gathered(place, outcome, None, 1)
    }

    /// Accounts for one record that has a fingerprint.
    pub(crate) fn put_known_by(
        &mut self,
        place: Place,
        outcome: Outcome,
        fingerprint: Option<Fingerprint>,
    ) -> Result<(), Stopped> {
        self.put_gathered(place, outcome, fingerprint, 1)
    }

    /// Accounts for so many records that became one.
    pub(crate) fn put_gathered(
        &mut self,
        place: Place,
        outcome: Outcome,
        fingerprint: Option<Fingerprint>,
        count: u64,
    ) -> Result<(), Stopped> {
        self.summary.records += count;
        match &outcome {
            Outcome::Drafts(_) => self.summary.accepted += count,
            Outcome::Known => self.summary.known += count,
            Outcome::Excluded(_) => self.summary.excluded += count,
            Outcome::Rejected { .. } => self.summary.rejected += count,
        }
        match (self.receive)(Record { place, outcome, fingerprint, count }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }

    /// Accounts for a record that cannot be read.
    pub fn reject(&mut self, place: Place, reason: impl fmt::Display, raw: &[u8]) -> Result<(), Stopped> {
        self.put(place, Outcome::Rejected { reason: reason.to_string(), raw: raw.to_vec() })
    }

    /// What has passed so far.
    pub fn summary(&self) -> Summary {
        self.summary
    }
}
