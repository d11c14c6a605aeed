//! What registrars, sensors and scanners see of a cell.

use super::super::build::Builder;
use super::{CampaignKind, Cell, mistakes};
use crate::book::Book;
use crate::record::{Certificate, Record, Registrant, Registration, Resolution, Scan};
use crate::thing::Family;
use crate::world::DAY;

/// Some registrations are behind a privacy service. The persona of a cell registers one name of the next: the
/// thread by which those who see registrations get from cell to cell.
pub(super) fn register(build: &mut Builder<'_>, cells: &[Cell], place: usize) {
    let cell = &cells[place];
    for (which, domain) in cell.domains.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| cells[before].persona.clone());
        let registrant = match before {
            Some(before) if which == 0 && build.chance.permille(mistakes::PERSONA_AGAIN) => before,
            _ if build.chance.permille(mistakes::REGISTERED_OPENLY) => cell.persona.clone(),
            _ => crate::background::privacy(build.world, &mut build.chance),
        };
        let record = registration(build, cell, domain.clone(), registrant);
        build.tell(850, Book::RegistrarRdap, record);
    }
}

/// A registration of a name of the cell.
pub(crate) fn registration(
    build: &mut Builder<'_>,
    cell: &Cell,
    domain: String,
    registrant: Registrant,
) -> Record {
    let at = build.when(cell.start - 6 * DAY, cell.start);
    Record::Registration(Box::new(Registration {
        handle: build.serial(),
        at,
        domain,
        name_servers: cell.name_servers.clone(),
        registrar: crate::background::registrar(&mut build.chance),
        registrant,
    }))
}

/// What passive DNS and scans see.
pub(super) fn show(build: &mut Builder<'_>, cell: &Cell) {
    for (place, domain) in cell.domains.iter().enumerate() {
        let server = &cell.servers[place % cell.servers.len()];
        for _ in 0..build.rounds() {
            for (permille, book) in [(650, Book::CompanyPassiveDns), (500, Book::RegistrarPassiveDns)] {
                let record = resolution(build, cell, domain, server.clone());
                build.tell(permille, book, record);
            }
        }
        fronted(build, cell, domain);
    }
    for (place, server) in cell.servers.iter().enumerate() {
        for round in 0..3 * build.rounds() {
            let record = scan(build, cell, server, place, round);
            build.tell(750, Book::CompanyScan, record);
        }
    }
}

/// Some names were behind a content network or parked for a while, like thousands of others.
fn fronted(build: &mut Builder<'_>, cell: &Cell, domain: &str) {
    if build.chance.permille(300) {
        let shared = crate::background::shared_host(build.world, &mut build.chance);
        let record = resolution(build, cell, domain, shared);
        build.tell(700, Book::CompanyPassiveDns, record);
    }
}

pub(crate) fn resolution(build: &mut Builder<'_>, cell: &Cell, domain: &str, server: String) -> Record {
    let first = build.when(cell.start, cell.end);
    let last = build.when(first, cell.end + 5 * DAY);
    Record::Resolution(Resolution {
        name: domain.to_owned(),
        kind: "A",
        data: server,
        first,
        last,
        count: build.chance.between(1, 400),
    })
}

/// The first scan shows the shell, the others the pages of a name or two.
fn scan(build: &mut Builder<'_>, cell: &Cell, server: &str, place: usize, round: usize) -> Record {
    let at = build.when(cell.start, cell.end);
    let mut scan = Scan { at, ip: server.to_owned(), port: 443, ..Scan::default() };
    if round.is_multiple_of(3) {
        scan.port = 22;
        scan.ssh = Some((cell.ssh_key.clone(), build.world.popular(Family::Hassh, 12, &mut build.chance)));
        return Record::Scan(Box::new(scan));
    }
    let on_server = cell.domains.iter().skip(place).step_by(cell.servers.len());
    scan.hostnames = on_server.skip(round % 3 - 1).take(2).cloned().collect();
    scan.certificate = Some(certificate(cell));
    scan.jarm = Some(build.world.popular(Family::Jarm, 20, &mut build.chance));
    scan.ja3s = Some(build.world.popular(Family::Ja3s, 20, &mut build.chance));
    page(build, cell, &mut scan);
    Record::Scan(Box::new(scan))
}

fn certificate(cell: &Cell) -> Certificate {
    Certificate {
        sha256: cell.certificate.clone(),
        spki: cell.spki.clone(),
        subject: cell.domains.first().cloned().unwrap_or_default(),
        issuer: "Let's Encode R3",
        not_before: cell.start,
        not_after: cell.start + 90 * DAY,
    }
}

fn page(build: &mut Builder<'_>, cell: &Cell, scan: &mut Scan) {
    if cell.kind == CampaignKind::ClickFraud {
        return;
    }
    scan.trackers.extend(cell.tracker.clone());
    if let Some((tracker, _)) = &cell.copied_tracker {
        scan.trackers.push(tracker.clone());
    }
    scan.kit = Some(cell.kit.clone());
    scan.favicon = Some(build.world.popular(Family::Favicon, 30, &mut build.chance));
    let titles = ["Sign in", "Support", "Your account", "Invest today", "Welcome back"];
    scan.title = Some(build.chance.pick(&titles).to_owned());
}
