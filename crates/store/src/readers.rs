//! Read-only connections, opened as they are needed and kept for the next reader.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::StoreError;
use crate::error::Doing;
use crate::schema::open_reader;

/// Connections kept when nobody reads. More readers than this may be at work; the rest are closed after use.
const KEPT: usize = 8;

#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// A connection inside a read transaction: everything it reads is of one moment.
#[derive(Debug)]
pub(crate) struct Reader<'r> {
    conn: Option<Connection>,
    home: &'r Readers,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Readers {
        Readers { path, idle: Mutex::default() }
    }

    /// Closes the connections that nobody uses; what they map of a file that is rewritten would be of the old one.
    pub(crate) fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn check_out(&self) -> Result<Reader<'_>, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = idle.map_or_else(|| open_reader(&self.path), Ok)?;
        conn.execute_batch("BEGIN").doing("beginning to read")?;
        Ok(Reader { conn: Some(conn), home: self })
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn.as_ref().expect("the connection is taken by `drop` alone")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        if conn.execute_batch("COMMIT").is_err() {
            return;
        }
        let mut idle = self.home.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(conn);
        }
    }
}
