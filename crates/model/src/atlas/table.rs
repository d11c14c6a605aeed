//! Reading the bytes of an atlas in place.

use super::{AtlasError, Location};

pub(super) const MAGIC: &[u8; 8] = b"ENTATLAS";
pub(super) const VERSION: u32 = 1;
pub(super) const HEADER: usize = 36;

/// A column of starts and one of values beside it: where they begin, and how many rows they have.
#[derive(Clone, Copy, Debug)]
struct Column {
    starts: usize,
    values: usize,
    rows: usize,
}

/// Where everything is, by the header.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    country_v4: Column,
    network_v4: Column,
    country_v6: Column,
    network_v6: Column,
    names: Column,
    text: usize,
}

/// The bytes with their layout.
pub(super) struct Table<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) layout: &'a Layout,
}

impl Layout {
    /// Lays the sections out as the header counts them; an error unless they fill the bytes exactly.
    pub(super) fn read(bytes: &[u8]) -> Result<Layout, AtlasError> {
        if bytes.len() < HEADER || !bytes.starts_with(MAGIC) {
            return Err(AtlasError::Magic);
        }
        match u32_at(bytes, 8) {
            VERSION => {}
            other => return Err(AtlasError::Version(other)),
        }
        let count = |place: usize| u32_at(bytes, 12 + 4 * place);
        // In u64, since five counts of 2^32 rows of 20 bytes do not overflow it.
        let mut end = HEADER as u64;
        let mut column = |rows: u32, width: u64, value: u64| {
            let starts = end;
            let values = starts + u64::from(rows) * width;
            end = values + u64::from(rows) * value;
            Column { starts: starts as usize, values: values as usize, rows: rows as usize }
        };
        let layout = Layout {
            country_v4: column(count(0), 4, 2),
            network_v4: column(count(1), 4, 4),
            country_v6: column(count(2), 16, 2),
            network_v6: column(count(3), 16, 4),
            names: column(count(4), 4, 4),
            text: 0,
        };
        let (text, expected) = (end as usize, end + u64::from(count(5)));
        let found = bytes.len() as u64;
        if expected != found {
            return Err(AtlasError::Length { expected, found });
        }
        Ok(Layout { text, ..layout })
    }

    /// Checks what searching relies on: starts ascend, names ascend and are UTF-8 within the text.
    pub(super) fn check(&self, bytes: &[u8]) -> Result<(), AtlasError> {
        let v4 = |column: &Column| ascends(column.rows, |row| u32_at(bytes, column.starts + 4 * row));
        let v6 = |column: &Column| ascends(column.rows, |row| u128_at(bytes, column.starts + 16 * row));
        for (sound, section) in [
            (v4(&self.country_v4), "IPv4 countries"),
            (v4(&self.network_v4), "IPv4 networks"),
            (v6(&self.country_v6), "IPv6 countries"),
            (v6(&self.network_v6), "IPv6 networks"),
            (v4(&self.names), "AS names"),
            (self.names_are_text(bytes), "AS names"),
        ] {
            if !sound {
                return Err(AtlasError::Damaged(section));
            }
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        [&self.country_v4, &self.network_v4, &self.country_v6, &self.network_v6]
            .iter()
            .all(|column| column.rows == 0)
    }

    fn names_are_text(&self, bytes: &[u8]) -> bool {
        let text = &bytes[self.text..];
        let ends = (0..self.names.rows).map(|row| u32_at(bytes, self.names.values + 4 * row) as usize);
        let mut from = 0;
        for end in ends {
            if text.get(from..end).is_none_or(|name| std::str::from_utf8(name).is_err()) {
                return false;
            }
            from = end;
        }
        from == text.len()
    }
}

impl<'a> Table<'a> {
    pub(super) fn locate_v4(&self, address: u32) -> Location {
        let find =
            |column: &Column| last_at_most(column.rows, address, |row| self.u32(column.starts + 4 * row));
        self.location(find(&self.layout.country_v4), find(&self.layout.network_v4), false)
    }

    pub(super) fn locate_v6(&self, address: u128) -> Location {
        let start = |column: &Column, row: usize| u128_at(self.bytes, column.starts + 16 * row);
        let find = |column: &Column| last_at_most(column.rows, address, |row| start(column, row));
        self.location(find(&self.layout.country_v6), find(&self.layout.network_v6), true)
    }

    pub(super) fn as_name(&self, number: u32) -> Option<&'a str> {
        let names = &self.layout.names;
        let row = last_at_most(names.rows, number, |row| self.u32(names.starts + 4 * row))?;
        if self.u32(names.starts + 4 * row) != number {
            return None;
        }
        let end = |row: usize| self.u32(names.values + 4 * row) as usize;
        let from = if row == 0 { 0 } else { end(row - 1) };
        let name = self.bytes.get(self.layout.text + from..self.layout.text + end(row))?;
        std::str::from_utf8(name).ok()
    }

    fn location(&self, country: Option<usize>, network: Option<usize>, v6: bool) -> Location {
        let layout = self.layout;
        let (countries, networks) = match v6 {
            true => (&layout.country_v6, &layout.network_v6),
            false => (&layout.country_v4, &layout.network_v4),
        };
        let letters =
            |row: usize| [self.bytes[countries.values + 2 * row], self.bytes[countries.values + 2 * row + 1]];
        Location {
            country: country.map(letters).filter(|code| code.iter().all(u8::is_ascii_uppercase)),
            asn: network.map(|row| self.u32(networks.values + 4 * row)).filter(|number| *number != 0),
        }
    }

    fn u32(&self, at: usize) -> u32 {
        u32_at(self.bytes, at)
    }
}

/// The last of `rows` ascending starts that is not after `wanted`.
fn last_at_most<T: Ord>(rows: usize, wanted: T, start: impl Fn(usize) -> T) -> Option<usize> {
    let (mut low, mut high) = (0, rows);
    while low < high {
        let middle = low + (high - low) / 2;
        if start(middle) <= wanted { low = middle + 1 } else { high = middle }
    }
    low.checked_sub(1)
}

fn ascends<T: Ord>(rows: usize, start: impl Fn(usize) -> T) -> bool {
    (1..rows).all(|row| start(row - 1) < start(row))
}

/// Callers stay within the length that [`Layout::read`] checked.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes are four bytes"))
}

fn u128_at(bytes: &[u8], at: usize) -> u128 {
    u128::from_le_bytes(bytes[at..at + 16].try_into().expect("sixteen bytes are sixteen bytes"))
}
