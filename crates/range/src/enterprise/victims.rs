//! What victims pay, report and forward.

use super::build::Builder;
use super::campaign::Campaign;
use super::cell::Cell;
use super::people::{Staff, say};
use crate::book::Book;
use crate::record::{Mail, Record, Report, Seconds, Victim};
use crate::thing::{Family, Sort, Thing};
use crate::world::{DAY, Person, utc};

/// Reports and mails of every cell.
pub(crate) fn report(build: &mut Builder<'_>, campaigns: &[Campaign], cells: &[Cell], staff: &Staff) {
    for (place, cell) in cells.iter().enumerate() {
        for _ in 0..5 + 2 * build.rounds() as u64 + build.scale / 20 {
            one(build, &campaigns[cell.campaign], cell);
        }
        for _ in 0..2 + build.scale / 60 {
            mail(build, cell, &staff.one("spammer", place).email);
        }
        if let Some(url) = cell.urls.first() {
            let style = Thing::mark(Family::TextStyle, cell.style.as_str());
            say(
                build,
                500,
                Book::CompanySamples,
                Thing::new(Sort::Url, url.as_str()),
                "has-fingerprint",
                style,
            );
        }
    }
}

/// One victim: pays first, reports days or weeks later, and remembers some of it.
fn one(build: &mut Builder<'_>, campaign: &Campaign, cell: &Cell) {
    let (number, person) = victim(build, cell);
    let happened = build.when(cell.start + DAY, cell.end);
    let (least, most) = cell.kind.loss();
    let cents = build.chance.between(least, most);
    let account = build.chance.one_of(&cell.accounts);
    let wallet = build.chance.one_of(&cell.wallets);
    if let Some(account) = &account {
        super::money::loss(build, number, account, happened, cents);
    }
    let late = build.chance.skewed(45) as Seconds * DAY + build.chance.below(80_000) as Seconds;
    let reported = (happened + late).min(build.world.end() - 1);
    let to_police = build.chance.permille(650);
    let subjects = remembered(build, cell, to_police, account, wallet);
    if subjects.is_empty() {
        return;
    }
    note(build, &person);
    let year = i64::from(utc(happened).year());
    let age = (year - i64::from(person.birth_year)).max(0) as u16;
    let report = Report {
        serial: build.serial(),
        reported,
        happened,
        kind: campaign.kind.report(),
        channel: build.chance.pick(&["online form", "counter", "telephone", "app"]),
        country: person.country,
        cents,
        victim: Victim { name: person.name, age, phone: person.phone, email: person.email },
        text: text(campaign, build),
        subjects,
    };
    let book = if to_police { Book::PoliceReports } else { Book::CompanyReports };
    build.tell(900, book, Record::Report(Box::new(report)));
}

fn note(build: &mut Builder<'_>, person: &Person) {
    build.enterprise.victims.push(Thing::new(Sort::Phone, person.phone.as_str()));
    build.enterprise.victims.push(Thing::new(Sort::Email, person.email.as_str()));
}

/// An ordinary person of an age the campaign is after, where one is found soon.
fn victim(build: &mut Builder<'_>, cell: &Cell) -> (u64, Person) {
    let (youngest, oldest) = cell.kind.ages();
    let year = i64::from(utc(build.world.start).year());
    let mut number = build.ordinary();
    let mut person = build.world.person(number);
    for _ in 0..12 {
        let age = (year - i64::from(person.birth_year)).max(0) as u64;
        if (youngest..=oldest).contains(&age) {
            break;
        }
        number = build.ordinary();
        person = build.world.person(number);
    }
    (number, person)
}

/// People tell the police whom they paid, and a company what they saw and who called.
fn remembered(
    build: &mut Builder<'_>,
    cell: &Cell,
    to_police: bool,
    account: Option<String>,
    wallet: Option<String>,
) -> Vec<Thing> {
    let (page, paid) = if to_police { (650, 800) } else { (750, 80) };
    let url = build.chance.one_of(&cell.urls);
    let told = [
        (page, Sort::Url, url),
        (paid, Sort::Iban, account),
        (paid, Sort::Wallet, wallet),
        (600, Sort::Phone, cell.contact_phone.clone()),
        (500, Sort::Email, cell.contact_email.clone()),
    ];
    let told = told.into_iter().filter_map(|(permille, sort, value)| {
        value.filter(|_| build.chance.permille(permille)).map(|value| Thing::new(sort, value))
    });
    told.collect()
}

fn text(campaign: &Campaign, build: &mut Builder<'_>) -> String {
    use super::CampaignKind::{Banking, ClickFraud, Investment, Ransomware, Romance, TechSupport};
    let texts: &[&str] = match campaign.kind {
        ClickFraud => {
            &["My computer became slow and opened pages by itself.", "Windows opened on their own."]
        }
        Banking => {
            &["I entered my code on a page that looked like my bank's.", "The page asked for a TAN twice."]
        }
        TechSupport => &["A man said my computer was infected and took it over.", "A window said to call."],
        Romance => &["We wrote for months. Then he needed money.", "She could not pay the hospital."],
        Investment => {
            &["I could see the profit but not withdraw it.", "They wanted a tax before paying out."]
        }
        Ransomware => &["All our files were encrypted.", "A note told us where to pay."],
    };
    build.chance.pick(texts).to_owned()
}

/// A message somebody forwarded: sent in another's name, through the cell's server or a machine of the botnet.
fn mail(build: &mut Builder<'_>, cell: &Cell, spammer: &str) {
    let sender = crate::background::spoofed(build.world, &mut build.chance);
    let reader = build.ordinary();
    let relay = match build.chance.one_of(&cell.servers) {
        Some(server) if build.chance.permille(450) => server,
        _ => crate::background::bot(build.world, &mut build.chance),
    };
    let mut names = Vec::new();
    names.extend(build.chance.one_of(&cell.urls).map(|url| Thing::new(Sort::Url, url)));
    if let Some(phone) = cell.contact_phone.clone().filter(|_| build.chance.permille(600)) {
        names.push(Thing::new(Sort::Phone, phone));
    }
    if let Some(wallet) = build.chance.one_of(&cell.wallets).filter(|_| build.chance.permille(400)) {
        names.push(Thing::new(Sort::Wallet, wallet));
    }
    let spammer = build.chance.permille(super::mistakes::SPAMMERS_MAIL).then(|| spammer.to_owned());
    let mail = Mail {
        serial: build.serial(),
        at: build.when(cell.start, cell.end),
        from: sender,
        from_name: build.chance.pick(&["Customer Care", "Billing", "Security", "Support"]).to_owned(),
        reply_to: spammer.or_else(|| cell.contact_email.clone()),
        to: build.world.person(reader).email,
        relay,
        subject: build.chance.pick(&["Your account", "Action needed", "About your payment"]).to_owned(),
        text: build.chance.pick(&["Please act within 24 hours.", "See the page below."]).to_owned(),
        names,
    };
    let book = if build.chance.permille(650) { Book::CompanyMail } else { Book::PoliceMail };
    build.tell(800, book, Record::Mail(Box::new(mail)));
}
