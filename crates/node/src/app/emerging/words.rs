//! Why a group is said to emerge, in sentences.

use entente_graph::Growth;

use super::since::Since;
use crate::app::view::{Count, ObjectSummary};

/// Kinds of things named in a sentence, at most; the rest is counted together.
const KINDS: usize = 5;
/// Sources named in a sentence, at most.
const SOURCES: usize = 4;
/// Fewer things than this hang together with nothing to speak of.
const GROUP: u32 = 3;

/// What is known of a group.
pub(super) struct Facts<'a> {
    pub(super) since: Since,
    /// How many members there were, and are.
    pub(super) sizes: (u32, u32),
    /// How many members began to speak of harm since, and in as long a time before.
    pub(super) signs: u32,
    pub(super) signs_before: Option<u32>,
    /// How these grew, of all that the viewer may see.
    pub(super) overall: Growth,
    /// What is new, by kind.
    pub(super) newcomers: Vec<Count>,
    /// What is in it and is not named, by kind.
    pub(super) unnamed: Vec<Count>,
    pub(super) centre: Option<Centre>,
    /// The first thing of it that may be named.
    pub(super) telling: Option<&'a str>,
    pub(super) names: &'a [ObjectSummary],
    pub(super) sources: &'a [String],
}

/// What most others of a group are linked with.
pub(super) struct Centre {
    /// Its STIX type.
    pub(super) kind: String,
    /// What people call it, where it may be named.
    pub(super) label: Option<String>,
    pub(super) neighbours: u32,
}

/// What to call a group: the threat in it, else what it centres on, else what of it may be named.
pub(super) fn title(facts: &Facts<'_>) -> String {
    if let Some(name) = facts.names.first() {
        return name.label.clone();
    }
    let centre = facts.centre.as_ref().and_then(|centre| centre.label.as_deref());
    match centre.or(facts.telling) {
        Some(label) => format!("Around {label}"),
        None => format!("{} things", facts.sizes.1),
    }
}

/// Why it is said to emerge, what tells most first.
pub(super) fn reasons(facts: &Facts<'_>) -> Vec<String> {
    let mut reasons = vec![becoming(facts), pace(facts)];
    reasons
        .extend((!facts.newcomers.is_empty()).then(|| format!("New in it: {}.", listed(&facts.newcomers))));
    reasons.extend(named(facts));
    reasons.extend(facts.centre.as_ref().map(centred));
    reasons.extend(told(facts.sources));
    reasons.extend(unnamed(&facts.unnamed));
    reasons
}

fn becoming(Facts { sizes: (then, now), since, .. }: &Facts<'_>) -> String {
    if *then < GROUP {
        return format!("It is new: {now} things came to hang together {since}.");
    }
    format!("It grew from {then} things to {now} {since}.")
}

fn pace(facts: &Facts<'_>) -> String {
    let before = match facts.signs_before {
        None => String::new(),
        Some(0) => ", none in as long a time before".to_owned(),
        Some(before) => format!(", {before} in as long a time before"),
    };
    let what = "reports, sightings, indicators and the like";
    format!("{} {what} came{before}; of all you see, these {}.", facts.signs, growth(facts.overall))
}

/// How much something grew, for comparison.
fn growth(Growth { then, now }: Growth) -> String {
    if now <= then {
        return "did not grow".to_owned();
    }
    let percent = f64::from(now - then) / f64::from(then).max(1.0) * 100.0;
    let percent = if percent < 1.0 { "less than 1".to_owned() } else { format!("{percent:.0}") };
    format!("grew by {percent} %")
}

fn named(facts: &Facts<'_>) -> Option<String> {
    let names: Vec<String> =
        facts.names.iter().map(|name| format!("{} ({})", name.label, one(&name.kind))).collect();
    (!names.is_empty()).then(|| format!("Named in it: {}.", names.join(", ")))
}

fn centred(Centre { kind, label, neighbours }: &Centre) -> String {
    let kind = one(kind);
    let what = label.as_ref().map_or_else(|| with_article(&kind), |label| format!("{label} ({kind})"));
    format!("It centres on {what}, which {neighbours} others of it are linked with.")
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'I']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn told(sources: &[String]) -> Option<String> {
    match sources {
        [] => None,
        [only] => Some(format!("Only {only} says so.")),
        [several @ .., last] if several.len() < SOURCES => {
            Some(format!("{} sources say so: {} and {last}.", sources.len(), several.join(", ")))
        }
        _ => {
            let others = sources.len() - SOURCES;
            let named = sources[..SOURCES].join(", ");
            Some(format!("{} sources say so: {named} and {others} more.", sources.len()))
        }
    }
}

