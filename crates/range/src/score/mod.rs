//! How much of the truth was found, and at what price.
//!
//! Pure: the truth comes as JSON, the answers as ranked ids. Probabilities that are equal count as one step, so that no
//! order among equals makes a score better than the ranking is. What one begins from is no finding: it counts neither as found nor as
//! to be found.
//!
//! ```
//! use entente_range::score::{Answer, By, KnownTruth, score};
//! use serde_json::json;
//! use std::collections::HashSet;
//!
//! let truth = KnownTruth::read(&json!({"enterprises": [{"id": "e1", "entities": [
//!     {"id": "domain-name--28bb3599-77cd-5a82-a950-b5bc3caf07c4"},
//!     {"id": "ipv4-addr--3aa27478-50b5-5ab8-9da9-cdc12b657fff"},
//!     {"id": "url--c1477287-23ac-5971-a010-5c287877fa60"}]}]}))?;
//! let from = HashSet::from(["url--c1477287-23ac-5971-a010-5c287877fa60".to_owned()]);
//! let found = vec![("domain-name--28bb3599-77cd-5a82-a950-b5bc3caf07c4".to_owned(), 0.97)];
//! let answer = Answer { enterprise: "e1".to_owned(), by: By::Together, from, found };
//! let score = score(&truth, &[answer], 0.9);
//! assert_eq!(score.together.map(|figures| figures.recall_at_95), Some(0.5));
//! # Ok::<(), entente_range::score::TruthError>(())
//! ```

mod figures;
mod known;
mod training;

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

pub use figures::{Bin, Figures};
pub use known::{KnownTruth, TruthError};
pub use training::{Trained, Training};

/// From whose records an answer was found, and by what means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// All parties' records, as far as the agreements let them join.
    Together,
    /// One party's records alone.
    Alone(String),
    /// All parties' records, by another means than the one that is judged.
    Baseline(String),
}

/// What was found of an enterprise, from one seed or more.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The enterprise's id in the truth.
    pub enterprise: String,
    /// From whose records.
    pub by: By,
    /// The ids it was asked from, which the answer need not find.
    pub from: HashSet<String>,
    /// Ids of things with the probability of belonging to the enterprise, in any order.
    pub found: Vec<(String, f64)>,
}

/// How good the answers were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Over all parties' records; `None` when no answer was.
    pub together: Option<Figures>,
    /// Over each party's own records.
    pub alone: BTreeMap<String, Figures>,
    /// By each other means.
    pub baselines: BTreeMap<String, Figures>,
    /// How often what was called so probable was right, over all answers together.
    pub calibration: Vec<Bin>,
    /// Whose things were told though they have nothing to do with it; `None` when nothing was told by anybody to anybody.
    pub outsiders: Option<Outsiders>,
}

/// Things of people who have nothing to do with any enterprise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outsiders {
    /// All of them.
    pub all: u64,
    /// Told, as agreements name it: who paid or was paid by an account that is looked into, or was suspected in error.
    pub within: u64,
    /// Told though no agreement names it.
    pub outside: u64,
}

/// Scores the answers; what has at least the probability `cut` counts as said to belong. An answer about an enterprise
/// the truth does not know counts as if nothing in it were right.
pub fn score(truth: &KnownTruth, answers: &[Answer], cut: f64) -> Score {
    let figures = |by: &By| {
        let of: Vec<Figures> = answers
            .iter()
            .filter(|answer| answer.by == *by)
            .map(|answer| Figures::of(&truth.judged(answer), truth.unknown(answer), cut))
            .collect();
        Figures::mean(&of)
    };
    let mut score = Score { together: figures(&By::Together), ..Score::default() };
    for answer in answers {
        match &answer.by {
            By::Together => {}
            By::Alone(party) => score.alone.extend(figures(&answer.by).map(|found| (party.clone(), found))),
            By::Baseline(name) => {
                score.baselines.extend(figures(&answer.by).map(|found| (name.clone(), found)))
            }
        }
    }
    let together = answers.iter().filter(|answer| answer.by == By::Together);
    score.calibration = figures::bins(together.flat_map(|answer| truth.judged(answer)));
    score
}

