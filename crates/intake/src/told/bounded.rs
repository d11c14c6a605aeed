//! A bound on what a parser holds of an input that never ends a record.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

/// The error of a record that does not end within the limit.
#[derive(Debug, thiserror::Error)]
#[error("a record is longer than any may be")]
pub(super) struct TooLong;

/// Lets so many bytes through until somebody sets the count anew.
pub(super) struct Bounded<'i> {
    pub(super) input: &'i mut dyn BufRead,
    pub(super) left: &'i Cell<usize>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let count = available.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left.get() == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TooLong));
        }
        let buffer = self.input.fill_buf()?;
        Ok(&buffer[..buffer.len().min(self.left.get())])
    }

    fn consume(&mut self, count: usize) {
        self.left.set(self.left.get().saturating_sub(count));
        self.input.consume(count);
    }
}
