//! Keys, and what is signed with them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::Signer as _;
use entente_model::canonical_json;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{KeyId, Party, PartyId, bytes_of_hex};

/// What sort of thing is signed. It stands before the signed bytes, so that no signature can be taken for one of
/// another sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    Agreement,
    StandingAct,
    Notice,
    NoticeReceipt,
    Return,
}

impl Domain {
    fn prefix(self) -> &'static str {
        match self {
            Domain::Agreement => "entente/agreement/v1\0",
            Domain::StandingAct => "entente/standing-act/v1\0",
            Domain::Notice => "entente/notice/v1\0",
            Domain::NoticeReceipt => "entente/notice-receipt/v1\0",
            Domain::Return => "entente/return/v1\0",
        }
    }

    fn bytes(self, canonical: &str) -> Vec<u8> {
        [self.prefix().as_bytes(), canonical.as_bytes()].concat()
    }
}

/// The half of an Ed25519 key that signs. Its seed must be random and kept secret.
#[derive(Clone)]
pub struct SecretKey {
    id: KeyId,
    key: ed25519_dalek::SigningKey,
}

/// The half of an Ed25519 key that checks signatures, in base64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

/// A pin: SHA-256 of a certificate's subject public key info, in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spki([u8; 32]);

/// One party's signature with one of its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who signs.
    pub party: PartyId,
    /// With which of its keys.
    pub key: KeyId,
    /// The Ed25519 signature, in base64.
    pub signature: String,
}

/// Why a text is no key, or a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a public key.
    #[error("`{0}` is not an Ed25519 public key: write its 32 bytes in base64")]
    Key(String),
    /// Not a pin.
    #[error(
        "`{0}` is not a key pin: write the SHA-256 of the public key info as 64 lower-case hexadecimal digits"
    )]
    Spki(String),
    /// The agreement gives the party no such key.
    #[error("the agreement gives `{party}` no signing key `{key}`")]
    Unknown {
        /// The party.
        party: PartyId,
        /// The key it is said to have.
        key: KeyId,
    },
    /// The signature does not belong to these bytes and this key.
    #[error("the signature of `{party}` with `{key}` does not hold: the text or the signature was changed")]
    Signature {
        /// The party.
        party: PartyId,
        /// The key.
        key: KeyId,
    },
}

impl SecretKey {
    /// The key with this name and this Ed25519 seed (RFC 8032).
    pub fn new(id: KeyId, seed: &[u8; 32]) -> SecretKey {
        SecretKey { id, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// Its name among the party's keys.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The half that may be given to anyone.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.key.verifying_key())
    }

    pub(crate) fn sign(&self, domain: Domain, party: &PartyId, canonical: &str) -> Signature {
        let signature = self.key.sign(&domain.bytes(canonical));
        let signature = BASE64_STANDARD.encode(signature.to_bytes());
        Signature { party: party.clone(), key: self.id.clone(), signature }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.id)
    }
}

impl Signature {
    /// Checks that the party signed these bytes with a key the party has in `known`.
    pub(crate) fn check(&self, domain: Domain, canonical: &str, known: &Party) -> Result<(), KeyError> {
        let (party, key) = (self.party.clone(), self.key.clone());
        let Some(verifying) = known.signing_key(&key).filter(|_| known.id == party) else {
            return Err(KeyError::Unknown { party, key });
        };
        let wrong = || KeyError::Signature { party: party.clone(), key: key.clone() };
        let bytes = BASE64_STANDARD.decode(&self.signature).map_err(|_| wrong())?;
        let signature = ed25519_dalek::Signature::from_slice(&bytes).map_err(|_| wrong())?;
        verifying.0.verify_strict(&domain.bytes(canonical), &signature).map_err(|_| wrong())
    }
}

/// The canonical JSON of what is signed.
pub(crate) fn canonical(signed: &impl Serialize) -> String {
    canonical_json(
        &serde_json::to_value(signed).expect("what is signed is made of strings, numbers and lists"),
    )
}

impl VerifyingKey {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<VerifyingKey, KeyError> {
        let wrong = || KeyError::Key(text.to_owned());
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| wrong())?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| wrong())?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| wrong())?;
        // Under a weak key one signature holds for many texts.
        if key.is_weak() { Err(wrong()) } else { Ok(VerifyingKey(key)) }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0.as_bytes()))
    }
}

impl Spki {
    /// The pin of a certificate whose subject public key info has this SHA-256.
    pub const fn from_bytes(sha256: [u8; 32]) -> Spki {
        Spki(sha256)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Spki {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Spki, KeyError> {
        bytes_of_hex(text).map(Spki).ok_or_else(|| KeyError::Spki(text.to_owned()))
    }
}

impl fmt::Display for Spki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

macro_rules! as_text {
    ($name:ident, $pattern:literal) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
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

as_text!(VerifyingKey, "^[A-Za-z0-9+/]{43}=$");
as_text!(Spki, "^[0-9a-f]{64}$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_and_weak_ones_refused() {
        let key = SecretKey::new("k1".parse().expect("an id"), &[7; 32]);
        let public = key.verifying_key();
        assert_eq!(public.to_string().parse(), Ok(public));
        let weak = BASE64_STANDARD.encode([0; 32]);
        assert!(weak.parse::<VerifyingKey>().is_err());
        assert!("AAAA".parse::<VerifyingKey>().is_err());
        assert!(!format!("{key:?}").contains("7, 7"));
    }

    #[test]
    fn a_signature_is_of_one_sort_of_thing() {
        let key = SecretKey::new("k1".parse().expect("an id"), &[7; 32]);
        let party: PartyId = "lamp".parse().expect("an id");
        let signature = key.sign(Domain::Agreement, &party, "{}");
        let known = crate::signed::tests::party("lamp", &key);
        assert_eq!(signature.check(Domain::Agreement, "{}", &known), Ok(()));
        assert!(signature.check(Domain::Notice, "{}", &known).is_err());
        assert!(signature.check(Domain::Agreement, "[]", &known).is_err());
    }
}
