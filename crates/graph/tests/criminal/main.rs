//! Dismantling measured on open data about criminal networks: published results reproduced, known methods beaten.
//!
//! `cargo test --release -p entente-graph --test criminal -- --nocapture` prints the tables of docs/quality.md.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod data;
mod dismantle;
mod published;
