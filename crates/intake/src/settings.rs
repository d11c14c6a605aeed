//! What the person who imports decides, and the limits hostile input runs into.

use std::fmt;
use std::str::FromStr;

use entente_model::Handling;
use jiff::Timestamp;

/// Settings of one import.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Handling of everything that is not marked more strictly itself.
    pub handling: Handling,
    /// Read every input as this format instead of recognising it.
    pub format: Option<Format>,
    /// The time of import: what readers date objects with that they have to make themselves.
    pub now: Timestamp,
    /// Bounds on hostile input.
    pub limits: Limits,
}

/// The families of formats intake reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// STIX 2.0 and 2.1: bundles, arrays, single objects, JSON lines.
    Stix,
    /// MISP events, feeds, galaxies and warninglists.
    Misp,
    /// Indicator lists: text and CSV.
    List,
}

/// A name that is no format.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a format: use stix, misp or list")]
pub struct FormatError(String);

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Format, FormatError> {
        match text {
            "stix" => Ok(Format::Stix),
            "misp" => Ok(Format::Misp),
            "list" => Ok(Format::List),
            other => Err(FormatError(other.to_owned())),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Stix => "stix",
            Format::Misp => "misp",
            Format::List => "list",
        })
    }
}

/// Bounds on what one input may cost. Running into one is a reject that says so, never a silent cut.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest single record, in bytes: a STIX object, a MISP event, a line.
    pub record_bytes: usize,
    /// Largest ratio of unpacked to packed bytes of a container.
    pub archive_ratio: u64,
    /// Deepest nesting of containers.
    pub archive_depth: u32,
    /// Most members of one archive, nested ones counted too.
    pub archive_entries: u64,
    /// Most bytes unpacked from one input.
    pub archive_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            record_bytes: 16 << 20,
            archive_ratio: 200,
            archive_depth: 4,
            archive_entries: 200_000,
            archive_bytes: 64 << 30,
        }
    }
}
