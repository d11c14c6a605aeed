//! Seeded numbers, the same in every run (SplitMix64, Steele et al. 2014).

pub(in crate::app::exchange) struct Random(pub(in crate::app::exchange) u64);

impl Random {
    pub(in crate::app::exchange) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    /// True once in so many times.
    pub(in crate::app::exchange) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(in crate::app::exchange) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}
