//! Checking everything against the ledger: every batch's leaf is made again from the rows it appended and compared with
//! what was written then, with the ledger's tiles, and with the checkpoint this node signed.
//!
//! What a leaf does not commit to is derived from what it does, and is derived again here: ids from objects and aliases,
//! heads and names from bodies, audiences and counts from claims and edges.

mod audiences;

use entente_ledger::{CHECKPOINT, Hash, Storage};
use entente_model::Object;
use rusqlite::{Connection, Row as SqlRow, Rows, params};

use crate::commit::{Ends, ORIGIN, ends_into, header};
use crate::error::Doing;
use crate::leaf::{Leaf, Row, body_hash};
use crate::names::names_of;
use crate::{Store, StoreError};

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
    rows_into(conn, &mut leaf, before, &ends).map_err(text)?;
    let row = leaf.row(Row::Batch, before.batch).bytes(stored.source.as_bytes());
    row.maybe_bytes(stored.agreement.as_ref().map(String::as_bytes));
    row.maybe_bytes(stored.case.as_ref().map(String::as_bytes)).number(stored.received_at);
    ends_into(&mut leaf, &ends);
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
    salt: [u8; 32],
    leaf: [u8; 32],
}

const VERIFYING: &str = "verifying the claims";

fn stored_batch(conn: &Connection, before: &Ends) -> Result<Option<StoredBatch>, StoreError> {
    let sql = "SELECT source, agreement, case_name, received_at, claims_end, objects_end, aliases_end, values_end,
        kinds_end, link_kinds_end, compartments_end, salt, leaf, no FROM batches WHERE no >= ?1 ORDER BY no LIMIT 1";
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    let mut rows = statement.query([before.batch as i64]).doing(VERIFYING)?;
    let Some(row) = rows.next().doing(VERIFYING)? else { return Ok(None) };
    let no: i64 = row.get(13).doing(VERIFYING)?;
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
        },
        salt: row.get(11)?,
        leaf: row.get(12)?,
    })
}

