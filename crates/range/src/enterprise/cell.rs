//! Cells: names, servers, certificates, keys and trackers of one wave of one campaign.

use super::build::{Builder, EntityKind};
use super::campaign::{Campaign, CampaignKind};
use super::mistakes;
use crate::book::Book;
use crate::record::{Certificate, Record, Registrant, Registration, Resolution, Scan, Seconds};
use crate::thing::{Family, Sort, Thing};
use crate::world::DAY;

/// Infrastructure that was set up together.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) campaign: usize,
    pub(crate) kind: CampaignKind,
    pub(crate) start: Seconds,
    pub(crate) end: Seconds,
    pub(crate) domains: Vec<String>,
    pub(crate) servers: Vec<String>,
    pub(crate) urls: Vec<String>,
    pub(crate) ssh_key: String,
    pub(crate) certificate: String,
    pub(crate) spki: String,
    pub(crate) tracker: Option<String>,
    /// The tracker of the page that was copied, which the copy still carries.
    pub(crate) copied_tracker: Option<(String, u64)>,
    pub(crate) kit: String,
    pub(crate) style: String,
    pub(crate) persona: Registrant,
    pub(crate) contact_email: Option<String>,
    pub(crate) contact_phone: Option<String>,
    pub(crate) files: Vec<String>,
    /// Accounts and wallets that victims pay to.
    pub(crate) accounts: Vec<String>,
    pub(crate) wallets: Vec<String>,
    name_servers: [String; 2],
}

/// Sets up the cells of all campaigns, and lets the parties see what they see of them.
pub(crate) fn raise(build: &mut Builder<'_>, campaigns: &[Campaign]) -> Vec<Cell> {
    let name_servers = bulletproof(build);
    let kits = [0, 1].map(|_| {
        let number = build.number();
        let (kit, style) =
            (build.world.mark(Family::Kit, number), build.world.mark(Family::TextStyle, number));
        build.enterprise.neutral.push(Thing::mark(Family::Kit, kit.as_str()));
        build.enterprise.neutral.push(Thing::mark(Family::TextStyle, style.as_str()));
        (kit, style)
    });
    let waves = 1 + build.scale / 200;
    let mut cells: Vec<Cell> = Vec::new();
    for campaign in campaigns {
        for wave in 0..waves {
            let kit = kits[(campaign.number + wave as usize) % 2].clone();
            let cell =
                one(build, campaign, wave as Seconds, waves as Seconds, kit, &name_servers, cells.last());
            cells.push(cell);
        }
    }
    for place in 0..cells.len() {
        show(build, &cells[place]);
        register(build, &cells, place);
    }
    cells
}

/// The name servers of a hoster who asks nothing, which petty criminals rent too.
fn bulletproof(build: &mut Builder<'_>) -> [String; 2] {
    let rented = build.chance.below(crate::background::BULLETPROOF);
    crate::background::bulletproof_name_servers(build.world, rented)
}

