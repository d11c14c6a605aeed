//! The atlas: a compact offline table from IP addresses to countries and autonomous systems.
//!
//! The bytes are the table; opening it copies and builds nothing. All numbers are little endian.
//!
//! ```text
//! offset 0   "ENTATLAS"                     magic
//!        8   u32 version (1)
//!        12  u32 counts: v4 countries, v4 networks, v6 countries, v6 networks, names
//!        32  u32 length of the text of names
//!        36  v4 countries: u32 starts, then 2 letters each
//!            v4 networks:  u32 starts, then u32 AS each
//!            v6 countries: u128 starts, then 2 letters each
//!            v6 networks:  u128 starts, then u32 AS each
//!            names:        u32 AS, ascending; then u32 end of the name in the text
//!            text of names, UTF-8
//! ```
//!
//! A row holds from its start to the next one's; zero letters and AS 0 mean nobody's.

use std::net::IpAddr;
use std::sync::Arc;

mod build;
mod row;
mod table;

pub use row::{AtlasRow, RowError, Whereabouts};
use table::{Layout, Table};

/// Where an address is and whose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// ISO 3166-1 alpha-2 code, upper case.
    pub country: Option<[u8; 2]>,
    /// Number of the autonomous system that announces it.
    pub asn: Option<u32>,
}

/// Countries and autonomous systems by IP address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Atlas {
    bytes: Arc<[u8]>,
    layout: Layout,
}

