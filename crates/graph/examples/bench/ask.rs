//! Asking the mapped index, and the tail.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use entente_graph::{Edge, Filter, Graph, ImportanceChoice, Index, KindSet, Snapshot, Window};
use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, VertexNo};
use serde_json::{Value, json};

use crate::generate::{COMPARTMENTS, SEEN, YEAR, questions};
use crate::table;

pub(crate) fn ask(dir: &Path) -> Result<()> {
    let began = Instant::now();
    let graph = Graph::new(Index::from_bytes(map(dir)?)?);
    let open = began.elapsed().as_secs_f64();
    let questions = questions(dir)?;
    let viewer = |seen: u16| (0..seen).map(CompartmentNo).collect::<CompartmentSet>();
    let part = ask_as(&graph.snapshot(), &viewer(SEEN), &questions)?;
    let all = ask_as(&graph.snapshot(), &viewer(COMPARTMENTS as u16), &questions)?;
    let resident = table::peak_mb();
    let tail = ask_tail(&graph, &viewer(SEEN), &questions)?;
    let measured = json!({ "open s": open, "resident MB": resident, "part": part, "all": all, "tail": tail });
    table::write(dir, "ask", &measured)
}

fn map(dir: &Path) -> Result<memmap2::Mmap> {
    let file = File::open(dir.join("graph.index"))
        .context("cannot open the index: run the benchmark without `ask`")?;
    #[expect(
        unsafe_code,
        reason = "a map is sound while nobody shortens or changes the file; this process alone uses it"
    )]
    let map = unsafe { memmap2::Mmap::map(&file) };
    Ok(map?)
}

fn ask_as(snapshot: &Snapshot, seen: &CompartmentSet, questions: &Value) -> Result<Value> {
    let filter = Filter::seeing(seen);
    let seeds: Vec<u32> = serde_json::from_value(questions["seeds"].clone())?;
    let pairs: Vec<[u32; 2]> = serde_json::from_value(questions["pairs"].clone())?;
    let windows: Vec<[u32; 2]> = serde_json::from_value(questions["windows"].clone())?;
    let within = |hops: u32, filter: &Filter<'_>, seed: u32| -> usize {
        snapshot.reach(&[VertexNo(seed)], hops, filter).iter().sum()
    };
    // Once without measuring: the first question after opening also brings the pages in.
    for seed in &seeds {
        within(3, &filter, *seed);
    }
    let two = measure(&seeds, |seed| within(2, &filter, *seed));
    let three = measure(&seeds, |seed| within(3, &filter, *seed));
    let typed: Vec<(u32, Filter<'_>)> = seeds
        .iter()
        .zip(&windows)
        .map(|(seed, [from, to])| {
            let window = Some(Window::dated(*from, *to));
            let link_kinds = Some((0..3).collect::<KindSet>());
            (*seed, Filter { window, link_kinds, ..filter.clone() })
        })
        .collect();
    let typed = measure(&typed, |(seed, filter)| within(3, filter, *seed));
    let paths = measure(&pairs, |[from, to]| {
        snapshot.shortest_path(VertexNo(*from), VertexNo(*to), &filter).map_or(0, |path| path.vertices.len())
    });
    let (seconds, cpu, components) = table::once(|| snapshot.components(&filter));
    let components = json!({ "median": seconds, "cpu": cpu, "count": components.sizes.len(), "largest": components.sizes.first() });
    let (seconds, cpu, importance) =
        table::once(|| snapshot.importance(&filter, ImportanceChoice::default()));
    let top = importance.top(5);
    let ranks: Vec<(u32, f64)> = top.iter().map(|(vertex, rank)| (vertex.0, *rank)).collect();
    Ok(json!({
        "2 hops": two, "3 hops": three, "3 hops typed, 30 days": typed, "shortest path": paths, "components": components,
        "importance": { "median": seconds, "cpu": cpu, "rounds": importance.rounds, "change": importance.change, "top": ranks },
    }))
}

/// Milliseconds per question, and the answers, to compare with the peers' answers.
fn measure<Q>(questions: &[Q], mut ask: impl FnMut(&Q) -> usize) -> Value {
    let mut answers = Vec::new();
    let mut times: Vec<f64> = questions
        .iter()
        .map(|question| {
            let began = Instant::now();
            answers.push(ask(question));
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    json!({ "median": at(0.5), "mean": mean, "p95": at(0.95), "most": at(1.0), "answers": answers })
}

/// Appends a hundred commits of a thousand edges; after each, a reader must see the last edge.
fn ask_tail(graph: &Graph, seen: &CompartmentSet, questions: &Value) -> Result<Value> {
    let filter = Filter::seeing(seen);
    let count = questions["n"].as_u64().context("`n` is missing")? as u32;
    let first = questions["m"].as_u64().context("`m` is missing")? as u32 + 1;
    let mut times = Vec::new();
    for commit in 0..100_u32 {
        let edges: Vec<Edge> =
            (commit * 1000..(commit + 1) * 1000).map(|n| late_edge(n, first, count)).collect();
        let last = edges[edges.len() - 1];
        let before = graph.snapshot().degree(last.source, &filter).links;
        let began = Instant::now();
        let visible = std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                while graph.snapshot().degree(last.source, &filter).links == before {
                    std::thread::yield_now();
                }
                began.elapsed()
            });
            graph.append(&[], edges, last.claim).expect("the vertices exist");
            reader.join().expect("the reader only reads")
        });
        times.push(visible.as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let seeds: Vec<u32> = serde_json::from_value(questions["seeds"].clone())?;
    let three = measure(&seeds, |seed| graph.snapshot().reach(&[VertexNo(*seed)], 3, &filter).iter().sum());
    Ok(json!({ "median": times[times.len() / 2], "most": times[times.len() - 1], "3 hops": three["median"] }))
}

fn late_edge(n: u32, first: u32, count: u32) -> Edge {
    Edge {
        source: VertexNo(n.wrapping_mul(2_654_435_761) % count),
        target: VertexNo(n.wrapping_mul(40_503) % count),
        kind: (n % 8) as u16,
        compartment: CompartmentNo(1),
        at: YEAR,
        claim: ClaimNo(first + n),
    }
}
