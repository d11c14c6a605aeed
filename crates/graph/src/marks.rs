//! Who says that a vertex is shared by people who have nothing to do with each other.
//!
//! What is on somebody's list is their word, told in a compartment like any other: who may not see the list must be
//! answered as if it did not exist, so its marks steer nobody else's traces. Many vertices have the same marks; each
//! distinct set is kept once and has a number, and what a viewer sees of all sets is decided once per question.

use std::collections::HashMap;
use std::sync::Arc;

use entente_model::{CompartmentNo, CompartmentSet};

use crate::HubReason;

/// One word that a vertex is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// Why.
    pub reason: HubReason,
    /// The compartment of the claim that says so: for whoever lacks it, the mark is not there.
    pub compartment: CompartmentNo,
}

impl Mark {
    fn word(self) -> u32 {
        u32::from(self.reason as u8) << 16 | u32::from(self.compartment.0)
    }

    /// `None` for reasons of later versions.
    fn from_word(word: u32) -> Option<Mark> {
        let reason = HubReason::from_code((word >> 16) as u8)?;
        Some(Mark { reason, compartment: CompartmentNo(word as u16) })
    }
}

/// Distinct sets of marks, numbered from 1; 0 is no mark.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarkSets {
    sets: Vec<Arc<[Mark]>>,
    numbers: HashMap<Arc<[Mark]>, u32>,
}

impl MarkSets {
    /// The marks of a set; none for a number that a damaged index made up.
    pub(crate) fn get(&self, number: u32) -> &[Mark] {
        let place = (number as usize).checked_sub(1);
        place.and_then(|place| self.sets.get(place)).map_or(&[], |set| set)
    }

    /// The number of a set with one more mark.
    pub(crate) fn with(&mut self, number: u32, mark: Mark) -> u32 {
        let set = self.get(number);
        match set.binary_search(&mark) {
            Ok(_) => number,
            Err(place) => {
                let mut larger = set.to_vec();
                larger.insert(place, mark);
                self.number(&larger)
            }
        }
    }

    /// The number of a set, ascending and each mark once; a new one when it was not met before.
    pub(crate) fn number(&mut self, set: &[Mark]) -> u32 {
        if set.is_empty() {
            return 0;
        }
        if let Some(number) = self.numbers.get(set) {
            return *number;
        }
        let set: Arc<[Mark]> = set.into();
        self.sets.push(Arc::clone(&set));
        // There are no more sets than vertices.
        let number = self.sets.len() as u32;
        self.numbers.insert(set, number);
        number
    }

    /// Why vertices with each set count as shared for a viewer, by number: the first reason of those they may see.
    pub(crate) fn seen_by(&self, viewer: &CompartmentSet) -> Vec<Option<HubReason>> {
        let reason = |set: &Arc<[Mark]>| {
            set.iter().find(|mark| viewer.contains(mark.compartment)).map(|mark| mark.reason)
        };
        std::iter::once(None).chain(self.sets.iter().map(reason)).collect()
    }

    /// As an index keeps them: for each set how many marks it has, then the marks.
    pub(crate) fn to_words(&self) -> Vec<u32> {
        let words = |set: &Arc<[Mark]>| {
            let marks: Vec<u32> = set.iter().map(|mark| mark.word()).collect();
            std::iter::once(set.len() as u32).chain(marks)
        };
        self.sets.iter().flat_map(words).collect()
    }

    /// Reads what [`MarkSets::to_words`] wrote; from damaged words come fewer sets or other ones, and nothing worse.
    pub(crate) fn from_words(mut words: &[u32]) -> MarkSets {
        let mut sets = MarkSets::default();
        while let Some((length, rest)) = words.split_first() {
            let Some((marks, rest)) = rest.split_at_checked(*length as usize) else { break };
            let set: Arc<[Mark]> = marks.iter().filter_map(|word| Mark::from_word(*word)).collect();
            sets.sets.push(Arc::clone(&set));
            sets.numbers.insert(set, sets.sets.len() as u32);
            words = rest;
        }
        sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(reason: HubReason, compartment: u16) -> Mark {
        Mark { reason, compartment: CompartmentNo(compartment) }
    }

    #[test]
    fn each_set_has_one_number_however_it_came_about() {
        let (a, b) = (mark(HubReason::Sinkhole, 7), mark(HubReason::Warninglist, 300));
        let mut sets = MarkSets::default();
        let (first, second) = (sets.with(0, a), sets.with(0, b));
        let (one_way, other_way) = (sets.with(first, b), sets.with(second, a));
        assert_eq!((one_way, sets.with(one_way, a)), (other_way, one_way));
        assert_eq!(sets.get(one_way), [b, a]);
        assert_eq!((sets.get(0), sets.get(99)), (&[][..], &[][..]));
    }

    #[test]
    fn a_viewer_sees_the_reasons_of_their_compartments() {
        let mut sets = MarkSets::default();
        let first = sets.with(0, mark(HubReason::Sinkhole, 7));
        let both = sets.with(first, mark(HubReason::Warninglist, 300));
        let seen = |numbers: &[u16], set: u32| {
            let viewer = numbers.iter().map(|number| CompartmentNo(*number)).collect();
            sets.seen_by(&viewer)[set as usize]
        };
        assert_eq!(seen(&[7], both), Some(HubReason::Sinkhole));
        assert_eq!(seen(&[7, 300], both), Some(HubReason::Warninglist));
        assert_eq!((seen(&[1], both), seen(&[300], first), seen(&[7], 0)), (None, None, None));
    }

    #[test]
    fn sets_come_back_from_their_words() {
        let mut sets = MarkSets::default();
        let first = sets.with(0, mark(HubReason::PopularLibrary, 65_535));
        sets.with(first, mark(HubReason::Warninglist, 0));
        let words = sets.to_words();
        let mut back = MarkSets::from_words(&words);
        assert_eq!((back.sets.clone(), back.to_words()), (sets.sets.clone(), words.clone()));
        assert_eq!(back.with(0, mark(HubReason::PopularLibrary, 65_535)), first, "known by its number again");
        assert_eq!(MarkSets::from_words(&words[..words.len() - 1]).sets.len(), 1, "cut short");
        assert!(MarkSets::from_words(&[u32::MAX, 5]).sets.is_empty());
    }
}
