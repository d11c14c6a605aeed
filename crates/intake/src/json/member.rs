//! A member of an object, found but not read.

use std::io;

use super::window::Window;

/// A member of an object, by position in the window.
pub(super) struct Member {
    /// The name, without its quotes.
    pub(super) key: (usize, usize),
    /// First byte of the value.
    pub(super) value: usize,
    pub(super) first: u8,
}

impl Member {
    /// The member whose opening quote is at `at`; `None` when it is not `"name": value`.
    pub(super) fn read(window: &mut Window<'_>, at: usize) -> io::Result<Option<Member>> {
        let Some(end) = text_end(window, at)? else { return Ok(None) };
        let (colon, byte) = window.solid(end + 1)?;
        if byte != Some(b':') {
            return Ok(None);
        }
        let (value, first) = window.solid(colon + 1)?;
        Ok(first.map(|first| Member { key: (at + 1, end), value, first }))
    }
}

/// The closing quote of the property name that begins at `at`. Names are short: no chunked scan.
fn text_end(window: &mut Window<'_>, at: usize) -> io::Result<Option<usize>> {
    let mut at = at + 1;
    loop {
        match window.byte(at)? {
            Some(b'"') => return Ok(Some(at)),
            Some(b'\\') => at += 2,
            Some(b'\n') | None => return Ok(None),
            Some(_) => at += 1,
        }
    }
}
