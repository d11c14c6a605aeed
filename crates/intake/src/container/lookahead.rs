//! Looking at the beginning of an input without consuming it.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// How much of an input is looked at to say what it is.
pub(crate) const HEAD: usize = 64 << 10;

/// A buffered reader whose first [`HEAD`] bytes can be looked at before anything is read.
pub(crate) struct Lookahead<'a> {
    inner: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    /// An error met while looking ahead: handed out once what came before it has been read.
    pending: Option<io::Error>,
    taken: Rc<Cell<u64>>,
}

impl<'a> Lookahead<'a> {
    pub(crate) fn new(inner: &'a mut dyn Read) -> Lookahead<'a> {
        Lookahead { inner, buffer: Vec::new(), start: 0, pending: None, taken: Rc::default() }
    }

    /// The beginning of the input: [`HEAD`] bytes, or all of it when it is shorter. Only before the first read.
    pub(crate) fn head(&mut self) -> &[u8] {
        let mut from = self.buffer.len();
        self.buffer.resize(HEAD, 0);
        while from < HEAD && self.pending.is_none() {
            match self.inner.read(&mut self.buffer[from..]) {
                Ok(0) => break,
                Ok(count) => from += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.pending = Some(error),
            }
        }
        self.buffer.truncate(from);
        &self.buffer[self.start..]
    }

    /// Bytes consumed so far, also after the reader was handed on.
    pub(crate) fn taken(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.taken)
    }
}

impl Read for Lookahead<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let count = from.len().min(into.len());
        into[..count].copy_from_slice(&from[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Lookahead<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.buffer.len() {
            if let Some(error) = self.pending.take() {
                return Err(error);
            }
            self.buffer.resize(HEAD, 0);
            self.start = 0;
            let read = self.inner.read(&mut self.buffer);
            self.buffer.truncate(*read.as_ref().unwrap_or(&0));
            read?;
        }
        Ok(&self.buffer[self.start..])
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        self.taken.set(self.taken.get() + count as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_read_again() {
        let input = vec![7u8; HEAD + 10];
        let mut slow = input.as_slice().chain(&[8u8; 3][..]);
        let mut ahead = Lookahead::new(&mut slow);
        assert_eq!(ahead.head().len(), HEAD);
        let mut all = Vec::new();
        ahead.read_to_end(&mut all).expect("memory reads");
        assert_eq!(all.len(), HEAD + 13);
        assert_eq!(ahead.taken().get(), all.len() as u64);
    }

    #[test]
    fn an_error_waits_for_what_came_before_it() {
        struct Fails(bool);
        impl Read for Fails {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("gone"));
                }
                into[0] = b'x';
                Ok(1)
            }
        }
        let mut input = Fails(false);
        let mut ahead = Lookahead::new(&mut input);
        assert_eq!(ahead.head(), b"x");
        let mut one = [0; 4];
        assert_eq!(ahead.read(&mut one).expect("one byte came"), 1);
        assert!(ahead.read(&mut one).is_err());
    }
}
