//! Who makes an agreement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Country, DataProtectionRole, KeyId, PartyId, PartyRole, Regime, Sector};
use crate::{Spki, VerifyingKey};

/// A party, with the keys by which it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The same in every agreement.
    pub id: PartyId,
    /// The organisation's name.
    pub name: String,
    /// Its part in the agreement.
    pub role: PartyRole,
    /// What it is.
    pub sector: Sector,
    /// Its part in data protection law.
    pub data_protection_role: DataProtectionRole,
    /// The data protection law it is under.
    pub regime: Regime,
    /// Its country (ISO 3166-1 alpha-2).
    pub jurisdiction: Country,
    /// Where its competence is laid down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competent_authority_ref: Option<String>,
    /// Whom to reach.
    pub contact_point: ContactPoint,
    /// Whom data subjects reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpo_contact: Option<String>,
    /// Where its node listens for partners, as `host:port`; none when it only connects outward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Its keys. Several of one use are a rotation: each is accepted.
    pub keys: Vec<PartyKey>,
    /// Parties it may pass TLP:AMBER on to as its clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<PartyId>,
    /// Who signs for it, and in which capacity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatories: Vec<Signatory>,
}

/// Whom to reach at a party: an office, not a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPoint {
    /// The office.
    pub role: String,
    /// How to reach it.
    pub address: String,
    /// Whether somebody answers at any hour.
    pub always_on: bool,
}

/// A key by which a party is known, by what it is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "use", rename_all = "snake_case", deny_unknown_fields)]
pub enum PartyKey {
    /// Signs agreements, acts and notices.
    Sign {
        /// Its name among the party's keys.
        id: KeyId,
        /// The Ed25519 public key.
        ed25519: VerifyingKey,
    },
    /// Identifies the party's node on the wire.
    Tls {
        /// Its name among the party's keys.
        id: KeyId,
        /// SHA-256 of the certificate's subject public key info.
        spki_sha256: Spki,
    },
}

/// Who signs for a party.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signatory {
    /// The person.
    pub person: String,
    /// In which capacity.
    pub capacity: String,
}

impl Party {
    /// The key with this name, if it signs.
    pub fn signing_key(&self, wanted: &KeyId) -> Option<&VerifyingKey> {
        self.keys.iter().find_map(|key| match key {
            PartyKey::Sign { id, ed25519 } if id == wanted => Some(ed25519),
            _ => None,
        })
    }

    /// Every key that signs.
    pub fn signing_keys(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.iter().filter_map(|key| match key {
            PartyKey::Sign { ed25519, .. } => Some(ed25519),
            PartyKey::Tls { .. } => None,
        })
    }

    /// Every certificate key its node may present.
    pub fn tls_pins(&self) -> impl Iterator<Item = &Spki> {
        self.keys.iter().filter_map(|key| match key {
            PartyKey::Tls { spki_sha256, .. } => Some(spki_sha256),
            PartyKey::Sign { .. } => None,
        })
    }
}

impl PartyKey {
    /// Its name among the party's keys.
    pub fn id(&self) -> &KeyId {
        match self {
            PartyKey::Sign { id, .. } | PartyKey::Tls { id, .. } => id,
        }
    }
}
