//! `cargo xtask demo`: from a fresh checkout to three organisations that tell each other what they agreed to.

mod agreements;
mod feed;
mod node;

use std::{fs, sync::mpsc::channel};

use anyhow::{Context, Result, bail};

use crate::{
    atlas,
    run::{Run, root, step, timed},
    web,
};
use node::{BANK, COMPANY, Node, POLICE, Served};

/// Where the three data folders are.
const DATA: &str = "entente-demo";

/// A file of the sample: who tells it to which node, and under which handling.
struct Telling {
    node: Node,
    file: &'static str,
    source: &'static str,
    tlp: &'static str,
    grade: &'static str,
}

/// Four that never met, each with a part of the same story.
const SAMPLE: [Telling; 4] = [
    Telling {
        node: COMPANY,
        file: "lantern.stix.json",
        source: "CSIRT Northmark",
        tlp: "amber",
        grade: "admiralty:B2",
    },
    Telling {
        node: COMPANY,
        file: "sinkhole.csv",
        source: "Harbour University",
        tlp: "green",
        grade: "admiralty:B3",
    },
    Telling {
        node: BANK,
        file: "quietroom.misp.json",
        source: "Bank circle",
        tlp: "amber",
        grade: "admiralty:A2",
    },
    Telling {
        node: POLICE,
        file: "lantern.txt",
        source: "Open blocklist",
        tlp: "clear",
        grade: "admiralty:C3",
    },
];

/// Builds the page and the node, makes three data folders with agreements in force between them and the sample in them, serves
/// all three, and has one of them learn something every few seconds, until it is stopped.
pub(crate) fn demo(fresh: bool) -> Result<()> {
    web::install()?;
    web::build()?;
    timed("table of networks and countries", "cargo xtask atlas", || atlas::build(false, "demo"))?;
    step("node", &Run::new("cargo build --profile demo -p entente-node"))?;
    data(fresh)?;
    let (tell, ended) = channel();
    let start = |node| Served::start(node, tell.clone());
    let served: Vec<Served> = [COMPANY, POLICE, BANK].into_iter().map(start).collect::<Result<_>>()?;
    println!("\nThree organisations, each with a node of its own:\n");
    served.iter().for_each(|node| println!("{node}"));
    println!("\n{}\nCtrl-C stops all three\n", feed::ANNOUNCEMENT);
    feed::run(&ended)
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
    fs::create_dir_all(&folder).with_context(|| format!("./{DATA} could not be made"))?;
    let made = agreements::sign_all().and_then(|()| SAMPLE.iter().try_for_each(import));
    if made.is_err() {
        // Half of it would be taken for a kept folder next time.
        let _ = fs::remove_dir_all(&folder);
    }
    made
}

/// An agreement covers what is learnt from its first day on, so this comes after the signatures.
fn import(telling: &Telling) -> Result<()> {
    let file = root().join("fixtures/demo").join(telling.file);
    if !file.is_file() {
        bail!("`{}` is missing", file.display());
    }
    let run = telling.node.entente("import").arg(file).arg("--source").arg(telling.source);
    step("sample", &run.arg("--tlp").arg(telling.tlp).arg("--grade").arg(telling.grade))
}
