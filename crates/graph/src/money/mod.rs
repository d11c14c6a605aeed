//! Tracing of money by the known patterns of laundering: which accounts take part in what chance would hardly make.
//!
//! The patterns are those of AMLSim (Suzumura, Kanezashi 2018) and of Altman et al. 2023, *Realistic synthetic financial transactions
//! for anti-money laundering models*: [`Pattern`]. Cycles are searched as in 2SCENT (Kumar, Calders 2018) and Blanuša et al. 2022,
//! along payments that each follow the one before, with what a launderer cannot change: the amount stays, but for a fee.
//!
//! A finding is worth as many bits as it is rarer than in a ledger with the same payments at random times and in random
//! amounts: an account with many payments makes every pattern by chance, so hubs carry nothing, as elsewhere in this crate.
//! Nothing is learned from cases. Work is bounded by [`Choice::busy`] and [`Choice::most_steps`] for each payment, and what was too much is
//! counted. What comes out is a list of what to look at, for a person to judge.
//!
//! ```
//! use entente_graph::money::{Payment, Payments, Choice};
//! use entente_model::VertexNo;
//!
//! let pay = |from, to, amount, day: u32| Payment { payer: VertexNo(from), payee: VertexNo(to), amount, at: day * 86_400 };
//! let mut ledger: Vec<Payment> = (10..60).map(|n| pay(n, n + 1, f64::from(n), n - 10)).collect();
//! ledger.extend([pay(1, 2, 900.0, 3), pay(2, 3, 880.0, 5), pay(3, 1, 870.0, 9)]);
//!
//! let found = Payments::new(ledger).findings(&Choice::default());
//! assert_eq!(found.findings[0].accounts, [VertexNo(1), VertexNo(2), VertexNo(3)]);
//! ```

mod chain;
mod chance;
mod cycle;
mod fan;
mod passing;
mod payments;
mod structuring;

use std::collections::BTreeMap;

use entente_model::VertexNo;

pub use payments::{Payment, Payments};

const HOUR: u32 = 3600;
const DAY: u32 = 24 * HOUR;

/// A way in which money is moved so that it is hard to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// Money goes round and comes back to the account it left.
    Cycle,
    /// Money goes from account to account, nearly whole.
    Chain,
    /// An account pays on what it received, soon and nearly whole.
    PassThrough,
    /// Many pay one within a short time.
    FanIn,
    /// One pays many within a short time.
    FanOut,
    /// One pays several, who pay it on to the same other.
    ScatterGather,
    /// One pays another several like sums within a short time, as who stays below a threshold does.
    Structuring,
}

impl Pattern {
    /// All there are.
    pub const ALL: [Pattern; 7] = [
        Pattern::Cycle,
        Pattern::Chain,
        Pattern::PassThrough,
        Pattern::FanIn,
        Pattern::FanOut,
        Pattern::ScatterGather,
        Pattern::Structuring,
    ];
}

/// Whether the payments of a cycle or chain must follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Each is later than the one before: the money itself goes round. Payments at the same moment do not follow one another.
    Following,
    /// In any order, as when somebody advances what comes later; then all amounts, not only neighbouring ones, are alike.
    Any,
}

/// What counts as a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The least share of an amount that is paid on; the rest is the fee.
    pub kept: f64,
    /// Seconds between the first and the last payment of a cycle or chain.
    pub window: u32,
    /// Seconds for which money stays on an account that passes it on, and within which a fan is paid or a sum in parts.
    pub dwell: u32,
    /// Whether the payments of a cycle or chain must follow one another.
    pub order: Order,
    /// Payments in a cycle or chain at most.
    pub most_hops: usize,
    /// An account that makes more payments than this in the time in which it could pay something on is a business: what it
    /// pays is not what it received.
    pub busy: usize,
    /// Payments looked at for cycles that begin with one payment, at most.
    pub most_steps: usize,
}

impl Default for Choice {
    /// Fees up to a tenth, a month, three days, ten accounts: what the trade calls these patterns (docs/quality.md), fitted on
    /// nothing.
    fn default() -> Choice {
        Choice {
            kept: 0.9,
            window: 30 * DAY,
            dwell: 72 * HOUR,
            order: Order::Following,
            most_hops: 10,
            busy: 256,
            most_steps: 20_000,
        }
    }
}

/// Payments that make a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which.
    pub pattern: Pattern,
    /// How rare it is: one in 2^this ledgers has one so rare by chance.
    pub bits: f64,
    /// The accounts that make it. Of a cycle or chain in the order of payment, of a cycle the smallest number first; of a fan who is in
    /// its middle; of scatter-gather who scatters, where it is gathered, and who is between; of structuring payer and payee. Who begins
    /// a chain or pays in parts may be who was robbed. Who only paid into a fan, or was paid out of one, is not named.
    pub accounts: Vec<VertexNo>,
    /// Places of some of its payments in what [`Payments::new`] was given, ascending.
    pub payments: Vec<u32>,
}

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The rarest first.
    pub findings: Vec<Finding>,
    /// First payments whose cycles were not all looked for, because there are too many.
    pub cut_short: usize,
}

impl Payments {
    /// Every pattern that is rarer than chance makes it.
    pub fn findings(&self, choice: &Choice) -> Findings {
        let (mut findings, cut_short) = self.cycles(choice);
        findings.extend(self.chains(choice));
        findings.extend(self.passing(choice));
        findings.extend(self.fans(choice));
        findings.extend(self.structuring(choice));
        findings.retain(|finding| finding.bits > 0.0);
        findings.sort_by(|one, other| {
            let key = |finding: &Finding| (finding.pattern, finding.accounts.clone());
            other.bits.total_cmp(&one.bits).then_with(|| key(one).cmp(&key(other)))
        });
        Findings { findings, cut_short }
    }
}

impl Findings {
    /// The accounts in any finding with the bits of the rarest, that first. Several findings do not add up: they share payments.
    pub fn suspects(&self) -> Vec<(VertexNo, f64)> {
        let mut best: BTreeMap<VertexNo, f64> = BTreeMap::new();
        for finding in &self.findings {
            for account in &finding.accounts {
                let bits = best.entry(*account).or_default();
                *bits = bits.max(finding.bits);
            }
        }
        let mut suspects: Vec<(VertexNo, f64)> = best.into_iter().collect();
        suspects.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        suspects
    }

    /// Only what is of one pattern.
    pub fn of(&self, pattern: Pattern) -> Findings {
        let findings = self.findings.iter().filter(|finding| finding.pattern == pattern).cloned().collect();
        Findings { findings, cut_short: self.cut_short }
    }
}

#[cfg(test)]
mod tests;
