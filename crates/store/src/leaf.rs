//! The leaf of a batch: what the ledger commits to.
//!
//! Every row the batch appended is written, in the order of its number, into one SHA-256: a tag for the table, then each column, integers
//! as 8 bytes little-endian, texts and bytes after their length, an absent value as a lone zero byte, a body as its SHA-256. The leaf is the hash
//! (RFC 6962) of the salted commitment to that digest. Derived tables (ids, names, audiences, counts) are not in it:
//! `verify` makes them again and compares.

use entente_ledger::{Hash, commitment};
use sha2::{Digest, Sha256};

/// What stands for a body in its leaf.
pub(crate) fn body_hash(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The rows of a batch, as they go by.
pub(crate) struct Leaf {
    digest: Sha256,
    /// Small columns are gathered: hashing eight bytes at a time costs more than copying them.
    gathered: Vec<u8>,
}

/// What gathers before it is hashed.
const GATHER: usize = 16 << 10;

/// Tables, by the tag that stands before each of their rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row {
    Batch = 1,
    Kind,
    LinkKind,
    Compartment,
    Object,
    Alias,
    LateValue,
    Claim,
    Edges,
}

impl Leaf {
    pub(crate) fn new() -> Leaf {
        Leaf {
            digest: Sha256::new_with_prefix(b"entente/batch/v1\0"),
            gathered: Vec::with_capacity(2 * GATHER),
        }
    }

    /// Begins a row.
    pub(crate) fn row(&mut self, row: Row, no: u64) -> &mut Leaf {
        if self.gathered.len() >= GATHER {
            self.flush();
        }
        self.gathered.push(row as u8);
        self.number(no as i64)
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Leaf {
        self.gathered.extend_from_slice(&number.to_le_bytes());
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Leaf {
        self.number(bytes.len() as i64);
        if bytes.len() < GATHER {
            self.gathered.extend_from_slice(bytes);
        } else {
            self.flush();
            self.digest.update(bytes);
        }
        self
    }

    pub(crate) fn maybe_bytes(&mut self, bytes: Option<&[u8]>) -> &mut Leaf {
        self.gathered.push(u8::from(bytes.is_some()));
        match bytes {
            Some(bytes) => self.bytes(bytes),
            None => self,
        }
    }

    /// The hash of the leaf.
    pub(crate) fn finish(mut self, salt: &[u8; 32]) -> Hash {
        self.flush();
        Hash::leaf(&commitment(salt, &self.digest.finalize()))
    }

    fn flush(&mut self) {
        self.digest.update(&self.gathered);
        self.gathered.clear();
    }
}
