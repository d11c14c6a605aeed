//! Why two entries may be the same, and what speaks against it.

use std::f64::consts::LOG2_E;
use std::fmt;

use super::evidence::Evidence;
use super::weigh::{TERMS, weights};
use super::{Proposer, mention::Mention};

/// One ground, and how much it weighs.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What is so.
    pub ground: Ground,
    /// Bits for it, or below zero against it.
    pub bits: f64,
}

/// What is so of two entries, for people to read. Numbers are places of entries.
#[derive(Clone, Debug, PartialEq)]
pub enum Ground {
    /// Both bear this name, however it is written.
    SameName(String),
    /// Their names differ only in words that any such name may carry.
    SameCore(String),
    /// Two names are spelled alike, or share a rare word.
    Spelling(String, String),
    /// One name is the initials of the other.
    Initials,
    /// Names like these with different numbers.
    OtherNumber,
    /// Both cite these.
    Sources(Vec<String>),
    /// They are said to be of the same country.
    SameCountry,
    /// They are said to be of different countries.
    OtherCountry,
    /// What is written about them is alike, or is not.
    Text,
    /// An entry mentions a name of the other in its text or in the address of what it cites.
    Mentions {
        /// Who mentions.
        telling: usize,
        /// Whether it says that a name follows.
        as_name: bool,
    },
    /// Another of the same name as the one mentions the other.
    Namesake,
    /// These mention names of both.
    Together(Vec<usize>),
    /// One catalogue has both, and seldom tells of one thing twice.
    SameCatalogue,
}

/// Which terms of [`Evidence::terms`] make which ground.
fn grounds(of: &Proposer, evidence: &Evidence, one: usize, other: usize) -> Vec<(Ground, Vec<usize>)> {
    let (this, that) = (&of.entries[one], &of.entries[other]);
    let told = |of: &super::Known| of.names.first().map(|name| name.told.clone()).unwrap_or_default();
    let name = match (evidence.equal, evidence.equal_core) {
        (true, _) => Ground::SameName(told(this)),
        (_, true) => Ground::SameCore(told(this)),
        _ => Ground::Spelling(told(this), told(that)),
    };
    let shared = this.references.iter().filter(|url| that.references.binary_search(url).is_ok());
    let together = of.mentions.of_both(one as u32, other as u32).into_iter().map(|by| by as usize).collect();
    let mut grounds = vec![
        (name, vec![0, 1, 2, 3, 4, 5, 6, 7, 10, 11]),
        (Ground::Initials, vec![8]),
        (Ground::OtherNumber, vec![9]),
        (Ground::Sources(shared.cloned().collect()), vec![12, 13]),
        (Ground::SameCountry, vec![14]),
        (Ground::OtherCountry, vec![15]),
        (Ground::Text, vec![16, 17]),
        (Ground::Together(together), vec![23, 24, 30]),
        (Ground::Namesake, vec![31, 32]),
        (Ground::SameCatalogue, vec![25]),
    ];
    for (telling, named) in [(one, other), (other, one)] {
        if let Some(Mention { as_name, .. }) = of.mentions.by(telling as u32, named as u32) {
            grounds.push((Ground::Mentions { telling, as_name }, vec![18, 19, 20, 21, 22, 27, 28, 29]));
            break;
        }
    }
    grounds
}

/// The grounds that weigh anything, the weightiest first.
pub(super) fn reasons(of: &Proposer, evidence: &Evidence, one: usize, other: usize) -> Vec<Reason> {
    let (terms, weights): ([f64; TERMS], _) = (evidence.terms(), weights(of.kind));
    let bits =
        |places: &[usize]| places.iter().map(|place| terms[*place] * weights[*place]).sum::<f64>() * LOG2_E;
    let grounds = grounds(of, evidence, one, other).into_iter();
    let reasons = grounds.map(|(ground, places)| Reason { bits: bits(&places), ground });
    let mut reasons: Vec<Reason> = reasons.filter(|reason| reason.bits.abs() >= LEAST_BITS).collect();
    reasons.sort_by(|one, other| other.bits.abs().total_cmp(&one.bits.abs()));
    reasons
}

/// What weighs less than this is not worth a sentence.
const LEAST_BITS: f64 = 0.1;

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ground::SameName(name) => write!(f, "both are called {name}"),
            Ground::SameCore(name) => {
                write!(f, "both are called {name}, but for words that any such name may carry")
            }
            Ground::Spelling(one, other) => write!(f, "{one} and {other}: how alike their names are spelled"),
            Ground::Initials => write!(f, "one name is the initials of the other"),
            Ground::OtherNumber => write!(f, "their names carry different numbers"),
            Ground::Sources(urls) => write!(f, "both cite {}", urls.join(", ")),
            Ground::SameCountry => write!(f, "both are said to be of the same country"),
            Ground::OtherCountry => write!(f, "they are said to be of different countries"),
            Ground::Text => write!(f, "how alike what is written about them is"),
            Ground::Mentions { as_name: true, .. } => {
                write!(f, "one says that it is also called by the name of the other")
            }
            Ground::Mentions { .. } => write!(f, "one mentions the name of the other"),
            Ground::Namesake => write!(f, "another of the name of one mentions the name of the other"),
            Ground::Together(by) if by.len() == 1 => write!(f, "another mentions both"),
            Ground::Together(by) => write!(f, "{} others mention both", by.len()),
            Ground::SameCatalogue => write!(f, "one catalogue has both as two"),
        }
    }
}
