//! How a selector is kept in a row: a tag, then its text. Two-part values have a NUL between the parts.

use entente_model::{HashAlgorithm, Selector};

use crate::StoreError;

/// The bytes of a selector's value.
pub(crate) fn encode(selector: &Selector) -> Vec<u8> {
    match selector {
        Selector::Domain(text) => one(1, text),
        Selector::Ipv4(text) => one(2, text),
        Selector::Ipv6(text) => one(3, text),
        Selector::Url(text) => one(4, text),
        Selector::Email(text) => one(5, text),
        Selector::FileHash(algorithm, digest) => two(6, algorithm.as_str(), digest),
        Selector::FileName(text) => one(7, text),
        Selector::CertificateHash(algorithm, digest) => two(8, algorithm.as_str(), digest),
        Selector::AutonomousSystem(number) => one(9, &number.to_string()),
        Selector::Mac(text) => one(10, text),
        Selector::Mutex(text) => one(11, text),
        Selector::RegistryKey(text) => one(12, text),
        Selector::UserAccount(kind, login) => two(13, kind, login),
        Selector::Directory(text) => one(14, text),
        Selector::Wallet(currency, address) => two(15, currency, address),
        Selector::Iban(text) => one(16, text),
        Selector::Phone(text) => one(17, text),
        Selector::Country(text) => one(18, text),
        Selector::Fingerprint(family, value) => two(19, family.as_str(), value),
    }
}

/// The selector these bytes stand for.
pub(crate) fn decode(bytes: &[u8]) -> Result<Selector, StoreError> {
    let damaged = || StoreError::damaged("objects", "a value does not decode");
    let (tag, text) = bytes.split_first().ok_or_else(damaged)?;
    let text = std::str::from_utf8(text).map_err(|_| damaged())?;
    let pair = || text.split_once('\0').map(|(first, second)| (first.to_owned(), second.to_owned()));
    let digest = || {
        let (name, digest) = text.split_once('\0')?;
        Some((HashAlgorithm::from_name(name)?, digest.to_owned()))
    };
    let whole = text.to_owned();
    Ok(match tag {
        1 => Selector::Domain(whole),
        2 => Selector::Ipv4(whole),
        3 => Selector::Ipv6(whole),
        4 => Selector::Url(whole),
        5 => Selector::Email(whole),
        6 => digest().map(|(algorithm, digest)| Selector::FileHash(algorithm, digest)).ok_or_else(damaged)?,
        7 => Selector::FileName(whole),
        8 => digest()
            .map(|(algorithm, digest)| Selector::CertificateHash(algorithm, digest))
            .ok_or_else(damaged)?,
        9 => Selector::AutonomousSystem(whole.parse().map_err(|_| damaged())?),
        10 => Selector::Mac(whole),
        11 => Selector::Mutex(whole),
        12 => Selector::RegistryKey(whole),
        13 => pair().map(|(kind, login)| Selector::UserAccount(kind, login)).ok_or_else(damaged)?,
        14 => Selector::Directory(whole),
        15 => pair().map(|(currency, address)| Selector::Wallet(currency, address)).ok_or_else(damaged)?,
        16 => Selector::Iban(whole),
        17 => Selector::Phone(whole),
        18 => Selector::Country(whole),
        19 => pair()
            .and_then(|(family, value)| Some(Selector::Fingerprint(family.parse().ok()?, value)))
            .ok_or_else(damaged)?,
        _ => return Err(damaged()),
    })
}

fn one(tag: u8, text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + text.len());
    bytes.push(tag);
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

fn two(tag: u8, first: &str, second: &str) -> Vec<u8> {
    let mut bytes = one(tag, first);
    bytes.push(0);
    bytes.extend_from_slice(second.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use entente_model::FingerprintFamily;

    use super::*;

    #[test]
    fn every_selector_comes_back() {
        let text = || "x".to_owned();
        let all = [
            Selector::Domain(text()),
            Selector::Ipv4(text()),
            Selector::Ipv6(text()),
            Selector::Url(text()),
            Selector::Email(text()),
            Selector::FileHash(HashAlgorithm::Sha3_256, text()),
            Selector::FileName(text()),
            Selector::CertificateHash(HashAlgorithm::Tlsh, text()),
            Selector::AutonomousSystem(64_500),
            Selector::Mac(text()),
            Selector::Mutex(text()),
            Selector::RegistryKey(text()),
            Selector::UserAccount(String::new(), text()),
            Selector::Directory(text()),
            Selector::Wallet("BTC".to_owned(), text()),
            Selector::Iban(text()),
            Selector::Phone(text()),
            Selector::Country(text()),
            Selector::Fingerprint(FingerprintFamily::Kit, text()),
        ];
        for selector in all {
            assert_eq!(decode(&encode(&selector)).unwrap(), selector);
        }
        assert!(decode(&[]).is_err() && decode(&[99]).is_err() && decode(&[6, b'x']).is_err());
    }
}
