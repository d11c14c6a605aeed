//! What the records say, as links between things: what a reader makes of the files, without writing and reading them.
//!
//! It exists to measure tracing over large ranges in one process. A record is one claim of all its links.

use entente_model::{Atlas, Kind, ObjectId, Reference, Selector, implied_links};

use crate::book::Book;
use crate::generate::Range;
use crate::record::{Abuse, AbuseKind, Hit, Mail, Record, Registration, Scan, Seconds, tag};
use crate::thing::{Family, Sort, Thing};

/// What one record says.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Who holds the record.
    pub party: &'static str,
    /// When it came to be, in seconds since 1970 UTC.
    pub at: Seconds,
    /// Whether something in it is wrong.
    pub wrong: bool,
    /// What it links.
    pub links: Vec<ToldLink>,
}

/// One link: source, name, target.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldLink {
    /// Where it starts.
    pub source: ToldThing,
    /// The name of the link as the model's readers give it.
    pub kind: &'static str,
    /// Where it ends.
    pub target: ToldThing,
}

/// A thing or a record that ties things together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ToldThing {
    /// Its deterministic id.
    pub id: ObjectId,
    /// Of a digital fingerprint, its family.
    pub family: Option<&'static str>,
}

impl Range {
    /// Shows every record of every party, ordinary life and enterprises, as the links it stands for. The order is that of
    /// the books, within each first the enterprises'.
    pub fn tell(&self, mut see: impl FnMut(Told)) {
        let ordinary = self.ordinary();
        let botnets = self.botnets();
        let background = self.background(&botnets);
        for book in Book::ALL {
            for planned in self.enterprises.iter().flat_map(|enterprise| &enterprise.planned) {
                if planned.book == *book {
                    see(told(*book, &planned.record, planned.wrong));
                }
            }
            let of = book.of(ordinary);
            for index in 0..of {
                let (record, wrong) = background.record(*book, index, of);
                see(told(*book, &record, wrong));
            }
        }
    }
}

fn told(book: Book, record: &Record, wrong: bool) -> Told {
    let mut links = Links::default();
    links.of(record);
    Told { party: book.party(), at: record.at(), wrong, links: links.0 }
}

/// The links of a record as they are gathered.
#[derive(Default)]
struct Links(Vec<ToldLink>);

impl Links {
    fn of(&mut self, record: &Record) {
        match record {
            Record::Hit(hit) => self.hit(hit),
            Record::Scan(scan) => self.scan(scan),
            Record::Registration(registration) => self.registration(registration),
            Record::Resolution(resolution) => {
                let name = Thing::new(Sort::Domain, resolution.name.as_str());
                match resolution.kind {
                    "A" => self.link(&name, "resolves-to", &thing(Sort::Ip, &resolution.data)),
                    _ => self.link(&name, "uses-name-server", &thing(Sort::Domain, &resolution.data)),
                }
            }
            Record::Payment(payment) => {
                let ends = [thing(Sort::Iban, &payment.from), thing(Sort::Iban, &payment.to)];
                self.payment(&tag(payment.serial), &ends);
            }
            Record::Coin(coin) => {
                let ends = [thing(Sort::Wallet, &coin.from), thing(Sort::Wallet, &coin.to)];
                self.payment(&crate::record::coin_hash(coin.serial), &ends);
            }
            Record::Holding(holding) => {
                let account = thing(Sort::Iban, &holding.iban);
                let known = [thing(Sort::Phone, &holding.phone), thing(Sort::Email, &holding.email)];
                self.held(&format!("holder {}", holding.iban), &account, &known);
                self.link(&account, "has-fingerprint", &Thing::mark(Family::Device, holding.device.as_str()));
            }
            Record::Customer(customer) => {
                let wallet = thing(Sort::Wallet, &customer.address);
                let known = [
                    thing(Sort::Iban, &customer.iban),
                    thing(Sort::Phone, &customer.phone),
                    thing(Sort::Email, &customer.email),
                ];
                self.held(&format!("customer {}", customer.address), &wallet, &known);
            }
            Record::Alert(_) => {}
            Record::Mail(mail) => self.mail(mail),
            Record::Report(report) => {
                self.record("victim-report", &tag(report.serial), "subject", &report.subjects);
            }
            Record::Abuse(abuse) => self.abuse(abuse),
            Record::Event(event) => {
                self.record("report", &crate::record::uuid(event.serial), "object", &event.attributes);
            }
            Record::Statement(statement) => self.link(&statement.from, statement.verb, &statement.to),
        }
    }

    fn hit(&mut self, hit: &Hit) {
        let machine = thing(Sort::Ip, &hit.ip);
        let name = thing(Sort::Domain, &hit.host);
        self.link(&machine, "communicates-with", &name);
        self.link(&machine, "infected-by", &thing(Sort::Malware, &hit.family));
        self.link(&name, "resolves-to", &thing(Sort::Ip, &hit.sink_ip));
    }

