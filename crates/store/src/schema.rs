//! Opening databases: settings, and migrations in order by `PRAGMA user_version`.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::StoreError;
use crate::error::Doing;

/// What a database must survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// What was committed survives a power cut.
    Full,
    /// It can be made again; it must only never be torn.
    Rebuildable,
}

/// Migrations of `claims.sqlite`, in order. Never change one that was released; add another.
pub(crate) const CLAIMS: &[&str] =
    &[include_str!("../migrations/claims-1.sql"), include_str!("../migrations/claims-2.sql")];

/// Page caches in KiB; they are private to a connection, the rest is the system's. Random ids make the writer need a
/// large one.
const WRITER_CACHE: i64 = 48_000;
const READER_CACHE: i64 = 8_000;

/// Opens a database for writing and brings it to the newest format.
pub(crate) fn open_writer(
    path: &Path,
    durability: Durability,
    migrations: &[&str],
) -> Result<Connection, StoreError> {
    let conn = Connection::open(path).doing("opening a database")?;
    settings(&conn, if durability == Durability::Full { WRITER_CACHE } else { READER_CACHE })?;
    // A bigger page makes fewer levels and fewer overflow chains for bodies of a kilobyte; set before WAL, once.
    conn.pragma_update(None, "page_size", 8192).doing("setting up a database")?;
    conn.pragma_update(None, "journal_mode", "WAL").doing("setting up a database")?;
    let synchronous = if durability == Durability::Full { "FULL" } else { "NORMAL" };
    conn.pragma_update(None, "synchronous", synchronous).doing("setting up a database")?;
    // Pages; about 64 MB of log before it is folded back. Larger logs fold more changes of a page into one write.
    conn.pragma_update(None, "wal_autocheckpoint", 8000).doing("setting up a database")?;
    conn.pragma_update(None, "journal_size_limit", 128 << 20).doing("setting up a database")?;
    migrate(&conn, path, migrations)?;
    Ok(conn)
}

/// Opens a database for reading; it must exist.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).doing("opening a database")?;
    settings(&conn, READER_CACHE)?;
    // Not for the writer, and not much: mapped pages count as resident, and an import, which indexes text at its end,
    // must stay small whatever it writes to. What lies beyond is read through the system's cache.
    conn.pragma_update(None, "mmap_size", 32_i64 << 20).doing("setting up a database")?;
    Ok(conn)
}

fn settings(conn: &Connection, cache: i64) -> Result<(), StoreError> {
    let doing = "setting up a database";
    conn.busy_timeout(std::time::Duration::from_secs(30)).doing(doing)?;
    conn.set_prepared_statement_cache_capacity(128);
    conn.pragma_update(None, "cache_size", -cache).doing(doing)?;
    conn.pragma_update(None, "temp_store", "MEMORY").doing(doing)
}

fn migrate(conn: &Connection, path: &Path, migrations: &[&str]) -> Result<(), StoreError> {
    let doing = "bringing a database to the newest format";
    // Two processes may open a new folder at once; the second waits here and finds the work done.
    conn.execute_batch("BEGIN IMMEDIATE").doing(doing)?;
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0)).doing(doing)?;
    let known = migrations.len() as i64;
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    for sql in &migrations[usize::try_from(found).unwrap_or(0)..] {
        conn.execute_batch(sql).doing(doing)?;
    }
    conn.pragma_update(None, "user_version", known).doing(doing)?;
    conn.execute_batch("COMMIT").doing(doing)
}

/// Rewrites a database without what was deleted from it, and empties its log, so that no page and no frame holds it any
/// longer. The log must be emptied twice: the first time to have it in the file, the second because rewriting goes through it.
pub(crate) fn scrub(conn: &Connection) -> Result<(), StoreError> {
    let doing = "wiping what was erased";
    let fold = || {
        let busy = conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))
            .doing(doing)?;
        match busy {
            false => Ok(()),
            true => Err(StoreError::Busy { doing }),
        }
    };
    fold()?;
    conn.execute_batch("VACUUM").doing(doing)?;
    fold()
}
