//! The default table, by name.
//!
//! Bits were fitted on ranges made with seeds 1 to 20 (see `docs/quality.md`) and rounded; which way evidence runs, and which
//! ties are wrong together, is from practice (DOMAIN G). Frequent values lose a bit or more for each doubling.

use super::ties::{Family, Role, Rule, Sort, Ties, Walk};
use Walk::{Against, Along, Both, Never};

/// Name, cap in bits, half-life in days.
const FAMILIES: &[(&str, f64, f64)] = &[
    ("hosting", 19.0, 1460.0),
    ("certificate", 22.0, 1460.0),
    ("key", 22.0, 2190.0),
    ("tracker", 19.0, 1460.0),
    ("kit", 13.0, 1095.0),
    ("server software", 12.0, 730.0),
    ("registration", 20.0, 2190.0),
    ("person", 22.0, 3650.0),
    ("contact", 18.0, 1095.0),
    ("payment", 21.0, 1095.0),
    ("report", 18.0, 1095.0),
    ("message", 18.0, 730.0),
    ("event", 16.0, 730.0),
    ("malware", 20.0, 1460.0),
    ("page", 24.0, 3650.0),
    ("told", 15.0, 1095.0),
];

/// Link, sort of the source, sort of the target, family, way, bits, sources, targets, slope, hub.
type Row = (&'static str, &'static str, &'static str, &'static str, Walk, f64, f64, f64, f64, u32);

/// No number of sources makes a hub by itself; the slope does.
const NO_HUB: u32 = u32::MAX;

#[rustfmt::skip]
const RULES: &[Row] = &[
    ("host", "", "", "page", Both, 24.0, 8.0, 1.0, 3.0, NO_HUB),
    ("registered-domain", "", "", "hosting", Both, 18.0, 6.0, 1.0, 3.0, NO_HUB),
    ("resolves-to", "", "", "hosting", Both, 20.0, 6.0, 3.0, 3.0, 24),
    ("presents", "", "", "certificate", Both, 22.0, 8.0, 4.0, 3.0, NO_HUB),
    ("hash", "", "", "certificate", Both, 24.0, 2.0, 4.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "", "told", Both, 15.0, 4.0, 8.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "spki", "certificate", Both, 22.0, 3.0, 2.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "ssh-host-key", "key", Both, 20.0, 4.0, 2.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "tracker", "tracker", Both, 19.0, 5.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "kit", "kit", Both, 13.0, 4.0, 1.0, 2.0, NO_HUB),
    ("has-fingerprint", "", "dom", "kit", Both, 14.0, 4.0, 1.0, 2.0, NO_HUB),
    ("has-fingerprint", "", "text-style", "kit", Both, 13.0, 4.0, 1.0, 2.0, NO_HUB),
    ("has-fingerprint", "", "favicon", "kit", Both, 12.0, 4.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "jarm", "server software", Both, 10.0, 4.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "ja3s", "server software", Both, 10.0, 4.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "hassh", "server software", Both, 10.0, 4.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "imphash", "malware", Both, 13.0, 2.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "tlsh", "malware", Both, 17.0, 4.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "rich-header", "malware", Both, 16.0, 4.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "c2-config", "malware", Both, 20.0, 4.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "build-key", "malware", Both, 20.0, 10.0, 1.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "pgp", "person", Both, 21.0, 2.0, 2.0, 3.0, NO_HUB),
    ("has-fingerprint", "", "device", "person", Both, 20.0, 8.0, 2.0, 2.0, NO_HUB),
    ("communicates-with", "", "", "malware", Both, 20.0, 4.0, 4.0, 2.0, NO_HUB),
    ("communicates-with", "ipv4-addr", "", "malware", Never, 10.0, 4.0, 2.0, 2.0, NO_HUB),
    ("communicates-with", "ipv6-addr", "", "malware", Never, 10.0, 4.0, 2.0, 2.0, NO_HUB),
    ("registered-by", "", "", "registration", Both, 20.0, 6.0, 3.0, 3.0, NO_HUB),
    ("held-by", "", "", "person", Both, 21.0, 6.0, 4.0, 2.0, NO_HUB),
    ("owns", "", "", "person", Both, 20.0, 4.0, 6.0, 2.0, NO_HUB),
    ("account", "", "", "person", Both, 21.0, 2.0, 2.0, 3.0, NO_HUB),
    ("contacted", "", "", "contact", Both, 13.0, 8.0, 16.0, 2.0, NO_HUB),
    ("contacted", "user-account", "user-account", "contact", Both, 19.0, 8.0, 16.0, 2.0, NO_HUB),
    ("uses-name-server", "", "", "hosting", Never, 10.0, 2.0, 4.0, 3.0, NO_HUB),
    ("debtor-account", "", "", "payment", Against, 17.0, 16.0, 2.0, 3.0, NO_HUB),
    ("creditor-account", "", "", "payment", Along, 18.0, 12.0, 2.0, 4.0, NO_HUB),
    ("debtor-account", "", "cryptocurrency-wallet", "payment", Against, 19.0, 4.0, 2.0, 3.0, NO_HUB),
    ("creditor-account", "", "cryptocurrency-wallet", "payment", Along, 20.0, 4.0, 2.0, 4.0, NO_HUB),
    ("subject", "", "", "report", Both, 19.0, 10.0, 4.0, 3.0, NO_HUB),
    ("object", "", "", "event", Both, 18.0, 3.0, 8.0, 3.0, NO_HUB),
    ("contains", "", "", "message", Both, 19.0, 8.0, 4.0, 3.0, NO_HUB),
    ("reply-to", "", "", "message", Both, 18.0, 8.0, 2.0, 3.0, NO_HUB),
    ("received-from", "", "", "message", Both, 14.0, 2.0, 2.0, 3.0, NO_HUB),
    ("uses", "", "", "told", Both, 15.0, 2.0, 4.0, 3.0, NO_HUB),
    ("indicates", "", "", "told", Both, 15.0, 2.0, 4.0, 3.0, NO_HUB),
    ("related-to", "", "", "told", Both, 14.0, 2.0, 4.0, 3.0, NO_HUB),
    ("drops", "", "", "malware", Both, 18.0, 4.0, 4.0, 3.0, NO_HUB),
    ("downloads", "", "", "malware", Along, 15.0, 4.0, 4.0, 3.0, NO_HUB),
    ("attributed-to", "", "", "told", Both, 15.0, 4.0, 4.0, 3.0, NO_HUB),
];