impl Score {
    /// As `entente range score --json` prints it.
    pub fn json(&self) -> Value {
        let named = |key: &str, of: &BTreeMap<String, Figures>| -> Vec<Value> {
            of.iter()
                .map(|(name, figures)| {
                    let mut value = figures.json();
                    value[key] = name.as_str().into();
                    value
                })
                .collect()
        };
        json!({
            "together": self.together.as_ref().map(Figures::json),
            "alone": named("party", &self.alone),
            "baselines": named("name", &self.baselines),
            "outsiders_disclosed": self.outsiders.map(|outsiders| outsiders.outside),
            "outsiders_within_agreements": self.outsiders.map(|outsiders| outsiders.within),
            "outsiders": self.outsiders.map(|outsiders| outsiders.all),
            "calibration": self.calibration.iter().map(Bin::json).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth() -> KnownTruth {
        let entity = |n: u32| json!({"id": format!("domain-name--{n}")});
        let entities: Vec<Value> = (0..10).map(entity).collect();
        let truth = json!({"enterprises": [{"id": "e1", "entities": entities}],
            "neutral": ["domain-name--kit"]});
        KnownTruth::read(&truth).expect("a truth")
    }

    fn answer(by: By, found: &[(&str, f64)]) -> Answer {
        let found = found.iter().map(|(id, p)| (format!("domain-name--{id}"), *p)).collect();
        Answer { enterprise: "e1".to_owned(), by, from: HashSet::new(), found }
    }

    #[test]
    fn what_one_begins_from_is_no_finding() {
        let mut from_two = answer(By::Together, &[("0", 1.0), ("1", 1.0), ("2", 0.9), ("other", 1.0)]);
        from_two.from = ["0", "1", "other"].map(|id| format!("domain-name--{id}")).into();
        let score = score(&truth(), &[from_two], 0.5);
        let together = score.together.expect("an answer");
        assert_eq!((together.recall_at_95, together.precision), (0.125, 1.0));
        assert_eq!(score.calibration.iter().map(|bin| bin.n).sum::<u64>(), 1);
    }

    #[test]
    fn the_longest_prefix_that_is_precise_enough_counts() {
        let found = [("0", 0.99), ("1", 0.98), ("2", 0.97), ("wrong", 0.5), ("3", 0.4)];
        let score = score(&truth(), &[answer(By::Together, &found)], 0.9);
        let together = score.together.expect("an answer");
        assert_eq!((together.recall_at_95, together.precision, together.recall), (0.3, 1.0, 0.3));
    }

    #[test]
    fn equals_are_one_step() {
        let found = [("0", 0.9), ("wrong", 0.9)];
        let score = score(&truth(), &[answer(By::Together, &found)], 0.5);
        let together = score.together.expect("an answer");
        assert_eq!((together.recall_at_95, together.precision), (0.0, 0.5));
    }

    #[test]
    fn what_is_neither_theirs_nor_anybodys_is_not_judged() {
        let mut one = answer(By::Alone("bank".to_owned()), &[("0", 0.9), ("kit", 0.95)]);
        one.found.push(("payment--1".to_owned(), 0.99));
        let score = score(&truth(), &[one], 0.5);
        assert_eq!(score.alone["bank"].precision, 1.0);
        assert!(score.together.is_none() && score.calibration.is_empty());
    }

    #[test]
    fn calibration_counts_by_tenths() {
        let found = [("0", 0.95), ("1", 1.0), ("wrong", 0.91), ("2", 0.12)];
        let score = score(&truth(), &[answer(By::Together, &found)], 0.5);
        let counts: Vec<_> = score.calibration.iter().map(|bin| (bin.from, bin.n, bin.right)).collect();
        assert_eq!(counts, [(0.1, 1, 1), (0.9, 3, 2)]);
    }
}
