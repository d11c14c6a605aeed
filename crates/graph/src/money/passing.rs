//! Accounts that pay on what they received: alone, or several for the same two.

use std::collections::BTreeMap;
use std::collections::HashSet;

use rayon::prelude::*;

use super::chance::rarity;
use super::{Choice, Finding, Pattern, Payments};

/// A payment and one that may be the same money, paid on.
type Passed = (u32, u32);

impl Payments {
    pub(super) fn passing(&self, choice: &Choice) -> Vec<Finding> {
        let accounts = 0..self.accounts.len() as u32;
        let of_each: Vec<(Vec<Passed>, Option<Finding>)> = accounts
            .into_par_iter()
            .map(|account| {
                let passed = self.passed(account, choice);
                let finding = self.pass_through(account, &passed, choice);
                (passed, finding)
            })
            .collect();
        let passed: Vec<Passed> = of_each.iter().flat_map(|(passed, _)| passed).copied().collect();
        let through = of_each.into_iter().filter_map(|(_, finding)| finding);
        through.chain(self.scatter_gather(&passed)).collect()
    }

    /// Each payment an account received with each that may pass it on, to somebody else; in order of time.
    fn passed(&self, account: u32, choice: &Choice) -> Vec<Passed> {
        let mut passed = Vec::new();
        for before in &self.received[account as usize] {
            let got = self.paid(*before);
            let from = got.at.saturating_add(1);
            let made = self.made_between(account, from, got.at.saturating_add(choice.dwell));
            if made.len() > choice.busy {
                continue;
            }
            passed.extend(made.iter().map(|next| (*before, *next)).filter(|(_, next)| {
                let next = self.paid(*next);
                let is_kept = next.amount <= got.amount && next.amount >= got.amount * choice.kept;
                is_kept && next.payee != got.payer
            }));
        }
        passed
    }

    fn pass_through(&self, account: u32, passed: &[Passed], choice: &Choice) -> Option<Finding> {
        let pairs = paired(passed);
        let chance = |before: &u32| {
            let amount = self.paid(*before).amount;
            let expected = self.expected(account, choice.dwell, amount * choice.kept, amount);
            1.0 - f64::exp(-expected)
        };
        let expected: f64 = self.received[account as usize].iter().map(chance).sum();
        (!pairs.is_empty()).then(|| Finding {
            pattern: Pattern::PassThrough,
            bits: rarity(pairs.len(), expected) - (self.accounts.len() as f64).log2(),
            accounts: self.names(&[account]),
            payments: self.places(pairs.iter().flat_map(|(before, next)| [*before, *next])),
        })
    }

    /// Two accounts between which several others pass on, as many beyond chance as any two accounts may be looked at.
    fn scatter_gather(&self, passed: &[Passed]) -> Vec<Finding> {
        let mut between: BTreeMap<(u32, u32), Vec<Passed>> = BTreeMap::new();
        let mut scattered: BTreeMap<u32, usize> = BTreeMap::new();
        for (before, next) in passed {
            let ends = (self.paid(*before).payer, self.paid(*next).payee);
            between.entry(ends).or_default().push((*before, *next));
            *scattered.entry(ends.0).or_default() += 1;
        }
        let pairs = 2.0 * (self.accounts.len() as f64).log2();
        let found = between.into_iter().filter_map(|((source, target), passed)| {
            let mut through: Vec<u32> = passed.iter().map(|(before, _)| self.paid(*before).payee).collect();
            through.sort_unstable();
            through.dedup();
            let reaching = self.received[target as usize].len() as f64 / self.all.len() as f64;
            let bits = rarity(through.len(), scattered[&source] as f64 * reaching) - pairs;
            (through.len() > 1).then(|| Finding {
                pattern: Pattern::ScatterGather,
                bits,
                accounts: self.names(&[&[source, target], through.as_slice()].concat()),
                payments: self.places(passed.iter().flat_map(|(before, next)| [*before, *next])),
            })
        });
        found.collect()
    }
}

/// Of pairs in order of time, those that use no payment twice: each payment received with the first that may pass it on.
fn paired(passed: &[Passed]) -> Vec<Passed> {
    let mut used = HashSet::new();
    let mut last = None;
    let mut pairs = Vec::new();
    for (before, next) in passed {
        if last != Some(*before) && used.insert(*next) {
            last = Some(*before);
            pairs.push((*before, *next));
        }
    }
    pairs
}
