//! Rows of the tables an atlas is built from.

use std::net::IpAddr;

/// A range of addresses, ends included, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtlasRow {
    /// First address.
    pub first: IpAddr,
    /// Last address, of the same version.
    pub last: IpAddr,
    /// What is known.
    pub place: Whereabouts,
}

/// What a row says of its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// ISO 3166-1 alpha-2 code, upper case.
    Country([u8; 2]),
    /// The autonomous system that announces it, and who runs that.
    Network {
        /// AS number, never 0.
        number: u32,
        /// Name of the holder.
        name: String,
    },
}

/// Why a line of a table is not a row.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{line}` is not a row of an address table: {why}")]
pub struct RowError {
    line: String,
    why: &'static str,
}

impl AtlasRow {
    /// Reads a line of the ip-location-db packages: `first,last,country` or `first,last,AS number,name`, the
    /// name in quotes when it has a comma.
    pub fn from_csv(line: &str) -> Result<AtlasRow, RowError> {
        let line = line.trim_end_matches(['\r', '\n']);
        row(line).map_err(|why| RowError { line: line.chars().take(200).collect(), why })
    }
}

fn row(line: &str) -> Result<AtlasRow, &'static str> {
    let mut fields = line.splitn(4, ',');
    let mut next = || fields.next().ok_or("it has fewer than three fields");
    let (first, last, what) = (next()?, next()?, next()?);
    let first: IpAddr = first.parse().map_err(|_| "its first field is no address")?;
    let last: IpAddr = last.parse().map_err(|_| "its second field is no address")?;
    if first.is_ipv4() != last.is_ipv4() || last < first {
        return Err("its second address is not at or after its first");
    }
    let place = match fields.next() {
        None => country(what)?,
        Some(name) => {
            let number = what.parse().map_err(|_| "its third field is no AS number")?;
            Whereabouts::Network { number, name: unquoted(name) }
        }
    };
    match place {
        Whereabouts::Network { number: 0, .. } => Err("AS 0 is nobody's"),
        place => Ok(AtlasRow { first, last, place }),
    }
}

fn country(code: &str) -> Result<Whereabouts, &'static str> {
    match code.as_bytes() {
        &[a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Whereabouts::Country([a, b])),
        _ => Err("its third field is no country code"),
    }
}

fn unquoted(field: &str) -> String {
    match field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => field.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_are_read() {
        let network = AtlasRow::from_csv("192.0.2.0,192.0.2.255,64496,\"Example \"\"Net\"\", Inc.\"\r\n");
        let name = "Example \"Net\", Inc.".to_owned();
        assert_eq!(network.expect("a row").place, Whereabouts::Network { number: 64496, name });
        let country = AtlasRow::from_csv("2001:db8::,2001:db8::ffff,NL").expect("a row");
        assert_eq!(country.place, Whereabouts::Country(*b"NL"));
    }

    #[test]
    fn what_is_no_row_says_why() {
        for (line, why) in [
            ("", "it has fewer than three fields"),
            ("a,b,NL", "its first field is no address"),
            ("192.0.2.1,192.0.2.0,NL", "its second address is not at or after its first"),
            ("192.0.2.1,::1,NL", "its second address is not at or after its first"),
            ("192.0.2.0,192.0.2.1,NLD", "its third field is no country code"),
            ("192.0.2.0,192.0.2.1,0,Nobody", "AS 0 is nobody's"),
        ] {
            assert_eq!(AtlasRow::from_csv(line).expect_err(line).why, why, "{line}");
        }
    }
}
