//! From when on something is new.

use std::fmt;

use entente_model::ClaimNo;
use entente_store::AsOf;
use jiff::{SignedDuration, Timestamp};

use crate::app::AppError;

/// Looked back so far unless asked otherwise, in seconds: a week.
const WEEK: i64 = 7 * DAY;
const DAY: i64 = 24 * HOUR;
const HOUR: i64 = 60 * MINUTE;
const MINUTE: i64 = 60;
/// The longest look back by a span, in seconds: ten years.
const LONGEST: i64 = 3653 * DAY;

/// The earlier of the two moments that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// So many seconds ago.
    Ago(i64),
    /// When this claim was the last.
    Claim(ClaimNo),
    /// Then.
    Time(Timestamp),
}

impl Since {
    /// `24h`, `7d` (also `m` and `w`), a claim number or a time; a week when absent.
    pub(super) fn read(text: Option<&str>) -> Result<Since, AppError> {
        let Some(text) = text else { return Ok(Since::Ago(WEEK)) };
        if let Ok(claim) = text.parse() {
            return Ok(Since::Claim(ClaimNo(claim)));
        }
        if let Some(seconds) = span(text) {
            return Ok(Since::Ago(seconds));
        }
        entente_model::parse_timestamp(text).map(Since::Time).map_err(|_| {
            AppError::invalid(format!(
                "`since` is `{text}`, which is no moment: say 24h, 7d or 90d (up to 3653d), a claim number, or a time \
                 (2026-03-01T00:00:00Z)"
            ))
        })
    }

    /// The moment, when it is known without the log.
    pub(super) fn time(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Since::Ago(seconds) => now.checked_sub(SignedDuration::from_secs(seconds)).ok(),
            Since::Time(time) => Some(time),
            Since::Claim(_) => None,
        }
    }

    /// As far back from the moment as that is from now: what is compared with, to say how fast something grows.
    pub(super) fn before(self, now: Timestamp) -> Option<AsOf> {
        let time = self.time(now).filter(|time| *time < now)?;
        time.checked_sub(now.duration_since(time)).ok().map(AsOf::Time)
    }

    /// The moment in the log.
    pub(super) fn as_of(self, now: Timestamp) -> AsOf {
        match self {
            Since::Claim(claim) => AsOf::Claim(claim),
            Since::Ago(_) | Since::Time(_) => self.time(now).map_or(AsOf::Claim(ClaimNo(0)), AsOf::Time),
        }
    }

    /// True when it is another moment as time goes by.
    pub(super) fn moves(self) -> bool {
        matches!(self, Since::Ago(_))
    }
}

/// As part of a sentence: `in the last 7 days`.
impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Since::Ago(seconds) => write!(f, "in the last {}", length(*seconds)),
            Since::Claim(claim) => write!(f, "since claim {}", claim.0),
            Since::Time(time) => write!(f, "since {}", time.strftime("%-d %B %Y, %H:%M UTC")),
        }
    }
}

/// A length of time in words, in the largest unit that says it whole, a day in hours: `7 days`, `24 hours`, `hour`.
fn length(seconds: i64) -> String {
    let units = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")];
    let whole =
        |(unit, _): &&(i64, &str)| seconds % unit == 0 && seconds != DAY || seconds == DAY && *unit == HOUR;
    let (unit, name) = units.iter().find(whole).copied().unwrap_or((1, "second"));
    match seconds / unit {
        1 => name.to_owned(),
        count => format!("{count} {name}s"),
    }
}

fn span(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => WEEK,
        _ => return None,
    };
    // The unit is one byte.
    let count: i64 = text[..text.len() - 1].parse().ok()?;
    count.checked_mul(unit).filter(|seconds| (1..=LONGEST).contains(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_claims_and_times_are_read() {
        assert_eq!(Since::read(None).unwrap(), Since::Ago(604_800));
        assert_eq!(Since::read(Some("24h")).unwrap(), Since::Ago(86_400));
        assert_eq!(Since::read(Some("90d")).unwrap(), Since::Ago(7_776_000));
        assert_eq!(Since::read(Some("812")).unwrap(), Since::Claim(ClaimNo(812)));
        let time = "2026-03-01T00:00:00Z";
        assert_eq!(Since::read(Some(time)).unwrap(), Since::Time(time.parse().unwrap()));
        for wrong in ["", "0d", "-7d", "7", "d", "7y", "99999999999999d", "yesterday", "7 d", "٧d", "é"] {
            assert_eq!(Since::read(Some(wrong)).is_err(), wrong != "7", "{wrong}");
        }
    }

    #[test]
    fn the_time_before_is_as_long() {
        let now: Timestamp = "2026-03-15T00:00:00Z".parse().unwrap();
        let expected = AsOf::Time("2026-03-01T00:00:00Z".parse().unwrap());
        assert_eq!(Since::read(Some("7d")).unwrap().before(now), Some(expected));
        assert_eq!(Since::read(Some("2026-03-08T00:00:00Z")).unwrap().before(now), Some(expected));
        assert_eq!(Since::read(Some("2026-04-01T00:00:00Z")).unwrap().before(now), None, "it is yet to come");
        assert_eq!(Since::read(Some("12")).unwrap().before(now), None);
    }

    #[test]
    fn it_is_said_as_people_say_it() {
        let said = |text| Since::read(Some(text)).unwrap().to_string();
        assert_eq!(said("24h"), "in the last 24 hours");
        assert_eq!(said("7d"), "in the last 7 days");
        assert_eq!(said("1h"), "in the last hour");
        assert_eq!(said("90m"), "in the last 90 minutes");
        assert_eq!(said("12"), "since claim 12");
        assert_eq!(said("2026-03-01T09:05:00Z"), "since 1 March 2026, 09:05 UTC");
    }
}
