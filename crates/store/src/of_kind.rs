//! Which vertices are of a kind: what an index would say, in a row for each kind and batch instead of one for each vertex. A
//! vertex never changes its kind, so a row is written once.
//!
//! The numbers of a row ascend: the first is in its key, and each other one is told by how far it is from the one before.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::StoreError;
use crate::error::Doing;
use crate::interned::KindNo;
use crate::varint::{damaged, narrow, put, take};

const TABLE: &str = "of_kind";

/// Vertices of one kind, packed.
struct Run {
    first: u32,
    last: u32,
    data: Vec<u8>,
}

/// Writes the rows of a batch. `vertices` are its new ones, in the order of their numbers.
pub(crate) fn put_runs(
    conn: &Connection,
    vertices: impl Iterator<Item = (KindNo, u32)>,
) -> Result<(), StoreError> {
    let mut runs: BTreeMap<KindNo, Run> = BTreeMap::new();
    for (kind, no) in vertices {
        let run = runs.entry(kind).or_insert_with(|| Run { first: no, last: no, data: Vec::new() });
        if no != run.first {
            put(&mut run.data, u64::from(no - run.last));
            run.last = no;
        }
    }
    let doing = "writing a batch";
    let mut statement = conn.prepare_cached("INSERT INTO of_kind VALUES (?1, ?2, ?3)").doing(doing)?;
    for (kind, Run { first, data, .. }) in runs {
        statement.execute(params![kind, first, data]).doing(doing)?;
    }
    Ok(())
}

/// Hands over the vertices of a kind after `after`, ascending, until `each` answers false.
pub(crate) fn each_after(
    conn: &Connection,
    kind: KindNo,
    after: Option<u32>,
    mut each: impl FnMut(u32) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let doing = "reading what is of a kind";
    // The row that `after` is in may go on after it.
    let sql = "SELECT first, data FROM of_kind WHERE kind = ?1 AND first >=
        coalesce((SELECT max(first) FROM of_kind WHERE kind = ?1 AND first <= ?2), 0) ORDER BY first";
    let mut statement = conn.prepare_cached(sql).doing(doing)?;
    let mut rows = statement.query(params![kind, after.map_or(-1, i64::from)]).doing(doing)?;
    while let Some(row) = rows.next().doing(doing)? {
        let mut no: u32 = row.get(0).doing(doing)?;
        let mut data = row.get_ref(1).and_then(|data| Ok(data.as_blob()?)).doing(doing)?;
        loop {
            if after.is_none_or(|after| no > after) && !each(no)? {
                return Ok(());
            }
            if data.is_empty() {
                break;
            }
            let step = narrow(take(&mut data, TABLE)?, TABLE)?;
            no = no.checked_add(step).ok_or_else(|| damaged(TABLE))?;
        }
    }
    Ok(())
}

/// Checks that every vertex is in the rows of its kind, once, and nothing else is.
pub(crate) fn check(conn: &Connection) -> Result<Result<(), String>, StoreError> {
    let doing = "verifying the claims";
    let mut statement = conn.prepare("SELECT kind FROM objects ORDER BY no").doing(doing)?;
    let kinds = statement.query_map([], |row| row.get(0)).doing(doing)?;
    let mut kinds: Vec<Option<KindNo>> = kinds.collect::<Result<_, _>>().doing(doing)?;
    let mut statement = conn.prepare("SELECT DISTINCT kind FROM of_kind").doing(doing)?;
    let listed = statement.query_map([], |row| row.get(0)).doing(doing)?;
    let mut astray = None;
    for kind in listed.collect::<Result<Vec<KindNo>, _>>().doing(doing)? {
        each_after(conn, kind, None, |no| {
            match kinds.get_mut(no as usize) {
                // Taken, so that a second row for it is astray.
                Some(of) if *of == Some(kind) => *of = None,
                _ => astray = Some(no),
            }
            Ok(astray.is_none())
        })?;
    }
    let lacking = kinds.iter().position(Option::is_some).map(|no| no as u32);
    let fault = astray.or(lacking).map(|no| format!("`of_kind` has vertex {no} astray, twice or not at all"));
    Ok(fault.map_or(Ok(()), Err))
}