/// What ties together and is no member itself.
const RECORDS: &[&str] = &[
    "payment",
    "victim-report",
    "abuse-report",
    "email-message",
    "report",
    "grouping",
    "network-traffic",
    "observed-data",
    "sighting",
    "incident",
    "note",
];

/// What says nothing of who is behind.
const NOTHING: &[&str] = &[
    "autonomous-system",
    "location",
    "software",
    "vulnerability",
    "attack-pattern",
    "course-of-action",
    "tool",
    "malware",
];

pub(super) fn ties<'a>(
    link_kinds: impl IntoIterator<Item = (u16, &'a str)>,
    vertex_kinds: impl IntoIterator<Item = (u16, &'a str)>,
) -> Ties {
    let mut ties = Ties::empty();
    let families = FAMILIES.iter();
    families.for_each(|(name, cap, half_life)| {
        ties.add_family(Family { name: (*name).to_owned(), cap: *cap, half_life: *half_life });
    });
    for (kind, name) in vertex_kinds {
        let sort = ties.sort(name);
        ties.set_kind(kind, sort);
    }
    for (names, role) in [(RECORDS, Role::Record), (NOTHING, Role::Nothing)] {
        for name in names {
            let sort = ties.sort(name);
            ties.set_role(sort, role);
        }
    }
    for (kind, name) in link_kinds {
        RULES.iter().filter(|row| row.0 == name).for_each(|row| add(&mut ties, kind, row));
    }
    ties
}

fn add(ties: &mut Ties, kind: u16, row: &Row) {
    let (_, source, target, family, walk, bits, sources, targets, slope, hub) = *row;
    let mut end = |name: &str| if name.is_empty() { Sort::ANY } else { ties.sort(name) };
    let (source, target) = (end(source), end(target));
    let family = FAMILIES.iter().position(|(name, ..)| *name == family).unwrap_or_default() as u16;
    ties.set_rule(kind, source, target, Rule { family, walk, bits, sources, targets, slope, hub });
}
