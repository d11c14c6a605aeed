//! The digests MISP knows, and what STIX calls them.

use entente_model::{HashAlgorithm, Selector};

/// A digest type of MISP.
pub(super) struct Digest {
    /// MISP's name, lower case.
    pub(super) misp: &'static str,
    /// Key in a STIX `hashes` dictionary.
    pub(super) property: &'static str,
    /// Key in a pattern; the mapping spells some differently there.
    pub(super) pattern: &'static str,
}

const fn digest(misp: &'static str, property: &'static str, pattern: &'static str) -> Digest {
    Digest { misp, property, pattern }
}

/// In the order in which objects list them. The mapping calls the truncated SHA-512 digests by the name of
/// the SHA-2 digest of the same length.
pub(super) const DIGESTS: &[Digest] = &[
    digest("md5", "MD5", "MD5"),
    digest("sha1", "SHA-1", "SHA-1"),
    digest("sha224", "SHA224", "SHA-224"),
    digest("sha256", "SHA-256", "SHA-256"),
    digest("sha384", "SHA384", "SHA-384"),
    digest("sha512", "SHA-512", "SHA-512"),
    digest("sha3-224", "SHA3224", "SHA3-224"),
    digest("sha3-256", "SHA3-256", "SHA3-256"),
    digest("sha3-384", "SHA3384", "SHA3-384"),
    digest("sha3-512", "SHA3-512", "SHA3-512"),
    digest("ssdeep", "SSDEEP", "SSDEEP"),
    digest("tlsh", "TLSH", "TLSH"),
    digest("sha512/224", "SHA224", "SHA-224"),
    digest("sha512/256", "SHA-256", "SHA-256"),
    digest("authentihash", "AUTHENTIHASH", "AUTHENTIHASH"),
    digest("cdhash", "CDHASH", "CDHASH"),
    digest("impfuzzy", "IMPFUZZY", "IMPFUZZY"),
    digest("imphash", "IMPHASH", "IMPHASH"),
    digest("pehash", "PEHASH", "PEHASH"),
    digest("telfhash", "TELFHASH", "TELFHASH"),
    digest("vhash", "VHASH", "VHASH"),
];

impl Digest {
    /// The digest a MISP type names, in any case.
    pub(super) fn named(misp: &str) -> Option<&'static Digest> {
        DIGESTS.iter().find(|digest| digest.misp.eq_ignore_ascii_case(misp))
    }

    /// The value as STIX has it; `None` when it cannot be a digest of this type.
    pub(super) fn value(&self, given: &str) -> Option<String> {
        let given = given.trim();
        match HashAlgorithm::from_name(self.property) {
            Some(algorithm) => match Selector::file_hash_of(algorithm, given).ok()? {
                // Fuzzy hashes are told in several spellings; the id is computed over one, the text kept.
                Selector::FileHash(HashAlgorithm::Tlsh | HashAlgorithm::Ssdeep, _) => Some(given.to_owned()),
                Selector::FileHash(_, value) => Some(value),
                _ => None,
            },
            None => (!given.is_empty() && !given.contains(char::is_whitespace)).then(|| given.to_owned()),
        }
    }
}
