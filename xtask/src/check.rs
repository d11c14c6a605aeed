//! `cargo xtask test`: everything that must hold before a change is kept.
//!
//! Cheap steps first. Clippy and the documentation share one set of checked dependencies, the tests and the program
//! for the browser another, all of the dev profile in one target folder, so a clean run builds no dependency three times.

use anyhow::Result;

use crate::{
    api, apt, atlas, layers, licences,
    run::{Run, step, target, timed},
    web as page,
};

pub(crate) fn all() -> Result<()> {
    timed("the whole test", "cargo xtask test", || {
        form()?;
        page_steps()?;
        rust_steps()?;
        api_step()?;
        browser_step()
    })
}

pub(crate) fn rust() -> Result<()> {
    form()?;
    page::install()?;
    rust_steps()?;
    api_step()
}

pub(crate) fn web() -> Result<()> {
    page_steps()
}

pub(crate) fn end_to_end() -> Result<()> {
    page::install()?;
    page::build()?;
    atlas_step()?;
    browser_step()
}

fn form() -> Result<()> {
    step("format", &Run::new("cargo fmt --all --check"))?;
    timed("layers", "cargo xtask layers", layers::check)?;
    timed("licences", "cargo xtask licences", licences::check)
}

fn page_steps() -> Result<()> {
    page::install()?;
    page::build()?;
    step("types of the page", &Run::new("npm run check").within(page::FOLDER))?;
    step("unit tests of the page", &Run::new("npm test").within(page::FOLDER))
}

fn rust_steps() -> Result<()> {
    atlas_step()?;
    step("clippy", &Run::new("cargo clippy --workspace --all-targets -- -D warnings"))?;
    let docs = Run::new("cargo doc --workspace --no-deps --document-private-items");
    step("documentation", &docs.env("RUSTDOCFLAGS", "-D warnings"))?;
    if Run::new("cargo nextest --version").succeeds() {
        step("tests", &Run::new("cargo nextest run --workspace --no-fail-fast --status-level slow"))?;
    } else {
        println!("cargo-nextest is not installed; cargo test does the same, more slowly");
        step("tests", &Run::new("cargo test --workspace --all-targets"))?;
    }
    step("documentation tests", &Run::new("cargo test --workspace --doc"))
}

fn atlas_step() -> Result<()> {
    timed("table of networks and countries", "cargo xtask atlas", || atlas::build(false, "dev"))
}

fn api_step() -> Result<()> {
    step("node", &Run::new("cargo build -p entente-node"))?;
    timed("generated client", "cargo xtask test rust", api::check)
}

fn browser_step() -> Result<()> {
    let chromium = apt::chromium()?;
    step("node", &Run::new("cargo build -p entente-node"))?;
    let run = Run::new("npm run e2e")
        .within(page::FOLDER)
        .env("ENTENTE_BIN", target().join("debug/entente"))
        .env("CHROMIUM", chromium);
    step("page in a real browser", &run)
}
