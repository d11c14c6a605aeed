//! What two entries have in common, and in what they differ.

use super::mention::Mention;
use super::name::Name;
use super::{Known, Proposer};

/// What one of a few has is not common: there are more actors and families than are told of here.
const LEAST_ENTRIES: usize = 1000;

/// What speaks for and against two entries being about the same. Rarity is in bits: what one entry in 2^n has is worth n.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Whether two names are the same but for case, spacing, punctuation and script.
    pub equal: bool,
    /// Whether they are the same without words that any name may carry.
    pub equal_core: bool,
    /// Jaro and Winkler's likeness of the two most alike names.
    pub winkler: f64,
    /// Cosine of their runs of three letters, rare ones counting more.
    pub grams: f64,
    /// Rarity of the rarest word that two names share.
    pub word: f64,
    /// Whether all words of one name stand in the other.
    pub within: bool,
    /// Whether one name is the initials of the other.
    pub initials: bool,
    /// Whether the names are the same but for their numbers (APT28, APT29).
    pub other_number: bool,
    /// Whether both names have the same number of three figures or more, in different schemes (Storm-0324, DEV-0324).
    pub same_number: bool,
    /// Whether only one of them has a number.
    pub added_number: bool,
    /// Rarity of the sources both cite, together.
    pub sources: f64,
    /// Whether both have a country: the same, or another.
    pub same_country: bool,
    /// See [`Evidence::same_country`].
    pub other_country: bool,
    /// Cosine of the words of the texts, short ones counting less.
    pub text: f64,
    /// Rarity of a name of one that the text of the other mentions.
    pub mentioned: f64,
    /// The same, where the text says that a name follows ("also known as").
    pub as_name: f64,
    /// The same, in the address of what the other cites.
    pub in_address: f64,
    /// Of what mentions the other, how few other names it mentions: one, if no other.
    pub only: f64,
    /// Rarity of a name of one that the text of a third mentions which is called what the other is.
    pub namesake: f64,
    /// Share of the entries that mention either which mention both.
    pub together: f64,
    /// Entries that say of both names that they are other names for what they tell of.
    pub listed: u32,
    /// Whether one catalogue has both.
    pub same_catalogue: bool,
    /// Whether of one of them nothing but names is known.
    pub is_bare: bool,
}

impl Proposer {
    /// Compares two entries.
    pub fn evidence(&self, one: usize, other: usize) -> Evidence {
        let mut evidence = Evidence::default();
        self.compare_names(one, other, &mut evidence);
        self.compare_mentions(one as u32, other as u32, &mut evidence);
        let (this, that) = (&self.entries[one], &self.entries[other]);
        compare_said(this, that, &mut evidence);
        let shared = this.references.iter().filter(|url| that.references.binary_search(url).is_ok());
        evidence.sources = shared.map(|url| self.bits(self.cited[url.as_str()] as usize)).sum();
        evidence.text = self.writing.cosine(one, other) * self.writing.fullness(one, other);
        evidence
    }

    fn compare_names(&self, one: usize, other: usize, evidence: &mut Evidence) {
        let (this, that) = (&self.entries[one], &self.entries[other]);
        let mut best = -1.0;
        for (row, name) in (this.first_row..).zip(&this.names) {
            for (also_row, also) in (that.first_row..).zip(&that.names) {
                let grams = self.spelling.cosine(row, also_row);
                let winkler = strsim::jaro_winkler(&name.core, &also.core);
                if grams + winkler > best {
                    best = grams + winkler;
                    (evidence.grams, evidence.winkler) = (grams, winkler);
                    compare_numbers(name, also, evidence);
                }
                self.compare_words(name, also, evidence);
            }
        }
    }

    fn compare_words(&self, name: &Name, also: &Name, evidence: &mut Evidence) {
        evidence.equal |= name.folded == also.folded;
        evidence.equal_core |= name.core == also.core;
        evidence.within |= name.is_within(also) || also.is_within(name);
        let is_initials = |short: &Name, long: &Name| long.initials.as_ref() == Some(&short.folded);
        evidence.initials |= is_initials(name, also) || is_initials(also, name);
        let shared = name.words().filter(|word| also.words().any(|other| other == *word));
        let rarity = shared.map(|word| self.bits(self.words[word] as usize));
        evidence.word = rarity.fold(evidence.word, f64::max);
    }

    fn compare_mentions(&self, one: u32, other: u32, evidence: &mut Evidence) {
        for (telling, named) in [(one, other), (other, one)] {
            let bits = self.bits(self.mentions.count(named));
            let most = |so_far: &mut f64, is_so: bool| *so_far = so_far.max(if is_so { bits } else { 0.0 });
            most(&mut evidence.namesake, self.is_told_by_namesake(telling, named));
            let Some(Mention { in_text, as_name, in_address }) = self.mentions.by(telling, named) else {
                continue;
            };
            most(&mut evidence.mentioned, in_text);
            most(&mut evidence.as_name, in_text && as_name);
            most(&mut evidence.in_address, in_address);
            evidence.only = evidence.only.max(1.0 / self.mentions.told_by(telling) as f64);
        }
        let thirds = self.mentions.of_both(one, other);
        let lists = |third: u32, named| self.mentions.by(third, named).is_some_and(|mention| mention.as_name);
        evidence.listed =
            thirds.iter().filter(|third| lists(**third, one) && lists(**third, other)).count() as u32;
        let both = thirds.len();
        let either = self.mentions.count(one) + self.mentions.count(other) - both;
        evidence.together = both as f64 / (either as f64 + 1.0);
    }

    fn is_told_by_namesake(&self, telling: u32, named: u32) -> bool {
        let is_namesake = |other: u32| other != telling && self.namesakes(telling).any(|no| no == other);
        let tells = |(no, mention): (&u32, &Mention)| mention.in_text && is_namesake(*no);
        self.mentions.of(named).is_some_and(|by| by.iter().any(tells))
    }

    /// How rare it is to be one of so many, at least one.
    pub(crate) fn bits(&self, count: usize) -> f64 {
        let all = self.entries.len().max(LEAST_ENTRIES) as f64;
        (all / count.max(1) as f64).log2().max(0.0)
    }
}

fn compare_said(this: &Known, that: &Known, evidence: &mut Evidence) {
    let countries = this.country.as_ref().zip(that.country.as_ref());
    evidence.same_country = countries.is_some_and(|(one, other)| one == other);
    evidence.other_country = countries.is_some_and(|(one, other)| one != other);
    evidence.same_catalogue = this.source.is_some() && this.source == that.source;
    evidence.is_bare = this.is_bare || that.is_bare;
}

fn compare_numbers(one: &Name, other: &Name, evidence: &mut Evidence) {
    let same = one.number == other.number;
    evidence.other_number = !same && one.letters == other.letters;
    evidence.same_number = same && one.number.len() >= 3 && one.letters != other.letters;
    evidence.added_number = one.number.is_empty() != other.number.is_empty();
}
