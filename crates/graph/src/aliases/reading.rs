//! Where names stand in a text or an address, and whether the text says that they are other names for what it tells of.

use std::collections::HashMap;

use any_ascii::any_ascii;

use super::mention::{Mention, address, words};
use super::name::Name;

/// Names of more words are hardly written out in one spelling.
const MOST_WORDS: usize = 4;

/// A shorter name, in an address without capitals, is any word.
const LEAST_IN_ADDRESS: usize = 5;

/// How many words before a name, in the same sentence, it may be said that names follow.
const SAID_WITHIN: usize = 4;

/// Words with which reports say that other names follow; those of the second list with "also", for much else is "tracked as" something.
const SAYING: &[&str] = &["aka", "alias", "aliases", "formerly", "synonym", "synonyms"];
const SAYING_ALSO: &[&str] =
    &["called", "designated", "dubbed", "identified", "known", "named", "referred", "reported", "tracked"];

/// All names that are looked for, and whose they are.
pub(crate) struct Reading<'a> {
    owners: HashMap<&'a str, Vec<u32>>,
}

/// A name that stands in a row of words, from the one place to before the other.
struct Standing<'a> {
    start: usize,
    end: usize,
    owners: &'a [u32],
}

impl<'a> Reading<'a> {
    pub(crate) fn new(names: impl Iterator<Item = (u32, &'a Name)>) -> Reading<'a> {
        let mut owners: HashMap<&str, Vec<u32>> = HashMap::new();
        let telling = names.filter(|(_, name)| is_telling(name));
        telling.for_each(|(no, name)| owners.entry(&name.folded).or_default().push(no));
        Reading { owners }
    }

    /// Whose names the text of an entry mentions, and how.
    pub(crate) fn in_text(&self, entry: u32, text: &str) -> Vec<(u32, Mention)> {
        let text = any_ascii(text);
        let sentences = text.split(". ").map(|sentence| words(sentence).collect::<Vec<&str>>());
        sentences.flat_map(|sentence| self.in_sentence(entry, &sentence)).collect()
    }

    /// Of what a sentence says "also known as", it says so of what it named last: of the entry itself, if that is the entry or nobody.
    fn in_sentence(&self, entry: u32, sentence: &[&str]) -> Vec<(u32, Mention)> {
        let (mut mentions, mut speaks_of_it, mut list_end) = (Vec::new(), true, None);
        for Standing { start, end, owners } in self.standing(sentence, is_capital) {
            let before = &sentence[start.saturating_sub(SAID_WITHIN)..start];
            let goes_on = list_end.is_some_and(|end: usize| goes_on(&sentence[end..start]));
            let as_name = goes_on || speaks_of_it && says_names_follow(before);
            let mention = Mention { in_text: true, as_name, in_address: false };
            mentions.extend(owners.iter().map(|owner| (*owner, mention)));
            speaks_of_it = as_name || owners.contains(&entry);
            list_end = as_name.then_some(end);
        }
        mentions
    }

    /// Whose names an address holds.
    pub(crate) fn in_address(&self, url: &str) -> Vec<(u32, Mention)> {
        let address = any_ascii(&address(url));
        let words: Vec<&str> = words(&address).collect();
        let long = |run: &[&str]| run.iter().map(|word| word.len()).sum::<usize>() >= LEAST_IN_ADDRESS;
        let mention = Mention { in_address: true, ..Mention::default() };
        let standing = self.standing(&words, long).into_iter();
        standing.flat_map(|name| name.owners.iter().map(move |owner| (*owner, mention))).collect()
    }

    /// Names among words, whatever parts their words, if they count. Of names within one another the longest stands: who writes of the
    /// Roaming Mantis does not write of the Mantis.
    fn standing(&self, words: &[&str], counts: impl Fn(&[&str]) -> bool) -> Vec<Standing<'_>> {
        let (mut standing, mut start) = (Vec::new(), 0);
        while start < words.len() {
            let longest = (start + MOST_WORDS).min(words.len());
            let spelled =
                |end: usize| self.owners.get(words[start..end].concat().to_ascii_lowercase().as_str());
            let found = (start + 1..=longest).rev().find_map(|end| Some((end, spelled(end)?)));
            start = match found.filter(|(end, _)| counts(&words[start..*end])) {
                Some((end, owners)) => {
                    standing.push(Standing { start, end, owners });
                    end
                }
                None => start + 1,
            };
        }
        standing
    }
}

/// Three letters or more; less is any abbreviation.
fn is_telling(name: &Name) -> bool {
    name.folded.len() >= 3 && name.folded.contains(|letter: char| letter.is_ascii_alphabetic())
}

/// In prose a name begins with no small letter; a word that does is a word.
fn is_capital(run: &[&str]) -> bool {
    run.first().is_some_and(|word| !word.starts_with(|letter: char| letter.is_ascii_lowercase()))
}

/// Whether a list goes on over these words: names that are not known here, and what joins them.
fn goes_on(between: &[&str]) -> bool {
    between.iter().all(|word| matches!(*word, "and" | "or") || is_capital(&[word]))
}

fn says_names_follow(before: &[&str]) -> bool {
    let is_among =
        |list: &[&str]| before.iter().any(|word| list.iter().any(|of| of.eq_ignore_ascii_case(word)));
    is_among(SAYING) || is_among(&["also"]) && is_among(SAYING_ALSO)
}
