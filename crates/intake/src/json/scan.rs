//! Finding the end of one JSON value by its quotes, escapes and brackets.

use memchr::memchr3;

/// Nesting serde_json reads at most; deeper values are broken for us too.
const DEEPEST: u32 = 127;

/// Where a value ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// With the bracket or quote that closes its first byte.
    Closed,
    /// Before the next comma or closing bracket of what surrounds it: numbers, words, rubbish.
    Delimiter,
    /// Before the next line break outside of brackets: rubbish between records.
    Line,
}

/// What a scan found in the bytes it was fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The value ends before this position.
    End(usize),
    /// Brackets or quotes do not match at this position.
    Broken(usize),
    /// The value goes on after these bytes.
    More,
}

/// State of a scan between chunks.
pub(super) struct Scan {
    until: Until,
    depth: u32,
    /// One bit a level, lowest is the innermost: 1 for `[`, 0 for `{`.
    lists: u128,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    pub(super) fn new(until: Until) -> Scan {
        Scan { until, depth: 0, lists: 0, in_text: false, escaped: false }
    }

    /// A scan for the `}` of an object whose `{` lies behind.
    pub(super) fn inside_object() -> Scan {
        Scan { depth: 1, ..Scan::new(Until::Closed) }
    }

    /// Goes on with the next bytes. After anything but [`Found::More`] the scan is over.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Found {
        let mut at = 0;
        while at < bytes.len() {
            if self.in_text {
                match self.text(bytes, at) {
                    Found::End(next) => at = next,
                    other => return other,
                }
                if self.depth == 0 && self.until == Until::Closed {
                    return Found::End(at);
                }
                continue;
            }
            let byte = bytes[at];
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' if self.depth == DEEPEST => return Found::Broken(at),
                b'{' | b'[' => {
                    self.depth += 1;
                    self.lists = self.lists << 1 | u128::from(byte == b'[');
                }
                b'}' | b']' if self.depth == 0 => match self.until {
                    Until::Delimiter => return Found::End(at),
                    Until::Closed => return Found::Broken(at),
                    Until::Line => {}
                },
                b'}' | b']' => {
                    if (self.lists & 1 == 1) != (byte == b']') {
                        return Found::Broken(at);
                    }
                    self.depth -= 1;
                    self.lists >>= 1;
                    if self.depth == 0 && self.until == Until::Closed {
                        return Found::End(at + 1);
                    }
                }
                b',' if self.depth == 0 && self.until == Until::Delimiter => return Found::End(at),
                b'\n' if self.depth == 0 && self.until == Until::Line => return Found::End(at),
                _ => {}
            }
            at += 1;
        }
        Found::More
    }

    /// Goes on inside a text: its end, or the line break no JSON text may have, which says that a closing quote
    /// is missing.
    #[inline]
    fn text(&mut self, bytes: &[u8], mut at: usize) -> Found {
        if self.escaped {
            self.escaped = false;
            at += 1;
        }
        while at < bytes.len() {
            let Some(next) = memchr3(b'"', b'\\', b'\n', &bytes[at..]) else { return Found::More };
            at += next;
            match bytes[at] {
                b'"' => {
                    self.in_text = false;
                    return Found::End(at + 1);
                }
                b'\n' => return Found::Broken(at),
                _ if at + 1 == bytes.len() => {
                    self.escaped = true;
                    return Found::More;
                }
                _ => at += 2,
            }
        }
        Found::More
    }
}
