//! What records name: a value of a kind, in the one spelling it has everywhere.

use entente_model::{HashAlgorithm, Kind, ObjectId, Selector};

/// The families of digital fingerprints: what two things can have in common.
pub use entente_model::FingerprintFamily as Family;

/// What sort of value stands in a place of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// A domain name.
    Domain,
    /// An IPv4 address.
    Ip,
    /// A URL.
    Url,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A bank account by IBAN.
    Iban,
    /// A wallet on Ethereum or Bitcoin, told from its address.
    Wallet,
    /// A user account by login.
    Account,
    /// A file by SHA-256.
    File,
    /// A certificate by SHA-256.
    Certificate,
    /// A digital fingerprint.
    Mark(Family),
    /// A person or firm by name; not a selector, so never an entity of the truth.
    Identity,
    /// A malware family by name; not a selector either.
    Malware,
}

/// A value and its sort.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thing {
    /// What sort of value it is.
    pub sort: Sort,
    /// The value, normalised.
    pub value: String,
}

impl Thing {
    pub(crate) fn new(sort: Sort, value: impl Into<String>) -> Thing {
        Thing { sort, value: value.into() }
    }

    pub(crate) fn mark(family: Family, value: impl Into<String>) -> Thing {
        Thing::new(Sort::Mark(family), value)
    }

    /// Its STIX type.
    pub fn kind(&self) -> Kind {
        match self.sort {
            Sort::Domain => Kind::DomainName,
            Sort::Ip => Kind::Ipv4Addr,
            Sort::Url => Kind::Url,
            Sort::Email => Kind::EmailAddr,
            Sort::Phone => Kind::PhoneNumber,
            Sort::Iban => Kind::BankAccount,
            Sort::Wallet => Kind::CryptocurrencyWallet,
            Sort::Account => Kind::UserAccount,
            Sort::File => Kind::File,
            Sort::Certificate => Kind::X509Certificate,
            Sort::Mark(_) => Kind::DigitalFingerprint,
            Sort::Identity => Kind::Identity,
            Sort::Malware => Kind::Malware,
        }
    }

    /// The deterministic id that every reader gives it, over the value in its normal form.
    pub fn id(&self) -> ObjectId {
        match self.selector() {
            Some(selector) => selector.id(),
            None => ObjectId::minted(self.kind(), &self.value),
        }
    }

    /// The selector it is; `None` for identities and malware, and for a value that is none of its sort.
    fn selector(&self) -> Option<Selector> {
        let value = &self.value;
        match self.sort {
            Sort::Domain => Selector::domain(value).ok(),
            Sort::Ip => Selector::ipv4(value).ok(),
            Sort::Url => Selector::url(value).ok(),
            Sort::Email => Selector::email(value).ok(),
            Sort::Phone => Selector::phone(value).ok(),
            Sort::Iban => Selector::iban(value).ok(),
            Sort::Wallet => Selector::wallet(value).ok(),
            Sort::Account => Selector::user_account("", value).ok(),
            Sort::File => Selector::file_hash_of(HashAlgorithm::Sha256, value).ok(),
            Sort::Certificate => Selector::certificate_hash_of(HashAlgorithm::Sha256, value).ok(),
            Sort::Mark(family) => Selector::fingerprint(family, value).ok(),
            Sort::Identity | Sort::Malware => None,
        }
    }

    /// Whether the model reads it as what it is meant to be.
    #[cfg(test)]
    pub(crate) fn holds(&self) -> bool {
        matches!(self.sort, Sort::Identity | Sort::Malware) || self.selector().is_some()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Range, Settings};

    #[test]
    fn the_model_reads_every_value_of_an_enterprise_as_meant() {
        for seed in 0..5 {
            let range = Range::new(Settings::new(seed, 20_000)).expect("good settings");
            for entity in range.enterprises.iter().flat_map(|enterprise| &enterprise.entities) {
                assert!(entity.thing.holds(), "{:?}", entity.thing);
            }
        }
    }
}
