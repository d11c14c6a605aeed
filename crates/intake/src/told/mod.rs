//! What sensors, registrars, banks and people tell, each in the format of their trade.
//!
//! A record becomes the things it names and relationships between them ([`Ties`]); the same thing told by anybody is one vertex, the
//! same pair one relationship. Three shapes of files hold such records: JSON lines ([`lines`]), tables with a known header
//! ([`tables`]), and what has a parser of its own ([`pacs`], [`mail`]).

mod accounts;
mod bounded;
mod lines;
mod mail;
mod pacs;
mod passive_dns;
mod rdap;
mod reports;
mod rows;
mod scan;
mod sinkhole;
mod tables;
mod ties;
mod transfers;
mod xarf;

use std::io::BufRead;

use entente_model::{Fingerprint, parse_timestamp};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;

use crate::{Context, Outcome, Place, ReadError, Sink};
use ties::{Fault, Seen, Ties, stix};

pub(crate) use mail::is_mail;

/// A record of a format: what it is called by, and what it tells.
trait Told: DeserializeOwned {
    /// In which edition of which format it is: the same bytes in another would tell something else.
    const EDITION: &'static str;

    /// By what the record's writer knows it.
    fn name(&self) -> Option<&str>;

    /// Gathers what it tells.
    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault>;
}

/// Formats of records, told by the beginning of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trade {
    /// What servers show to a scan, JSON lines.
    Scan,
    /// Passive DNS in the common output format (draft-dulaunoy-dnsop-passive-dns-cof).
    PassiveDns,
    /// RDAP domain objects (RFC 9083), JSON lines.
    Rdap,
    /// X-ARF version 4, JSON lines.
    Xarf,
    /// Victims' reports, JSON lines.
    Reports,
    /// A sinkhole report as Shadowserver heads it.
    Sinkhole,
    /// A bank's bookings.
    Ledger,
    /// Accounts and who holds them.
    Accounts,
    /// What a bank's monitoring found suspicious.
    Alerts,
    /// Transactions between wallets.
    Wallets,
    /// An exchange's customers.
    Customers,
    /// Credit transfers between banks: pacs.008 (ISO 20022).
    Transfers,
    /// Messages (RFC 5322), one or a mailbox of them (RFC 4155).
    Mail,
}

impl Trade {
    /// The format of JSON records whose first has these members.
    pub(crate) fn of_members(has: impl Fn(&str) -> bool) -> Option<Trade> {
        let shapes: [(Trade, &[&str]); 5] = [
            (Trade::PassiveDns, &["rrname", "rrtype", "rdata"]),
            (Trade::Rdap, &["objectClassName", "ldhName"]),
            (Trade::Xarf, &["xarf_version", "source_identifier"]),
            (Trade::Reports, &["report_id", "report_type", "subjects"]),
            (Trade::Scan, &["timestamp", "ip", "port"]),
        ];
        shapes
            .into_iter()
            .find(|(_, members)| members.iter().all(|member| has(member)))
            .map(|(trade, _)| trade)
    }

    /// The format of a table with these columns.
    pub(crate) fn of_columns(columns: &[&str]) -> Option<Trade> {
        let shapes: [(Trade, &[&str]); 6] = [
            (Trade::Sinkhole, sinkhole::COLUMNS),
            (Trade::Ledger, transfers::LEDGER),
            (Trade::Wallets, transfers::WALLETS),
            (Trade::Accounts, accounts::ACCOUNTS),
            (Trade::Alerts, accounts::ALERTS),
            (Trade::Customers, accounts::CUSTOMERS),
        ];
        let fits = |wanted: &[&str]| wanted.iter().all(|column| columns.contains(column));
        shapes.into_iter().find(|(_, wanted)| fits(wanted)).map(|(trade, _)| trade)
    }

    /// Reads a file of this format.
    pub(crate) fn read(
        self,
        context: &Context,
        place: &Place,
        input: &mut dyn BufRead,
        sink: &mut Sink<'_>,
    ) -> Result<(), ReadError> {
        match self {
            Trade::Scan => lines::read::<scan::Scan>(context, place, input, sink),
            Trade::PassiveDns => lines::read::<passive_dns::Answer>(context, place, input, sink),
            Trade::Rdap => lines::read::<rdap::Registration>(context, place, input, sink),
            Trade::Xarf => lines::read::<xarf::Abuse>(context, place, input, sink),
            Trade::Reports => lines::read::<reports::Report>(context, place, input, sink),
            Trade::Sinkhole => sinkhole::read(context, place, input, sink),
            Trade::Ledger => tables::read::<transfers::Booking>(context, place, input, sink),
            Trade::Wallets => tables::read::<transfers::Coin>(context, place, input, sink),
            Trade::Accounts => tables::read::<accounts::Holding>(context, place, input, sink),
            Trade::Alerts => tables::read::<accounts::Alert>(context, place, input, sink),
            Trade::Customers => tables::read::<accounts::Customer>(context, place, input, sink),
            Trade::Transfers => pacs::read(context, place, input, sink),
            Trade::Mail => mail::read(context, place, input, sink),
        }
    }
}

/// What a record's bytes are known by, and whether they were taken in before.
fn recall(context: &Context, edition: &str, raw: &[u8]) -> (Option<Fingerprint>, bool) {
    let recall = context.recall.as_ref();
    let fingerprint = recall.map(|recall| recall.fingerprint(edition, raw));
    let known = recall.zip(fingerprint).is_some_and(|(recall, fingerprint)| recall.knows(&fingerprint));
    (fingerprint, known)
}

/// What becomes of a record.
fn outcome<T: Told>(context: &Context, record: &T) -> Result<Outcome, String> {
    gathered(context, |ties| record.tell(ties))
}

fn gathered(
    context: &Context,
    tell: impl FnOnce(&mut Ties<'_>) -> Result<(), Fault>,
) -> Result<Outcome, String> {
    let mut ties = Ties::new(context);
    match tell(&mut ties) {
        Ok(()) => Ok(Outcome::Drafts(ties.drafts())),
        Err(Fault::Excluded(class)) => Ok(Outcome::Excluded(class)),
        Err(Fault::Wrong(reason)) => Err(reason),
    }
}

/// A time in any of the spellings of these formats: RFC 3339, a date, or date and time in UTC with a blank between.
fn moment(text: &str) -> Result<Timestamp, Fault> {
    let text = text.trim();
    let utc = |time: civil::DateTime| TimeZone::UTC.to_timestamp(time).ok();
    parse_timestamp(text)
        .ok()
        .or_else(|| text.parse::<civil::DateTime>().ok().and_then(utc))
        // RFC 3339 has no years before.
        .filter(|time| TimeZone::UTC.to_datetime(*time).year() >= 0)
        .ok_or_else(|| Fault::wrong(format!("`{text}` is no time: write it as 2026-03-01T09:30:00Z")))
}

/// A value that has to be there.
fn needed<'t>(what: &str, value: Option<&'t str>) -> Result<&'t str, Fault> {
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    value.ok_or_else(|| Fault::wrong(format!("it has no `{what}`, which every record of this format has")))
}

/// A value that may be left out, or left empty.
fn given(value: Option<&String>) -> Option<&str> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
