//! The walk over the input, record by record.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::member::Member;
use super::resume::Resume;
use super::scan::{Found, Scan, Until};
use super::syntax_reason;
use super::window::Window;
use crate::Place;

/// One record, or one stretch of the input that is none.
#[derive(Debug)]
pub(crate) struct Frame<'f> {
    /// The bytes, without white space around them. Empty when the fault is that the input ends.
    pub(crate) raw: &'f [u8],
    /// Offset of the first byte in the input.
    pub(crate) offset: u64,
    /// Line of the first byte, from 1.
    pub(crate) line: u64,
    /// The list the record stood in, when it stood in one of those named to [`Framer::new`].
    pub(crate) list: Option<&'static str>,
    /// The other members of the object around that list, as far as they came before this record.
    pub(crate) header: &'f Map<String, Value>,
    fault: Option<String>,
}

impl Frame<'_> {
    /// The record's value. The error says in words why it cannot be read.
    pub(crate) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, String> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        // One check of the whole for UTF-8 is cheaper than one for each text in it.
        let value = match std::str::from_utf8(self.raw) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(self.raw),
        };
        value.map_err(|error| syntax_reason(&error, self.line))
    }

    /// Where the record stands in this file.
    pub(crate) fn place(&self, file: &Place) -> Place {
        file.at(self.offset).line(self.line)
    }
}

/// What the framer is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Between records at the top.
    Top,
    /// In a top-level array, or in the list of a wrapping object. `due`: a record has to come next, because a
    /// comma was the last thing seen.
    List { of: Option<&'static str>, due: bool },
    /// In a wrapping object, outside its list.
    Wrapper,
}

/// Where a record or a stretch of rubbish ends, relative to the window, and what is wrong with it.
pub(super) struct Span {
    end: usize,
    fault: Option<String>,
}

impl Span {
    fn good(end: usize) -> Span {
        Span { end, fault: None }
    }

    pub(super) fn bad(end: usize, fault: impl Into<String>) -> Span {
        Span { end, fault: Some(fault.into()) }
    }
}

/// A walk over one input. Memory is bounded by the limit for a record, whatever the input.
pub(crate) struct Framer<'i> {
    pub(super) window: Window<'i>,
    lists: &'static [&'static str],
    pub(super) limit: usize,
    pub(super) state: State,
    header: Map<String, Value>,
    /// Bytes of the members kept in the header.
    header_bytes: usize,
    pub(super) resume: Resume,
    /// Bytes of the window the caller still looks at; consumed on the next call.
    shown: usize,
    /// What is shown instead of the front of the window, which has moved on.
    pub(super) aside: Option<Aside>,
}

