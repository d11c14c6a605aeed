//! What could be found at most: by somebody who is told which records are wrong.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use anyhow::Result;
use entente_graph::Filter;
use entente_graph::organisation::{Caller, Choice, Tie, Traced};
use entente_model::VertexNo;
use entente_range::score::{Answer, By, score};

use crate::eval;
use crate::world::World;

/// Over worlds, for all parties together and from all seeds.
#[derive(Default)]
pub struct Bounds {
    /// Share of what is sought to which right records lead from the seeds, by whatever way.
    tied: Vec<f64>,
    /// Recall at 95 % precision of the ranking when wrong records are left out.
    knowing: Vec<f64>,
}

impl Bounds {
    pub fn add(&mut self, world: &World) {
        let (mut tied, mut answers) = (Vec::new(), Vec::new());
        for (enterprise, members) in &world.members {
            let seeds = world.seeds(enterprise, None);
            let traced = knowing(world, &seeds);
            let sought = world.entities(enterprise) - seeds.len();
            let reached = reached(&traced, &seeds);
            let found = members.iter().filter(|member| reached.contains(member) && !seeds.contains(member));
            tied.push(found.count() as f64 / sought.max(1) as f64);
            let from = seeds.iter().map(|seed| world.ids[seed.0 as usize].to_string()).collect();
            let found = eval::found(world, &traced);
            answers.push(Answer { enterprise: enterprise.clone(), by: By::Together, from, found });
        }
        self.tied.push(tied.iter().sum::<f64>() / tied.len().max(1) as f64);
        let scored = score(&world.truth, &answers, 0.9);
        self.knowing.push(scored.together.map_or(0.0, |figures| figures.recall_at_95));
    }

    pub fn print(&self, out: &mut dyn Write) -> Result<()> {
        eval::line("tied by right records", &self.tied, out)?;
        eval::line("wrong records known", &self.knowing, out)
    }
}

/// Traced by who believes what is right wholly and what is wrong not at all.
fn knowing(world: &World, seeds: &[VertexNo]) -> Traced {
    let ties = world.ties();
    let sort = |vertex| world.sort(&ties, vertex);
    let belief = |_, claim| if world.wrong.contains(&claim) { 0.0 } else { 1.0 };
    let caller = Caller { sort: &sort, belief: &belief };
    let everybody = World::everybody();
    world.snapshot.trace(seeds, &Filter::seeing(&everybody), &ties, &caller, Choice::default())
}

fn reached(traced: &Traced, seeds: &[VertexNo]) -> HashSet<VertexNo> {
    let evidence: HashMap<VertexNo, Vec<Tie>> = traced.evidence();
    let mut reached: HashSet<VertexNo> = seeds.iter().copied().collect();
    loop {
        let open = evidence.iter().filter(|(thing, _)| !reached.contains(thing));
        let is_tied =
            |ties: &[Tie]| ties.iter().any(|tie| tie.probability > 0.0 && reached.contains(&tie.from));
        let next: Vec<VertexNo> = open.filter(|(_, ties)| is_tied(ties)).map(|(thing, _)| *thing).collect();
        if next.is_empty() {
            return reached;
        }
        reached.extend(next);
    }
}
