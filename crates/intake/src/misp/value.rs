//! Reading MISP's JSON: numbers and flags come as strings, single things instead of lists, times as seconds.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

/// A JSON object as MISP sends it.
pub(super) type Fields = Map<String, Value>;

/// The text of a value that is a string, a number or a flag; `None` for anything else.
pub(super) fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Some(Cow::Owned(flag.to_string())),
        _ => None,
    }
}

/// A member as text; `None` when absent, empty or not a plain value.
pub(super) fn text<'a>(fields: &'a Fields, name: &str) -> Option<Cow<'a, str>> {
    fields.get(name).and_then(as_text).filter(|text| !text.is_empty())
}

/// A member that is a flag, in any of MISP's spellings.
pub(super) fn flag(fields: &Fields, name: &str) -> Option<bool> {
    match text(fields, name)?.as_ref() {
        "1" | "true" | "True" => Some(true),
        "0" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// A member that is a list; a single object counts as a list of one.
pub(super) fn list<'a>(fields: &'a Fields, name: &str) -> &'a [Value] {
    match fields.get(name) {
        Some(Value::Array(items)) => items,
        Some(single @ Value::Object(_)) => std::slice::from_ref(single),
        _ => &[],
    }
}

/// A member that is an object.
pub(super) fn object<'a>(fields: &'a Fields, name: &str) -> Option<&'a Fields> {
    fields.get(name).and_then(Value::as_object)
}

/// The texts of a member that is a list of texts or a single one.
pub(super) fn texts(value: &Value) -> Vec<Cow<'_, str>> {
    match value {
        Value::Array(items) => items.iter().filter_map(as_text).collect(),
        single => as_text(single).into_iter().collect(),
    }
}

/// A member that is a UUID.
pub(super) fn uuid(fields: &Fields, name: &str) -> Option<Uuid> {
    fields.get(name).and_then(Value::as_str).and_then(|text| Uuid::try_parse(text.trim()).ok())
}

/// A member that is a time: seconds since 1970 or RFC 3339. Zero means "never" in MISP.
pub(super) fn moment(fields: &Fields, name: &str) -> Option<Timestamp> {
    parse_moment(&text(fields, name)?)
}

/// A time: seconds since 1970, or RFC 3339, or a date.
pub(super) fn parse_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok().filter(|_| seconds != 0);
    }
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

/// `created` and `modified` as the mapping writes them: three digits after the point.
pub(super) fn version_time(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn flags_and_times_come_in_many_spellings() {
        let given = fields(
            json!({"a": "1", "b": false, "c": 1, "t": "1603642920", "i": "2020-10-25T18:22:00+02:00", "d": "2020-10-25"}),
        );
        assert_eq!(
            (flag(&given, "a"), flag(&given, "b"), flag(&given, "c")),
            (Some(true), Some(false), Some(true))
        );
        let at = moment(&given, "t").expect("seconds");
        assert_eq!(version_time(at), "2020-10-25T16:22:00.000Z");
        assert_eq!(moment(&given, "i"), Some(at));
        assert_eq!(moment(&given, "d").expect("a date").to_string(), "2020-10-25T00:00:00Z");
        assert_eq!(parse_moment("0"), None);
    }

    #[test]
    fn a_single_object_is_a_list_of_one() {
        assert_eq!(list(&fields(json!({"Attribute": {"type": "md5"}})), "Attribute").len(), 1);
        assert!(list(&fields(json!({"Attribute": "md5"})), "Attribute").is_empty());
    }
}
