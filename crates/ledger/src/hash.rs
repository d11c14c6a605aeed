//! Hashes of the tree, and the commitments its leaves are made of.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// A SHA-256 hash in the tree: of a leaf, or of two hashes beneath it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The length of a hash in bytes.
    pub const LEN: usize = 32;

    /// A hash that was stored or sent as its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of an entry as a leaf: SHA-256(0x00 ‖ entry), RFC 6962 section 2.1.
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// The hash of a node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1.
    pub(crate) fn node(left: &Hash, right: &Hash) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The root of a tree without leaves: SHA-256 of nothing.
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The root over a row of hashes, each the root of a complete subtree of one size but the last, which may be
    /// smaller: MTH of RFC 6962 section 2.1 with these as its leaves' hashes.
    pub fn root_of(row: &[Hash]) -> Self {
        match row {
            [] => Self::empty(),
            [only] => *only,
            _ => {
                let (left, right) = row.split_at(split(row.len() as u64) as usize);
                Self::node(&Self::root_of(left), &Self::root_of(right))
            }
        }
    }

    /// The standard base64 spelling, as in a checkpoint.
    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    /// Reads the standard base64 spelling; `None` when it is not that of 32 bytes.
    pub fn from_base64(text: &str) -> Option<Self> {
        Some(Self(BASE64_STANDARD.decode(text).ok()?.try_into().ok()?))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// The largest power of two smaller than `n`, where RFC 6962 divides a tree of `n` leaves; `n` is at least 2.
pub(crate) fn split(n: u64) -> u64 {
    debug_assert!(n >= 2);
    1 << (n - 1).ilog2()
}

/// Binds a record to the log without telling it: SHA-256(`ledger/commitment/v2` ‖ 0x00 ‖ N ‖ salt ‖ record), where N is the
/// length of the salt in one byte.
///
/// Without the salt a short record could be guessed and confirmed, so the salt must be 16 random bytes or more, drawn anew
/// for each record and kept with it; once the salt is gone, nobody can tell what was committed to. The prefix keeps a
/// commitment from being taken for any other hash.
pub fn commitment<const N: usize>(salt: &[u8; N], record: &[u8]) -> [u8; 32] {
    const { assert!(N >= 16 && N < 256) }
    Sha256::new()
        .chain_update(b"ledger/commitment/v2\0")
        .chain_update([N as u8])
        .chain_update(salt)
        .chain_update(record)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves and roots that the certificate-transparency implementations of RFC 6962 share as test vectors.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn roots_are_those_of_rfc_6962() {
        let leaves = LEAVES.map(Hash::leaf);
        for (n, root) in ROOTS.iter().enumerate() {
            assert_eq!(Hash::root_of(&leaves[..=n]).to_string(), *root, "of {} leaves", n + 1);
        }
        assert_eq!(
            Hash::empty().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_commitment_is_of_salt_and_record_both() {
        let one = commitment(&[1; 32], b"record");
        assert_eq!(one, commitment(&[1; 32], b"record"));
        assert_ne!(one, commitment(&[2; 32], b"record"));
        assert_ne!(one, commitment(&[1; 32], b"recorD"));
        // Where the salt ends is part of it.
        assert_ne!(commitment(&[1; 17], b"record"), commitment(&[1; 16], b"\x01record"));
    }

    #[test]
    fn base64_is_read_back() {
        let hash = Hash::leaf(b"x");
        assert_eq!(Hash::from_base64(&hash.to_base64()), Some(hash));
        assert_eq!(Hash::from_base64("AAAA"), None);
    }
}