    /// What belongs to the page is the names', where there are any; what belongs to the machine is the address's.
    fn scan(&mut self, scan: &Scan) {
        let server = thing(Sort::Ip, &scan.ip);
        let names: Vec<Thing> = scan.hostnames.iter().map(|name| thing(Sort::Domain, name)).collect();
        names.iter().for_each(|name| self.link(name, "resolves-to", &server));
        let shown = if names.is_empty() { std::slice::from_ref(&server) } else { names.as_slice() };
        if let Some(certificate) = &scan.certificate {
            let presented = thing(Sort::Certificate, &certificate.sha256);
            self.link(&server, "presents", &presented);
            names.iter().for_each(|name| self.link(name, "presents", &presented));
            self.link(&presented, "has-fingerprint", &Thing::mark(Family::Spki, certificate.spki.as_str()));
        }
        if let Some((key, hassh)) = &scan.ssh {
            self.link(&server, "has-fingerprint", &Thing::mark(Family::SshHostKey, key.as_str()));
            self.link(&server, "has-fingerprint", &Thing::mark(Family::Hassh, hassh.as_str()));
        }
        for (family, value) in [(Family::Jarm, &scan.jarm), (Family::Ja3s, &scan.ja3s)] {
            value.iter().for_each(|value| {
                self.link(&server, "has-fingerprint", &Thing::mark(family, value.as_str()));
            });
        }
        let trackers = scan.trackers.iter().map(|tracker| (Family::Tracker, tracker));
        let page = [(Family::Favicon, &scan.favicon), (Family::Kit, &scan.kit), (Family::Dom, &scan.dom)];
        let page = page.into_iter().filter_map(|(family, value)| value.as_ref().map(|value| (family, value)));
        for (family, value) in trackers.chain(page) {
            let mark = Thing::mark(family, value.as_str());
            shown.iter().for_each(|name| self.link(name, "has-fingerprint", &mark));
        }
    }

    fn registration(&mut self, registration: &Registration) {
        let name = thing(Sort::Domain, &registration.domain);
        for server in &registration.name_servers {
            self.link(&name, "uses-name-server", &thing(Sort::Domain, server));
        }
        self.link(&name, "registered-by", &thing(Sort::Email, &registration.registrant.email));
        self.link(&name, "registered-by", &thing(Sort::Phone, &registration.registrant.phone));
    }

    fn payment(&mut self, key: &str, [from, to]: &[Thing; 2]) {
        let payment = minted("payment", key);
        self.put(payment.clone(), "debtor-account", from);
        self.put(payment, "creditor-account", to);
    }

    fn held(&mut self, holder: &str, account: &Thing, known: &[Thing]) {
        let holder = minted("identity", holder);
        for thing in std::iter::once(account).chain(known) {
            self.0.push(ToldLink { source: named(thing), kind: "held-by", target: holder.clone() });
        }
    }

    fn mail(&mut self, mail: &Mail) {
        let message = minted("email-message", &tag(mail.serial));
        self.put(message.clone(), "from", &thing(Sort::Email, &mail.from));
        self.put(message.clone(), "to", &thing(Sort::Email, &mail.to));
        self.put(message.clone(), "received-from", &thing(Sort::Ip, &mail.relay));
        if let Some(address) = &mail.reply_to {
            self.put(message.clone(), "reply-to", &thing(Sort::Email, address));
        }
        mail.names.iter().for_each(|name| self.put(message.clone(), "contains", name));
    }

    fn abuse(&mut self, abuse: &Abuse) {
        let source = thing(Sort::Ip, &abuse.source);
        let key = crate::record::uuid(abuse.serial);
        match &abuse.what {
            AbuseKind::Phishing { url } => {
                self.record("abuse-report", &key, "subject", &[source, thing(Sort::Url, url)])
            }
            AbuseKind::Malware { url, sha256 } => {
                let subjects = [source, thing(Sort::Url, url), thing(Sort::File, sha256)];
                self.record("abuse-report", &key, "subject", &subjects);
            }
            AbuseKind::Botnet { family, c2 } => {
                self.link(&source, "communicates-with", &thing(Sort::Domain, c2));
                self.link(&source, "infected-by", &thing(Sort::Malware, family));
            }
        }
    }

    fn record(&mut self, kind: &str, key: &str, link: &'static str, things: &[Thing]) {
        let record = minted(kind, key);
        things.iter().for_each(|thing| self.put(record.clone(), link, thing));
    }

    fn link(&mut self, source: &Thing, kind: &'static str, target: &Thing) {
        self.implied(source);
        self.put(named(source), kind, target);
    }

    fn put(&mut self, source: ToldThing, kind: &'static str, target: &Thing) {
        self.implied(target);
        self.0.push(ToldLink { source, kind, target: named(target) });
    }

    /// The host of a page, as the model draws it.
    fn implied(&mut self, thing: &Thing) {
        let selector = (thing.sort == Sort::Url).then(|| Selector::url(&thing.value).ok()).flatten();
        let implied = selector.map(|selector| implied_links(&selector, &Atlas::empty(), None));
        for link in implied.unwrap_or_default() {
            if let Reference::Selector(host) = &link.target {
                let target = ToldThing { id: host.id(), family: None };
                self.0.push(ToldLink { source: named(thing), kind: "host", target });
            }
        }
    }
}

fn thing(sort: Sort, value: &str) -> Thing {
    Thing::new(sort, value)
}

fn named(thing: &Thing) -> ToldThing {
    let family = match thing.sort {
        Sort::Mark(family) => Some(family.as_str()),
        _ => None,
    };
    ToldThing { id: thing.id(), family }
}

fn minted(kind: &str, key: &str) -> ToldThing {
    ToldThing { id: ObjectId::minted(Kind::from_name(kind), key), family: None }
}
