//! False flags: others who took the enterprise's page and its words, and want to be taken for it.

use super::build::Builder;
use super::campaign::Campaign;
use super::cell::{Cell, registration, resolution};
use super::people::say;
use crate::book::Book;
use crate::record::{Record, Registrant, Report, Scan, Victim};
use crate::thing::{Family, Sort, Thing};
use crate::world::DAY;

/// One imitator, and more of a large enterprise.
pub(crate) fn copy(build: &mut Builder<'_>, campaigns: &[Campaign], cells: &[Cell]) {
    for _ in 0..1 + build.scale / 60 {
        let original = build.chance.one_of(cells).filter(|cell| !cell.urls.is_empty());
        if let Some(original) = original {
            one(build, &campaigns[original.campaign], &original);
        }
    }
    for cell in cells {
        copied_page(build, cell);
    }
}

fn one(build: &mut Builder<'_>, campaign: &Campaign, original: &Cell) {
    let person = build.world.person(build.number());
    let domain = build.world.domain(build.number());
    let server = build.world.server(build.number());
    let account = build.world.account(build.number());
    let registrant = Registrant {
        name: person.name,
        email: person.email.clone(),
        phone: person.phone.clone(),
        firm: None,
    };
    let url = format!("https://{domain}/login/{}", build.chance.hex(6));
    let theirs = [
        (Sort::Domain, &domain),
        (Sort::Ip, &server),
        (Sort::Url, &url),
        (Sort::Iban, &account),
        (Sort::Email, &person.email),
        (Sort::Phone, &person.phone),
    ];
    build.enterprise.false_flags.extend(theirs.map(|(sort, value)| Thing::new(sort, value.as_str())));
    let record = registration(build, original, domain.clone(), registrant);
    build.tell(1000, Book::RegistrarRdap, record);
    let record = resolution(build, original, &domain, server.clone());
    build.tell(800, Book::CompanyPassiveDns, record);
    let record = scan(build, original, domain, server);
    build.tell(900, Book::CompanyScan, record);
    let style = Thing::mark(Family::TextStyle, original.style.as_str());
    let page = Thing::new(Sort::Url, url.as_str());
    say(build, 700, Book::CompanySamples, page.clone(), "has-fingerprint", style);
    for _ in 0..2 {
        complaint(build, campaign, original, [page.clone(), Thing::new(Sort::Iban, account.as_str())]);
    }
}

/// The kit is the original's, and two times in five they forgot its tracker in it.
fn scan(build: &mut Builder<'_>, original: &Cell, domain: String, server: String) -> Record {
    let at = build.when(original.start + 5 * DAY, original.end + 20 * DAY);
    let mut scan = Scan { at, ip: server, port: 443, hostnames: vec![domain], ..Scan::default() };
    scan.kit = Some(original.kit.clone());
    scan.trackers.extend(original.tracker.clone().filter(|_| build.chance.permille(400)));
    scan.jarm = Some(build.world.popular(Family::Jarm, 20, &mut build.chance));
    Record::Scan(Box::new(scan))
}

fn complaint(build: &mut Builder<'_>, campaign: &Campaign, original: &Cell, subjects: [Thing; 2]) {
    let number = build.ordinary();
    let person = build.world.person(number);
    let at = build.when(original.start + 5 * DAY, original.end + 30 * DAY);
    let report = Report {
        serial: build.serial(),
        reported: at,
        happened: at - DAY,
        kind: campaign.kind.report(),
        channel: "online form",
        country: person.country,
        cents: build.chance.between(20_000, 300_000),
        victim: Victim { name: person.name, age: 50, phone: person.phone, email: person.email },
        text: "The page looked real.".to_owned(),
        subjects: subjects.into(),
    };
    build.tell(800, Book::PoliceReports, Record::Report(Box::new(report)));
}

/// The page that was copied is scanned too, and carries the tracker that the copy kept.
fn copied_page(build: &mut Builder<'_>, cell: &Cell) {
    let Some((tracker, number)) = cell.copied_tracker.clone() else { return };
    let mut scan = crate::background::honest_page(build.world, number);
    scan.at = build.when(build.world.start, build.world.end());
    scan.trackers = vec![tracker];
    build.tell(900, Book::CompanyScan, Record::Scan(Box::new(scan)));
}
