//! How much of a plan stands if the links we know are not quite those there are.

use std::collections::{BTreeMap, HashSet};

use entente_model::VertexNo;
use rayon::prelude::*;

use super::betweenness::scatter;
use super::network::Network;
use super::plan::{Aim, Plan};

/// What may be wrong with the links: data on criminal networks are a biased sample, and some of it is false.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// Share of the known links that each trial leaves out; weak links are left out first more often.
    pub false_links: f64,
    /// Unknown links that each trial adds, as a share of the known ones; well-linked vertices get more of them.
    pub missing_links: f64,
    /// How many trials.
    pub trials: u32,
    /// What the trials are drawn from.
    pub seed: u64,
}

/// What became of a plan in the trials.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// For each target of the plan the share of trials in which the best plan has it too, in the plan's order.
    pub targets: Vec<(VertexNo, f64)>,
    /// Others that a trial's plan had instead, with the share of trials, most often first.
    pub instead: Vec<(VertexNo, f64)>,
    /// Share of the capability that this very plan leaves in the altered networks, ascending; one entry per trial.
    pub left: Vec<f64>,
}

impl Network {
    /// Plans again on altered networks, and takes the plan's own targets from them. The same seed gives the same trials.
    pub fn sensitivity(&self, plan: &Plan, aim: Aim, doubt: Doubt) -> Sensitivity {
        let own: Vec<VertexNo> = plan.targets.iter().map(|target| target.vertex).collect();
        let trial = |number: u32| {
            let altered = self.altered(doubt, u64::from(number));
            let again = altered.plan(aim).targets.iter().map(|target| target.vertex).collect::<Vec<_>>();
            (again, altered.curve(&own, aim.capability).last())
        };
        let trials: Vec<(Vec<VertexNo>, f64)> = (0..doubt.trials).into_par_iter().map(trial).collect();
        let mut times: BTreeMap<VertexNo, u32> = BTreeMap::new();
        trials.iter().flat_map(|(again, _)| again).for_each(|vertex| *times.entry(*vertex).or_default() += 1);
        let share = |times: u32| f64::from(times) / f64::from(doubt.trials.max(1));
        let targets = own.iter().map(|vertex| (*vertex, share(times.remove(vertex).unwrap_or(0)))).collect();
        let mut instead: Vec<(VertexNo, f64)> =
            times.iter().map(|(vertex, times)| (*vertex, share(*times))).collect();
        instead.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut left: Vec<f64> = trials.iter().map(|(_, left)| *left).collect();
        left.sort_by(f64::total_cmp);
        Sensitivity { targets, instead, left }
    }

    /// The network of one trial.
    fn altered(&self, doubt: Doubt, trial: u64) -> Network {
        let mut draw = Draw { seed: scatter(trial, doubt.seed), drawn: 0 };
        let known: Vec<(u32, u32, f64)> = self.pairs().collect();
        let share = |share: f64| (known.len() as f64 * share.max(0.0)).round() as usize;
        // Exponential draws times weights sort like a draw without replacement (Efraimidis, Spirakis 2006).
        let mut ranked: Vec<(f64, (u32, u32, f64))> =
            known.iter().map(|pair| (-draw.unit().ln() * pair.2, *pair)).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let dropped = share(doubt.false_links).min(known.len());
        let mut pairs: Vec<(u32, u32, f64)> = ranked[dropped..].iter().map(|(_, pair)| *pair).collect();
        self.add_unknown(&known, share(doubt.missing_links), &mut draw, &mut pairs);
        self.with_pairs(&pairs)
    }

    /// Adds links between ends of known links: a vertex is met as often as it has links. Gives up on networks that are full.
    fn add_unknown(
        &self,
        known: &[(u32, u32, f64)],
        wanted: usize,
        draw: &mut Draw,
        pairs: &mut Vec<(u32, u32, f64)>,
    ) {
        let mut linked: HashSet<(u32, u32)> = known.iter().map(|(a, b, _)| (*a, *b)).collect();
        let mut left = wanted;
        for _ in 0..wanted * 100 {
            if left == 0 || known.is_empty() {
                return;
            }
            let (first, second) = (known[draw.below(known.len())], known[draw.below(known.len())]);
            let (a, b) = (if draw.below(2) == 0 { first.0 } else { first.1 }, second.1);
            let pair = (a.min(b), a.max(b));
            if a != b && linked.insert(pair) {
                pairs.push((pair.0, pair.1, 1.0));
                left -= 1;
            }
        }
    }
}

/// Numbers drawn one after the other.
struct Draw {
    seed: u64,
    drawn: u64,
}

impl Draw {
    fn next(&mut self) -> u64 {
        self.drawn += 1;
        scatter(self.drawn, self.seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Above 0, at most 1.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}
