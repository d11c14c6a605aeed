//! The commitments of the rows that can be erased: which columns each covers, written once for those that write rows and those that
//! check them.

use crate::leaf::{Columns, Row, Salt};

/// A vertex.
pub(crate) struct ObjectRow<'r> {
    pub(crate) no: u32,
    pub(crate) kind: u16,
    pub(crate) uuid: &'r [u8],
    pub(crate) value: Option<&'r [u8]>,
    pub(crate) first_claim: u32,
}

impl ObjectRow<'_> {
    pub(crate) fn sealed(&self, columns: &mut Columns, salt: &Salt) -> [u8; 32] {
        let columns = columns.row(Row::Object, self.no.into()).number(self.kind.into()).bytes(self.uuid);
        columns.maybe_bytes(self.value).number(self.first_claim.into()).sealed(salt)
    }
}

/// A claim's word that a vertex goes by another id.
pub(crate) struct AliasRow<'r> {
    pub(crate) no: u64,
    pub(crate) object: u32,
    pub(crate) kind: u16,
    pub(crate) uuid: &'r [u8],
    pub(crate) claim: u32,
}

impl AliasRow<'_> {
    pub(crate) fn sealed(&self, columns: &mut Columns, salt: &Salt) -> [u8; 32] {
        let columns = columns.row(Row::Alias, self.no).number(self.object.into()).number(self.kind.into());
        columns.bytes(self.uuid).number(self.claim.into()).sealed(salt)
    }
}

/// A value of a vertex that had none.
pub(crate) struct LateValueRow<'r> {
    pub(crate) no: u64,
    pub(crate) object: u32,
    pub(crate) value: &'r [u8],
}

impl LateValueRow<'_> {
    pub(crate) fn sealed(&self, columns: &mut Columns, salt: &Salt) -> [u8; 32] {
        columns.row(Row::LateValue, self.no).number(self.object.into()).bytes(self.value).sealed(salt)
    }
}

/// A claim, with the edges it asserts as [`crate::edges::take_claim`] packs them.
pub(crate) struct ClaimRow<'r> {
    pub(crate) no: u32,
    pub(crate) object: u32,
    pub(crate) compartment: u16,
    pub(crate) body_hash: [u8; 32],
    pub(crate) edges: &'r [u8],
}

impl ClaimRow<'_> {
    pub(crate) fn sealed(&self, columns: &mut Columns, salt: &Salt) -> [u8; 32] {
        let columns = columns.row(Row::Claim, self.no.into()).number(self.object.into());
        columns.number(self.compartment.into()).bytes(&self.body_hash).bytes(self.edges).sealed(salt)
    }
}
