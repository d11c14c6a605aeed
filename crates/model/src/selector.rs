//! Selectors: values that identify, normalised once, at the edge.
//!
//! A selector is what a pattern, a list line or a URL's host names without being an object of its own. It has a
//! deterministic id, so the same value told by anybody is one vertex.

use serde_json::{Map, Value, json};

use crate::canonical::write_string;
use crate::{Kind, ObjectId};

mod carried;
mod country;
mod error;
mod fingerprint;
mod hash;
mod host;
mod iban;
mod implied;
mod machine;
mod phone;
mod recognise;
mod refang;
mod wallet;
mod web;

pub use error::SelectorError;
pub use fingerprint::FingerprintFamily;
pub use hash::HashAlgorithm;
pub(crate) use hash::normal_digest;
pub use refang::refang;

/// A normalised value that identifies something. Construct it with the functions of this module only; equal
/// values are equal selectors whatever their spelling was.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Selector {
    /// A domain name: lower case, A-labels (IDNA), no trailing dot.
    Domain(String),
    /// An IPv4 address, or a network in CIDR notation.
    Ipv4(String),
    /// An IPv6 address in RFC 5952 form, or a network in CIDR notation.
    Ipv6(String),
    /// A URL serialised as the WHATWG URL standard does.
    Url(String),
    /// An e-mail address; the domain lower case in A-labels, the local part as given.
    Email(String),
    /// A file by one digest, lower-case hex.
    FileHash(HashAlgorithm, String),
    /// A file by name.
    FileName(String),
    /// A certificate by one digest, lower-case hex.
    CertificateHash(HashAlgorithm, String),
    /// An autonomous system by number.
    AutonomousSystem(u32),
    /// A MAC address, lower case, colons.
    Mac(String),
    /// A mutex by name.
    Mutex(String),
    /// A Windows registry key, hive written out.
    RegistryKey(String),
    /// A user account: type (may be empty) and login.
    UserAccount(String, String),
    /// A directory path.
    Directory(String),
    /// A wallet: currency code (`BTC`, `ETH`, …) and address in its canonical spelling.
    Wallet(String, String),
    /// A bank account by IBAN, upper case, no spaces.
    Iban(String),
    /// A telephone number in E.164.
    Phone(String),
    /// What things made or run by the same hand have in common: its family, and the value as that family writes it.
    Fingerprint(FingerprintFamily, String),
    /// A country by ISO 3166-1 alpha-2 code, upper case; becomes a STIX location.
    Country(String),
}

impl Selector {
    /// The kind of the object this selector names.
    pub fn kind(&self) -> Kind {
        match self {
            Selector::Domain(_) => Kind::DomainName,
            Selector::Ipv4(_) => Kind::Ipv4Addr,
            Selector::Ipv6(_) => Kind::Ipv6Addr,
            Selector::Url(_) => Kind::Url,
            Selector::Email(_) => Kind::EmailAddr,
            Selector::FileHash(..) | Selector::FileName(_) => Kind::File,
            Selector::CertificateHash(..) => Kind::X509Certificate,
            Selector::AutonomousSystem(_) => Kind::AutonomousSystem,
            Selector::Mac(_) => Kind::MacAddr,
            Selector::Mutex(_) => Kind::Mutex,
            Selector::RegistryKey(_) => Kind::WindowsRegistryKey,
            Selector::UserAccount(..) => Kind::UserAccount,
            Selector::Directory(_) => Kind::Directory,
            Selector::Wallet(..) => Kind::CryptocurrencyWallet,
            Selector::Iban(_) => Kind::BankAccount,
            Selector::Phone(_) => Kind::PhoneNumber,
            Selector::Fingerprint(..) => Kind::DigitalFingerprint,
            Selector::Country(_) => Kind::Location,
        }
    }

    /// The deterministic id: that of STIX 2.1 for its observables, in Entente's namespace for the rest.
    pub fn id(&self) -> ObjectId {
        match self {
            Selector::Country(code) => ObjectId::minted(Kind::Location, code),
            _ => ObjectId::of_canonical(self.kind(), &self.canonical()),
        }
    }

