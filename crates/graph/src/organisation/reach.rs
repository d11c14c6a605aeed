//! In how many possible worlds a thing belongs.
//!
//! In each world a claim is right or wrong, and evidence that is right adds up in bits from all the thing's ties to what
//! belongs in that world; the thing belongs when that is more than the world asks of it (a general threshold model: Kempe,
//! Kleinberg and Tardos 2003). Counting the worlds exactly is hard (Valiant 1979); a thousand drawn ones give the share to a
//! hundredth. All chance comes from the things themselves (common random numbers): asked again with one judgement more, it
//! is asked of the same worlds, and what nobody sees cannot change it.

use rayon::prelude::*;

/// Words of worlds, 64 worlds each.
pub(crate) const LANES: usize = 16;
/// How many worlds are drawn.
pub(crate) const WORLDS: u32 = LANES as u32 * 64;

/// In which worlds something holds.
pub(crate) type Worlds = [u64; LANES];

/// In all worlds.
pub(crate) const ALL: Worlds = [u64::MAX; LANES];

/// Digits of a probability that are used.
const DIGITS: u32 = 16;
/// What worlds may ask of a thing: quantiles of the logistic distribution.
const QUANTILES: usize = 4096;

/// Evidence that one place lends another.
#[derive(Clone, Debug)]
pub(crate) struct Arc {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) family: u16,
    pub(crate) bits: f64,
    /// Where the claims are right.
    pub(crate) holds: Worlds,
}

/// What is asked of the worlds.
pub(crate) struct Odds<'a> {
    /// For each place a number that is its own.
    pub(crate) keys: &'a [u64],
    /// Sorted by where they start.
    pub(crate) arcs: &'a [Arc],
    /// Places that belong in every world.
    pub(crate) sources: &'a [u32],
    /// Bits at most, by family.
    pub(crate) caps: &'a [f64],
    /// Bits against anything belonging.
    pub(crate) prior_bits: f64,
}

/// A bijection of 64 bits in which every bit depends on every other (SplitMix64; Steele, Lea, Flood 2014).
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The worlds in which something of this probability holds. The same key with a larger probability holds in the same worlds
/// and more: each world has a number of its own, compared with the probability digit by digit in 64 worlds at once.
pub(crate) fn worlds(key: u64, probability: f64) -> Worlds {
    let threshold = (probability.clamp(0.0, 1.0) * f64::from(1_u32 << DIGITS)).round() as u32;
    if threshold >= 1 << DIGITS {
        return ALL;
    }
    std::array::from_fn(|lane| {
        let key = mix(key ^ (lane as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (mut below, mut equal) = (0, u64::MAX);
        for digit in (0..DIGITS).rev() {
            let drawn = mix(key.wrapping_add(u64::from(digit)));
            if threshold >> digit & 1 == 1 {
                below |= equal & !drawn;
                equal &= drawn;
            } else {
                equal &= !drawn;
            }
        }
        below
    })
}

/// How many worlds.
pub(crate) fn count(worlds: &Worlds) -> u32 {
    worlds.iter().map(|word| word.count_ones()).sum()
}

impl Odds<'_> {
    /// In which worlds each place belongs.
    pub(crate) fn worlds(&self) -> Vec<Worlds> {
        let starts = self.starts();
        let asked = quantiles(self.prior_bits);
        let lanes: Vec<Vec<u64>> =
            (0..LANES).into_par_iter().map(|lane| self.lane(lane, &starts, &asked)).collect();
        (0..self.keys.len()).map(|place| std::array::from_fn(|lane| lanes[lane][place])).collect()
    }

    fn lane(&self, lane: usize, starts: &[usize], asked: &[f64]) -> Vec<u64> {
        let mut belongs = vec![0; self.keys.len()];
        let mut sum = Sum::new(self.keys.len(), self.caps);
        for bit in 0..64 {
            self.world(lane, bit, starts, asked, &mut sum, &mut belongs);
        }
        belongs
    }

    fn world(
        &self,
        lane: usize,
        bit: u32,
        starts: &[usize],
        asked: &[f64],
        sum: &mut Sum<'_>,
        belongs: &mut [u64],
    ) {
        sum.clear();
        let mut open: Vec<u32> = self.sources.to_vec();
        open.iter().for_each(|source| belongs[*source as usize] |= 1 << bit);
        let number = lane as u64 * 64 + u64::from(bit);
        while let Some(from) = open.pop() {
            for arc in &self.arcs[starts[from as usize]..starts[from as usize + 1]] {
                let to = arc.to as usize;
                if arc.holds[lane] >> bit & 1 == 0 || belongs[to] >> bit & 1 == 1 {
                    continue;
                }
                let bits = sum.add(to, arc.family, arc.bits);
                let drawn = mix(self.keys[to] ^ mix(number)) as usize % QUANTILES;
                if bits >= asked[drawn] {
                    belongs[to] |= 1 << bit;
                    open.push(arc.to);
                }
            }
        }
    }

    fn starts(&self) -> Vec<usize> {
        let mut starts = vec![0; self.keys.len() + 1];
        for arc in self.arcs {
            starts[arc.from as usize + 1] += 1;
        }
        for place in 0..self.keys.len() {
            starts[place + 1] += starts[place];
        }
        starts
    }
}

/// The evidence each place has in the world that is looked at.
struct Sum<'a> {
    caps: &'a [f64],
    by_family: Vec<f64>,
    total: Vec<f64>,
    touched: Vec<usize>,
}

