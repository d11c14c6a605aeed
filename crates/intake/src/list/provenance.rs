//! What the comments, headings and description rows of a list say about the indicators after them.

use entente_model::refang;

/// Most references kept for one block.
const MOST_REFERENCES: usize = 16;
/// Longest text kept from a heading or a comment, in characters.
const LONGEST_TEXT: usize = 600;

/// Where indicators come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reference {
    /// Who says so: a host, a headline.
    pub(super) source: String,
    /// The address, as given.
    pub(super) url: Option<String>,
}

/// The context of the line at hand.
#[derive(Debug, Default)]
pub(super) struct Provenance {
    /// Other names of the list's subject.
    pub(super) aliases: Vec<String>,
    /// References of the whole file.
    of_file: Vec<Reference>,
    /// References of this block.
    of_block: Vec<Reference>,
    heading: Option<String>,
    /// The comment before was of the same paragraph.
    in_paragraph: bool,
    /// An indicator has used this block: the next comment begins another one.
    used: bool,
}

impl Provenance {
    /// Takes a comment, without its marks.
    pub(super) fn comment(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            self.in_paragraph = false;
            return;
        }
        if self.used {
            self.of_block.clear();
            self.heading = None;
            self.used = false;
        }
        let lower = text.to_ascii_lowercase();
        // Whose file it is and of when says nothing about an indicator, and would change all of them every day.
        const OF_THE_FILE: [&str; 7] =
            ["copyright", "last update", "last-update", "updated", "generated", "date:", "version"];
        if OF_THE_FILE.iter().any(|start| lower.starts_with(start))
            || lower.contains("see the file 'license'")
        {
            return;
        }
        if let Some((key, value)) = text.split_once(':') {
            match key.trim().to_ascii_lowercase().as_str() {
                "alias" | "aliases" | "aka" | "a.k.a." | "also known as" => return self.alias(value),
                "reference" | "references" | "referecne" | "ref" | "refs" | "source" | "sources" | "link"
                | "links" | "report" | "via" => {
                    return self.reference(value.trim());
                }
                _ => {}
            }
        }
        self.headline(text);
    }

    /// Takes a heading: a line of its own that introduces what follows.
    pub(super) fn headline(&mut self, text: &str) {
        if std::mem::take(&mut self.used) {
            self.of_block.clear();
            self.heading = None;
        }
        let urls: Vec<String> = urls(text).collect();
        let words: Vec<&str> = text.split_whitespace().filter(|word| !is_url(word)).collect();
        let words = words.join(" ");
        let words = words.trim_matches(|c: char| c.is_whitespace() || "=:*_`|#-.".contains(c));
        for url in urls {
            let source = if words.is_empty() { host(&url) } else { clip(words) };
            push(&mut self.of_block, Reference { source, url: Some(url) });
        }
        let telling = words.chars().filter(|c| c.is_alphanumeric()).count() >= 3
            && !["generic", "generic trails", "misc", "updates"]
                .contains(&words.to_ascii_lowercase().as_str());
        if !telling {
            return;
        }
        self.heading = Some(match self.heading.take().filter(|_| self.in_paragraph) {
            Some(before) => clip(&format!("{before} {words}")),
            None => clip(words),
        });
        self.in_paragraph = true;
    }

    /// Takes a row or line that describes the whole file.
    pub(super) fn of_file(&mut self, text: &str) {
        let description = text.split_whitespace().filter(|word| !is_url(word)).collect::<Vec<_>>().join(" ");
        let description = description.trim_matches(|c: char| c.is_whitespace() || ":,;-".contains(c));
        for url in urls(text) {
            let source = if description.is_empty() { host(&url) } else { clip(description) };
            push(&mut self.of_file, Reference { source, url: Some(url) });
        }
    }

    /// Takes an address that stands for its report.
    pub(super) fn reference(&mut self, value: &str) {
        if std::mem::take(&mut self.used) {
            self.of_block.clear();
            self.heading = None;
        }
        let mut found = false;
        for url in urls(value) {
            found = true;
            push(&mut self.of_block, Reference { source: host(&url), url: Some(url) });
        }
        if !found && !value.is_empty() {
            push(&mut self.of_block, Reference { source: clip(value), url: None });
        }
        self.in_paragraph = false;
    }

    /// An empty line ends a paragraph of comments.
    pub(super) fn blank(&mut self) {
        self.in_paragraph = false;
    }

    /// An indicator stands in this block.
    pub(super) fn used(&mut self) {
        self.used = true;
        self.in_paragraph = false;
    }

    /// What the block's comments say.
    pub(super) fn heading(&self) -> Option<&str> {
        self.heading.as_deref()
    }

    /// Where the line at hand comes from.
    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.of_block.iter().chain(&self.of_file)
    }

    fn alias(&mut self, value: &str) {
        for alias in value.split([',', ';', '|']).map(str::trim).filter(|alias| !alias.is_empty()) {
            if self.aliases.len() < 64 && !self.aliases.iter().any(|known| known.eq_ignore_ascii_case(alias))
            {
                self.aliases.push(clip(alias));
            }
        }
    }
}

fn push(references: &mut Vec<Reference>, reference: Reference) {
    if references.len() < MOST_REFERENCES && !references.contains(&reference) {
        references.push(reference);
    }
}

fn is_url(word: &str) -> bool {
    word.contains("://")
}

/// Addresses in a text, live or defanged, without the punctuation around them.
fn urls(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().filter(|word| is_url(word)).filter_map(|word| {
        let start = word.find(['h', 'H', 'f', 'F'])?;
        let url = word[start..].trim_end_matches(['.', ',', ';', ')', ']', '>', '"', '\'', '’', '`', '*']);
        // AsciiDoc writes `https://example.com/a[text]`.
        let url = url.split_once('[').filter(|(_, rest)| !rest.contains(']')).map_or(url, |(url, _)| url);
        Some(refang(url).into_owned()).filter(|url| url.starts_with("http") || url.starts_with("ftp"))
    })
}

fn host(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    clip(after.split(['/', '?', '#']).next().unwrap_or(after))
}

/// A text, cut to a length a person may read.
pub(super) fn clip(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(provenance: &Provenance) -> Vec<&str> {
        provenance.references().map(|reference| reference.source.as_str()).collect()
    }

    #[test]
    fn references_stand_until_the_next_block() {
        let mut provenance = Provenance::default();
        provenance.comment("Copyright (c) 2014 Example (https://example.org/)");
        provenance.comment("Aliases: max++, smiscer");
        provenance.blank();
        provenance.comment("Reference: https://one.example/report");
        provenance.comment("Reference: https://two.example/report");
        provenance.used();
        assert_eq!(sources(&provenance), ["one.example", "two.example"]);
        assert_eq!(provenance.aliases, ["max++", "smiscer"]);
        provenance.used();
        provenance.comment("Group report Dec 2015 https://three.example/x");
        assert_eq!(sources(&provenance), ["Group report Dec 2015"]);
        assert_eq!(provenance.heading(), Some("Group report Dec 2015"));
    }

    #[test]
    fn a_description_of_the_file_stays() {
        let mut provenance = Provenance::default();
        provenance.of_file("Indicators of a campaign: hxxps://news.example[.]com/a");
        provenance.used();
        provenance.comment("part two");
        let reference = provenance.references().next().expect("one reference");
        assert_eq!(reference.source, "Indicators of a campaign");
        assert_eq!(reference.url.as_deref(), Some("https://news.example.com/a"));
    }
}
