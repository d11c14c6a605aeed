//! The records the parties hold, before they are written in a format. Ordinary life and enterprises make the same
//! ones, so that nothing but what they say tells them apart.

use crate::thing::{Family, Sort, Thing};

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

    /// Every value it names, for reading and for spoiling. Names of people and malware families are not among them,
    /// nor whom a report is from.
    pub(crate) fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        match self {
            Record::Hit(hit) => {
                see(Sort::Ip, &mut hit.ip);
                see(Sort::Ip, &mut hit.sink_ip);
                see(Sort::Domain, &mut hit.host);
            }
            Record::Scan(scan) => scan.each(see),
            Record::Registration(registration) => {
                see(Sort::Domain, &mut registration.domain);
                registration.name_servers.iter_mut().for_each(|name| see(Sort::Domain, name));
                see(Sort::Email, &mut registration.registrant.email);
                see(Sort::Phone, &mut registration.registrant.phone);
            }
            Record::Resolution(resolution) => {
                see(Sort::Domain, &mut resolution.name);
                see(if resolution.kind == "A" { Sort::Ip } else { Sort::Domain }, &mut resolution.data);
            }
            Record::Payment(payment) => {
                see(Sort::Iban, &mut payment.from);
                see(Sort::Iban, &mut payment.to);
            }
            Record::Holding(holding) => {
                see(Sort::Iban, &mut holding.iban);
                see(Sort::Phone, &mut holding.phone);
                see(Sort::Email, &mut holding.email);
                see(Sort::Mark(Family::Device), &mut holding.device);
            }
            Record::Alert(alert) => see(Sort::Iban, &mut alert.iban),
            Record::Coin(coin) => {
                see(Sort::Wallet, &mut coin.from);
                see(Sort::Wallet, &mut coin.to);
            }
            Record::Customer(customer) => {
                see(Sort::Wallet, &mut customer.address);
                see(Sort::Iban, &mut customer.iban);
                see(Sort::Email, &mut customer.email);
                see(Sort::Phone, &mut customer.phone);
            }
            Record::Mail(mail) => mail.each(see),
            Record::Report(report) => things(&mut report.subjects, see),
            Record::Abuse(abuse) => abuse.each(see),
            Record::Event(event) => things(&mut event.attributes, see),
            Record::Statement(statement) => {
                for thing in [&mut statement.from, &mut statement.to] {
                    if !matches!(thing.sort, Sort::Identity | Sort::Malware) {
                        see(thing.sort, &mut thing.value);
                    }
                }
            }
        }
    }

    /// The values it names.
    pub(crate) fn values(&mut self) -> Vec<Thing> {
        let mut values = Vec::new();
        self.each(&mut |sort, value| values.push(Thing::new(sort, value.as_str())));
        values
    }
}

fn things(things: &mut [Thing], see: &mut dyn FnMut(Sort, &mut String)) {
    things.iter_mut().for_each(|thing| see(thing.sort, &mut thing.value));
}

impl Scan {
    fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        see(Sort::Ip, &mut self.ip);
        self.hostnames.iter_mut().for_each(|name| see(Sort::Domain, name));
        if let Some(certificate) = &mut self.certificate {
            see(Sort::Certificate, &mut certificate.sha256);
            see(Sort::Mark(Family::Spki), &mut certificate.spki);
        }
        if let Some((key, hassh)) = &mut self.ssh {
            see(Sort::Mark(Family::SshHostKey), key);
            see(Sort::Mark(Family::Hassh), hassh);
        }
        self.trackers.iter_mut().for_each(|tracker| see(Sort::Mark(Family::Tracker), tracker));
        let marks = [
            (Family::Jarm, &mut self.jarm),
            (Family::Ja3s, &mut self.ja3s),
            (Family::Favicon, &mut self.favicon),
            (Family::Kit, &mut self.kit),
            (Family::Dom, &mut self.dom),
        ];
        for (family, value) in marks {
            if let Some(value) = value {
                see(Sort::Mark(family), value);
            }
        }
    }
}

impl Mail {
    fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        see(Sort::Email, &mut self.from);
        if let Some(address) = &mut self.reply_to {
            see(Sort::Email, address);
        }
        see(Sort::Ip, &mut self.relay);
        things(&mut self.names, see);
    }
}

impl Abuse {
    fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        see(Sort::Ip, &mut self.source);
        match &mut self.what {
            AbuseKind::Phishing { url } => see(Sort::Url, url),
            AbuseKind::Malware { url, sha256 } => {
                see(Sort::Url, url);
                see(Sort::File, sha256);
            }
            AbuseKind::Botnet { c2, .. } => see(Sort::Domain, c2),
        }
    }
}

/// A serial number as records carry it: a bijection, so that neighbours do not show.
pub(crate) fn tag(serial: u64) -> String {
    format!("{:016x}", crate::chance::mix(serial ^ 0x5eed_0f1d))
}

/// A version 4 UUID of a serial number (RFC 9562 section 5.4).
pub(crate) fn uuid(serial: u64) -> String {
    let (high, low) = (crate::chance::mix(serial ^ 0x00d1), crate::chance::mix(serial ^ 0xf00d_0000));
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
    let words = [1, 2, 3, 4].map(|word: u64| crate::chance::mix(serial ^ word << 58));
    format!("0x{:016x}{:016x}{:016x}{:016x}", words[0], words[1], words[2], words[3])
}
