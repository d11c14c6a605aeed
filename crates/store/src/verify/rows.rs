//! The rows of a batch, read again into its leaf in the order in which the commit wrote them.

use entente_model::ClaimNo;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use super::VERIFYING;
use crate::StoreError;
use crate::commit::Ends;
use crate::edges::{ByValue, StoredEdge, take_claim, unpack};
use crate::error::Doing;
use crate::leaf::{Columns, Leaf, Row, Salt, body_hash};
use crate::sealed::{AliasRow, ClaimRow, LateValueRow, ObjectRow};

/// What does not hold.
type Checked = Result<(), String>;

/// The inner error says which row is not what it may be.
pub(super) fn rows_into(
    conn: &Connection,
    leaf: &mut Leaf,
    before: &Ends,
    ends: &Ends,
) -> Result<Checked, StoreError> {
    let mut reading = Reading { conn, leaf, columns: Columns::default() };
    reading.interned(before, ends)?;
    let checks = [
        reading.objects(before, ends)?,
        reading.aliases(before, ends)?,
        reading.late_values(before, ends)?,
        reading.claims(before, ends)?,
    ];
    reading.removals(before, ends)?;
    Ok(checks.into_iter().collect())
}

struct Reading<'r> {
    conn: &'r Connection,
    leaf: &'r mut Leaf,
    columns: Columns,
}

