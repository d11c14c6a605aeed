//! An R-MAT multigraph with kinds, times and compartments, and the questions asked of it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use entente_graph::{Built, Edge, Vertex, build as build_index};
use entente_model::{ClaimNo, CompartmentNo, VertexNo};
use serde_json::json;

use crate::table;

/// First second of the year the edges lie in: 2025.
pub(crate) const YEAR: u32 = 1_735_689_600;
pub(crate) const DAY: u32 = 86_400;
/// Compartments of the edges, and how many of them the lesser viewer sees.
pub(crate) const COMPARTMENTS: u64 = 64;
pub(crate) const SEEN: u16 = 60;
/// Share of the eight kinds of links, added up, in hundredths.
const KINDS: [u64; 8] = [35, 55, 70, 80, 88, 94, 98, 100];

/// SplitMix64 (Steele, Lea, Flood 2014): the same graph from the same seed on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ word >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

/// Writes `src`, `dst` (u32), `etype` (u8), `ts` (u32), `comp` (u16) and `queries.json`.
pub(crate) fn generate(dir: &Path, edges: usize, scale: u32) -> Result<()> {
    let mut random = Random(7);
    let count = 1_u32 << scale;
    let permuted = permutation(&mut random, count);
    let mut files =
        ["src", "dst", "etype", "ts", "comp"].map(|name| File::create(dir.join(name)).map(BufWriter::new));
    let [Ok(src), Ok(dst), Ok(etype), Ok(ts), Ok(comp)] = &mut files else {
        anyhow::bail!("cannot write in {}", dir.display());
    };
    let mut degrees = vec![0_u32; count as usize];
    for _ in 0..edges {
        let (source, target) = rmat(&mut random, scale);
        let (source, mut target) = (permuted[source as usize], permuted[target as usize]);
        if source == target {
            target = (target + 1) % count;
        }
        let draw = random.below(100);
        let kind = KINDS.iter().position(|share| draw < *share).unwrap_or(0) as u8;
        degrees[source as usize] += 1;
        degrees[target as usize] += 1;
        src.write_all(&source.to_le_bytes())?;
        dst.write_all(&target.to_le_bytes())?;
        etype.write_all(&[kind])?;
        ts.write_all(&(YEAR + random.below(365 * u64::from(DAY)) as u32).to_le_bytes())?;
        comp.write_all(&(random.below(COMPARTMENTS) as u16).to_le_bytes())?;
    }
    for file in files {
        file?.flush()?;
    }
    write_questions(dir, &mut random, &degrees, edges)
}

fn write_questions(dir: &Path, random: &mut Random, degrees: &[u32], edges: usize) -> Result<()> {
    let linked: Vec<u32> = (0..degrees.len() as u32).filter(|vertex| degrees[*vertex as usize] > 0).collect();
    let mut pick = || linked[random.below(linked.len() as u64) as usize];
    let mut seeds: Vec<u32> = Vec::new();
    while seeds.len() < 100.min(linked.len()) {
        let seed = pick();
        if !seeds.contains(&seed) {
            seeds.push(seed);
        }
    }
    let pairs: Vec<[u32; 2]> = (0..1000).map(|_| [pick(), pick()]).collect();
    let windows: Vec<[u32; 2]> =
        (0..seeds.len() as u32).map(|n| YEAR + n * 3 * DAY).map(|from| [from, from + 30 * DAY]).collect();
    let questions = json!({
        "n": degrees.len(), "m": edges, "linked": linked.len(), "largest_degree": degrees.iter().max(),
        "compartments": COMPARTMENTS, "seen": SEEN, "seeds": seeds, "pairs": pairs, "windows": windows,
    });
    std::fs::write(dir.join("queries.json"), questions.to_string())?;
    Ok(())
}

/// a = .57, b = .19, c = .19, d = .05 (Chakrabarti, Zhan, Faloutsos 2004), in hundredths.
fn rmat(random: &mut Random, scale: u32) -> (u32, u32) {
    let (mut source, mut target) = (0, 0);
    for _ in 0..scale {
        let draw = random.below(100);
        source = source << 1 | u32::from(draw >= 76);
        target = target << 1 | u32::from((57..76).contains(&draw) || draw >= 95);
    }
    (source, target)
}

fn permutation(random: &mut Random, count: u32) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..count).collect();
    for last in (1..numbers.len()).rev() {
        numbers.swap(last, random.below(last as u64 + 1) as usize);
    }
    numbers
}

pub(crate) fn read_edges(dir: &Path) -> Result<Vec<Edge>> {
    let read = |name: &str| std::fs::read(dir.join(name)).with_context(|| format!("cannot read `{name}`"));
    let (src, dst, etype, ts, comp) =
        (read("src")?, read("dst")?, read("etype")?, read("ts")?, read("comp")?);
    let word = |bytes: &[u8], at: usize| {
        u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    let edge = |n: usize| Edge {
        source: VertexNo(word(&src, n * 4)),
        target: VertexNo(word(&dst, n * 4)),
        kind: u16::from(etype[n]),
        compartment: CompartmentNo(u16::from_le_bytes([comp[n * 2], comp[n * 2 + 1]])),
        at: word(&ts, n * 4),
        claim: ClaimNo(n as u32 + 1),
    };
    Ok((0..etype.len()).map(edge).collect())
}

pub(crate) fn questions(dir: &Path) -> Result<serde_json::Value> {
    Ok(serde_json::from_slice(&std::fs::read(dir.join("queries.json"))?)?)
}

/// Builds the index and writes it, as the node does when it compacts.
pub(crate) fn build(dir: &Path) -> Result<()> {
    let edges = read_edges(dir)?;
    let count = questions(dir)?["n"].as_u64().context("`n` is missing")? as usize;
    let last = ClaimNo(edges.len() as u32);
    let vertices = vec![Vertex { kind: 0 }; count];
    let (sort, sort_cpu, built) = table::once(|| build_index(edges, &vertices, &[], last));
    let built = built?;
    let (write, write_cpu, written) = table::once(|| write_index(&built, &dir.join("graph.index")));
    written?;
    let measured = json!({
        "sort s": sort, "rebuild s": { "median": sort + write, "cpu": sort_cpu + write_cpu },
        "file bytes": built.file_length(), "build resident MB": table::peak_mb(),
    });
    table::write(dir, "build", &measured)
}

fn write_index(built: &Built, path: &Path) -> Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    built.write(&mut file)?;
    Ok(file.into_inner()?.sync_all()?)
}
