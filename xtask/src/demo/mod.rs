//! `cargo xtask demo`: from a fresh checkout to three organisations that tell each other what they agreed to.

mod agreements;
mod feed;
mod node;
mod world;

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
    /// Where it is written that its source, another organisation, lets it be passed on.
    consent: Option<&'static str>,
    grade: &'static str,
}

/// Four that never met, each with a part of the same story.
const SAMPLE: [Telling; 4] = [
    Telling {
        node: COMPANY,
        file: "lantern.stix.json",
        source: "CSIRT Northmark",
        tlp: "amber",
        consent: Some("letter of 3 November 2026, CN-2026-114"),
        grade: "admiralty:B2",
    },
    Telling {
        node: COMPANY,
        file: "sinkhole.csv",
        source: "Harbour University",
        tlp: "green",
        consent: None,
        grade: "admiralty:B3",
    },
    Telling {
        node: BANK,
        file: "quietroom.misp.json",
        source: "Bank circle",
        tlp: "amber",
        consent: Some("minutes of the circle, 9 November 2026, item 4"),
        grade: "admiralty:A2",
    },
    Telling {
        node: POLICE,
        file: "lantern.txt",
        source: "Open blocklist",
        tlp: "clear",
        consent: None,
        grade: "admiralty:C3",
    },
];

/// What was asked of the demonstration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Forget what an earlier one left.
    fresh: bool,
    /// Play an invented world of so many events into the nodes.
    world: Option<u64>,
}

impl Asked {
    /// Reads the words after `demo`.
    pub(crate) fn read(words: &[&str]) -> Result<Asked> {
        match words {
            [] => Ok(Asked::default()),
            ["--fresh", rest @ ..] => Ok(Asked { fresh: true, ..Asked::read(rest)? }),
            ["--world", events, rest @ ..] => {
                let events =
                    events.parse().ok().context("`--world` needs how many events: 1000 to 100000000")?;
                Ok(Asked { world: Some(events), ..Asked::read(rest)? })
            }
            [other, ..] => bail!("`{other}` is nothing that can be asked of the demonstration"),
        }
    }
}

/// Builds the page and the node, makes three data folders with agreements in force between them and the sample in them, serves all
/// three, and has one of them learn something every few seconds, until it is stopped. With a world they hold that instead, and work
/// together on one organisation in it.
pub(crate) fn demo(asked: Asked) -> Result<()> {
    web::install()?;
    web::build()?;
    timed("table of networks and countries", "cargo xtask atlas", || atlas::build(false, "demo"))?;
    step("node", &Run::new("cargo build --profile demo -p entente-node"))?;
    data(asked)?;
    let (tell, ended) = channel();
    let start = |node| Served::start(node, tell.clone());
    let served: Vec<Served> = [COMPANY, POLICE, BANK].into_iter().map(start).collect::<Result<_>>()?;
    let announcement = match asked.world {
        None => feed::ANNOUNCEMENT.to_owned(),
        Some(_) => world::cooperate(&ended)?,
    };
    println!("\nThree organisations, each with a node of its own:\n");
    served.iter().for_each(|node| println!("{node}"));
    println!("\n{announcement}\nCtrl-C stops all three\n");
    match asked.world {
        None => feed::run(&ended),
        Some(_) => world::wait(&ended),
    }
}

fn data(asked: Asked) -> Result<()> {
    let folder = root().join(DATA);
    if folder.exists() && !asked.fresh {
        if asked.world != world::kept() {
            bail!("./{DATA} holds another demonstration: add --fresh to replace it");
        }
        println!("keeping the data in ./{DATA}; `cargo xtask demo --fresh` starts anew\n");
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("./{DATA} could not be removed"))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("./{DATA} could not be made"))?;
    let made = match asked.world {
        None => agreements::sign_all().and_then(|()| SAMPLE.iter().try_for_each(import)),
        Some(events) => agreements::sign_operation().and_then(|()| world::play(events)),
    };
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
    step("sample", &run.arg("--tlp").arg(telling.tlp).arg("--grade").arg(telling.grade))?;
    let Some(consent) = telling.consent else { return Ok(()) };
    let other = telling.node.entente("source other").arg(telling.source);
    step("source", &other.arg("--consent").arg(consent))
}
