//! What chance would make of the same payments.

use super::Payments;

/// Terms of a sum after which nothing changes any more.
const TERMS: u32 = 200;

impl Payments {
    /// The share of all payments whose amount lies between two, both included.
    pub(super) fn alike(&self, one: f64, other: f64) -> f64 {
        let below = self.amounts.partition_point(|amount| *amount < one.min(other));
        let until = self.amounts.partition_point(|amount| *amount <= one.max(other));
        (until - below).max(1) as f64 / self.amounts.len().max(1) as f64
    }

    /// The share of the ledger's time that so many seconds are. Both ends of a moment belong to it, so a second is added.
    pub(super) fn share_of_time(&self, seconds: u32) -> f64 {
        ((f64::from(seconds) + 1.0) / (f64::from(self.span()) + 1.0)).min(1.0)
    }

    /// How many payments of an account are expected, by chance, in so many seconds and between two amounts.
    pub(super) fn expected(&self, account: u32, seconds: u32, one: f64, other: f64) -> f64 {
        let made = self.made[account as usize].len() as f64;
        made * self.share_of_time(seconds) * self.alike(one, other)
    }
}

/// How rare so many are where so many are expected: bits of the upper tail of a Poisson distribution.
pub(super) fn rarity(found: usize, expected: f64) -> f64 {
    let (found, expected) = (found as f64, expected.max(1e-12));
    if found <= expected {
        return 0.0;
    }
    // The tail is its first term times a sum that converges like a geometric series, for each next term is smaller by at most
    // expected/found < 1. Logarithms keep what is too small for a number.
    let first = found * expected.ln() - expected - ln_factorial(found);
    let mut term = 1.0;
    let mut sum = 1.0;
    for next in 1..=TERMS {
        term *= expected / (found + f64::from(next));
        sum += term;
    }
    -(first + f64::ln(sum)) / std::f64::consts::LN_2
}

/// Exact for small numbers, else by Stirling's series, whose error is then below 1e-8.
fn ln_factorial(number: f64) -> f64 {
    if number < 20.0 {
        return (1..=number as u32).map(|factor| f64::from(factor).ln()).sum();
    }
    let tau = std::f64::consts::TAU;
    number * number.ln() - number + 0.5 * (tau * number).ln() + 1.0 / (12.0 * number)
        - 1.0 / (360.0 * number.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_that_of_poisson() {
        let none = f64::exp(-2.0);
        assert!((rarity(3, 2.0) + (1.0 - none * 5.0).log2()).abs() < 1e-9);
        assert!(rarity(2, 2.0) == 0.0);
        assert!(rarity(40, 1.0) > 150.0);
    }
}
