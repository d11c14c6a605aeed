//! A finding as it is shown: its accounts in the order the money took, what went in and what came out, and what says so.

use std::collections::BTreeSet;

use entente_graph::money::{Finding, Pattern, Payment};
use entente_model::{Object, VertexNo};
use jiff::Timestamp;

use super::ledger::Told;
use super::{MoneyFindingView, MoneyPaymentView, name};
use crate::app::AppError;
use crate::app::lens::Lens;
use crate::app::view::ObjectSummary;

/// Accounts told of a finding, at most: more than a cycle or chain can have.
const ACCOUNTS: usize = 12;
/// Payments told of a finding, at most.
const PAYMENTS: usize = 24;
/// By what an account is called. Some call it by its holder, who is not shown here.
const NUMBERS: [&str; 3] = ["iban", "account_number", "address"];

/// A finding and its payments, by time.
pub(super) struct Shown<'a> {
    finding: Finding,
    payments: Vec<&'a Told>,
}

impl<'a> Shown<'a> {
    /// `told` is the ledger in which it was found.
    pub(super) fn new(told: &'a [Told], mut finding: Finding) -> Shown<'a> {
        let places = finding.payments.iter();
        let mut payments: Vec<&Told> = places.filter_map(|place| told.get(*place as usize)).collect();
        payments.sort_by_key(|told| told.payment.at);
        if finding.pattern == Pattern::Cycle {
            // It begins where the first payment does, as the money or the story did.
            let first = payments.first().map(|told| told.payment.payer);
            let place = finding.accounts.iter().position(|account| Some(*account) == first);
            finding.accounts.rotate_left(place.unwrap_or_default());
        }
        Shown { finding, payments }
    }

    pub(super) fn view(&self, lens: &Lens<'_>, currency: &str) -> Result<MoneyFindingView, AppError> {
        let (amount_start, amount_end) = self.amounts();
        let times = || self.payments.iter().map(|told| told.payment.at);
        let shown = self.payments.iter().take(PAYMENTS);
        Ok(MoneyFindingView {
            pattern: name(self.finding.pattern),
            bits: self.finding.bits,
            within: false,
            accounts: self.accounts(lens)?,
            more_accounts: self.finding.accounts.len().saturating_sub(ACCOUNTS) as u64,
            others: self.others() as u64,
            follows: self.follows(),
            amount_start,
            amount_end,
            currency: currency.to_owned(),
            first: time(times().min()),
            last: time(times().max()),
            payments: shown.map(|told| self.payment(lens, told)).collect::<Result<_, _>>()?,
            more_payments: self.payments.len().saturating_sub(PAYMENTS) as u64,
            sources: self.sources(),
        })
    }

    fn accounts(&self, lens: &Lens<'_>) -> Result<Vec<ObjectSummary>, AppError> {
        let mut accounts = Vec::new();
        for vertex in self.finding.accounts.iter().take(ACCOUNTS) {
            let Some(mut account) = lens.summaries(&[*vertex])?.pop() else { continue };
            let object = lens.view.object(*vertex)?;
            account.label = object.and_then(|object| number(&object)).unwrap_or_else(|| account.id.clone());
            accounts.push(account);
        }
        Ok(accounts)
    }

    /// How many accounts take part without being named.
    fn others(&self) -> usize {
        let ends = self.payments.iter().flat_map(|told| [told.payment.payer, told.payment.payee]);
        let others: BTreeSet<VertexNo> = ends.filter(|end| !self.finding.accounts.contains(end)).collect();
        others.len()
    }

    /// The payments of a cycle or chain in the order of its accounts.
    fn way(&self) -> Vec<Payment> {
        let accounts = &self.finding.accounts;
        let step = |(place, payer): (usize, &VertexNo)| {
            let payee = accounts.get((place + 1) % accounts.len())?;
            let mut paid = self.payments.iter().map(|told| told.payment);
            paid.find(|paid| paid.payer == *payer && paid.payee == *payee)
        };
        accounts.iter().enumerate().filter_map(step).collect()
    }

    fn follows(&self) -> bool {
        let follows = |pair: &[Payment]| pair[0].at < pair[1].at && pair[0].amount >= pair[1].amount;
        self.is_way() && self.way().windows(2).all(follows)
    }

    fn is_way(&self) -> bool {
        matches!(self.finding.pattern, Pattern::Cycle | Pattern::Chain)
    }

    /// What went in and what came out.
    fn amounts(&self) -> (f64, f64) {
        let first = self.finding.accounts.first().copied();
        let second = self.finding.accounts.get(1).copied();
        match self.finding.pattern {
            Pattern::Cycle | Pattern::Chain => self.ends(),
            Pattern::PassThrough => {
                (self.sum(|paid| Some(paid.payee) == first), self.sum(|paid| Some(paid.payer) == first))
            }
            Pattern::ScatterGather => {
                (self.sum(|paid| Some(paid.payer) == first), self.sum(|paid| Some(paid.payee) == second))
            }
            Pattern::FanIn | Pattern::FanOut | Pattern::Structuring => {
                let sum = self.sum(|_| true);
                (sum, sum)
            }
        }
    }

    fn ends(&self) -> (f64, f64) {
        let way: Vec<f64> = self.way().iter().map(|paid| paid.amount).collect();
        if self.follows() {
            return (way.first().copied().unwrap_or_default(), way.last().copied().unwrap_or_default());
        }
        (way.iter().copied().fold(0.0, f64::max), way.iter().copied().reduce(f64::min).unwrap_or_default())
    }

    fn sum(&self, counts: impl Fn(&Payment) -> bool) -> f64 {
        let paid = self.payments.iter().map(|told| &told.payment).filter(|paid| counts(paid));
        // A hundred-millionth is the smallest part of any coin; what is smaller comes of adding.
        let sum: f64 = paid.map(|paid| paid.amount).sum();
        (sum * 1e8).round() / 1e8
    }

    fn payment(&self, lens: &Lens<'_>, told: &Told) -> Result<MoneyPaymentView, AppError> {
        let named = |vertex: VertexNo| match self.finding.accounts.contains(&vertex) {
            true => Ok::<_, AppError>(lens.view.id(vertex)?.map(|id| id.to_string())),
            false => Ok(None),
        };
        let ids = told.vertices.iter().filter_map(|vertex| lens.view.id(*vertex).transpose());
        Ok(MoneyPaymentView {
            ids: ids.map(|id| Ok(id?.to_string())).collect::<Result<_, AppError>>()?,
            from: named(told.payment.payer)?,
            to: named(told.payment.payee)?,
            amount: told.payment.amount,
            at: time(Some(told.payment.at)),
            claims: told.claims.iter().map(|claim| claim.0).collect(),
        })
    }

    fn sources(&self) -> Vec<String> {
        let tellers = self.payments.iter().flat_map(|told| &told.tellers);
        let sources: BTreeSet<&String> = tellers.map(|teller| &teller.source).collect();
        sources.into_iter().cloned().collect()
    }
}

fn number(account: &Object) -> Option<String> {
    NUMBERS.iter().find_map(|property| account.text(property)).map(str::to_owned)
}

fn time(second: Option<u32>) -> String {
    let time = second.and_then(|second| Timestamp::from_second(i64::from(second)).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}
