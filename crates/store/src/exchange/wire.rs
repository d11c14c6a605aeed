//! What goes over the wire to a partner, and how it comes back out of the file.

use entente_model::{ClaimNo, ObjectId, VertexNo};
use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::{AgreementHash, Awaiting, ClauseId, FlowId, PartyId, ReferralId, Seq};

/// What an item on the wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// An object in its released form.
    Release = 0,
    /// A notice: what was told is to be forgotten.
    Recall = 1,
    /// A notice: what was told was wrong. Its corrected form, if any, is a release beside it.
    Correct = 2,
    /// A notice: what was told is to be handled more strictly. Its newly marked form is a release beside it.
    Narrow = 3,
    /// A notice: an agreement was suspended, resumed, terminated or superseded.
    Standing = 4,
}

impl ItemKind {
    /// `release`, `recall`, `correct`, `narrow`, `standing`.
    pub fn word(self) -> &'static str {
        ["release", "recall", "correct", "narrow", "standing"][self as usize]
    }

    /// Whether the partner has to answer it with a receipt.
    pub fn is_notice(self) -> bool {
        self != ItemKind::Release
    }
}

impl ToSql for ItemKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(*self as u8))
    }
}

impl FromSql for ItemKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<ItemKind> {
        use ItemKind::{Correct, Narrow, Recall, Release, Standing};
        let kind = [Release, Recall, Correct, Narrow, Standing].get(value.as_i64()? as usize).copied();
        kind.ok_or(FromSqlError::InvalidType)
    }
}

/// Whether what was told still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemState {
    /// It does.
    Stands = 0,
    /// A later version of the object was told in the same flow.
    Outdated = 1,
    /// A notice has taken it back. It must not be sent any more, to anybody, in any way.
    Withdrawn = 2,
    /// The partner gave it back at the end of its retention, and holds nothing of it. It is not sent any more either.
    Returned = 3,
}

impl FromSql for ItemState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<ItemState> {
        match value.as_i64()? {
            0 => Ok(ItemState::Stands),
            1 => Ok(ItemState::Outdated),
            2 => Ok(ItemState::Withdrawn),
            3 => Ok(ItemState::Returned),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

/// Which object an item is, in its released form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedObject {
    /// Its released id.
    pub id: ObjectId,
    /// Its `modified`. An object without one counts the moment it was added as its version (TAXII 2.1 section 3.4), and has
    /// that here when it is read back.
    pub version: Option<Timestamp>,
}

/// An item to be told.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// What it is.
    pub kind: ItemKind,
    /// The flow it goes by; a release has one.
    pub flow: Option<FlowId>,
    /// The object; a release has one, a notice none.
    pub object: Option<ReleasedObject>,
    /// The released bytes, or the signed notice: exactly what the partner gets.
    pub body: Vec<u8>,
    /// The agreement it is told under.
    pub agreement: AgreementHash,
    /// The clauses that decided.
    pub clauses: Vec<ClauseId>,
    /// The claim it was made from. Never leaves the node.
    pub claim: Option<ClaimNo>,
    /// The object it was made from. Never leaves the node.
    pub original: Option<VertexNo>,
    /// Items that it takes back, by a notice; they are withdrawn from this moment.
    pub concerns: Vec<Seq>,
    /// The referral that allowed it; it is settled in the same transaction, and can be used once.
    pub referral: Option<ReferralId>,
}

/// How far the discloser has come with a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The last claim decided on before; the append fails when another one stands there.
    pub from: ClaimNo,
    /// The last claim decided on now.
    pub to: ClaimNo,
}

/// How many items a flow may release on a UTC day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The flow.
    pub flow: FlowId,
    /// The most a day.
    pub most: u64,
}

/// What the discloser notes for itself beside what it tells.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Claims that wait for something they refer to.
    pub awaiting: Vec<Awaiting>,
    /// Vertices that were waited for and were told now.
    pub met: Vec<VertexNo>,
    /// Items held back before: they are among these anew, or never told.
    pub let_go: Vec<Seq>,
}

/// Items for one partner, to be appended in one transaction.
#[derive(Clone, Debug)]
pub struct Append {
    /// Who is told.
    pub partner: PartyId,
    /// Where the discloser's cursor goes; `None` for what does not come from reading the claims in order.
    pub cursor: Option<Advance>,
    /// What is told; may be nothing, which moves the cursor and leaves no trace on the wire.
    pub items: Vec<NewItem>,
    /// Limits of the flows among them. One that is spent refuses the whole append.
    pub limits: Vec<Limit>,
    /// What else is noted in the same transaction; none of it leaves a trace on the wire.
    pub beside: Beside,
    /// The time.
    pub now: Timestamp,
    /// 32 fresh random bytes. The items' salts are made of them; they themselves are not kept.
    pub seed: [u8; 32],
}

/// Proof that an append is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The first item; the others follow it. `None` when there was none.
    pub first: Option<Seq>,
    /// When the first one was added; each further one a microsecond later.
    pub added: Option<Timestamp>,
    /// The batch, from 1; its leaf in the partner's log is one less.
    pub batch: Option<u64>,
}

/// An item as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireItem {
    /// Its place on the partner's wire.
    pub seq: Seq,
    /// What it is.
    pub kind: ItemKind,
    /// The flow it goes by.
    pub flow: Option<FlowId>,
    /// The object.
    pub object: Option<ReleasedObject>,
    /// When it was added: unique and ascending along the partner's wire.
    pub added: Timestamp,
    /// The agreement it was told under.
    pub agreement: AgreementHash,
    /// The clauses that decided.
    pub clauses: Vec<ClauseId>,
    /// The claim it was made from.
    pub claim: Option<ClaimNo>,
    /// The object it was made from.
    pub original: Option<VertexNo>,
    /// Whether it still holds.
    pub state: ItemState,
    /// The salt of its commitment; `None` once it was erased.
    pub salt: Option<[u8; 16]>,
    /// Exactly what the partner gets; empty once it was erased.
    pub body: Vec<u8>,
}

/// A batch of a partner's wire: a leaf of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireBatch {
    /// Its number, from 1.
    pub no: u64,
    /// Its first item.
    pub first: Seq,
    /// How many items it has.
    pub items: u32,
    /// The hash of its leaf.
    pub leaf: [u8; 32],
}

/// A stretch of a partner's wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Items in order, without gaps.
    pub items: Vec<WireItem>,
    /// The batches they are of.
    pub batches: Vec<WireBatch>,
    /// The leaves of those among them that were erased.
    pub erased: Vec<(Seq, [u8; 32])>,
    /// Whether there is more after them.
    pub more: bool,
}
