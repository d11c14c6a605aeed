//! The HTTP API's description and the client generated from it: written, and checked for drift.
//!
//! `entente openapi` is the truth. `docs/openapi.json` is its copy under version control, so that a change of the API is
//! seen in review, and `web/src/lib/api/schema.d.ts` is made from that copy.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    run::{Run, root, step, target},
    web,
};

const DESCRIPTION: &str = "docs/openapi.json";
const CLIENT: &str = "web/src/lib/api/schema.d.ts";

/// Writes the description and the client anew.
pub(crate) fn write() -> Result<()> {
    web::install()?;
    step("node", &Run::new("cargo build -p entente-node"))?;
    put(&root().join(DESCRIPTION), &description()?)?;
    generate(&root().join(DESCRIPTION), &root().join(CLIENT))?;
    println!("wrote {DESCRIPTION} and {CLIENT}");
    Ok(())
}

/// Fails when the description or the client is not what the node says. The node must have been built.
pub(crate) fn check() -> Result<()> {
    let fresh = target().join("xtask/openapi.json");
    let client = target().join("xtask/schema.d.ts");
    put(&fresh, &description()?)?;
    same(&root().join(DESCRIPTION), &fresh)?;
    generate(&fresh, &client)?;
    same(&root().join(CLIENT), &client)
}

/// What the node says of itself, in one spelling whatever the order of its making.
fn description() -> Result<String> {
    let output = Run::new("").program(target().join("debug/entente")).arg("openapi").output()?;
    let mut value: serde_json::Value =
        serde_json::from_slice(&output).context("`entente openapi` did not print one JSON document")?;
    value.sort_all_objects();
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn generate(description: &Path, client: &Path) -> Result<()> {
    let run = Run::new("npx --no-install openapi-typescript").within(web::FOLDER);
    run.arg(description).arg("--output").arg(client).output().map(drop)
}

fn put(file: &PathBuf, content: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, content).with_context(|| format!("`{}` could not be written", file.display()))
}

fn same(kept: &Path, fresh: &Path) -> Result<()> {
    let read = |file: &Path| {
        fs::read_to_string(file).with_context(|| format!("`{}` could not be read", file.display()))
    };
    let (kept_text, fresh_text) = (read(kept)?, read(fresh)?);
    let differs = kept_text.lines().zip(fresh_text.lines()).position(|(one, other)| one != other);
    match differs {
        None if kept_text == fresh_text => Ok(()),
        place => {
            let line = place.unwrap_or_else(|| kept_text.lines().count().min(fresh_text.lines().count())) + 1;
            bail!(
                "`{}` is not what the node says, from line {line} on; write it anew with `cargo xtask api` and commit it",
                kept.display()
            )
        }
    }
}
