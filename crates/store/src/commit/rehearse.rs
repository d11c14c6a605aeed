//! What a whole import would come to, with nothing changed.
//!
//! The batches are decided one after the other, as they would be committed, over one picture of the store. What each
//! would have added lies in temporary tables over those of the store, so that the next finds it: on disk and not in memory,
//! gone with the connection, and in nobody's way. Only what [`decide`](super::decide) reads is kept: that an id was
//! mentioned, without anything told of it, is not.

use rusqlite::{CachedStatement, Connection, params};

use super::decide::{Decided, decide};
use super::prepare::PreparedBatch;
use super::resolve::IdCache;
use crate::StoreError;
use crate::batch::Preview;
use crate::error::Doing;
use crate::interned::Interned;

const DOING: &str = "rehearsing a batch";

/// Unqualified names mean these views from here on (SQLite looks in `temp` first).
const OVERLAY: &str = "
    PRAGMA temp_store = FILE;
    CREATE TEMP TABLE more_ids (
        uuid BLOB NOT NULL, kind INTEGER NOT NULL, object INTEGER NOT NULL, PRIMARY KEY (uuid, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TEMP VIEW ids AS SELECT uuid, kind, object FROM main.ids
        UNION ALL SELECT uuid, kind, object FROM temp.more_ids;
    CREATE TEMP TABLE more_versions (
        object INTEGER NOT NULL, claim INTEGER NOT NULL, compartment INTEGER NOT NULL, modified INTEGER,
        digest BLOB NOT NULL, PRIMARY KEY (object, claim)
    ) STRICT, WITHOUT ROWID;
    CREATE TEMP VIEW versions AS SELECT object, claim, compartment, modified, digest FROM main.versions
        UNION ALL SELECT object, claim, compartment, modified, digest FROM temp.more_versions;
    CREATE TEMP TABLE more_batches (
        no INTEGER PRIMARY KEY, claims_end INTEGER NOT NULL, objects_end INTEGER NOT NULL, aliases_end INTEGER NOT NULL,
        values_end INTEGER NOT NULL, kinds_end INTEGER NOT NULL, link_kinds_end INTEGER NOT NULL,
        compartments_end INTEGER NOT NULL, removals_end INTEGER NOT NULL, erased_end INTEGER NOT NULL
    ) STRICT;
    CREATE TEMP VIEW batches AS SELECT no, claims_end, objects_end, aliases_end, values_end, kinds_end, link_kinds_end,
            compartments_end, removals_end, erased_end FROM main.batches
        UNION ALL SELECT * FROM temp.more_batches;
    BEGIN";

/// An import that is only tried: each batch is answered as if those before it had been committed.
#[derive(Debug)]
pub struct Rehearsal {
    conn: Connection,
    names: Interned,
    ids: IdCache,
}

impl Rehearsal {
    /// Begins with the store as this connection, which must be its own, sees it now.
    pub(crate) fn begin(conn: Connection) -> Result<Rehearsal, StoreError> {
        conn.execute_batch(OVERLAY).doing("beginning to rehearse")?;
        let mut names = Interned::default();
        names.refresh(&conn)?;
        Ok(Rehearsal { conn, names, ids: IdCache::default() })
    }

    /// What a commit of this batch would answer, after the batches before it.
    ///
    /// # Errors
    /// When the store cannot be read, or there is no room for what the batch would add.
    pub fn take(&mut self, batch: &PreparedBatch) -> Result<Preview, StoreError> {
        let decided = decide(&self.conn, &mut self.names, &mut self.ids, batch)?;
        self.keep(&decided)?;
        Ok(Preview { statuses: decided.statuses, older: decided.older })
    }

    fn keep(&self, decided: &Decided) -> Result<(), StoreError> {
        if decided.claims.is_empty() {
            return Ok(());
        }
        let new = (decided.before.objects..).zip(&decided.objects).map(|(no, new)| (new.key, no));
        let mut statement = self.insert("INSERT INTO temp.more_ids VALUES (?1, ?2, ?3)")?;
        for (key, object) in new.chain(decided.bound.iter().copied()) {
            statement.execute(params![key.uuid(), key.kind, object]).doing(DOING)?;
        }
        let mut statement = self.insert("INSERT INTO temp.more_versions VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for claim in &decided.claims {
            let (modified, digest) = (claim.prepared.header.modified, claim.prepared.digest);
            let columns = params![claim.object, claim.no, claim.compartment.0, modified, digest];
            statement.execute(columns).doing(DOING)?;
        }
        let ends = decided.ends;
        let mut statement =
            self.insert("INSERT INTO temp.more_batches VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
        let columns = params![
            ends.batch as i64,
            ends.claims,
            ends.objects,
            ends.aliases as i64,
            ends.values as i64,
            ends.kinds as i64,
            ends.link_kinds as i64,
            ends.compartments as i64,
            ends.removals as i64,
            ends.erased as i64
        ];
        statement.execute(columns).doing(DOING)?;
        Ok(())
    }

    fn insert(&self, sql: &'static str) -> Result<CachedStatement<'_>, StoreError> {
        self.conn.prepare_cached(sql).doing(DOING)
    }
}
