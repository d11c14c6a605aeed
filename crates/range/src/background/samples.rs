//! Commodity malware and petty abuse in statements, events and abuse reports, and the telephones of other cases.

use super::{Place, hubs, machines, names};
use crate::chance::Chance;
use crate::record::{Abuse, AbuseKind, Event, Record, Statement};
use crate::thing::{Family, Sort, Thing};
use crate::world::World;

/// The number of a commodity sample.
fn sample(world: &World, chance: &mut Chance) -> u64 {
    chance.below(world.counts.domains)
}

/// Samples whose packer, builder or configuration many or some share.
pub(super) fn statement(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let number = sample(world, chance);
    let file = Thing::new(Sort::File, world.digest(2, number));
    let campaign = number / 6;
    let (verb, to) = match chance.below(10) {
        0..3 => ("has-fingerprint", Thing::mark(Family::Imphash, world.popular(Family::Imphash, 40, chance))),
        3..5 => {
            ("has-fingerprint", Thing::mark(Family::RichHeader, world.mark(Family::RichHeader, number / 15)))
        }
        5..7 => ("has-fingerprint", Thing::mark(Family::C2Config, world.mark(Family::C2Config, campaign))),
        7 => ("has-fingerprint", Thing::mark(Family::BuildKey, world.mark(Family::BuildKey, number / 30))),
        _ => ("communicates-with", Thing::new(Sort::Domain, call(world, campaign))),
    };
    Record::Statement(Statement { serial: place.serial, at: place.at, from: file, verb, to })
}

/// Where a petty campaign's samples call.
fn call(world: &World, campaign: u64) -> String {
    let mut chance = world.chance(crate::chance::Stream::Record, campaign);
    world.domain(names::petty(world, &mut chance))
}

/// Seized telephones of cases that have nothing to do with each other.
pub(super) fn phone(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let case = place.index / 12;
    let owner = (1 << 26) + case;
    let own = Thing::new(Sort::Phone, world.phone(owner));
    let (verb, to) = match chance.below(10) {
        0 => ("held-by", Thing::new(Sort::Identity, format!("{}#{owner}", world.name_of(owner)))),
        1..5 => ("contacted", Thing::new(Sort::Phone, world.phone((1 << 25) + case * 8 + chance.below(8)))),
        _ => ("contacted", Thing::new(Sort::Phone, world.phone(chance.below(world.counts.accounts)))),
    };
    Record::Statement(Statement { serial: place.serial, at: place.at, from: own, verb, to })
}

/// An incident of a petty criminal as a community shares it.
pub(super) fn event(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let domain = names::petty(world, chance);
    let name = world.domain(domain);
    let mut attributes = vec![Thing::new(Sort::Domain, name.as_str())];
    attributes.push(Thing::new(Sort::Ip, names::host(world, domain, chance)));
    if chance.permille(400) {
        attributes.push(Thing::new(Sort::Url, format!("https://{name}/offer")));
    }
    if chance.permille(400) {
        attributes.push(Thing::new(Sort::File, world.digest(2, sample(world, chance))));
    }
    if chance.permille(300) {
        attributes.push(Thing::new(Sort::Ip, hubs::shared_host(world, chance)));
    }
    let info = chance.pick(&["Phishing", "Malicious spam", "Suspicious infrastructure"]).to_owned();
    Record::Event(Event { serial: place.serial, at: place.at, info, attributes })
}

/// A provider's abuse report.
pub(super) fn abuse(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let domain = names::petty(world, chance);
    let url = format!("https://{}/offer", world.domain(domain));
    let source = names::host(world, domain, chance);
    let (source, what) = match chance.below(10) {
        0..5 => (source, AbuseKind::Phishing { url }),
        5..7 => (source, AbuseKind::Malware { url, sha256: world.digest(2, sample(world, chance)) }),
        _ => {
            let (family, c2) = machines::commodity(world, chance);
            (super::bot(world, chance), AbuseKind::Botnet { family, c2 })
        }
    };
    Record::Abuse(Abuse { serial: place.serial, at: place.at, source, what })
}
