//! What speaks for and against each thing, weighed in rounds.
//!
//! Possible worlds take each record for as right as any other. But a wrong record gives itself away by what else it leads to, and that is
//! known only when everything was judged once. So what things are taken for in one round weighs where records lead in the next.

use std::collections::BTreeSet;

use entente_model::VertexNo;

use super::calibrate::{ROUNDS, Terms, probability, regime, terms};
use super::reach::{Arc, Odds, WORLDS, Worlds, count, mix};
use super::records::{Leads, Out, doubted, holds, leads};
use super::walk::{Way, density};
use super::weight::Found;

/// A tie more probable than this makes a neighbour.
const NEAR: f64 = 0.3;

/// What is known of a thing that may be a member.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    /// Share of the worlds in which it belongs.
    pub(crate) share: f64,
    /// The same, if records were hardly believed: what many of them say remains, what hangs on one does not.
    pub(crate) doubted: f64,
    /// How probable it was in the round before; at first the share.
    pub(crate) before: f64,
    /// Mass of the walk for each way it has.
    pub(crate) density: f64,
    /// Strength of all its ties.
    pub(crate) strength: f64,
    /// Of those, to what was not looked at: a life of its own.
    pub(crate) beyond: f64,
    /// How many families of ties lead to it.
    pub(crate) families: f64,
    /// How many things are strongly tied to it.
    pub(crate) near: f64,
    /// Strength of the ties to it, by how surely their other ends belong.
    pub(crate) back: f64,
    /// How many seeds and confirmed things there are.
    pub(crate) sources: f64,
    /// How many things were looked at.
    pub(crate) looked_at: f64,
    /// Where the records that name it lead, by the worlds.
    pub(crate) first: Leads,
    /// The same, by how probable that was in the round before.
    pub(crate) leads: Leads,
    /// Of where the records lead that name what belongs, the part that is outside: how much is wrong in this answer.
    pub(crate) astray: f64,
    /// How many records name what belongs, in this answer: mean logarithm. Where each is told of often, what is told of once is suspect.
    pub(crate) told: f64,
}

/// A question under decisions: what was looked at, what belongs whatever the evidence, what does not.
pub(crate) struct Question<'a> {
    /// A number of its own for each place.
    pub(crate) keys: &'a [u64],
    pub(crate) sorts: &'a [u16],
    pub(crate) ties: &'a Out,
    /// Bits at most, by family of ties.
    pub(crate) caps: &'a [f64],
    pub(crate) prior_bits: f64,
    /// Ascending.
    pub(crate) sources: &'a [u32],
    pub(crate) rejected: &'a [bool],
}

