//! What very many share, and therefore says nothing of who is behind it.

use crate::chance::Chance;
use crate::record::Registrant;
use crate::thing::{Family, Sort, Thing};
use crate::world::World;

/// Hosters who ask nothing, rented by criminals of every size.
pub(crate) const BULLETPROOF: u64 = 4;
/// Addresses of shared hosts, content networks, parking services and the sinkhole, in this order.
const SHARED_HOSTS: u64 = 24;
const CONTENT: u64 = 8;
const PARKING: u64 = 2;
const SINKHOLES: u64 = 2;

const PRIVACY: &[(&str, &str)] = &[
    ("Privacy Keeper", "contact@privacy-keeper.example"),
    ("Whois Shelter", "owner@whois-shelter.example"),
    ("Domains By Nobody", "mail@domains-by-nobody.example"),
    ("Redacted for Privacy", "redacted@registry-relay.example"),
];
const REGISTRARS: &[&str] = &["Namewharf", "Dotmason", "Zonekeepers", "Registrar of Lindero"];

/// How many accounts of the bank are firms that everybody pays or is paid by.
pub(crate) fn firms(world: &World) -> u64 {
    (world.counts.accounts / 400).clamp(6, 400)
}

pub(crate) fn registrar(chance: &mut Chance) -> &'static str {
    chance.pick(REGISTRARS)
}

/// A privacy service's address in the place of the registrant's.
pub(crate) fn privacy(world: &World, chance: &mut Chance) -> Registrant {
    let which = chance.skewed(PRIVACY.len() as u64) as usize;
    let (name, email) = PRIVACY[which];
    Registrant {
        name: name.to_owned(),
        email: email.to_owned(),
        phone: privacy_phone(world, which),
        firm: Some(name.to_owned()),
    }
}

fn privacy_phone(world: &World, which: usize) -> String {
    world.phone((1 << 29) + which as u64)
}

/// The address of a shared host, a content network or a parking service.
pub(crate) fn shared_host(world: &World, chance: &mut Chance) -> String {
    match chance.below(3) {
        0 => content(world, chance),
        1 => parking(world, chance),
        _ => hosted(world, chance),
    }
}

/// The address of a shared host.
pub(super) fn hosted(world: &World, chance: &mut Chance) -> String {
    world.shared(chance.below(world.variety(SHARED_HOSTS)))
}

pub(super) fn content(world: &World, chance: &mut Chance) -> String {
    world.shared(SHARED_HOSTS + chance.below(world.variety(CONTENT)))
}

pub(super) fn parking(world: &World, chance: &mut Chance) -> String {
    world.shared(SHARED_HOSTS + CONTENT + chance.below(PARKING))
}

/// Where seized names point, whoever's they were.
pub(super) fn sinkhole(world: &World, chance: &mut Chance) -> String {
    world.shared(SHARED_HOSTS + CONTENT + PARKING + chance.below(SINKHOLES))
}

pub(super) fn name_servers_of(which: &str) -> [String; 2] {
    [format!("ns1.{which}.example"), format!("ns2.{which}.example")]
}

pub(crate) fn bulletproof_name_servers(world: &World, rented: u64) -> [String; 2] {
    let name = world.domain((1 << 29) + rented);
    [format!("ns1.{name}"), format!("ns2.{name}")]
}

/// Everything that is a hub by design, with why.
pub(crate) fn hubs(world: &World) -> Vec<(Thing, &'static str)> {
    let mut hubs = Vec::new();
    let reasons = [
        (0, SHARED_HOSTS, "shared-host"),
        (SHARED_HOSTS, CONTENT, "cdn"),
        (SHARED_HOSTS + CONTENT, PARKING, "parking"),
        (SHARED_HOSTS + CONTENT + PARKING, SINKHOLES, "sinkhole"),
    ];
    for (first, count, reason) in reasons {
        hubs.extend(
            (first..first + count).map(|number| (Thing::new(Sort::Ip, world.shared(number)), reason)),
        );
    }
    for (which, (_, email)) in PRIVACY.iter().enumerate() {
        hubs.push((Thing::new(Sort::Email, *email), "privacy-proxy"));
        hubs.push((Thing::new(Sort::Phone, privacy_phone(world, which)), "privacy-proxy"));
    }
    for rented in 0..BULLETPROOF {
        let names = bulletproof_name_servers(world, rented);
        hubs.extend(names.map(|name| (Thing::new(Sort::Domain, name), "bulletproof-hosting")));
    }
    hubs.extend(
        super::names::popular_name_servers().map(|name| (Thing::new(Sort::Domain, name), "name-server")),
    );
    hubs.extend(
        (0..firms(world))
            .map(|number| (Thing::new(Sort::Iban, world.account(number)), super::money::trade(number))),
    );
    hubs.extend(super::coins::services(world));
    hubs.extend(popular_marks(world));
    hubs
}

fn popular_marks(world: &World) -> impl Iterator<Item = (Thing, &'static str)> {
    let families = [
        (Family::Hassh, 12),
        (Family::Jarm, 20),
        (Family::Ja3s, 20),
        (Family::Favicon, 30),
        (Family::Imphash, 40),
        (Family::Kit, super::machines::POPULAR_KITS),
        (Family::SshHostKey, super::machines::CLONED_IMAGES),
        (Family::Spki, super::machines::DEFAULT_CERTIFICATES),
    ];
    families.into_iter().flat_map(move |(family, count)| {
        (0..world.variety(count))
            .map(move |number| (Thing::mark(family, world.mark(family, number)), "popular"))
    })
}
