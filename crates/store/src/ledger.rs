//! The ledger of a data folder: leaves in `claims.sqlite`, tiles and checkpoint in `ledger/`.
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

/// The files of the ledger, and the key that signs them.
#[derive(Debug)]
pub(crate) struct Publisher {
    folder: PathBuf,
    name: String,
    seed: Seed,
    verifier: Verifier,
}

struct Seed([u8; 32]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Publisher {
    pub(crate) fn new(folder: &Path, key: &NodeKey) -> Result<Publisher, StoreError> {
        let folder = folder.join("ledger");
        std::fs::create_dir_all(&folder).map_err(StoreError::open(&folder))?;
        let verifier = Signer::new(key.name, key.seed)?.verifier().clone();
        Ok(Publisher { folder, name: key.name.to_owned(), seed: Seed(*key.seed), verifier })
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
        let unsigned = leaves(conn, from)?;
        match from + unsigned.len() as u64 {
            held if held < signed => Err(StoreError::Older { held: batches(conn)?, signed }),
            held if held == signed => Ok(log.checkpoint().cloned()),
            _ => publish_or_mend(conn, &mut log, from, &unsigned).map(Some),
        }
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    pub(crate) fn files(&self) -> Folder {
        Folder::new(&self.folder)
    }
}

/// Spoilt tiles are written anew from the leaves, which must make the root that was signed. A fork may only look like
/// one for a spoilt tile; all leaves together tell.
fn publish_or_mend(
    conn: &Connection,
    log: &mut Log<Folder>,
    from: u64,
    unsigned: &[Hash],
) -> Result<Checkpoint, StoreError> {
    match log.publish(from, unsigned) {
        Err(error @ (LedgerError::Tile { .. } | LedgerError::Damaged { .. } | LedgerError::Fork { .. })) => {
            // First those that are signed, so that the tiles of that size are written again too.
            let mut known = leaves(conn, 0)?;
            known.truncate(log.size() as usize);
            log.publish(0, &known)?;
            tracing::warn!(%error, "the ledger's tiles were spoilt and have been written again");
            Ok(log.publish(from, unsigned)?)
        }
        published => Ok(published?),
    }
}

fn batches(conn: &Connection) -> Result<u64, StoreError> {
    let count = conn.query_row("SELECT count(*) FROM batches", [], |row| row.get::<_, i64>(0));
    count.map(|count| count as u64).doing("counting batches")
}

/// The leaves from an index on, as they were written.
fn leaves(conn: &Connection, from: u64) -> Result<Vec<Hash>, StoreError> {
    let doing = "reading the ledger's leaves";
    let sql = "SELECT leaf FROM batches WHERE no > ?1 ORDER BY no";
    let mut statement = conn.prepare_cached(sql).doing(doing)?;
    let rows = statement.query_map([from as i64], |row| row.get(0).map(Hash::from_bytes)).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}
