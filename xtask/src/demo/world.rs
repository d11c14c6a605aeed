//! An invented world, whose truth is known, in the three nodes: what it takes to see on screen what cooperation adds.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::DATA;
use super::agreements::OPERATION;
use super::node::{BANK, COMPANY, Node, POLICE};
use crate::run::{Run, root, step, target};

/// The world's seed: any would do, and it is always the same world.
const SEED: u64 = 7;

/// Whose files go to which node, and under which name. The exchange's customers pay through the bank, which asks it; the registrar and
/// the national response team answer the police, so they have no node of their own in the demonstration.
const HOLDERS: [(&str, Node, &str); 6] = [
    ("company", COMPANY, "Brightwater Software"),
    ("bank", BANK, "Harbour Bank"),
    ("exchange", BANK, "Harbour Exchange"),
    ("police", POLICE, "Northmark Police"),
    ("registrar", POLICE, "Northmark Registry"),
    ("csirt", POLICE, "CSIRT Northmark"),
];

/// From which probability on a partner tells the police, and from which on these seek.
const TAKEN_UP: &str = "0.25";
const SOUGHT: &str = "0.6";

/// How often it is looked how far the partners have come.
const LOOK_EVERY: Duration = Duration::from_secs(1);

fn folder() -> PathBuf {
    root().join(DATA).join("world")
}

/// How many events the kept world has; `None` when none is kept.
pub(super) fn kept() -> Option<u64> {
    let world = fs::read(folder().join("world.json")).ok()?;
    serde_json::from_slice::<Value>(&world).ok()?["size"].as_u64()
}

/// Makes the world and takes in what each holds of it.
pub(super) fn play(events: u64) -> Result<()> {
    let entente = || Run::new("").program(target().join("demo/entente"));
    let generate = entente().arg("range").arg("generate").arg(folder());
    let generate = generate.arg("--seed").arg(SEED.to_string()).arg("--events").arg(events.to_string());
    step("world", &generate)?;
    HOLDERS.iter().try_for_each(|(party, node, name)| {
        let files = folder().join("parties").join(party);
        step(
            "records",
            &node.entente("import").arg(files).arg("--source").arg(name).arg("--tlp").arg("amber"),
        )?;
        let whose = match node.party == *party {
            true => node.entente("source own").arg(name),
            false => node.entente("source other").arg(name).arg("--consent").arg(OPERATION),
        };
        step("source", &whose)
    })
}

/// Has the partners find what they hold of one organisation and tell the police, and the police seek the rest, until nobody learns
/// anything new; says where to look at it.
pub(super) fn cooperate(ended: &Receiver<Node>) -> Result<String> {
    let begun = Instant::now();
    let first = First::read()?;
    println!("── {OPERATION}: what the partners' agreements let them tell the police");
    loop {
        let mut claims = 0;
        for partner in [COMPANY, BANK] {
            let take = partner.entente("--json case take-up").arg(OPERATION).args(first.seeds(partner));
            claims += count(&take.arg("--sought").arg("--least").arg(TAKEN_UP))?;
        }
        settle(ended)?;
        let seek = POLICE.entente("--json case seek").arg(OPERATION).args(first.seeds(POLICE));
        claims += count(&seek.arg("--least").arg(SOUGHT))?;
        settle(ended)?;
        println!("   {claims} new statements after {:.1} s", begun.elapsed().as_secs_f64());
        if claims == 0 {
            return Ok(first.beginning());
        }
    }
}

fn count(run: &Run) -> Result<u64> {
    let said: Value =
        serde_json::from_slice(&run.output()?).with_context(|| format!("`{run}` is no JSON"))?;
    said["claims"].as_u64().with_context(|| format!("`{run}` does not say how many claims it made"))
}

/// Waits until a node ends, which is an error.
pub(super) fn wait(ended: &Receiver<Node>) -> Result<()> {
    let node = ended.recv().context("no node serves")?;
    bail!("{} ended; {} says why", node.name, node.log().display())
}

/// Waits until the partners have all that they were told, twice in a row: what was said a moment ago may not be on the wire yet.
fn settle(ended: &Receiver<Node>) -> Result<()> {
    let mut before = None;
    loop {
        let told = [COMPANY, BANK, POLICE].into_iter().map(told).collect::<Result<Vec<_>>>()?;
        let arrived = told.iter().flatten().all(|(told, has)| has >= told);
        if arrived && before.as_ref() == Some(&told) {
            return Ok(());
        }
        before = Some(told);
        if let Ok(node) = ended.recv_timeout(LOOK_EVERY) {
            bail!("{} ended; {} says why", node.name, node.log().display());
        }
    }
}

/// How much a node told each partner, and how much of it that has.
fn told(node: Node) -> Result<Vec<(u64, u64)>> {
    let status = node.entente("--json peer status").output()?;
    let status: Vec<Value> = serde_json::from_slice(&status).context("`entente peer status` is no JSON")?;
    let count = |of: &Value, name: &str| of[name].as_u64().unwrap_or_default();
    Ok(status.iter().map(|partner| (count(partner, "told"), count(partner, "acknowledged"))).collect())
}

/// The organisation whose victims report first, and what of it each party looked at.
struct First {
    text: String,
    report: String,
    seeds: Vec<(String, String)>,
}

impl First {
    fn read() -> Result<First> {
        let injects =
            Run::new("").program(target().join("demo/entente")).arg("--json").arg("range").arg("injects");
        let injects: Value =
            serde_json::from_slice(&injects.arg(folder()).output()?).context("injects are JSON")?;
        let about: Vec<&str> =
            injects[0]["about"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let [report, named @ ..] = about.as_slice() else {
            bail!("no victim of the world reports to the police")
        };
        let truth = fs::read(folder().join("truth.json")).context("the world has no truth.json")?;
        let truth: Value = serde_json::from_slice(&truth).context("truth.json is JSON")?;
        let seeds = truth["seeds"].as_array().map_or(&[][..], Vec::as_slice);
        let whose = seeds.iter().find(|seed| named.iter().any(|id| seed["entity"] == *id));
        let whose = &whose.context("the truth does not begin from the first report")?["enterprise"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let seeds = seeds.iter().filter(|seed| seed["enterprise"] == *whose);
        Ok(First {
            text: text(&injects[0]["text"]),
            report: (*report).to_owned(),
            seeds: seeds.map(|seed| (text(&seed["party"]), text(&seed["entity"]))).collect(),
        })
    }

    /// What made those whose files a node has look.
    fn seeds(&self, node: Node) -> impl Iterator<Item = &str> {
        let held =
            move |party: &str| HOLDERS.iter().any(|(held, by, _)| *held == party && by.party == node.party);
        let seeds = self.seeds.iter().filter(move |(party, _)| held(party));
        seeds.map(|(_, entity)| entity.as_str())
    }

    fn beginning(&self) -> String {
        let (text, page) = (&self.text, POLICE.address());
        format!(
            "Begin at the police, with one victim:\n\n  {text}\n  {page}/things/{}\n\nAsk there who is behind it, look at the \
             reasons, and leave a partner out to see what it added.",
            self.report
        )
    }
}