/// Writes all rows of a batch into its leaf, in the order in which the commit did.
fn rows_into(conn: &Connection, leaf: &mut Leaf, before: &Ends, ends: &Ends) -> Result<(), StoreError> {
    let table = |sql, from: u64, to: u64, each: &mut dyn FnMut(&SqlRow) -> rusqlite::Result<()>| {
        let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
        let mut rows: Rows = statement.query(params![from as i64, to as i64]).doing(VERIFYING)?;
        while let Some(row) = rows.next().doing(VERIFYING)? {
            each(row).doing(VERIFYING)?;
        }
        Ok::<(), StoreError>(())
    };
    let no = |row: &SqlRow| row.get::<_, i64>(0).map(|no| no as u64);
    let sql = "SELECT no, name FROM kinds WHERE no >= ?1 AND no < ?2 ORDER BY no";
    table(sql, before.kinds as u64, ends.kinds as u64, &mut |row| {
        leaf.row(Row::Kind, no(row)?).bytes(row.get_ref(1)?.as_bytes()?);
        Ok(())
    })?;
    let sql = "SELECT no, name FROM link_kinds WHERE no >= ?1 AND no < ?2 ORDER BY no";
    table(sql, before.link_kinds as u64, ends.link_kinds as u64, &mut |row| {
        leaf.row(Row::LinkKind, no(row)?).bytes(row.get_ref(1)?.as_bytes()?);
        Ok(())
    })?;
    let sql = "SELECT no, source, agreement, handling, category, case_name FROM compartments
        WHERE no >= ?1 AND no < ?2 ORDER BY no";
    table(sql, before.compartments as u64, ends.compartments as u64, &mut |row| {
        let leaf = leaf.row(Row::Compartment, no(row)?).bytes(row.get_ref(1)?.as_bytes()?);
        leaf.maybe_bytes(row.get_ref(2)?.as_bytes_or_null()?).bytes(row.get_ref(3)?.as_bytes()?);
        leaf.bytes(row.get_ref(4)?.as_bytes()?).maybe_bytes(row.get_ref(5)?.as_bytes_or_null()?);
        Ok(())
    })?;
    let sql = "SELECT no, kind, uuid, value, first_claim FROM objects WHERE no >= ?1 AND no < ?2 ORDER BY no";
    table(sql, before.objects.into(), ends.objects.into(), &mut |row| {
        let leaf = leaf.row(Row::Object, no(row)?).number(row.get(1)?).bytes(row.get_ref(2)?.as_bytes()?);
        leaf.maybe_bytes(row.get_ref(3)?.as_bytes_or_null()?).number(row.get(4)?);
        Ok(())
    })?;
    let sql = "SELECT no, object, kind, uuid, claim FROM aliases WHERE no >= ?1 AND no < ?2 ORDER BY no";
    table(sql, before.aliases, ends.aliases, &mut |row| {
        let leaf = leaf.row(Row::Alias, no(row)?).number(row.get(1)?).number(row.get(2)?);
        leaf.bytes(row.get_ref(3)?.as_bytes()?).number(row.get(4)?);
        Ok(())
    })?;
    let sql = "SELECT no, object, value FROM late_values WHERE no >= ?1 AND no < ?2 ORDER BY no";
    table(sql, before.values, ends.values, &mut |row| {
        leaf.row(Row::LateValue, no(row)?).number(row.get(1)?).bytes(row.get_ref(2)?.as_bytes()?);
        Ok(())
    })?;
    let sql = "SELECT no, claims.object, claims.compartment, digest, body FROM claims
        LEFT JOIN versions ON versions.object = claims.object AND versions.claim = claims.no
        WHERE no >= ?1 AND no < ?2 ORDER BY no";
    table(sql, before.claims.into(), ends.claims.into(), &mut |row| {
        let leaf = leaf.row(Row::Claim, no(row)?).number(row.get(1)?).number(row.get(2)?);
        leaf.bytes(row.get_ref(3)?.as_bytes_or_null()?.unwrap_or(b""))
            .bytes(&body_hash(row.get_ref(4)?.as_bytes()?));
        Ok(())
    })?;
    let sql = "SELECT first_claim, last_claim, count, data FROM edges
        WHERE first_claim >= ?1 AND first_claim < ?2 ORDER BY first_claim";
    table(sql, before.claims.into(), ends.claims.into(), &mut |row| {
        let leaf = leaf.row(Row::Edges, no(row)?).number(row.get(1)?).number(row.get(2)?);
        leaf.bytes(row.get_ref(3)?.as_bytes()?);
        Ok(())
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
    let sql = "SELECT count(*) FROM objects WHERE no >= ?1 AND no < ?2 AND no IS NOT
        (SELECT object FROM ids WHERE ids.uuid = objects.uuid AND ids.kind = objects.kind)";
    none_lacks("objects", sql, before.objects.into(), ends.objects.into())?;
    let sql = "SELECT count(*) FROM aliases WHERE no >= ?1 AND no < ?2 AND object IS NOT
        (SELECT object FROM ids WHERE ids.uuid = aliases.uuid AND ids.kind = aliases.kind)";
    none_lacks("aliases", sql, before.aliases as i64, ends.aliases as i64)?;
    heads(conn, before, ends).map_err(|error| error.to_string())?
}

/// Compares the head of each claim, and the names it goes by, with its body.
fn heads(conn: &Connection, before: &Ends, ends: &Ends) -> Result<Result<(), String>, StoreError> {
    let sql = "SELECT no, body, versions.compartment IS claims.compartment, modified, revoked, first_seen, last_seen, label,
        claims.object FROM claims JOIN versions ON versions.object = claims.object AND versions.claim = claims.no
        WHERE no >= ?1 AND no < ?2 ORDER BY no";
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    let mut named = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM names WHERE key = ?1 AND object = ?2)")
        .doing(VERIFYING)?;
    let mut rows = statement.query([before.claims, ends.claims]).doing(VERIFYING)?;
    while let Some(row) = rows.next().doing(VERIFYING)? {
        let claim: u32 = row.get(0).doing(VERIFYING)?;
        let Some(object) = body(row).doing(VERIFYING)? else {
            return Ok(Err(format!("claim {claim} has no object")));
        };
        if !head_holds(row, &object).doing(VERIFYING)? {
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
    let distinct = count("(SELECT DISTINCT uuid, kind FROM aliases)")?;
    let claims = i64::from(ends.claims) - 1;
    let objects = i64::from(ends.objects);
    let expected = [
        ("claims", claims),
        ("versions", claims),
        ("objects", objects),
        ("aliases", ends.aliases as i64),
        ("ids", objects + distinct),
        ("late_values", ends.values as i64),
        ("kinds", ends.kinds as i64),
        ("link_kinds", ends.link_kinds as i64),
        ("compartments", ends.compartments as i64),
    ];
    for (table, expected) in expected {
        let found = count(table)?;
        if found != expected {
            return Err(format!("`{table}` has {found} rows, but the batches account for {expected}"));
        }
    }
    Ok(())
}
