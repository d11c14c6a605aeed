//! The formats in which parties hold what they hold, one file each.
//!
//! A book is written in parts; a part has a beginning, records and an end. Bytes are appended to a buffer, so that nothing
//! here can fail.

mod csv;
mod json;
mod mail;
mod misp;
mod pacs;
mod rdap;
mod report;
mod scan;
mod stix;
mod xarf;

use crate::book::Book;
use crate::record::{Record, Seconds};

/// A part of a book that is being written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) book: Book,
    /// Which part, from 0.
    pub(crate) number: u64,
    /// How many records it will hold.
    pub(crate) count: u64,
    /// When it was put together.
    pub(crate) at: Seconds,
}

/// Whether in words or not, a book of CSV says first what its columns are.
pub(crate) fn begin(out: &mut Vec<u8>, part: Part) {
    match part.book {
        Book::CompanySinkhole | Book::CsirtSinkhole => csv::line(out, csv::SINKHOLE),
        Book::BankLedger => csv::line(out, csv::LEDGER),
        Book::BankAccounts => csv::line(out, csv::ACCOUNTS),
        Book::BankAlerts => csv::line(out, csv::ALERTS),
        Book::ExchangeWallets => csv::line(out, csv::WALLETS),
        Book::ExchangeCustomers => csv::line(out, csv::CUSTOMERS),
        Book::CompanySamples | Book::CompanyFeed | Book::PoliceSamples | Book::PoliceFeed => {
            stix::begin(out, part)
        }
        Book::CsirtMisp => out.extend(b"{\"response\":[\n"),
        Book::BankPayments => pacs::begin(out, part),
        _ => {}
    }
}

/// One record, the `place`th of its part.
pub(crate) fn write(out: &mut Vec<u8>, book: Book, record: &Record, place: u64) {
    match record {
        Record::Payment(payment) if book == Book::BankPayments => pacs::write(out, payment),
        Record::Payment(payment) => csv::payment(out, payment),
        Record::Hit(hit) => csv::hit(out, hit),
        Record::Scan(scan) => scan::write(out, scan),
        Record::Registration(registration) => rdap::write(out, registration),
        Record::Resolution(resolution) => json::resolution(out, resolution),
        Record::Holding(holding) => csv::holding(out, holding),
        Record::Alert(alert) => csv::alert(out, alert),
        Record::Coin(coin) => csv::coin(out, coin),
        Record::Customer(customer) => csv::customer(out, customer),
        Record::Mail(mail) => mail::write(out, mail),
        Record::Report(report) => report::write(out, report),
        Record::Abuse(abuse) => xarf::write(out, abuse),
        Record::Event(event) => misp::write(out, event, place),
        Record::Statement(statement) => stix::write(out, statement, place),
    }
}

pub(crate) fn end(out: &mut Vec<u8>, part: Part) {
    match part.book {
        Book::CompanySamples | Book::CompanyFeed | Book::PoliceSamples | Book::PoliceFeed => {
            out.extend(b"\n]}\n")
        }
        Book::CsirtMisp => out.extend(b"\n]}\n"),
        Book::BankPayments => pacs::end(out),
        _ => {}
    }
}

/// How many records of its format one event is: a statement is two objects and a relationship.
pub(crate) fn records(record: &Record) -> u64 {
    if matches!(record, Record::Statement(_)) { 3 } else { 1 }
}
