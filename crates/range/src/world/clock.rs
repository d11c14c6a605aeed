//! Seconds written as the formats want them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::record::Seconds;

pub(crate) const HOUR: Seconds = 3600;
pub(crate) const DAY: Seconds = 24 * HOUR;

/// What is beyond the calendar (the years -9999 to 9999) is at its end.
pub(crate) fn moment(at: Seconds) -> Timestamp {
    let within = at.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(within).unwrap_or_default()
}

/// Date and time in UTC.
pub(crate) fn utc(at: Seconds) -> DateTime {
    Offset::UTC.to_datetime(moment(at))
}

/// `2026-03-01`.
pub(crate) fn date(at: Seconds) -> String {
    utc(at).date().to_string()
}

/// `2026-03-01T12:00:00Z`.
pub(crate) fn iso(at: Seconds) -> String {
    moment(at).to_string()
}

/// `2026-03-01 12:00:00`, in UTC without saying so.
pub(crate) fn spaced(at: Seconds) -> String {
    utc(at).strftime("%F %T").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(spaced(1_767_225_599), "2025-12-31 23:59:59");
        assert_eq!(date(1_767_225_600), "2026-01-01");
    }
}
