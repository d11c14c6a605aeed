//! Money that goes from account to account and does not come back, as far as this ledger shows: it may leave for another bank.

use std::cmp::Ordering;
use std::collections::HashSet;

use entente_model::VertexNo;
use rayon::prelude::*;

use super::chance::{Step, way_bits};
use super::payments::Paid;
use super::{Choice, Finding, Order, Pattern, Payments};

/// Payments of a chain at least: the money is passed on twice.
const LEAST: usize = 3;

impl Payments {
    /// Chains, each account told of in its rarest.
    pub(super) fn chains(&self, choice: &Choice) -> Vec<Finding> {
        let starts = 0..self.all.len() as u32;
        let mut chains: Vec<Finding> =
            starts.into_par_iter().filter_map(|start| self.chain_from(start, choice)).collect();
        chains.sort_by(|one, other| {
            other.bits.total_cmp(&one.bits).then_with(|| one.accounts.cmp(&other.accounts))
        });
        let mut told: HashSet<VertexNo> = HashSet::new();
        chains.retain(|chain| {
            let is_new = chain.accounts.iter().any(|account| !told.contains(account));
            told.extend(&chain.accounts);
            is_new
        });
        chains
    }

    /// The rarest beginning of the way on which, at each account, what is closest in amount is taken for the same money. One of
    /// several lengths is chosen, which makes it that much less rare.
    fn chain_from(&self, start: u32, choice: &Choice) -> Option<Finding> {
        let beginnings = self.all.len() as f64 * choice.most_hops as f64;
        let (mut way, mut steps) = (vec![start], Vec::new());
        let mut best = None;
        while way.len() < choice.most_hops {
            let Some((next, step)) = self.closest(&way, choice) else { break };
            way.push(next);
            steps.push(step);
            let bits = way_bits(beginnings, &steps);
            let is_better = best.is_none_or(|(_, most)| bits > most);
            if way.len() >= LEAST && bits > 0.0 && is_better {
                best = Some((way.len(), bits));
            }
        }
        let (length, bits) = best?;
        way.truncate(length);
        Some(self.chain(&way, bits))
    }

    fn chain(&self, way: &[u32], bits: f64) -> Finding {
        let last = way.last().map(|number| self.paid(*number).payee);
        let accounts: Vec<u32> = way.iter().map(|number| self.paid(*number).payer).chain(last).collect();
        Finding {
            pattern: Pattern::Chain,
            bits,
            accounts: self.names(&accounts),
            payments: self.places(way.iter().copied()),
        }
    }

    /// The payment that goes on from a way, to an account not on it, and what chance makes of it.
    fn closest(&self, way: &[u32], choice: &Choice) -> Option<(u32, Step)> {
        let (first, last) = (self.paid(way[0]), self.paid(way[way.len() - 1]));
        let (from, until) = times(first, last, choice);
        let made = self.made_between(last.payee, from, until);
        if made.len() > choice.busy {
            return None;
        }
        let (whole, taken) = same_money(first, last, choice);
        let met = |account: u32| way.iter().any(|number| self.paid(*number).payer == account);
        let fits = |next: &Paid| (taken.0..=taken.1).contains(&next.amount) && !met(next.payee);
        let distance = |number: u32| (self.paid(number).amount / whole).ln().abs();
        let fitting = made.iter().copied().filter(|number| fits(self.paid(*number)));
        let next = fitting.min_by(|one, other| {
            let (one, other) = (*one, *other);
            distance(one).total_cmp(&distance(other)).then_with(|| self.earlier(one, other))
        })?;
        Some((next, self.step(self.paid(next), until.saturating_sub(from), whole, taken)))
    }

    /// By time, and at the same time by whom it reached: not by how the payments happened to be told.
    fn earlier(&self, one: u32, other: u32) -> Ordering {
        let key = |number: u32| (self.paid(number).at, self.paid(number).payee);
        key(one).cmp(&key(other))
    }
}

/// From which moment until which the next payment must be made.
fn times(first: &Paid, last: &Paid, choice: &Choice) -> (u32, u32) {
    let until = first.at.saturating_add(choice.window);
    match choice.order {
        Order::Following => (last.at.saturating_add(1), until),
        Order::Any => (first.at.saturating_sub(choice.window), until),
    }
}

/// With which amount the next is compared, and between which it is taken for the same money. Following payments lose fees one after the
/// other; in any order there is no telling which came first, so all are like the first.
fn same_money(first: &Paid, last: &Paid, choice: &Choice) -> (f64, (f64, f64)) {
    match choice.order {
        Order::Following => (last.amount, (last.amount * choice.kept, last.amount)),
        Order::Any => (first.amount, (first.amount * choice.kept, first.amount / choice.kept)),
    }
}
