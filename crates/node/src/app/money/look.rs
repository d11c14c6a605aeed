//! Looking through the payments that one viewer may see.

use std::collections::BTreeMap;

use entente_graph::money::{Choice, Finding, Order, Pattern, Payments};
use entente_model::{CompartmentSet, Kind, VertexNo};
use entente_store::AsOf;
use jiff::Timestamp;

use super::ledger::{Ledger, Reading, Told};
use super::once::once;
use super::shown::Shown;
use super::{LaunderingView, MoneyFindingView, OF_EACH, name};
use crate::app::lens::Lens;
use crate::app::view::Count;
use crate::app::{App, AppError};

/// Payments looked at, at most: those told last. Each is read from the store by itself.
const MOST: usize = 250_000;

/// A finding in one of the ledgers.
type Found<'a> = (&'a str, &'a [Told], Finding);

impl App {
    /// What is found in these compartments.
    pub(super) fn laundering_in(
        &self,
        compartments: &CompartmentSet,
        order: Order,
        now: Timestamp,
    ) -> Result<LaunderingView, AppError> {
        let lens = self.lens_of(compartments, AsOf::Now)?;
        let told_last = told_last(&lens, self.store.extent()?.vertices_end, MOST)?;
        let Ledger { currencies, left_out } = Reading::of(&lens, &told_last)?;
        let all = lens.view.stats()?.by_type.get(Kind::Payment.as_str()).copied().unwrap_or_default();
        let (ledgers, told_again) = each_once(currencies);
        let (found, cut_short) = findings(&ledgers, order);
        let patterns = counts(found.iter().map(|(_, _, finding)| name(finding.pattern).to_owned()));
        Ok(LaunderingView {
            made_at: now.to_string(),
            findings: shown(&lens, &first_of_each(found))?,
            more: 0,
            patterns,
            payments: ledgers.values().map(|told| told.len() as u64).sum(),
            currencies: most_first(ledgers.iter().map(|(name, told)| (name.clone(), told.len() as u64))),
            told_again,
            left_out: most_first(left_out.into_iter().map(|(why, count)| (why.words().to_owned(), count))),
            not_read: if told_last.len() < MOST { 0 } else { all.saturating_sub(MOST as u64) },
            cut_short: cut_short as u64,
        })
    }
}

/// The payments that came last, so many at most, in the order they came. Looks back further and further, so that what is looked at
/// grows with what is wanted and not with the whole store.
fn told_last(lens: &Lens<'_>, end: VertexNo, most: usize) -> Result<Vec<VertexNo>, AppError> {
    let mut back = u32::try_from(most).unwrap_or(u32::MAX);
    loop {
        let after = end.0.checked_sub(back.saturating_add(1)).map(VertexNo);
        let mut payments = lens.view.of_kind(&Kind::Payment, after, usize::MAX)?;
        if payments.len() >= most || after.is_none() {
            payments.drain(..payments.len().saturating_sub(most));
            return Ok(payments);
        }
        back = back.saturating_mul(4);
    }
}

fn each_once(currencies: BTreeMap<String, Vec<Told>>) -> (BTreeMap<String, Vec<Told>>, u64) {
    let mut all = 0;
    let ledgers = currencies.into_iter().map(|(currency, told)| {
        let (told, again) = once(told);
        all += again;
        (currency, told)
    });
    (ledgers.collect(), all)
}

/// All that is found in any currency, the rarest first.
fn findings(ledgers: &BTreeMap<String, Vec<Told>>, order: Order) -> (Vec<Found<'_>>, usize) {
    let choice = Choice { order, ..Choice::default() };
    let (mut found, mut cut_short) = (Vec::new(), 0);
    for (currency, told) in ledgers {
        let payments = Payments::new(told.iter().map(|told| told.payment));
        let of_currency = payments.findings(&choice);
        cut_short += of_currency.cut_short;
        let named = |finding| (currency.as_str(), told.as_slice(), finding);
        found.extend(of_currency.findings.into_iter().map(named));
    }
    found.sort_by(|(_, _, one), (_, _, other)| other.bits.total_cmp(&one.bits));
    (found, cut_short)
}