fn unnamed(kinds: &[Count]) -> Option<String> {
    (!kinds.is_empty()).then(|| format!("Counted and not named here: {}.", listed(kinds)))
}

/// `12 domain names, 3 wallets and 4 other things`.
fn listed(kinds: &[Count]) -> String {
    let (said, rest) = kinds.split_at(kinds.len().min(KINDS));
    let mut parts: Vec<String> = said.iter().map(|kind| many(&kind.name, kind.count)).collect();
    let rest: u64 = rest.iter().map(|kind| kind.count).sum();
    if rest > 0 {
        parts.push(format!("{rest} other thing{}", if rest == 1 { "" } else { "s" }));
    }
    match parts.pop() {
        Some(last) if !parts.is_empty() => format!("{} and {last}", parts.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// A kind as people call it, and several of it, where that is not its STIX type with an s.
const CALLED: [(&str, &str, &str); 14] = [
    ("identity", "person or organisation", "people and organisations"),
    ("ipv4-addr", "IPv4 address", "IPv4 addresses"),
    ("ipv6-addr", "IPv6 address", "IPv6 addresses"),
    ("email-addr", "e-mail address", "e-mail addresses"),
    ("email-message", "e-mail", "e-mails"),
    ("mac-addr", "MAC address", "MAC addresses"),
    ("url", "URL", "URLs"),
    ("x509-certificate", "certificate", "certificates"),
    ("cryptocurrency-wallet", "wallet", "wallets"),
    ("digital-fingerprint", "fingerprint", "fingerprints"),
    ("malware", "malware", "malware"),
    ("observed-data", "observation", "observations"),
    ("vulnerability", "vulnerability", "vulnerabilities"),
    ("infrastructure", "infrastructure", "infrastructures"),
];

fn called(kind: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    CALLED.iter().find(|(name, ..)| *name == kind)
}

fn one(kind: &str) -> String {
    called(kind).map_or_else(|| kind.replace('-', " "), |(_, one, _)| (*one).to_owned())
}

fn many(kind: &str, count: u64) -> String {
    let several = || called(kind).map_or_else(|| format!("{}s", one(kind)), |(.., many)| (*many).to_owned());
    format!("{count} {}", if count == 1 { one(kind) } else { several() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Vec<Count> {
        counts.iter().map(|(name, count)| Count { name: (*name).to_owned(), count: *count }).collect()
    }

    #[test]
    fn kinds_are_said_as_people_say_them() {
        assert_eq!(listed(&counts(&[("domain-name", 12)])), "12 domain names");
        assert_eq!(
            listed(&counts(&[("ipv4-addr", 3), ("identity", 1)])),
            "3 IPv4 addresses and 1 person or organisation"
        );
        let many = counts(&[("url", 9), ("file", 8), ("malware", 7), ("tool", 6), ("note", 5), ("x-a", 1)]);
        assert_eq!(listed(&many), "9 URLs, 8 files, 7 malware, 6 tools, 5 notes and 1 other thing");
    }

    #[test]
    fn who_says_so_is_counted_beyond_a_few() {
        let sources = |count: usize| (1..=count).map(|no| format!("S{no}")).collect::<Vec<_>>();
        assert_eq!(told(&sources(0)), None);
        assert_eq!(told(&sources(1)).unwrap(), "Only S1 says so.");
        assert_eq!(told(&sources(2)).unwrap(), "2 sources say so: S1 and S2.");
        assert_eq!(told(&sources(4)).unwrap(), "4 sources say so: S1, S2, S3 and S4.");
        assert_eq!(told(&sources(7)).unwrap(), "7 sources say so: S1, S2, S3, S4 and 3 more.");
    }

    #[test]
    fn growth_of_all_is_said_for_comparison() {
        let said = |then, now| growth(Growth { then, now });
        assert_eq!(said(1000, 1001), "grew by less than 1 %");
        assert_eq!(said(1000, 1250), "grew by 25 %");
        assert_eq!(said(1000, 900), "did not grow");
    }

    #[test]
    fn what_is_somebodys_is_called_by_its_kind() {
        let centre = |label: Option<&str>| Centre {
            kind: "email-addr".to_owned(),
            label: label.map(str::to_owned),
            neighbours: 4,
        };
        assert_eq!(
            centred(&centre(None)),
            "It centres on an e-mail address, which 4 others of it are linked with."
        );
        let named = "It centres on a.example (e-mail address), which 4 others of it are linked with.";
        assert_eq!(centred(&centre(Some("a.example"))), named);
    }
}
