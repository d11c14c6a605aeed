//! The parts of a cell, each noted as the enterprise's.

use super::super::build::Builder;
use super::{Cell, EntityKind, mistakes};
use crate::record::Registrant;
use crate::thing::{Family, Sort, Thing};

type Campaign = Option<usize>;

fn built(build: &mut Builder<'_>, sort: Sort, value: String, campaign: Campaign) -> String {
    build.own(sort, value, EntityKind::Infrastructure, None, campaign)
}

fn mark(build: &mut Builder<'_>, family: Family, campaign: Campaign) -> String {
    let number = build.number();
    let value = build.world.mark(family, number);
    built(build, Sort::Mark(family), value, campaign)
}

pub(super) fn domains(build: &mut Builder<'_>, campaign: Campaign) -> Vec<String> {
    let count = build.chance.between(3, 5);
    let one = |_| {
        let number = build.number();
        built(build, Sort::Domain, build.world.domain(number), campaign)
    };
    (0..count).map(one).collect()
}

pub(super) fn servers(build: &mut Builder<'_>, campaign: Campaign) -> Vec<String> {
    let count = build.chance.between(1, 2);
    let one = |_| {
        let number = build.number();
        built(build, Sort::Ip, build.world.server(number), campaign)
    };
    (0..count).map(one).collect()
}

/// A machine image used again brings its host key with it: seen by those who scan.
pub(super) fn host_key(build: &mut Builder<'_>, campaign: Campaign, before: Option<&Cell>) -> String {
    match before.filter(|_| build.chance.permille(mistakes::HOST_KEY_AGAIN)) {
        Some(cell) => cell.ssh_key.clone(),
        None => mark(build, Family::SshHostKey, campaign),
    }
}

/// A certificate and its key.
pub(super) fn certificate(build: &mut Builder<'_>, campaign: Campaign) -> (String, String) {
    let number = build.number();
    let certificate = built(build, Sort::Certificate, build.world.digest(1, number), campaign);
    (certificate, mark(build, Family::Spki, campaign))
}

/// The enterprise's own tracker, and the one a copied page still has with the number of the domain it was copied from.
pub(super) fn trackers(
    build: &mut Builder<'_>,
    campaign: Campaign,
) -> (Option<String>, Option<(String, u64)>) {
    let has_own = build.chance.permille(mistakes::OWN_TRACKER);
    let own = has_own.then(|| mark(build, Family::Tracker, campaign));
    let is_copied = build.chance.permille(mistakes::COPIED_TRACKER);
    let copied = is_copied.then(|| crate::background::tracked_domain(build.world, &mut build.chance));
    if let Some((tracker, _)) = &copied {
        build.enterprise.neutral.push(Thing::mark(Family::Tracker, tracker.as_str()));
    }
    (own, copied)
}

/// The pages victims are led to.
pub(super) fn urls(build: &mut Builder<'_>, campaign: Campaign, domains: &[String]) -> Vec<String> {
    let one = |domain: &String| {
        let path = build.chance.pick(&["login", "verify", "account/confirm", "help", "claim", "update"]);
        let value = format!("https://{domain}/{path}/{}", build.chance.hex(6));
        build.own(Sort::Url, value, EntityKind::VictimFacing, None, campaign)
    };
    domains.iter().take(2).map(one).collect()
}

/// An address and a telephone for victims; in one wave of three those of the last, since the call centre is the same.
pub(super) fn contact(
    build: &mut Builder<'_>,
    campaign: Campaign,
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
pub(super) fn persona(build: &mut Builder<'_>, campaign: Campaign) -> Registrant {
    let person = build.world.person(build.number());
    let email = build.own(Sort::Email, person.email, EntityKind::Infrastructure, None, campaign);
    let phone = build.own(Sort::Phone, person.phone, EntityKind::Infrastructure, None, campaign);
    Registrant { name: person.name, email, phone, firm: None }
}
