//! What people report and forward: petty crime, and things that were none.

use super::{Place, names};
use crate::chance::Chance;
use crate::record::{Mail, Record, Report, Victim};
use crate::thing::{Sort, Thing};
use crate::world::{DAY, HOUR, World, utc};

const KINDS: &[&str] = &[
    "phishing",
    "phishing",
    "tech-support-scam",
    "romance-scam",
    "investment-fraud",
    "ransomware",
    "malware",
    "mule-recruitment",
];

/// The swindler behind a petty criminal's domain: one person's telephone, address and account.
fn swindler(domain: u64) -> u64 {
    (1 << 27) + domain
}

/// A report about a petty criminal, or about what only looked like crime.
pub(super) fn report(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let firms = super::firms(world);
    let people = world.counts.accounts.saturating_sub(firms).max(1);
    let person = world.person(firms + chance.below(people));
    let year = i64::from(utc(place.at).year());
    let age = (year - i64::from(person.birth_year)).max(0) as u16;
    let subjects = if chance.permille(850) { petty(world, chance) } else { mistaken(world, chance) };
    Record::Report(Box::new(Report {
        serial: place.serial,
        reported: place.at,
        happened: place.at - chance.skewed(60) as i64 * DAY - HOUR,
        kind: chance.pick(KINDS),
        channel: chance.pick(&["online form", "counter", "telephone", "app"]),
        country: person.country,
        cents: chance.skewed(3_000_000),
        victim: Victim { name: person.name, age, phone: person.phone, email: person.email },
        text: chance.pick(&["I was deceived.", "They took my money.", "I clicked and regret it."]).to_owned(),
        subjects,
    }))
}

fn petty(world: &World, chance: &mut Chance) -> Vec<Thing> {
    let domain = names::petty(world, chance);
    let swindler = swindler(domain);
    let name = world.domain(domain);
    let told = [
        (600, Thing::new(Sort::Url, format!("https://{name}/offer"))),
        (400, Thing::new(Sort::Phone, world.phone(swindler))),
        (300, Thing::new(Sort::Email, world.person(swindler).email)),
        (300, Thing::new(Sort::Iban, world.foreign_account(swindler))),
        (150, Thing::new(Sort::Wallet, world.wallet(swindler))),
    ];
    let mut subjects: Vec<Thing> =
        told.into_iter().filter(|(permille, _)| chance.permille(*permille)).map(|(_, thing)| thing).collect();
    if subjects.is_empty() {
        subjects.push(Thing::new(Sort::Domain, name));
    }
    subjects
}

/// An honest shop that was slow, and the bank's or the exchange's own account.
fn mistaken(world: &World, chance: &mut Chance) -> Vec<Thing> {
    let shop = world.domain(chance.below(world.counts.domains));
    let paid = match chance.below(3) {
        0 => Thing::new(Sort::Iban, super::exchange_account(world, chance)),
        1 => Thing::new(Sort::Iban, super::processor(world, chance)),
        _ => Thing::new(Sort::Wallet, super::hot_wallet(world, chance)),
    };
    vec![Thing::new(Sort::Domain, shop), paid]
}

/// The sender's address of a message, usually somebody's who knows nothing of it.
pub(crate) fn spoofed(world: &World, chance: &mut Chance) -> String {
    if chance.permille(500) {
        return format!("service@{}", world.domain(chance.below(world.counts.domains)));
    }
    world.person(chance.below(world.counts.accounts)).email
}

/// Unwanted mail, most of it advertising.
pub(super) fn mail(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let bad = chance.permille(400);
    let domain = if bad { names::petty(world, chance) } else { chance.below(world.counts.domains) };
    let mut names = vec![Thing::new(Sort::Url, format!("https://{}/offer", world.domain(domain)))];
    if bad && chance.permille(300) {
        names.push(Thing::new(Sort::Phone, world.phone(swindler(domain))));
    }
    Record::Mail(Box::new(Mail {
        serial: place.serial,
        at: place.at,
        from: spoofed(world, chance),
        from_name: chance.pick(&["Offers", "Newsletter", "Billing", "Delivery"]).to_owned(),
        reply_to: (bad && chance.permille(300)).then(|| world.person(swindler(domain)).email),
        to: world.person(chance.below(world.counts.accounts)).email,
        relay: super::bot(world, chance),
        subject: chance.pick(&["Your parcel", "Only today", "Invoice", "Your account"]).to_owned(),
        text: chance.pick(&["Please see the page below.", "Do not miss it.", "Reply soon."]).to_owned(),
        names,
    }))
}
