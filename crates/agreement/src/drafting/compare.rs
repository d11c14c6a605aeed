//! What changed between two versions, clause by clause.

use serde::Serialize;

use crate::{Agreement, Clause, ClauseId};

/// A clause that is not the same in two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which clause.
    pub id: ClauseId,
    /// Its heading.
    pub heading: String,
    /// How it changed.
    pub altered: Altered,
}

/// How a clause changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Altered {
    /// Only the later version has it.
    Added {
        /// As it reads.
        now: String,
    },
    /// Only the earlier version has it.
    Removed {
        /// As it read.
        was: String,
    },
    /// Both have it, with other words.
    Reworded {
        /// As it read.
        was: String,
        /// As it reads.
        now: String,
    },
}

impl Agreement {
    /// What is different in `later`, in the order in which it stands there; what it no longer has comes last. Two
    /// versions without a difference here bind their parties to the same.
    pub fn compare(&self, later: &Agreement) -> Vec<Change> {
        let (before, after) = (self.clauses(), later.clauses());
        let same = |clause: &Clause, all: &[Clause]| all.iter().position(|other| other.id == clause.id);
        let changed = after.iter().filter_map(|now| {
            let altered = match same(now, &before).map(|place| &before[place]) {
                None => Altered::Added { now: now.text.clone() },
                Some(was) if was.text != now.text => {
                    Altered::Reworded { was: was.text.clone(), now: now.text.clone() }
                }
                Some(_) => return None,
            };
            Some(Change { id: now.id.clone(), heading: now.heading.clone(), altered })
        });
        let removed = before.iter().filter(|was| same(was, &after).is_none()).map(|was| Change {
            id: was.id.clone(),
            heading: was.heading.clone(),
            altered: Altered::Removed { was: was.text.clone() },
        });
        changed.chain(removed).collect()
    }
}