impl<'i> Framer<'i> {
    /// A framer of `input`. `lists` names the members whose elements are records, for example `objects`; only
    /// members of a top-level object whose value is an array count. A record may have `limit` bytes.
    pub(crate) fn new(
        input: &'i mut dyn BufRead,
        lists: &'static [&'static str],
        limit: usize,
    ) -> Framer<'i> {
        Framer {
            window: Window::new(input, limit),
            lists,
            limit,
            state: State::Top,
            header: Map::new(),
            header_bytes: 0,
            resume: Resume::new(limit),
            shown: 0,
            aside: None,
        }
    }

    /// The next record or fault, `None` at the end. Errors only when the input cannot be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        self.window.consume(std::mem::take(&mut self.shown));
        self.aside = None;
        let span = loop {
            let byte = self.window.pass_blanks()?;
            let step = match self.state {
                State::Top => self.top(byte)?,
                State::List { of, due } => self.in_list(of, due, byte)?,
                State::Wrapper => self.in_wrapper(byte)?,
            };
            match step {
                Step::Again => {}
                Step::Show(span) => break span,
                Step::Over => return Ok(None),
            }
        };
        Ok(Some(self.show(span)))
    }

    fn show(&mut self, span: Span) -> Frame<'_> {
        let list = match self.state {
            State::List { of, .. } => of,
            _ => None,
        };
        self.shown = span.end;
        let (raw, offset, line) = match &self.aside {
            Some(aside) => (&aside.raw[..], aside.offset, aside.line),
            None => (&self.window.bytes()[..span.end], self.window.offset(), self.window.line()),
        };
        Frame { raw: trimmed(raw), offset, line, list, header: &self.header, fault: span.fault }
    }

    fn top(&mut self, byte: Option<u8>) -> io::Result<Step> {
        match byte {
            None => Ok(Step::Over),
            Some(0xef) if self.window.offset() == 0 && self.byte_order_mark()? => Ok(Step::Again),
            // Records of an array without its brackets: nothing is lost by reading them.
            Some(b',') => Ok(self.skip(1)),
            Some(b'[') => {
                self.state = State::List { of: None, due: false };
                Ok(self.skip(1))
            }
            Some(b'{') => self.top_object(),
            Some(_) => self.value(Until::Line).map(Step::Show),
        }
    }

    fn byte_order_mark(&mut self) -> io::Result<bool> {
        let mark = self.window.byte(1)? == Some(0xbb) && self.window.byte(2)? == Some(0xbf);
        if mark {
            self.window.consume(3);
        }
        Ok(mark)
    }

    fn skip(&mut self, bytes: usize) -> Step {
        self.window.consume(bytes);
        Step::Again
    }

    fn in_list(&mut self, of: Option<&'static str>, due: bool, byte: Option<u8>) -> io::Result<Step> {
        let after = |due| State::List { of, due };
        Ok(match byte {
            None => self.cut_off("the input ends before the list of records is closed with `]`"),
            Some(b']') if due => {
                self.state = after(false);
                Step::Show(Span::bad(0, "not valid JSON: there is a comma too many at the end of the list"))
            }
            Some(b']') => {
                self.state = if of.is_some() { State::Wrapper } else { State::Top };
                self.skip(1)
            }
            Some(b',') if due => {
                Step::Show(Span::bad(1, "not valid JSON: a record is missing between commas"))
            }
            Some(b',') => {
                self.state = after(true);
                self.skip(1)
            }
            Some(b'}') => Step::Show(Span::bad(1, "not valid JSON: there is a `}` too many")),
            Some(first) => {
                self.state = after(false);
                Step::Show(self.value(until(first))?)
            }
        })
    }

    fn in_wrapper(&mut self, byte: Option<u8>) -> io::Result<Step> {
        Ok(match byte {
            None => self.cut_off("the input ends before the object around the records is closed with `}`"),
            Some(b'}') => {
                self.state = State::Top;
                self.skip(1)
            }
            Some(b',') => self.skip(1),
            Some(b'"') => self.member()?,
            Some(b']') => Step::Show(Span::bad(1, "not valid JSON: there is a `]` too many")),
            Some(first) => Step::Show(self.value(until(first))?),
        })
    }

    /// One more member of a wrapping object whose list has been met.
    fn member(&mut self) -> io::Result<Step> {
        let Some(member) = Member::read(&mut self.window, 0)? else {
            return self.value(Until::Delimiter).map(Step::Show);
        };
        if let Some(list) = self.list_named(&member) {
            self.window.consume(member.value + 1);
            self.state = State::List { of: Some(list), due: false };
            return Ok(Step::Again);
        }
        let mut scan = Scan::new(until(member.first));
        match self.scan(member.value, &mut scan)? {
            Ended::At(end) => {
                self.header_bytes += end;
                if self.header_bytes > self.limit {
                    let limit = self.limit;
                    let fault =
                        format!("the members around the records are larger than {limit} bytes together");
                    return Ok(Step::Show(Span::bad(end, fault)));
                }
                if let Err(error) = self.keep(&member, end) {
                    let fault = syntax_reason(&error, self.window.line_at(member.value));
                    return Ok(Step::Show(Span::bad(end, fault)));
                }
                Ok(self.skip(end))
            }
            other => self.mend(other, scan).map(Step::Show),
        }
    }

    fn list_named(&self, member: &Member) -> Option<&'static str> {
        let key = &self.window.bytes()[member.key.0..member.key.1];
        (member.first == b'[').then(|| self.lists.iter().find(|list| list.as_bytes() == key).copied())?
    }

    /// Adds a member to the header.
    fn keep(&mut self, member: &Member, end: usize) -> Result<(), serde_json::Error> {
        let bytes = self.window.bytes();
        let key: String = serde_json::from_slice(&bytes[member.key.0 - 1..=member.key.1])?;
        let value: Value = serde_json::from_slice(&bytes[member.value..end])?;
        self.header.insert(key, value);
        Ok(())
    }

    /// An object at the top: a record itself, unless a member is one of the lists.
    fn top_object(&mut self) -> io::Result<Step> {
        let mut members = Vec::new();
        let mut at = 1;
        loop {
            let (next, byte) = self.window.solid(at)?;
            match byte {
                Some(b'}') => return Ok(Step::Show(Span::good(next + 1))),
                Some(b',') => at = next + 1,
                Some(b'"') => {
                    let Some(member) = Member::read(&mut self.window, next)? else {
                        return self.rest_of_object(next);
                    };
                    if let Some(list) = self.list_named(&member) {
                        return Ok(self.open(&members, &member, list));
                    }
                    let mut scan = Scan::new(until(member.first));
                    match self.scan(member.value, &mut scan)? {
                        Ended::At(end) => {
                            at = end;
                            members.push((member, end));
                            if at > self.limit {
                                // Nothing so large is read: its end is all that is looked for.
                                return self.rest_of_object(at);
                            }
                        }
                        _ => return self.rest_of_object(next),
                    }
                }
                _ => return self.rest_of_object(next),
            }
        }
    }

    /// The object's members are not well formed from `at` on: its end is where its braces say.
    fn rest_of_object(&mut self, at: usize) -> io::Result<Step> {
        let mut scan = Scan::inside_object();
        match self.scan(at, &mut scan)? {
            Ended::At(end) => Ok(Step::Show(Span::good(end))),
            other => self.mend(other, scan).map(Step::Show),
        }
    }

    fn open(&mut self, members: &[(Member, usize)], list: &Member, name: &'static str) -> Step {
        self.header.clear();
        self.header_bytes = list.value;
        let mut unread = None;
        for (member, end) in members {
            if let Err(error) = self.keep(member, *end) {
                // Counting lines is left to the first fault: members may be many.
                unread.get_or_insert_with(|| syntax_reason(&error, self.window.line_at(member.value)));
            }
        }
        if unread.is_some() {
            self.aside = Some(Aside::of(&self.window, list.value));
        }
        self.window.consume(list.value + 1);
        self.state = State::List { of: Some(name), due: false };
        unread.map_or(Step::Again, |fault| Step::Show(Span::bad(0, fault)))
    }

    /// One value from the beginning of the window.
    fn value(&mut self, until: Until) -> io::Result<Span> {
        let mut scan = Scan::new(until);
        match self.scan(0, &mut scan)? {
            Ended::At(end) => Ok(Span::good(end)),
            Ended::InputOver if until == Until::Line => Ok(Span::good(self.window.bytes().len())),
            other => self.mend(other, scan),
        }
    }

    fn scan(&mut self, mut at: usize, scan: &mut Scan) -> io::Result<Ended> {
        loop {
            match scan.feed(&self.window.bytes()[at..]) {
                Found::End(end) => return Ok(Ended::At(at + end)),
                Found::Broken(end) => return Ok(Ended::Broken(at + end)),
                Found::More => at = self.window.bytes().len(),
            }
            if at > self.limit {
                return Ok(Ended::TooLarge);
            }
            if !self.window.fill()? {
                return Ok(Ended::InputOver);
            }
        }
    }

    fn cut_off(&mut self, reason: &str) -> Step {
        self.state = State::Top;
        Step::Show(Span::bad(0, format!("not valid JSON: {reason}; what came before is kept")))
    }
}

/// What a reader's next step is.
enum Step {
    Again,
    Show(Span),
    Over,
}

/// How a scan came to its end.
#[derive(Clone, Copy)]
pub(super) enum Ended {
    At(usize),
    Broken(usize),
    InputOver,
    TooLarge,
}

fn until(first: u8) -> Until {
    match first {
        b'{' | b'[' | b'"' => Until::Closed,
        _ => Until::Delimiter,
    }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

/// Bytes kept beside the window.
pub(super) struct Aside {
    raw: Vec<u8>,
    offset: u64,
    line: u64,
}

impl Aside {
    /// The first `length` bytes of the window.
    pub(super) fn of(window: &Window<'_>, length: usize) -> Aside {
        Aside { raw: window.bytes()[..length].to_vec(), offset: window.offset(), line: window.line() }
    }
}
