//! The leaves of partners' logs to us. Every batch of such a log is of items that came to us, so the whole tree can be made here, and
//! what a partner signed must be its root: no leaf can be in one and not in the other.

use entente_ledger::Hash;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Doing;
use crate::{Store, StoreError};

/// A batch of a partner's wire to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivedBatch {
    /// Its first item.
    pub first: u64,
    /// How many items it has.
    pub items: u32,
    /// The hash of its leaf.
    pub leaf: [u8; 32],
}

impl ReceivedBatch {
    /// The item after its last.
    pub fn end(&self) -> u64 {
        self.first.saturating_add(self.items.into())
    }
}

const DOING: &str = "keeping the leaves of a partner's log";

impl Store {
    /// The leaves of a partner's log to us, in order, from one of them on.
    pub fn received_leaves(&self, partner: &str, from: u64) -> Result<Vec<Hash>, StoreError> {
        let conn = self.readers.check_out()?;
        let sql = "SELECT leaf FROM received_batches WHERE partner = ?1 ORDER BY first LIMIT -1 OFFSET ?2";
        let mut statement = conn.prepare_cached(sql).doing(DOING)?;
        let rows = statement.query_map(params![partner, from as i64], |row| row.get(0).map(Hash::from_bytes));
        rows.doing(DOING)?.collect::<Result<_, _>>().doing(DOING)
    }
}

/// Keeps batches as they came in. The same again changes nothing; another leaf in the place of one that is kept is refused, and so is
/// what does not follow.
pub(crate) fn keep(conn: &Connection, partner: &str, batches: &[ReceivedBatch]) -> Result<(), StoreError> {
    batches.iter().try_for_each(|batch| keep_one(conn, partner, batch))
}

fn keep_one(conn: &Connection, partner: &str, batch: &ReceivedBatch) -> Result<(), StoreError> {
    let follows = match before(conn, partner, batch.first)? {
        Some(known) if known.first == batch.first && known == *batch => return Ok(()),
        Some(known) if known.first == batch.first => {
            return Err(unfit(partner, batch, "another batch was sent in its place before"));
        }
        Some(known) => known.end() == batch.first,
        None => batch.first == 1,
    };
    if !follows {
        return Err(unfit(partner, batch, "it does not follow the batch before"));
    }
    let columns = params![partner, batch.first as i64, batch.items, batch.leaf];
    let sql = "INSERT INTO received_batches VALUES (?1, ?2, ?3, ?4)";
    conn.prepare_cached(sql).doing(DOING)?.execute(columns).map(drop).doing(DOING)
}

/// The batch that begins with this item, or the last before it.
fn before(conn: &Connection, partner: &str, first: u64) -> Result<Option<ReceivedBatch>, StoreError> {
    let sql = "SELECT first, items, leaf FROM received_batches WHERE partner = ?1 AND first <= ?2
        ORDER BY first DESC LIMIT 1";
    let mut statement = conn.prepare_cached(sql).doing(DOING)?;
    let found = statement.query_row(params![partner, first as i64], |row| {
        Ok(ReceivedBatch {
            first: row.get::<_, i64>(0)?.unsigned_abs(),
            items: row.get(1)?,
            leaf: row.get(2)?,
        })
    });
    found.optional().doing(DOING)
}

fn unfit(partner: &str, batch: &ReceivedBatch, why: &str) -> StoreError {
    let why = format!("the batch of `{partner}` that begins with item {}: {why}", batch.first);
    StoreError::Unfit { what: "batch", why }
}
