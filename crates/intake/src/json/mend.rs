//! What becomes of a record whose end cannot be found, or that is too large to hold.

use std::io;

use serde::de::IgnoredAny;

use super::framer::{Aside, Ended, Framer, Span, State};
use super::resume::Signs;
use super::scan::{Found, Scan};
use super::syntax_reason;

/// Bytes kept of a record that is larger than the limit.
const HEAD: usize = 64 << 10;

/// Bytes of dropped input that may decide whether a brace begins a record: the white space before it.
const LOOK_BACK: usize = 4 << 10;

impl Framer<'_> {
    /// A record without an end: what is lost reaches to where the next record can be seen to begin.
    pub(super) fn mend(&mut self, ended: Ended, scan: Scan) -> io::Result<Span> {
        let broken = match ended {
            Ended::At(end) | Ended::Broken(end) => end.max(1),
            Ended::InputOver | Ended::TooLarge => self.window.bytes().len(),
        };
        let signs = Signs::of_record(&mut self.window, self.state == State::Top)?;
        if let Some(next) = self.resume.within(&mut self.window, broken, &signs)? {
            return Ok(self.lost(next));
        }
        match ended {
            Ended::InputOver => {
                self.state = State::Top;
                Ok(self.lost(broken))
            }
            Ended::TooLarge => self.pass_over(Some(scan), broken, &signs),
            Ended::At(_) | Ended::Broken(_) => self.pass_over(None, broken, &signs),
        }
    }

    fn lost(&self, end: usize) -> Span {
        let bytes = &self.window.bytes()[..end];
        let reason = match serde_json::from_slice::<IgnoredAny>(bytes) {
            Err(error) => syntax_reason(&error, self.window.line()),
            Ok(_) => "not valid JSON: brackets do not match around it".to_owned(),
        };
        Span::bad(end, reason)
    }

    /// Moves on from `at` to the end of the record (while `scan` holds), or to where the next record begins,
    /// however far that is. More than the limit is never held.
    fn pass_over(&mut self, mut scan: Option<Scan>, mut at: usize, signs: &Signs) -> io::Result<Span> {
        loop {
            let to = self.window.bytes().len();
            let end = match &mut scan {
                Some(going_on) => match going_on.feed(&self.window.bytes()[at..]) {
                    Found::End(end) => Some(at + end),
                    Found::Broken(_) => {
                        scan = None;
                        continue;
                    }
                    Found::More => None,
                },
                None => signs.find(&mut self.window, at, to)?,
            };
            if let Some(end) = end {
                return Ok(self.passed(end));
            }
            at = to;
            if at > self.limit {
                at = self.let_go();
            }
            if at == self.window.bytes().len() && !self.window.fill()? {
                self.state = State::Top;
                return Ok(self.passed(at));
            }
        }
    }

    /// Keeps the head of a record that is too large, and drops the rest but for what [`Signs`] look back at.
    fn let_go(&mut self) -> usize {
        let bytes = self.window.bytes();
        let (head, drop) = (bytes.len().min(HEAD), bytes.len().saturating_sub(LOOK_BACK));
        self.aside.get_or_insert_with(|| Aside::of(&self.window, head));
        self.window.consume(drop);
        self.window.bytes().len()
    }

    fn passed(&self, end: usize) -> Span {
        if self.aside.is_none() {
            return self.lost(end);
        }
        let (limit, head) = (self.limit, HEAD);
        let reason =
            format!("larger than a record may be ({limit} bytes); only its first {head} bytes are kept here");
        Span::bad(end, reason)
    }
}
