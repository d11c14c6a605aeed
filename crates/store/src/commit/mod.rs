//! One way in.
//!
//! [`PreparedBatch`] reads nothing: it makes canonical bytes and digests before the writer is locked. Inside one `BEGIN
//! IMMEDIATE` transaction [`decide`] compares each object with what its source said before, and [`mod@write`] appends
//! rows and the leaf over them. Numbers come from the last batch row, read in the same transaction, since another process may have
//! written in between. A crash at any line before `COMMIT` returns leaves no trace of the batch; after it, all of it.

mod decide;
mod ends;
mod events;
mod learnt;
mod prepare;
mod rehearse;
mod resolve;
mod rows;
mod touched;
mod write;

use entente_model::{Fingerprint, Kind, VertexNo};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

pub(crate) use events::Alias;
use learnt::Learnt;
pub use prepare::PreparedBatch;
pub(crate) use prepare::{content_digest, header};
pub use rehearse::Rehearsal;
pub(crate) use resolve::{IdCache, Key};
pub(crate) use write::{BatchRow, Sheet};

use crate::batch::Receipt;
use crate::error::Doing;
use crate::interned::Interned;
use crate::removal::{self, Removal, Removed};
use crate::{Status, StoreError};

/// The connection that writes, with what it remembers between batches.
#[derive(Debug)]
pub(crate) struct Writer {
    conn: Connection,
    names: Interned,
    ids: IdCache,
    /// Rows erased when the ids were last looked at.
    erased: u64,
    learnt: Learnt,
}

/// The first number not used yet, per table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) batch: u64,
    pub(crate) claims: u32,
    pub(crate) objects: u32,
    pub(crate) aliases: u64,
    pub(crate) values: u64,
    pub(crate) kinds: usize,
    pub(crate) link_kinds: usize,
    pub(crate) compartments: usize,
    pub(crate) removals: u64,
    pub(crate) erased: u64,
}

/// Before the first batch: claims and batches count from 1, all else from 0.
pub(crate) const ORIGIN: Ends = Ends {
    batch: 1,
    claims: 1,
    objects: 0,
    aliases: 0,
    values: 0,
    kinds: 0,
    link_kinds: 0,
    compartments: 0,
    removals: 0,
    erased: 0,
};

impl Writer {
    pub(crate) fn new(conn: Connection) -> Writer {
        Writer {
            conn,
            names: Interned::default(),
            ids: IdCache::default(),
            erased: 0,
            learnt: Learnt::default(),
        }
    }

    /// Writes batches in one transaction; when this returns `Ok`, all of them survive a power cut.
    pub(crate) fn commit(&mut self, batches: &[PreparedBatch]) -> Result<Vec<Receipt>, StoreError> {
        let tx =
            self.conn.transaction_with_behavior(TransactionBehavior::Immediate).doing("beginning a batch")?;
        self.names.refresh(&tx)?;
        let erased = ends(&tx)?.erased;
        if erased != self.erased {
            // An id that was erased, here or by another process, names nothing any more.
            self.ids.roll_back();
            self.erased = erased;
        }
        let reach = self.names.reach();
        let mut writing =
            Writing { tx: &tx, names: &mut self.names, ids: &mut self.ids, learnt: &mut self.learnt };
        let mut waits = Vec::new();
        let written: Result<Vec<Receipt>, StoreError> =
            batches.iter().map(|batch| writing.commit(batch, &mut waits)).collect();
        let result = written.and_then(|receipts| {
            tx.commit().doing("committing a batch")?;
            Ok(receipts)
        });
        match &result {
            Ok(_) => self.learnt.wait(waits),
            Err(_) => {
                self.names.roll_back(reach);
                self.ids.roll_back();
            }
        }
        result
    }