fn first_of_each(mut found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    let mut of_each = [0; Pattern::ALL.len()];
    found.retain(|(_, _, finding)| {
        let told = &mut of_each[finding.pattern as usize];
        *told += 1;
        *told <= OF_EACH
    });
    found
}

fn shown(lens: &Lens<'_>, found: &[Found<'_>]) -> Result<Vec<MoneyFindingView>, AppError> {
    let view = |(place, (currency, told, finding)): (usize, &Found<'_>)| {
        let view = Shown::new(told, finding.clone()).view(lens, currency)?;
        let within = found[..place].iter().any(|rarer| is_within(&found[place], rarer));
        Ok(MoneyFindingView { within, ..view })
    };
    found.iter().enumerate().map(view).collect()
}

/// Whether one stands on no payment that the other does not stand on: part of a round is a chain, too, and everybody in it passes
/// something on.
fn is_within((currency, _, one): &Found<'_>, (of_other, _, other): &Found<'_>) -> bool {
    let in_other = |payment: &u32| other.payments.binary_search(payment).is_ok();
    currency == of_other && one.payments.iter().all(in_other)
}

fn counts(names: impl Iterator<Item = String>) -> Vec<Count> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    most_first(counts.into_iter())
}

fn most_first(counts: impl Iterator<Item = (String, u64)>) -> Vec<Count> {
    let mut counts: Vec<Count> = counts.map(|(name, count)| Count { name, count }).collect();
    counts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
    counts
}

#[cfg(test)]
mod tests {
    use entente_intake::{Drafter, Limits, Settings};
    use entente_model::{Handling, Tlp};
    use entente_store::{Batch, PreparedBatch, Telling};
    use serde_json::json;

    use super::*;

    /// A node that was told of so many payments, each after two accounts that nothing else is told of.
    fn told(folder: &std::path::Path, payments: u32) -> App {
        let app = App::open(folder).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let handling = Handling::unmarked(Tlp::Green);
        let settings = Settings { handling, format: None, now, limits: Limits::default() };
        let drafter = Drafter::new(&settings, app.atlas());
        let payment = |no: u32| {
            let id = |kind: &str, no: u32| format!("{kind}--{no:08x}-6d5b-4a1c-9f3e-5d2c7b8a9e10");
            let object = json!({
                "type": "payment", "spec_version": "2.1", "id": id("payment", no), "amount": "9", "currency": "EUR",
                "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
                "executed_at": "2026-01-01T00:00:00Z", "debtor_account_ref": id("bank-account", no * 2),
                "creditor_account_ref": id("bank-account", no * 2 + 1),
            });
            Telling::from(vec![drafter.draft(object).unwrap()])
        };
        let batch = Batch {
            source: "Ourbank".to_owned(),
            agreement: None,
            case: None,
            records: (0..payments).map(payment).collect(),
            received_at: now,
            salt: [7; 32],
            received: None,
        };
        app.commit(&PreparedBatch::from(batch)).unwrap();
        app
    }

    #[test]
    fn those_told_last_are_looked_at_however_far_back_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let app = told(folder.path(), 40);
        let viewer = app.owner().unwrap();
        let lens = app.lens(&viewer, AsOf::Now).unwrap();
        let end = app.store.extent().unwrap().vertices_end;
        let all = told_last(&lens, end, 1000).unwrap();
        assert_eq!(all.len(), 40);
        for most in [0, 1, 7, 39, 40] {
            assert_eq!(told_last(&lens, end, most).unwrap(), all[40 - most..], "{most}");
        }
        assert_eq!(Reading::of(&lens, &all[33..]).unwrap().currencies["EUR"].len(), 7);
    }
}
