//! The node measured from outside, as people use it: imports through the command line, questions through HTTP.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{bundle, http::Client, table::Figure};
use crate::run::{Run, step, target};

/// Questions of each sort; the median is told.
const QUESTIONS: u64 = 60;

/// Times the loop and the first import are taken, in turn.
const ROUNDS: usize = 3;

/// A bundle of 100,000 objects in an empty node, then again; and one five times as large, for the memory.
///
/// The loop and the import are told as the medians of runs in turn: a single pair says more about what else the disk did, and
/// the first loop follows its own compilation. Both force each transaction to the disk (WAL, `synchronous = FULL`), of
/// 10,000 rows there and of at most 8,192 objects here. Neither counts the start of its process nor the opening of its
/// database. The loop does not count reading its input and folds its log as it goes; the import counts reading, checking and
/// keeping its fingerprints, folds on a thread, and does not count the text index, which may follow by a second.
pub(crate) fn import() -> Result<Vec<Figure>> {
    build()?;
    let small = bundle::write(&folder(), 100_000)?;
    let large = bundle::write(&folder(), 500_000)?;
    let (mut floors, mut rates) = (Vec::new(), Vec::new());
    let first = loop {
        floors.push(1e5 / bare_loop(&small)?);
        let first = take_in(&empty("import")?, &small)?;
        first.expect("new", 100_000)?;
        rates.push(first.rate()?);
        if rates.len() == ROUNDS {
            break first;
        }
    };
    let again = take_in(&folder().join("import"), &small)?;
    again.expect("unchanged", 100_000)?;
    let long = take_in(&empty("import-large")?, &large)?;
    long.expect("new", 500_000)?;
    let rate = middle(rates);
    Ok(vec![
        Figure::at_least(
            middle(floors),
            "import of 100,000 objects, durable; a bare rusqlite loop",
            rate,
            "objects/s",
        ),
        Figure::at_least(70_000.0, "import of 100,000 objects, durable; aim", rate, "objects/s"),
        Figure::at_least(3.0, "same import again, against the first", again.rate()? / rate, "times"),
        Figure::told("the first until every word is found", first.seconds, "s"),
        Figure::at_most(300.0, "memory at 100,000 objects", first.peak, "MB"),
        Figure::at_most(300.0, "memory at 500,000 objects", long.peak, "MB"),
    ])
}

/// The seconds a bare loop takes for the rows of a bundle.
fn bare_loop(bundle: &Path) -> Result<f64> {
    let file = empty("bare")?.join("bare.sqlite");
    fs::create_dir_all(file.parent().unwrap_or(&file))?;
    let run =
        Run::new("cargo run --quiet --release -p entente-store --example bare --").arg(bundle).arg(file);
    let output = String::from_utf8(run.output()?)?;
    output.trim().parse().with_context(|| format!("`{run}` did not print seconds: {output}"))
}

/// A node with a million objects, asked through HTTP.
pub(crate) fn search() -> Result<Vec<Figure>> {
    build()?;
    let data = empty("search")?;
    take_in(&data, &bundle::write(&folder(), 1_000_000)?)?;
    let node = Served::start(&data)?;
    let client = Client::set_up(&node.address, &node.link)?;
    let hosts: Vec<String> = (0..QUESTIONS).map(|n| bundle::host(n * 16_660 + 4)).collect();
    let found = client.get(&format!("/api/v1/search?q={}", hosts[0]))?;
    let id = found["objects"][0]["id"].as_str().context("a host of the bundle was not found")?.to_owned();
    let by_value =
        median(&hosts, |host| client.get(&format!("/api/v1/search?q={}", host.replace('.', "%5B.%5D"))))?;
    let by_words = median(&hosts, |host| {
        let mut words = host.split('-');
        client.get(&format!(
            "/api/v1/search?q={}%20{}",
            words.next().unwrap_or(""),
            words.next().unwrap_or("")
        ))
    })?;
    let chart = median(&hosts, |_| {
        client.post("/api/v1/graph/neighbourhood", &json!({"ids": [id], "hops": 2, "limit": 500}))
    })?;
    Ok(vec![
        Figure::at_most(50.0, "search by value at 1,000,000 objects", by_value, "ms"),
        Figure::at_most(50.0, "search by words at 1,000,000 objects", by_words, "ms"),
        Figure::at_most(1000.0, "first chart at 1,000,000 objects, the node's part", chart, "ms"),
    ])
}

