//! A STIX object: JSON kept whole, and the typed header extracted from it once.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::canonical::SortedMembers;
use crate::{IdError, Kind, KindFamily, ObjectId, TimestampError, member, parse_timestamp};

/// A STIX 2.1 object. Its JSON is kept whole, unknown properties too.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    id: ObjectId,
    created: Option<Timestamp>,
    modified: Option<Timestamp>,
    revoked: bool,
    json: Map<String, Value>,
}

/// Why a JSON object is not a STIX 2.1 object.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ObjectError {
    /// The value is not a JSON object.
    #[error("a STIX object must be a JSON object")]
    NotAnObject,
    /// A property every object of this sort needs is missing.
    #[error("the required property `{0}` is missing")]
    Missing(&'static str),
    /// A property has the wrong JSON type.
    #[error("the property `{property}` must be {expected}")]
    WrongType {
        /// Name of the property.
        property: &'static str,
        /// What it has to be, in words.
        expected: &'static str,
    },
    /// `type` and the type in `id` differ.
    #[error("`type` is `{kind}` but `id` is `{id}`: the identifier must begin with the type")]
    TypeMismatch {
        /// The `type` property.
        kind: String,
        /// The `id` property.
        id: String,
    },
    /// `id` is malformed.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A timestamp is malformed.
    #[error("the property `{property}` is wrong: {error}")]
    Timestamp {
        /// Name of the property.
        property: &'static str,
        /// What is wrong with it.
        error: TimestampError,
    },
    /// `modified` is before `created` (STIX 2.1 section 3.2).
    #[error("`modified` must not be earlier than `created`")]
    ModifiedBeforeCreated,
}

impl Object {
    /// Reads the header of a STIX 2.1 object and keeps the rest. Checks what the node relies on: `type`, `id`,
    /// and for all but observables and marking definitions `created` and `modified`.
    pub fn from_json(value: Value) -> Result<Object, ObjectError> {
        let Value::Object(json) = value else { return Err(ObjectError::NotAnObject) };
        let kind = text(&json, "type")?.ok_or(ObjectError::Missing("type"))?;
        let id_text = text(&json, "id")?.ok_or(ObjectError::Missing("id"))?;
        let id: ObjectId = id_text.parse()?;
        if id.kind().as_str() != kind {
            return Err(ObjectError::TypeMismatch { kind: kind.to_owned(), id: id_text.to_owned() });
        }
        let (created, modified) = (timestamp(&json, "created")?, timestamp(&json, "modified")?);
        let family = id.kind().family();
        if family == KindFamily::Domain || family == KindFamily::Relationship {
            // A custom type may be an observable of somebody's own, which has neither.
            let custom = matches!(id.kind(), Kind::Custom(_));
            if !custom && created.is_none() {
                return Err(ObjectError::Missing("created"));
            }
            if !custom && modified.is_none() {
                return Err(ObjectError::Missing("modified"));
            }
        }
        if let (Some(created), Some(modified)) = (created, modified)
            && modified < created
        {
            return Err(ObjectError::ModifiedBeforeCreated);
        }
        let revoked = match member(&json, "revoked") {
            None => false,
            Some(Value::Bool(revoked)) => *revoked,
            Some(_) => {
                return Err(ObjectError::WrongType { property: "revoked", expected: "true or false" });
            }
        };
        Ok(Object { id, created, modified, revoked, json })
    }

    /// The id.
    pub fn id(&self) -> &ObjectId {
        &self.id
    }

    /// The kind.
    pub fn kind(&self) -> &Kind {
        self.id.kind()
    }

    /// `created`; observables have none.
    pub fn created(&self) -> Option<Timestamp> {
        self.created
    }

    /// `modified`, or `created` where the type has no versions; observables have neither.
    pub fn modified(&self) -> Option<Timestamp> {
        self.modified.or(self.created)
    }

    /// True when the author withdrew the object.
    pub fn revoked(&self) -> bool {
        self.revoked
    }

    /// The whole JSON.
    pub fn json(&self) -> &Map<String, Value> {
        &self.json
    }

