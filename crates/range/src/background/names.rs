//! Registrations and what names point to.

use super::Place;
use super::hubs;
use crate::chance::{Chance, Stream};
use crate::record::{Record, Registrant, Registration, Resolution};
use crate::world::{DAY, World};

const HOSTING: &[&str] =
    &["wharf-dns", "cheap-cloud", "stone-host", "mill-servers", "plain-hosting", "nine-racks"];

/// What a domain is to the world, decided by its number alone, so that every party sees the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Shared,
    Content,
    Parked,
    Own(u64),
    /// A petty criminal's, on a rented server that a few others rent.
    Petty(u64),
}

pub(super) fn use_of(world: &World, domain: u64) -> Use {
    let mut chance = world.chance(Stream::Domain, domain);
    let servers = world.counts.servers;
    match chance.below(100) {
        0..45 => Use::Shared,
        45..60 => Use::Content,
        60..66 => Use::Parked,
        66..97 => Use::Own(chance.below(servers * 3 / 4)),
        _ => Use::Petty(servers * 3 / 4 + chance.below((servers / 4).max(1))),
    }
}

pub(super) fn is_petty(world: &World, domain: u64) -> bool {
    matches!(use_of(world, domain), Use::Petty(_))
}

/// A petty criminal's domain, found in a few steps from anywhere.
pub(super) fn petty(world: &World, chance: &mut Chance) -> u64 {
    let domains = world.counts.domains;
    let first = chance.below(domains);
    (0..256).map(|step| (first + step) % domains).find(|domain| is_petty(world, *domain)).unwrap_or(first)
}

/// The server behind a domain.
pub(super) fn host(world: &World, domain: u64, chance: &mut Chance) -> String {
    match use_of(world, domain) {
        // A site stays on its host: decided by the name alone.
        Use::Shared => hubs::hosted(world, &mut Chance::salted(world.seed, Stream::Domain, 3, domain)),
        Use::Content => hubs::content(world, chance),
        Use::Parked => hubs::parking(world, chance),
        Use::Own(server) | Use::Petty(server) => world.server(server),
    }
}

pub(super) fn popular_name_servers() -> impl Iterator<Item = String> {
    HOSTING.iter().chain(&["parking-lot", "content-edge"]).flat_map(|name| hubs::name_servers_of(name))
}

fn name_servers(world: &World, domain: u64, chance: &mut Chance) -> [String; 2] {
    match use_of(world, domain) {
        Use::Parked => hubs::name_servers_of("parking-lot"),
        Use::Content => hubs::name_servers_of("content-edge"),
        Use::Petty(_) if chance.permille(600) => {
            hubs::bulletproof_name_servers(world, chance.below(hubs::BULLETPROOF))
        }
        _ => hubs::name_servers_of(chance.pick(HOSTING)),
    }
}

/// One registration for each domain.
pub(super) fn registration(world: &World, place: &mut Place) -> Record {
    let domain = place.index;
    let chance = &mut place.chance;
    Record::Registration(Box::new(Registration {
        handle: place.serial,
        at: place.at,
        domain: world.domain(domain),
        name_servers: name_servers(world, domain, chance),
        registrar: hubs::registrar(chance),
        registrant: registrant(world, domain, chance),
    }))
}

/// A third hide, an agency registers for its customers, and most have one or a few names.
fn registrant(world: &World, domain: u64, chance: &mut Chance) -> Registrant {
    let holder = match chance.below(100) {
        0..35 => return hubs::privacy(world, chance),
        35..47 => (1 << 28) + domain / 40,
        47..60 => (1 << 28) + (1 << 27) + domain / 3,
        _ => domain,
    };
    let person = world.person(holder);
    let firm = chance.permille(300).then(|| format!("{} {}", person.name, chance.pick(crate::world::FIRMS)));
    Registrant { name: person.name, email: person.email, phone: person.phone, firm }
}

/// What a sensor saw of a name.
pub(super) fn resolution(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let domain = chance.below(world.counts.domains);
    let kind = if chance.permille(150) { "NS" } else { "A" };
    let [server, _] = name_servers(world, domain, &mut world.chance(Stream::Domain, domain));
    let data = if kind == "A" { host(world, domain, chance) } else { server };
    let name = world.domain(domain);
    let (first, count) = (place.at, chance.skewed(5_000) + 1);
    let last = (first + chance.below(60) as i64 * DAY).min(world.end() - 1);
    Record::Resolution(Resolution { name, kind, data, first, last, count })
}
