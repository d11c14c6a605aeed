//! Looking up records that may have been taken in before, by the hundred thousand.

use std::sync::{Mutex, PoisonError};

use entente_model::Fingerprint;
use rusqlite::{Connection, params};

use crate::error::Doing;
use crate::schema::open_reader;
use crate::{Store, StoreError};

/// What was taken in, as it stood a moment ago: somebody asks for record after record, and to look at the store anew for
/// each would cost more than the answer. It holds on to one picture of the store; whoever has nothing to ask should
/// [`rest`](Recollection::rest), since the store's log cannot be folded beyond that picture.
#[derive(Debug)]
pub struct Recollection {
    asking: Mutex<Asking>,
}

#[derive(Debug)]
struct Asking {
    conn: Connection,
    /// How many more may be asked of the picture; none when there is no picture.
    left: u32,
}

/// Questions to one picture.
const QUESTIONS: u32 = 1024;

const DOING: &str = "looking up a record";

impl Store {
    /// A recollection of this store.
    pub fn recollection(&self) -> Result<Recollection, StoreError> {
        let conn = open_reader(&self.folder().join("claims.sqlite"))?;
        // Questions go all over the table; mapped pages would count as resident until the import ends.
        conn.pragma_update(None, "mmap_size", 0).doing(DOING)?;
        Ok(Recollection { asking: Mutex::new(Asking { conn, left: 0 }) })
    }
}

impl Recollection {
    /// Whether the record with this fingerprint was taken in, and all it told is kept.
    pub fn knows(&self, fingerprint: &Fingerprint) -> Result<bool, StoreError> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if asking.left == 0 {
            asking.conn.execute_batch("BEGIN").doing(DOING)?;
            asking.left = QUESTIONS;
        }
        asking.left -= 1;
        let sql = "SELECT EXISTS (SELECT 1 FROM fingerprints WHERE record = ?1 AND handling = ?2)";
        let columns = params![fingerprint.record, fingerprint.handling];
        let known = asking.conn.prepare_cached(sql).doing(DOING)?.query_row(columns, |row| row.get(0));
        if asking.left == 0 || known.is_err() {
            asking.close()?;
        }
        known.doing(DOING)
    }

    /// Lets go of the picture until the next question.
    pub fn rest(&self) -> Result<(), StoreError> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).close()
    }
}

impl Asking {
    fn close(&mut self) -> Result<(), StoreError> {
        self.left = 0;
        match self.conn.is_autocommit() {
            true => Ok(()),
            false => self.conn.execute_batch("COMMIT").doing(DOING),
        }
    }
}
