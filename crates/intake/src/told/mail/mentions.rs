//! What a text names, word by word, and what people write with blanks inside: accounts and telephone numbers.

use entente_model::Selector;

use super::Named;

/// Stands around words without belonging to them.
const AROUND: &str = "<>()[]{}\"'`,;:!?";
/// Letters and digits of an IBAN, fewest and most (ISO 13616).
const IBAN: std::ops::RangeInclusive<usize> = 15..=34;
/// Digits of a telephone number, fewest and most (E.164).
const PHONE: std::ops::RangeInclusive<usize> = 7..=15;
/// Bytes beyond which nobody goes on writing one number.
const LONGEST: usize = 64;

pub(super) fn of(text: &str, named: &mut Named) {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let start = start(&rest[..end]);
        let spaced = account(&rest[start..]).or_else(|| phone(&rest[start..]));
        let end = match spaced {
            Some((found, length)) => {
                named.add(found);
                start + length
            }
            None => {
                named.extend(word(&rest[..end]));
                end
            }
        };
        rest = rest[end..].trim_start();
    }
}

/// Where in a word its value begins: behind marks, and behind what it is said to be (`IBAN:DE89`).
fn start(word: &str) -> usize {
    word.len() - word.trim_start_matches(|c| AROUND.contains(c)).rsplit(':').next().map_or(0, str::len)
}

/// What a word of a message is, without the punctuation around it.
fn word(text: &str) -> Option<Selector> {
    let bare = text.trim_matches(|c: char| AROUND.contains(c)).trim_end_matches('.');
    let found = Selector::recognise(bare)?;
    // A file's name in a sentence is no file that came along.
    (!matches!(found, Selector::FileName(_))).then_some(found)
}

/// An account at the beginning of a text, and its length there. The check digits say where it ends.
fn account(text: &str) -> Option<(Selector, usize)> {
    let [a, b, c, d, ..] = *text.as_bytes() else { return None };
    let begins =
        a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit();
    if !begins {
        return None;
    }
    let mut compact = String::with_capacity(*IBAN.end());
    let mut in_group = false;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        if letter.is_ascii_alphanumeric() && compact.len() < *IBAN.end() {
            compact.push(letter);
            in_group = true;
            continue;
        }
        let ends =
            std::mem::take(&mut in_group) && !letter.is_alphanumeric() && IBAN.contains(&compact.len());
        if ends && let Ok(found) = Selector::iban(&compact) {
            return Some((found, at));
        }
        if !letter.is_whitespace() && letter != '-' {
            return None;
        }
    }
    None
}

/// A telephone number at the beginning of a text, and its length there. It goes on over blanks as long as there are digits on
/// the line, since nothing in a number says where it ends; one that is written without blanks ends with its word.
fn phone(text: &str) -> Option<(Selector, usize)> {
    let text = &text[..reach(text)];
    let first = text.find(char::is_whitespace).unwrap_or(text.len());
    let fits = |end: &usize| PHONE.contains(&digits(&text[..*end]));
    let ends_group = |end: &usize| text[..*end].ends_with(is_digit) && !text[*end..].starts_with(is_digit);
    let mut ends = (1..=text.len()).rev().filter(|end| text.is_char_boundary(*end) && ends_group(end));
    let end = if fits(&first) { first } else { ends.find(fits)? };
    Some((Selector::phone(&text[..end]).ok()?, end))
}

/// How far a number may go: what begins with `+` and is of digits and what people put between them.
fn reach(text: &str) -> usize {
    if !text.trim_start_matches('(').starts_with('+') {
        return 0;
    }
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    // “Day and night”, which stands beside many a number.
    let end = text.find(" 24/7").unwrap_or(text.len());
    let mut letters = text[..end].char_indices().skip_while(|(_, letter)| "(+".contains(*letter)).peekable();
    while let Some((at, letter)) = letters.next() {
        let next_is_digit = letters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let goes_on = match letter {
            '0'..='9' | '-' | '(' | ')' | '\u{2010}' | '\u{2011}' => true,
            '.' | '/' => next_is_digit,
            '\n' | '\r' => false,
            other => other.is_whitespace(),
        };
        if !goes_on {
            // A group of digits that runs into letters is none.
            let into_letters = letter.is_alphanumeric();
            return if into_letters { text[..at].rfind(char::is_whitespace).unwrap_or(0) } else { at };
        }
    }
    end
}

fn digits(text: &str) -> usize {
    text.chars().filter(|letter| is_digit(*letter)).count()
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}
