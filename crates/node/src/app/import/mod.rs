//! Imports: from somewhere outside to committed claims, with every record accounted for.

pub(crate) mod input;
pub(crate) mod job;
mod markings;
pub(crate) mod pipeline;
pub(crate) mod rejects;
