//! `cargo xtask bench`: runs what measures and prints one table.
//!
//! A measuring program prints, for each figure, one line of JSON on standard output (see [`Figure::parse`]); its other
//! lines are passed on. Nothing here fails because a figure is poor: whoever reads the table judges.

mod bundle;
mod http;
mod node;
mod table;

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use anyhow::{Context, Result, bail};

use crate::run::{Run, timed};
use table::{Figure, table};

/// How something is measured.
enum Measure {
    /// By a program of ours: its command line.
    Program(&'static str),
    /// By a program of ours that wants a folder to keep its input in.
    InFolder(&'static str),
    /// From outside, by driving the node.
    Node(fn() -> Result<Vec<Figure>>),
    /// From outside, by a script that is given the node's program.
    Script(&'static str),
}

const MEASURES: &[(&str, Measure)] = &[
    ("ingest", Measure::Program("cargo run --quiet --release -p entente-store --example ingest")),
    ("decide", Measure::Program("cargo run --quiet --release -p entente-agreement --example speed")),
    ("wire", Measure::Program("cargo run --quiet --release -p entente-store --example wire")),
    // Two nodes over TLS, in one process, which is how the moment of each commit can be known.
    (
        "exchange",
        Measure::Program(
            "cargo test --quiet --release -p entente-node --bin entente -- --ignored --nocapture exchange_speed",
        ),
    ),
    ("graph", Measure::InFolder("cargo run --quiet --release -p entente-graph --example bench --")),
    ("groups", Measure::InFolder("cargo run --quiet --release -p entente-graph --example bench -- whole")),
    ("import", Measure::Node(node::import)),
    ("search", Measure::Node(node::search)),
    ("taxii", Measure::Script("python3 bench/taxii/pages.py")),
];

/// Runs all measures, or those whose names have one of the given words in them.
pub(crate) fn bench(words: &[&str]) -> Result<()> {
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let mut figures = Vec::new();
    for (name, measure) in MEASURES.iter().filter(|(name, _)| wanted(name)) {
        timed(name, &format!("cargo xtask bench {name}"), || {
            figures.extend(measure.take()?);
            Ok(())
        })?;
    }
    if figures.is_empty() {
        bail!(
            "nothing was measured; there are: {}",
            MEASURES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
        );
    }
    print!("{}", table(&figures));
    Ok(())
}

impl Measure {
    fn take(&self) -> Result<Vec<Figure>> {
        match self {
            Self::Program(line) => program(&Run::new(line)),
            Self::InFolder(line) => program(&Run::new(line).arg(node::folder().join("program"))),
            Self::Node(measure) => measure(),
            Self::Script(line) => {
                node::build()?;
                program(&Run::new(line).arg(node::program()))
            }
        }
    }
}

fn program(run: &Run) -> Result<Vec<Figure>> {
    let mut program = run.command().stdout(Stdio::piped()).spawn().with_context(|| format!("`{run}`"))?;
    let output = program.stdout.take().context("no standard output")?;
    let mut figures = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        match Figure::parse(&line) {
            Some(figure) => figures.push(figure),
            None => println!("{line}"),
        }
    }
    let status = program.wait()?;
    if !status.success() {
        bail!("it ended with {status}");
    }
    Ok(figures)
}