    /// The JSON as stored: keys sorted, no white space, so equal content is equal bytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write_canonical(&mut bytes);
        bytes
    }

    /// [`Object::canonical`] at the end of `bytes`.
    pub fn write_canonical(&self, bytes: &mut Vec<u8>) {
        SortedMembers::all(&self.json).write(bytes);
    }

    /// [`Object::canonical`] with some of its own properties left out.
    pub fn canonical_without(&self, left_out: impl Fn(&str, &Value) -> bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        SortedMembers::of(&self.json, |name, value| !left_out(name, value)).write(&mut bytes);
        bytes
    }

    /// A property that is a string.
    pub fn text(&self, property: &str) -> Option<&str> {
        member(&self.json, property).and_then(Value::as_str)
    }

    /// The markings it is under as a whole or in a part (STIX 2.1 section 7.2), some perhaps more than once.
    pub fn markings(&self) -> impl Iterator<Item = ObjectId> + '_ {
        let list = |property| member(&self.json, property).and_then(Value::as_array).into_iter().flatten();
        let parts = list("granular_markings").filter_map(|part| part.get("marking_ref"));
        list("object_marking_refs").chain(parts).filter_map(|id| id.as_str()?.parse().ok())
    }

    /// What a person calls it: `name`, `value`, or what identifies this kind. Never a UUID.
    pub fn label(&self) -> Option<String> {
        label(self.kind(), &self.json)
    }

    /// Every text a person would search for, for the text index: name, aliases, value, description, labels,
    /// pattern, external ids.
    pub fn search_text(&self) -> String {
        let mut words = Vec::new();
        for property in [
            "name",
            "value",
            "display_name",
            "subject",
            "key",
            "path",
            "pattern",
            "abstract",
            "content",
            "description",
            "number",
            "iban",
            "address",
            "remittance_information",
            "x_misp_value",
            "x_misp_comment",
        ] {
            words.extend(self.text(property));
        }
        for property in ["aliases", "x_mitre_aliases", "labels", "malware_types", "threat_actor_types"] {
            let list = member(&self.json, property).and_then(Value::as_array);
            words.extend(list.into_iter().flatten().filter_map(Value::as_str));
        }
        let references = self.json.get("external_references").and_then(Value::as_array);
        for reference in references.into_iter().flatten() {
            words.extend(reference.get("external_id").and_then(Value::as_str));
        }
        if let Some(hashes) = self.json.get("hashes").and_then(Value::as_object) {
            words.extend(hashes.values().filter_map(Value::as_str));
        }
        words.join("\n")
    }
}

fn label(kind: &Kind, json: &Map<String, Value>) -> Option<String> {
    let get = |property: &str| member(json, property).and_then(Value::as_str).filter(|text| !text.is_empty());
    let direct =
        ["name", "value", "display_name", "path", "key", "subject", "account_login", "user_id", "abstract"]
            .iter()
            .find_map(|property| get(property));
    if let Some(direct) = direct {
        return Some(direct.to_owned());
    }
    match kind {
        Kind::AutonomousSystem => json.get("number").map(|number| format!("AS{number}")),
        Kind::Indicator => get("pattern").map(str::to_owned),
        Kind::Location => get("country").or(get("region")).map(str::to_owned),
        Kind::Relationship => get("relationship_type").map(str::to_owned),
        Kind::File | Kind::Artifact | Kind::X509Certificate => {
            let hashes = json.get("hashes").and_then(Value::as_object);
            let hash = hashes.and_then(|hashes| {
                hashes.iter().filter(|(_, hash)| hash.is_string()).min_by_key(|(name, _)| *name)
            });
            let hash = hash.and_then(|(_, hash)| hash.as_str());
            hash.or(get("serial_number")).map(str::to_owned)
        }
        Kind::PhoneNumber => get("number").map(str::to_owned),
        Kind::BankAccount => get("iban").or(get("account_number")).map(str::to_owned),
        Kind::CryptocurrencyWallet => get("address").map(str::to_owned),
        Kind::Payment => get("amount").map(|amount| format!("{amount} {}", get("currency").unwrap_or(""))),
        Kind::VictimReport => get("report_type").map(|what| what.replace(['-', '_'], " ")),
        Kind::MarkingDefinition => get("definition_type").map(str::to_owned),
        Kind::Note | Kind::Opinion => get("content").or(get("opinion")).map(str::to_owned),
        Kind::MalwareAnalysis => get("product").map(str::to_owned),
        Kind::Process => get("command_line").map(str::to_owned),
        // What MISP has and STIX has not: `x-misp-attribute`, `x-misp-object`.
        Kind::Custom(_) => get("x_misp_value").or(get("x_misp_name")).map(str::to_owned),
        _ => None,
    }
}

fn text<'a>(json: &'a Map<String, Value>, property: &'static str) -> Result<Option<&'a str>, ObjectError> {
    match member(json, property) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ObjectError::WrongType { property, expected: "a string" }),
    }
}

fn timestamp(json: &Map<String, Value>, property: &'static str) -> Result<Option<Timestamp>, ObjectError> {
    let Some(text) = text(json, property)? else { return Ok(None) };
    parse_timestamp(text).map(Some).map_err(|error| ObjectError::Timestamp { property, error })
}
