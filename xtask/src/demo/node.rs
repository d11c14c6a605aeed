//! The three nodes: names, ports, folders, and each as it serves.

use std::{
    fmt,
    fs::File,
    io::BufReader,
    path::PathBuf,
    process::{Child, Stdio},
    sync::mpsc::Sender,
    thread,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::DATA;
use crate::run::{Run, root, target};

/// One organisation's node.
#[derive(Clone, Copy)]
pub(super) struct Node {
    /// What agreements call the party, and its folder.
    pub(super) party: &'static str,
    pub(super) name: &'static str,
    sector: &'static str,
    page: u16,
    partners: u16,
}

pub(super) const COMPANY: Node =
    Node { party: "company", name: "Brightwater Software", sector: "platform", page: 7878, partners: 7888 };
pub(super) const POLICE: Node = Node {
    party: "police",
    name: "Northmark Police, cybercrime centre",
    sector: "law_enforcement",
    page: 7879,
    partners: 7889,
};
pub(super) const BANK: Node =
    Node { party: "bank", name: "Harbour Bank, fraud unit", sector: "bank", page: 7880, partners: 7890 };

impl Node {
    pub(super) fn entente(self, command: &str) -> Run {
        let data = root().join(DATA).join(self.party);
        let run = Run::new("").program(target().join("demo/entente")).arg("--data").arg(data);
        command.split_whitespace().fold(run, |run, word| run.arg(word))
    }

    /// Its keys, as an agreement wants them.
    pub(super) fn keys(self) -> Result<Value> {
        let keys = self.entente("--json peer key").output()?;
        serde_json::from_slice(&keys).context("`entente peer key` did not print keys")
    }

    /// Where its partners find it.
    pub(super) fn at(self) -> String {
        format!("127.0.0.1:{}", self.partners)
    }

    /// Where people find it.
    pub(super) fn address(self) -> String {
        format!("http://127.0.0.1:{}", self.page)
    }

    /// What an agreement says of the party.
    pub(super) fn describe(self, party: &mut Value) -> Result<()> {
        party["id"] = self.party.into();
        party["name"] = self.name.into();
        party["sector"] = self.sector.into();
        party["contact_point"]["address"] = format!("duty@{}.example", self.party).into();
        party["keys"] = self.keys()?;
        Ok(())
    }

    /// Where what it has to say goes.
    pub(super) fn log(self) -> PathBuf {
        root().join(DATA).join(format!("{}.log", self.party))
    }
}

/// A node that serves until this is dropped.
pub(super) struct Served {
    node: Node,
    process: Child,
    address: String,
    /// The one-time link, until somebody has used it.
    sign_in: Option<String>,
}

impl Served {
    /// Waits until it serves. Should it end, `ended` is told.
    pub(super) fn start(node: Node, ended: Sender<Node>) -> Result<Served> {
        let listen = format!("127.0.0.1:{}", node.page);
        let run = node.entente("--json serve").arg("--listen").arg(listen).arg("--partners").arg(node.at());
        let log = node.log();
        let log = File::create(&log).with_context(|| format!("`{}` cannot be written", log.display()))?;
        let mut process =
            run.command().stdout(Stdio::piped()).stderr(log).spawn().with_context(|| format!("`{run}`"))?;
        let output = process.stdout.take().context("no standard output")?;
        let mut served = Served { node, process, address: String::new(), sign_in: None };
        let mut output = serde_json::Deserializer::from_reader(BufReader::new(output)).into_iter::<Value>();
        let said = output.next();
        let Some(Ok(said)) = said else {
            bail!("{} does not serve; {} says why", node.name, node.log().display());
        };
        served.address = said["address"].as_str().unwrap_or_default().to_owned();
        served.sign_in = said["setup"].as_str().map(str::to_owned);
        thread::spawn(move || {
            // Its output ends when it does. Whoever started it may be gone by then.
            output.for_each(drop);
            let _ = ended.send(node);
        });
        Ok(served)
    }
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = self.sign_in.as_deref().unwrap_or(&self.address);
        write!(f, "  {:<38} {link}", self.node.name)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
