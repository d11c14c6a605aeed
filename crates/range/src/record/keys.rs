//! Identifiers of records.

use super::Record;
use crate::chance::mix;

/// A serial number as records carry it: a bijection, so that neighbours do not show.
pub(crate) fn tag(serial: u64) -> String {
    format!("{:016x}", mix(serial ^ 0x5eed_0f1d))
}

/// A version 4 UUID of a serial number (RFC 9562 section 5.4).
pub(crate) fn uuid(serial: u64) -> String {
    let (high, low) = (mix(serial ^ 0x00d1), mix(serial ^ 0xf00d_0000));
    let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0x0fff);
    format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{:012x}", low >> 48 & 0x3fff | 0x8000, low & 0xffff_ffff_ffff)
}

impl Record {
    /// By what the truth names the record: the identifier it has in its file, or what makes it out where it has none.
    pub(crate) fn key(&self) -> String {
        match self {
            Record::Hit(hit) => tag(hit.serial),
            Record::Scan(scan) => format!("{}@{}", scan.ip, scan.at),
            Record::Registration(registration) => tag(registration.handle),
            Record::Resolution(r) => format!("{}/{}/{}", r.name, r.kind, r.data),
            Record::Payment(payment) => tag(payment.serial),
            Record::Holding(holding) => holding.iban.clone(),
            Record::Alert(alert) => tag(alert.serial),
            Record::Coin(coin) => coin_hash(coin.serial),
            Record::Customer(customer) => customer.address.clone(),
            Record::Mail(mail) => tag(mail.serial),
            Record::Report(report) => tag(report.serial),
            Record::Abuse(abuse) => uuid(abuse.serial),
            Record::Event(event) => uuid(event.serial),
            Record::Statement(statement) => uuid(statement.serial),
        }
    }
}

/// The hash of a transaction.
pub(crate) fn coin_hash(serial: u64) -> String {
    let words = [1, 2, 3, 4].map(|word: u64| mix(serial ^ word << 58));
    format!("0x{:016x}{:016x}{:016x}{:016x}", words[0], words[1], words[2], words[3])
}
