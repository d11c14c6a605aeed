//! Imports that were started, and how they ended.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::Desk;
use crate::StoreError;
use crate::error::Doing;

/// An import as the node describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// Id.
    pub id: String,
    /// When it was started.
    pub started_at: Timestamp,
    /// The node's own description, JSON.
    pub state: String,
}

impl Desk {
    /// Keeps an import, or what became of it.
    pub fn put_import(&self, import: &ImportRecord) -> Result<(), StoreError> {
        let sql = "INSERT INTO imports (id, started_at, state) VALUES (?1, ?2, ?3)
                   ON CONFLICT (id) DO UPDATE SET state = excluded.state";
        let values = params![import.id, import.started_at.as_microsecond(), import.state];
        self.conn().execute(sql, values).doing("keeping an import")?;
        Ok(())
    }

    /// Descriptions of imports, newest first: those after one of them, or from the newest on; `limit` at most.
    pub fn imports(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let doing = "listing imports";
        let conn = self.conn();
        let sql = "SELECT state FROM imports WHERE ?1 IS NULL
            OR (-started_at, id) > (SELECT -started_at, id FROM imports WHERE id = ?1)
            ORDER BY started_at DESC, id LIMIT ?2";
        let mut query = conn.prepare_cached(sql).doing(doing)?;
        let rows = query.query_map(params![after, limit as i64], |row| row.get(0)).doing(doing)?;
        rows.collect::<Result<_, _>>().doing(doing)
    }

    /// Description of one import.
    pub fn import(&self, id: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT state FROM imports WHERE id = ?1";
        self.conn().query_row(sql, [id], |row| row.get(0)).optional().doing("looking up an import")
    }
}
