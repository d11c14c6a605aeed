//! The part of the graph a question is about, kept so that it can be answered anew at each decision.

use std::collections::{BTreeSet, HashMap};

use entente_model::VertexNo;

use super::around::Survey;
use super::calibrate::{Standing, probability};
use super::reach::{Arc, Odds, WORLDS, Worlds, count, mix, worlds};
use super::records::{Out, holds, leads};
use super::walk::{Way, density};
use super::weight::Found;
use super::{Choice, Tie};

/// A tie more probable than this makes a neighbour.
const NEAR: f64 = 0.3;

/// What people decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgements {
    /// Of the organisation: as good as seeds.
    pub confirmed: BTreeSet<VertexNo>,
    /// Not of it: neither members, nor on the way to any.
    pub rejected: BTreeSet<VertexNo>,
}

/// What may be of the organisation behind some seeds, and the ties among that.
#[derive(Clone, Debug)]
pub struct Traced {
    choice: Choice,
    /// Bits at most, by family of ties.
    caps: Vec<f64>,
    /// Places of the seeds.
    seeds: Vec<u32>,
    vertices: Vec<VertexNo>,
    /// The sort of each place.
    sorts: Vec<u16>,
    ties: Out,
}

/// The members, the most probable first.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Each thing that is not surely outside.
    pub members: Vec<Member>,
}

/// A thing that may be of the organisation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Which.
    pub vertex: VertexNo,
    /// Calibrated: of what is called so probable, so large a share is right (docs/quality.md). 1 for seeds and what was confirmed.
    pub probability: f64,
}

impl Traced {
    pub(crate) fn new(survey: &Survey<'_>, seeds: &[VertexNo]) -> Traced {
        let mut inner: Vec<u32> = seeds.iter().filter_map(|seed| survey.reader.inner(*seed)).collect();
        inner.sort_unstable_by_key(|seed| survey.reader.outer(*seed));
        inner.dedup();
        let reached = survey.expand(&inner, &|_| false);
        let tie = |found: Found| (reached.places.get(&found.to).copied(), found);
        Traced {
            choice: *survey.choice,
            caps: survey.ties.families.iter().map(|family| family.cap).collect(),
            seeds: (0..inner.len() as u32).collect(),
            vertices: reached.vertices.iter().map(|vertex| survey.reader.outer(*vertex)).collect(),
            sorts: reached.vertices.iter().map(|vertex| survey.sort(*vertex).0).collect(),
            ties: reached.ties.into_iter().map(|ties| ties.into_iter().map(tie).collect()).collect(),
        }
    }

    /// How many things, and how many ties among them.
    pub fn size(&self) -> (usize, usize) {
        (self.vertices.len(), self.ties.iter().map(Vec::len).sum())
    }

    /// The members under these decisions.
    pub fn answer(&self, judgements: &Judgements) -> Answer {
        let rejected: Vec<bool> =
            self.vertices.iter().map(|vertex| judgements.rejected.contains(vertex)).collect();
        let sources = self.sources(judgements, &rejected);
        let standings = self.standings(&sources, &rejected);
        let mut members = Vec::new();
        for (place, vertex) in self.vertices.iter().enumerate() {
            if standings[place].share > 0.0 && !rejected[place] {
                let is_sure = sources.binary_search(&(place as u32)).is_ok();
                let probability = if is_sure { 1.0 } else { probability(&standings[place]) };
                members.push(Member { vertex: *vertex, probability });
            }
        }
        members.sort_by(|one, other| {
            other.probability.total_cmp(&one.probability).then(one.vertex.cmp(&other.vertex))
        });
        Answer { members }
    }

    /// The evidence for each thing: the ties that lead to it from whatever else was looked at.
    pub fn evidence(&self) -> HashMap<VertexNo, Vec<Tie>> {
        let mut evidence: HashMap<VertexNo, Vec<Tie>> = HashMap::new();
        for (from, to, found) in self.inward(&vec![false; self.vertices.len()]) {
            let tie = Tie {
                from: self.vertices[from as usize],
                family: found.family,
                bits: found.bits,
                probability: found.probability,
                sources: found.measure.sources,
                edges: found.edges.clone(),
            };
            evidence.entry(self.vertices[to as usize]).or_default().push(tie);
        }
        evidence
    }

    /// What the probability of each thing that may belong is made of, as calibration is fitted on it (`bench/who`): share of worlds,
    /// share as if every tie had records of its own, density of the walk, strength of ties, of those beyond what was looked at, of
    /// those to it; families of ties, near things, seeds, things looked at; records that lead inside and outside, support, the two
    /// surest ties, and how usual single records are.
    pub fn features(&self) -> Vec<(VertexNo, [f64; 16])> {
        let rejected = vec![false; self.vertices.len()];
        let standings = self.standings(&self.seeds, &rejected);
        let all = self.vertices.iter().zip(standings).filter(|(_, standing)| standing.share > 0.0);
        all.map(|(vertex, standing)| (*vertex, standing.features())).collect()
    }

    /// What belongs whatever the evidence.
    pub(super) fn beginnings(&self, judgements: &Judgements) -> BTreeSet<VertexNo> {
        let rejected: Vec<bool> =
            self.vertices.iter().map(|vertex| judgements.rejected.contains(vertex)).collect();
        self.sources(judgements, &rejected).into_iter().map(|place| self.vertices[place as usize]).collect()
    }

