//! Who is behind it: the organisation behind some things, each member with how sure that is and why.
//!
//! A tie between two things multiplies the odds that one organisation has both (Fellegi and Sunter 1969), the less the more share
//! what they share (Winkler 1989). From the seeds the graph is followed best first as far as anything may still be probable; then it is
//! counted in how many of a thousand possible worlds each thing belongs; and what a thing has beside that speaks against it. No thing
//! is merged with another: an answer is computed, and computed again when somebody decides otherwise.
//!
//! ```text
//! seeds ─expand─► part of the graph ─reach─► share of worlds ┐
//!        (follow, weight)           ─walk──► density         ├─calibrate─► probability
//!                                 ─records─► where they lead ┘
//! ```
//!
//! What the viewer may not see takes no part, not even in how rare a value is.

mod around;
mod calibrate;
mod defaults;
mod expand;
mod follow;
mod reach;
mod records;
mod ties;
mod traced;
mod walk;
mod ways;
mod weight;

use entente_model::{ClaimNo, CompartmentNo, VertexNo};

pub use ties::{Family, Role, Rule, Sort, Ties, Walk};
pub use traced::{Answer, Judgements, Member, Traced};
pub use ways::Ways;

use self::around::Survey;
use crate::reader::Reader;
use crate::{Edge, Filter, Snapshot};

/// What the caller knows and the graph does not.
pub struct Caller<'a> {
    /// The sort of a vertex where its kind does not say enough: the family of a fingerprint.
    pub sort: &'a dyn Fn(VertexNo) -> Option<Sort>,
    /// How far a claim is believed, from 0 to 1: by grade, source or compartment.
    pub belief: &'a dyn Fn(CompartmentNo, ClaimNo) -> f64,
}

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Bits against: one thing in 2^this is of the organisation before anything is known of it.
    pub prior_bits: f64,
    /// What is less probable on the best way is not looked at.
    pub floor: f64,
    /// Vertices at most.
    pub most_vertices: usize,
}

impl Default for Choice {
    fn default() -> Choice {
        Choice { prior_bits: 16.0, floor: 0.02, most_vertices: 6000 }
    }
}

/// One piece of evidence for a thing: a tie that leads to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The thing at the other end.
    pub from: VertexNo,
    /// Number of its family; pieces of one family are not independent of each other.
    pub family: u16,
    /// Evidence in bits, if what is claimed is right.
    pub bits: f64,
    /// Probability that the thing is of the organisation when the other is and nothing else is known.
    pub probability: f64,
    /// How many things share what the two share.
    pub sources: u32,
    /// Some of the edges it stands on; two in a row where a record lies between.
    pub edges: Vec<Edge>,
}

impl Snapshot {
    /// The part of the graph that the question is about: everything that may be of the organisation behind the seeds. Ask it for
    /// an answer, and again whenever somebody has decided something.
    pub fn trace(
        &self,
        seeds: &[VertexNo],
        filter: &Filter<'_>,
        ties: &Ties,
        caller: &Caller<'_>,
        choice: Choice,
    ) -> Traced {
        let reader = Reader::new(&self.state, filter);
        let survey = Survey::new(&reader, ties, caller, &choice);
        Traced::new(&survey, seeds)
    }
}

#[cfg(test)]
mod tests;
