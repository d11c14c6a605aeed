//! Aliases: which entries about actors or malware, of different catalogues and reporters, are about the same under different names.
//!
//! Every vendor names what it tracks by a scheme of its own (APT28, Fancy Bear, Forest Blizzard), so names alone tell little. What an entry
//! says counts beside its names: sources it cites, names that its text mentions, its country. [`Proposer::propose`] gives pairs
//! with a probability and [`Reason`]s for and against, for a person to review; nothing is merged.
//!
//! Only pairs that have something in common are compared ([`Choice`] bounds how many), so work grows with the entries and not with
//! their square. The probability is a logistic regression, fitted apart for actors and malware on MISP's galaxies; how good it is stands in
//! docs/quality.md. The same entries give the same proposals.
//!
//! ```
//! use entente_graph::aliases::{Choice, Entry, Kind, Proposer};
//!
//! let told = |name: &str, text: &str| Entry { names: vec![name.into()], text: text.into(), ..Entry::default() };
//! let mut entries: Vec<Entry> = ["Amber Lynx", "Stone Heron", "Night Wader"].map(|name| told(name, "")).into();
//! entries.push(told("Lantern Group", "Lantern Group, also known as Amber Lynx, sends mail with a loader."));
//!
//! let proposals = Proposer::new(Kind::Actor, &entries, &Choice::default()).propose(0.1);
//! assert_eq!((proposals[0].one, proposals[0].other), (0, 3));
//! ```

mod candidates;
mod evidence;
mod mention;
mod name;
mod reading;
mod reason;
mod vectors;
mod weigh;

pub use evidence::Evidence;
pub use reason::{Ground, Reason};

use std::collections::HashMap;

use mention::Mentions;
use name::Name;
use vectors::Vectors;

/// What entries are about. Campaigns carry names of the same sort as actors, but on none of them was anything measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A threat actor or intrusion set.
    Actor,
    /// A family of malware or a tool.
    Malware,
}

/// What one catalogue, report or partner says about one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its names; the first is what it is called. No more than 32 are looked at.
    pub names: Vec<String>,
    /// Which catalogue says so. One catalogue seldom tells of the same thing twice.
    pub source: Option<String>,
    /// Where it is from, in any one spelling.
    pub country: Option<String>,
    /// URLs of what it cites.
    pub references: Vec<String>,
    /// What is written about it.
    pub text: String,
}

/// How many pairs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What more entries than this have in common (a word, a cited source) makes nobody a candidate.
    pub common: usize,
    /// The entries nearest to each in spelling, and as many by what is written about them.
    pub nearest: usize,
}

impl Default for Choice {
    /// On MISP's galaxies, about sixty pairs an entry.
    fn default() -> Choice {
        Choice { common: 40, nearest: 15 }
    }
}

/// Two entries that may be about the same thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Place of the one in what [`Proposer::new`] was given; the smaller.
    pub one: usize,
    /// Place of the other.
    pub other: usize,
    /// How probable it is that they are the same.
    pub probability: f64,
    /// What speaks for it and what against, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// Entries of one kind, ready to be compared.
pub struct Proposer {
    kind: Kind,
    choice: Choice,
    entries: Vec<Known>,
    /// In how many entries each word of a name, and each cited source, stands.
    words: HashMap<String, u32>,
    cited: HashMap<String, u32>,
    /// Spelling of names, one row a name, and of whose names.
    spelling: Vectors,
    owners: Vec<u32>,
    /// What is written, one row an entry.
    writing: Vectors,
    mentions: Mentions,
    /// Who bears each name, folded.
    bearers: HashMap<String, Vec<u32>>,
}

/// An entry as it is compared.
struct Known {
    names: Vec<Name>,
    /// Row of the first name in [`Proposer::spelling`]; the others follow.
    first_row: usize,
    source: Option<String>,
    country: Option<String>,
    /// Sorted, each once.
    references: Vec<String>,
    /// Whether anything but names is told.
    is_bare: bool,
}

const MOST_NAMES: usize = 32;

impl Proposer {
    /// Reads the entries, all of which are of one kind.
    pub fn new(kind: Kind, entries: &[Entry], choice: &Choice) -> Proposer {
        let mut first_row = 0;
        let mut known = |entry: &Entry| {
            let known = Known::new(entry, first_row);
            first_row += known.names.len();
            known
        };
        let known: Vec<Known> = entries.iter().map(&mut known).collect();
        let owned =
            || (0_u32..).zip(&known).flat_map(|(no, entry)| entry.names.iter().map(move |name| (no, name)));
        let mentions = Mentions::new(owned(), entries);
        let mut bearers: HashMap<String, Vec<u32>> = HashMap::new();
        owned().for_each(|(no, name)| bearers.entry(name.folded.clone()).or_default().push(no));
        Proposer {
            kind,
            bearers,
            choice: *choice,
            words: counted(known.iter().map(|entry| entry.names.iter().flat_map(Name::words).collect())),
            cited: counted(known.iter().map(|entry| entry.references.iter().map(String::as_str).collect())),
            spelling: Vectors::new(owned().map(|(_, name)| name.grams())),
            owners: owned().map(|(no, _)| no).collect(),
            writing: Vectors::new(entries.iter().map(|entry| mention::prose(&entry.text))),
            mentions,
            entries: known,
        }
    }

    /// Entries that bear a name of this one, itself among them; of a name of too many, none.
    fn namesakes(&self, entry: u32) -> impl Iterator<Item = u32> {
        let names = self.entries[entry as usize].names.iter().map(|name| &self.bearers[&name.folded]);
        names.filter(|bearers| bearers.len() <= self.choice.common).flatten().copied()
    }

    /// Pairs that are the same with at least this probability, the most probable first.
    pub fn propose(&self, least: f64) -> Vec<Proposal> {
        let proposal = |(one, other)| {
            let evidence = self.evidence(one, other);
            let probability = evidence.probability(self.kind);
            let reasons = || reason::reasons(self, &evidence, one, other);
            (probability >= least).then(|| Proposal { one, other, probability, reasons: reasons() })
        };
        let mut proposals: Vec<Proposal> = self.candidates().into_iter().filter_map(proposal).collect();
        proposals.sort_by(|one, other| {
            let places = |of: &Proposal| (of.one, of.other);
            other.probability.total_cmp(&one.probability).then_with(|| places(one).cmp(&places(other)))
        });
        proposals
    }
}

impl Known {
    fn new(entry: &Entry, first_row: usize) -> Known {
        let mut references: Vec<String> = entry.references.iter().map(|url| mention::address(url)).collect();
        references.sort();
        references.dedup();
        let names: Vec<Name> =
            entry.names.iter().take(MOST_NAMES).filter_map(|name| Name::new(name)).collect();
        Known {
            names,
            first_row,
            source: entry.source.clone(),
            country: entry.country.as_deref().map(name::folded),
            is_bare: references.is_empty() && entry.text.trim().is_empty(),
            references,
        }
    }
}

/// In how many entries each stands.
fn counted<'a>(entries: impl Iterator<Item = Vec<&'a str>>) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for mut each in entries {
        each.sort_unstable();
        each.dedup();
        each.into_iter().for_each(|one| *counts.entry(one.to_owned()).or_default() += 1);
    }
    counts
}

#[cfg(test)]
mod tests;