    /// Each tie from thing to thing, neither of which was rejected, with how probable the second is when the first belongs.
    pub(super) fn tied(&self, judgements: &Judgements) -> Vec<(VertexNo, VertexNo, f64)> {
        let rejected: Vec<bool> =
            self.vertices.iter().map(|vertex| judgements.rejected.contains(vertex)).collect();
        let outer = |place: u32| self.vertices[place as usize];
        let ties = self.inward(&rejected);
        ties.map(|(from, to, found)| (outer(from), outer(to), found.probability)).collect()
    }

    /// The places that belong whatever the evidence, ascending.
    fn sources(&self, judgements: &Judgements, rejected: &[bool]) -> Vec<u32> {
        let confirmed = (0..).zip(&self.vertices).filter(|(_, vertex)| judgements.confirmed.contains(vertex));
        let mut sources: Vec<u32> =
            self.seeds.iter().copied().chain(confirmed.map(|(place, _)| place)).collect();
        sources.sort_unstable();
        sources.dedup();
        sources.retain(|place| !rejected[*place as usize]);
        sources
    }

    /// In what share of the worlds each place belongs: with each record right or wrong as a whole, and as if every tie stood on
    /// records of its own.
    fn shares(&self, sources: &[u32], rejected: &[bool]) -> (Vec<f64>, Vec<f64>) {
        // Chance is drawn from the things themselves, so that what the viewer may not see cannot change it.
        let keys: Vec<u64> = self.vertices.iter().map(|vertex| mix(u64::from(vertex.0) + 1)).collect();
        let share = |holds: &dyn Fn(&Found, (u64, u64)) -> Worlds| {
            let arcs = self.arcs(&keys, rejected, holds);
            let prior_bits = self.choice.prior_bits;
            let odds = Odds { keys: &keys, arcs: &arcs, sources, caps: &self.caps, prior_bits };
            odds.worlds().iter().map(|worlds| f64::from(count(worlds)) / f64::from(WORLDS)).collect()
        };
        (share(&holds), share(&apart))
    }

    fn arcs(
        &self,
        keys: &[u64],
        rejected: &[bool],
        holds: &dyn Fn(&Found, (u64, u64)) -> Worlds,
    ) -> Vec<Arc> {
        let arc = |(from, to, found): (u32, u32, &Found)| {
            let holds = holds(found, (keys[from as usize], keys[to as usize]));
            Arc { from, to, family: found.family, bits: found.bits, holds }
        };
        self.inward(rejected).map(arc).collect()
    }

    /// Ties that lead from a place to a place, neither of which was rejected.
    fn inward<'a>(&'a self, rejected: &'a [bool]) -> impl Iterator<Item = (u32, u32, &'a Found)> {
        let of = |(from, ties): (u32, &'a Vec<(Option<u32>, Found)>)| {
            ties.iter().filter_map(move |(to, found)| Some((from, (*to)?, found)))
        };
        let all = (0..).zip(&self.ties).flat_map(of);
        all.filter(|(from, to, _)| !rejected[*from as usize] && !rejected[*to as usize])
    }

    /// What speaks for and against each place beside the share of worlds.
    fn standings(&self, sources: &[u32], rejected: &[bool]) -> Vec<Standing> {
        let (share, apart) = self.shares(sources, rejected);
        let leads = leads(&self.ties, &share, &self.sorts);
        let beyond: Vec<f64> = self.ties.iter().map(|ties| outward(ties)).collect();
        let ways: Vec<Way> =
            self.inward(rejected).map(|(from, to, found)| (from, to, found.probability)).collect();
        let density = density(self.vertices.len(), &ways, &beyond, sources);
        let mut standings: Vec<Standing> = (0..self.vertices.len())
            .map(|place| Standing {
                share: share[place],
                apart: apart[place],
                leads: leads[place],
                density: density[place],
                strength: beyond[place],
                beyond: beyond[place],
                sources: sources.len() as f64,
                looked_at: self.vertices.len() as f64,
                ..Standing::default()
            })
            .collect();
        let mut near: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); self.vertices.len()];
        let mut families: Vec<u64> = vec![0; self.vertices.len()];
        for (from, to, found) in self.inward(rejected) {
            standings[from as usize].strength += found.probability;
            standings[to as usize].back += found.probability * share[from as usize];
            families[to as usize] |= 1 << (found.family % 64);
            if found.probability > NEAR {
                near[to as usize].insert(from);
            }
        }
        for (place, standing) in standings.iter_mut().enumerate() {
            standing.families = f64::from(families[place].count_ones());
            standing.near = near[place].len() as f64;
        }
        standings
    }
}

/// The worlds in which a tie holds that stands on records of its own.
fn apart(found: &Found, (one, other): (u64, u64)) -> Worlds {
    let key = mix(one.min(other) ^ mix(one.max(other) ^ u64::from(found.family)));
    worlds(key, found.measure.reliability)
}

/// The strength of the ties that lead beyond what was looked at: a life of its own.
fn outward(ties: &[(Option<u32>, Found)]) -> f64 {
    ties.iter().filter(|(to, _)| to.is_none()).map(|(_, found)| found.probability).sum()
}
