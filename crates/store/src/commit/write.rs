//! Appending what was decided: every row in the order of its key, and the leaf over them.

use std::collections::BTreeMap;

use entente_model::{ClaimNo, Fingerprint, VertexNo};
use rusqlite::{CachedStatement, Connection, ToSql, params};

use super::decide::{Decided, NewClaim};
use super::events::{Alias, Events, events};
use super::prepare::PreparedBatch;
use super::resolve::IdCache;
use super::rows::Table;
use super::touched::TouchedVertices;
use super::{Ends, nothing_written};
use crate::StoreError;
use crate::batch::{Receipt, micros};
use crate::edges::{ByValue, Run, StoredEdge, pack, take_claim};
use crate::error::Doing;
use crate::interned::{Interned, compartment_columns};
use crate::leaf::{Columns, Leaf, Row, Salts};
use crate::names::NameKey;
use crate::of_kind::put_runs;
use crate::sealed::{AliasRow, ClaimRow, LateValueRow, ObjectRow};

pub(super) const DOING: &str = "writing a batch";

const OBJECTS: Table = Table::new("objects", 7);
const CLAIMS: Table = Table::new("claims", 5);
const IDS: Table = Table::new("ids", 3);
const VERSIONS: Table = Table::new("versions", 9);
const LATER_AUDIENCES: Table = Table::new("later_audiences", 3);
const NAMES: Table = Table::keeping("names", 2);
const FINGERPRINTS: Table = Table::replacing("fingerprints", 2);

/// Writes all rows of a batch. The transaction is the caller's to commit.
pub(crate) fn write(
    conn: &Connection,
    names: &mut Interned,
    ids: &mut IdCache,
    batch: &PreparedBatch,
    mut decided: Decided,
) -> Result<Receipt, StoreError> {
    if decided.claims.is_empty() {
        let receipt = nothing_written(&decided.before, std::mem::take(&mut decided.statuses), decided.older);
        // Kinds and compartments met but not used stay unwritten; forget them, or their numbers would be skipped.
        let kept = decided.before;
        names.forget_unwritten(&kept);
        return Ok(receipt);
    }
    let audiences = names.reach().audiences;
    let events = events(conn, names, ids, &mut decided)?;
    let mut sheet = Sheet::new(conn, Salts(&batch.told.salt));
    sheet.interned(names, &decided.before, audiences)?;
    let ends = Ends {
        batch: decided.before.batch + 1,
        aliases: decided.before.aliases + events.aliases.len() as u64,
        values: decided.before.values + events.late_values.len() as u64,
        kinds: names.reach().kinds,
        link_kinds: names.reach().link_kinds,
        compartments: names.reach().compartments,
        ..decided.ends
    };
    let told = &batch.told;
    let row = BatchRow {
        source: &told.source,
        agreement: told.agreement.as_deref(),
        case: told.case.as_deref(),
        received_at: micros(told.received_at),
        reason: None,
    };
    sheet.objects(&decided, &events.touched)?;
    put_runs(conn, (decided.before.objects..).zip(&decided.objects).map(|(no, new)| (new.key.kind, no)))?;
    sheet.aliases(decided.before.aliases, &events.aliases)?;
    sheet.late_values(decided.before.values, &events.late_values)?;
    sheet.claims(batch, &decided, &events.edges)?;
    sheet.edges(&pack(&events.edges))?;
    sheet.ids(&decided)?;
    sheet.versions_and_names(&decided)?;
    sheet.audiences(&events)?;
    sheet.counts(&decided, &events)?;
    learnt(conn, std::mem::take(&mut decided.learnt))?;
    sheet.batch(&row, &decided.before, &ends)?;
    receipt(names, decided, events)
}

fn receipt(names: &Interned, decided: Decided, events: Events) -> Result<Receipt, StoreError> {
    let mut new_vertices = Vec::with_capacity(decided.objects.len());
    for (index, new) in decided.objects.iter().enumerate() {
        let no = VertexNo(decided.before.objects + index as u32);
        new_vertices.push((no, names.kind(new.key.kind)?.clone()));
    }
    Ok(Receipt {
        batch: Some(decided.before.batch),
        claims: decided.before.claims..decided.ends.claims,
        statuses: decided.statuses,
        older: decided.older,
        new_vertices,
        edges: events.edges.into_iter().map(|(edge, _)| edge).collect(),
        repeated: false,
    })
}

