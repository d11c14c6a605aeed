//! Money that moves as launderers move it: what is found in the payments that a viewer may see, ranked.
//!
//! ```text
//! Asks ─► app/answers ─► look.rs ─► ledger.rs: the payments this viewer may see, by currency, told apart by once.rs
//!                           │
//!                           ├─► entente_graph::money, once for each currency: amounts of two do not compare
//!                           └─► shown.rs: each finding with its accounts and payments
//! ```
//!
//! Accounts are named, for they are what is asked about; who holds them is not.

mod ledger;
mod look;
mod once;
mod shown;

use std::sync::Arc;

use entente_graph::money::{Order, Pattern};
use entente_model::CompartmentSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answers::{Answers, Inquiry};
use super::view::{Count, ObjectSummary};
use super::{App, AppError, Viewer};

/// What [`chosen`] reads and [`name`] writes, in the order of [`Pattern::ALL`].
pub(crate) const PATTERNS: [&str; 7] =
    ["cycle", "chain", "pass-through", "fan-in", "fan-out", "scatter-gather", "structuring"];
/// Findings told of each pattern, at most: an answer is kept, and nobody reads on to the end of thousands.
const OF_EACH: usize = 50;
/// Findings told unless asked otherwise.
const FEW: usize = 50;

/// Which findings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct MoneyRequest {
    /// Only this pattern: `cycle`, `chain`, `pass-through`, `fan-in`, `fan-out`, `scatter-gather` or `structuring`.
    pub(crate) pattern: Option<String>,
    /// Whether the payments of a cycle or chain may come in any order, as when somebody advances what comes later. Otherwise each is
    /// later than the one before.
    pub(crate) any_order: bool,
    /// So many at most; 50 when absent, and never more than 50 of one pattern.
    pub(crate) limit: Option<usize>,
}

/// What was found, as far as it is known at this moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MoneyView {
    /// The last answer; absent while the first is being made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<LaunderingView>,
    /// Claims told since that the answer does not know.
    pub(crate) claims_since: u64,
    /// A newer answer is being made: ask again in a moment.
    pub(crate) making: bool,
}

/// What was found, and in what.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LaunderingView {
    /// When this was looked for (RFC 3339).
    pub(crate) made_at: String,
    /// What was found, the rarest first.
    pub(crate) findings: Vec<MoneyFindingView>,
    /// What was found beyond these, or within them.
    pub(crate) more: u64,
    /// How many were found of each pattern, of those that were found at all.
    pub(crate) patterns: Vec<Count>,
    /// How many payments were looked at in each currency, the most first. Only payments in one currency are compared.
    pub(crate) currencies: Vec<Count>,
    /// Payments looked at, each once.
    pub(crate) payments: u64,
    /// Payments that another teller tells under another name; they are counted once.
    pub(crate) told_again: u64,
    /// Payments that were left out, by why, in words.
    pub(crate) left_out: Vec<Count>,
    /// Payments that were not looked at because there are too many; those told last were.
    pub(crate) not_read: u64,
    /// First payments of which not all cycles were looked for, because there are too many.
    pub(crate) cut_short: u64,
}

/// Payments that make a pattern.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MoneyFindingView {
    /// Which pattern: `cycle`, `chain`, `pass-through`, `fan-in`, `fan-out`, `scatter-gather` or `structuring`.
    pub(crate) pattern: &'static str,
    /// How rare it is: of 2^bits ledgers with the same payments at random times and in random amounts, one has one so rare.
    pub(crate) bits: f64,
    /// Whether a rarer finding stands on all of its payments, too: part of a round is a chain. It is told when its pattern is asked
    /// for, and not among all.
    pub(crate) within: bool,
    /// The accounts that make it. Of a cycle or chain in the order of payment; of pass-through and fans the one in the middle; of
    /// scatter-gather who scatters, where it is gathered, and who is between; of structuring payer and payee. Who begins a chain or
    /// pays in parts may be who was robbed.
    pub(crate) accounts: Vec<ObjectSummary>,
    /// Accounts between the two of scatter-gather beyond these.
    pub(crate) more_accounts: u64,
    /// Accounts that only paid into it or were paid out of it: they are counted, not named.
    pub(crate) others: u64,
    /// Whether each payment of a cycle or chain is later than the one before and no larger: the money itself went this way.
    pub(crate) follows: bool,
    /// What went in: the first payment of a cycle or chain, what came to who passes it on, all that a fan or parts are. Of a cycle or
    /// chain that does not follow, its largest payment.
    pub(crate) amount_start: f64,
    /// What came out: the last payment of a cycle or chain, what was passed on; of fans and parts the same as went in. Of a cycle or
    /// chain that does not follow, its smallest payment.
    pub(crate) amount_end: f64,
    /// The currency of all its payments, as they are told.
    pub(crate) currency: String,
    /// When the first payment was made (RFC 3339).
    pub(crate) first: String,
    /// When the last was.
    pub(crate) last: String,
    /// The payments it stands on, by time.
    pub(crate) payments: Vec<MoneyPaymentView>,
    /// Payments it stands on beyond these.
    pub(crate) more_payments: u64,
    /// Who tells of its payments.
    pub(crate) sources: Vec<String>,
}

