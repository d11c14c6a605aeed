//! The records of a book in the order of their moments: ordinary life, and what is planned of enterprises where it comes.

use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use crate::background::Background;
use crate::book::Book;
use crate::enterprise::Planned;
use crate::record::{Record, Seconds};
use crate::world::World;

/// The records of a book, or of a time of it, one after the other.
#[derive(Debug)]
pub(crate) struct Pages<'a> {
    book: Book,
    background: &'a Background<'a>,
    planned: Peekable<IntoIter<&'a Planned>>,
    /// The numbers of the ordinary records that are still to come.
    left: Range<u64>,
    /// How many ordinary records the whole book has.
    ordinary: u64,
}

/// One of them.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    /// What is said of an enterprise.
    Planned(&'a Planned),
    /// What ordinary life left behind, and whether something in it is wrong.
    Ordinary(Record, bool),
}

impl<'a> Pages<'a> {
    /// All of the book. `planned` is in the order of its moments.
    pub(crate) fn all(
        book: Book,
        background: &'a Background<'a>,
        planned: Vec<&'a Planned>,
        ordinary: u64,
    ) -> Self {
        Pages { book, background, planned: planned.into_iter().peekable(), left: 0..ordinary, ordinary }
    }

    /// What of it came to be in `time`. What lies outside the time that is watched counts to its nearest end.
    pub(crate) fn within(self, time: &Range<Seconds>) -> Self {
        let world = self.background.world;
        let falls = |planned: &&Planned| time.contains(&watched(world, planned.record.at()));
        let planned: Vec<&Planned> = self.planned.filter(falls).collect();
        let [first, end] = [time.start, time.end].map(|at| first_from(world, at, self.ordinary));
        Pages { planned: planned.into_iter().peekable(), left: first..end.max(first), ..self }
    }

    pub(crate) fn len(&self) -> u64 {
        self.planned.len() as u64 + (self.left.end - self.left.start)
    }
}

impl<'a> Iterator for Pages<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let due = self.background.world.moment(self.left.start, self.ordinary);
        let is_last = self.left.is_empty();
        if let Some(planned) = self.planned.next_if(|planned| is_last || planned.record.at() <= due) {
            return Some(Entry::Planned(planned));
        }
        let index = self.left.next()?;
        let (record, wrong) = self.background.record(self.book, index, self.ordinary);
        Some(Entry::Ordinary(record, wrong))
    }
}

fn watched(world: &World, at: Seconds) -> Seconds {
    at.clamp(world.start, world.end() - 1)
}

/// The first of `of` ordinary records whose moment is `at` or later.
fn first_from(world: &World, at: Seconds, of: u64) -> u64 {
    let since = (at - world.start).clamp(0, world.span) as u128;
    (since * u128::from(of)).div_ceil(world.span.max(1) as u128) as u64
}

#[cfg(test)]
mod tests {
    use crate::world::DAY;
    use crate::{Memory, Range, Settings};

    /// The lines of a file without its heading.
    fn lines(files: &Memory, path: &str) -> Vec<String> {
        let files = files.files();
        let text = files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        text.unwrap_or_default().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn times_that_follow_one_another_give_every_record_once_in_its_order() {
        const LEDGER: &str = "parties/bank/ledger-0001.csv";
        let range = Range::new(Settings::new(3, 2_000)).expect("good settings");
        let mut whole = Memory::default();
        range.generate(&mut whole).expect("memory");
        let (mut events, mut ledger) = (0, Vec::new());
        let watched = range.watched();
        for day in watched.clone().step_by(DAY as usize) {
            let mut part = Memory::default();
            // The last day is cut, as a time that is asked for may be.
            let made = range.within(&(day..(day + DAY).min(watched.end)), &mut part).expect("memory");
            events += made.iter().map(|file| file.events).sum::<u64>();
            ledger.extend(lines(&part, LEDGER));
        }
        assert_eq!(events, 2_000);
        assert!(ledger.len() > 100);
        assert_eq!(ledger, lines(&whole, LEDGER));
        let after = range.within(&(watched.end..watched.end + DAY), &mut Memory::default());
        assert!(after.expect("memory").is_empty());
    }
}
