//! The leaf of a batch: what the ledger commits to.
//!
//! Every row the batch appended is written, in the order of its number, into one SHA-256: a tag for the table, then each column,
//! integers as 8 bytes little-endian, texts and bytes after their length, an absent value as a lone zero byte. The leaf is the
//! hash (RFC 6962) of the salted commitment to that digest. Derived tables (ids, versions, names, audiences, counts) are not in
//! it: `verify` makes them again and compares.
//!
//! Rows that tell something of the outside (objects, aliases, values, claims with their edges) stand in it as a commitment of their
//! own, each under a salt of its own, kept beside the row. To erase a row is to delete columns and salt and to keep the
//! commitment: the leaf still holds, and nobody can confirm a guess at what the row said, however few things it can have been.
//! The salts are made of the batch's seed, which is not kept, so that none can be made again from what stays.

use entente_ledger::{Hash, commitment};
use sha2::{Digest, Sha256};

/// What stands for a body in the commitment of its claim.
pub(crate) fn body_hash(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The salt of one row.
pub(crate) type Salt = [u8; 16];

/// Makes the salts of a batch.
pub(crate) struct Salts<'s>(pub(crate) &'s [u8; 32]);

impl Salts<'_> {
    pub(crate) fn of_row(&self, row: Row, no: u64) -> Salt {
        let digest = self.made(b"row-salt/v1\0", row as u8, no);
        let (salt, _) = digest.split_first_chunk().expect("16 is less than 32");
        *salt
    }

    /// The salt of the leaf itself.
    pub(crate) fn of_leaf(&self) -> [u8; 32] {
        self.made(b"leaf-salt/v1\0", 0, 0)
    }

    /// What is hashed fits one block of SHA-256: there is a salt for every row.
    fn made(&self, what: &[u8], tag: u8, no: u64) -> [u8; 32] {
        let digest = Sha256::new_with_prefix(what).chain_update(self.0).chain_update([tag]);
        digest.chain_update(no.to_le_bytes()).finalize().into()
    }
}

/// Columns as they are hashed.
#[derive(Default)]
pub(crate) struct Columns(Vec<u8>);

impl Columns {
    /// Begins a row, alone.
    pub(crate) fn row(&mut self, row: Row, no: u64) -> &mut Columns {
        self.0.clear();
        self.0.push(row as u8);
        self.number(no as i64)
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Columns {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Columns {
        self.number(bytes.len() as i64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn maybe_bytes(&mut self, bytes: Option<&[u8]>) -> &mut Columns {
        self.0.push(u8::from(bytes.is_some()));
        match bytes {
            Some(bytes) => self.bytes(bytes),
            None => self,
        }
    }

    /// The commitment to the row.
    pub(crate) fn sealed(&self, salt: &Salt) -> [u8; 32] {
        commitment(salt, &self.0)
    }
}

/// The rows of a batch, as they go by.
pub(crate) struct Leaf {
    digest: Sha256,
    /// Columns are gathered: hashing eight bytes at a time costs more than copying them.
    gathered: Columns,
}

/// What gathers before it is hashed.
const GATHER: usize = 16 << 10;

/// Tables, by the tag that stands before each of their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Batch = 1,
    Kind,
    LinkKind,
    Compartment,
    Object,
    Alias,
    LateValue,
    Claim,
    Removal,
    Erased,
}

impl Leaf {
    pub(crate) fn new() -> Leaf {
        Leaf {
            digest: Sha256::new_with_prefix(b"entente/batch/v2\0"),
            gathered: Columns(Vec::with_capacity(2 * GATHER)),
        }
    }

    /// Begins a row, after those before it.
    pub(crate) fn row(&mut self, row: Row, no: u64) -> &mut Columns {
        if self.gathered.0.len() >= GATHER {
            self.flush();
        }
        self.gathered.0.push(row as u8);
        self.gathered.number(no as i64)
    }

    /// A row that stands there as its commitment.
    pub(crate) fn sealed(&mut self, row: Row, no: u64, commitment: &[u8; 32]) {
        self.row(row, no).0.extend_from_slice(commitment);
    }

    /// The hash of the leaf.
    pub(crate) fn finish(mut self, salt: &[u8; 32]) -> Hash {
        self.flush();
        Hash::leaf(&commitment(salt, &self.digest.finalize()))
    }

    fn flush(&mut self) {
        self.digest.update(&self.gathered.0);
        self.gathered.0.clear();
    }
}
