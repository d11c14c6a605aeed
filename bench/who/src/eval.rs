//! Tracing from the truth's seeds, scored.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use anyhow::Result;
use entente_graph::Filter;
use entente_graph::organisation::{Caller, Choice, Judgements, Ties, Traced};
use entente_model::{CompartmentSet, VertexNo};
use entente_range::score::{Answer, By, score};

use crate::world::{PARTIES, World};

/// How far a claim is believed that nobody graded: three records in a hundred are wrong, and some more by design.
const BELIEF: f64 = 0.95;

pub struct Figures {
    /// By what it is of, one recall at 95 % precision a world.
    pub recalls: BTreeMap<String, Vec<f64>>,
    /// Probability and right, over all answers of everybody together.
    pub judged: Vec<(f64, bool)>,
    pub slowest: f64,
    pub slowest_again: f64,
    pub largest: (usize, usize),
}

impl Figures {
    pub fn new() -> Figures {
        Figures {
            recalls: BTreeMap::new(),
            judged: Vec::new(),
            slowest: 0.0,
            slowest_again: 0.0,
            largest: (0, 0),
        }
    }
}

pub fn trace(world: &World, ties: &Ties, seeds: &[VertexNo], sees: &CompartmentSet) -> Traced {
    let sort = |vertex| world.sort(ties, vertex);
    let caller = Caller { sort: &sort, belief: &|_, _| BELIEF };
    world.snapshot.trace(seeds, &Filter::seeing(sees), ties, &caller, Choice::default())
}

pub fn found(world: &World, traced: &Traced) -> Vec<(String, f64)> {
    let members = traced.answer(&Judgements::default()).members;
    members.iter().map(|one| (world.ids[one.vertex.0 as usize].to_string(), one.probability)).collect()
}

pub fn measure(world: &World, figures: &mut Figures, verbose: bool, out: &mut dyn Write) -> Result<()> {
    let ties = world.ties();
    let everybody = World::everybody();
    let mut by: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
    for (enterprise, members) in &world.members {
        let mut ask = |name: &str, by_whom: By, seeds: &[VertexNo], sees: &CompartmentSet| {
            let before = Instant::now();
            let traced = trace(world, &ties, seeds, sees);
            let between = Instant::now();
            let found = found(world, &traced);
            figures.slowest = figures.slowest.max(before.elapsed().as_secs_f64());
            figures.slowest_again = figures.slowest_again.max(between.elapsed().as_secs_f64());
            figures.largest = figures.largest.max(traced.size());
            let from = seeds.iter().map(|seed| world.ids[seed.0 as usize].to_string()).collect();
            let answer = Answer { enterprise: enterprise.clone(), by: by_whom, from, found };
            by.entry(name.to_owned()).or_default().push(answer);
        };
        let all = world.seeds(enterprise, None);
        ask("together", By::Together, &all, &everybody);
        for seed in &all {
            ask("together, one seed", By::Together, &[*seed], &everybody);
        }
        for party in PARTIES {
            let seeds = world.seeds(enterprise, Some(party));
            ask(&format!("alone {party}"), By::Alone(party.to_owned()), &seeds, &World::alone(party));
        }
        if verbose {
            writeln!(out, "{enterprise}: {} members, {} seeds", members.len(), all.len())?;
        }
    }
    for (name, answers) in &by {
        let answers: Vec<Answer> =
            answers.iter().map(|answer| Answer { by: By::Together, ..answer.clone() }).collect();
        let scored = score(&world.truth, &answers, 0.9);
        let recall = scored.together.map_or(0.0, |figures| figures.recall_at_95);
        figures.recalls.entry(name.clone()).or_default().push(recall);
    }
    for answer in by.get("together, one seed").into_iter().flatten() {
        let judged = answer.found.iter().filter(|(id, _)| is_judged(world, id) && !answer.from.contains(id));
        let right = |id: &str| world.truth.is_of(&answer.enterprise, id);
        figures.judged.extend(judged.map(|(id, probability)| (*probability, right(id))));
    }
    Ok(())
}

pub fn is_judged(world: &World, id: &str) -> bool {
    let kind = id.split_once("--").map_or("", |(kind, _)| kind);
    kind != "identity" && !world.neutral.contains(id)
}

pub fn print(figures: &Figures, out: &mut dyn Write) -> Result<()> {
    for (name, recalls) in &figures.recalls {
        line(name, recalls, out)?;
    }
    let mut bins: BTreeMap<u64, (u64, u64, f64)> = BTreeMap::new();
    for (probability, right) in &figures.judged {
        let bin = bins.entry((probability * 20.0 + 0.5).floor() as u64).or_default();
        *bin = (bin.0 + 1, bin.1 + u64::from(*right), bin.2 + probability);
    }
    for (bin, (n, right, sum)) in bins {
        let about = bin as f64 / 20.0;
        writeln!(
            out,
            "about {about:.2}: n {n:6} said {:.3} right {:.3}",
            sum / n as f64,
            right as f64 / n as f64
        )?;
    }
    let ms = |seconds: f64| seconds * 1000.0;
    writeln!(
        out,
        "slowest {:.1} ms, again {:.1} ms, largest {:?}",
        ms(figures.slowest),
        ms(figures.slowest_again),
        figures.largest
    )?;
    Ok(())
}

/// Mean, median and worst over the worlds.
pub fn line(name: &str, recalls: &[f64], out: &mut dyn Write) -> Result<()> {
    let mut sorted = recalls.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mean = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
    let (median, worst) = (sorted[sorted.len() / 2], sorted[0]);
    writeln!(out, "{name:24} recall at 95 %: mean {mean:.3} median {median:.3} worst {worst:.3}")?;
    Ok(())
}

/// A line a thing: what it was judged by, and whether it was right.
pub fn features(world: &World, seed: u64, out: &mut dyn Write) -> Result<()> {
    let ties = world.ties();
    let everybody = World::everybody();
    for (enterprise, members) in &world.members {
        let all = world.seeds(enterprise, None);
        let mut sets: Vec<(&str, Vec<VertexNo>, CompartmentSet)> =
            vec![("all", all.clone(), everybody.clone())];
        sets.extend(all.iter().step_by(5).map(|seed| ("one", vec![*seed], everybody.clone())));
        for party in PARTIES {
            sets.push(("alone", world.seeds(enterprise, Some(party)), World::alone(party)));
        }
        for (number, (name, seeds, sees)) in sets.iter().enumerate() {
            let traced = trace(world, &ties, seeds, sees);
            for (vertex, features) in traced.features() {
                let id = world.ids[vertex.0 as usize].to_string();
                if !is_judged(world, &id) {
                    continue;
                }
                let right = u8::from(world.truth.is_of(enterprise, &id));
                let is_seed = u8::from(seeds.contains(&vertex));
                write!(out, "{seed},{enterprise},{name}{number},{},{right},{is_seed}", members.len())?;
                for value in features {
                    write!(out, ",{value:.6e}")?;
                }
                writeln!(out)?;
            }
        }
    }
    Ok(())
}
