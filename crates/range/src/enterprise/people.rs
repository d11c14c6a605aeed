//! Who is in it, and how they give themselves away.

use super::build::{Builder, EntityKind};
use super::cell::Cell;
use crate::book::Book;
use crate::record::{Record, Registrant, Statement};
use crate::thing::{Family, Sort, Thing};

/// Somebody of the enterprise.
#[derive(Clone, Debug)]
pub(crate) struct Crook {
    pub(crate) role: &'static str,
    pub(crate) number: u64,
    pub(crate) name: String,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) phone: String,
}

/// Everybody but the mules, the organiser first.
#[derive(Clone, Debug)]
pub(crate) struct Staff(pub(crate) Vec<Crook>);

impl Staff {
    pub(crate) fn with(&self, role: &str) -> Vec<&Crook> {
        self.0.iter().filter(|crook| crook.role == role).collect()
    }

    /// One with the role: the `place`th, beginning anew after the last.
    pub(crate) fn one(&self, role: &str, place: usize) -> &Crook {
        let with = self.with(role);
        with.get(place % with.len().max(1)).copied().unwrap_or(&self.0[0])
    }
}

/// Fills the roles.
pub(crate) fn hire(build: &mut Builder<'_>) -> Staff {
    let scale = build.scale;
    let posts = [
        ("organiser", 1),
        ("developer", 1 + scale / 60),
        ("hoster", 1),
        ("affiliate", 1 + scale / 30),
        ("spammer", 1 + scale / 80),
        ("mule-herder", 1 + scale / 40),
        ("cash-out", 1 + scale / 50),
    ];
    let mut staff = Vec::new();
    for (role, count) in posts {
        staff.extend((0..count).map(|_| one(build, role)).collect::<Vec<_>>());
    }
    Staff(staff)
}

fn one(build: &mut Builder<'_>, role: &'static str) -> Crook {
    let number = build.number();
    let person = build.world.person(number);
    let handle = handle(build);
    let mut own = |sort, value| build.own(sort, value, EntityKind::Member, Some(role), None);
    let handle = own(Sort::Account, handle);
    let email = own(Sort::Email, person.email);
    let phone = own(Sort::Phone, person.phone);
    build.enterprise.roles.push((person.name.clone(), role));
    Crook { role, number, name: person.name, handle, email, phone }
}

fn handle(build: &mut Builder<'_>) -> String {
    const HEADS: &[&str] = &["zero", "rook", "mister", "north", "kilo", "ghost", "paper", "silver"];
    const TAILS: &[&str] = &["fox", "byte", "tide", "crow", "smith", "wolf", "pilot", "drop"];
    let tail = build.chance.hex(4);
    format!("{}_{}_{tail}", build.chance.pick(HEADS), build.chance.pick(TAILS))
}

/// What they did not mean to leave: a seized phone, a private address among the registrations, a key on a forum.
pub(crate) fn slip(build: &mut Builder<'_>, staff: &Staff, cells: &[Cell]) {
    let seized = ["mule-herder", "affiliate", "spammer"].map(|role| staff.one(role, 0).clone());
    for owner in &seized {
        phone_of(build, owner, staff);
    }
    // A handle is good for nothing without somebody to write to: everybody else wrote to one who wrote to those.
    let links: Vec<(Crook, Crook)> =
        staff.0.windows(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    for (one, other) in links {
        say(build, 250, Book::CompanySamples, account(&one), "contacted", account(&other));
    }
    for crook in &staff.0 {
        forum(build, crook);
    }
    for (place, cell) in cells.iter().enumerate() {
        private_address(build, staff, place, cell);
    }
}

fn account(crook: &Crook) -> Thing {
    Thing::new(Sort::Account, crook.handle.as_str())
}

fn phone_of(build: &mut Builder<'_>, owner: &Crook, staff: &Staff) {
    let identity = Thing::new(Sort::Identity, format!("{}#{}", owner.name, owner.number));
    let own_phone = Thing::new(Sort::Phone, owner.phone.as_str());
    say(build, 1000, Book::PoliceSamples, own_phone.clone(), "held-by", identity.clone());
    say(build, 1000, Book::PoliceSamples, account(owner), "held-by", identity.clone());
    for other in staff.0.iter().filter(|other| other.number != owner.number) {
        let phone = Thing::new(Sort::Phone, other.phone.as_str());
        say(build, 500, Book::PoliceSamples, account(owner), "contacted", account(other));
        say(build, 450, Book::PoliceSamples, own_phone.clone(), "contacted", phone);
        if build.chance.permille(300) {
            entry(build, other);
        }
    }
    noise(build, &own_phone);
}

/// An address book names most people by more than one of their addresses.
fn entry(build: &mut Builder<'_>, crook: &Crook) {
    let identity = Thing::new(Sort::Identity, format!("{}#{}", crook.name, crook.number));
    let phone = Thing::new(Sort::Phone, crook.phone.as_str());
    let email = Thing::new(Sort::Email, crook.email.as_str());
    for (permille, known) in [(900, account(crook)), (900, phone), (600, email)] {
        say(build, permille, Book::PoliceSamples, known, "held-by", identity.clone());
    }
}

/// Most of whom anybody calls has nothing to do with it.
fn noise(build: &mut Builder<'_>, own_phone: &Thing) {
    for _ in 0..build.chance.between(1, 3) {
        let friend = build.ordinary();
        let phone = Thing::new(Sort::Phone, build.world.phone(friend));
        say(build, 1000, Book::PoliceSamples, own_phone.clone(), "contacted", phone);
    }
}

/// A forum's account was seen with a mail address, and with a key.
fn forum(build: &mut Builder<'_>, crook: &Crook) {
    let email = Thing::new(Sort::Email, crook.email.as_str());
    let book = if build.chance.permille(500) { Book::CompanyFeed } else { Book::PoliceFeed };
    let identity = Thing::new(Sort::Identity, format!("{}#{}", crook.handle, crook.number));
    if build.chance.permille(600) {
        say(build, 1000, book, email, "held-by", identity.clone());
        say(build, 1000, book, account(crook), "held-by", identity);
    }
    if matches!(crook.role, "developer" | "organiser") {
        let value = build.world.mark(Family::Pgp, crook.number);
        let sort = Sort::Mark(Family::Pgp);
        let value = build.own(sort, value, EntityKind::Member, Some(crook.role), None);
        say(build, 900, Book::CompanySamples, account(crook), "has-fingerprint", Thing::new(sort, value));
    }
}

/// Names registered in haste with one's own address and telephone, before the privacy service was bought.
fn private_address(build: &mut Builder<'_>, staff: &Staff, place: usize, cell: &Cell) {
    if place > 0 && !build.chance.permille(super::mistakes::PRIVATE_REGISTRATION) {
        return;
    }
    let roles = ["organiser", "hoster", "affiliate", "spammer", "cash-out"];
    let who = staff.one(roles[place % roles.len()], place / roles.len()).clone();
    let Some(domain) = cell.domains.last().cloned() else { return };
    let registrant =
        Registrant { name: who.name.clone(), email: who.email.clone(), phone: who.phone.clone(), firm: None };
    let record = super::cell::registration(build, cell, domain, registrant);
    build.tell(1000, Book::RegistrarRdap, record);
}

/// A statement in STIX.
pub(crate) fn say(
    build: &mut Builder<'_>,
    permille: u32,
    book: Book,
    from: Thing,
    verb: &'static str,
    to: Thing,
) {
    let serial = build.serial();
    let at = build.when(build.world.start, build.world.end());
    build.tell(permille, book, Record::Statement(Statement { serial, at, from, verb, to }));
}
