//! Digests of files and certificates.

use super::{Selector, SelectorError};

/// Hash algorithms with their STIX names (`hash-algorithm-ov`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HashAlgorithm {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA3-256.
    Sha3_256,
    /// SHA3-512.
    Sha3_512,
    /// ssdeep context-triggered piecewise hash.
    Ssdeep,
    /// TLSH locality-sensitive hash.
    Tlsh,
}

impl HashAlgorithm {
    /// In the order in which STIX 2.1 section 2.9 prefers them for ids, then the rest.
    pub const ALL: [HashAlgorithm; 8] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Sha3_256,
        Self::Sha3_512,
        Self::Ssdeep,
        Self::Tlsh,
    ];

    /// The STIX name.
    pub fn as_str(self) -> &'static str {
        ["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"][self as usize]
    }

    /// The algorithm a name means, in any spelling met in feeds: `sha256`, `SHA-256`, `Sha_256`.
    pub fn from_name(name: &str) -> Option<HashAlgorithm> {
        let letters = |name: &'static str| name.bytes().filter(u8::is_ascii_alphanumeric);
        let given = || name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase());
        Self::ALL.into_iter().find(|algorithm| letters(algorithm.as_str()).eq(given()))
    }

    /// The algorithm a bare digest is of, by length and shape. 64 and 128 hexadecimal digits are read as SHA-2,
    /// which is what feeds mean.
    fn of_digest(digest: &str) -> Option<HashAlgorithm> {
        match digest.len() {
            32 if is_hex(digest) => Some(Self::Md5),
            40 if is_hex(digest) => Some(Self::Sha1),
            64 if is_hex(digest) => Some(Self::Sha256),
            128 if is_hex(digest) => Some(Self::Sha512),
            72 if is_tlsh(digest) => Some(Self::Tlsh),
            _ if is_ssdeep(digest) => Some(Self::Ssdeep),
            _ => None,
        }
    }

    /// `digest` in the one spelling kept: lower-case hexadecimal, except TLSH, which is upper case with its
    /// version (`T1`), and ssdeep, whose letters are base64.
    fn normalise(self, digest: &str) -> Result<String, &'static str> {
        let (length, wrong) = match self {
            Self::Md5 => (32, "an MD5 digest has 32 hexadecimal digits"),
            Self::Sha1 => (40, "a SHA-1 digest has 40 hexadecimal digits"),
            Self::Sha256 => (64, "a SHA-256 digest has 64 hexadecimal digits"),
            Self::Sha3_256 => (64, "a SHA3-256 digest has 64 hexadecimal digits"),
            Self::Sha512 => (128, "a SHA-512 digest has 128 hexadecimal digits"),
            Self::Sha3_512 => (128, "a SHA3-512 digest has 128 hexadecimal digits"),
            Self::Tlsh if is_tlsh(digest) => return Ok(digest.to_ascii_uppercase()),
            Self::Tlsh if digest.len() == 70 && is_hex(digest) => {
                return Ok(format!("T1{}", digest.to_ascii_uppercase()));
            }
            Self::Tlsh => return Err("a TLSH digest is `T1` and 70 hexadecimal digits"),
            Self::Ssdeep if is_ssdeep(digest) => return Ok(digest.to_owned()),
            Self::Ssdeep => return Err("an ssdeep digest is `block size:hash:hash`"),
        };
        if digest.len() == length && is_hex(digest) { Ok(digest.to_ascii_lowercase()) } else { Err(wrong) }
    }
}

impl Selector {
    /// A file by a bare digest; its length tells the algorithm.
    pub fn file_hash(digest: &str) -> Result<Selector, SelectorError> {
        let (algorithm, digest) = recognised(digest)?;
        Ok(Selector::FileHash(algorithm, digest))
    }

    /// A file by a digest whose algorithm is known.
    pub fn file_hash_of(algorithm: HashAlgorithm, digest: &str) -> Result<Selector, SelectorError> {
        Ok(Selector::FileHash(algorithm, checked(algorithm, digest)?))
    }

    /// A certificate by a bare digest, with or without colons between the octets.
    pub fn certificate_hash(digest: &str) -> Result<Selector, SelectorError> {
        let (algorithm, digest) = recognised(&without_colons(digest))?;
        Ok(Selector::CertificateHash(algorithm, digest))
    }

