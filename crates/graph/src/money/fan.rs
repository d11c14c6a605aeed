//! Many who pay one, or are paid by one, within a short time.

use std::collections::HashMap;

use rayon::prelude::*;

use super::chance::rarity;
use super::{Choice, Finding, Pattern, Payments};

impl Payments {
    pub(super) fn fans(&self, choice: &Choice) -> Vec<Finding> {
        let accounts = 0..self.accounts.len() as u32;
        let both = |account: u32| {
            let payers = |number: u32| self.paid(number).payer;
            let payees = |number: u32| self.paid(number).payee;
            let (received, made) = (&self.received[account as usize], &self.made[account as usize]);
            let fan_in = self.fan(Pattern::FanIn, account, received, payers, choice);
            [fan_in, self.fan(Pattern::FanOut, account, made, payees, choice)]
        };
        accounts.into_par_iter().flat_map_iter(both).flatten().collect()
    }

    /// The time at which an account had to do with most others, if that is more than its own payments, spread evenly, make of
    /// it. Every payment begins a stretch of time that is looked at: so the first
    /// is given, the others are what is rare, and must be rarer than one in all payments.
    fn fan(
        &self,
        pattern: Pattern,
        account: u32,
        numbers: &[u32],
        other: impl Fn(u32) -> u32,
        choice: &Choice,
    ) -> Option<Finding> {
        let (start, end, others) = self.fullest(numbers, other, choice.dwell)?;
        let expected = numbers.len() as f64 * self.share_of_time(choice.dwell);
        Some(Finding {
            pattern,
            bits: rarity(others.saturating_sub(1), expected) - (self.all.len() as f64).log2(),
            accounts: self.names(&[account]),
            payments: self.places(numbers[start..end].iter().copied()),
        })
    }

    /// The stretch of payments, no longer than so many seconds, with most others in it, and how many; the first of these.
    fn fullest(
        &self,
        numbers: &[u32],
        other: impl Fn(u32) -> u32,
        seconds: u32,
    ) -> Option<(usize, usize, usize)> {
        let mut present: HashMap<u32, usize> = HashMap::new();
        let mut start = 0;
        let mut best = None;
        for (end, number) in numbers.iter().enumerate() {
            *present.entry(other(*number)).or_default() += 1;
            while self.paid(*number).at - self.paid(numbers[start]).at > seconds {
                leave(&mut present, other(numbers[start]));
                start += 1;
            }
            if best.is_none_or(|(_, _, most)| present.len() > most) {
                best = Some((start, end + 1, present.len()));
            }
        }
        best
    }
}

fn leave(present: &mut HashMap<u32, usize>, other: u32) {
    if let Some(times) = present.get_mut(&other) {
        *times -= 1;
        if *times == 0 {
            present.remove(&other);
        }
    }
}
