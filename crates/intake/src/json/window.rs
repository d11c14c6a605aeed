//! The part of the input that is being looked at: a buffer that grows at the end and is dropped at the front.

use std::io::{self, BufRead, Read};

use memchr::memchr_iter;

/// Bytes asked of the input at a time.
const CHUNK: usize = 256 << 10;

/// Bytes from the first one not yet consumed, as far as the input has been read. Positions are relative to it.
pub(super) struct Window<'i> {
    input: &'i mut dyn BufRead,
    /// No byte further than this from the front is read for one look at it.
    limit: usize,
    buffer: Vec<u8>,
    /// Consumed bytes at the front of `buffer`, not yet dropped.
    consumed: usize,
    offset: u64,
    line: u64,
    ended: bool,
}

impl<'i> Window<'i> {
    pub(super) fn new(input: &'i mut dyn BufRead, limit: usize) -> Window<'i> {
        Window { input, limit, buffer: Vec::new(), consumed: 0, offset: 0, line: 1, ended: false }
    }

    /// What has been read and not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.consumed..]
    }

    /// Bytes of memory the window has taken.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.buffer.capacity()
    }

    /// Offset of the first byte in the whole input.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Line of the first byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Line of the byte at a position.
    pub(super) fn line_at(&self, at: usize) -> u64 {
        self.line + newlines(&self.bytes()[..at])
    }

    /// The byte at a position; reads on where needed. `None` at the end of the input, and beyond the limit: white
    /// space and property names may be of any length in hostile input.
    #[inline]
    pub(super) fn byte(&mut self, at: usize) -> io::Result<Option<u8>> {
        loop {
            if let Some(byte) = self.buffer.get(self.consumed + at) {
                return Ok(Some(*byte));
            }
            if at > self.limit || !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Moves the front past JSON white space, however much there is, holding none of it; the byte there.
    pub(super) fn pass_blanks(&mut self) -> io::Result<Option<u8>> {
        loop {
            let blanks = self.bytes().iter().take_while(|byte| is_blank(**byte)).count();
            self.consume(blanks);
            match self.bytes().first().copied() {
                Some(byte) => return Ok(Some(byte)),
                None if !self.fill()? => return Ok(None),
                None => {}
            }
        }
    }

    /// The first position from `at` that is not JSON white space, with its byte.
    #[inline]
    pub(super) fn solid(&mut self, mut at: usize) -> io::Result<(usize, Option<u8>)> {
        loop {
            match self.byte(at)? {
                Some(byte) if is_blank(byte) => at += 1,
                other => return Ok((at, other)),
            }
        }
    }

    /// Reads another chunk; false at the end of the input.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.consumed > 0 && self.consumed * 2 >= self.buffer.len() {
            self.buffer.drain(..self.consumed);
            self.consumed = 0;
        }
        let before = self.buffer.len();
        let got = (&mut *self.input).take(CHUNK as u64).read_to_end(&mut self.buffer)?;
        self.ended = got < CHUNK;
        Ok(self.buffer.len() > before)
    }

    /// Moves the front past `count` bytes that have been read.
    pub(super) fn consume(&mut self, count: usize) {
        self.line = self.line_at(count);
        self.offset += count as u64;
        self.consumed += count;
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
