//! The store of one data folder.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::Connection;

use crate::StoreError;
use crate::after::AfterCommit;
use crate::batch::Receipt;
use crate::commit::{PreparedBatch, Rehearsal, Writer};
use crate::error::Doing;
use crate::interned::Interned;
use crate::ledger::{NodeKey, Publisher};
use crate::readers::Readers;
use crate::schema::{CLAIMS, Durability, open_reader, open_writer};

/// A data folder: one writer, many readers. Share it behind an `Arc`; every method may be called from any thread.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    writer: Mutex<Writer>,
    pub(crate) after: AfterCommit,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) readers: Readers,
    /// What readers have seen of the interned tables.
    pub(crate) interned: RwLock<Interned>,
}

impl Store {
    /// Opens a data folder, making it when it is not there, and signs what a crash left unsigned.
    pub fn open(folder: &Path, key: &NodeKey) -> Result<Store, StoreError> {
        make_private(folder).map_err(StoreError::open(folder))?;
        let claims = folder.join("claims.sqlite");
        let conn = open_writer(&claims, Durability::Full, CLAIMS)?;
        let publisher = Arc::new(Publisher::of_claims(folder, key)?);
        // A spoilt ledger must not keep anybody from their data, nor from the verifier that says what is wrong with it.
        if let Err(error) = publisher.publish(&conn) {
            tracing::error!(%error, "the ledger could not be brought up to the claims");
        }
        // The log is folded on a thread; should that fall behind by a gigabyte, the writer folds it itself.
        conn.pragma_update(None, "wal_autocheckpoint", 131_072).doing("setting up a database")?;
        let folding = open_writer(&claims, Durability::Full, CLAIMS)?;
        let publishing = Arc::clone(&publisher);
        let after = AfterCommit::new(&claims, folding, move |conn| publishing.publish(conn).map(drop))?;
        Ok(Store {
            after,
            publisher,
            folder: folder.to_owned(),
            writer: Mutex::new(Writer::new(conn)),
            readers: Readers::new(claims),
            interned: RwLock::default(),
        })
    }

    /// Commits a batch in one transaction: claims, what is derived from them, and the ledger's leaf. When this returns
    /// `Ok`, the batch survives a power cut; when it returns `Err`, nothing of it was kept.
    ///
    /// Signing the ledger's new checkpoint comes after that, on a thread of its own, as does folding the log. Should either
    /// fail, the batch is kept all the same, and the next commit or [`Store::open`] makes up for it.
    pub fn commit(&self, batch: impl Into<PreparedBatch>) -> Result<Receipt, StoreError> {
        self.commit_prepared(&batch.into())
    }

    /// As [`Store::commit`], for a thread that leaves it to another to free what it was given.
    pub fn commit_prepared(&self, prepared: &PreparedBatch) -> Result<Receipt, StoreError> {
        let mut receipts = self.commit_together(std::slice::from_ref(prepared))?;
        receipts.pop().ok_or_else(|| StoreError::damaged("batches", "a batch was written and has no receipt"))
    }

    /// As [`Store::commit`], several batches in one transaction: either all are kept or none.
    pub fn commit_together(&self, prepared: &[PreparedBatch]) -> Result<Vec<Receipt>, StoreError> {
        let receipts = self.writer().commit(prepared)?;
        if receipts.iter().any(|receipt| receipt.batch.is_some()) {
            self.after.committed(receipts.iter().map(|receipt| receipt.statuses.len()).sum());
        }
        Ok(receipts)
    }

    /// Writes down by what records are known that large batches told, which else waits for more to come. A [`Recollection`]
    /// knows them from then on.
    ///
    /// [`Recollection`]: crate::Recollection
    pub fn remember(&self) -> Result<(), StoreError> {
        self.writer().write_learnt()
    }

    /// Waits until the ledger's checkpoint covers everything committed before.
    pub(crate) fn settle(&self) {
        self.after.settle();
    }

    /// Begins to try an import: what commits would answer, without writing anything.
    pub fn rehearse(&self) -> Result<Rehearsal, StoreError> {
        Rehearsal::begin(open_reader(&self.folder.join("claims.sqlite"))?)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads what is interned, as far as readers have caught up.
    pub(crate) fn names<T>(&self, read: impl FnOnce(&Interned) -> T) -> T {
        read(&self.interned.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Learns what was interned since, as this connection sees it.
    pub(crate) fn catch_up(&self, conn: &Connection) -> Result<(), StoreError> {
        let sql = "SELECT (SELECT count(*) FROM kinds), (SELECT count(*) FROM link_kinds),
            (SELECT count(*) FROM compartments), (SELECT coalesce(max(no), 0) + 1 FROM audiences)";
        let mut statement = conn.prepare_cached(sql).doing("reading interned names")?;
        let row = statement.query_row([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]));
        let [kinds, link_kinds, compartments, audiences]: [i64; 4] = row.doing("reading interned names")?;
        let known = self.names(Interned::reach);
        let behind = known.kinds < kinds as usize
            || known.link_kinds < link_kinds as usize
            || known.compartments < compartments as usize
            || known.audiences < audiences as usize;
        match behind {
            true => self.interned.write().unwrap_or_else(PoisonError::into_inner).refresh(conn),
            false => Ok(()),
        }
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(|poisoned| {
            // A panic while writing ended its transaction, but the writer may remember numbers given out in it.
            let mut writer = poisoned.into_inner();
            writer.forget();
            self.writer.clear_poison();
            writer
        })
    }
}

/// Makes a folder that nobody but its owner may look into; one that is there stays as its owner set it.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const KEY: NodeKey = NodeKey { name: "node.example/log", seed: &[9; 32] };

    #[test]
    fn a_new_folder_is_its_owners_alone() {
        let within = tempfile::tempdir().unwrap();
        let folder = within.path().join("data");
        drop(Store::open(&folder, &KEY).unwrap());
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o750)).unwrap();
        drop(Store::open(&folder, &KEY).unwrap());
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o750);
    }

    #[test]
    fn a_panic_while_writing_leaves_nothing_remembered() {
        let within = tempfile::tempdir().unwrap();
        let store = Store::open(within.path(), &KEY).unwrap();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _writer = store.writer();
            panic!("while writing");
        }));
        assert!(panicked.is_err() && store.writer.is_poisoned());
        drop(store.writer());
        assert!(!store.writer.is_poisoned());
    }
}
