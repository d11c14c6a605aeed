//! One sum, paid in several like parts.

use std::collections::HashMap;

use rayon::prelude::*;

use super::chance::rarity;
use super::{Choice, Finding, Pattern, Payments};

/// Parts at least: two like payments are a habit or an error.
const LEAST: usize = 3;

impl Payments {
    /// For every two accounts the stretch in which one paid the other most like amounts.
    pub(super) fn structuring(&self, choice: &Choice) -> Vec<Finding> {
        let payers = 0..self.accounts.len() as u32;
        payers.into_par_iter().flat_map_iter(|payer| self.split_by(payer, choice)).collect()
    }

    fn split_by(&self, payer: u32, choice: &Choice) -> Vec<Finding> {
        let mut to: HashMap<u32, Vec<u32>> = HashMap::new();
        for number in &self.made[payer as usize] {
            to.entry(self.paid(*number).payee).or_default().push(*number);
        }
        let several = to.into_values().filter(|numbers| numbers.len() >= LEAST);
        let mut findings: Vec<Finding> =
            several.filter_map(|numbers| self.most_alike(&numbers, choice)).collect();
        findings.sort_by(|one, other| one.accounts.cmp(&other.accounts));
        findings
    }

    fn most_alike(&self, numbers: &[u32], choice: &Choice) -> Option<Finding> {
        let parts = (0..numbers.len()).map(|first| self.alike_from(&numbers[first..], choice));
        let best = parts.reduce(|best, next| if next.len() > best.len() { next } else { best })?;
        let first = self.paid(*best.first()?);
        let reaching = self.received[first.payee as usize].len() as f64 / self.all.len() as f64;
        let (less, more) = (first.amount * choice.kept, first.amount / choice.kept);
        let expected = self.expected(first.payer, choice.dwell, less, more) * reaching;
        (best.len() >= LEAST).then(|| Finding {
            pattern: Pattern::Structuring,
            // The first is given; as many more are what is rare. Any payment may be the first.
            bits: rarity(best.len() - 1, expected) - (self.all.len() as f64).log2(),
            accounts: self.names(&[first.payer, first.payee]),
            payments: self.places(best.iter().copied()),
        })
    }

    /// The first of these payments and those soon after it that are like it.
    fn alike_from(&self, numbers: &[u32], choice: &Choice) -> Vec<u32> {
        let first = self.paid(numbers[0]);
        let soon = numbers.iter().take_while(|number| self.paid(**number).at - first.at <= choice.dwell);
        let alike = |number: &&u32| {
            let amount = self.paid(**number).amount;
            amount.min(first.amount) >= amount.max(first.amount) * choice.kept
        };
        soon.take(choice.busy).filter(alike).copied().collect()
    }
}
