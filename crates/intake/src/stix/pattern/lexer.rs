//! Words, signs and literals of a pattern, one ahead.

use super::PatternError;
use super::literal;

/// What a token is. Its text is in [`Token`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    NameWithHyphen,
    /// Upper-case words of the language, and `true` and `false`: no property may be called so unquoted.
    Keyword,
    Text {
        escaped: bool,
    },
    Hex,
    Binary,
    Timestamp,
    Integer,
    Float,
    Sign,
    End,
}

/// A token: for literals with a quote, `text` is what stands between the quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'p> {
    pub(super) sort: Sort,
    pub(super) text: &'p str,
    /// Byte position of its first character.
    pub(super) at: usize,
}

impl Token<'_> {
    pub(super) fn is(&self, sign_or_keyword: &str) -> bool {
        matches!(self.sort, Sort::Sign | Sort::Keyword) && self.text == sign_or_keyword
    }

    /// How an error message names it.
    pub(super) fn shown(&self) -> String {
        match self.sort {
            Sort::End => "the end".to_owned(),
            Sort::Text { .. } => format!("`'{}'`", self.text),
            _ => format!("`{}`", self.text),
        }
    }
}

pub(super) struct Lexer<'p> {
    pattern: &'p str,
    at: usize,
}

const KEYWORDS: [&str; 19] = [
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "WITHIN",
    "REPEATS",
    "TIMES",
    "true",
    "false",
];

impl<'p> Lexer<'p> {
    pub(super) fn new(pattern: &'p str) -> Lexer<'p> {
        Lexer { pattern, at: 0 }
    }

    pub(super) fn error(&self, at: usize, what: impl Into<String>) -> PatternError {
        let before = self.pattern.get(..at).unwrap_or(self.pattern);
        PatternError { character: before.chars().count() + 1, what: what.into() }
    }

    pub(super) fn next(&mut self) -> Result<Token<'p>, PatternError> {
        self.skip_blanks()?;
        let at = self.at;
        let rest = &self.pattern[at..];
        let bytes = rest.as_bytes();
        let Some(&first) = bytes.first() else { return Ok(Token { sort: Sort::End, text: "", at }) };
        let second = bytes.get(1).copied();
        match (first, second) {
            (b'\'', _) => self.text(at),
            (b'h' | b'b' | b't', Some(b'\'')) => self.prefixed(first, at),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => Ok(self.word(bytes)),
            (b'0'..=b'9', _) => self.number(bytes, 0, at),
            (b'+' | b'-', Some(b'0'..=b'9' | b'.')) => self.number(bytes, 1, at),
            (b'.', Some(b'0'..=b'9')) => self.number(bytes, 0, at),
            _ => self.sign(bytes, at),
        }
    }

    /// White space and comments.
    fn skip_blanks(&mut self) -> Result<(), PatternError> {
        loop {
            let rest = &self.pattern[self.at..];
            match rest.as_bytes() {
                [b' ' | b'\t'..=b'\r', ..] => self.at += 1,
                [b'/', b'*', ..] => match rest.find("*/") {
                    Some(end) if end >= 2 => self.at += end + 2,
                    _ => match rest[2..].find("*/") {
                        Some(end) => self.at += end + 4,
                        None => return Err(self.error(self.at, "the comment is not closed with `*/`")),
                    },
                },
                [b'/', b'/', ..] => self.at += rest.find(['\n', '\r']).unwrap_or(rest.len()),
                [first, ..] if !first.is_ascii() => match rest.chars().next() {
                    Some(blank) if blank.is_whitespace() => self.at += blank.len_utf8(),
                    _ => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
    }

    fn take(&mut self, sort: Sort, length: usize) -> Token<'p> {
        let at = self.at;
        self.at += length;
        Token { sort, text: &self.pattern[at..at + length], at }
    }

    fn word(&mut self, bytes: &[u8]) -> Token<'p> {
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = bytes.iter().position(|byte| !inside(byte)).unwrap_or(bytes.len());
        let word = &bytes[..length];
        let sort = if word.contains(&b'-') {
            Sort::NameWithHyphen
        } else if KEYWORDS.iter().any(|keyword| keyword.as_bytes() == word) {
            Sort::Keyword
        } else {
            Sort::Name
        };
        self.take(sort, length)
    }

    fn text(&mut self, at: usize) -> Result<Token<'p>, PatternError> {
        let inside = &self.pattern.as_bytes()[at + 1..];
        let (mut end, mut escaped) = (0, false);
        loop {
            let Some(next) = memchr::memchr2(b'\'', b'\\', &inside[end..]) else {
                return Err(self.error(at, "the text is not closed with `'`"));
            };
            end += next;
            match (inside[end], inside.get(end + 1)) {
                (b'\'', _) => break,
                (_, Some(b'\'' | b'\\')) => {
                    escaped = true;
                    end += 2;
                }
                _ => {
                    return Err(self.error(at + 1 + end, "a backslash in a text is written twice: `\\\\`"));
                }
            }
        }
        self.at = at + end + 2;
        Ok(Token { sort: Sort::Text { escaped }, text: &self.pattern[at + 1..at + 1 + end], at })
    }

    fn prefixed(&mut self, prefix: u8, at: usize) -> Result<Token<'p>, PatternError> {
        let inside = &self.pattern[at + 2..];
        let Some(end) = inside.find('\'') else {
            return Err(self.error(at, "the literal is not closed with `'`"));
        };
        let text = &inside[..end];
        let (sort, good, form) = match prefix {
            b'h' => (Sort::Hex, literal::is_hex(text), "hexadecimal digits in pairs, as in h'ffd8'"),
            b'b' => (Sort::Binary, literal::is_base64(text), "Base64, as in b'dGVzdA=='"),
            _ => (
                Sort::Timestamp,
                literal::is_timestamp(text),
                "a timestamp in UTC, as in t'2025-03-01T09:30:00Z'",
            ),
        };
        if !good {
            return Err(self.error(at, format!("`{text}` is not {form}")));
        }
        self.at = at + 2 + end + 1;
        Ok(Token { sort, text, at })
    }

    fn number(&mut self, bytes: &[u8], sign: usize, at: usize) -> Result<Token<'p>, PatternError> {
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let whole = digits(sign);
        let after = sign + whole;
        if bytes.get(after) == Some(&b'.') && digits(after + 1) > 0 {
            return Ok(self.take(Sort::Float, after + 1 + digits(after + 1)));
        }
        if whole > 1 && bytes[sign] == b'0' {
            return Err(self.error(at, "a number has no leading zero"));
        }
        if whole == 0 {
            return Err(self.error(at, "a number was expected after the sign"));
        }
        Ok(self.take(Sort::Integer, after))
    }

    fn sign(&mut self, bytes: &[u8], at: usize) -> Result<Token<'p>, PatternError> {
        let length = match bytes {
            [b'=', b'=', ..] | [b'!', b'=', ..] | [b'<', b'=' | b'>', ..] | [b'>', b'=', ..] => 2,
            [b'=' | b'<' | b'>' | b'[' | b']' | b'(' | b')' | b':' | b'.' | b',' | b'*', ..] => 1,
            _ => {
                let odd = self.pattern[at..].chars().next().unwrap_or(' ');
                return Err(self.error(at, format!("`{odd}` means nothing here")));
            }
        };
        Ok(self.take(Sort::Sign, length))
    }
}
