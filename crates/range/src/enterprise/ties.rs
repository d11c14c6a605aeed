//! The promise of a range: what the parties hold together ties nearly everything of an enterprise to the rest of it.
//!
//! After what is incomplete and wrong has taken its share, whatever hangs loose is told of once more, right this time.

use std::collections::HashMap;

use super::build::{Builder, Enterprise, EntityKind, Planned};
use crate::book::Book;
use crate::record::{Certificate, Coin, Payment, Record, Report, Resolution, Scan, Statement, Victim};
use crate::thing::{Family, Sort, Thing};

/// Of a thousand things of an enterprise, at least so many are tied to its largest part.
const TIED_PERMILLE: usize = 975;

/// Which entities records tie together: disjoint sets, and the size of the largest.
pub(crate) struct Ties {
    parent: Vec<usize>,
}

impl Ties {
    /// What `planned` ties. A record ties every two entities it names; a page also names its host.
    pub(crate) fn of<'a>(enterprise: &Enterprise, planned: impl Iterator<Item = &'a Planned>) -> Ties {
        let places: HashMap<&Thing, usize> =
            enterprise.entities.iter().enumerate().map(|(place, entity)| (&entity.thing, place)).collect();
        let mut identities: HashMap<String, usize> = HashMap::new();
        let mut ties = Ties { parent: (0..enterprise.entities.len()).collect() };
        for planned in planned {
            let mut record = planned.record.clone();
            let mut named: Vec<usize> = mentioned(&mut record, &places);
            if let (Record::Statement(statement), Some(place)) = (&record, named.first())
                && statement.to.sort == Sort::Identity
            {
                named.push(*identities.entry(statement.to.value.clone()).or_insert(*place));
            }
            named.windows(2).for_each(|pair| ties.join(pair[0], pair[1]));
        }
        ties
    }

    fn root(&mut self, mut place: usize) -> usize {
        while self.parent[place] != place {
            self.parent[place] = self.parent[self.parent[place]];
            place = self.parent[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one] = other;
    }

    /// The members of each set, the largest first.
    pub(crate) fn parts(&mut self) -> Vec<Vec<usize>> {
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); self.parent.len()];
        for place in 0..self.parent.len() {
            let root = self.root(place);
            parts[root].push(place);
        }
        parts.retain(|part| !part.is_empty());
        // By size, then by the first member, so that the order is a function of the sets.
        parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part[0]));
        parts
    }
}

/// The entities a record names, by place.
pub(crate) fn mentioned(record: &mut Record, places: &HashMap<&Thing, usize>) -> Vec<usize> {
    let mut named = Vec::new();
    record.each(&mut |sort, value| {
        named.extend(places.get(&Thing::new(sort, value.as_str())));
        if sort == Sort::Url
            && let Some(host) = host_of(value)
        {
            named.extend(places.get(&Thing::new(Sort::Domain, host)));
        }
    });
    named
}

fn host_of(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split('/').next()
}

/// Tells of what hangs loose until little does.
pub(crate) fn mend(build: &mut Builder<'_>) {
    loop {
        let enterprise = &build.enterprise;
        let parts = Ties::of(enterprise, enterprise.planned.iter()).parts();
        let Some((main, loose)) = parts.split_first() else { return };
        if main.len() * 1000 >= enterprise.entities.len() * TIED_PERMILLE {
            return;
        }
        for part in loose {
            tie(build, part[0], main);
        }
    }
}

/// A record that names the entity together with one of the main part, of the sort by which such a thing is known.
fn tie(build: &mut Builder<'_>, place: usize, main: &[usize]) {
    let entity = build.enterprise.entities[place].clone();
    let anchors = |sorts: &[Sort]| -> Vec<Thing> {
        let entities = main.iter().map(|place| &build.enterprise.entities[*place].thing);
        entities.filter(|thing| sorts.contains(&thing.sort)).cloned().collect()
    };
    let wanted = partners(entity.thing.sort);
    let mut among = anchors(wanted);
    if among.is_empty() {
        among = anchors(&[Sort::Domain, Sort::Iban, Sort::Wallet, Sort::Phone, Sort::Account]);
    }
    let Some(anchor) = build.chance.one_of(&among) else { return };
    let (book, record) = telling(build, entity.thing, anchor);
    build.enterprise.planned.push(Planned { book, record, wrong: false });
}

/// With what a thing is seen, the first that there is.
fn partners(sort: Sort) -> &'static [Sort] {
    match sort {
        Sort::Domain => &[Sort::Ip],
        Sort::Ip => &[Sort::Domain],
        Sort::Url | Sort::Email | Sort::Phone => &[Sort::Iban, Sort::Wallet, Sort::Phone],
        Sort::Iban => &[Sort::Iban],
        Sort::Wallet => &[Sort::Wallet],
        Sort::Account => &[Sort::Account],
        Sort::File => &[Sort::Domain],
        Sort::Certificate | Sort::Mark(Family::SshHostKey | Family::Spki | Family::Tracker) => &[Sort::Ip],
        Sort::Mark(Family::Pgp) => &[Sort::Account],
        Sort::Mark(Family::Device) => &[Sort::Iban],
        Sort::Mark(_) => &[Sort::File],
        Sort::Identity | Sort::Malware => &[],
    }
}

