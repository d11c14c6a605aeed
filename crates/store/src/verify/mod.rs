//! Checking everything against the ledger: every batch's leaf is made again from the rows it appended and compared with
//! what was written then, with the ledger's tiles, and with the checkpoint this node signed.
//!
//! What a leaf does not commit to is derived from what it does, and is derived again here: ids from objects and aliases,
//! heads and names from bodies, audiences and counts from claims and edges, and what is of a kind from objects.

mod audiences;
mod rows;

use entente_ledger::{CHECKPOINT, Hash, Storage};
use entente_model::Object;
use rusqlite::{Connection, Row as SqlRow, params};

use crate::commit::{BatchRow, Ends, ORIGIN, content_digest, header};
use crate::error::Doing;
use crate::leaf::{Leaf, body_hash};
use crate::names::names_of;
use crate::{Store, StoreError, of_kind};

/// What was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Batches, each a leaf.
    pub batches: u64,
    /// Claims in them.
    pub claims: u64,
    /// The root of the log that was signed over them, in base64; `None` while the log is empty.
    pub root: Option<String>,
}

/// The first thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", place(*leaf))]
pub struct FirstBad {
    /// Index of the leaf from 0; its batch has the number one higher. `None` when no leaf can be named, as with a
    /// spoilt checkpoint.
    pub leaf: Option<u64>,
    /// What does not hold.
    pub why: String,
}

fn place(leaf: Option<u64>) -> String {
    match leaf {
        Some(leaf) => format!("leaf {leaf} (batch {}) does not hold", leaf + 1),
        None => "the ledger does not hold".to_owned(),
    }
}

impl Store {
    /// Checks the whole log: rows against leaves, leaves against tiles and checkpoint. Needs nothing but the folder.
    pub fn verify(&self) -> Result<Verified, FirstBad> {
        let whole = |error: StoreError| FirstBad { leaf: None, why: error.to_string() };
        self.settle();
        let conn = self.readers.check_out().map_err(whole)?;
        let (hashes, ends, fault) = walk(&conn);
        let signed = match hashes.is_empty() && fault.is_none() && self.never_signed() {
            true => None,
            false => match entente_ledger::verify(
                &self.publisher.files(),
                self.publisher.verifier(),
                hashes.iter().copied(),
            ) {
                Ok(checkpoint) => Some(checkpoint),
                Err(bad) => {
                    return Err(earlier(fault, FirstBad { leaf: bad.index, why: bad.what.to_string() }));
                }
            },
        };
        let size = signed.as_ref().map_or(0, |checkpoint| checkpoint.size());
        if let Some(fault) = fault {
            return Err(fault);
        }
        audiences::check(&conn).map_err(whole)??;
        of_kind::check(&conn).map_err(whole)?.map_err(|why| FirstBad { leaf: None, why })?;
        if size < hashes.len() as u64 {
            return Err(FirstBad { leaf: Some(size), why: "it was committed but never signed".to_owned() });
        }
        counts(&conn, &ends).map_err(|why| FirstBad { leaf: None, why })?;
        let root = signed.map(|checkpoint| checkpoint.root().to_base64());
        Ok(Verified { batches: hashes.len() as u64, claims: u64::from(ends.claims - 1), root })
    }
}

impl Store {
    /// Whether there is no checkpoint, so that no batches need not mean that batches are gone. A checkpoint that
    /// cannot be read counts as one: checking it says why.
    fn never_signed(&self) -> bool {
        matches!(self.publisher.files().read(CHECKPOINT), Ok(None))
    }
}

/// Of two faults the one at the earlier leaf; what the rows say is more exact than what the log says of the same leaf.
fn earlier(rows: Option<FirstBad>, log: FirstBad) -> FirstBad {
    match rows {
        Some(rows) if log.leaf.is_none_or(|leaf| rows.leaf.is_some_and(|row| row <= leaf)) => rows,
        _ => log,
    }
}

/// The hashes of the leaves made again, up to the first batch that is not what it was.
fn walk(conn: &Connection) -> (Vec<Hash>, Ends, Option<FirstBad>) {
    let (mut hashes, mut before) = (Vec::new(), ORIGIN);
    loop {
        let index = hashes.len() as u64;
        match batch(conn, &before) {
            Ok(Some((hash, ends))) => {
                hashes.push(hash);
                before = ends;
            }
            Ok(None) => return (hashes, before, None),
            Err(why) => return (hashes, before, Some(FirstBad { leaf: Some(index), why })),
        }
    }
}

