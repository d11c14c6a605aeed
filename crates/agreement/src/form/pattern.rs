//! Detection patterns (STIX 2.1 part 9) in the form they leave in.
//!
//! A pattern repeats the values it detects, so each comparison leaves as the field it names leaves. What cannot be said
//! in the new form, and what cannot be read, is withheld: the whole pattern, for part of a pattern detects something else.

use std::ops::Range;

use crate::{AddressStep, Form};

/// How the values of a comparison leave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Side {
    /// As they are.
    Keep,
    /// In another form.
    Change(Form),
    /// Not at all.
    Withhold,
}

/// What decides about the values in a pattern.
pub(crate) trait Judge {
    /// How values compared with this path leave, by the kind before the colon and the path after it.
    fn side(&self, kind: &str, path: &str) -> Side;
    /// A value in its form; none when it has no such form.
    fn shape(&self, kind: &str, path: &str, form: &Form, value: &str) -> Option<String>;
}

/// The pattern in the form it leaves in; none when it does not leave.
pub(crate) fn rewrite_pattern(pattern: &str, judge: &dyn Judge) -> Option<String> {
    let tokens = tokens(pattern)?;
    let mut out = String::with_capacity(pattern.len());
    let mut end = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let Sort::Path = token.sort else {
            if !token.is_syntax(pattern) {
                return None;
            }
            continue;
        };
        let exists = at >= 2 && tokens[at - 2].is(pattern, "EXISTS");
        let comparison =
            if exists { Comparison::exists(token) } else { Comparison::read(pattern, &tokens, at - 1)? };
        out.push_str(&pattern[end..token.range.start]);
        out.push_str(&comparison.rewritten(pattern, judge)?);
        end = comparison.end;
        at += comparison.tokens;
    }
    out.push_str(&pattern[end..]);
    Some(out)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Path,
    Text,
    Literal,
    Word,
    Sign,
}

#[derive(Clone, Debug)]
struct Token {
    sort: Sort,
    range: Range<usize>,
}

/// The words of the grammar outside a comparison (STIX 2.1 section 9.3).
const WORDS: [&str; 12] = [
    "AND",
    "OR",
    "NOT",
    "EXISTS",
    "FOLLOWEDBY",
    "WITHIN",
    "SECONDS",
    "REPEATS",
    "TIMES",
    "START",
    "STOP",
    "ISSUBSET",
];

impl Token {
    /// True for what may stand outside a comparison. Text may not: nothing would say what it is.
    fn is_syntax(&self, pattern: &str) -> bool {
        let text = &pattern[self.range.clone()];
        match self.sort {
            Sort::Word => WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)),
            Sort::Sign => matches!(text, "[" | "]" | "(" | ")"),
            Sort::Literal => match text.strip_prefix("t'") {
                Some(time) => time.trim_end_matches('\'').parse::<jiff::Timestamp>().is_ok(),
                None => text.parse::<f64>().is_ok_and(f64::is_finite),
            },
            Sort::Path | Sort::Text => false,
        }
    }

    fn is(&self, pattern: &str, word: &str) -> bool {
        matches!(self.sort, Sort::Word | Sort::Sign) && pattern[self.range.clone()].eq_ignore_ascii_case(word)
    }
}

/// The tokens of a pattern; none when it has something that is no part of one.
fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let bytes = pattern.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let (sort, length) = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'\'' => (Sort::Text, quoted(&bytes[at..])?),
            b't' | b'h' | b'b' if bytes.get(at + 1) == Some(&b'\'') => {
                (Sort::Literal, 1 + quoted(&bytes[at + 1..])?)
            }
            b'a'..=b'z' | b'A'..=b'Z' => word(&bytes[at..])?,
            b'0'..=b'9' | b'-' | b'+' => (Sort::Literal, number(&bytes[at..])),
            b'=' | b'[' | b']' | b'(' | b')' | b',' => (Sort::Sign, 1),
            b'!' | b'<' | b'>' => {
                (Sort::Sign, 1 + usize::from(matches!(bytes.get(at + 1), Some(b'=' | b'>'))))
            }
            _ => return None,
        };
        tokens.push(Token { sort, range: at..at + length });
        at += length;
    }
    Some(tokens)
}

