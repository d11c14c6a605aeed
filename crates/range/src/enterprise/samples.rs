//! Malware: samples, what they are configured with, where they call, and who hears of it.

use super::build::{Builder, EntityKind};
use super::campaign::Campaign;
use super::cell::Cell;
use super::people::{Staff, say};
use crate::book::Book;
use crate::record::{Abuse, AbuseKind, Event, Hit, Record};
use crate::thing::{Family, Sort, Thing};
use crate::world::DAY;

/// Writes malware for the campaigns that need it, and lets the parties see it and the rest of the cells.
pub(crate) fn write(build: &mut Builder<'_>, campaigns: &[Campaign], cells: &mut [Cell], staff: &Staff) {
    let developers = staff.with("developer").len().max(1) as u64;
    let keys: Vec<String> = (0..developers)
        .map(|_| {
            let value = build.world.mark(Family::BuildKey, build.number());
            build.own(
                Sort::Mark(Family::BuildKey),
                value,
                EntityKind::Infrastructure,
                Some("developer"),
                None,
            )
        })
        .collect();
    for (place, key) in keys.iter().enumerate() {
        let developer = Thing::new(Sort::Account, staff.one("developer", place).handle.as_str());
        let key = Thing::mark(Family::BuildKey, key.as_str());
        say(build, 800, Book::PoliceSamples, developer, "has-fingerprint", key);
    }
    for cell in cells.iter_mut() {
        if let Some(family) = campaigns[cell.campaign].malware.clone() {
            let key = keys[cell.campaign % keys.len()].clone();
            infect(build, cell, &family, &key);
        }
        abuse(build, cell);
        for _ in 0..2 {
            event(build, cell, &campaigns[cell.campaign]);
        }
    }
}

fn infect(build: &mut Builder<'_>, cell: &mut Cell, family: &str, key: &str) {
    let campaign = Some(cell.campaign);
    let config = build.world.mark(Family::C2Config, build.number());
    let config = build.own(Sort::Mark(Family::C2Config), config, EntityKind::Infrastructure, None, campaign);
    for _ in 0..build.chance.between(2, 3) {
        let digest = build.world.digest(2, build.number());
        let digest = build.own(Sort::File, digest, EntityKind::Infrastructure, None, campaign);
        sample(build, cell, &digest, &config, key, family);
        cell.files.push(digest);
    }
    if let Some(call) = cell.domains.last().cloned() {
        build.enterprise.botnets.push((family.to_owned(), call.clone()));
        hits(build, cell, family, &call);
    }
}

fn sample(build: &mut Builder<'_>, cell: &Cell, digest: &str, config: &str, key: &str, family: &str) {
    let file = || Thing::new(Sort::File, digest);
    let tell = |build: &mut Builder<'_>, permille, verb, to: Thing| {
        for book in [Book::CompanySamples, Book::CompanyFeed].into_iter().take(build.rounds()) {
            say(build, permille, book, file(), verb, to.clone());
        }
    };
    let call = build.chance.one_of(&cell.domains).unwrap_or_default();
    tell(build, 800, "communicates-with", Thing::new(Sort::Domain, call));
    let server = build.chance.one_of(&cell.servers).unwrap_or_default();
    tell(build, 500, "communicates-with", Thing::new(Sort::Ip, server));
    tell(build, 750, "has-fingerprint", Thing::mark(Family::C2Config, config));
    // Only a laboratory that takes samples apart sees who built them.
    let built = Thing::mark(Family::BuildKey, key);
    say(build, 600, Book::PoliceFeed, file(), "has-fingerprint", built);
    let packer = build.world.popular(Family::Imphash, 40, &mut build.chance);
    tell(build, 400, "has-fingerprint", Thing::mark(Family::Imphash, packer));
    tell(build, 300, "indicates", Thing::new(Sort::Malware, family));
}

/// Machines that called the name after it was seized.
fn hits(build: &mut Builder<'_>, cell: &Cell, family: &str, call: &str) {
    for book in [Book::CompanySinkhole, Book::CsirtSinkhole] {
        for _ in 0..2 + build.scale / 20 {
            let at = build.when(cell.start + 10 * DAY, cell.end + 30 * DAY);
            let hit =
                crate::background::hit(build.world, &mut build.chance, family.to_owned(), call.to_owned());
            build.enterprise.victims.push(Thing::new(Sort::Ip, hit.ip.as_str()));
            let serial = build.serial();
            build.tell(700, book, Record::Hit(Hit { at, serial, ..hit }));
        }
    }
}

/// What providers told the response team.
fn abuse(build: &mut Builder<'_>, cell: &Cell) {
    for url in &cell.urls {
        let source = build.chance.one_of(&cell.servers).unwrap_or_default();
        let record = Abuse {
            serial: build.serial(),
            at: build.when(cell.start + DAY, cell.end),
            source,
            what: AbuseKind::Phishing { url: url.clone() },
        };
        build.tell(500, Book::CsirtXarf, Record::Abuse(record));
    }
}

/// What the community shared of one incident: a few things of one cell, and some that have nothing to do with it.
fn event(build: &mut Builder<'_>, cell: &Cell, campaign: &Campaign) {
    let mut attributes = Vec::new();
    let mut add = |build: &mut Builder<'_>, sort: Sort, values: &[String]| {
        for value in values {
            if build.chance.permille(400) {
                attributes.push(Thing::new(sort, value.as_str()));
            }
        }
    };
    add(build, Sort::Domain, &cell.domains);
    add(build, Sort::Ip, &cell.servers);
    add(build, Sort::File, &cell.files);
    add(build, Sort::Url, &cell.urls);
    let shared = crate::background::shared_host(build.world, &mut build.chance);
    attributes.push(Thing::new(Sort::Ip, shared));
    let info = match &campaign.malware {
        Some(family) => format!("{family} infrastructure"),
        None => format!("{} seen by members", campaign.kind.as_str()),
    };
    let (serial, at) = (build.serial(), build.when(cell.start + 5 * DAY, cell.end + 20 * DAY));
    build.tell(600, Book::CsirtMisp, Record::Event(Event { serial, at, info, attributes }));
}