impl Sum<'_> {
    fn new(places: usize, caps: &[f64]) -> Sum<'_> {
        let by_family = vec![0.0; places * caps.len()];
        Sum { caps, by_family, total: vec![0.0; places], touched: Vec::new() }
    }

    /// Adds evidence and gives what there is now.
    fn add(&mut self, place: usize, family: u16, bits: f64) -> f64 {
        if self.total[place] == 0.0 {
            self.touched.push(place);
        }
        let family = usize::from(family);
        let before = &mut self.by_family[place * self.caps.len() + family];
        let after = (*before + bits).min(self.caps[family]);
        self.total[place] += after - *before;
        *before = after;
        self.total[place]
    }

    fn clear(&mut self) {
        for place in self.touched.drain(..) {
            self.total[place] = 0.0;
            self.by_family[place * self.caps.len()..(place + 1) * self.caps.len()].fill(0.0);
        }
    }
}

/// Bits a world asks: so distributed that evidence of b bits is enough in `1 / (1 + 2^(prior - b))` of the worlds.
fn quantiles(prior_bits: f64) -> Vec<f64> {
    let share = |place: usize| (place as f64 + 0.5) / QUANTILES as f64;
    (0..QUANTILES).map(|place| prior_bits + (share(place) / (1.0 - share(place))).log2()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(arcs: &[Arc], place: usize) -> f64 {
        let keys: Vec<u64> = (0..4).map(mix).collect();
        let odds = Odds { keys: &keys, arcs, sources: &[0], caps: &[20.0, 20.0], prior_bits: 14.0 };
        f64::from(count(&odds.worlds()[place])) / f64::from(WORLDS)
    }

    fn arc(from: u32, to: u32, family: u16, bits: f64, right: f64) -> Arc {
        Arc { from, to, family, bits, holds: worlds(mix(u64::from(from * 10 + to)), right) }
    }

    #[test]
    fn as_many_worlds_as_probable() {
        for permille in [0, 1, 20, 300, 500, 870, 999, 1000] {
            let probability = f64::from(permille) / 1000.0;
            let held: u32 = (0..50).map(|key| count(&worlds(mix(key), probability))).sum();
            let share = f64::from(held) / f64::from(50 * WORLDS);
            assert!((share - probability).abs() < 0.01, "{probability}: {share}");
        }
    }

    #[test]
    fn more_probable_holds_in_the_same_worlds_and_more() {
        for key in 0..20 {
            let (less, more) = (worlds(key, 0.31), worlds(key, 0.64));
            assert!((0..LANES).all(|lane| less[lane] & !more[lane] == 0));
        }
    }

    #[test]
    fn one_tie_is_worth_its_posterior_and_a_chain_the_product() {
        assert!((share(&[arc(0, 1, 0, 14.0, 1.0)], 1) - 0.5).abs() < 0.05);
        assert!((share(&[arc(0, 1, 0, 20.0, 0.6)], 1) - 0.59).abs() < 0.05);
        assert!((share(&[arc(0, 1, 0, 20.0, 0.6), arc(1, 2, 0, 20.0, 0.6)], 2) - 0.35).abs() < 0.05);
    }

    #[test]
    fn independent_evidence_adds_up_in_bits_and_a_family_only_to_its_cap() {
        let two = [arc(0, 1, 0, 30.0, 1.0), arc(0, 2, 0, 9.0, 1.0), arc(1, 2, 1, 9.0, 1.0)];
        assert!(share(&two[1..2], 2) < 0.08);
        assert!(share(&two, 2) > 0.9);
        let alike = [arc(0, 1, 0, 30.0, 1.0), arc(0, 2, 0, 12.0, 1.0), arc(1, 2, 0, 12.0, 1.0)];
        assert!((share(&alike, 2) - 0.984).abs() < 0.03);
    }
}
