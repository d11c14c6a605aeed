//! What chance would make of the same payments.

use super::Payments;
use super::payments::Paid;

/// A term that is a smaller share of its sum changes nothing.
const NEGLIGIBLE: f64 = 1e-12;

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

    /// What chance makes of a payment that goes on from another: how many of the account's in so many seconds would be taken for the
    /// same money, and which share of these is at least so close in amount.
    pub(super) fn step(&self, next: &Paid, seconds: u32, whole: f64, taken: (f64, f64)) -> Step {
        let mirrored = whole * whole / next.amount;
        let (low, high) = (next.amount.min(mirrored).max(taken.0), next.amount.max(mirrored).min(taken.1));
        let expected = self.expected(next.payer, seconds, taken.0, taken.1);
        let closeness = self.alike(low, high) / self.alike(taken.0, taken.1);
        Step { expected, closeness: closeness.min(1.0) }
    }
}

/// One step of a way of money.
#[derive(Clone, Copy)]
pub(super) struct Step {
    expected: f64,
    closeness: f64,
}

/// Bits of how many ways of these steps, all at least so close together, a ledger has by chance when so many payments may begin one.
pub(super) fn way_bits(beginnings: f64, steps: &[Step]) -> f64 {
    let ways: f64 = steps.iter().map(|step| step.expected.log2()).sum();
    let closeness = steps.iter().map(|step| step.closeness.ln()).sum();
    -(beginnings.log2() + ways + closer(closeness, steps.len()))
}

/// The logarithm to base 2 of the chance that so many numbers between 0 and 1 have a product as small (Fisher 1932); the product is given
/// by its natural logarithm.
fn closer(product: f64, numbers: usize) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for next in 1..numbers {
        term *= -product / next as f64;
        sum += term;
    }
    product / std::f64::consts::LN_2 + f64::log2(sum)
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
    let (mut term, mut sum, mut next) = (1.0, 1.0, found);
    while term > sum * NEGLIGIBLE {
        next += 1.0;
        term *= expected / next;
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

    #[test]
    fn two_numbers_have_a_small_product_oftener_than_one() {
        let half = f64::ln(0.5);
        assert!((closer(half, 1) + 1.0).abs() < 1e-9);
        assert!((closer(half, 2).exp2() - 0.5 * (1.0 - half)).abs() < 1e-9);
    }
}