impl Question<'_> {
    /// How probable each place is; 0 of what no world reaches, 1 of what belongs whatever the evidence.
    pub(crate) fn probabilities(&self) -> Vec<f64> {
        let mut standings = self.standings();
        (0..ROUNDS).for_each(|round| self.judge(&mut standings, round));
        standings.into_iter().map(|standing| standing.before).collect()
    }

    /// The terms of what may belong as a round weighs them, and in which regime.
    pub(crate) fn terms(&self, round: usize) -> Vec<(usize, Terms, [f64; 2])> {
        let mut standings = self.standings();
        (0..round).for_each(|round| self.judge(&mut standings, round));
        self.look(&mut standings);
        let all = standings.iter().enumerate().filter(|(_, standing)| standing.share > 0.0);
        all.map(|(place, standing)| (place, terms(standing), regime(standing))).collect()
    }

    fn judge(&self, standings: &mut [Standing], round: usize) {
        self.look(standings);
        for standing in standings.iter_mut().filter(|standing| standing.share > 0.0) {
            standing.before = probability(standing, round);
        }
        self.sources.iter().for_each(|source| standings[*source as usize].before = 1.0);
    }

    /// Where records lead, by what everything was taken for before.
    fn look(&self, standings: &mut [Standing]) {
        let before: Vec<f64> = standings.iter().map(|standing| standing.before).collect();
        let leads = leads(self.ties, &before, self.sorts);
        let sum = |of: &dyn Fn(&Leads) -> f64| -> f64 {
            leads.iter().zip(&before).map(|(leads, sure)| sure * of(leads)).sum()
        };
        let (inside, outside) = (sum(&|leads| leads.inside), sum(&|leads| leads.outside));
        let astray = outside / (inside + outside).max(1e-9);
        let told = sum(&|leads| (leads.inside + 0.1).ln()) / sum(&|_| 1.0).max(1e-9);
        for (standing, leads) in standings.iter_mut().zip(leads) {
            *standing = Standing { leads, astray, told, ..*standing };
        }
    }

    fn standings(&self) -> Vec<Standing> {
        let (share, doubted) = (self.shares(&holds), self.shares(&doubted));
        let leads = leads(self.ties, &share, self.sorts);
        let beyond: Vec<f64> = self.ties.iter().map(|ties| outward(ties)).collect();
        let density = self.density(&beyond);
        let mut standings: Vec<Standing> = (0..self.keys.len())
            .map(|place| Standing {
                share: share[place],
                doubted: doubted[place],
                before: share[place],
                density: density[place],
                strength: beyond[place],
                beyond: beyond[place],
                sources: self.sources.len() as f64,
                looked_at: self.keys.len() as f64,
                first: leads[place],
                ..Standing::default()
            })
            .collect();
        self.meet(&mut standings);
        standings
    }

    /// Adds up the ties of each thing.
    fn meet(&self, standings: &mut [Standing]) {
        let mut near = vec![BTreeSet::new(); standings.len()];
        let mut families = vec![0_u64; standings.len()];
        for (from, to, found) in self.inward() {
            let share = standings[from as usize].share;
            standings[from as usize].strength += found.probability;
            standings[to as usize].back += found.probability * share;
            families[to as usize] |= 1 << (found.family % 64);
            if found.probability > NEAR {
                near[to as usize].insert(from);
            }
        }
        for ((standing, near), families) in standings.iter_mut().zip(near).zip(families) {
            standing.near = near.len() as f64;
            standing.families = f64::from(families.count_ones());
        }
    }

    /// In what share of the worlds each place belongs.
    fn shares(&self, holds: &dyn Fn(&Found, (u64, u64)) -> Worlds) -> Vec<f64> {
        let arc = |(from, to, found): (u32, u32, &Found)| {
            let holds = holds(found, (self.keys[from as usize], self.keys[to as usize]));
            Arc { from, to, family: found.family, bits: found.bits, holds }
        };
        let arcs: Vec<Arc> = self.inward().map(arc).collect();
        let Question { keys, sources, caps, prior_bits, .. } = *self;
        let odds = Odds { keys, arcs: &arcs, sources, caps, prior_bits };
        odds.worlds().iter().map(|worlds| f64::from(count(worlds)) / f64::from(WORLDS)).collect()
    }

    fn density(&self, beyond: &[f64]) -> Vec<f64> {
        let ways: Vec<Way> = self.inward().map(|(from, to, found)| (from, to, found.probability)).collect();
        density(self.keys.len(), &ways, beyond, self.sources)
    }

    /// Ties that lead from a place to a place, neither of which was rejected.
    fn inward(&self) -> impl Iterator<Item = (u32, u32, &Found)> {
        inward(self.ties)
            .filter(|(from, to, _)| !self.rejected[*from as usize] && !self.rejected[*to as usize])
    }
}

/// A number of its own for each thing: chance is drawn from the things themselves, so that what the viewer may not see cannot change it.
pub(crate) fn key(vertex: VertexNo) -> u64 {
    mix(u64::from(vertex.0) + 1)
}

/// Ties that lead from a place to a place.
pub(crate) fn inward(ties: &Out) -> impl Iterator<Item = (u32, u32, &Found)> {
    (0..)
        .zip(ties)
        .flat_map(|(from, ties)| ties.iter().filter_map(move |(to, found)| Some((from, (*to)?, found))))
}

/// The strength of the ties that lead beyond what was looked at: a life of its own.
fn outward(ties: &[(Option<u32>, Found)]) -> f64 {
    ties.iter().filter(|(to, _)| to.is_none()).map(|(_, found)| found.probability).sum()
}
