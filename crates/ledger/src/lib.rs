//! An append-only Merkle log, its proofs and an offline verifier, in the forms of C2SP:
//! [tlog-tiles](https://c2sp.org/tlog-tiles), [tlog-checkpoint](https://c2sp.org/tlog-checkpoint),
//! [tlog-cosignature](https://c2sp.org/tlog-cosignature), [tlog-proof](https://c2sp.org/tlog-proof) and
//! [signed-note](https://c2sp.org/signed-note), hashed as RFC 6962 section 2.1 says.
//!
//! The log knows nothing of what its leaves mean. Whoever keeps the records makes a salted
//! [`commitment`] of each, its [`Hash::leaf`] goes into the log, and the record stays where it was. So
//! **no entry bundles are stored** (`tile/entries/…` of tlog-tiles): the tiles of level 0 hold every leaf hash, and whoever
//! is shown a record with its salt can recompute the leaf and check it against the log.
//!
//! A walkthrough: [`Log::open`] with a [`Storage`] and a [`Signer`]; [`Log::publish`] with the leaves from
//! some index on, which writes the tiles and then the checkpoint, and is also how a log is mended after a
//! crash; [`verify()`] with a [`Verifier`] and the leaves recomputed from the records, which needs nothing
//! but the files. [`Log::inclusion_proof`] and [`Log::consistency_proof`] are for others, who
//! check them with [`verify_inclusion`] and [`verify_consistency`] and no file at all, or with one, a
//! [`TlogProof`]. Who keeps another's checkpoints [compares](compare()) each with the one before, and may say by a
//! [`Cosigner`] that it saw it.
#![forbid(unsafe_code)]

mod checkpoint;
mod compare;
mod cosignature;
mod error;
mod folder;
mod frontier;
mod hash;
mod log;
mod note;
mod proof;
mod storage;
mod tile;
mod tlog_proof;
mod tree;
mod verify;

pub use checkpoint::Checkpoint;
pub use compare::{Continuation, compare};
pub use cosignature::{Cosigner, CosignerKey};
pub use error::LedgerError;
pub use folder::Folder;
pub use frontier::Frontier;
pub use hash::{Hash, commitment};
pub use log::{CHECKPOINT, Log};
pub use note::{NoteError, Signer, Verifier};
pub use proof::{ProofError, inclusion_in, root_from, verify_consistency, verify_inclusion};
pub use storage::Storage;
pub use tile::Tile;
pub use tlog_proof::{TlogProof, TlogProofError};
pub use verify::{Fault, FirstBad, verify};
