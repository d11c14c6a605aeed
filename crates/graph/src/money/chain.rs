//! Money that goes from account to account and does not come back, as far as this ledger shows: it may leave for another bank.

use std::cmp::Ordering;
use std::collections::HashSet;

use entente_model::VertexNo;
use rayon::prelude::*;

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

    /// The rarest beginning of the way on which, at each account, what is closest in amount is taken for the same money.
    fn chain_from(&self, start: u32, choice: &Choice) -> Option<Finding> {
        let mut way = vec![start];
        let mut bits = -(self.all.len() as f64).log2();
        let mut best = None;
        while way.len() < choice.most_hops {
            let Some((next, expected)) = self.closest(&way, choice) else { break };
            way.push(next);
            bits -= expected.log2();
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

    /// The payment that goes on from a way, to an account not on it, and how many so close were to be expected.
    fn closest(&self, way: &[u32], choice: &Choice) -> Option<(u32, f64)> {
        let (first, last) = (*self.paid(way[0]), *self.paid(way[way.len() - 1]));
        let (from, until) = match choice.order {
            Order::Following => (last.at.saturating_add(1), first.at.saturating_add(choice.window)),
            Order::Any => (first.at.saturating_sub(choice.window), first.at.saturating_add(choice.window)),
        };
        let made = self.made_between(last.payee, from, until);
        if made.len() > choice.busy {
            return None;
        }
        let met = |account: u32| way.iter().any(|number| self.paid(*number).payer == account);
        let fits = |next: &Paid| is_same_money(&first, &last, next, choice) && !met(next.payee);
        let distance = |number: u32| (self.paid(number).amount / last.amount).ln().abs();
        let fitting = made.iter().copied().filter(|number| fits(self.paid(*number)));
        let next = fitting.min_by(|one, other| {
            let (one, other) = (*one, *other);
            distance(one).total_cmp(&distance(other)).then_with(|| self.earlier(one, other))
        })?;
        Some((next, self.expected(last.payee, until - from, last.amount, self.paid(next).amount)))
    }

    /// By time, and at the same time by whom it reached: not by how the payments happened to be told.
    fn earlier(&self, one: u32, other: u32) -> Ordering {
        let key = |number: u32| (self.paid(number).at, self.paid(number).payee);
        key(one).cmp(&key(other))
    }
}

/// Following payments lose fees one after the other; in any order there is no telling which came first, so all are like the first.
fn is_same_money(first: &Paid, last: &Paid, next: &Paid, choice: &Choice) -> bool {
    match choice.order {
        Order::Following => next.amount <= last.amount && next.amount >= last.amount * choice.kept,
        Order::Any => {
            let (less, more) = (first.amount.min(next.amount), first.amount.max(next.amount));
            less >= more * choice.kept
        }
    }
}
