//! An invented world, whose truth is known, in the three nodes: what it takes to see on screen what cooperation adds.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::DATA;
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

/// How often it is looked how far the partners have come.
const LOOK_EVERY: Duration = Duration::from_secs(2);

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
        )
    })
}

/// Waits until the partners have been told all they may know, saying how far they are.
pub(super) fn settle(ended: &Receiver<Node>) -> Result<()> {
    println!("What the agreements allow goes to the partners:");
    let began = Instant::now();
    let mut before = None;
    loop {
        let told = [COMPANY, BANK, POLICE].iter().map(|node| told(*node)).collect::<Result<Vec<_>>>()?;
        let line: Vec<String> = told.iter().flatten().map(|one| one.to_string()).collect();
        println!("  {:>4} s  {}", began.elapsed().as_secs(), line.join("   "));
        if told.iter().flatten().all(Told::arrived) && before == Some(line.clone()) {
            return Ok(());
        }
        before = Some(line);
        if let Ok(node) = ended.recv_timeout(LOOK_EVERY) {
            bail!("{} ended; {} says why", node.name, node.log().display());
        }
    }
}

/// How much one told a partner, and how much of it the partner has.
struct Told {
    from: &'static str,
    to: String,
    told: u64,
    has: u64,
}

impl Told {
    fn arrived(&self) -> bool {
        self.has >= self.told
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} → {}: {} of {}", self.from, self.to, self.has, self.told)
    }
}

fn told(node: Node) -> Result<Vec<Told>> {
    let status = node.entente("--json peer status").output()?;
    let status: Vec<Value> = serde_json::from_slice(&status).context("`entente peer status` is no JSON")?;
    let count = |of: &Value, name: &str| of[name].as_u64().unwrap_or_default();
    let one = |partner: &Value| Told {
        from: node.party,
        to: partner["party"].as_str().unwrap_or_default().to_owned(),
        told: count(partner, "told"),
        has: count(partner, "acknowledged"),
    };
    Ok(status.iter().map(one).collect())
}

/// Where one begins: what the first victim told the police.
pub(super) fn beginning() -> Result<String> {
    let injects =
        Run::new("").program(target().join("demo/entente")).arg("--json").arg("range").arg("injects");
    let injects: Value =
        serde_json::from_slice(&injects.arg(folder()).output()?).context("injects are JSON")?;
    let (text, report) = (injects[0]["text"].as_str(), injects[0]["about"][0].as_str());
    let (text, report) = text.zip(report).context("no victim of the world reports to the police")?;
    let page = POLICE.address();
    Ok(format!(
        "Begin at the police, with one victim of the world:\n\n  {text}\n  {page}/things/{report}\n\n\
         Ask there \"Who is behind this?\", look at the reasons, and leave a partner out to see what it added."
    ))
}