fn one(
    build: &mut Builder<'_>,
    campaign: &Campaign,
    wave: Seconds,
    waves: Seconds,
    kit: (String, String),
    name_servers: &[String; 2],
    before: Option<&Cell>,
) -> Cell {
    let number = Some(campaign.number);
    let step = (campaign.end - campaign.start) / waves.max(1);
    let start = campaign.start + wave * step;
    let own = |build: &mut Builder<'_>, sort, value, kind| build.own(sort, value, kind, None, number);
    let domains = (0..build.chance.between(3, 5)).map(|_| {
        let value = build.world.domain(build.number());
        own(build, Sort::Domain, value, EntityKind::Infrastructure)
    });
    let domains: Vec<String> = domains.collect();
    let servers = (0..build.chance.between(1, 2)).map(|_| {
        let value = build.world.server(build.number());
        own(build, Sort::Ip, value, EntityKind::Infrastructure)
    });
    let servers: Vec<String> = servers.collect();
    let id = build.number();
    // A machine image used again brings its host key with it: seen by those who scan, in one cell of four.
    let again =
        before.filter(|_| build.chance.permille(mistakes::HOST_KEY_AGAIN)).map(|cell| cell.ssh_key.clone());
    let ssh_key = again.unwrap_or_else(|| {
        let value = build.world.mark(Family::SshHostKey, id);
        own(build, Sort::Mark(Family::SshHostKey), value, EntityKind::Infrastructure)
    });
    let certificate = build.world.digest(1, id);
    let certificate = own(build, Sort::Certificate, certificate, EntityKind::Infrastructure);
    let spki = build.world.mark(Family::Spki, id);
    let spki = own(build, Sort::Mark(Family::Spki), spki, EntityKind::Infrastructure);
    let is_web = campaign.kind != CampaignKind::ClickFraud;
    let tracker = (is_web && build.chance.permille(mistakes::OWN_TRACKER)).then(|| {
        let value = build.world.mark(Family::Tracker, id);
        own(build, Sort::Mark(Family::Tracker), value, EntityKind::Infrastructure)
    });
    let copied = is_web && build.chance.permille(mistakes::COPIED_TRACKER);
    let copied_tracker = copied.then(|| crate::background::tracked_domain(build.world, &mut build.chance));
    if let Some((tracker, _)) = &copied_tracker {
        build.enterprise.neutral.push(Thing::mark(Family::Tracker, tracker.as_str()));
    }
    let urls = domains.iter().take(2).map(|domain| {
        let path = build.chance.pick(&["login", "verify", "account/confirm", "help", "claim", "update"]);
        let value = format!("https://{domain}/{path}/{}", build.chance.hex(6));
        own(build, Sort::Url, value, EntityKind::VictimFacing)
    });
    let urls: Vec<String> = if is_web { urls.collect() } else { Vec::new() };
    let persona = persona(build, number);
    let (contact_email, contact_phone) = match campaign.kind.has_contact() {
        true => contact(build, number, before),
        false => (None, None),
    };
    Cell {
        campaign: campaign.number,
        kind: campaign.kind,
        start,
        end: (start + step.max(20 * DAY)).min(build.world.end() - 1),
        domains,
        servers,
        urls,
        ssh_key,
        certificate,
        spki,
        tracker,
        copied_tracker,
        kit: kit.0,
        style: kit.1,
        persona,
        contact_email,
        contact_phone,
        files: Vec::new(),
        accounts: Vec::new(),
        wallets: Vec::new(),
        name_servers: name_servers.clone(),
    }
}

/// An address and a telephone for victims; in one wave of three those of the last, since the call centre is the same.
fn contact(
    build: &mut Builder<'_>,
    campaign: Option<usize>,
    before: Option<&Cell>,
) -> (Option<String>, Option<String>) {
    let person = build.world.person(build.number());
    let mut one = |sort, fresh: String, last: Option<String>| {
        last.filter(|_| build.chance.permille(mistakes::CONTACT_AGAIN))
            .unwrap_or_else(|| build.own(sort, fresh, EntityKind::VictimFacing, None, campaign))
    };
    let email = one(Sort::Email, person.email, before.and_then(|cell| cell.contact_email.clone()));
    let phone = one(Sort::Phone, person.phone, before.and_then(|cell| cell.contact_phone.clone()));
    (Some(email), Some(phone))
}

/// Somebody who does not exist, to register in the name of.
fn persona(build: &mut Builder<'_>, campaign: Option<usize>) -> Registrant {
    let person = build.world.person(build.number());
    let email = build.own(Sort::Email, person.email, EntityKind::Infrastructure, None, campaign);
    let phone = build.own(Sort::Phone, person.phone, EntityKind::Infrastructure, None, campaign);
    Registrant { name: person.name, email, phone, firm: None }
}

/// Some registrations are behind a privacy service. The persona of a cell registers one name of the next: the
/// thread by which those who see registrations get from cell to cell.
fn register(build: &mut Builder<'_>, cells: &[Cell], place: usize) {
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
fn show(build: &mut Builder<'_>, cell: &Cell) {
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
