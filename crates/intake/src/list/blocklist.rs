//! JSON whose values are lists of indicators: blocklists of browsers and wallets, bare arrays of strings.
//!
//! `["a.example", …]` or `{"blacklist": ["a.example", …], "whitelist": […], …}`, read as it streams by. Every
//! string in a list is a record; what the other members say is about the list.

use std::io::{self, BufRead};

use super::{List, cell, prose};
use crate::recognise::{ALLOWED, BLOCKED};
use crate::{Context, Outcome, Place, ReadError, Sink};

/// Deepest nesting read; blocklists need two levels.
const DEEPEST: usize = 64;
/// Longest string read, whatever the limit on records says.
const LONGEST: usize = 64 << 10;

/// Reads a blocklist.
pub(crate) fn read(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut list = List::new(context, place, None);
    list.mint.forget_subject();
    let mut tokens = Tokens { input, offset: 0, longest: context.limits.record_bytes.min(LONGEST) };
    let mut open = Vec::new();
    let mut name: Option<String> = None;
    // In an object: the next string is a member's name.
    let mut naming = false;
    loop {
        let offset = tokens.offset;
        let token = match tokens.next()? {
            Ok(Some(token)) => token,
            Ok(None) if open.is_empty() => return Ok(()),
            Ok(None) => {
                return Ok(sink.reject(
                    place.at(offset),
                    "the JSON ends before its lists do: fetch the file again",
                    b"",
                )?);
            }
            Err(reason) => {
                return Ok(sink.reject(
                    place.at(offset),
                    format!("{reason}: what came before was read"),
                    b"",
                )?);
            }
        };
        match token {
            Token::Open(bracket) if open.len() < DEEPEST => {
                open.push(bracket);
                naming = bracket == b'{';
            }
            Token::Open(_) => {
                return Ok(sink.reject(
                    place.at(offset),
                    "the JSON is nested too deep for a blocklist",
                    b"",
                )?);
            }
            Token::Close => {
                open.pop();
                naming = false;
            }
            Token::Comma => naming = open.last() == Some(&b'{'),
            Token::Text(text) if naming => {
                if open.len() == 1 {
                    name = Some(text);
                }
                naming = false;
            }
            Token::Text(text) if is_list(&open) => {
                let at = place.at(offset);
                let outcome = entry(&mut list, name.as_deref(), &text);
                sink.put(
                    at,
                    outcome.unwrap_or_else(|reason| Outcome::Rejected { reason, raw: text.into_bytes() }),
                )?;
            }
            Token::Scalar if is_list(&open) => {
                sink.put(place.at(offset), Outcome::Excluded(prose::NO_INDICATOR))?;
            }
            Token::Text(_) | Token::Scalar => {}
        }
    }
}

/// A list at the top, or a member of the object at the top.
fn is_list(open: &[u8]) -> bool {
    matches!(open, [b'['] | [b'{', b'['])
}

fn entry(list: &mut List<'_>, name: Option<&str>, text: &str) -> Result<Outcome, String> {
    match name {
        Some(name) if ALLOWED.contains(&name) => return Ok(Outcome::Excluded("allow-list entry")),
        Some(name) if !BLOCKED.contains(&name) => return Ok(Outcome::Excluded("list of unknown purpose")),
        _ => {}
    }
    let text = text.trim();
    match cell::recognised(text) {
        Some(finding) => list.drafts(&[finding], None, Vec::new(), None, None),
        None if text.contains('.') && !text.contains(char::is_whitespace) => {
            match cell::Sort::Host.read(text) {
                Ok(finding) => list.drafts(&[finding], None, Vec::new(), None, None),
                Err(cell::Unread::Wrong(reason)) => Err(reason),
                Err(_) => Ok(Outcome::Excluded(prose::NO_INDICATOR)),
            }
        }
        None => Ok(Outcome::Excluded(prose::NO_INDICATOR)),
    }
}

enum Token {
    Open(u8),
    Close,
    Comma,
    Text(String),
    Scalar,
}

struct Tokens<'i> {
    input: &'i mut dyn BufRead,
    offset: u64,
    longest: usize,
}

impl Tokens<'_> {
    /// The next token; `Ok(None)` at the end, the inner error when the text is not JSON.
    fn next(&mut self) -> io::Result<Result<Option<Token>, &'static str>> {
        loop {
            let Some(byte) = self.byte()? else { return Ok(Ok(None)) };
            let token = match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b':' | 0xef | 0xbb | 0xbf => continue,
                b'[' | b'{' => Token::Open(byte),
                b']' | b'}' => Token::Close,
                b',' => Token::Comma,
                b'"' => return Ok(self.text()?.map(|text| Some(Token::Text(text)))),
                b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                    self.skip_scalar()?;
                    Token::Scalar
                }
                _ => return Ok(Err("this is no JSON")),
            };
            return Ok(Ok(Some(token)));
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.input.consume(1);
            self.offset += 1;
        }
        Ok(byte)
    }

    fn skip_scalar(&mut self) -> io::Result<()> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_alphanumeric() && !b"+-.".contains(&byte) {
                break;
            }
            self.byte()?;
        }
        Ok(())
    }

    /// The rest of a string whose first quote has been read.
    fn text(&mut self) -> io::Result<Result<String, &'static str>> {
        let mut raw = vec![b'"'];
        let mut escaped = false;
        loop {
            let Some(byte) = self.byte()? else { return Ok(Err("a string is not closed")) };
            if raw.len() > self.longest {
                return Ok(Err("a string is longer than the limit"));
            }
            raw.push(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => break,
                _ => {}
            }
        }
        Ok(serde_json::from_slice(&raw).map_err(|_| "a string is not JSON"))
    }
}
