//! `cargo xtask demo`: from a fresh checkout to a page with something on it.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{
    atlas,
    run::{Run, root, step, target, timed},
    web,
};

const DATA: &str = "entente-data";
const LISTEN: &str = "127.0.0.1:7878";

/// A file of the sample and who tells it under which handling.
struct Telling {
    file: &'static str,
    source: &'static str,
    tlp: &'static str,
    grade: &'static str,
}

/// Four organisations that never met, each with a part of the same story.
const SAMPLE: [Telling; 4] = [
    Telling { file: "lantern.stix.json", source: "CSIRT Northmark", tlp: "amber", grade: "admiralty:B2" },
    Telling {
        file: "quietroom.misp.json",
        source: "Bank circle",
        tlp: "amber+strict",
        grade: "admiralty:A2",
    },
    Telling { file: "sinkhole.csv", source: "Harbour University", tlp: "green", grade: "admiralty:B3" },
    Telling { file: "lantern.txt", source: "Open blocklist", tlp: "clear", grade: "admiralty:C3" },
];

/// Builds the page and the node, makes the data folder with the sample in it, and serves until it is stopped.
pub(crate) fn demo(fresh: bool) -> Result<()> {
    web::install()?;
    web::build()?;
    timed("table of networks and countries", "cargo xtask atlas", || atlas::build(false, "demo"))?;
    step("node", &Run::new("cargo build --profile demo -p entente-node"))?;
    data(fresh)?;
    println!("Ctrl-C stops it\n");
    entente("serve").arg("--listen").arg(LISTEN).go()
}

fn data(fresh: bool) -> Result<()> {
    let folder = root().join(DATA);
    if folder.exists() && !fresh {
        println!("keeping the data in ./{DATA}; `cargo xtask demo --fresh` starts anew\n");
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("./{DATA} could not be removed"))?;
    }
    let imported = SAMPLE.iter().try_for_each(import);
    if imported.is_err() {
        // Half a sample would be taken for a kept folder next time.
        let _ = fs::remove_dir_all(&folder);
    }
    imported
}

fn import(telling: &Telling) -> Result<()> {
    let file = root().join("fixtures/demo").join(telling.file);
    if !file.is_file() {
        bail!("`{}` is missing", file.display());
    }
    let run = entente("import").arg(file).arg("--source").arg(telling.source);
    step("sample", &run.arg("--tlp").arg(telling.tlp).arg("--grade").arg(telling.grade))
}

fn entente(command: &str) -> Run {
    Run::new("").program(target().join("demo/entente")).arg("--data").arg(root().join(DATA)).arg(command)
}