/// The length of a text in single quotes; a backslash keeps the quote after it from ending it.
fn quoted(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'\'' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn number(bytes: &[u8]) -> usize {
    1 + bytes[1..].iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E')).count()
}

/// A word, or a path: a kind, a colon, and steps with indices and quoted names.
fn word(bytes: &[u8]) -> Option<(Sort, usize)> {
    let plain = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let kind = bytes.iter().take_while(plain).count();
    if bytes.get(kind) != Some(&b':') {
        return Some((Sort::Word, kind));
    }
    let mut at = kind + 1;
    loop {
        match bytes.get(at) {
            Some(b'\'') => at += quoted(&bytes[at..])?,
            Some(b'[') => {
                let end = bytes[at..].iter().position(|b| *b == b']')?;
                let index = &bytes[at + 1..at + end];
                if !(index == b"*" || (!index.is_empty() && index.iter().all(u8::is_ascii_digit))) {
                    return None;
                }
                at += end + 1;
            }
            Some(b) if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.') => at += 1,
            _ => return Some((Sort::Path, at)),
        }
    }
}

/// A path, an operator and what it is compared with.
struct Comparison {
    path: Range<usize>,
    /// None for `EXISTS`, which compares with nothing.
    operator: Option<Range<usize>>,
    negated: bool,
    values: Vec<Token>,
    end: usize,
    /// How many tokens follow the path.
    tokens: usize,
}

impl Comparison {
    fn exists(path: &Token) -> Comparison {
        let range = path.range.clone();
        Comparison {
            end: range.end,
            path: range,
            operator: None,
            negated: false,
            values: Vec::new(),
            tokens: 0,
        }
    }

    /// Reads what follows the path at `place`.
    fn read(pattern: &str, tokens: &[Token], place: usize) -> Option<Comparison> {
        let path = tokens.get(place)?.range.clone();
        let mut at = place + 1;
        let negated = tokens.get(at)?.is(pattern, "NOT");
        at += usize::from(negated);
        let operator = tokens.get(at)?;
        at += 1;
        let mut values = Vec::new();
        if operator.is(pattern, "IN") {
            tokens.get(at).filter(|token| token.is(pattern, "("))?;
            at += 1;
            while !tokens.get(at)?.is(pattern, ")") {
                let token = tokens.get(at)?;
                if !token.is(pattern, ",") {
                    values.push(token.clone());
                }
                at += 1;
            }
        } else {
            values.push(tokens.get(at)?.clone());
        }
        let end = tokens.get(at)?.range.end;
        let operator = Some(operator.range.clone());
        Some(Comparison { path, operator, negated, values, end, tokens: at - place })
    }

    fn rewritten(&self, pattern: &str, judge: &dyn Judge) -> Option<String> {
        let path = &pattern[self.path.clone()];
        let (kind, steps) = path.split_once(':')?;
        match judge.side(kind, steps) {
            Side::Keep => Some(pattern[self.path.start..self.end].to_owned()),
            Side::Withhold => None,
            Side::Change(form) => self.shaped(pattern, judge, &form),
        }
    }

    /// The comparison with the values in another form. Only equality survives it: that a value lies in a network, has a
    /// domain, or has a pseudonym follows from what it is, and from nothing else.
    fn shaped(&self, pattern: &str, judge: &dyn Judge, form: &Form) -> Option<String> {
        let path = &pattern[self.path.clone()];
        let (kind, steps) = path.split_once(':')?;
        let operator = &pattern[self.operator.clone()?];
        let network = *form == Form::TruncateIp(AddressStep::Network);
        let equal = operator == "=" || operator.eq_ignore_ascii_case("IN");
        if self.negated || !(equal || (network && operator.eq_ignore_ascii_case("ISSUBSET"))) {
            return None;
        }
        let shaped = |token: &Token| match token.sort {
            Sort::Text => judge.shape(kind, steps, form, &unescaped(&pattern[token.range.clone()])),
            _ => None,
        };
        let values = self.values.iter().map(shaped).collect::<Option<Vec<String>>>()?;
        let said = values.iter().map(|value| match form {
            Form::TruncateIp(AddressStep::Network) => Some(format!("{path} ISSUBSET {}", escaped(value))),
            Form::EmailToDomain => Some(format!("{path} LIKE {}", escaped(&value.replacen('*', "%", 1)))),
            Form::Pseudonymise(_) => Some(format!("{path} = {}", escaped(value))),
            _ => None,
        });
        let said = said.collect::<Option<Vec<String>>>()?;
        match said.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            several => Some(format!("({})", several.join(" OR "))),
        }
    }
}