pub(crate) fn build() -> Result<()> {
    step("node", &Run::new("cargo build --release -p entente-node"))
}

/// The node's program.
pub(crate) fn program() -> PathBuf {
    target().join("release/entente")
}

/// Where measures keep what they make.
pub(crate) fn folder() -> PathBuf {
    target().join("xtask/bench")
}

fn empty(name: &str) -> Result<PathBuf> {
    let data = folder().join(name);
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    Ok(data)
}

fn entente(data: &Path) -> Run {
    Run::new("").program(program()).arg("--json").arg("--data").arg(data)
}

/// An import that is over.
struct TakenIn {
    counts: Value,
    seconds: f64,
    /// The most memory it held, in MB.
    peak: f64,
}

impl TakenIn {
    /// Records a second until all of them were durable.
    fn rate(&self) -> Result<f64> {
        let count = |name: &str| self.counts[name].as_f64().with_context(|| format!("no `{name}`"));
        Ok(count("read")? / count("seconds")?)
    }

    /// A figure for work that was not done is worth nothing.
    fn expect(&self, count: &str, expected: u64) -> Result<()> {
        if self.counts[count] != expected {
            bail!("the import should have counted {expected} {count}: {}", self.counts);
        }
        Ok(())
    }
}

fn take_in(data: &Path, bundle: &Path) -> Result<TakenIn> {
    let run = entente(data).arg("import").arg(bundle).arg("--source").arg("bench");
    let start = Instant::now();
    let mut child = run.command().stdout(Stdio::piped()).spawn().with_context(|| format!("`{run}`"))?;
    let mut output = child.stdout.take().context("no standard output")?;
    let (sender, ended) = channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = output.read_to_string(&mut text).map(|_| text);
        let _ = sender.send(read);
    });
    let mut peak: f64 = 0.0;
    let text = loop {
        // The kernel keeps the peak; it only has to be asked before the process is gone.
        peak = peak.max(high_water(child.id()));
        match ended.recv_timeout(Duration::from_millis(20)) {
            Ok(text) => break text?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("`{run}`: its output could not be read"),
        }
    };
    if !child.wait()?.success() {
        bail!("`{run}` failed");
    }
    Ok(TakenIn { counts: serde_json::from_str(&text)?, seconds: start.elapsed().as_secs_f64(), peak })
}

/// `VmHWM` of proc(5) in MB; 0 where there is none.
fn high_water(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// A node that serves until this is dropped.
struct Served {
    process: Child,
    address: String,
    link: String,
}

impl Served {
    fn start(data: &Path) -> Result<Self> {
        let run = entente(data).arg("serve").arg("--listen").arg("127.0.0.1:0");
        let mut process = run.command().stdout(Stdio::piped()).spawn().with_context(|| format!("`{run}`"))?;
        let output = process.stdout.take().context("no standard output")?;
        let announced = announcement(BufReader::new(output));
        let mut served = Self { process, address: String::new(), link: String::new() };
        let announced = announced.with_context(|| format!("`{run}` did not say where it serves"))?;
        served.address = announced["address"].as_str().unwrap_or_default().to_owned();
        served.link = announced["setup"].as_str().context("the new node wants no administrator")?.to_owned();
        Ok(served)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The first JSON document on the output, which may take several lines.
fn announcement(mut output: impl BufRead) -> Result<Value> {
    let mut text = String::new();
    while output.read_line(&mut text)? > 0 {
        if let Ok(value) = serde_json::from_str(&text) {
            return Ok(value);
        }
    }
    bail!("its output ended: {text}")
}

/// The median time of a question in milliseconds.
fn median(of: &[String], ask: impl Fn(&String) -> Result<Value>) -> Result<f64> {
    let mut times = Vec::new();
    for one in of {
        let start = Instant::now();
        ask(one)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(middle(times))
}

/// The median; not a number where there is nothing.
fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_announcement_is_the_first_document() {
        let found = announcement("{\n\"address\": \"a\"\n}\nmore\n".as_bytes()).expect("found");
        assert_eq!(found["address"], "a");
        assert!(announcement("nothing\n".as_bytes()).is_err());
    }

    #[test]
    fn one_slow_run_is_not_the_middle() {
        assert_eq!(middle(vec![5.0, 1.0, 4.0]), 4.0);
        assert!(middle(Vec::new()).is_nan());
    }

    #[test]
    fn the_kernel_knows_the_peak_of_this_process() {
        assert!(high_water(std::process::id()) > 1.0 || !cfg!(target_os = "linux"));
    }
}
