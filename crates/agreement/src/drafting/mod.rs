//! Drafting: templates, what is still wrong with a draft, how it reads, and what changed between versions.

mod check;
mod clauses;
mod compare;
mod template;

pub use check::{Finding, Severity};
pub use clauses::Clause;
pub use compare::{Altered as ClauseChange, Change as ClauseDifference};
pub use template::Template;