fn unescaped(quoted: &str) -> String {
    let mut out = String::new();
    let mut letters = quoted[1..quoted.len() - 1].chars();
    while let Some(letter) = letters.next() {
        out.push(if letter == '\\' { letters.next().unwrap_or('\\') } else { letter });
    }
    out
}

fn escaped(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IP addresses leave as networks, e-mail addresses by domain, registry keys not at all, the rest as it is.
    struct Test;

    impl Judge for Test {
        fn side(&self, kind: &str, _: &str) -> Side {
            match kind {
                "ipv4-addr" => Side::Change(Form::TruncateIp(AddressStep::Network)),
                "email-addr" => Side::Change(Form::EmailToDomain),
                "windows-registry-key" => Side::Withhold,
                _ => Side::Keep,
            }
        }

        fn shape(&self, _: &str, _: &str, form: &Form, value: &str) -> Option<String> {
            match form {
                Form::EmailToDomain => value.split_once('@').map(|(_, domain)| format!("*@{domain}")),
                _ => value.rsplit_once('.').map(|(net, _)| format!("{net}.0/24")),
            }
        }
    }

    #[test]
    fn each_comparison_leaves_as_its_field() {
        for (pattern, wanted) in [
            ("[domain-name:value = 'a.example']", Some("[domain-name:value = 'a.example']")),
            ("[ipv4-addr:value = '192.0.2.7']", Some("[ipv4-addr:value ISSUBSET '192.0.2.0/24']")),
            (
                "[ipv4-addr:value IN ('192.0.2.7', '198.51.100.7') AND file:name = 'x'] FOLLOWEDBY [url:value LIKE '%a'] \
                 WITHIN 5 SECONDS",
                Some(
                    "[(ipv4-addr:value ISSUBSET '192.0.2.0/24' OR ipv4-addr:value ISSUBSET '198.51.100.0/24') AND \
                     file:name = 'x'] FOLLOWEDBY [url:value LIKE '%a'] WITHIN 5 SECONDS",
                ),
            ),
            ("[email-addr:value='a@b.example']", Some("[email-addr:value LIKE '%@b.example']")),
            ("[EXISTS file:hashes.'SHA-256']", Some("[EXISTS file:hashes.'SHA-256']")),
            (
                "[file:hashes.'SHA-256' = 'ab' OR process:pid > 5] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
                Some(
                    "[file:hashes.'SHA-256' = 'ab' OR process:pid > 5] START t'2026-01-01T00:00:00Z' STOP \
                     t'2026-01-02T00:00:00Z'",
                ),
            ),
            (
                "[network-traffic:src_ref.value = 'x' AND file:name NOT = 'it\\'s']",
                Some("[network-traffic:src_ref.value = 'x' AND file:name NOT = 'it\\'s']"),
            ),
            ("[windows-registry-key:key = 'x' OR file:name = 'y']", None),
            ("[EXISTS windows-registry-key:key]", None),
            ("[ipv4-addr:value != '192.0.2.7']", None),
            ("[ipv4-addr:value NOT = '192.0.2.7']", None),
            ("[ipv4-addr:value LIKE '192.0.2.%']", None),
            ("[email-addr:value = 'nobody']", None),
            ("[ipv4-addr:value = '192.0.2.7'] // said by J. Doe", None),
            ("[ipv4-addr:value = 'open]", None),
            ("[ipv4-addr:value =", None),
            ("[ipv4-addr:value", None),
        ] {
            assert_eq!(rewrite_pattern(pattern, &Test).as_deref(), wanted, "{pattern}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(pattern in "\\PC*", tail in "[\\[\\]()'=a-z:. \\\\]*") {
            rewrite_pattern(&pattern, &Test);
            rewrite_pattern(&format!("[ipv4-addr:{tail}"), &Test);
        }
    }
}
