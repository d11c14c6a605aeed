//! Chance that is a function: of the seed, the stream and the number of the thing decided about, so that any part of a
//! world can be made without the parts before it, in any order and on any machine. Integers only.

/// What is decided, so that two decisions about the same number never share their chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Stream {
    Person = 1,
    Domain,
    Server,
    Account,
    Wallet,
    Mark,
    Record,
    Wrong,
    Enterprise,
    Spoil,
}

/// SplitMix64 (Steele, Lea, Flood 2014), begun anew for each number.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A bijection of 64 bits in which every bit depends on every other.
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Chance {
    pub(crate) fn new(seed: u64, stream: Stream, index: u64) -> Chance {
        Chance::salted(seed, stream, 0, index)
    }

    /// For one thing about which several are decided apart: the salt tells them from each other.
    pub(crate) fn salted(seed: u64, stream: Stream, salt: u64, index: u64) -> Chance {
        let of_stream = mix(seed ^ mix((stream as u64) << 32 | salt));
        Chance(mix(of_stream.wrapping_add(index.wrapping_mul(GOLDEN))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// From 0 to `n`, without `n`; 0 when there is nothing to choose from.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        // Lemire's multiplication; the bias is below n/2^64.
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `permille` of a thousand cases.
    pub(crate) fn permille(&mut self, permille: u32) -> bool {
        self.below(1000) < u64::from(permille)
    }

    /// Below `n`, small numbers far more often: each power of two is as likely as the next. Popularity is like that.
    pub(crate) fn skewed(&mut self, n: u64) -> u64 {
        let scales = u64::from(u64::BITS - n.max(1).leading_zeros());
        let scale = self.below(scales) + 1;
        self.below(n.min(1 << scale.min(63)))
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }

    /// One of them, cloned; `None` of none.
    pub(crate) fn one_of<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len() as u64) as usize).cloned()
    }

    /// Lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut out = String::with_capacity(digits);
        while out.len() < digits {
            let mut word = self.next();
            for _ in 0..16.min(digits - out.len()) {
                out.push(char::from(DIGITS[(word & 15) as usize]));
                word >>= 4;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_a_function_of_what_it_is_about() {
        let draw = |seed, stream, index| Chance::new(seed, stream, index).next();
        assert_eq!(draw(1, Stream::Person, 7), draw(1, Stream::Person, 7));
        assert_ne!(draw(1, Stream::Person, 7), draw(2, Stream::Person, 7));
        assert_ne!(draw(1, Stream::Person, 7), draw(1, Stream::Domain, 7));
        assert_ne!(draw(1, Stream::Person, 7), draw(1, Stream::Person, 8));
    }

    #[test]
    fn bounds_hold() {
        let mut chance = Chance::new(3, Stream::Record, 0);
        for n in [1, 2, 3, 10, 1 << 40] {
            assert!((0..200).all(|_| chance.below(n) < n && chance.skewed(n) < n));
        }
        assert!((0..200).all(|_| (5..=9).contains(&chance.between(5, 9))));
        assert_eq!(chance.hex(40).len(), 40);
    }
}
