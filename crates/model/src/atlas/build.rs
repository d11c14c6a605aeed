//! Making the bytes of an atlas.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::IpAddr;

use super::row::Whereabouts;
use super::table::{HEADER, MAGIC, VERSION};
use super::{AtlasError, AtlasRow};

/// One column of ranges on its way: `(first, last, value)`.
type Ranges<V> = Vec<(u128, u128, V)>;

/// Which addresses a column is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V4,
    V6,
}

#[derive(Default)]
struct Columns {
    country_v4: Ranges<[u8; 2]>,
    country_v6: Ranges<[u8; 2]>,
    network_v4: Ranges<u32>,
    network_v6: Ranges<u32>,
    names: BTreeMap<u32, String>,
}

pub(super) fn empty() -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes
}

pub(super) fn build(rows: impl IntoIterator<Item = AtlasRow>) -> Result<Vec<u8>, AtlasError> {
    let mut columns = Columns::default();
    rows.into_iter().for_each(|row| columns.add(row));
    columns.write()
}

impl Columns {
    fn add(&mut self, row: AtlasRow) {
        let (version, first, last) = match (row.first, row.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                (Version::V4, first.to_bits().into(), last.to_bits().into())
            }
            (first, last) => (Version::V6, bits(first), bits(last)),
        };
        match row.place {
            Whereabouts::Country(code) if version == Version::V4 => self.country_v4.push((first, last, code)),
            Whereabouts::Country(code) => self.country_v6.push((first, last, code)),
            Whereabouts::Network { number, name } => {
                let column = if version == Version::V4 { &mut self.network_v4 } else { &mut self.network_v6 };
                column.push((first, last, number));
                if !name.is_empty() {
                    self.names.entry(number).or_insert(name);
                }
            }
        }
    }

    fn write(self) -> Result<Vec<u8>, AtlasError> {
        let country_v4 = starts(Version::V4, self.country_v4);
        let network_v4 = starts(Version::V4, self.network_v4);
        let country_v6 = starts(Version::V6, self.country_v6);
        let network_v6 = starts(Version::V6, self.network_v6);
        let counts =
            [country_v4.len(), network_v4.len(), country_v6.len(), network_v6.len(), self.names.len()];
        let text: usize = self.names.values().map(String::len).sum();

        let mut bytes = empty();
        for (place, count) in counts.into_iter().chain([text]).enumerate() {
            let count = u32::try_from(count).map_err(|_| AtlasError::TooLarge("more than 2^32 rows"))?;
            bytes[12 + 4 * place..16 + 4 * place].copy_from_slice(&count.to_le_bytes());
        }
        write_column(&mut bytes, 4, &country_v4, |code| code);
        write_column(&mut bytes, 4, &network_v4, u32::to_le_bytes);
        write_column(&mut bytes, 16, &country_v6, |code| code);
        write_column(&mut bytes, 16, &network_v6, u32::to_le_bytes);
        write_names(&mut bytes, &self.names);
        Ok(bytes)
    }
}

/// Ranges as starts only: a gap becomes a row of nobody's, neighbours that say the same become one. Where ranges
/// overlap, the narrower speaks: announcements are told in this way, and some tables are not free of it.
fn starts<V: Copy + Default + PartialEq>(version: Version, mut ranges: Ranges<V>) -> Vec<(u128, V)> {
    ranges.sort_by_key(|(first, _, _)| *first);
    let end = if version == Version::V4 { u128::from(u32::MAX) } else { u128::MAX };
    let after = ranges.iter().filter(|(_, last, _)| *last < end).map(|(_, last, _)| last + 1);
    let mut edges: Vec<u128> = ranges.iter().map(|(first, _, _)| *first).chain(after).collect();
    edges.sort_unstable();
    edges.dedup();

    let mut rows = Vec::with_capacity(ranges.len());
    let mut coming = ranges.iter().enumerate().peekable();
    let mut open = BinaryHeap::new();
    for edge in edges {
        while let Some((place, (first, last, _))) = coming.next_if(|(_, (first, _, _))| *first <= edge) {
            open.push(Reverse((last - first, Reverse(*first), place)));
        }
        while open.peek().is_some_and(|Reverse((_, _, place))| ranges[*place].1 < edge) {
            open.pop();
        }
        push(&mut rows, edge, open.peek().map(|Reverse((_, _, place))| ranges[*place].2).unwrap_or_default());
    }
    rows
}

fn push<V: Copy + Default + PartialEq>(rows: &mut Vec<(u128, V)>, start: u128, value: V) {
    if rows.last().map(|(_, last)| *last).unwrap_or_default() != value {
        rows.push((start, value));
    }
}

fn write_column<V: Copy, const N: usize>(
    bytes: &mut Vec<u8>,
    width: usize,
    rows: &[(u128, V)],
    encode: fn(V) -> [u8; N],
) {
    rows.iter().for_each(|(start, _)| bytes.extend_from_slice(&start.to_le_bytes()[..width]));
    rows.iter().for_each(|(_, value)| bytes.extend_from_slice(&encode(*value)));
}

fn write_names(bytes: &mut Vec<u8>, names: &BTreeMap<u32, String>) {
    names.keys().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
    let mut end = 0_u32;
    for name in names.values() {
        // Below 2^32: the sum of all lengths was checked when the header was written.
        end += name.len() as u32;
        bytes.extend_from_slice(&end.to_le_bytes());
    }
    names.values().for_each(|name| bytes.extend_from_slice(name.as_bytes()));
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
