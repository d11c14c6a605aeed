//! What can go wrong between the node and its data folder.

use std::path::{Path, PathBuf};

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A folder or file could not be made or opened.
    #[error("cannot open `{path}`: {source}")]
    Open {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A database refused.
    #[error("the database failed while {doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The data folder was written by a newer version of this program.
    #[error(
        "`{path}` has format {found}, this program knows formats up to {known}: run the newer program, or restore a backup made before it"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// A row holds what this program never writes.
    #[error(
        "`{table}` holds something impossible ({what}): the file was damaged; `audit verify` names the first bad batch"
    )]
    Damaged {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Numbers ran out.
    #[error("this node has no more {what} numbers (the most is {most}): start a new data folder")]
    Full {
        /// What there are too many of.
        what: &'static str,
        /// How many there can be.
        most: u64,
    },
    /// The claims are those of an earlier state than the ledger's.
    #[error(
        "the database holds {held} batches but {signed} are signed: it is older than what was signed; restore the newer one"
    )]
    Older {
        /// Batches in the database.
        held: u64,
        /// Batches that the checkpoint covers.
        signed: u64,
    },
    /// The ledger could not be read or written.
    #[error("the ledger failed: {0}")]
    Ledger(#[from] entente_ledger::LedgerError),
    /// The node's key or name cannot sign a ledger.
    #[error("the node's key cannot sign: {0}")]
    Key(#[from] entente_ledger::NoteError),
    /// Somebody else changed the document since it was read.
    #[error(
        "{what} was changed by somebody else in the meantime (it is at version {found}, not {expected}): read it again and repeat the change"
    )]
    Conflict {
        /// What sort of document.
        what: &'static str,
        /// The version the change was based on.
        expected: u64,
        /// The version there is now.
        found: u64,
    },
    /// Somebody reads or writes what must be at rest.
    #[error("somebody was reading or writing while {doing}: try again in a quiet moment")]
    Busy {
        /// What was being done.
        doing: &'static str,
    },
    /// What is asked for is not there.
    #[error("there is no {what} `{name}`")]
    NotFound {
        /// What sort of thing.
        what: &'static str,
        /// What it was asked for by.
        name: String,
    },
    /// What is to be written does not fit what is there.
    #[error("this {what} cannot be kept: {why}")]
    Unfit {
        /// What sort of thing.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// A stretch of a partner's wire does not follow what came in before.
    #[error("the next item of `{partner}` would be {expected}, but the batch begins with {found}: ask for what follows {}", expected - 1)]
    Gap {
        /// The partner.
        partner: String,
        /// The item that comes next.
        expected: u64,
        /// The first item of the batch.
        found: u64,
    },
    /// A flow has released as much as it may today.
    #[error(
        "the flow `{flow}` has released {used} of the {most} items it may on this day: the rest must wait or be referred"
    )]
    Spent {
        /// The flow.
        flow: String,
        /// What it has released.
        used: u64,
        /// The most a day.
        most: u64,
    },
    /// A document with this name exists already.
    #[error("there is already a {what} called `{name}`: choose another name")]
    Taken {
        /// What sort of document.
        what: &'static str,
        /// The name asked for.
        name: String,
    },
}

impl StoreError {
    pub(crate) fn open(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
        move |source| StoreError::Open { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(table: &'static str, what: impl Into<String>) -> StoreError {
        StoreError::Damaged { table, what: what.into() }
    }
}

/// Says what was being done when a statement failed.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { doing, source })
    }
}
