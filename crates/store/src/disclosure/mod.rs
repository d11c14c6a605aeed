//! What an item on a wire commits to, so that it can be proven without the others, and the file that proves it.
//!
//! ```text
//! released bytes ─SHA-256─┐
//! to, seq, flow, clauses ─┴► record ─salt─► commitment ─► leaf of the batch's tree ─► root ─► leaf of the log ─► checkpoint
//! ```
//!
//! Nothing here reads a data folder: a third party checks a proof with this module, the file and the keys. The format is
//! specified in `docs/formats/disclosure-proof.md`.

mod proof;
mod record;

pub(crate) use proof::{BatchPart, format as proof_format, to_hex};
pub use proof::{Disclosed, DisclosureProof, ProofFault, Receipt, verify};
pub(crate) use record::ItemRecord;
pub use record::{batch_leaf, item_leaf};
