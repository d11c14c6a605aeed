//! Groups and betweenness over the whole graph, with NetworKit and graph-tool on the same edges in the same run.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use entente_graph::{
    EmergingChoice, Filter, Graph, GroupsChoice, HubPolicy, Index, Snapshot, Sources, Vertex,
};
use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
use serde_json::{Value, json};

use crate::generate::{COMPARTMENTS, generate, questions, read_edges};
use crate::table;

/// Seconds and modularity that NetworKit's parallel Leiden took, and seconds of graph-tool's betweenness from 100 sources, on a quiet
/// machine of two cores: what stands in for a peer that is not installed.
const LEIDEN: (f64, f64) = (11.9, 0.0965);
const BETWEENNESS: f64 = 91.0;

/// Generates the graph in DIR, measures, asks the peers, and prints a line of JSON per figure.
pub(crate) fn run(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    generate(dir, 10_000_000, 20)?;
    let snapshot = snapshot(dir)?;
    let all: CompartmentSet = (0..COMPARTMENTS as u16).map(CompartmentNo).collect();
    groups(dir, &snapshot, &Filter::seeing(&all));
    emerging(&snapshot, &Filter::seeing(&all));
    betweenness(dir, &snapshot, &Filter::seeing(&all))?;
    let (seconds, cpu, cuts) = table::once(|| snapshot.cuts(&Filter::seeing(&all)));
    println!(
        "articulation points {}, bridges {}, processor {cpu:.1} s",
        cuts.vertices.len(),
        cuts.links.len()
    );
    println!("{}", json!({"name": "graph, articulation points and bridges", "value": seconds, "unit": "s"}));
    Ok(())
}

fn snapshot(dir: &Path) -> Result<Snapshot> {
    let edges = read_edges(dir)?;
    let count = questions(dir)?["n"].as_u64().context("`n` is missing")? as usize;
    let last = ClaimNo(edges.len() as u32);
    let built = entente_graph::build(edges, &vec![Vertex { kind: 0 }; count], &[], last)?;
    Ok(Graph::new(Index::from_words(built.to_words())?).snapshot())
}

fn groups(dir: &Path, snapshot: &Snapshot, filter: &Filter<'_>) {
    let (seconds, cpu, groups) = table::once(|| snapshot.groups(filter, GroupsChoice::default()));
    println!("groups {}, modularity {:.4}, processor {cpu:.1} s", groups.sizes.len(), groups.quality);
    let peer = peer(dir, "networkit", "venv/bin/python");
    let number = |key: &str| peer.as_ref().and_then(|peer| peer[key].as_f64());
    let (theirs, quality) = (number("seconds").unwrap_or(LEIDEN.0), number("quality").unwrap_or(LEIDEN.1));
    let source = if peer.is_some() {
        "NetworKit's Leiden, same run, halved"
    } else {
        "half NetworKit's on a quiet machine"
    };
    told(&format!("graph, groups; {source}"), seconds, "s", theirs / 2.0, "lower");
    told("graph, modularity of the groups; NetworKit's Leiden", groups.quality, "", quality, "higher");
}

/// What emerged with the last tenth of the claims: groups, and when each member joined.
fn emerging(snapshot: &Snapshot, filter: &Filter<'_>) {
    let filter = Filter { hubs: HubPolicy::Skip { above: 200 }, ..filter.clone() };
    let choice = EmergingChoice {
        since: ClaimNo(snapshot.last_claim().0 / 10 * 9),
        groups: GroupsChoice::default(),
        signs: None,
        least: 3.0,
        most: 20,
    };
    let (seconds, cpu, found) = table::once(|| snapshot.emerging(&filter, &choice));
    println!("emerging {} and {} more, processor {cpu:.1} s", found.groups.len(), found.more);
    println!("{}", json!({"name": "graph, what emerges", "value": seconds, "unit": "s"}));
}

fn betweenness(dir: &Path, snapshot: &Snapshot, filter: &Filter<'_>) -> Result<()> {
    let seeds: Vec<u32> = serde_json::from_value(questions(dir)?["seeds"].clone())?;
    let sources = Sources::Given(seeds.into_iter().map(VertexNo).collect());
    let (seconds, cpu, found) = table::once(|| snapshot.betweenness(filter, &sources));
    let top = found.top(1).first().map(|(vertex, _)| vertex.0);
    println!("betweenness, first {top:?}, processor {cpu:.1} s");
    let peer = peer(dir, "graph-tool", "/usr/bin/python3");
    let theirs = peer.as_ref().and_then(|peer| peer["seconds"].as_f64()).unwrap_or(BETWEENNESS);
    let source = if peer.is_some() {
        "graph-tool, same run, a third"
    } else {
        "a third of graph-tool's on a quiet machine"
    };
    told(&format!("graph, betweenness of 100 sources; {source}"), seconds, "s", theirs / 3.0, "lower");
    Ok(())
}

/// What a peer measured on the same files; `None`, said, when it cannot be asked.
fn peer(dir: &Path, name: &str, python: &str) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/graph/whole.py");
    let output = Command::new(dir.join(python)).arg(script).arg(dir).arg(name).output();
    let answer = output.ok().and_then(|output| serde_json::from_slice::<Value>(&output.stdout).ok());
    match &answer {
        Some(answer) => println!("{name}: {answer}"),
        None => println!("{name} is not installed: see bench/graph/whole.py"),
    }
    answer
}

fn told(name: &str, value: f64, unit: &str, target: f64, better: &str) {
    println!("{}", json!({"name": name, "value": value, "unit": unit, "target": target, "better": better}));
}
