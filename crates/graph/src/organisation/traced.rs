//! The part of the graph a question is about, kept so that it can be answered anew at each decision.

use std::collections::{BTreeSet, HashMap};

use entente_model::VertexNo;

use super::around::Survey;
use super::calibrate::Terms;
use super::records::Out;
use super::standing::{Question, inward, key};
use super::weight::Found;
use super::{Choice, Tie};

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
    /// A number of its own for each place.
    keys: Vec<u64>,
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
        let vertices: Vec<VertexNo> =
            reached.vertices.iter().map(|vertex| survey.reader.outer(*vertex)).collect();
        Traced {
            choice: *survey.choice,
            caps: survey.ties.families.iter().map(|family| family.cap).collect(),
            seeds: (0..inner.len() as u32).collect(),
            keys: vertices.iter().map(|vertex| key(*vertex)).collect(),
            vertices,
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
        let probabilities = self.question(&sources, &rejected).probabilities();
        let all = self.vertices.iter().zip(probabilities).zip(&rejected);
        let of = all.filter(|((_, probability), rejected)| *probability > 0.0 && !**rejected);
        let mut members: Vec<Member> =
            of.map(|((vertex, probability), _)| Member { vertex: *vertex, probability }).collect();
        members.sort_by(|one, other| {
            other.probability.total_cmp(&one.probability).then(one.vertex.cmp(&other.vertex))
        });
        Answer { members }
    }

    /// The evidence for each thing: the ties that lead to it from whatever else was looked at.
    pub fn evidence(&self) -> HashMap<VertexNo, Vec<Tie>> {
        let mut evidence: HashMap<VertexNo, Vec<Tie>> = HashMap::new();
        for (from, to, found) in inward(&self.ties) {
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

    /// What the weights of a round weigh for each thing that may belong, and last how far it hangs on one record: calibration is
    /// fitted on it (`bench/who`).
    pub fn features(&self, round: usize) -> Vec<(VertexNo, Vec<f64>)> {
        let rejected = vec![false; self.vertices.len()];
        let terms = self.question(&self.seeds, &rejected).terms(round);
        let feature = |(place, terms, regime): (usize, Terms, [f64; 2])| {
            (self.vertices[place], terms.into_iter().chain(regime).collect())
        };
        terms.into_iter().map(feature).collect()
    }

    fn question<'a>(&'a self, sources: &'a [u32], rejected: &'a [bool]) -> Question<'a> {
        Question {
            keys: &self.keys,
            sorts: &self.sorts,
            ties: &self.ties,
            caps: &self.caps,
            prior_bits: self.choice.prior_bits,
            sources,
            rejected,
        }
    }

    /// What belongs whatever the evidence.
    pub(super) fn beginnings(&self, judgements: &Judgements) -> BTreeSet<VertexNo> {
        let rejected: Vec<bool> =
            self.vertices.iter().map(|vertex| judgements.rejected.contains(vertex)).collect();
        self.sources(judgements, &rejected).into_iter().map(|place| self.vertices[place as usize]).collect()
    }

    /// Each tie from thing to thing, neither of which was rejected, with how probable the second is when the first belongs.
    pub(super) fn tied(&self, judgements: &Judgements) -> Vec<(VertexNo, VertexNo, f64)> {
        let outer = |place: u32| self.vertices[place as usize];
        let stays = |vertex: &VertexNo| !judgements.rejected.contains(vertex);
        let ties = inward(&self.ties).map(|(from, to, found)| (outer(from), outer(to), found.probability));
        ties.filter(|(from, to, _)| stays(from) && stays(to)).collect()
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
}
