//! An exercise without nodes, a person or a clock.

use std::collections::{BTreeMap, BTreeSet};

use entente_range::{Inject, Range, Settings};
use jiff::Timestamp;

use super::{DAY, Exercise, Files, Kept, Stage, moment};

/// Takes everything down; answers as it is told to.
#[derive(Default)]
struct Rehearsal {
    days: Vec<Timestamp>,
    bytes: BTreeMap<String, usize>,
    told: Vec<Timestamp>,
    /// What is named at each inject.
    answers: Vec<String>,
    confirmed: BTreeSet<String>,
    kept: Option<Kept>,
    rests: usize,
    /// The day on which it fails, as a node that is not there.
    broken: Option<usize>,
}

impl Stage for Rehearsal {
    fn play(&mut self, day: Timestamp, files: Files) -> anyhow::Result<()> {
        if self.broken == Some(self.days.len()) {
            anyhow::bail!("the node does not answer");
        }
        self.days.push(day);
        for (party, files) in files {
            *self.bytes.entry(party).or_default() += files.values().map(Vec::len).sum::<usize>();
        }
        Ok(())
    }

    fn tell(&mut self, inject: &Inject) -> anyhow::Result<Vec<String>> {
        self.told.push(inject.at);
        Ok(self.answers.clone())
    }

    fn decided(&mut self, _begun: &BTreeSet<String>) -> anyhow::Result<BTreeSet<String>> {
        Ok(self.confirmed.clone())
    }

    fn keep(&mut self, kept: &Kept) -> anyhow::Result<()> {
        self.kept = Some(kept.clone());
        Ok(())
    }

    fn rest(&mut self) {
        self.rests += 1;
    }
}

fn range() -> Range {
    Range::new(Settings::new(7, 2_000)).expect("good settings")
}

fn exercise(kept: Option<Kept>) -> Exercise {
    let range = range();
    let enterprise = range.first_reported().expect("a victim");
    let injects = range.injects(&enterprise);
    let kept = kept.unwrap_or_else(|| Kept::begin(&range, enterprise));
    Exercise::new(range, injects, kept)
}

#[test]
fn a_world_is_played_day_by_day_to_its_end() {
    let (mut exercise, mut stage) = (exercise(None), Rehearsal::default());
    exercise.run(Timestamp::MAX, &mut stage).expect("played");
    assert_eq!((stage.days.len(), stage.rests), (245, 244), "after the last day nobody waits");
    assert!(stage.days.is_sorted());
    let parties: Vec<&str> = stage.bytes.keys().map(String::as_str).collect();
    assert_eq!(parties, ["bank", "company", "csirt", "exchange", "police", "registrar"]);
    assert_eq!(stage.told.len(), exercise.injects.len());
    assert_eq!(exercise.kept.played, exercise.end());
}

#[test]
fn what_was_stopped_goes_on_where_it_stopped() {
    let mut whole = Rehearsal::default();
    exercise(None).run(Timestamp::MAX, &mut whole).expect("played");
    let mut first = Rehearsal { broken: Some(100), ..Rehearsal::default() };
    assert!(exercise(None).run(Timestamp::MAX, &mut first).is_err());
    let mut second = Rehearsal::default();
    exercise(first.kept).run(Timestamp::MAX, &mut second).expect("played");
    assert_eq!([first.days, second.days].concat(), whole.days);
    assert_eq!([first.told, second.told].concat(), whole.told, "nothing is told twice");
}

#[test]
fn it_stops_at_the_day_that_was_asked_for_and_not_before() {
    let (mut exercise, mut stage) = (exercise(None), Rehearsal::default());
    let until = moment(range().watched().start + 10 * DAY + 3600);
    exercise.run(until, &mut stage).expect("played");
    assert_eq!((stage.days.len(), exercise.kept.played), (11, until));
    exercise.run(until, &mut stage).expect("nothing is left to be played");
    assert_eq!(stage.days.len(), 11);
}

#[test]
fn what_is_named_first_counts_and_what_is_taken_back_does_not() {
    let mut exercise = exercise(None);
    let mut stage = Rehearsal { answers: vec!["domain-name--a".to_owned()], ..Rehearsal::default() };
    stage.confirmed = BTreeSet::from(["domain-name--a".to_owned(), "domain-name--b".to_owned()]);
    let first = exercise.injects[0].at;
    exercise.run(moment(first.as_second() + 2 * DAY), &mut stage).expect("played");
    let trained = exercise.trained();
    assert_eq!(trained.since, first);
    assert_eq!(trained.named["domain-name--a"], first, "typed before it was seen to be confirmed");
    assert!(trained.named["domain-name--b"] > first);
    stage.confirmed.clear();
    exercise.run(moment(first.as_second() + 4 * DAY), &mut stage).expect("played");
    let named: Vec<String> = exercise.trained().named.into_keys().collect();
    assert_eq!(named, ["domain-name--a"], "what was typed stays");
}
