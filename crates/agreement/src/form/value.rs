//! Values in the form they leave in.

use std::net::IpAddr;

use entente_model::{Kind, Selector, canonical_json, parse_timestamp};
use iban::{Iban, IbanLike};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value;

use super::luhn::{is_card_number, truncated};
use super::pseudonym::epoch_name;
use crate::{AddressStep, Form, PlaceStep, PseudonymKey, TimeStep};

/// A value in the form it leaves in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shaped {
    /// It leaves as this.
    Value(Value),
    /// It leaves as the number of values there were.
    Count(u64),
    /// It does not leave: it has no such form.
    Nothing,
}

/// Where a value stands, and what is needed to give it its form.
pub(crate) struct Place<'a> {
    pub(crate) kind: &'a Kind,
    pub(crate) property: &'a str,
    pub(crate) key: &'a PseudonymKey,
    pub(crate) now: Timestamp,
}

/// Gives a value its form. What has no such form is withheld, never passed as it is.
pub(crate) fn shape(form: &Form, value: &Value, place: &Place) -> Shaped {
    if *form == Form::Count {
        return Shaped::Count(match value {
            Value::Array(items) => items.len() as u64,
            _ => 1,
        });
    }
    each(value, &|leaf| one(form, leaf, place)).map_or(Shaped::Nothing, Shaped::Value)
}

/// Gives each value of a list its form; what has none is left out. Other structures have no form.
fn each(value: &Value, form: &dyn Fn(&Value) -> Option<Value>) -> Option<Value> {
    match value {
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().filter_map(|item| each(item, form)).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
        Value::Number(_) | Value::String(_) => form(value),
    }
}

fn one(form: &Form, value: &Value, place: &Place) -> Option<Value> {
    let text = value.as_str();
    let shaped = match form {
        Form::Drop | Form::Count => None,
        Form::Mask => text.map(|_| "***".to_owned()),
        Form::TruncateIp(AddressStep::Network) => network(text?),
        // Only an address as a whole becomes a system or a country: another object.
        Form::TruncateIp(AddressStep::Asn | AddressStep::Country) => None,
        Form::GeneraliseTime(step) => time(text?, *step, is_end(place.property)),
        Form::GeneralisePlace(PlaceStep::AdministrativeArea) if place.property == "administrative_area" => {
            text.map(str::to_owned)
        }
        Form::GeneralisePlace(_) => None,
        Form::BandAmount => band(&amount(value)?),
        Form::Pseudonymise(epoch) => {
            let normal = normal(place.kind, value);
            let field = format!("{}.{}", place.kind, place.property);
            Some(place.key.value(&field, &epoch_name(*epoch, place.now), place.kind.as_str(), &normal))
        }
        Form::TruncatePan => is_card_number(text?).then(|| truncated(text.unwrap_or_default())),
        Form::IbanToBank => bank(text?),
        Form::EmailToDomain => domain(text?),
    };
    shaped.map(Value::String)
}

/// The one spelling of a value, so that its pseudonym is one.
fn normal(kind: &Kind, value: &Value) -> String {
    let Some(text) = value.as_str() else { return canonical_json(value) };
    let selector = match kind {
        Kind::DomainName => Selector::domain(text),
        Kind::Ipv4Addr => Selector::ipv4(text),
        Kind::Ipv6Addr => Selector::ipv6(text),
        Kind::Url => Selector::url(text),
        Kind::EmailAddr => Selector::email(text),
        Kind::MacAddr => Selector::mac(text),
        Kind::CryptocurrencyWallet => Selector::wallet(text),
        Kind::BankAccount => Selector::iban(text),
        Kind::PhoneNumber => Selector::phone(text),
        _ => return text.trim().to_owned(),
    };
    selector.map_or_else(|_| text.trim().to_owned(), |selector| selector.label())
}