/// Why bytes are not an atlas.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AtlasError {
    /// Something else, or nothing.
    #[error(
        "this is not an address table: it does not begin with `ENTATLAS`; build one with `cargo xtask atlas`"
    )]
    Magic,
    /// Written by another version.
    #[error(
        "this address table has format version {0}, and 1 is needed; build it again with `cargo xtask atlas`"
    )]
    Version(u32),
    /// Cut off, or with something after its end.
    #[error(
        "this address table has {found} bytes where its header says {expected}; it was cut off or changed"
    )]
    Length {
        /// Bytes by its header.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// A column that has to ascend does not, or names are not UTF-8.
    #[error("this address table is damaged in its {0}")]
    Damaged(&'static str),
    /// More than the format holds.
    #[error("too much for an address table: {0}")]
    TooLarge(&'static str),
}

impl Atlas {
    /// An atlas that knows nothing.
    pub fn empty() -> Atlas {
        let bytes: Arc<[u8]> = build::empty().into();
        let layout = Layout::read(&bytes).expect("an empty table built here is well formed");
        Atlas { bytes, layout }
    }

    /// Opens a table made by [`Atlas::build`]. The whole is checked: a changed byte is an error, or at worst a
    /// wrong country, never a panic.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Result<Atlas, AtlasError> {
        let bytes = bytes.into();
        let layout = Layout::read(&bytes)?;
        layout.check(&bytes)?;
        Ok(Atlas { bytes, layout })
    }

    /// Makes the bytes of a table from rows in any order. Where rows of one sort share an address, the narrower
    /// speaks; neighbours that say the same become one.
    ///
    /// # Errors
    /// [`AtlasError::TooLarge`] when there are more than 2^32 rows or bytes of names.
    pub fn build(rows: impl IntoIterator<Item = AtlasRow>) -> Result<Vec<u8>, AtlasError> {
        build::build(rows)
    }

    /// Where `address` is and who announces it. An IPv4-mapped IPv6 address is looked up as IPv4.
    pub fn locate(&self, address: IpAddr) -> Location {
        let table = Table { bytes: &self.bytes, layout: &self.layout };
        match address.to_canonical() {
            IpAddr::V4(address) => table.locate_v4(address.to_bits()),
            IpAddr::V6(address) => table.locate_v6(address.to_bits()),
        }
    }

    /// Who runs an autonomous system, as the table's source names it.
    pub fn as_name(&self, number: u32) -> Option<&str> {
        Table { bytes: &self.bytes, layout: &self.layout }.as_name(number)
    }

    /// True when it knows nothing, so that a page can say why its map is empty.
    pub fn is_empty(&self) -> bool {
        self.layout.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(rows: &[&str]) -> Vec<u8> {
        let rows = rows.iter().map(|row| AtlasRow::from_csv(row).expect("a row"));
        Atlas::build(rows).expect("rows that do not overlap")
    }

    fn sample() -> Vec<u8> {
        built(&[
            "198.51.100.0,198.51.100.255,64497,\"Other, Inc.\"",
            "192.0.2.0,192.0.2.127,NL",
            "192.0.2.128,192.0.2.255,NL",
            "198.51.100.0,198.51.100.255,US",
            "192.0.2.0,192.0.2.255,64496,Example Net",
            "2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,DE",
            "2001:db8::,2001:db8::ffff,64496,Example Net",
            "255.255.255.255,255.255.255.255,FR",
        ])
    }

    fn locate(atlas: &Atlas, address: &str) -> (Option<String>, Option<u32>) {
        let found = atlas.locate(address.parse().expect("an address"));
        (found.country.map(|code| String::from_utf8_lossy(&code).into_owned()), found.asn)
    }

    #[test]
    fn addresses_are_found_at_and_between_the_ends_of_rows() {
        let atlas = Atlas::from_bytes(sample()).expect("an atlas");
        let nl = (Some("NL".to_owned()), Some(64496));
        for address in ["192.0.2.0", "192.0.2.127", "192.0.2.128", "192.0.2.255", "::ffff:192.0.2.1"] {
            assert_eq!(locate(&atlas, address), nl, "{address}");
        }
        assert_eq!(locate(&atlas, "198.51.100.9"), (Some("US".into()), Some(64497)));
        assert_eq!(locate(&atlas, "2001:db8::1"), (Some("DE".into()), Some(64496)));
        assert_eq!(locate(&atlas, "2001:db8::1:0"), (Some("DE".into()), None));
        assert_eq!(locate(&atlas, "255.255.255.255"), (Some("FR".into()), None));
        for nobodys in ["192.0.1.255", "192.0.3.0", "0.0.0.0", "255.255.255.254", "::", "2001:db9::"] {
            assert_eq!(locate(&atlas, nobodys), (None, None), "{nobodys}");
        }
        assert_eq!(atlas.as_name(64496), Some("Example Net"));
        assert_eq!(atlas.as_name(64497), Some("Other, Inc."));
        assert_eq!(atlas.as_name(64498), None);
    }

    #[test]
    fn an_empty_atlas_knows_nothing() {
        assert_eq!(locate(&Atlas::empty(), "192.0.2.1"), (None, None));
        assert!(Atlas::empty().is_empty());
    }

    #[test]
    fn what_is_no_atlas_says_so() {
        let opened = |bytes: Vec<u8>| Atlas::from_bytes(bytes).err();
        assert_eq!(opened(Vec::new()), Some(AtlasError::Magic));
        let mut newer = sample();
        newer[8] = 2;
        assert_eq!(opened(newer), Some(AtlasError::Version(2)));
        let mut short = sample();
        short.pop();
        assert!(matches!(opened(short), Some(AtlasError::Length { .. })));
        let mut unsorted = sample();
        unsorted[36..40].copy_from_slice(&[255; 4]);
        assert_eq!(opened(unsorted), Some(AtlasError::Damaged("IPv4 countries")));
    }

    #[test]
    fn where_rows_overlap_the_narrower_speaks() {
        let atlas = Atlas::from_bytes(built(&[
            "192.0.2.0,192.0.2.255,NL",
            "192.0.2.16,192.0.2.31,DE",
            "192.0.2.20,192.0.2.20,FR",
            "192.0.2.250,192.0.3.9,BE",
        ]));
        let atlas = atlas.expect("an atlas");
        for (address, code) in [
            ("192.0.2.15", "NL"),
            ("192.0.2.16", "DE"),
            ("192.0.2.20", "FR"),
            ("192.0.2.21", "DE"),
            ("192.0.2.32", "NL"),
            ("192.0.2.250", "BE"),
            ("192.0.3.9", "BE"),
        ] {
            assert_eq!(locate(&atlas, address).0.as_deref(), Some(code), "{address}");
        }
        assert_eq!(locate(&atlas, "192.0.3.10"), (None, None));
    }

    #[test]
    fn no_changed_byte_makes_it_panic() {
        let good = sample();
        for place in 0..good.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[place] ^= change;
                let Ok(atlas) = Atlas::from_bytes(bytes) else { continue };
                locate(&atlas, "192.0.2.1");
                locate(&atlas, "2001:db8::1");
                atlas.as_name(64496);
            }
        }
    }
}
