//! All compared pairs, what speaks for them, and which of them count where.

use std::path::Path;

use anyhow::Result;
use entente_graph::aliases::{Choice, Evidence, Kind, Proposer};

use super::STANDS_FOR;
use super::curve::{Curve, Scored};
use super::fit::{self, Row};
use super::world::{Hidden, World};

/// What is sought among pairs of the tested half.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// All of what follows.
    All,
    /// Entries of catalogues.
    Entries,
    /// Of these, those whose names are not the same.
    OtherNames,
    /// A name alone and an entry.
    Bare,
}

impl Sought {
    pub fn name(self) -> &'static str {
        match self {
            Sought::All => "all that is sought",
            Sought::Entries => "entries with entries",
            Sought::OtherNames => "of these, with other names",
            Sought::Bare => "names alone with entries",
        }
    }
}

pub struct Pairs {
    pub world: World,
    /// In order.
    pub compared: Vec<(usize, usize)>,
    evidence: Vec<Evidence>,
    terms: Vec<Vec<f64>>,
}

impl Pairs {
    pub fn read(data: &Path, kind: Kind, hidden: Hidden) -> Result<Pairs> {
        let world = World::read(data, kind, hidden)?;
        let proposer = Proposer::new(kind, &world.entries, &Choice::default());
        let compared = proposer.candidates();
        let evidence: Vec<Evidence> =
            compared.iter().map(|(one, other)| proposer.evidence(*one, *other)).collect();
        let terms = evidence.iter().map(|of| of.terms().to_vec()).collect();
        Ok(Pairs { world, compared, evidence, terms })
    }

    /// Fitted on the training half, with the terms that are asked for.
    pub fn fitted(&self, penalty: f64, with: impl Fn(usize) -> bool) -> Vec<f64> {
        let kept: Vec<Vec<f64>> = self.terms.iter().map(|terms| masked(terms, &with)).collect();
        let rows: Vec<Row> = self.training().map(|(place, same)| row(&kept[place], same)).collect();
        fit::fit(&rows, kept[0].len(), penalty)
    }

    /// Loss and curve when each fifth of the training half's things is called by what was fitted on the others.
    pub fn in_folds(&self, penalty: f64) -> (f64, Curve) {
        let (mut loss, mut scored) = (0.0, Vec::new());
        for fold in 0..5 {
            let part = |inside: bool| {
                self.training().filter(move |(place, _)| (self.owner(*place) % 5 == fold) == inside)
            };
            let rows: Vec<Row> = part(false).map(|(place, same)| row(&self.terms[place], same)).collect();
            let weights = fit::fit(&rows, self.terms[0].len(), penalty);
            let left: Vec<Row> = part(true).map(|(place, same)| row(&self.terms[place], same)).collect();
            loss += fit::loss(&left, &weights);
            scored.extend(part(true).map(|(place, same)| {
                self.scored(place, same, fit::probability(&weights, &self.terms[place]))
            }));
        }
        (loss, Curve::new(scored, self.missed(|pair| self.is_trained(pair))))
    }

    pub fn training_curve(&self, score: impl Fn(&Evidence) -> f64) -> Curve {
        let scored =
            self.training().map(|(place, same)| self.scored(place, same, score(&self.evidence[place])));
        Curve::new(scored.collect(), self.missed(|pair| self.is_trained(pair)))
    }

    /// What is found in the tested half.
    pub fn curve(&self, sought: Sought, score: impl Fn((&Evidence, &[f64])) -> f64) -> Curve {
        let within = |pair: (usize, usize)| {
            let is_sought = sought == Sought::All || self.world.is_bare(pair) == (sought == Sought::Bare);
            !self.is_trained(pair) && is_sought
        };
        let labelled = self.compared.iter().enumerate().filter_map(|(place, pair)| {
            let is_equal = sought == Sought::OtherNames && self.evidence[place].equal;
            let label = self.world.label(*pair).filter(|_| within(*pair) && !is_equal);
            label.map(|same| self.scored(place, same, score((&self.evidence[place], &self.terms[place]))))
        });
        Curve::new(labelled.collect(), self.missed(within))
    }

    /// Pairs of the tested half that are called the same with at least this probability, and nobody says so.
    pub fn wrong(&self, weights: &[f64], least: f64) -> Vec<(f64, &str, &str)> {
        let called = self.compared.iter().zip(&self.terms).filter_map(|(pair, terms)| {
            let called = fit::probability(weights, terms);
            let is_wrong =
                called >= least && !self.is_trained(*pair) && self.world.label(*pair) == Some(false);
            let name = |entry: usize| self.world.entries[entry].names[0].as_str();
            is_wrong.then(|| (called, name(pair.0), name(pair.1)))
        });
        let mut called: Vec<(f64, &str, &str)> = called.collect();
        called.sort_by(|one, other| other.0.total_cmp(&one.0));
        called
    }

    fn training(&self) -> impl Iterator<Item = (usize, bool)> {
        let labelled = self.compared.iter().enumerate();
        labelled
            .filter(|(_, pair)| self.is_trained(**pair))
            .filter_map(|(place, pair)| Some((place, self.world.label(*pair)?)))
    }

    fn is_trained(&self, (one, other): (usize, usize)) -> bool {
        !self.world.is_tested(one) && !self.world.is_tested(other)
    }

    /// Pairs that are sought and were not compared.
    fn missed(&self, within: impl Fn((usize, usize)) -> bool) -> Vec<u32> {
        let sought = self.world.same.iter().copied().filter(|pair| within(*pair));
        let missed = sought.filter(|pair| self.compared.binary_search(pair).is_err());
        missed.map(|(one, _)| self.world.things[one]).collect()
    }

    fn scored(&self, place: usize, same: bool, score: f64) -> Scored {
        let stands_for = if same || !self.is_trained(self.compared[place]) { 1.0 } else { STANDS_FOR };
        Scored { score, same, thing: self.owner(place), weight: stands_for }
    }

    /// The thing to which a pair counts: of a pair in both halves the tested one.
    fn owner(&self, place: usize) -> u32 {
        let (one, other) = self.compared[place];
        let things = (self.world.things[one], self.world.things[other]);
        match (self.world.is_tested(one), self.world.is_tested(other)) {
            (true, false) => things.0,
            (false, true) => things.1,
            _ => things.0.min(things.1),
        }
    }
}

fn row(terms: &[f64], same: bool) -> Row<'_> {
    Row { terms, same, weight: if same { 1.0 } else { STANDS_FOR } }
}

fn masked(terms: &[f64], with: impl Fn(usize) -> bool) -> Vec<f64> {
    terms.iter().enumerate().map(|(place, term)| if with(place) { *term } else { 0.0 }).collect()
}
