//! The log as its users see it: against the definitions, through crashes, and with changed files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod support;
mod tamper;
mod tree;
