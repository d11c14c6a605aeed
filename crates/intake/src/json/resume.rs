//! Where to go on after a record whose end cannot be found.
//!
//! A missing brace or quote makes the rest of the input look like part of one record. What betrays the next
//! record is that records resemble each other: in a list it begins with a comma, a brace and the same first
//! property name; between records at the top it may also begin with a brace at the start of a line.

use std::io;

use memchr::memchr_iter;

use super::window::Window;

/// Longest property name used to tell records.
const LONGEST_NAME: usize = 64;

pub(super) struct Resume {
    /// Bytes that may still be walked twice; without a bound, input made of broken beginnings costs quadratic
    /// time.
    again: usize,
}

impl Resume {
    pub(super) fn new(limit: usize) -> Resume {
        Resume { again: limit.saturating_mul(4) }
    }

    /// The next record's beginning in what was walked as part of the broken one, `broken` bytes.
    pub(super) fn within(
        &mut self,
        window: &mut Window<'_>,
        broken: usize,
        signs: &Signs,
    ) -> io::Result<Option<usize>> {
        if self.again == 0 {
            return Ok(None);
        }
        let found = signs.find(window, 1, broken)?;
        if let Some(next) = found {
            self.again = self.again.saturating_sub(broken - next);
        }
        Ok(found)
    }
}

/// What the next record looks like.
pub(super) struct Signs {
    at_top: bool,
    /// First property name of the broken record, with its quotes.
    name: Option<Vec<u8>>,
}

impl Signs {
    /// Those of the record at the front of the window.
    pub(super) fn of_record(window: &mut Window<'_>, at_top: bool) -> io::Result<Signs> {
        let name = match window.byte(0)? {
            Some(b'{') => first_name(window, 0)?,
            _ => None,
        };
        Ok(Signs { at_top, name })
    }

    /// The first record's beginning among the positions `from..to`.
    pub(super) fn find(&self, window: &mut Window<'_>, from: usize, to: usize) -> io::Result<Option<usize>> {
        let mut from = from;
        while from < to {
            let Some(brace) = memchr_iter(b'{', &window.bytes()[from..to]).next() else { return Ok(None) };
            let at = from + brace;
            if self.fits(window, at)? {
                return Ok(Some(at));
            }
            from = at + 1;
        }
        Ok(None)
    }

    fn fits(&self, window: &mut Window<'_>, at: usize) -> io::Result<bool> {
        let before = &window.bytes()[..at];
        if self.at_top && before.last() == Some(&b'\n') {
            return Ok(true);
        }
        let solid = before.iter().rev().find(|byte| !byte.is_ascii_whitespace());
        if !matches!(solid, Some(b',' | b'[')) {
            return Ok(false);
        }
        let name = first_name(window, at)?;
        Ok(match &self.name {
            Some(_) => name == self.name,
            None => !self.at_top && name.is_some(),
        })
    }
}

/// The property name, with its quotes, that follows the brace at a position.
fn first_name(window: &mut Window<'_>, brace: usize) -> io::Result<Option<Vec<u8>>> {
    let (start, byte) = window.solid(brace + 1)?;
    if byte != Some(b'"') {
        return Ok(None);
    }
    for length in 1..LONGEST_NAME {
        match window.byte(start + length)? {
            Some(b'"') => return Ok(Some(window.bytes()[start..=start + length].to_vec())),
            Some(b'\\' | b'\n') | None => return Ok(None),
            Some(_) => {}
        }
    }
    Ok(None)
}