/// Of two handlings of one record the later one stays.
pub(super) fn learnt(conn: &Connection, mut learnt: Vec<Fingerprint>) -> Result<(), StoreError> {
    learnt.sort_by_key(|fingerprint| fingerprint.record);
    FINGERPRINTS.fill(conn, learnt, |columns, known| {
        columns.put(known.record)?;
        columns.put(known.handling)
    })
}

/// The tables, and the leaf that grows with them.
pub(crate) struct Sheet<'c> {
    conn: &'c Connection,
    leaf: Leaf,
    salts: Salts<'c>,
    columns: Columns,
}

impl<'c> Sheet<'c> {
    pub(crate) fn new(conn: &'c Connection, salts: Salts<'c>) -> Sheet<'c> {
        Sheet { conn, leaf: Leaf::new(), salts, columns: Columns::default() }
    }

    fn insert(&self, sql: &'static str) -> Result<CachedStatement<'_>, StoreError> {
        self.conn.prepare_cached(sql).doing(DOING)
    }

    fn interned(&mut self, names: &Interned, before: &Ends, audiences: usize) -> Result<(), StoreError> {
        for (no, kind) in (before.kinds..).zip(names.kinds_from(before.kinds)) {
            let mut statement = self.insert("INSERT INTO kinds VALUES (?1, ?2)")?;
            run(&mut statement, params![no as i64, kind.as_str()])?;
            drop(statement);
            self.leaf.row(Row::Kind, no as u64).bytes(kind.as_str().as_bytes());
        }
        for (no, kind) in (before.link_kinds..).zip(&names.link_kinds()[before.link_kinds..]) {
            let mut statement = self.insert("INSERT INTO link_kinds VALUES (?1, ?2)")?;
            run(&mut statement, params![no as i64, kind])?;
            drop(statement);
            self.leaf.row(Row::LinkKind, no as u64).bytes(kind.as_bytes());
        }
        for (no, compartment) in (before.compartments..).zip(&names.compartments()[before.compartments..]) {
            let (handling, category) = compartment_columns(compartment);
            let (source, agreement, case) = (&compartment.source, &compartment.agreement, &compartment.case);
            let mut statement = self.insert("INSERT INTO compartments VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
            run(&mut statement, params![no as i64, source, agreement, handling, category, case])?;
            drop(statement);
            let leaf = self.leaf.row(Row::Compartment, no as u64).bytes(source.as_bytes());
            leaf.maybe_bytes(agreement.as_ref().map(String::as_bytes)).bytes(handling.as_bytes());
            leaf.bytes(category.as_bytes()).maybe_bytes(case.as_ref().map(String::as_bytes));
        }
        let mut statement = self.insert("INSERT INTO audiences VALUES (?1, ?2)")?;
        // The empty audience is number 0 and has no row.
        for (no, audience) in (audiences..).zip(names.audiences_from(audiences)) {
            run(&mut statement, params![no as i64, audience.to_bytes()])?;
        }
        Ok(())
    }

    fn objects(&mut self, decided: &Decided, touched: &TouchedVertices) -> Result<(), StoreError> {
        let rows = decided.objects.iter().enumerate();
        OBJECTS.fill(self.conn, rows, |columns, (index, new)| {
            let no = decided.before.objects + index as u32;
            let state = touched.get(no)?;
            let (kind, uuid, value) = (new.key.kind, &new.key.uuid(), new.value.as_deref());
            let (first_claim, salt) = (state.first_claim, self.salts.of_row(Row::Object, no.into()));
            let row = ObjectRow { no, kind, uuid, value, first_claim };
            self.leaf.sealed(Row::Object, no.into(), &row.sealed(&mut self.columns, &salt));
            columns.put(no)?;
            columns.put(kind)?;
            columns.put(uuid)?;
            columns.put(value)?;
            columns.put(first_claim)?;
            columns.put(salt)?;
            columns.put(state.first_audience)
        })
    }

    pub(crate) fn aliases(&mut self, from: u64, aliases: &[Alias]) -> Result<(), StoreError> {
        let mut statement =
            self.conn.prepare_cached("INSERT INTO aliases VALUES (?1, ?2, ?3, ?4, ?5, ?6)").doing(DOING)?;
        for (no, alias) in (from..).zip(aliases) {
            let Alias { object, key, claim } = *alias;
            let (kind, uuid, salt) = (key.kind, key.uuid(), self.salts.of_row(Row::Alias, no));
            run(&mut statement, params![no as i64, object, kind, uuid, claim, salt])?;
            let row = AliasRow { no, object, kind, uuid: &uuid, claim };
            self.leaf.sealed(Row::Alias, no, &row.sealed(&mut self.columns, &salt));
        }
        Ok(())
    }

    pub(crate) fn late_values(&mut self, from: u64, values: &[(u32, Vec<u8>)]) -> Result<(), StoreError> {
        let mut statement =
            self.conn.prepare_cached("INSERT INTO late_values VALUES (?1, ?2, ?3, ?4)").doing(DOING)?;
        for (no, (object, value)) in (from..).zip(values) {
            let salt = self.salts.of_row(Row::LateValue, no);
            run(&mut statement, params![no as i64, object, value, salt])?;
            let row = LateValueRow { no, object: *object, value };
            self.leaf.sealed(Row::LateValue, no, &row.sealed(&mut self.columns, &salt));
        }
        Ok(())
    }

    fn claims(
        &mut self,
        batch: &PreparedBatch,
        decided: &Decided,
        edges: &[(StoredEdge, ByValue)],
    ) -> Result<(), StoreError> {
        let (mut rest, mut packed) = (edges, Vec::new());
        CLAIMS.fill(self.conn, &decided.claims, |columns, claim| {
            let (no, object, compartment) = (claim.no, claim.object, claim.compartment.0);
            let (body_hash, salt) = (claim.prepared.body_hash, self.salts.of_row(Row::Claim, no.into()));
            rest = take_claim(rest, ClaimNo(no), &mut packed);
            let row = ClaimRow { no, object, compartment, body_hash, edges: &packed };
            self.leaf.sealed(Row::Claim, no.into(), &row.sealed(&mut self.columns, &salt));
            columns.put(no)?;
            columns.put(object)?;
            columns.put(compartment)?;
            columns.put(batch.body(claim.prepared))?;
            columns.put(salt)
        })
    }

    pub(crate) fn edges(&self, runs: &[Run]) -> Result<(), StoreError> {
        let mut statement =
            self.conn.prepare_cached("INSERT INTO edges VALUES (?1, ?2, ?3, ?4)").doing(DOING)?;
        for packed in runs {
            let Run { first: ClaimNo(first), last: ClaimNo(last), count, data } = packed;
            run(&mut statement, params![first, last, count, data])?;
        }
        Ok(())
    }

    /// Claims that no longer show, each with what it was about.
    pub(crate) fn removals(&mut self, from: u64, claims: &[(u32, u32)], act: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO removals VALUES (?1, ?2, ?3, ?4)";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        for (no, (claim, object)) in (from..).zip(claims) {
            run(&mut statement, params![no as i64, claim, object, act])?;
            let columns = self.leaf.row(Row::Removal, no).number((*claim).into());
            columns.number((*object).into()).number(act);
        }
        Ok(())
    }

    /// What is left of erased rows.
    pub(crate) fn erased(&mut self, from: u64, rows: &[(Row, u64, [u8; 32])]) -> Result<(), StoreError> {
        let sql = "INSERT INTO erased_rows VALUES (?1, ?2, ?3, ?4)";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        for (no, (tag, row, commitment)) in (from..).zip(rows) {
            run(&mut statement, params![no as i64, *tag as u8, *row as i64, commitment])?;
            let columns = self.leaf.row(Row::Erased, no).number(*tag as i64).number(*row as i64);
            columns.bytes(commitment);
        }
        Ok(())
    }

    fn ids(&self, decided: &Decided) -> Result<(), StoreError> {
        let objects = (decided.before.objects..).zip(&decided.objects).map(|(no, new)| (new.key, no));
        let mut rows: Vec<_> = objects.chain(decided.bound.iter().copied()).collect();
        rows.sort_unstable();
        IDS.fill(self.conn, rows, |columns, (key, object)| {
            columns.put(key.uuid())?;
            columns.put(key.kind)?;
            columns.put(object)
        })
    }

    fn versions_and_names(&self, decided: &Decided) -> Result<(), StoreError> {
        let mut claims: Vec<&NewClaim> = decided.claims.iter().collect();
        claims.sort_unstable_by_key(|claim| (claim.object, claim.no));
        let mut names: Vec<(NameKey, u32)> = Vec::new();
        claims.iter().for_each(|claim| {
            names.extend(claim.prepared.names.iter().map(|key| (*key, claim.object)));
        });
        VERSIONS.fill(self.conn, claims, |columns, claim| {
            let head = &claim.prepared.header;
            columns.put(claim.object)?;
            columns.put(claim.no)?;
            columns.put(claim.compartment.0)?;
            columns.put(head.revoked)?;
            columns.put(head.modified)?;
            columns.put(head.first_seen)?;
            columns.put(head.last_seen)?;
            columns.put(claim.prepared.digest)?;
            columns.put(head.label.as_deref())
        })?;
        names.sort_unstable();
        names.dedup();
        NAMES.fill(self.conn, names, |columns, (key, object)| {
            columns.put(key)?;
            columns.put(object)
        })
    }

    fn audiences(&self, events: &Events) -> Result<(), StoreError> {
        LATER_AUDIENCES.fill(self.conn, &events.later, |columns, ((object, since), audience)| {
            columns.put(object)?;
            columns.put(since)?;
            columns.put(audience)
        })
    }

    fn counts(&self, decided: &Decided, events: &Events) -> Result<(), StoreError> {
        let mut objects: BTreeMap<_, i64> = BTreeMap::new();
        for touched in events.touched.all().filter(|touched| touched.before != Some(touched.audience)) {
            *objects.entry((touched.audience, touched.kind)).or_default() += 1;
            if let Some(before) = touched.before {
                *objects.entry((before, touched.kind)).or_default() -= 1;
            }
        }
        let sql = "INSERT INTO object_counts VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET objects = objects + excluded.objects";
        let mut statement = self.insert(sql)?;
        for ((audience, kind), change) in objects {
            run(&mut statement, params![audience, kind, change])?;
        }
        let mut claims: BTreeMap<u16, i64> = BTreeMap::new();
        for claim in &decided.claims {
            *claims.entry(claim.compartment.0).or_default() += 1;
        }
        let sql = "INSERT INTO claim_counts VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET claims = claims + excluded.claims";
        let mut statement = self.insert(sql)?;
        claims.iter().try_for_each(|(compartment, more)| run(&mut statement, params![compartment, more]))
    }

    /// The row that makes the batch whole, with the leaf over all others and over itself.
    pub(crate) fn batch(mut self, batch: &BatchRow, before: &Ends, ends: &Ends) -> Result<(), StoreError> {
        batch.put_into(&mut self.leaf, before, ends);
        let salt = self.salts.of_leaf();
        let hash = self.leaf.finish(&salt);
        let sql = "INSERT INTO batches VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        let columns = params![
            before.batch as i64,
            batch.source,
            batch.agreement,
            batch.case,
            batch.received_at,
            ends.claims,
            ends.objects,
            ends.aliases as i64,
            ends.values as i64,
            ends.kinds as i64,
            ends.link_kinds as i64,
            ends.compartments as i64,
            ends.removals as i64,
            ends.erased as i64,
            batch.reason,
            salt,
            hash.as_bytes()
        ];
        run(&mut statement, columns)
    }
}