impl Reading<'_> {
    fn interned(&mut self, before: &Ends, ends: &Ends) -> Result<(), StoreError> {
        let sql = "SELECT no, name FROM kinds WHERE no >= ?1 AND no < ?2 ORDER BY no";
        self.plain(sql, before.kinds as u64, ends.kinds as u64, |leaf, row| {
            leaf.row(Row::Kind, no(row)?).bytes(row.get_ref(1)?.as_bytes()?);
            Ok(())
        })?;
        let sql = "SELECT no, name FROM link_kinds WHERE no >= ?1 AND no < ?2 ORDER BY no";
        self.plain(sql, before.link_kinds as u64, ends.link_kinds as u64, |leaf, row| {
            leaf.row(Row::LinkKind, no(row)?).bytes(row.get_ref(1)?.as_bytes()?);
            Ok(())
        })?;
        let sql = "SELECT no, source, agreement, handling, category, case_name FROM compartments
            WHERE no >= ?1 AND no < ?2 ORDER BY no";
        self.plain(sql, before.compartments as u64, ends.compartments as u64, |leaf, row| {
            let columns = leaf.row(Row::Compartment, no(row)?).bytes(row.get_ref(1)?.as_bytes()?);
            columns.maybe_bytes(row.get_ref(2)?.as_bytes_or_null()?).bytes(row.get_ref(3)?.as_bytes()?);
            columns.bytes(row.get_ref(4)?.as_bytes()?).maybe_bytes(row.get_ref(5)?.as_bytes_or_null()?);
            Ok(())
        })
    }

    /// Rows of which none is ever erased.
    fn plain(
        &mut self,
        sql: &str,
        from: u64,
        to: u64,
        mut each: impl FnMut(&mut Leaf, &SqlRow) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare_cached(sql).doing(VERIFYING)?;
        let mut rows = statement.query(params![from as i64, to as i64]).doing(VERIFYING)?;
        while let Some(row) = rows.next().doing(VERIFYING)? {
            each(self.leaf, row).doing(VERIFYING)?;
        }
        Ok(())
    }

    /// Rows that stand in the leaf as their commitments. `sealed` makes one again from a row and its salt, and `is_blank` says whether
    /// a row has lost all that erasing takes.
    fn sealed(
        &mut self,
        tag: Row,
        sql: &str,
        range: [i64; 2],
        mut sealed: impl FnMut(&mut Columns, &SqlRow, &Salt) -> rusqlite::Result<Result<[u8; 32], StoreError>>,
        is_blank: impl Fn(&SqlRow) -> rusqlite::Result<bool>,
    ) -> Result<Checked, StoreError> {
        let conn = self.conn;
        let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
        let mut rows = statement.query(range).doing(VERIFYING)?;
        while let Some(row) = rows.next().doing(VERIFYING)? {
            let no = no(row).doing(VERIFYING)?;
            let left = commitment_left(conn, tag, no)?;
            let salt = row.get_ref("salt").doing(VERIFYING)?.as_blob().unwrap_or(b"");
            let commitment = match (salt, left) {
                (b"", Some(left)) if is_blank(row).doing(VERIFYING)? => left,
                (b"", None) => {
                    return Ok(Err(format!(
                        "a row of {tag:?} {no} is blank, and no erasure accounts for it"
                    )));
                }
                (_, Some(_)) => return Ok(Err(format!("{tag:?} {no} is said to be erased, but is there"))),
                (salt, None) => match Salt::try_from(salt) {
                    Ok(salt) => sealed(&mut self.columns, row, &salt).doing(VERIFYING)??,
                    Err(_) => return Ok(Err(format!("the salt of {tag:?} {no} is none"))),
                },
            };
            self.leaf.sealed(tag, no, &commitment);
        }
        Ok(Ok(()))
    }

    fn objects(&mut self, before: &Ends, ends: &Ends) -> Result<Checked, StoreError> {
        let sql = "SELECT no, kind, uuid, value, first_claim, salt FROM objects WHERE no >= ?1 AND no < ?2 ORDER BY no";
        let range = [before.objects.into(), ends.objects.into()];
        let sealed = |columns: &mut Columns, row: &SqlRow, salt: &Salt| {
            let (uuid, value) = (row.get_ref(2)?.as_bytes()?, row.get_ref(3)?.as_bytes_or_null()?);
            let row = ObjectRow { no: row.get(0)?, kind: row.get(1)?, uuid, value, first_claim: row.get(4)? };
            Ok(Ok(row.sealed(columns, salt)))
        };
        let is_blank = |row: &SqlRow| {
            Ok(is_nil(row.get_ref(2)?.as_bytes()?) && row.get_ref(3)?.as_bytes_or_null()?.is_none())
        };
        self.sealed(Row::Object, sql, range, sealed, is_blank)
    }

    fn aliases(&mut self, before: &Ends, ends: &Ends) -> Result<Checked, StoreError> {
        let sql =
            "SELECT no, object, kind, uuid, claim, salt FROM aliases WHERE no >= ?1 AND no < ?2 ORDER BY no";
        let range = [before.aliases as i64, ends.aliases as i64];
        let sealed = |columns: &mut Columns, row: &SqlRow, salt: &Salt| {
            let (no, uuid) = (no(row)?, row.get_ref(3)?.as_bytes()?);
            let row = AliasRow { no, object: row.get(1)?, kind: row.get(2)?, uuid, claim: row.get(4)? };
            Ok(Ok(row.sealed(columns, salt)))
        };
        let is_blank = |row: &SqlRow| Ok(is_nil(row.get_ref(3)?.as_bytes()?));
        self.sealed(Row::Alias, sql, range, sealed, is_blank)
    }

    fn late_values(&mut self, before: &Ends, ends: &Ends) -> Result<Checked, StoreError> {
        let sql = "SELECT no, object, value, salt FROM late_values WHERE no >= ?1 AND no < ?2 ORDER BY no";
        let range = [before.values as i64, ends.values as i64];
        let sealed = |columns: &mut Columns, row: &SqlRow, salt: &Salt| {
            let row = LateValueRow { no: no(row)?, object: row.get(1)?, value: row.get_ref(2)?.as_bytes()? };
            Ok(Ok(row.sealed(columns, salt)))
        };
        let is_blank = |row: &SqlRow| Ok(row.get_ref(2)?.as_bytes()?.is_empty());
        self.sealed(Row::LateValue, sql, range, sealed, is_blank)
    }

    fn claims(&mut self, before: &Ends, ends: &Ends) -> Result<Checked, StoreError> {
        let sql =
            "SELECT no, object, compartment, body, salt FROM claims WHERE no >= ?1 AND no < ?2 ORDER BY no";
        let range = [before.claims.into(), ends.claims.into()];
        let edges = edges(self.conn, range)?;
        let mut edges = match edges {
            Ok(edges) => edges,
            Err(why) => return Ok(Err(why)),
        };
        edges.reverse();
        let (mut own, mut packed) = (Vec::new(), Vec::new());
        let sealed = |columns: &mut Columns, row: &SqlRow, salt: &Salt| {
            let claim: u32 = row.get(0)?;
            own.clear();
            while edges.last().is_some_and(|(edge, _)| edge.claim.0 == claim) {
                own.extend(edges.pop());
            }
            take_claim(&own, ClaimNo(claim), &mut packed);
            let body_hash = body_hash(row.get_ref(3)?.as_blob()?);
            let (object, compartment) = (row.get(1)?, row.get(2)?);
            let row = ClaimRow { no: claim, object, compartment, body_hash, edges: &packed };
            Ok(Ok(row.sealed(columns, salt)))
        };
        let is_blank = |row: &SqlRow| Ok(row.get_ref(3)?.as_blob()?.is_empty());
        let checked = self.sealed(Row::Claim, sql, range, sealed, is_blank)?;
        Ok(checked.and(match edges.last() {
            None => Ok(()),
            Some((edge, _)) => {
                Err(format!("it has edges of claim {}, which is not there or was erased", edge.claim.0))
            }
        }))
    }

    fn removals(&mut self, before: &Ends, ends: &Ends) -> Result<(), StoreError> {
        let sql = "SELECT no, claim, object, act FROM removals WHERE no >= ?1 AND no < ?2 ORDER BY no";
        self.plain(sql, before.removals, ends.removals, |leaf, row| {
            let columns = leaf.row(Row::Removal, no(row)?).number(row.get(1)?);
            columns.number(row.get(2)?).number(row.get(3)?);
            Ok(())
        })?;
        let sql = "SELECT no, tag, row, commitment FROM erased_rows WHERE no >= ?1 AND no < ?2 ORDER BY no";
        self.plain(sql, before.erased, ends.erased, |leaf, row| {
            let columns = leaf.row(Row::Erased, no(row)?).number(row.get(1)?).number(row.get(2)?);
            columns.bytes(row.get_ref(3)?.as_blob()?);
            Ok(())
        })
    }
}

