//! The logs of a data folder: leaves in a database, tiles and checkpoint in a folder under `ledger/`.
//!
//! The leaf of a batch is written in the batch's own transaction. Publishing comes after, and always does the same: take whatever
//! leaves the database has beyond what is signed, and publish those. A crash between the two is therefore mended by the
//! next publication, and by opening the folder.

use std::fs::File;
use std::path::{Path, PathBuf};

use entente_ledger::{Checkpoint, Folder, Hash, LedgerError, Log, Signer, Verifier};
use rusqlite::Connection;

use crate::StoreError;
use crate::error::Doing;

/// What signs the ledger.
#[derive(Clone, Copy)]
pub struct NodeKey<'k> {
    /// The name of the log, best a URL without a scheme such as `example.com/log` (C2SP tlog-checkpoint, origin).
    pub name: &'k str,
    /// The Ed25519 seed (RFC 8032): 32 random bytes, secret.
    pub seed: &'k [u8; 32],
}

impl std::fmt::Debug for NodeKey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeKey({})", self.name)
    }
}

/// The files of a log, the key that signs them, and where its leaves are.
#[derive(Debug)]
pub(crate) struct Publisher {
    folder: PathBuf,
    name: String,
    seed: Seed,
    verifier: Verifier,
    leaves: Leaves,
}

/// Where a log's leaves are: a query for the leaves of the rows from `?1` up to `?2`, and the row before the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaves {
    pub(crate) sql: &'static str,
    pub(crate) before: i64,
    pub(crate) last: i64,
}

/// The leaves of the claims' batches; the batch with the leaf `n` is `n + 1`.
const OF_CLAIMS: Leaves = Leaves {
    sql: "SELECT leaf FROM batches WHERE no > ?1 AND no <= ?2 ORDER BY no",
    before: 0,
    last: i64::MAX,
};

#[derive(Clone)]
pub(crate) struct Seed(pub(crate) [u8; 32]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Publisher {
    /// The log of the claims of a data folder.
    pub(crate) fn of_claims(folder: &Path, key: &NodeKey) -> Result<Publisher, StoreError> {
        Publisher::new(folder.join("ledger"), key, OF_CLAIMS)
    }

    pub(crate) fn new(folder: PathBuf, key: &NodeKey, leaves: Leaves) -> Result<Publisher, StoreError> {
        std::fs::create_dir_all(&folder).map_err(StoreError::open(&folder))?;
        let verifier = Signer::new(key.name, key.seed)?.verifier().clone();
        Ok(Publisher { folder, name: key.name.to_owned(), seed: Seed(*key.seed), verifier, leaves })
    }

    /// Signs all leaves that are committed and not signed yet.
    pub(crate) fn publish(&self, conn: &Connection) -> Result<Option<Checkpoint>, StoreError> {
        // A log has one writer; the lock holds other processes off and ends with this one, however it ends.
        let lock = self.folder.join("lock");
        let file = File::create(&lock).map_err(StoreError::open(&lock))?;
        file.lock().map_err(StoreError::open(&lock))?;
        let signer = Signer::new(&self.name, &self.seed.0)?;
        // Opened anew each time: another process may have published since.
        let mut log = Log::open(Folder::new(&self.folder), signer)?;
        // From the last signed leaf on: only a database that holds that very leaf continues the log.
        let (signed, from) = (log.size(), log.size().saturating_sub(1));
        let unsigned = self.leaves.from(conn, from)?;
        match from + unsigned.len() as u64 {
            held if held < signed => {
                let held = self.leaves.from(conn, 0)?.len() as u64;
                Err(StoreError::Older { held, signed })
            }
            held if held == signed => Ok(log.checkpoint().cloned()),
            _ => self.publish_or_mend(conn, &mut log, from, &unsigned).map(Some),
        }
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    pub(crate) fn files(&self) -> Folder {
        Folder::new(&self.folder)
    }

    /// The log as it was last signed, for proofs.
    pub(crate) fn log(&self) -> Result<Log<Folder>, StoreError> {
        Ok(Log::open(Folder::new(&self.folder), Signer::new(&self.name, &self.seed.0)?)?)
    }

    /// Spoilt tiles are written anew from the leaves, which must make the root that was signed. A fork may only look like
    /// one for a spoilt tile; all leaves together tell.
    fn publish_or_mend(
        &self,
        conn: &Connection,
        log: &mut Log<Folder>,
        from: u64,
        unsigned: &[Hash],
    ) -> Result<Checkpoint, StoreError> {
        match log.publish(from, unsigned) {
            Err(
                error @ (LedgerError::Tile { .. } | LedgerError::Damaged { .. } | LedgerError::Fork { .. }),
            ) => {
                // First those that are signed, so that the tiles of that size are written again too.
                let mut known = self.leaves.from(conn, 0)?;
                known.truncate(log.size() as usize);
                log.publish(0, &known)?;
                tracing::warn!(%error, "the ledger's tiles were spoilt and have been written again");
                Ok(log.publish(from, unsigned)?)
            }
            published => Ok(published?),
        }
    }
}

impl Leaves {
    /// The leaves from an index on, as they were written.
    pub(crate) fn from(&self, conn: &Connection, from: u64) -> Result<Vec<Hash>, StoreError> {
        let doing = "reading the ledger's leaves";
        let mut statement = conn.prepare_cached(self.sql).doing(doing)?;
        let range = [self.before + from as i64, self.last];
        let rows = statement.query_map(range, |row| row.get(0).map(Hash::from_bytes)).doing(doing)?;
        rows.collect::<Result<_, _>>().doing(doing)
    }
}