/// Makes the leaf of the batch after `before` again; `None` when there is none.
fn batch(conn: &Connection, before: &Ends) -> Result<Option<(Hash, Ends)>, String> {
    let text = |error: StoreError| error.to_string();
    let Some(stored) = stored_batch(conn, before).map_err(text)? else { return Ok(None) };
    let ends = stored.ends;
    let mut leaf = Leaf::new();
    rows::rows_into(conn, &mut leaf, before, &ends).map_err(text)??;
    let row = BatchRow {
        source: &stored.source,
        agreement: stored.agreement.as_deref(),
        case: stored.case.as_deref(),
        received_at: stored.received_at,
        reason: stored.reason.as_deref(),
    };
    row.put_into(&mut leaf, before, &ends);
    let hash = leaf.finish(&stored.salt);
    if hash.as_bytes() != &stored.leaf {
        return Err("its rows are not those that were committed".to_owned());
    }
    derived(conn, before, &ends)?;
    Ok(Some((hash, ends)))
}

struct StoredBatch {
    source: String,
    agreement: Option<String>,
    case: Option<String>,
    received_at: i64,
    ends: Ends,
    reason: Option<String>,
    salt: [u8; 32],
    leaf: [u8; 32],
}

const VERIFYING: &str = "verifying the claims";

fn stored_batch(conn: &Connection, before: &Ends) -> Result<Option<StoredBatch>, StoreError> {
    let sql = "SELECT source, agreement, case_name, received_at, claims_end, objects_end, aliases_end, values_end,
        kinds_end, link_kinds_end, compartments_end, removals_end, erased_end, reason, salt, leaf, no FROM batches
        WHERE no >= ?1 ORDER BY no LIMIT 1";
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    let mut rows = statement.query([before.batch as i64]).doing(VERIFYING)?;
    let Some(row) = rows.next().doing(VERIFYING)? else { return Ok(None) };
    let no: i64 = row.get(16).doing(VERIFYING)?;
    if no != before.batch as i64 {
        return Err(StoreError::damaged("batches", format!("batch {} is gone", before.batch)));
    }
    read_batch(row, before).doing(VERIFYING).map(Some)
}

fn read_batch(row: &SqlRow, before: &Ends) -> rusqlite::Result<StoredBatch> {
    let number = |column| row.get::<_, i64>(column).map(|number| number.max(0) as u64);
    Ok(StoredBatch {
        source: row.get(0)?,
        agreement: row.get(1)?,
        case: row.get(2)?,
        received_at: row.get(3)?,
        ends: Ends {
            batch: before.batch + 1,
            claims: row.get(4)?,
            objects: row.get(5)?,
            aliases: number(6)?,
            values: number(7)?,
            kinds: number(8)? as usize,
            link_kinds: number(9)? as usize,
            compartments: number(10)? as usize,
            removals: number(11)?,
            erased: number(12)?,
        },
        reason: row.get(13)?,
        salt: row.get(14)?,
        leaf: row.get(15)?,
    })
}

/// Checks the rows that are derived from those of a batch.
fn derived(conn: &Connection, before: &Ends, ends: &Ends) -> Result<(), String> {
    let none_lacks = |what: &str, sql: &str, from: i64, to: i64| {
        let lacking: rusqlite::Result<i64> =
            conn.prepare_cached(sql).and_then(|mut found| found.query_row([from, to], |row| row.get(0)));
        match lacking {
            Ok(0) => Ok(()),
            Ok(count) => Err(format!("{count} of its {what} cannot be found by their ids")),
            Err(error) => Err(error.to_string()),
        }
    };
    let sql = "SELECT count(*) FROM objects WHERE no >= ?1 AND no < ?2 AND salt <> x'' AND no IS NOT
        (SELECT object FROM ids WHERE ids.uuid = objects.uuid AND ids.kind = objects.kind)";
    none_lacks("objects", sql, before.objects.into(), ends.objects.into())?;
    let sql = "SELECT count(*) FROM aliases WHERE no >= ?1 AND no < ?2 AND salt <> x'' AND object IS NOT
        (SELECT object FROM ids WHERE ids.uuid = aliases.uuid AND ids.kind = aliases.kind)";
    none_lacks("aliases", sql, before.aliases as i64, ends.aliases as i64)?;
    heads(conn, before, ends).map_err(|error| error.to_string())?
}