fn no(row: &SqlRow) -> rusqlite::Result<u64> {
    row.get::<_, i64>(0).map(|no| no as u64)
}

fn is_nil(uuid: &[u8]) -> bool {
    uuid.iter().all(|byte| *byte == 0)
}

fn commitment_left(conn: &Connection, tag: Row, row: u64) -> Result<Option<[u8; 32]>, StoreError> {
    let sql = "SELECT commitment FROM erased_rows WHERE tag = ?1 AND row = ?2";
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    statement.query_row(params![tag as u8, row as i64], |row| row.get(0)).optional().doing(VERIFYING)
}

/// The edges of some claims, in order; each run must be what its row says of it.
fn edges(
    conn: &Connection,
    claims: [i64; 2],
) -> Result<Result<Vec<(StoredEdge, ByValue)>, String>, StoreError> {
    let sql =
        "SELECT first_claim, last_claim, count, data FROM edges WHERE first_claim >= ?1 AND first_claim < ?2
        ORDER BY first_claim";
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    let mut rows = statement.query(claims).doing(VERIFYING)?;
    let mut edges: Vec<(StoredEdge, ByValue)> = Vec::new();
    while let Some(row) = rows.next().doing(VERIFYING)? {
        let (first, last, count): (u32, u32, u32) =
            (row.get(0).doing(VERIFYING)?, row.get(1).doing(VERIFYING)?, row.get(2).doing(VERIFYING)?);
        let data: Vec<u8> = row.get(3).doing(VERIFYING)?;
        let start = edges.len();
        unpack(ClaimNo(first), &data, |edge, by_value| edges.push((edge, by_value)))?;
        let run = &edges[start..];
        let ends = (run.first().map(|edge| edge.0.claim.0), run.last().map(|edge| edge.0.claim.0));
        if run.len() != count as usize || ends != (Some(first), Some(last)) {
            return Ok(Err(format!("the run of edges from claim {first} is not what it says")));
        }
    }
    Ok(Ok(edges))
}
