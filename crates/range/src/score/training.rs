//! How well somebody does who trains in a range.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::figures::Figures;
use super::{Answer, By, KnownTruth};

/// What somebody said of one enterprise.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The enterprise's id in the truth.
    pub enterprise: String,
    /// What they were told to begin from, which is no finding.
    pub begun: HashSet<String>,
    /// When they were told, in the world's time.
    pub since: Timestamp,
    /// The ids they named as the organisation's, each with when they first did, in the world's time.
    pub named: BTreeMap<String, Timestamp>,
}

/// How good that was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// How many things were named beside those they began from.
    pub named: u64,
    /// The share of these that is right; 1 when nothing was named.
    pub precision: f64,
    /// The share of the enterprise that was named.
    pub recall: f64,
    /// How long it took to the first that is right.
    pub first_right: Option<SignedDuration>,
    /// How many belong to people who have nothing to do with it, or to its victims.
    pub outsiders: u64,
}

impl Training {
    /// Compares with the truth. `is_outsider` says whether an id is a thing of somebody uninvolved or of a victim.
    pub fn of(truth: &KnownTruth, trained: &Trained, is_outsider: impl Fn(&str) -> bool) -> Training {
        let named = trained.named.keys().filter(|id| !trained.begun.contains(*id));
        let right = named.clone().filter(|id| truth.is_of(&trained.enterprise, id));
        let first = right.filter_map(|id| trained.named.get(id)).min();
        let answer = Answer {
            enterprise: trained.enterprise.clone(),
            by: By::Together,
            from: trained.begun.clone(),
            found: named.clone().map(|id| (id.clone(), 1.0)).collect(),
        };
        let figures = Figures::of(&truth.judged(&answer), truth.unknown(&answer), 1.0);
        Training {
            named: named.clone().count() as u64,
            precision: figures.precision,
            recall: figures.recall,
            first_right: first.map(|first| first.duration_since(trained.since)),
            outsiders: named.filter(|id| is_outsider(id)).count() as u64,
        }
    }

    /// As `entente range exercise --json` prints it; times in seconds of the world.
    pub fn json(&self) -> Value {
        json!({
            "named": self.named,
            "precision": self.precision,
            "recall": self.recall,
            "seconds_to_first_right": self.first_right.map(|after| after.as_secs()),
            "outsiders": self.outsiders,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).expect("a time")
    }

    fn trained(named: &[(&str, i64)]) -> Training {
        let entity = |n: u32| json!({"id": format!("domain-name--{n}")});
        let entities: Vec<Value> = (0..5).map(entity).collect();
        let truth = json!({"enterprises": [{"id": "e1", "entities": entities}]});
        let truth = KnownTruth::read(&truth).expect("a truth");
        let trained = Trained {
            enterprise: "e1".to_owned(),
            begun: HashSet::from(["domain-name--0".to_owned()]),
            since: at(10),
            named: named.iter().map(|(id, day)| (format!("domain-name--{id}"), at(*day))).collect(),
        };
        Training::of(&truth, &trained, |id| id.ends_with("neighbour"))
    }

    #[test]
    fn what_was_named_is_compared_and_what_was_told_is_no_finding() {
        let training = trained(&[("0", 10), ("3", 14), ("1", 12), ("neighbour", 11)]);
        assert_eq!((training.named, training.outsiders), (3, 1));
        assert_eq!((training.recall, training.precision), (0.5, 2.0 / 3.0));
        assert_eq!(
            training.first_right,
            Some(SignedDuration::from_hours(48)),
            "the wrong one before does not count"
        );
    }

    #[test]
    fn who_names_nothing_names_nothing_wrong() {
        let training = trained(&[("0", 10)]);
        assert_eq!((training.named, training.recall, training.precision), (0, 0.0, 1.0));
        assert_eq!(training.first_right, None);
    }
}
