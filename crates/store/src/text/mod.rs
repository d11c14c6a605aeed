//! Finding by text: an FTS5 index beside the claims, made from them, never asked for the truth.
//!
//! A hit is a row of the index: a claim, or a value that was mentioned. It counts only when the viewer may see that very
//! claim and its teller has said nothing newer, so that no word told in confidence finds the open thing it was said
//! about. Hits come in tiers instead of by score, so that a page can be continued, a common word costs no more than a
//! rare one, and a family comes before the thousand indicators that name it.

mod index;
mod query;
mod search;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode};

pub use search::{TextCursor, TextHits};

use crate::error::Doing;
use crate::readers::Readers;
use crate::schema::{Durability, open_writer};
use crate::{Store, StoreError};

const MIGRATIONS: &[&str] = &[include_str!("../../migrations/search-1.sql")];

/// The text index of a data folder. Share it behind an `Arc`.
#[derive(Debug)]
pub struct TextIndex {
    writer: Mutex<Connection>,
    readers: Readers,
}

impl TextIndex {
    /// Opens the index of this store's folder; one that is missing, damaged or ahead of the claims is begun anew, and
    /// [`TextIndex::catch_up`] fills it.
    pub fn open(store: &Store) -> Result<TextIndex, StoreError> {
        let path = store.folder().join("search.sqlite");
        let conn = match opened(&path) {
            Ok((conn, cursor)) if !cursor.is_ahead(store)? => conn,
            Ok((conn, _)) => {
                drop(conn);
                anew(&path)?
            }
            Err(error) if is_spoilt(&error) => {
                tracing::warn!(%error, "the text index is made again");
                anew(&path)?
            }
            Err(error) => return Err(error),
        };
        Ok(TextIndex { writer: Mutex::new(conn), readers: Readers::new(path) })
    }

    /// Wipes the words of what was removed from the index: they are merged away, and the file is rewritten. For a quiet
    /// hour, once [`TextIndex::catch_up`] has followed the removals.
    pub fn scrub(&self) -> Result<(), StoreError> {
        self.readers.close_idle();
        let conn = self.writer();
        conn.execute("INSERT INTO texts (texts) VALUES ('optimize')", []).doing("wiping what was erased")?;
        crate::schema::scrub(&conn)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // What a panic left half done was rolled back, and the cursor with it.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn opened(path: &Path) -> Result<(Connection, index::Cursor), StoreError> {
    let conn = open_writer(path, Durability::Rebuildable, MIGRATIONS)?;
    let cursor = index::cursor(&conn)?;
    Ok((conn, cursor))
}

/// Whether what failed is the file. One that is merely busy is in another process's hands and must not be taken away.
fn is_spoilt(error: &StoreError) -> bool {
    let StoreError::Database { source, .. } = error else { return false };
    matches!(source.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn anew(path: &Path) -> Result<Connection, StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        let file = PathBuf::from(file);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::open(&file)(error));
            }
            _ => {}
        }
    }
    open_writer(path, Durability::Rebuildable, MIGRATIONS)
}
