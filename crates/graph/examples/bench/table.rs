//! What was measured, beside what was aimed at.

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

/// Measure, unit, aim: what the project promises for 10^7 edges.
const AIMS: [(&str, &str, f64); 9] = [
    ("rebuild", "s", 5.0),
    ("open", "s", 0.1),
    ("resident", "MB", 500.0),
    ("2 hops", "ms", 1.0),
    ("3 hops", "ms", 54.0),
    ("3 hops typed, 30 days", "ms", 5.0),
    ("shortest path", "ms", 0.2),
    ("components", "s", 0.2),
    ("importance", "s", 1.2),
];

pub(crate) fn write(dir: &Path, part: &str, measured: &Value) -> Result<()> {
    let path = dir.join("ours.json");
    let mut all: Value = match std::fs::read(&path) {
        Ok(bytes) if part != "build" => serde_json::from_slice(&bytes)?,
        _ => json!({}),
    };
    all[part] = measured.clone();
    std::fs::write(path, serde_json::to_string_pretty(&all)?)?;
    Ok(())
}

pub(crate) fn read(dir: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&std::fs::read(dir.join("ours.json"))?)?)
}

/// The most this process had resident, in MB (10^6 bytes).
pub(crate) fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) * 1024.0 / 1e6
}

/// Wall seconds and processor seconds, of all threads, that a piece of work took. On a busy machine the second
/// number says more.
pub(crate) fn once<T>(work: impl FnOnce() -> T) -> (f64, f64, T) {
    let (began, before) = (Instant::now(), cpu_seconds());
    let result = work();
    (began.elapsed().as_secs_f64(), cpu_seconds() - before, result)
}

fn cpu_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}

pub(crate) fn print(measured: &Value) -> String {
    let ask = &measured["ask"];
    let mut text = String::new();
    let _ = writeln!(
        text,
        "| | aim | viewer of 60 in 64 compartments: median | mean | p95 | processor s | viewer of all: median |"
    );
    let _ = writeln!(text, "|---|---|---|---|---|---|---|");
    for (name, unit, aim) in AIMS {
        let (part, whole) = match name {
            "rebuild" => (&measured["build"]["rebuild s"], &Value::Null),
            "open" => (&ask["open s"], &Value::Null),
            "resident" => (&ask["resident MB"], &Value::Null),
            _ => (&ask["part"][name], &ask["all"][name]),
        };
        let median = |value: &Value| number(if value.is_object() { &value["median"] } else { value });
        let [mean, p95, cpu] = ["mean", "p95", "cpu"].map(|key| number(&part[key]));
        let _ = writeln!(
            text,
            "| {name}, {unit} | {aim} | {} | {mean} | {p95} | {cpu} | {} |",
            median(part),
            median(whole)
        );
    }
    let tail = &ask["tail"];
    let _ = writeln!(
        text,
        "| visible after commit, ms | 10 | {} | | {} | | |",
        number(&tail["median"]),
        number(&tail["most"])
    );
    let _ = writeln!(
        text,
        "| 3 hops with 100,000 edges in the tail, ms | | {} | | | | |",
        number(&tail["3 hops"])
    );
    let _ = writeln!(
        text,
        "\nsort {} s; file {} bytes; building took {} MB",
        measured["build"]["sort s"], measured["build"]["file bytes"], measured["build"]["build resident MB"]
    );
    text
}

/// The same as lines of JSON, for the table of `cargo xtask bench`: medians with the viewer's filter on.
pub(crate) fn figures(measured: &Value) -> String {
    let ask = &measured["ask"];
    let row = |(name, unit, aim): (&str, &str, f64)| {
        let value = match name {
            "rebuild" => &measured["build"]["rebuild s"],
            "open" => &ask["open s"],
            "resident" => &ask["resident MB"],
            "visible after commit" => &ask["tail"]["median"],
            _ => &ask["part"][name],
        };
        let value = if value.is_object() { &value["median"] } else { value };
        json!({"name": format!("graph, {name}"), "value": value, "unit": unit, "target": aim, "better": "lower"})
    };
    let aims = AIMS.into_iter().chain([("visible after commit", "ms", 10.0)]);
    aims.map(row).fold(String::new(), |text, line| text + &line.to_string() + "\n")
}

fn number(value: &Value) -> String {
    value.as_f64().map_or(String::new(), |number| {
        if number >= 100.0 {
            format!("{number:.0}")
        } else if number >= 1.0 {
            format!("{number:.2}")
        } else {
            format!("{number:.4}")
        }
    })
}
