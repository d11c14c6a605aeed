//! The only place that reads the clock. Everything else takes the time as an argument.

use jiff::Timestamp;

/// The time now, to the microsecond: what the store keeps.
#[expect(clippy::disallowed_methods, reason = "this is the one edge at which time enters the program")]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
