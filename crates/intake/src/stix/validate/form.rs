//! What a property's value has to be.

use entente_model::parse_timestamp;
use serde_json::Value;

use crate::stix::pattern::is_timestamp;

/// The form of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Text,
    Flag,
    /// A whole number within bounds.
    Whole(i64, i64),
    /// A number within bounds.
    Number(f64, f64),
    Time,
    Texts,
    /// An id of one of these types; of any when there are none.
    Id(&'static [&'static str]),
    /// A list of such ids.
    Ids(&'static [&'static str]),
    /// An id of any type but these.
    IdBut(&'static [&'static str]),
    Map,
    Maps,
    /// A map of texts: digests by algorithm.
    Hashes,
    /// `relationship_type`: lower-case letters, digits, hyphens.
    Verb,
    ExternalReferences,
    GranularMarkings,
}

type Checked = Result<(), String>;

impl Form {
    /// The error completes "the property … must be".
    pub(super) fn check(self, value: &Value) -> Checked {
        match (self, value) {
            (Form::Text, Value::String(_)) | (Form::Flag, Value::Bool(_)) | (Form::Map, Value::Object(_)) => {
                Ok(())
            }
            (Form::Time, Value::String(text)) => time(text),
            (Form::Id(kinds), Value::String(id)) => id_of(kinds, id),
            (Form::IdBut(kinds), Value::String(id)) => id_but(kinds, id),
            (Form::Ids(kinds), Value::Array(ids)) => ids.iter().try_for_each(|id| Form::Id(kinds).check(id)),
            (Form::Texts, Value::Array(texts)) if texts.iter().all(Value::is_string) => Ok(()),
            (Form::Maps, Value::Array(maps)) if maps.iter().all(Value::is_object) => Ok(()),
            (Form::Whole(low, high), Value::Number(number)) => {
                let within = number.as_i64().is_some_and(|number| (low..=high).contains(&number));
                within.then_some(()).ok_or_else(|| self.words())
            }
            (Form::Number(low, high), Value::Number(number)) => {
                let within = number.as_f64().is_some_and(|number| (low..=high).contains(&number));
                within.then_some(()).ok_or_else(|| self.words())
            }
            (Form::Hashes, Value::Object(hashes)) if hashes.values().all(Value::is_string) => Ok(()),
            (Form::Verb, Value::String(verb)) if is_verb(verb) => Ok(()),
            (Form::ExternalReferences, Value::Array(all)) => all.iter().try_for_each(external_reference),
            (Form::GranularMarkings, Value::Array(all)) => all.iter().try_for_each(granular_marking),
            _ => Err(self.words()),
        }
    }

    fn words(self) -> String {
        match self {
            Form::Text => "a text".into(),
            Form::Flag => "true or false".into(),
            Form::Whole(low, high) => format!("a whole number from {low} to {high}"),
            Form::Number(low, high) => format!("a number from {low} to {high}"),
            Form::Time => "a timestamp in UTC such as `2025-03-01T09:30:00Z`".into(),
            Form::Texts => "a list of texts".into(),
            Form::Id([]) | Form::IdBut(_) => "an id written `type--UUID`".into(),
            Form::Id(kinds) => format!("an id of type {}", kinds.join(" or ")),
            Form::Ids(_) => "a list of ids".into(),
            Form::Map => "a JSON object".into(),
            Form::Maps | Form::ExternalReferences | Form::GranularMarkings => "a list of JSON objects".into(),
            Form::Hashes => "a JSON object of digests by algorithm".into(),
            Form::Verb => "lower-case letters, digits and hyphens".into(),
        }
    }
}

fn time(text: &str) -> Checked {
    // The form says nothing about how long a month is; only its last days can be too many.
    let late = text.as_bytes().get(8) == Some(&b'3') || text.get(8..10) == Some("29");
    if is_timestamp(text) && (!late || parse_timestamp(text).is_ok()) {
        return Ok(());
    }
    Err(format!("a timestamp in UTC such as `2025-03-01T09:30:00Z`, not `{text}`"))
}

fn id_of(kinds: &[&str], id: &str) -> Checked {
    let Some(kind) = kind_of(id) else { return Err(format!("an id written `type--UUID`, not `{id}`")) };
    if kinds.is_empty() || kinds.contains(&kind) {
        return Ok(());
    }
    Err(format!("an id of type {}, not `{id}`", kinds.join(" or ")))
}

fn id_but(kinds: &[&str], id: &str) -> Checked {
    match kind_of(id) {
        None => Err(format!("an id written `type--UUID`, not `{id}`")),
        Some(kind) if kinds.contains(&kind) => Err(format!("an id of another type than {kind}")),
        Some(_) => Ok(()),
    }
}

/// The type in an id that is well formed.
fn kind_of(id: &str) -> Option<&str> {
    let (kind, uuid) = id.split_at_checked(id.len().checked_sub(36)?)?;
    let kind = kind.strip_suffix("--")?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let shaped = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let good = !kind.is_empty() && kind.bytes().all(allowed) && uuid.bytes().enumerate().all(shaped);
    good.then_some(kind)
}

fn is_verb(verb: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !verb.is_empty() && verb.bytes().all(allowed)
}

fn external_reference(value: &Value) -> Checked {
    match value.get("source_name") {
        Some(Value::String(_)) => Ok(()),
        _ => Err("a list of references that each have a `source_name`".into()),
    }
}

fn granular_marking(value: &Value) -> Checked {
    let selectors = value.get("selectors").is_some_and(|selectors| Form::Texts.check(selectors).is_ok());
    let marking = value.get("marking_ref");
    if !selectors || marking.is_some() == value.get("lang").is_some() {
        return Err(
            "a list of markings that each have `selectors` and either a `marking_ref` or a `lang`".into()
        );
    }
    marking.map_or(Ok(()), |id| Form::Id(&["marking-definition"]).check(id))
}
