//! Names inside an agreement, one type each.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

/// Why a text cannot be a name of its sort.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {what}: {how}")]
pub struct IdError {
    given: String,
    what: &'static str,
    how: &'static str,
}

const SLUG: &str = "use 1 to 64 lower-case letters, digits and hyphens, with a letter or digit first";

fn is_slug(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| plain(b) || b == b'-')
        && text.bytes().next().is_some_and(plain)
}

/// A ULID: 26 letters of Crockford's base 32, the first of them 0 to 7.
fn is_ulid(text: &str) -> bool {
    let letter =
        |b: u8| b.is_ascii_digit() || (b.is_ascii_uppercase() && !matches!(b, b'I' | b'L' | b'O' | b'U'));
    text.len() == 26 && text.bytes().all(letter) && text.as_bytes()[0] <= b'7'
}

macro_rules! names {
    ($( $(#[$meta:meta])* $name:ident, $what:literal, $how:expr, $test:ident, $pattern:literal; )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                match $test(text) {
                    true => Ok(Self(text.to_owned())),
                    false => Err(IdError { given: text.to_owned(), what: $what, how: $how }),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
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
    )* };
}

names! {
    /// An agreement through all its versions: a ULID.
    AgreementId, "the id of an agreement", "write a ULID: 26 letters and digits, upper case, without I, L, O, U", is_ulid,
        "^[0-7][0-9A-HJKMNP-TV-Z]{25}$";
    /// A party, the same in every agreement it signs.
    PartyId, "the id of a party", SLUG, is_slug, "^[a-z0-9][a-z0-9-]{0,63}$";
    /// A flow within its agreement.
    FlowId, "the id of a flow", SLUG, is_slug, "^[a-z0-9][a-z0-9-]{0,63}$";
    /// A key of a party within an agreement.
    KeyId, "the id of a key", SLUG, is_slug, "^[a-z0-9][a-z0-9-]{0,63}$";
}

/// The version of an agreement: 1, 2, …
pub type Version = u32;

/// What an agreement says, in 32 bytes: SHA-256 of its canonical JSON (RFC 8785). Written in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgreementHash([u8; 32]);

impl AgreementHash {
    /// The hash of canonical bytes.
    pub(crate) fn of(canonical: &str) -> AgreementHash {
        AgreementHash(Sha256::digest(canonical).into())
    }

    /// A hash that was stored as its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> AgreementHash {
        AgreementHash(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for AgreementHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AgreementHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgreementHash({self})")
    }
}

impl FromStr for AgreementHash {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError {
            given: text.to_owned(),
            what: "a hash",
            how: "write 64 lower-case hexadecimal digits",
        };
        bytes_of_hex(text).map(AgreementHash).ok_or_else(wrong)
    }
}

impl Serialize for AgreementHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AgreementHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for AgreementHash {
    fn schema_name() -> Cow<'static, str> {
        "AgreementHash".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

/// 32 bytes written in lower-case hexadecimal.
pub(crate) fn bytes_of_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_or_say_what_is_wrong() {
        assert!("01J0000000000000000000000A".parse::<AgreementId>().is_ok());
        for text in ["", "01J", "81J0000000000000000000000A", "01J000000000000000000000UI"] {
            assert!(text.parse::<AgreementId>().is_err(), "{text}");
        }
        assert!("botnet-hits".parse::<FlowId>().is_ok());
        for text in ["", "-a", "A", "a b", "a\"b", &"a".repeat(65)] {
            assert!(text.parse::<FlowId>().is_err(), "{text}");
        }
        let error = "A b".parse::<PartyId>().expect_err("no slug");
        assert!(error.to_string().starts_with("`A b` is not the id of a party: use"));
    }

    #[test]
    fn a_hash_is_read_back() {
        let hash = AgreementHash::of("{}");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("AB".repeat(32).parse::<AgreementHash>().is_err());
        assert!("é".repeat(32).parse::<AgreementHash>().is_err());
    }
}
