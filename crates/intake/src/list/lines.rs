//! Lines of a text, one at a time and bounded.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

/// Longest line read, whatever the limit on records says: a line's indicators are held in memory together.
const LONGEST: usize = 1 << 20;

/// One line.
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// Byte offset of its beginning.
    pub(super) offset: u64,
    /// Its bytes without the line end; cut when it is too long.
    pub(super) bytes: Vec<u8>,
    /// False when it is longer than the limit.
    pub(super) fits: bool,
}

impl Line {
    /// The line as text. What is not UTF-8 is read as Latin-1, in which every byte is a character.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.bytes.iter().map(|byte| char::from(*byte)).collect()),
        }
    }
}

/// Reads lines that end in LF or CRLF.
pub(super) struct Lines<'i> {
    input: &'i mut dyn BufRead,
    longest: usize,
    number: u64,
    offset: u64,
    spare: Vec<u8>,
}

impl<'i> Lines<'i> {
    pub(super) fn new(input: &'i mut dyn BufRead, record_bytes: usize) -> Lines<'i> {
        Lines { input, longest: record_bytes.min(LONGEST), number: 0, offset: 0, spare: Vec::new() }
    }

    /// Longest line that is read, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The next line, or `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = std::mem::take(&mut self.spare);
        bytes.clear();
        let limit = self.longest as u64 + 1;
        let mut read = (&mut *self.input).take(limit).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        let fits = bytes.last() == Some(&b'\n') || read <= self.longest;
        if !fits {
            read += self.skip_line()?;
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        self.number += 1;
        let offset = self.offset;
        self.offset += read as u64;
        if offset == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(Some(Line { number: self.number, offset, bytes, fits }))
    }

    /// Gives a line's memory back for the next one.
    pub(super) fn reuse(&mut self, line: Line) {
        self.spare = line.bytes;
    }

    fn skip_line(&mut self) -> io::Result<usize> {
        let mut skipped = 0;
        loop {
            let buffer = self.input.fill_buf()?;
            let (count, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.input.consume(count);
            skipped += count;
            if ended {
                return Ok(skipped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_and_the_next_one_is_found() {
        let text = b"\xef\xbb\xbfone\r\n2222222222\nthree";
        let mut input = io::BufReader::with_capacity(3, &text[..]);
        let mut lines = Lines::new(&mut input, 9);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().expect("memory reads") {
            seen.push((line.number, line.offset, line.fits, line.text().into_owned()));
        }
        assert_eq!(seen[0], (1, 0, true, "one".to_owned()));
        assert_eq!((seen[1].0, seen[1].1, seen[1].2), (2, 8, false));
        assert_eq!(seen[2], (3, 19, true, "three".to_owned()));
    }
}
