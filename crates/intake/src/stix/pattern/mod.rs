//! STIX patterns (STIX 2.1 part 9): the whole grammar, and the values a pattern names.
//!
//! [`Pattern::parse`] gives the tree or the character where the text stops being a pattern;
//! [`Pattern::observables`] the selectors it looks for, so that an indicator is linked to what it detects.

mod lexer;
mod literal;
mod observables;
mod parser;
mod syntax;

pub(crate) use literal::is_timestamp;
pub(crate) use observables::pattern_links;
pub use syntax::{Comparison, Literal, Observation, Operand, Operator, Path, Pattern, Qualifier, Step, Test};

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("character {character}: {what}")]
pub struct PatternError {
    /// Where, counted in characters from 1.
    pub character: usize,
    /// What was expected there, or what is wrong.
    pub what: String,
}

/// Which edition of the grammar a pattern is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edition {
    /// STIX 2.0: `START` and `STOP` also take plain strings.
    V20,
    /// STIX 2.1.
    #[default]
    V21,
}

#[cfg(test)]
mod tests;