/// What a batch says of itself.
pub(crate) struct BatchRow<'b> {
    pub(crate) source: &'b str,
    pub(crate) agreement: Option<&'b str>,
    pub(crate) case: Option<&'b str>,
    pub(crate) received_at: i64,
    pub(crate) reason: Option<&'b str>,
}

impl BatchRow<'_> {
    /// Writes it, and the ends after the batch, into the batch's leaf.
    pub(crate) fn put_into(&self, leaf: &mut Leaf, before: &Ends, ends: &Ends) {
        let columns = leaf.row(Row::Batch, before.batch).bytes(self.source.as_bytes());
        columns.maybe_bytes(self.agreement.map(str::as_bytes)).maybe_bytes(self.case.map(str::as_bytes));
        columns.number(self.received_at).maybe_bytes(self.reason.map(str::as_bytes));
        ends_into(columns, ends);
    }
}

fn ends_into(columns: &mut Columns, ends: &Ends) {
    let numbers = [
        i64::from(ends.claims),
        i64::from(ends.objects),
        ends.aliases as i64,
        ends.values as i64,
        ends.kinds as i64,
        ends.link_kinds as i64,
        ends.compartments as i64,
        ends.removals as i64,
        ends.erased as i64,
    ];
    for number in numbers {
        columns.number(number);
    }
}

fn run(statement: &mut CachedStatement, columns: &[&dyn ToSql]) -> Result<(), StoreError> {
    statement.execute(columns).map(drop).doing(DOING)
}
