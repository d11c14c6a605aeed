//! STIX timestamps (STIX 2.1 section 2.16): RFC 3339 in UTC.

use jiff::Timestamp;

/// Why a text is not a timestamp.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a timestamp: write it in RFC 3339, for example `2025-03-01T09:30:00Z`")]
pub struct TimestampError(pub String);

/// Reads an RFC 3339 timestamp; an offset other than `Z` is accepted and converted.
pub fn parse_timestamp(text: &str) -> Result<Timestamp, TimestampError> {
    text.parse::<Timestamp>().map_err(|_| TimestampError(text.to_owned()))
}