fn telling(build: &mut Builder<'_>, thing: Thing, anchor: Thing) -> (Book, Record) {
    let at = build.when(build.world.start, build.world.end());
    let serial = build.serial();
    match (thing.sort, anchor.sort) {
        (Sort::Domain, Sort::Ip) => (Book::RegistrarPassiveDns, seen(at, thing.value, anchor.value)),
        (Sort::Ip, Sort::Domain) => (Book::RegistrarPassiveDns, seen(at, anchor.value, thing.value)),
        (Sort::Iban, Sort::Iban) => {
            let (from, to) = (thing.value, anchor.value);
            let payment = Payment { serial, at, from, to, kind: "SEPA", cents: 91_300 };
            (Book::BankPayments, Record::Payment(payment))
        }
        (Sort::Wallet, Sort::Wallet) if same_chain(&thing, &anchor) => {
            let (from, to) = (thing.value, anchor.value);
            (Book::ExchangeWallets, Record::Coin(Coin { serial, at, from, to, micro: 7_400_000 }))
        }
        (_, Sort::Ip) => (Book::CompanyScan, scanned(build, at, thing, anchor)),
        (Sort::Account, Sort::Account) => {
            let verb = "contacted";
            (Book::PoliceSamples, Record::Statement(Statement { serial, at, from: anchor, verb, to: thing }))
        }
        (Sort::File, Sort::Domain) => {
            let verb = "communicates-with";
            (Book::CompanySamples, Record::Statement(Statement { serial, at, from: thing, verb, to: anchor }))
        }
        (Sort::Mark(_), _) => {
            let verb = "has-fingerprint";
            (Book::PoliceSamples, Record::Statement(Statement { serial, at, from: anchor, verb, to: thing }))
        }
        _ => complaint(build, serial, at, thing, anchor),
    }
}

fn same_chain(one: &Thing, other: &Thing) -> bool {
    crate::world::asset(&one.value) == crate::world::asset(&other.value)
}

fn seen(at: i64, name: String, data: String) -> Record {
    let last = at + crate::world::DAY;
    Record::Resolution(Resolution { name, kind: "A", data, first: at, last, count: 12 })
}

fn scanned(build: &mut Builder<'_>, at: i64, thing: Thing, anchor: Thing) -> Record {
    let mut scan = Scan { at, ip: anchor.value, port: 443, ..Scan::default() };
    match thing.sort {
        Sort::Mark(Family::SshHostKey) => {
            scan.port = 22;
            scan.ssh = Some((thing.value, build.world.popular(Family::Hassh, 12, &mut build.chance)));
        }
        Sort::Mark(Family::Tracker) => scan.trackers.push(thing.value),
        _ => scan.certificate = Some(renewed(build, at, thing)),
    }
    Record::Scan(Box::new(scan))
}

/// A certificate of the key, or the certificate under another key, as renewals are.
fn renewed(build: &mut Builder<'_>, at: i64, thing: Thing) -> Certificate {
    let number = build.number();
    let of_key = thing.sort == Sort::Mark(Family::Spki);
    let (sha256, spki) = match of_key {
        true => (build.world.digest(1, number), thing.value),
        false => (thing.value, build.world.mark(Family::Spki, number)),
    };
    let fresh = if of_key {
        Thing::new(Sort::Certificate, sha256.as_str())
    } else {
        Thing::mark(Family::Spki, spki.as_str())
    };
    build.own(fresh.sort, fresh.value, EntityKind::Infrastructure, None, None);
    let (not_before, not_after) = (at - crate::world::DAY, at + 89 * crate::world::DAY);
    Certificate {
        sha256,
        spki,
        subject: "localhost".to_owned(),
        issuer: "Let's Encode R3",
        not_before,
        not_after,
    }
}

fn complaint(build: &mut Builder<'_>, serial: u64, at: i64, thing: Thing, anchor: Thing) -> (Book, Record) {
    let number = build.ordinary();
    let person = build.world.person(number);
    let report = Report {
        serial,
        reported: at,
        happened: at - crate::world::DAY,
        kind: "phishing",
        channel: "counter",
        country: person.country,
        cents: build.chance.between(10_000, 300_000),
        victim: Victim { name: person.name, age: 61, phone: person.phone, email: person.email },
        text: "I have kept everything they sent me.".to_owned(),
        subjects: vec![thing, anchor],
    };
    (Book::PoliceReports, Record::Report(Box::new(report)))
}