/// Compares the head of each claim, and the names it goes by, with its body.
fn heads(conn: &Connection, before: &Ends, ends: &Ends) -> Result<Result<(), String>, StoreError> {
    let sql = "SELECT no, body, versions.compartment IS claims.compartment, modified, revoked, first_seen, last_seen, label,
        claims.object, digest, EXISTS (SELECT 1 FROM removals WHERE removals.claim = claims.no), versions.claim IS NULL
        FROM claims LEFT JOIN versions ON versions.object = claims.object AND versions.claim = claims.no
        WHERE no >= ?1 AND no < ?2 ORDER BY no";
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    let mut named = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM names WHERE key = ?1 AND object = ?2)")
        .doing(VERIFYING)?;
    let mut rows = statement.query([before.claims, ends.claims]).doing(VERIFYING)?;
    while let Some(row) = rows.next().doing(VERIFYING)? {
        let claim: u32 = row.get(0).doing(VERIFYING)?;
        match (row.get(10).doing(VERIFYING)?, row.get(11).doing(VERIFYING)?) {
            (false, false) => {}
            (true, true) => continue,
            (false, true) => return Ok(Err(format!("claim {claim} has no head"))),
            (true, false) => return Ok(Err(format!("claim {claim} was removed, but shows"))),
        }
        let Some(object) = body(row).doing(VERIFYING)? else {
            return Ok(Err(format!("claim {claim} has no object")));
        };
        if !head_holds(row, &object).doing(VERIFYING)? || !digest_holds(row, &object).doing(VERIFYING)? {
            return Ok(Err(format!("the head of claim {claim} is not that of its object")));
        }
        let vertex: u32 = row.get(8).doing(VERIFYING)?;
        for key in names_of(&object) {
            if !named.query_row(params![key, vertex], |row| row.get::<_, bool>(0)).doing(VERIFYING)? {
                return Ok(Err(format!("the object of claim {claim} cannot be found by all its names")));
            }
        }
    }
    Ok(Ok(()))
}

fn body(row: &SqlRow) -> rusqlite::Result<Option<Object>> {
    let value = serde_json::from_slice(row.get_ref(1)?.as_blob()?).ok();
    Ok(value.and_then(|value| Object::from_json(value).ok()))
}

/// Whether the digest is that of the object as it came, or as a reader made it: which of the two it was is not kept.
fn digest_holds(row: &SqlRow, object: &Object) -> rusqlite::Result<bool> {
    let stored: [u8; 16] = row.get(9)?;
    let hash = body_hash(row.get_ref(1)?.as_blob()?);
    Ok([false, true].into_iter().any(|minted| content_digest(object, &hash, minted) == stored))
}

fn head_holds(row: &SqlRow, object: &Object) -> rusqlite::Result<bool> {
    let head = header(object);
    Ok(row.get::<_, bool>(2)?
        && row.get::<_, Option<i64>>(3)? == head.modified
        && row.get::<_, bool>(4)? == head.revoked
        && row.get::<_, Option<i64>>(5)? == head.first_seen
        && row.get::<_, Option<i64>>(6)? == head.last_seen
        && row.get::<_, Option<String>>(7)? == head.label)
}

/// Rows that belong to no batch, or that somebody added to a derived table.
fn counts(conn: &Connection, ends: &Ends) -> Result<(), String> {
    let count = |table: &str| {
        let count = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
        count.map_err(|error| error.to_string())
    };
    let (claims, objects) = (i64::from(ends.claims) - 1, i64::from(ends.objects));
    let removed = count("(SELECT DISTINCT claim FROM removals)")?;
    let erased = count("objects WHERE salt = x''")?;
    let distinct = count("(SELECT DISTINCT uuid, kind FROM aliases WHERE salt <> x'')")?;
    let expected = [
        ("claims", claims),
        ("versions", claims - removed),
        ("objects", objects),
        ("aliases", ends.aliases as i64),
        ("ids", objects - erased + distinct),
        ("late_values", ends.values as i64),
        ("kinds", ends.kinds as i64),
        ("link_kinds", ends.link_kinds as i64),
        ("compartments", ends.compartments as i64),
        ("removals", ends.removals as i64),
        ("erased_rows", ends.erased as i64),
    ];
    for (table, expected) in expected {
        let found = count(table)?;
        if found != expected {
            return Err(format!("`{table}` has {found} rows, but the batches account for {expected}"));
        }
    }
    Ok(())
}
