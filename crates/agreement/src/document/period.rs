//! Lengths of time and countries, as the document writes them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in ISO 8601: `P6M`, `P30D`, `PT72H`.
#[derive(Clone, Debug)]
pub struct Period {
    text: String,
    span: Span,
}

/// A country by its ISO 3166-1 alpha-2 code, upper case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// Why a text is no length of time or no country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Not an ISO 8601 duration.
    #[error("`{0}` is not a length of time: write it in ISO 8601, for example `P6M` or `PT72H`")]
    Period(String),
    /// Negative or nothing.
    #[error("`{0}` is not a length of time that passes: it must be longer than nothing")]
    Empty(String),
    /// Not two letters.
    #[error("`{0}` is not a country: write its two letters (ISO 3166-1), upper case")]
    Country(String),
}

impl Period {
    /// The moment this long after `start`, by the UTC calendar. As far as time goes when it goes beyond.
    pub fn after(&self, start: Timestamp) -> Timestamp {
        let end = start.to_zoned(TimeZone::UTC).checked_add(self.span);
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }

    /// As the document writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In words: `6 months`, `30 days`.
    pub fn phrase(&self) -> String {
        let units: [(i64, &str); 6] = [
            (self.span.get_years().into(), "year"),
            (self.span.get_months().into(), "month"),
            (self.span.get_weeks().into(), "week"),
            (self.span.get_days().into(), "day"),
            (self.span.get_hours().into(), "hour"),
            (self.span.get_minutes(), "minute"),
        ];
        let said: Vec<String> = units
            .iter()
            .filter(|(count, _)| *count != 0)
            .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        if said.is_empty() { self.text.clone() } else { said.join(" and ") }
    }
}

impl PartialEq for Period {
    fn eq(&self, other: &Period) -> bool {
        self.text == other.text
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        let span: Span = text.parse().map_err(|_| PeriodError::Period(text.to_owned()))?;
        // jiff also reads `6 months`, which a document in ISO 8601 does not write.
        if !text.starts_with('P') {
            return Err(PeriodError::Period(text.to_owned()));
        }
        if !span.is_positive() {
            return Err(PeriodError::Empty(text.to_owned()));
        }
        Ok(Period { text: text.to_owned(), span })
    }
}

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("two ASCII letters")
    }

    /// True within the European Economic Area, where no transfer rule is needed.
    pub fn is_eea(&self) -> bool {
        const EEA: [&str; 30] = [
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
            "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
        ];
        EEA.contains(&self.as_str())
    }
}

impl FromStr for Country {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Country, PeriodError> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Country([*a, *b])),
            _ => Err(PeriodError::Country(text.to_owned())),
        }
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

macro_rules! as_text {
    ($name:ident, $pattern:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

as_text!(Period, "^P");
as_text!(Country, "^[A-Z]{2}$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_follow_the_calendar() {
        let start: Timestamp = "2026-01-31T12:00:00Z".parse().expect("a time");
        for (text, wanted, phrase) in [
            ("P1M", "2026-02-28T12:00:00Z", "1 month"),
            ("P1Y6M", "2027-07-31T12:00:00Z", "1 year and 6 months"),
            ("PT72H", "2026-02-03T12:00:00Z", "72 hours"),
        ] {
            let period: Period = text.parse().expect(text);
            assert_eq!(period.after(start).to_string(), wanted);
            assert_eq!(period.phrase(), phrase);
        }
        assert_eq!("P9998Y".parse::<Period>().expect("long").after(start), Timestamp::MAX);
        for text in ["", "6 months", "P", "-P1D", "PT0S", "1d"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn countries_are_two_letters() {
        assert!("NL".parse::<Country>().expect("a country").is_eea());
        assert!(!"GB".parse::<Country>().expect("a country").is_eea());
        for text in ["", "nl", "NLD", "é"] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
    }
}
