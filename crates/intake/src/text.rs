//! UTF-16 to UTF-8, for inputs whose byte order mark says so.

use std::io::{self, Read};

/// Byte order of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Utf16 {
    Little,
    Big,
}

impl Utf16 {
    /// The byte order a byte order mark at the beginning of an input says.
    pub(crate) fn of(head: &[u8]) -> Option<Utf16> {
        match head {
            // UTF-32LE begins the same way; nobody writes it.
            [0xff, 0xfe, ..] => Some(Utf16::Little),
            [0xfe, 0xff, ..] => Some(Utf16::Big),
            _ => None,
        }
    }

    fn unit(self, pair: [u8; 2]) -> u16 {
        match self {
            Utf16::Little => u16::from_le_bytes(pair),
            Utf16::Big => u16::from_be_bytes(pair),
        }
    }

    /// All of `bytes` as UTF-8; what is no character becomes U+FFFD, an odd last byte is dropped.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        let units = bytes.chunks_exact(2).map(|pair| self.unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

/// Reads UTF-16 as UTF-8. Lone surrogates become U+FFFD.
pub(crate) struct Transcoder<R> {
    inner: R,
    order: Utf16,
    /// Bytes read but not decoded: less than a character.
    rest: Vec<u8>,
    decoded: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    pub(crate) fn new(inner: R, order: Utf16) -> Transcoder<R> {
        Transcoder { inner, order, rest: Vec::new(), decoded: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut bytes = [0; 8192];
        let held = self.rest.len();
        bytes[..held].copy_from_slice(&self.rest);
        let count = self.inner.read(&mut bytes[held..])?;
        self.ended = count == 0;
        let available = held + count;
        let mut whole = available - available % 2;
        // A high surrogate waits for its other half.
        let high = |pair: &[u8]| (0xd800..0xdc00).contains(&self.order.unit([pair[0], pair[1]]));
        if whole >= 2 && !self.ended && high(&bytes[whole - 2..whole]) {
            whole -= 2;
        }
        self.rest = bytes[whole..available].to_vec();
        self.decoded = self.order.decode(&bytes[..whole]).into_bytes();
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && !self.ended {
            self.refill()?;
        }
        let count = (self.decoded.len() - self.given).min(into.len());
        into[..count].copy_from_slice(&self.decoded[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_survive_any_chunking() {
        let text = "a😀b\u{e9}";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        struct One<'a>(&'a [u8]);
        impl Read for One<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let count = self.0.len().min(1).min(into.len());
                into[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        let mut decoded = String::new();
        Transcoder::new(One(&bytes), Utf16::Big).read_to_string(&mut decoded).expect("UTF-8 comes out");
        assert_eq!(decoded, text);
    }
}
