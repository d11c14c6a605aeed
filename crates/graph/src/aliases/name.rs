//! A name as it is compared: without case, spacing, punctuation and script, and without the words that every such name may carry.

use any_ascii::any_ascii;

/// Words that say what sort of thing is named, or by which scheme, and not which: of vendors (the CARO scheme: `Trojan:Win32/Name.A`) and of
/// reporters ("the Name group", "Name ransomware").
const ANY: &[&str] = &[
    "actor",
    "android",
    "attack",
    "backdoor",
    "banker",
    "bot",
    "botnet",
    "campaign",
    "crew",
    "downloader",
    "ek",
    "exploit",
    "family",
    "for",
    "framework",
    "gang",
    "gen",
    "group",
    "hackers",
    "infostealer",
    "kit",
    "linux",
    "malware",
    "operation",
    "osx",
    "ransom",
    "ransomware",
    "rat",
    "stealer",
    "team",
    "the",
    "threat",
    "tool",
    "trojan",
    "variant",
    "virus",
    "w32",
    "w64",
    "win",
    "win32",
    "win64",
    "windows",
    "worm",
];

/// Of these a last letter (`.A`, `!B`) is which variant, and no part of the name.
const VENDOR: &[&str] = &["backdoor", "ransom", "trojan", "virus", "w32", "win", "worm"];

/// What is longer is no name, and would take long to compare.
const MOST_LETTERS: usize = 100;

/// One name.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) told: String,
    /// All letters and figures.
    pub(crate) folded: String,
    /// The same without what any name may carry.
    pub(crate) core: String,
    /// The core's words.
    core_words: Vec<String>,
    /// The core without numbers.
    pub(crate) letters: String,
    /// The core's numbers, one after the other.
    pub(crate) number: String,
    /// First letters of all words, when there are three or more.
    pub(crate) initials: Option<String>,
}

impl Name {
    /// Nothing, if there is no letter and no figure in it.
    pub(crate) fn new(told: &str) -> Option<Name> {
        let told: String = told.chars().take(MOST_LETTERS).collect();
        let words = split(&any_ascii(&told));
        let folded = words.concat();
        if folded.is_empty() {
            return None;
        }
        let core_words = core(&words);
        let lettered: Vec<&String> = words.iter().filter(|word| !is_number(word)).collect();
        let initials =
            (lettered.len() >= 3).then(|| lettered.iter().filter_map(|word| word.chars().next()).collect());
        let of = |figures: bool| {
            core_words.iter().filter(move |word| is_number(word) == figures).map(String::as_str)
        };
        let (letters, number) = (of(false).collect(), of(true).collect());
        let core = core_words.concat();
        Some(Name { told, folded, core, core_words, letters, number, initials })
    }

    /// Words of the core that are long enough to tell something.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.core_words.iter().map(String::as_str).filter(|word| word.len() >= 3 && !is_number(word))
    }

    /// Whether all words of this core stand in that one too.
    pub(crate) fn is_within(&self, other: &Name) -> bool {
        self.core_words.len() < other.core_words.len()
            && self.core_words.iter().all(|word| other.core_words.contains(word))
    }

    /// Runs of three characters of the core, its ends marked.
    pub(crate) fn grams(&self) -> Vec<String> {
        let marked: Vec<char> = "^".chars().chain(self.core.chars()).chain("$".chars()).collect();
        marked.windows(3).map(|gram| gram.iter().collect()).collect()
    }
}

/// Letters and figures alone, small, in ASCII.
pub(crate) fn folded(text: &str) -> String {
    any_ascii(text)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Words, small: parted by what is neither letter nor figure, where letters meet figures, and where a small letter meets a capital.
fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            let goes_on = before.is_ascii_alphanumeric()
                && before.is_ascii_digit() == letter.is_ascii_digit()
                && !(before.is_ascii_lowercase() && letter.is_ascii_uppercase());
            match words.last_mut() {
                Some(word) if goes_on => word.push(letter.to_ascii_lowercase()),
                _ => words.push(letter.to_ascii_lowercase().to_string()),
            }
        }
        before = letter;
    }
    words
}

/// What is left without the words of [`ANY`]; all of it, if that is too little to be a name.
fn core(words: &[String]) -> Vec<String> {
    let is_vendors = words.first().is_some_and(|word| VENDOR.contains(&word.as_str()));
    let words = match words {
        [rest @ .., last] if is_vendors && last.len() == 1 && !is_number(last) => rest,
        all => all,
    };
    let is_any = |place: usize| {
        let follows_win =
            place > 0 && words[place - 1] == "win" && matches!(words[place].as_str(), "32" | "64");
        follows_win || ANY.contains(&words[place].as_str())
    };
    let kept: Vec<String> =
        (0..words.len()).filter(|place| !is_any(*place)).map(|place| words[place].clone()).collect();
    let letters: usize = kept.iter().filter(|word| !is_number(word)).map(String::len).sum();
    if letters >= 3 { kept } else { words.to_vec() }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core_of(name: &str) -> String {
        Name::new(name).expect("a name").core
    }

    #[test]
    fn spelling_script_and_schemes_fold_away() {
        assert_eq!(core_of("APT 28"), core_of("apt-28"));
        assert_eq!(core_of("Trojan:Win32/Emotet.A"), "emotet");
        assert_eq!(core_of("NanoCoreRAT"), core_of("Nano Core"));
        assert_eq!(core_of("The Lamberts group"), "lamberts");
        assert_eq!(folded("Käändsõna"), "kaandsona");
        assert_eq!(folded("Мираж"), "mirazh");
    }

    #[test]
    fn what_is_only_such_words_stays() {
        assert_eq!(core_of("RAT"), "rat");
        assert_eq!(core_of("jRAT"), "jrat");
        assert!(Name::new("★ —").is_none_or(|name| !name.folded.is_empty()));
    }

    #[test]
    fn numbers_are_told_apart() {
        assert_eq!(Name::new("APT28").expect("a name").number, "28");
        assert_eq!(Name::new("Advanced Persistent Threat").expect("a name").initials.as_deref(), Some("apt"));
    }
}
