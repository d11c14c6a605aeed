//! The bytes that an item and a batch commit to.

use entente_ledger::{Hash, commitment};
use sha2::{Digest, Sha256};

use crate::batch::micros;
use crate::exchange::{AgreementHash, ClauseId, FlowId, ItemKind, PartyId, Seq, WireItem};

/// Everything about an item that its commitment binds.
pub(crate) struct ItemRecord<'i> {
    pub(crate) to: &'i PartyId,
    pub(crate) seq: Seq,
    pub(crate) kind: ItemKind,
    pub(crate) flow: Option<&'i FlowId>,
    pub(crate) object: Option<String>,
    /// Microseconds since 1970, as `added`.
    pub(crate) version: Option<i64>,
    pub(crate) added: i64,
    pub(crate) agreement: AgreementHash,
    pub(crate) clauses: &'i [ClauseId],
    pub(crate) body_hash: [u8; 32],
}

impl<'i> ItemRecord<'i> {
    /// The record of an item as it was told to a party.
    pub(crate) fn of(to: &'i PartyId, item: &'i WireItem) -> ItemRecord<'i> {
        let object = item.object.as_ref();
        ItemRecord {
            to,
            seq: item.seq,
            kind: item.kind,
            flow: item.flow.as_ref(),
            object: object.map(|object| object.id.to_string()),
            version: object.and_then(|object| object.version).map(micros),
            added: micros(item.added),
            agreement: item.agreement,
            clauses: &item.clauses,
            body_hash: Sha256::digest(&item.body).into(),
        }
    }

    /// The item's leaf in the tree of its batch.
    pub(crate) fn leaf(&self, salt: &[u8; 16]) -> Hash {
        Hash::leaf(&self.commitment(salt))
    }

    pub(crate) fn commitment(&self, salt: &[u8; 16]) -> [u8; 32] {
        commitment(salt, &self.to_bytes())
    }

    /// Numbers as 8 bytes little-endian, texts after their length, a byte 0 for what is absent and 1 before what is not.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(b"entente/item/v1\0");
        text(&mut bytes, &self.to.0);
        number(&mut bytes, self.seq.0 as i64);
        bytes.push(self.kind as u8);
        maybe(&mut bytes, self.flow, |bytes, flow| text(bytes, &flow.0));
        maybe(&mut bytes, self.object.as_ref(), |bytes, object| text(bytes, object));
        maybe(&mut bytes, self.version, number);
        number(&mut bytes, self.added);
        bytes.extend_from_slice(&self.agreement.0);
        number(&mut bytes, self.clauses.len() as i64);
        self.clauses.iter().for_each(|clause| text(&mut bytes, &clause.0));
        bytes.extend_from_slice(&self.body_hash);
        bytes
    }
}

/// The leaf of an item in the tree of its batch, as sender and recipient make it of what was told; `None` once it was erased.
pub fn item_leaf(to: &PartyId, item: &WireItem) -> Option<Hash> {
    item.salt.map(|salt| ItemRecord::of(to, item).leaf(&salt))
}

/// The leaf of a batch in its partner's log.
pub fn batch_leaf(first: Seq, items: u64, root: &Hash) -> Hash {
    let mut entry = b"entente/wire/v1\0".to_vec();
    number(&mut entry, first.0 as i64);
    number(&mut entry, items as i64);
    entry.extend_from_slice(root.as_bytes());
    Hash::leaf(&entry)
}

fn number(bytes: &mut Vec<u8>, number: i64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len() as i64);
    bytes.extend_from_slice(text.as_bytes());
}

fn maybe<T>(bytes: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    bytes.push(u8::from(value.is_some()));
    if let Some(value) = value {
        write(bytes, value);
    }
}
