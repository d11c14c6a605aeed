//! Messages of a mailbox (RFC 4155), one after the other.

use std::io::{self, BufRead, Read};

use super::FROM;

/// A message as it stood in its mailbox.
pub(super) struct Raw {
    pub(super) offset: u64,
    pub(super) line: u64,
    pub(super) bytes: Vec<u8>,
    /// False when it was longer than any may be; then nothing of it is here.
    pub(super) fits: bool,
}

impl Raw {
    /// The message without the line that began it in the mailbox.
    pub(super) fn content(&self) -> &[u8] {
        match self.bytes.strip_prefix(FROM) {
            Some(rest) => rest.iter().position(|byte| *byte == b'\n').map_or(&[], |end| &rest[end + 1..]),
            None => &self.bytes,
        }
    }
}

/// Cuts a mailbox into messages: each begins with a line that begins with `From `, at the top or after an empty line.
pub(super) struct Messages<'i> {
    input: &'i mut dyn BufRead,
    longest: usize,
    offset: u64,
    line: u64,
    /// The line that begins the next message.
    next: Vec<u8>,
}

impl<'i> Messages<'i> {
    pub(super) fn new(input: &'i mut dyn BufRead, longest: usize) -> Messages<'i> {
        Messages { input, longest, offset: 0, line: 0, next: Vec::new() }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Raw>> {
        let mut bytes = std::mem::take(&mut self.next);
        let offset = self.offset - bytes.len() as u64;
        let line = if bytes.is_empty() { self.line + 1 } else { self.line };
        let (mut fits, mut blank) = (true, false);
        loop {
            let before = bytes.len();
            let limit = (self.longest + 1) as u64;
            let count = (&mut *self.input).take(limit).read_until(b'\n', &mut bytes)?;
            if count == 0 {
                return Ok((!bytes.trim_ascii().is_empty() || !fits).then_some(Raw {
                    offset,
                    line,
                    bytes,
                    fits,
                }));
            }
            self.offset += count as u64;
            self.line += u64::from(bytes.last() == Some(&b'\n'));
            if blank && bytes[before..].starts_with(FROM) {
                self.next = bytes.split_off(before);
                return Ok(Some(Raw { offset, line, bytes, fits }));
            }
            blank = bytes[before..].trim_ascii().is_empty();
            if bytes.len() > self.longest {
                fits = false;
                bytes.clear();
            }
        }
    }
}
