//! Money that comes back to where it left.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::chance::{Step, way_bits};
use super::payments::Paid;
use super::{Choice, Finding, Order, Pattern, Payments};

/// Payments that make a cycle, in the order of the accounts.
type Round = Vec<u32>;

impl Payments {
    /// Cycles of three accounts or more, each set of accounts in one order once, by its rarest payments; and how many first
    /// payments had too many to look through.
    pub(super) fn cycles(&self, choice: &Choice) -> (Vec<Finding>, usize) {
        let starts = 0..self.all.len() as u32;
        let of_each: Vec<(Vec<Finding>, bool)> =
            starts.into_par_iter().map(|start| self.cycles_from(start, choice)).collect();
        let cut_short = of_each.iter().filter(|(_, is_cut)| *is_cut).count();
        let findings = of_each.into_iter().flat_map(|(findings, _)| findings);
        (rarest(findings), cut_short)
    }

    fn cycles_from(&self, start: u32, choice: &Choice) -> (Vec<Finding>, bool) {
        let mut search = Search { payments: self, choice, first: start, start: *self.paid(start), steps: 0 };
        let mut rounds = Vec::new();
        search.follow(&mut vec![start], &mut rounds);
        let is_cut = search.steps > choice.most_steps;
        (rarest(rounds.iter().map(|round| self.cycle(round, choice))), is_cut)
    }

    fn cycle(&self, round: &[u32], choice: &Choice) -> Finding {
        let accounts: Vec<u32> = round.iter().map(|number| self.paid(*number).payer).collect();
        let least = (0..accounts.len()).min_by_key(|place| accounts[*place]).unwrap_or_default();
        let mut names = self.names(&accounts);
        names.rotate_left(least);
        Finding {
            pattern: Pattern::Cycle,
            bits: self.cycle_bits(round, choice),
            accounts: names,
            payments: self.places(round.iter().copied()),
        }
    }

    /// Any payment may be the first, and the last must reach its account, of all there are.
    fn cycle_bits(&self, round: &[u32], choice: &Choice) -> f64 {
        let first = self.paid(round[0]);
        let reaching = self.received[first.payer as usize].len() as f64;
        let step = |pair: &[u32]| {
            let (before, next) = (self.paid(pair[0]), self.paid(pair[1]));
            let whole = if choice.order == Order::Any { first.amount } else { before.amount };
            self.step(next, reach(choice), whole, (whole * choice.kept, whole))
        };
        let steps: Vec<Step> = round.windows(2).map(step).collect();
        way_bits(reaching, &steps)
    }
}

/// Seconds in which a payment of the cycle may lie, as seen from another.
fn reach(choice: &Choice) -> u32 {
    match choice.order {
        Order::Following => choice.window,
        Order::Any => choice.window.saturating_mul(2),
    }
}

/// A search in depth for the cycles that begin with one payment: the earliest, or, in any order, the largest. So each is found once.
struct Search<'a> {
    payments: &'a Payments,
    choice: &'a Choice,
    first: u32,
    start: Paid,
    steps: usize,
}

impl Search<'_> {
    fn follow(&mut self, way: &mut Round, rounds: &mut Vec<Round>) {
        for number in self.nexts(way) {
            self.steps += 1;
            if self.steps > self.choice.most_steps {
                return;
            }
            let payee = self.payments.paid(number).payee;
            way.push(number);
            if payee == self.start.payer && way.len() > 2 {
                rounds.push(way.clone());
            } else if way.len() < self.choice.most_hops && !self.passes(way, payee) {
                self.follow(way, rounds);
            }
            way.pop();
        }
    }

    /// Whether an account is on the way already, as payer of any of its payments.
    fn passes(&self, way: &[u32], account: u32) -> bool {
        way.iter().any(|number| self.payments.paid(*number).payer == account)
    }

    fn nexts(&self, way: &[u32]) -> Vec<u32> {
        let last = *self.payments.paid(way[way.len() - 1]);
        let (from, until) = self.times(way, &last);
        let made = self.payments.made_between(last.payee, from, until);
        if made.len() > self.choice.busy {
            return Vec::new();
        }
        made.iter().copied().filter(|number| self.fits(&last, *number)).collect()
    }

    /// From which moment until which the next payment must be made.
    fn times(&self, way: &[u32], last: &Paid) -> (u32, u32) {
        let window = self.choice.window;
        if self.choice.order == Order::Following {
            return (last.at.saturating_add(1), self.start.at.saturating_add(window));
        }
        let times = way.iter().map(|number| self.payments.paid(*number).at);
        let (first, latest) =
            times.fold((u32::MAX, 0), |(first, latest), at| (first.min(at), latest.max(at)));
        (latest.saturating_sub(window), first.saturating_add(window))
    }

    fn fits(&self, last: &Paid, number: u32) -> bool {
        let amount = self.payments.paid(number).amount;
        let is_kept = |whole: f64| amount <= whole && amount >= whole * self.choice.kept;
        match self.choice.order {
            Order::Following => is_kept(last.amount),
            Order::Any => is_kept(self.start.amount) && (amount, number) < (self.start.amount, self.first),
        }
    }
}

/// Of findings about the same accounts the rarest, and of equally rare ones the first.
fn rarest(findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut best = BTreeMap::new();
    for finding in findings {
        let kept = best.entry(finding.accounts.clone()).or_insert_with(|| finding.clone());
        if finding.bits > kept.bits {
            *kept = finding;
        }
    }
    best.into_values().collect()
}
