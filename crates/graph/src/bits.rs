//! Bitmaps over inner vertex numbers, and over claims.

/// One bit per vertex. Numbers beyond the end, which only a damaged file can hold, count as set in
/// [`Bits::insert`] and [`Bits::contains`], so traversal never follows them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    pub(crate) fn new(length: usize) -> Bits {
        Bits { words: vec![0; length.div_ceil(64)], length }
    }

    /// Makes room for `length` vertices. It may only shrink when it is all clear.
    pub(crate) fn fit(&mut self, length: usize) {
        self.words.resize(length.div_ceil(64), 0);
        self.length = length;
    }

    /// Makes room for `length` numbers when there is less; what is set stays.
    pub(crate) fn reach(&mut self, length: usize) {
        self.fit(self.length.max(length));
    }

    /// Whether there is room for nothing, so that nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    #[inline]
    pub(crate) fn contains(&self, vertex: u32) -> bool {
        self.words.get(vertex as usize >> 6).is_none_or(|word| word >> (vertex & 63) & 1 != 0)
    }

    /// Like [`Bits::contains`], but a number beyond the end is not in the set.
    #[inline]
    pub(crate) fn holds(&self, vertex: u32) -> bool {
        self.words.get(vertex as usize >> 6).is_some_and(|word| word >> (vertex & 63) & 1 != 0)
    }

    /// Sets a bit; true when it was clear.
    #[inline]
    pub(crate) fn insert(&mut self, vertex: u32) -> bool {
        if vertex as usize >= self.length {
            return false;
        }
        let Some(word) = self.words.get_mut(vertex as usize >> 6) else { return false };
        let bit = 1 << (vertex & 63);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }

    #[inline]
    pub(crate) fn remove(&mut self, vertex: u32) {
        if let Some(word) = self.words.get_mut(vertex as usize >> 6) {
            *word &= !(1 << (vertex & 63));
        }
    }

    /// Clears the given bits, or everything when that is less work.
    pub(crate) fn clear(&mut self, members: &[u32]) {
        if members.len() > self.words.len() / 2 {
            self.words.fill(0);
        } else {
            members.iter().for_each(|vertex| self.remove(*vertex));
        }
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// The members in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| ones(*word).map(move |bit| at as u32 * 64 + bit))
    }
}

/// The places of the ones of a word, ascending.
#[inline]
pub(crate) fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let bit = word.trailing_zeros();
            word &= word - 1;
            bit
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_the_end_are_never_fresh() {
        let mut bits = Bits::new(70);
        assert!(bits.insert(69) && !bits.insert(69) && !bits.insert(70) && !bits.insert(u32::MAX));
        assert!(bits.contains(u32::MAX) && !bits.holds(u32::MAX));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [69]);
        bits.clear(&[69]);
        assert_eq!(bits.iter().count(), 0);
    }
}
