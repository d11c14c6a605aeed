//! The desk: what people of this node change. Users, sessions, tokens, charts, imports, sources; one file per noun.
//!
//! It is a database of its own (`node.sqlite`), so that signing in never waits for an import, and so that what
//! can be changed and deleted is apart from claims, which cannot.

mod chart;
mod import;
mod judgement;
mod session;
mod source;
mod token;
mod user;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use crate::StoreError;
use crate::error::Doing;
use crate::schema::{Durability, open_writer};
use crate::store::make_private;

pub use chart::{Chart, ChartSave};
pub use import::ImportRecord;
pub use judgement::Judgement;
pub use session::Session;
pub use source::SourceWord;
pub use token::Token;
pub use user::{User, UserEdit, UserSave};

/// SHA-256 of a session's, token's or link's secret.
pub type SecretDigest = [u8; 32];

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/node-1.sql"),
    include_str!("../../migrations/node-2.sql"),
    include_str!("../../migrations/node-3.sql"),
    include_str!("../../migrations/node-4.sql"),
];

/// What people of this node change. Share it behind an `Arc`.
#[derive(Debug)]
pub struct Desk(Mutex<Connection>);

impl Desk {
    /// Opens the desk of a data folder, making it when it is not there.
    pub fn open(folder: &Path) -> Result<Desk, StoreError> {
        make_private(folder).map_err(StoreError::open(folder))?;
        let conn = open_writer(&folder.join("node.sqlite"), Durability::Full, MIGRATIONS)?;
        conn.pragma_update(None, "foreign_keys", true).doing("setting up a database")?;
        Ok(Desk(Mutex::new(conn)))
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        // Every change is one statement or one transaction, which a panic rolls back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    let micros: i64 = row.get(column)?;
    Timestamp::from_microsecond(micros).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, micros))
}

#[cfg(test)]
mod tests;
