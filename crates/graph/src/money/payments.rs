//! Payments, found by who paid and by who was paid.

use std::collections::HashMap;

use entente_model::VertexNo;

/// One payment. All payments looked at together are in one currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payment {
    /// Whose account it left.
    pub payer: VertexNo,
    /// Whose account it reached.
    pub payee: VertexNo,
    /// How much.
    pub amount: f64,
    /// When, in seconds since any moment.
    pub at: u32,
}

/// A payment between accounts by their places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paid {
    pub(super) payer: u32,
    pub(super) payee: u32,
    pub(super) amount: f64,
    pub(super) at: u32,
    /// Where it stood in what was given.
    pub(super) place: u32,
}

/// A ledger to look for patterns in.
#[derive(Clone, Debug)]
pub struct Payments {
    /// In order of time.
    pub(super) all: Vec<Paid>,
    /// Per account, numbers of payments it made, in order of time.
    pub(super) made: Vec<Vec<u32>>,
    /// Per account, numbers of payments it received, in order of time.
    pub(super) received: Vec<Vec<u32>>,
    pub(super) accounts: Vec<VertexNo>,
    /// Every amount, ascending.
    pub(super) amounts: Vec<f64>,
}

impl Payments {
    /// A ledger of these payments. What somebody pays themselves, and amounts that are not numbers above 0, are left out.
    pub fn new(payments: impl IntoIterator<Item = Payment>) -> Payments {
        let usable = |payment: &Payment| {
            payment.payer != payment.payee && payment.amount > 0.0 && payment.amount.is_finite()
        };
        let given: Vec<(u32, Payment)> = (0..).zip(payments).filter(|(_, payment)| usable(payment)).collect();
        let mut accounts: Vec<VertexNo> =
            given.iter().flat_map(|(_, payment)| [payment.payer, payment.payee]).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let numbers: HashMap<VertexNo, u32> = accounts.iter().copied().zip(0..).collect();
        let paid = |(place, payment): (u32, Payment)| Paid {
            payer: numbers[&payment.payer],
            payee: numbers[&payment.payee],
            amount: payment.amount,
            at: payment.at,
            place,
        };
        let mut all: Vec<Paid> = given.into_iter().map(paid).collect();
        // By what they are, so that no answer depends on how they happened to be told.
        all.sort_by_key(|paid| (paid.at, paid.payer, paid.payee, paid.amount.to_bits(), paid.place));
        Payments::of_accounts(all, accounts)
    }

    fn of_accounts(all: Vec<Paid>, accounts: Vec<VertexNo>) -> Payments {
        let (mut made, mut received) = (vec![Vec::new(); accounts.len()], vec![Vec::new(); accounts.len()]);
        for (number, paid) in (0..).zip(&all) {
            made[paid.payer as usize].push(number);
            received[paid.payee as usize].push(number);
        }
        let mut amounts: Vec<f64> = all.iter().map(|paid| paid.amount).collect();
        amounts.sort_by(f64::total_cmp);
        Payments { all, made, received, accounts, amounts }
    }

    pub(super) fn paid(&self, number: u32) -> &Paid {
        &self.all[number as usize]
    }

    /// Payments an account made from one moment to another, both included.
    pub(super) fn made_between(&self, account: u32, from: u32, until: u32) -> &[u32] {
        let made = &self.made[account as usize];
        let start = made.partition_point(|number| self.paid(*number).at < from);
        let end = made.partition_point(|number| self.paid(*number).at <= until);
        made.get(start..end).unwrap_or_default()
    }

    /// Seconds from the first payment to the last.
    pub(super) fn span(&self) -> u32 {
        let ends = self.all.first().zip(self.all.last());
        ends.map_or(0, |(first, last)| last.at - first.at)
    }

    pub(super) fn names(&self, accounts: &[u32]) -> Vec<VertexNo> {
        accounts.iter().map(|account| self.accounts[*account as usize]).collect()
    }

    pub(super) fn places(&self, numbers: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut places: Vec<u32> = numbers.into_iter().map(|number| self.paid(number).place).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}
