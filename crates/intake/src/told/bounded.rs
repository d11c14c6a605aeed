//! Inputs for parsers that read ahead: one bounds what is held of a record that never ends, one keeps the record's own bytes.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read};

/// The error of a record that does not end within the limit.
#[derive(Debug, thiserror::Error)]
#[error("a record is longer than any may be")]
pub(super) struct TooLong;

impl TooLong {
    /// Whether that is what an error says.
    pub(super) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<TooLong>())
    }
}

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

/// An input whose bytes are kept as they pass.
pub(super) struct Kept<'i> {
    pub(super) input: Bounded<'i>,
    pub(super) kept: &'i RefCell<Vec<u8>>,
    /// How many have passed.
    pub(super) offset: u64,
}

impl Read for Kept<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let count = available.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Kept<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What was just looked at is still there to be kept.
        if let Ok(passing) = self.input.fill_buf() {
            self.kept.borrow_mut().extend_from_slice(&passing[..count.min(passing.len())]);
        }
        self.offset += count as u64;
        self.input.consume(count);
    }
}
