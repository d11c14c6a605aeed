//! In which form something leaves that does not leave as it is.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AddressStep, Category, Epoch, PlaceStep, TimeStep};

/// One rule: what it is about, and the form in which that leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// What it is about.
    pub select: Select,
    /// The form.
    pub form: Form,
}

/// What a transform is about. A rule about a field goes before one about its category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Select {
    /// Every field of a category.
    Category(Category),
    /// One field of one kind, or of every kind.
    Field(FieldName),
}

/// The form in which a value leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Form {
    /// Not at all.
    Drop,
    /// As `***`: that there is a value, and nothing of it.
    Mask,
    /// An IP address as what it belongs to.
    TruncateIp(AddressStep),
    /// A time as the beginning of a longer span.
    GeneraliseTime(TimeStep),
    /// A place as a larger one.
    GeneralisePlace(PlaceStep),
    /// An amount as its band in the series 1, 2, 5, 10, 20, 50, …
    BandAmount,
    /// A value as a keyed pseudonym, the same for the same value for as long as the epoch says.
    Pseudonymise(Epoch),
    /// A payment card number as its first six and last four digits.
    TruncatePan,
    /// An IBAN as its country and bank.
    IbanToBank,
    /// An e-mail address as its domain.
    EmailToDomain,
    /// A list or a value as the number of values.
    Count,
}

/// A field by kind and property: `ipv4-addr.value`; `*` for every kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldName {
    kind: String,
    property: String,
}

/// Why a text names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no field: write the kind and the property, such as `ipv4-addr.value` or `*.created`")]
pub struct FieldNameError(String);

impl FieldName {
    /// The kind, or `*`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The property.
    pub fn property(&self) -> &str {
        &self.property
    }

    /// True for this property of this kind.
    pub fn is(&self, kind: &str, property: &str) -> bool {
        (self.kind == "*" || self.kind == kind) && self.property == property
    }
}

impl FromStr for FieldName {
    type Err = FieldNameError;

    fn from_str(text: &str) -> Result<FieldName, FieldNameError> {
        let plain = |text: &str, more: &[u8]| {
            !text.is_empty()
                && text.len() <= 250
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || more.contains(&b))
        };
        match text.split_once('.') {
            Some((kind, property)) if (kind == "*" || plain(kind, b"-")) && plain(property, b"_") => {
                Ok(FieldName { kind: kind.to_owned(), property: property.to_owned() })
            }
            _ => Err(FieldNameError(text.to_owned())),
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.property)
    }
}

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for FieldName {
    fn schema_name() -> Cow<'static, str> {
        "FieldName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(\\*|[a-z0-9-]{1,250})\\.[a-z0-9_]{1,250}$" })
    }
}