/// The /24 or /48 an address or a smaller network is in.
fn network(text: &str) -> Option<String> {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.trim().parse().ok()?;
    let prefix = prefix.map(|prefix| prefix.trim().parse::<u32>()).transpose().ok()?;
    match address {
        IpAddr::V4(v4) => {
            let length = prefix.unwrap_or(32).min(24);
            let kept = u32::from(v4) & u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Some(format!("{}/{length}", std::net::Ipv4Addr::from(kept)))
        }
        IpAddr::V6(v6) => {
            let length = prefix.unwrap_or(128).min(48);
            let kept = u128::from(v6) & u128::MAX.checked_shl(128 - length).unwrap_or(0);
            Some(format!("{}/{length}", std::net::Ipv6Addr::from(kept)))
        }
    }
}

/// Ends of spans STIX wants later than their beginnings: they are generalised forward.
fn is_end(property: &str) -> bool {
    matches!(property, "valid_until" | "stop_time")
}

fn time(text: &str, step: TimeStep, end: bool) -> Option<String> {
    let at = parse_timestamp(text).ok()?;
    let zoned = at.to_zoned(TimeZone::UTC);
    let date = zoned.date();
    let (start, span): (DateTime, Span) = match step {
        TimeStep::Hour => (date.at(zoned.hour(), 0, 0, 0), Span::new().hours(1)),
        TimeStep::Day => (date.at(0, 0, 0, 0), Span::new().days(1)),
        TimeStep::Week => (monday(date)?.at(0, 0, 0, 0), Span::new().weeks(1)),
        TimeStep::Month => (date.first_of_month().at(0, 0, 0, 0), Span::new().months(1)),
    };
    let begin = if end { start.checked_add(span).ok()? } else { start };
    Some(format!("{:.3}", begin.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

fn monday(date: Date) -> Option<Date> {
    date.checked_sub(Span::new().days(date.weekday().to_monday_zero_offset())).ok()
}

/// A decimal amount: its sign, its digits before the point without leading zeros, and those after it.
struct Amount {
    negative: bool,
    whole: String,
    part: String,
}

fn amount(value: &Value) -> Option<Amount> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |digits| (true, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) || digits.ends_with('.') {
        return None;
    }
    let (whole, part) = (whole.trim_start_matches('0').to_owned(), part.trim_end_matches('0').to_owned());
    Some(Amount { negative, whole, part })
}

/// The band of the series 1, 2, 5, 10, … an amount lies in, its lower end included: `1000-2000`.
fn band(amount: &Amount) -> Option<String> {
    let sign = if amount.negative { "-" } else { "" };
    if amount.whole.is_empty() {
        return Some(if amount.part.is_empty() { "0".to_owned() } else { format!("{sign}0-1") });
    }
    let zeros = |digits: &str| format!("{digits}{}", "0".repeat(amount.whole.len() - 1));
    let (low, high) = match amount.whole.as_bytes()[0] {
        b'1' => ("1", "2"),
        b'2'..=b'4' => ("2", "5"),
        _ => ("5", "10"),
    };
    Some(format!("{sign}{}-{}", zeros(low), zeros(high)))
}

/// An IBAN with stars for everything but country and bank.
fn bank(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let iban: Iban = compact.to_ascii_uppercase().parse().ok()?;
    let electronic = iban.electronic_str();
    let bank = iban.bank_identifier().unwrap_or("");
    let start = if bank.is_empty() { 0 } else { electronic.get(4..)?.find(bank)? + 4 };
    let kept = |place: usize| place < 2 || (start..start + bank.len()).contains(&place);
    Some(electronic.chars().enumerate().map(|(place, c)| if kept(place) { c } else { '*' }).collect())
}

fn domain(text: &str) -> Option<String> {
    match Selector::email(text).ok()? {
        Selector::Email(address) => address.rsplit_once('@').map(|(_, domain)| format!("*@{domain}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Epoch;

    fn shaped(form: Form, value: Value) -> Option<Value> {
        shaped_in(form, value, "value")
    }

    fn shaped_in(form: Form, value: Value, property: &str) -> Option<Value> {
        let agreement = "01J0000000000000000000000A".parse().expect("an id");
        let key = PseudonymKey::derive(&[7; 32], &agreement);
        let place = Place { kind: &Kind::EmailAddr, property, key: &key, now: Timestamp::UNIX_EPOCH };
        match shape(&form, &value, &place) {
            Shaped::Value(value) => Some(value),
            Shaped::Count(count) => Some(count.into()),
            Shaped::Nothing => None,
        }
    }

    #[test]
    fn addresses_become_networks() {
        for (text, wanted) in [
            ("198.51.100.77", Some("198.51.100.0/24")),
            ("198.51.100.77/28", Some("198.51.100.0/24")),
            ("198.51.0.0/16", Some("198.51.0.0/16")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("2001:db8:1:2:3::4", Some("2001:db8:1::/48")),
            ("wick.example", None),
            ("198.51.100.77/99999999999", None),
        ] {
            assert_eq!(
                shaped(Form::TruncateIp(AddressStep::Network), json!(text)),
                wanted.map(Value::from),
                "{text}"
            );
        }
    }

    #[test]
    fn times_become_the_beginning_of_a_span_and_ends_its_end() {
        let at = json!("2026-11-26T13:45:10.5Z");
        for (step, wanted) in [
            (TimeStep::Hour, "2026-11-26T13:00:00.000Z"),
            (TimeStep::Day, "2026-11-26T00:00:00.000Z"),
            (TimeStep::Week, "2026-11-23T00:00:00.000Z"),
            (TimeStep::Month, "2026-11-01T00:00:00.000Z"),
        ] {
            assert_eq!(shaped(Form::GeneraliseTime(step), at.clone()), Some(json!(wanted)));
        }
        let end = shaped_in(Form::GeneraliseTime(TimeStep::Month), at, "valid_until");
        assert_eq!(end, Some(json!("2026-12-01T00:00:00.000Z")));
        assert_eq!(shaped(Form::GeneraliseTime(TimeStep::Day), json!("yesterday")), None);
    }

    #[test]
    fn amounts_become_bands() {
        for (value, wanted) in [
            (json!(1234.56), Some("1000-2000")),
            (json!("2000"), Some("2000-5000")),
            (json!(-70), Some("-50-100")),
            (json!("999999999999999999999"), Some("500000000000000000000-1000000000000000000000")),
            (json!(0), Some("0")),
            (json!(0.5), Some("0-1")),
            (json!("1e9"), None),
            (json!("about 5"), None),
            (json!(""), None),
        ] {
            assert_eq!(shaped(Form::BandAmount, value.clone()), wanted.map(Value::from), "{value}");
        }
    }

    #[test]
    fn other_values_have_their_forms() {
        assert_eq!(shaped(Form::EmailToDomain, json!("J.Doe@Mail.example")), Some(json!("*@mail.example")));
        assert_eq!(
            shaped(Form::IbanToBank, json!("GB82 WEST 1234 5698 7654 32")),
            Some(json!("GB**WEST**************"))
        );
        assert_eq!(shaped(Form::TruncatePan, json!("4111 1111 1111 1111")), Some(json!("411111******1111")));
        assert_eq!(shaped(Form::TruncatePan, json!("not a card")), None);
        assert_eq!(shaped(Form::Mask, json!("secret")), Some(json!("***")));
        assert_eq!(shaped(Form::Mask, json!(5)), None);
        assert_eq!(shaped(Form::Count, json!(["a", "b"])), Some(json!(2)));
        assert_eq!(shaped(Form::Mask, json!({"a": "b"})), None);
        assert_eq!(shaped(Form::EmailToDomain, json!(["a@b.example", "x"])), Some(json!(["*@b.example"])));
        let pseudonym = |text: &str| shaped(Form::Pseudonymise(Epoch::Agreement), json!(text));
        assert_eq!(pseudonym("A@B.example"), pseudonym("A[at]b.EXAMPLE"));
        assert_ne!(pseudonym("a@b.example"), pseudonym("c@b.example"));
    }

    proptest::proptest! {
        #[test]
        fn no_value_panics(text in ".*", number: f64) {
            for form in [
                Form::Mask, Form::BandAmount, Form::TruncatePan, Form::IbanToBank, Form::EmailToDomain,
                Form::TruncateIp(AddressStep::Network), Form::GeneraliseTime(TimeStep::Week),
                Form::Pseudonymise(Epoch::Month),
            ] {
                shaped(form.clone(), json!(text));
                shaped(form, json!(number));
            }
        }
    }
}
