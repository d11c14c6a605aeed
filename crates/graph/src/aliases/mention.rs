//! Which entries mention which names, in what is written about them or in the addresses of what they cite.

use std::collections::BTreeMap;

use any_ascii::any_ascii;

use super::Entry;
use super::name::Name;
use super::reading::Reading;

/// How an entry mentions a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) in_text: bool,
    /// In its text, after words with which reports say that other names follow, or in the list that follows them.
    pub(crate) as_name: bool,
    pub(crate) in_address: bool,
}

impl Mention {
    fn add(&mut self, other: Mention) {
        self.in_text |= other.in_text;
        self.as_name |= other.as_name;
        self.in_address |= other.in_address;
    }
}

pub(crate) struct Mentions {
    /// By whose name is mentioned, then by who mentions it.
    by_named: BTreeMap<u32, BTreeMap<u32, Mention>>,
    /// By who mentions, whose names, ascending.
    by_telling: BTreeMap<u32, Vec<u32>>,
}

impl Mentions {
    /// Of the names, each with whose it is, in all entries.
    pub(crate) fn new<'a>(names: impl Iterator<Item = (u32, &'a Name)>, entries: &[Entry]) -> Mentions {
        let reading = Reading::new(names);
        let mut mentions = Mentions { by_named: BTreeMap::new(), by_telling: BTreeMap::new() };
        for (no, entry) in (0_u32..).zip(entries) {
            let mut found: BTreeMap<u32, Mention> = BTreeMap::new();
            let cited = entry.references.iter().flat_map(|url| reading.in_address(url));
            for (named, mention) in reading.in_text(no, &entry.text).into_iter().chain(cited) {
                found.entry(named).or_default().add(mention);
            }
            found.remove(&no);
            mentions.take(no, found);
        }
        mentions
    }

    fn take(&mut self, telling: u32, found: BTreeMap<u32, Mention>) {
        if !found.is_empty() {
            self.by_telling.insert(telling, found.keys().copied().collect());
        }
        found.into_iter().for_each(|(named, mention)| {
            self.by_named.entry(named).or_default().insert(telling, mention);
        });
    }

    /// Who mentions the entry's names.
    pub(crate) fn of(&self, named: u32) -> Option<&BTreeMap<u32, Mention>> {
        self.by_named.get(&named)
    }

    /// How the one mentions a name of the other.
    pub(crate) fn by(&self, telling: u32, named: u32) -> Option<Mention> {
        self.by_named.get(&named)?.get(&telling).copied()
    }

    /// In how many entries a name of this one is mentioned.
    pub(crate) fn count(&self, named: u32) -> usize {
        self.by_named.get(&named).map_or(0, BTreeMap::len)
    }

    /// Other entries that mention names of both.
    pub(crate) fn of_both(&self, one: u32, other: u32) -> Vec<u32> {
        let Some((of_one, of_other)) = self.of(one).zip(self.of(other)) else { return Vec::new() };
        let (fewer, more) =
            if of_one.len() <= of_other.len() { (of_one, of_other) } else { (of_other, of_one) };
        fewer.keys().filter(|telling| more.contains_key(telling)).copied().collect()
    }

    /// How many entries' names this one mentions.
    pub(crate) fn told_by(&self, telling: u32) -> usize {
        self.by_telling.get(&telling).map_or(0, Vec::len)
    }

    /// Whose names each entry mentions that mentions any.
    pub(crate) fn told(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.by_telling.iter().map(|(telling, named)| (*telling, named.as_slice()))
    }
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of a text, small, for how alike texts are.
pub(crate) fn prose(text: &str) -> Vec<String> {
    let text = any_ascii(text);
    words(&text).filter(|word| word.len() >= 3).map(str::to_ascii_lowercase).collect()
}

/// A URL as it is compared: without archive, scheme, `www.`, query and fragment, small.
pub(crate) fn address(url: &str) -> String {
    let archived = url.find("web.archive.org/web/").and_then(|_| url.rfind("http")).unwrap_or(0);
    let url = url[archived..].split_once("://").map_or(&url[archived..], |(_, rest)| rest);
    let url = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
    url.trim_start_matches("www.").trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_spelling() {
        let plain = address("https://www.report.example/a/lynx/");
        assert_eq!(plain, "report.example/a/lynx");
        assert_eq!(address("http://web.archive.org/web/2016/http://report.example/a/Lynx?x=1#top"), plain);
        assert_eq!(address(""), "");
    }
}
