//! A set of compartments: what a viewer may see, as a bitmap over compartment numbers.

use crate::CompartmentNo;

/// Compartment numbers there can be: `CompartmentNo` is 16 bits wide.
const NUMBERS: usize = 1 << 16;
const WORD: usize = u64::BITS as usize;

/// Compartments by number, one bit each. Asking whether a compartment is in the set is a bit test; what the
/// set was never told about is not in it, so a compartment interned later stays hidden until rights for it
/// have been decided.
///
/// Two sets with the same members are equal however they came about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CompartmentSet {
    /// Bit `n % 64` of word `n / 64` is compartment `n`. The last word is never zero.
    words: Vec<u64>,
}

impl CompartmentSet {
    /// No compartment.
    pub fn empty() -> CompartmentSet {
        CompartmentSet::default()
    }

    /// Every compartment there can be, those not yet interned too. For the node's own work (compaction, tests),
    /// never for a viewer.
    pub fn all() -> CompartmentSet {
        CompartmentSet { words: vec![u64::MAX; NUMBERS / WORD] }
    }

    /// Adds a compartment; true when it was not in the set before.
    pub fn insert(&mut self, compartment: CompartmentNo) -> bool {
        let (word, bit) = place(compartment);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let before = self.words[word];
        self.words[word] |= bit;
        before & bit == 0
    }

    /// Takes a compartment out; true when it was in the set before.
    pub fn remove(&mut self, compartment: CompartmentNo) -> bool {
        let (word, bit) = place(compartment);
        let was_in = self.contains(compartment);
        if was_in {
            self.words[word] &= !bit;
            self.trim();
        }
        was_in
    }

    /// Whether a compartment is in the set.
    #[inline]
    pub fn contains(&self, compartment: CompartmentNo) -> bool {
        let (word, bit) = place(compartment);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// The compartments in both sets: what a viewer may see of what was chosen.
    #[must_use]
    pub fn intersect(&self, other: &CompartmentSet) -> CompartmentSet {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect();
        let mut both = CompartmentSet { words };
        both.trim();
        both
    }

    /// The compartments in either set.
    #[must_use]
    pub fn union(&self, other: &CompartmentSet) -> CompartmentSet {
        let (long, short) = if self.words.len() >= other.words.len() { (self, other) } else { (other, self) };
        let mut either = long.clone();
        either.words.iter_mut().zip(&short.words).for_each(|(a, b)| *a |= b);
        either
    }

    /// How many compartments are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether the set has no member: such a viewer sees nothing.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether every member of `other` is in this set too.
    pub fn is_superset(&self, other: &CompartmentSet) -> bool {
        let word = |at: usize| self.words.get(at).copied().unwrap_or(0);
        other.words.iter().enumerate().all(|(at, bits)| bits & !word(at) == 0)
    }

    /// The members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = CompartmentNo> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                (bit < WORD).then(|| CompartmentNo((at * WORD + bit) as u16))
            })
        })
    }

    /// The bitmap itself, for those who test millions: bit `n % 64` of word `n / 64` is compartment `n`, and what
    /// lies beyond the last word is not in the set.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Keeps the last word non-zero, on which equality rests.
    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}

impl FromIterator<CompartmentNo> for CompartmentSet {
    fn from_iter<I: IntoIterator<Item = CompartmentNo>>(members: I) -> CompartmentSet {
        let mut set = CompartmentSet::empty();
        set.extend(members);
        set
    }
}

impl Extend<CompartmentNo> for CompartmentSet {
    fn extend<I: IntoIterator<Item = CompartmentNo>>(&mut self, members: I) {
        for compartment in members {
            self.insert(compartment);
        }
    }
}

#[inline]
fn place(compartment: CompartmentNo) -> (usize, u64) {
    let number = usize::from(compartment.0);
    (number / WORD, 1 << (number % WORD))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: &[u16]) -> CompartmentSet {
        members.iter().map(|no| CompartmentNo(*no)).collect()
    }

    #[test]
    fn holds_what_was_put_in_and_nothing_else() {
        let mut some = set(&[0, 63, 64, 65_535]);
        assert_eq!(some.len(), 4);
        assert!(some.contains(CompartmentNo(65_535)) && !some.contains(CompartmentNo(1)));
        assert_eq!(some.iter().map(|no| no.0).collect::<Vec<_>>(), [0, 63, 64, 65_535]);
        assert!(!some.insert(CompartmentNo(64)) && some.insert(CompartmentNo(65)));
    }

    #[test]
    fn empty_sees_nothing_and_all_sees_the_last_number() {
        assert!(CompartmentSet::empty().is_empty() && !CompartmentSet::empty().contains(CompartmentNo(0)));
        assert_eq!(CompartmentSet::all().len(), NUMBERS);
        assert!(CompartmentSet::all().contains(CompartmentNo(u16::MAX)));
    }

    #[test]
    fn sets_with_the_same_members_are_equal() {
        assert_eq!(set(&[3, 900]).intersect(&set(&[3, 70])), set(&[3]));
        assert_eq!(set(&[900]).intersect(&set(&[3])), CompartmentSet::empty());
        assert_eq!(set(&[3]).union(&set(&[900])), set(&[900, 3]));
        assert_eq!(CompartmentSet::all().intersect(&set(&[7])), set(&[7]));
        assert!(
            CompartmentSet::all().is_superset(&set(&[7])) && set(&[7]).is_superset(&CompartmentSet::empty())
        );
        assert!(!set(&[7, 8]).is_superset(&set(&[8, 900])));
        let mut one = set(&[5, 4_000]);
        assert!(one.remove(CompartmentNo(4_000)) && !one.remove(CompartmentNo(4_000)));
        assert_eq!(one, set(&[5]));
    }
}
