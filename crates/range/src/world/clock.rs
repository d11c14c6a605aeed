//! Seconds written as the formats want them.

use crate::record::Seconds;

pub(crate) const HOUR: Seconds = 3600;
pub(crate) const DAY: Seconds = 24 * HOUR;

/// Year, month and day of the proleptic Gregorian calendar, by counting eras of 400 years from 1 March.
pub(crate) fn civil(at: Seconds) -> (i64, u8, u8) {
    let days = at.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month as u8, day as u8)
}

/// `2026-03-01`.
pub(crate) fn date(at: Seconds) -> String {
    let (year, month, day) = civil(at);
    format!("{year:04}-{month:02}-{day:02}")
}

fn stamp(at: Seconds, between: char, end: &str) -> String {
    let (year, month, day) = civil(at);
    let of_day = at.rem_euclid(DAY);
    let (hour, minute, second) = (of_day / HOUR, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{end}")
}

/// `2026-03-01T12:00:00Z`.
pub(crate) fn iso(at: Seconds) -> String {
    stamp(at, 'T', "Z")
}

/// `2026-03-01 12:00:00`, in UTC without saying so.
pub(crate) fn spaced(at: Seconds) -> String {
    stamp(at, ' ', "")
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
