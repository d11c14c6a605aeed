//! Readers for each outside format: hostile bytes to drafts of claims, pure and streaming.
//!
//! Bytes of unknown nature go in at [`Intake::read`]; one [`Record`] per thing the input holds comes out, in
//! input order, through a callback. Nothing is dropped on the way: a record becomes drafts of claims, a
//! counted exclusion, or a reject with its place, reason and bytes. Memory is bounded by [`Limits`], never by
//! the size of the input.
//!
//! ```text
//! bytes ─container─► plain file ─recognise─► stix | misp | list ─Drafter─► Record
//! ```
#![forbid(unsafe_code)]

mod draft;
mod json;
mod record;
mod settings;

pub use draft::Drafter;
pub use record::{Outcome, Place, ReadError, Record, Sink, Stopped, Summary};
pub use settings::{Format, Limits, Settings};

/// What every reader is given besides its input.
pub(crate) struct Context {
    /// Makes the drafts.
    pub(crate) drafter: Drafter,
    /// Bounds on hostile input.
    pub(crate) limits: Limits,
}
