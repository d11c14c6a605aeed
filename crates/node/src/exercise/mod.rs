//! An exercise: a range played into running nodes day by day, with injects for whoever trains.
//!
//! ```text
//! day ─► its records, by party ─► the parties' nodes, over their HTTP API
//!     ─► injects that are due  ─► the trainee ─► what they name
//!     ─► what they decided on the page           ─► what they name
//! ```
//!
//! Where it stands is kept after each day and each inject, so it can be stopped at any time and goes on from there. A day that was cut
//! off is played again: a node leaves what it knows already unchanged.

mod seat;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entente_range::score::Trained;
use entente_range::{Inject, Memory, Range};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use seat::{Seat, read_seats};

const DAY: i64 = 24 * 60 * 60;

/// The files of a day by their names, by party.
pub(crate) type Files = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

/// Where an exercise is played: nodes, and somebody who trains.
pub(crate) trait Stage {
    /// Hands each party what it learns on a day.
    fn play(&mut self, day: Timestamp, files: Files) -> anyhow::Result<()>;
    /// Tells the trainee, and answers the ids they name.
    fn tell(&mut self, inject: &Inject) -> anyhow::Result<Vec<String>>;
    /// The ids that the trainee decided to be of one organisation with these, or with others so decided.
    fn decided(&mut self, begun: &BTreeSet<String>) -> anyhow::Result<BTreeSet<String>>;
    /// Keeps where the exercise stands.
    fn keep(&mut self, kept: &Kept) -> anyhow::Result<()>;
    /// Lets the rest of the day pass.
    fn rest(&mut self);
}

/// Where an exercise stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// The enterprise it is about, by its id in the truth.
    pub(crate) enterprise: String,
    /// Up to when the world was played.
    pub(crate) played: Timestamp,
    /// How many injects were told.
    pub(crate) told: usize,
    /// What the trainee named when asked, and when in the world's time.
    pub(crate) named: BTreeMap<String, Timestamp>,
    /// What they confirmed on the page, and when it was first seen.
    pub(crate) confirmed: BTreeMap<String, Timestamp>,
}

/// A range that is played.
pub(crate) struct Exercise {
    range: Range,
    /// In the order of their times.
    injects: Vec<Inject>,
    pub(crate) kept: Kept,
}

impl Exercise {
    /// From where it stands. The order in which injects come is that of their times.
    pub(crate) fn new(range: Range, mut injects: Vec<Inject>, kept: Kept) -> Exercise {
        injects.sort_by_key(|inject| inject.at);
        Exercise { range, injects, kept }
    }

    /// The world's last moment.
    pub(crate) fn end(&self) -> Timestamp {
        moment(self.range.watched().end)
    }

    /// Plays on up to `until` or the end of the world.
    pub(crate) fn run(&mut self, until: Timestamp, stage: &mut dyn Stage) -> anyhow::Result<()> {
        let until = until.min(self.end());
        while self.kept.played < until {
            let (from, to) = (self.kept.played.as_second(), until.as_second());
            self.day(from..to.min(from + DAY), stage)?;
            if self.kept.played < until {
                stage.rest();
            }
        }
        Ok(())
    }

    fn day(&mut self, time: std::ops::Range<i64>, stage: &mut dyn Stage) -> anyhow::Result<()> {
        let end = moment(time.end);
        stage.play(self.kept.played, self.files(&time)?)?;
        while let Some(inject) = self.injects.get(self.kept.told).filter(|inject| inject.at < end) {
            for id in stage.tell(inject)? {
                self.kept.named.entry(id).or_insert(inject.at);
            }
            self.kept.told += 1;
            stage.keep(&self.kept)?;
        }
        self.look(end, stage)?;
        self.kept.played = end;
        stage.keep(&self.kept)
    }

    /// Sees what the trainee has confirmed by now. What they took back does not count.
    fn look(&mut self, now: Timestamp, stage: &mut dyn Stage) -> anyhow::Result<()> {
        let begun = self.begun();
        if begun.is_empty() {
            return Ok(());
        }
        let decided = stage.decided(&begun)?;
        self.kept.confirmed.retain(|id, _| decided.contains(id));
        for id in decided {
            self.kept.confirmed.entry(id).or_insert(now);
        }
        Ok(())
    }

    /// What the trainee was told of.
    fn begun(&self) -> BTreeSet<String> {
        self.injects.iter().take(self.kept.told).flat_map(|inject| inject.about.iter().cloned()).collect()
    }

    fn files(&self, time: &std::ops::Range<i64>) -> anyhow::Result<Files> {
        let mut day = Memory::default();
        self.range.within(time, &mut day)?;
        let mut files = Files::new();
        for (path, bytes) in day.files() {
            // Paths are parties/PARTY/NAME.
            let mut parts = path.rsplit('/');
            if let (Some(name), Some(party)) = (parts.next(), parts.next()) {
                files.entry(party.to_owned()).or_default().insert(name.to_owned(), bytes);
            }
        }
        Ok(files)
    }

    /// What is to be compared with the truth: of two times that something was named the earlier counts.
    pub(crate) fn trained(&self) -> Trained {
        let mut named = self.kept.confirmed.clone();
        for (id, at) in &self.kept.named {
            named.entry(id.clone()).and_modify(|known| *known = (*known).min(*at)).or_insert(*at);
        }
        let first = self.injects.first();
        Trained {
            enterprise: self.kept.enterprise.clone(),
            begun: first.map_or_else(HashSet::new, |first| first.about.iter().cloned().collect()),
            since: first.map_or(self.kept.played, |first| first.at),
            named,
        }
    }
}

impl Kept {
    /// At the beginning of a world.
    pub(crate) fn begin(range: &Range, enterprise: String) -> Kept {
        let (named, confirmed) = (BTreeMap::new(), BTreeMap::new());
        Kept { enterprise, played: moment(range.watched().start), told: 0, named, confirmed }
    }
}

/// A range's times are all within the calendar.
fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}