    /// A certificate by a digest whose algorithm is known.
    pub fn certificate_hash_of(algorithm: HashAlgorithm, digest: &str) -> Result<Selector, SelectorError> {
        Ok(Selector::CertificateHash(algorithm, checked(algorithm, &without_colons(digest))?))
    }
}

/// `digest` in its normal spelling, if it is one of `algorithm`.
pub(crate) fn normal_digest(algorithm: HashAlgorithm, digest: &str) -> Option<String> {
    algorithm.normalise(digest.trim()).ok()
}

fn recognised(digest: &str) -> Result<(HashAlgorithm, String), SelectorError> {
    let digest = digest.trim();
    let algorithm = HashAlgorithm::of_digest(digest).ok_or_else(|| {
        let why = "a digest has 32 (MD5), 40 (SHA-1), 64 (SHA-256) or 128 (SHA-512) hexadecimal digits";
        SelectorError::new("a digest", digest, why)
    })?;
    Ok((algorithm, checked(algorithm, digest)?))
}

fn checked(algorithm: HashAlgorithm, digest: &str) -> Result<String, SelectorError> {
    let digest = digest.trim();
    algorithm.normalise(digest).map_err(|why| SelectorError::new("a digest", digest, why))
}

/// `AB:CD:…`, as certificate viewers print fingerprints.
fn without_colons(digest: &str) -> String {
    let digest = digest.trim();
    let octets = digest.split(':').all(|octet| octet.len() == 2 && is_hex(octet));
    if octets { digest.replace(':', "") } else { digest.to_owned() }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_tlsh(text: &str) -> bool {
    let Some((version, digits)) = text.split_at_checked(2) else { return false };
    version.eq_ignore_ascii_case("T1") && digits.len() == 70 && is_hex(digits)
}

fn is_ssdeep(text: &str) -> bool {
    let base64 = |part: &str| {
        !part.is_empty()
            && part.len() <= 64
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
    };
    // ssdeep prints the file name after a comma; the digest is what comes before.
    let mut parts = text.split(':');
    let (Some(size), Some(first), Some(second), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    // Block sizes are 3 times a power of two.
    let size_fits = size.parse::<u32>().is_ok_and(|size| size % 3 == 0 && (size / 3).is_power_of_two());
    size_fits && !size.starts_with('0') && base64(first) && base64(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_tells_the_algorithm_and_case_does_not_matter() {
        for (length, algorithm) in [
            (32, HashAlgorithm::Md5),
            (40, HashAlgorithm::Sha1),
            (64, HashAlgorithm::Sha256),
            (128, HashAlgorithm::Sha512),
        ] {
            let upper = Selector::file_hash(&"AB".repeat(length / 2)).expect("a digest");
            assert_eq!(upper, Selector::FileHash(algorithm, "ab".repeat(length / 2)));
        }
        assert!(Selector::file_hash(&"a".repeat(33)).is_err());
        assert!(Selector::file_hash(&"g".repeat(32)).is_err());
    }

    #[test]
    fn fuzzy_digests_are_known_by_shape() {
        let tlsh = format!("t1{}", "0a".repeat(35));
        let wanted = format!("T1{}", "0A".repeat(35));
        assert_eq!(Selector::file_hash(&tlsh), Ok(Selector::FileHash(HashAlgorithm::Tlsh, wanted.clone())));
        let bare = Selector::file_hash_of(HashAlgorithm::Tlsh, &"0a".repeat(35));
        assert_eq!(bare, Ok(Selector::FileHash(HashAlgorithm::Tlsh, wanted)));
        let ssdeep =
            "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO";
        let read = Selector::file_hash(ssdeep).expect("an ssdeep digest");
        assert_eq!(read, Selector::FileHash(HashAlgorithm::Ssdeep, ssdeep.to_owned()));
    }

    #[test]
    fn certificate_fingerprints_may_have_colons() {
        let colons = ["AB"; 20].join(":");
        let wanted = Selector::CertificateHash(HashAlgorithm::Sha1, "ab".repeat(20));
        assert_eq!(Selector::certificate_hash(&colons), Ok(wanted));
    }

    #[test]
    fn names_of_algorithms_in_any_spelling() {
        for name in ["sha256", "SHA-256", "Sha_256"] {
            assert_eq!(HashAlgorithm::from_name(name), Some(HashAlgorithm::Sha256));
        }
        assert_eq!(HashAlgorithm::from_name("sha3-256"), Some(HashAlgorithm::Sha3_256));
        assert_eq!(HashAlgorithm::from_name("crc32"), None);
    }
}
