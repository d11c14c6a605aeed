//! The records the parties hold, before they are written in a format. Ordinary life and enterprises make the same
//! ones, so that nothing but what they say tells them apart.

mod keys;
mod names;

pub(crate) use keys::{coin_hash, tag, uuid};

use crate::thing::Thing;

/// Seconds since 1970, UTC.
pub(crate) type Seconds = i64;

/// A machine that spoke to a sinkholed name.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) ip: String,
    pub(crate) port: u16,
    pub(crate) asn: u32,
    pub(crate) country: &'static str,
    pub(crate) family: String,
    pub(crate) sink_ip: String,
    pub(crate) sink_port: u16,
    pub(crate) host: String,
}

/// A certificate as it was presented.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) sha256: String,
    pub(crate) spki: String,
    pub(crate) subject: String,
    pub(crate) issuer: &'static str,
    pub(crate) not_before: Seconds,
    pub(crate) not_after: Seconds,
}

/// What a scan of one port of an address saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    pub(crate) at: Seconds,
    pub(crate) ip: String,
    pub(crate) port: u16,
    pub(crate) hostnames: Vec<String>,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) jarm: Option<String>,
    pub(crate) ja3s: Option<String>,
    pub(crate) ssh: Option<(String, String)>,
    pub(crate) favicon: Option<String>,
    pub(crate) trackers: Vec<String>,
    pub(crate) kit: Option<String>,
    pub(crate) dom: Option<String>,
    pub(crate) title: Option<String>,
}

/// Who registered a name, as registered.
#[derive(Clone, Debug)]
pub(crate) struct Registrant {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) firm: Option<String>,
}

/// A registration.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) handle: u64,
    pub(crate) at: Seconds,
    pub(crate) domain: String,
    pub(crate) name_servers: [String; 2],
    pub(crate) registrar: &'static str,
    pub(crate) registrant: Registrant,
}

/// What a name was seen to point to.
#[derive(Clone, Debug)]
pub(crate) struct Resolution {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) data: String,
    pub(crate) first: Seconds,
    pub(crate) last: Seconds,
    pub(crate) count: u64,
}

/// A bank payment.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) kind: &'static str,
    pub(crate) cents: u64,
}

/// An account of the bank and who holds it.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) iban: String,
    pub(crate) opened: Seconds,
    pub(crate) holder: u64,
    pub(crate) is_firm: bool,
    pub(crate) name: String,
    pub(crate) birth_year: Option<u16>,
    pub(crate) country: &'static str,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) device: String,
}

/// A suspicion of the bank's own monitoring.
#[derive(Clone, Debug)]
pub(crate) struct Alert {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) iban: String,
    pub(crate) reason: &'static str,
}

/// A transaction between wallets, in millionths of the asset's unit.
#[derive(Clone, Debug)]
pub(crate) struct Coin {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) micro: u64,
}

/// A customer of the exchange.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) address: String,
    pub(crate) holder: u64,
    pub(crate) name: String,
    pub(crate) country: &'static str,
    pub(crate) iban: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) opened: Seconds,
}

/// A message as it was forwarded to the party.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) from: String,
    pub(crate) from_name: String,
    pub(crate) reply_to: Option<String>,
    pub(crate) to: String,
    pub(crate) relay: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) names: Vec<Thing>,
}

/// What a victim reported.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) serial: u64,
    pub(crate) reported: Seconds,
    pub(crate) happened: Seconds,
    pub(crate) kind: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) country: &'static str,
    pub(crate) cents: u64,
    pub(crate) victim: Victim,
    pub(crate) text: String,
    pub(crate) subjects: Vec<Thing>,
}

/// The victim, as the raw report has them.
#[derive(Clone, Debug)]
pub(crate) struct Victim {
    pub(crate) name: String,
    pub(crate) age: u16,
    pub(crate) phone: String,
    pub(crate) email: String,
}

/// An abuse report between providers.
#[derive(Clone, Debug)]
pub(crate) struct Abuse {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) source: String,
    pub(crate) what: AbuseKind,
}

/// What an abuse report is about.
#[derive(Clone, Debug)]
pub(crate) enum AbuseKind {
    Phishing { url: String },
    Malware { url: String, sha256: String },
    Botnet { family: String, c2: String },
}

/// An event of a sharing community: attributes of one incident.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) info: String,
    pub(crate) attributes: Vec<Thing>,
}

/// A statement in STIX: this relates so to that.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) from: Thing,
    pub(crate) verb: &'static str,
    pub(crate) to: Thing,
}

/// One record of a party.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    Hit(Hit),
    Scan(Box<Scan>),
    Registration(Box<Registration>),
    Resolution(Resolution),
    Payment(Payment),
    Holding(Box<Holding>),
    Alert(Alert),
    Coin(Coin),
    Customer(Box<Customer>),
    Mail(Box<Mail>),
    Report(Box<Report>),
    Abuse(Abuse),
    Event(Event),
    Statement(Statement),
}

impl Record {
    /// When it came to be, which orders a file.
    pub(crate) fn at(&self) -> Seconds {
        match self {
            Record::Hit(hit) => hit.at,
            Record::Scan(scan) => scan.at,
            Record::Registration(registration) => registration.at,
            Record::Resolution(resolution) => resolution.first,
            Record::Payment(payment) => payment.at,
            Record::Holding(holding) => holding.opened,
            Record::Alert(alert) => alert.at,
            Record::Coin(coin) => coin.at,
            Record::Customer(customer) => customer.opened,
            Record::Mail(mail) => mail.at,
            Record::Report(report) => report.reported,
            Record::Abuse(abuse) => abuse.at,
            Record::Event(event) => event.at,
            Record::Statement(statement) => statement.at,
        }
    }
}