    /// [`Selector::properties`] as canonical JSON, without building the map: this runs for every end of every
    /// link. Members stand in the order of RFC 8785.
    fn canonical(&self) -> String {
        let members: &[(&str, &str)] = match self {
            Selector::Domain(value)
            | Selector::Ipv4(value)
            | Selector::Ipv6(value)
            | Selector::Url(value)
            | Selector::Email(value)
            | Selector::Mac(value) => &[("value", value)],
            Selector::FileHash(algorithm, digest) | Selector::CertificateHash(algorithm, digest) => {
                return format!("{{\"hashes\":{}}}", members_of(&[(algorithm.as_str(), digest)]));
            }
            Selector::FileName(name) | Selector::Mutex(name) => &[("name", name)],
            Selector::AutonomousSystem(number) => return format!("{{\"number\":{number}}}"),
            Selector::RegistryKey(key) => &[("key", key)],
            Selector::UserAccount(kind, login) if kind.is_empty() => &[("account_login", login)],
            Selector::UserAccount(kind, login) => &[("account_login", login), ("account_type", kind)],
            Selector::Directory(path) => &[("path", path)],
            Selector::Wallet(currency, address) => &[("currency", currency), ("value", address)],
            Selector::Iban(iban) => &[("iban", iban)],
            Selector::Phone(number) => &[("number", number)],
            Selector::Fingerprint(family, value) => &[("family", family.as_str()), ("value", value)],
            Selector::Country(code) => &[("country", code)],
        };
        members_of(members)
    }

    /// What a person reads: the value itself.
    pub fn label(&self) -> String {
        match self {
            Selector::AutonomousSystem(number) => format!("AS{number}"),
            Selector::FileHash(_, value)
            | Selector::CertificateHash(_, value)
            | Selector::UserAccount(_, value)
            | Selector::Wallet(_, value)
            | Selector::Fingerprint(_, value) => value.clone(),
            Selector::Domain(value)
            | Selector::Ipv4(value)
            | Selector::Ipv6(value)
            | Selector::Url(value)
            | Selector::Email(value)
            | Selector::FileName(value)
            | Selector::Mac(value)
            | Selector::Mutex(value)
            | Selector::RegistryKey(value)
            | Selector::Directory(value)
            | Selector::Iban(value)
            | Selector::Phone(value)
            | Selector::Country(value) => value.clone(),
        }
    }

    /// The properties that identify it, as its STIX object has them.
    pub fn properties(&self) -> Map<String, Value> {
        let value = match self {
            Selector::Domain(value)
            | Selector::Ipv4(value)
            | Selector::Ipv6(value)
            | Selector::Url(value)
            | Selector::Email(value)
            | Selector::Mac(value) => json!({ "value": value }),
            Selector::FileHash(algorithm, digest) | Selector::CertificateHash(algorithm, digest) => {
                json!({ "hashes": { algorithm.as_str(): digest } })
            }
            Selector::FileName(name) | Selector::Mutex(name) => json!({ "name": name }),
            Selector::AutonomousSystem(number) => json!({ "number": number }),
            Selector::RegistryKey(key) => json!({ "key": key }),
            Selector::UserAccount(kind, login) if kind.is_empty() => json!({ "account_login": login }),
            Selector::UserAccount(kind, login) => json!({ "account_type": kind, "account_login": login }),
            Selector::Directory(path) => json!({ "path": path }),
            Selector::Wallet(currency, address) => json!({ "currency": currency, "value": address }),
            Selector::Iban(iban) => json!({ "iban": iban }),
            Selector::Phone(number) => json!({ "number": number }),
            Selector::Fingerprint(family, value) => json!({ "family": family.as_str(), "value": value }),
            Selector::Country(code) => json!({ "country": code }),
        };
        match value {
            Value::Object(properties) => properties,
            _ => Map::new(),
        }
    }
}

fn members_of(members: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(64);
    for (place, (name, value)) in members.iter().enumerate() {
        out.push(if place == 0 { '{' } else { ',' });
        write_string(&mut out, name);
        out.push(':');
        write_string(&mut out, value);
    }
    out.push('}');
    out
}
