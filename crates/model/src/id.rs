//! STIX identifiers: `type--UUID` (STIX 2.1 section 2.9).

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use uuid::Uuid;

use crate::{Kind, canonical_json};

/// Namespace of the deterministic ids of cyber-observables (STIX 2.1 section 2.9).
pub const STIX_NAMESPACE: Uuid = Uuid::from_u128(0x00abedb4_aa42_466c_9c01_fed23315a9b7);

/// Namespace of the deterministic ids Entente's readers give to objects that come without one: the family a
/// list is named after, the indicator a line stands for. The same input yields the same id on every node.
pub const ENTENTE_NAMESPACE: Uuid = Uuid::from_u128(0x9a1c7d44_52f0_5d1e_8b0e_3f6f2a6c1e55);

/// The id of an object: its kind and a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    kind: Kind,
    uuid: Uuid,
}

/// Why a text is not a STIX identifier.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IdError {
    /// No `--` between type and UUID.
    #[error("`{0}` is not a STIX identifier: write it as `type--UUID`")]
    Shape(String),
    /// The part after `--` is not a UUID.
    #[error("`{0}` does not end in a UUID such as `8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f`")]
    Uuid(String),
    /// The type has letters STIX does not allow (section 3.1: `a-z`, `0-9`, `-`, 3 to 250 characters).
    #[error("`{0}` is not a STIX type name: use lower-case letters, digits and hyphens")]
    Type(String),
}

impl ObjectId {
    /// The id of `kind` with this UUID.
    pub fn new(kind: Kind, uuid: Uuid) -> ObjectId {
        ObjectId { kind, uuid }
    }

    /// Deterministic id of an observable: UUIDv5 in [`STIX_NAMESPACE`] over the canonical JSON (RFC 8785) of
    /// its id-contributing properties. `contributing` must hold those properties and no others.
    pub fn observable(kind: Kind, contributing: &Value) -> ObjectId {
        ObjectId::of_canonical(kind, &canonical_json(contributing))
    }

    /// As [`ObjectId::observable`], of properties already in canonical JSON.
    pub(crate) fn of_canonical(kind: Kind, contributing: &str) -> ObjectId {
        ObjectId { kind, uuid: Uuid::new_v5(&STIX_NAMESPACE, contributing.as_bytes()) }
    }

    /// Deterministic id in [`ENTENTE_NAMESPACE`] of something a reader has to name itself. `name` says what it
    /// is within its kind, for example `zeroaccess` for a malware family.
    pub fn minted(kind: Kind, name: &str) -> ObjectId {
        let uuid = Uuid::new_v5(&ENTENTE_NAMESPACE, format!("{kind}\u{1f}{name}").as_bytes());
        ObjectId { kind, uuid }
    }

    /// The kind before the `--`.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The UUID after the `--`.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}--{}", self.kind, self.uuid)
    }
}

impl FromStr for ObjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<ObjectId, IdError> {
        let (kind, uuid) = text.split_once("--").ok_or_else(|| IdError::Shape(text.to_owned()))?;
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if kind.is_empty() || kind.len() > 250 || !kind.bytes().all(allowed) {
            return Err(IdError::Type(kind.to_owned()));
        }
        // `Uuid::parse_str` also takes braces and `urn:`; STIX takes the hyphenated form only.
        let parsed = Uuid::try_parse(uuid).ok().filter(|_| uuid.len() == 36);
        let uuid = parsed.ok_or_else(|| IdError::Uuid(text.to_owned()))?;
        Ok(ObjectId { kind: Kind::from_name(kind), uuid })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn deterministic_ids_are_those_of_the_standard() {
        let ip = ObjectId::observable(Kind::Ipv4Addr, &json!({"value": "198.51.100.3"}));
        assert_eq!(ip.to_string(), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        let autonomous = ObjectId::observable(Kind::AutonomousSystem, &json!({"number": 15139}));
        assert_eq!(autonomous.to_string(), "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff");
    }

    #[test]
    fn ids_round_trip_and_bad_ones_say_why() {
        let text = "x-acme--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
        assert_eq!(text.parse::<ObjectId>().expect("a good id").to_string(), text);
        assert!(matches!("malware".parse::<ObjectId>(), Err(IdError::Shape(_))));
        assert!(matches!("malware--1".parse::<ObjectId>(), Err(IdError::Uuid(_))));
        assert!(matches!("Mal ware--1".parse::<ObjectId>(), Err(IdError::Type(_))));
    }
}
