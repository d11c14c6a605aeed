//! Scans of servers, and infected machines at the sinkhole.

use super::names::{self, Use};
use super::{Place, hubs};
use crate::chance::{Chance, Stream};
use crate::record::{Certificate, Hit, Record, Scan};
use crate::thing::Family;
use crate::world::{COUNTRIES, DAY, World};

/// Kits that anybody can buy.
pub(super) const POPULAR_KITS: u64 = 10;
/// Machine images whose host key was never changed.
pub(super) const CLONED_IMAGES: u64 = 6;
/// Certificates that come with an appliance.
pub(super) const DEFAULT_CERTIFICATES: u64 = 8;

const FAMILIES: &[&str] = &["Marl", "Osier", "Tansy", "Quern", "Burdock", "Sedge", "Yarrow", "Teasel"];

/// A machine that called: of a commodity family, or of an enterprise's botnet. Some speak for many behind one address.
pub(super) fn sinkhole(world: &World, botnets: &[(String, String)], place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let (family, host) = match chance.one_of(botnets).filter(|_| chance.permille(80)) {
        Some(botnet) => botnet,
        None => commodity(world, chance),
    };
    let hit = hit(world, chance, family, host);
    Record::Hit(Hit { at: place.at, serial: place.serial, ..hit })
}

pub(super) fn commodity(world: &World, chance: &mut Chance) -> (String, String) {
    let which = chance.skewed(FAMILIES.len() as u64);
    let name = world.domain((1 << 29) + 64 + which * 16 + chance.below(16));
    (FAMILIES[which as usize].to_owned(), name)
}

/// A hit of a machine on a seized name, without number and moment.
pub(crate) fn hit(world: &World, chance: &mut Chance, family: String, host: String) -> Hit {
    let network = chance.below(500);
    Hit {
        serial: 0,
        at: 0,
        ip: bot(world, chance),
        port: chance.between(1024, 65_535) as u16,
        asn: world.network(network),
        country: chance.pick(COUNTRIES),
        family,
        sink_ip: hubs::sinkhole(world, chance),
        sink_port: [80, 443, 16_464][chance.below(3) as usize],
        host,
    }
}

/// The address of an infected machine; one in five is that of a provider's gateway, with thousands behind it.
pub(crate) fn bot(world: &World, chance: &mut Chance) -> String {
    if chance.permille(200) {
        world.machine(chance.skewed(50))
    } else {
        world.machine(50 + chance.below(world.counts.machines))
    }
}

/// A scan of a server: its shell, its page, or an appliance.
pub(super) fn scan(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let mut scan = match chance.below(10) {
        0..3 => shell(world, chance),
        3 => appliance(world, chance),
        _ => {
            let domain = chance.below(world.counts.domains);
            web(world, domain, chance)
        }
    };
    scan.at = place.at;
    Record::Scan(Box::new(scan))
}

fn shell(world: &World, chance: &mut Chance) -> Scan {
    let server = chance.below(world.counts.servers);
    // Decided by the server, not by the scan: a host key stays.
    let mut of_server = world.chance(Stream::Server, server);
    let number =
        if of_server.permille(80) { of_server.skewed(world.variety(CLONED_IMAGES)) } else { 100 + server };
    let key = world.mark(Family::SshHostKey, number);
    let hassh = world.popular(Family::Hassh, 12, &mut of_server);
    Scan { ip: world.server(server), port: 22, ssh: Some((key, hassh)), ..Scan::default() }
}

fn appliance(world: &World, chance: &mut Chance) -> Scan {
    let server = chance.below(world.counts.servers);
    let model = world.chance(Stream::Server, server).skewed(world.variety(DEFAULT_CERTIFICATES));
    let certificate = Certificate {
        sha256: world.digest(1, model),
        spki: world.mark(Family::Spki, model),
        subject: "localhost".to_owned(),
        issuer: "localhost",
        not_before: world.start - 900 * DAY,
        not_after: world.start + 2700 * DAY,
    };
    let ip = world.server(server);
    Scan { ip, port: 8443, certificate: Some(certificate), ..Scan::default() }
}

/// The page of a domain, as it is whenever it is scanned.
fn web(world: &World, domain: u64, chance: &mut Chance) -> Scan {
    let mut of_domain = Chance::salted(world.seed, Stream::Domain, 1, domain);
    let name = world.domain(domain);
    let certificate = Certificate {
        sha256: world.digest(1, 100 + domain),
        spki: world.mark(Family::Spki, 100 + domain),
        subject: name.clone(),
        issuer: "Let's Encode R3",
        not_before: world.start - 20 * DAY,
        not_after: world.start + 70 * DAY,
    };
    let petty = matches!(names::use_of(world, domain), Use::Petty(_));
    Scan {
        ip: names::host(world, domain, chance),
        port: 443,
        hostnames: vec![name],
        certificate: Some(certificate),
        jarm: Some(world.popular(Family::Jarm, 20, &mut of_domain)),
        ja3s: Some(world.popular(Family::Ja3s, 20, &mut of_domain)),
        favicon: Some(world.popular(Family::Favicon, 30, &mut of_domain)),
        trackers: tracker_of(world, domain).into_iter().collect(),
        kit: (petty || of_domain.permille(20))
            .then(|| world.popular(Family::Kit, POPULAR_KITS, &mut of_domain)),
        title: Some(if petty { "Sign in" } else { "Welcome" }.to_owned()),
        ..Scan::default()
    }
}

/// Half the pages count their visitors; one in seven of those with the tracker of the agency that built a dozen.
fn tracker_of(world: &World, domain: u64) -> Option<String> {
    let mut chance = Chance::salted(world.seed, Stream::Domain, 2, domain);
    let number = if chance.permille(140) { (1 << 28) + domain / 12 } else { domain };
    chance.permille(500).then(|| world.mark(Family::Tracker, number))
}

/// An ordinary page worth copying: its tracker and the number of its domain.
pub(crate) fn tracked_domain(world: &World, chance: &mut Chance) -> (String, u64) {
    let domains = world.counts.domains;
    let first = chance.below(domains);
    let tracked = (0..64).map(|step| (first + step) % domains).find_map(|domain| {
        tracker_of(world, domain).filter(|_| !names::is_petty(world, domain)).map(|tracker| (tracker, domain))
    });
    tracked.unwrap_or_else(|| (world.mark(Family::Tracker, first), first))
}

/// The scan of an ordinary page.
pub(crate) fn honest_page(world: &World, domain: u64) -> Scan {
    web(world, domain, &mut world.chance(Stream::Domain, domain))
}