/// A payment a finding stands on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MoneyPaymentView {
    /// Its ids: several when tellers know it under different ones.
    pub(crate) ids: Vec<String>,
    /// The account it left, when that is one of the finding's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// The account it reached, when that is one of the finding's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<String>,
    /// How much.
    pub(crate) amount: f64,
    /// When (RFC 3339).
    pub(crate) at: String,
    /// The claims that say so.
    pub(crate) claims: Vec<u32>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asks {
    any_order: bool,
}

impl App {
    /// What is found in the payments this viewer may see: the last answer, while a newer one is made where that is due.
    pub(crate) fn money(
        self: &Arc<App>,
        viewer: &Viewer,
        request: &MoneyRequest,
        now: Timestamp,
    ) -> Result<MoneyView, AppError> {
        let chosen = chosen(request)?;
        let told = self.ask(viewer, Asks { any_order: request.any_order }, now)?;
        Ok(MoneyView {
            claims_since: told.claims_since,
            making: told.making,
            answer: told.answer.map(|answer| answer.view.only(chosen, request.limit)),
        })
    }

    /// What is found in the payments this viewer may see, looked for now.
    pub(crate) fn money_now(
        &self,
        viewer: &Viewer,
        request: &MoneyRequest,
    ) -> Result<LaunderingView, AppError> {
        let chosen = chosen(request)?;
        let found = self.ask_now(viewer, Asks { any_order: request.any_order })?;
        Ok(found.only(chosen, request.limit))
    }
}

impl Inquiry for Asks {
    type View = LaunderingView;
    const NAME: &'static str = "laundering";

    /// No pattern is nearer to now than another.
    fn moves(&self) -> bool {
        false
    }

    fn answers(app: &App) -> &Answers<Asks> {
        &app.laundering
    }

    fn look(
        &self,
        app: &App,
        compartments: &CompartmentSet,
        now: Timestamp,
    ) -> Result<LaunderingView, AppError> {
        let order = if self.any_order { Order::Any } else { Order::Following };
        app.laundering_in(compartments, order, now)
    }
}

impl LaunderingView {
    /// The same with findings of one pattern, or all, and so many at most.
    fn only(&self, chosen: Option<Pattern>, limit: Option<usize>) -> LaunderingView {
        let is_chosen = |pattern: &str| chosen.is_none_or(|chosen| name(chosen) == pattern);
        let mut view = self.clone();
        view.findings.retain(|finding| is_chosen(finding.pattern) && (chosen.is_some() || !finding.within));
        view.findings.truncate(limit.unwrap_or(FEW));
        let found: u64 =
            view.patterns.iter().filter(|count| is_chosen(&count.name)).map(|count| count.count).sum();
        view.more = found.saturating_sub(view.findings.len() as u64);
        view
    }
}

fn name(pattern: Pattern) -> &'static str {
    let place = Pattern::ALL.iter().position(|one| *one == pattern);
    PATTERNS[place.unwrap_or_default()]
}

fn chosen(request: &MoneyRequest) -> Result<Option<Pattern>, AppError> {
    let Some(asked) = &request.pattern else { return Ok(None) };
    let place = PATTERNS.iter().position(|name| name == asked);
    place.map(|place| Some(Pattern::ALL[place])).ok_or_else(|| {
        AppError::invalid(format!("`{asked}` is no pattern: say one of {}", PATTERNS.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_goes_by_its_name() {
        let names = Pattern::ALL.map(|pattern| (name(pattern), format!("{pattern:?}").to_lowercase()));
        assert!(names.iter().all(|(name, word)| name.replace('-', "") == *word), "{names:?}");
        for pattern in Pattern::ALL {
            let request = MoneyRequest { pattern: Some(name(pattern).to_owned()), ..MoneyRequest::default() };
            assert_eq!(chosen(&request).unwrap(), Some(pattern));
        }
    }
}