    /// Writes the fingerprints that wait for a batch.
    pub(crate) fn write_learnt(&mut self) -> Result<(), StoreError> {
        if self.learnt.is_empty() {
            return Ok(());
        }
        let doing = "remembering what was taken in";
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).doing(doing)?;
        write::learnt(&tx, self.learnt.take(&ends(&tx)?))?;
        tx.commit().doing(doing)
    }

    /// Removes claims; when this returns `Ok`, the removal survives a power cut.
    pub(crate) fn remove(&mut self, removal: &Removal) -> Result<Removed, StoreError> {
        let doing = "removing claims";
        // What is deleted is overwritten where it lies. Not for ordinary batches, which delete nothing that matters.
        self.conn.pragma_update(None, "secure_delete", true).doing(doing)?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).doing(doing)?;
        self.names.refresh(&tx)?;
        let reach = self.names.reach();
        let removed = removal::remove(&tx, &mut self.names, removal).and_then(|removed| {
            tx.commit().doing(doing)?;
            Ok(removed)
        });
        if removed.is_err() {
            self.names.roll_back(reach);
        }
        self.ids.roll_back();
        self.conn.pragma_update(None, "secure_delete", false).doing(doing)?;
        removed
    }

    /// Rewrites the file without what was erased.
    pub(crate) fn scrub(&self) -> Result<(), StoreError> {
        crate::schema::scrub(&self.conn)
    }

    /// A change of what the ledger does not cover.
    pub(crate) fn change<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let doing = "changing what partners told";
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).doing(doing)?;
        let result = change(&tx)?;
        tx.commit().doing(doing)?;
        Ok(result)
    }

    /// Forgets what may have been remembered of a transaction that was never committed.
    pub(crate) fn forget(&mut self) {
        self.names = Interned::default();
        self.ids.roll_back();
    }
}

/// A transaction, and what is remembered from batch to batch.
struct Writing<'w> {
    tx: &'w Connection,
    names: &'w mut Interned,
    ids: &'w mut IdCache,
    learnt: &'w mut Learnt,
}

impl Writing<'_> {
    /// Writes one batch; `waits` are fingerprints to be written with a later one, once this is committed.
    fn commit(&mut self, batch: &PreparedBatch, waits: &mut Vec<Fingerprint>) -> Result<Receipt, StoreError> {
        let mut decided = decide::decide(self.tx, self.names, self.ids, batch)?;
        let received = batch.told.received.as_ref();
        if received.map_or(Ok(false), |received| received.is_repeated(self.tx))? {
            self.names.forget_unwritten(&decided.before);
            let repeated = nothing_written(&decided.before, vec![Status::Unchanged; batch.records.len()], 0);
            return Ok(Receipt { repeated: true, ..repeated });
        }
        if let Some(received) = received {
            let claims = decided.claims.iter().map(|claim| (claim.no, claim.prepared.record));
            received.put(self.tx, batch.told.agreement.as_deref(), claims)?;
        }
        waits.extend(self.learnt.exchange(&mut decided, batch.drafts.len()));
        write::write(self.tx, self.names, self.ids, batch, decided)
    }
}

/// Where the log ends.
pub(crate) fn ends(conn: &Connection) -> Result<Ends, StoreError> {
    let sql = "SELECT no, claims_end, objects_end, aliases_end, values_end, kinds_end, link_kinds_end, compartments_end,
        removals_end, erased_end FROM batches ORDER BY no DESC LIMIT 1";
    let mut statement = conn.prepare_cached(sql).doing("reading the last batch")?;
    let last = statement.query_row([], |row| {
        Ok(Ends {
            batch: row.get::<_, i64>(0)? as u64 + 1,
            claims: row.get(1)?,
            objects: row.get(2)?,
            aliases: row.get::<_, i64>(3)? as u64,
            values: row.get::<_, i64>(4)? as u64,
            kinds: row.get::<_, i64>(5)? as usize,
            link_kinds: row.get::<_, i64>(6)? as usize,
            compartments: row.get::<_, i64>(7)? as usize,
            removals: row.get::<_, i64>(8)? as u64,
            erased: row.get::<_, i64>(9)? as u64,
        })
    });
    Ok(last.optional().doing("reading the last batch")?.unwrap_or(ORIGIN))
}

fn nothing_written(ends: &Ends, statuses: Vec<Status>, older: u64) -> Receipt {
    Receipt {
        batch: None,
        claims: ends.claims..ends.claims,
        statuses,
        older,
        new_vertices: Vec::<(VertexNo, Kind)>::new(),
        edges: Vec::new(),
        repeated: false,
    }
}

/// A number that must fit the 32 bits of claims and vertices.
fn next(counter: &mut u32, what: &'static str) -> Result<u32, StoreError> {
    let no = *counter;
    *counter = no.checked_add(1).ok_or(StoreError::Full { what, most: u32::MAX.into() })?;
    Ok(no)
}
