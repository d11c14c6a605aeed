//! What can go wrong with a log.

use std::io;

use crate::note::NoteError;

/// Why a log could not be opened, published or asked for a proof.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A file could not be read or written.
    #[error("`{path}` of the log could not be read or written: {source}")]
    Storage {
        /// The file, relative to the log.
        path: String,
        /// What the storage said.
        source: io::Error,
    },
    /// The checkpoint is not one, or its signature does not hold.
    #[error("the log's checkpoint does not hold: {0}")]
    Checkpoint(#[from] NoteError),
    /// A tile that the checkpoint needs is absent or has the wrong length.
    #[error("`{path}` of the log {reason}; publish all leaves from 0 to write it again")]
    Tile {
        /// The file, relative to the log.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The tiles do not make the root that was signed.
    #[error(
        "the log's tiles do not make the root signed at size {size}; publish all leaves from 0 to mend them"
    )]
    Damaged {
        /// The size of the signed tree.
        size: u64,
    },
    /// The leaves begin after the end of the log.
    #[error("leaves were given from {from} on, but the log ends at {size}; give them from {size} or earlier")]
    Gap {
        /// The first leaf given.
        from: u64,
        /// The size of the signed tree.
        size: u64,
    },
    /// The leaves end before the log does; a log never shrinks.
    #[error(
        "leaves were given up to {given}, but {size} are signed; the records may have been cut off or restored from an older copy"
    )]
    Shorter {
        /// The size the leaves would make.
        given: u64,
        /// The size of the signed tree.
        size: u64,
    },
    /// The leaves are not those that were signed. To sign them would be to tell two stories.
    #[error(
        "the leaves given do not make the root signed at size {size}; a record was changed, or belongs to another log"
    )]
    Fork {
        /// The size of the signed tree.
        size: u64,
    },
    /// A proof was asked for a leaf or a size that the log does not have.
    #[error("the log has {size} leaves; {asked} is beyond it")]
    Beyond {
        /// The leaf's index or the tree's size asked for.
        asked: u64,
        /// The size of the signed tree.
        size: u64,
    },
}

impl LedgerError {
    pub(crate) fn storage(path: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Storage { path: path.to_owned(), source }
    }
}
