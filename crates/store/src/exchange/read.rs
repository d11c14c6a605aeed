//! Reading the wire in order, for the stream.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use entente_ledger::Hash;
use entente_model::{ClaimNo, Kind, ObjectId, VertexNo};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::append;
use super::place::{self, PartnerNo, row};
use super::{
    AgreementHash, ClauseId, Exchange, FlowId, Holding, PartyId, ReleasedObject, Seq, Stretch, WireBatch,
    WireItem, find_flow, moment, partner_no,
};
use crate::StoreError;
use crate::error::Doing;

const READING: &str = "reading the wire";
const WIRE: &str = "wire";

/// The columns of an item, in the order in which [`Reading::item`] reads them.
macro_rules! items {
    ($rest:literal) => {
        concat!(
            "SELECT no, kind, flow, ground, added, object_type, uuid, version, claim, original, state, salt, body FROM wire ",
            $rest
        )
    };
}
pub(super) use items;

/// The condition that an item of this table was told under one of these versions.
pub(super) fn told_under(table: &str, versions: &[AgreementHash]) -> String {
    // Hexadecimal digits, so there is nothing to escape.
    let versions: Vec<String> = versions.iter().map(|hash| format!("x'{hash}'")).collect();
    format!("{table}.ground IN (SELECT no FROM grounds WHERE agreement IN ({}))", versions.join(", "))
}

impl Exchange {
    /// The last item on a partner's wire; 0 when nothing was told.
    pub fn told(&self, partner: &PartyId) -> Result<Seq, StoreError> {
        self.read(|conn| super::partner::told(conn, partner_no(conn, partner)?))
    }

    /// The last claim that the discloser has decided on for a partner; claim 0 before the first.
    pub fn cursor(&self, partner: &PartyId) -> Result<ClaimNo, StoreError> {
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT cursor FROM ends WHERE partner = ?1").doing(READING)?;
            let cursor = statement.query_row([partner_no(conn, partner)?], |row| row.get(0));
            Ok(ClaimNo(cursor.optional().doing(READING)?.unwrap_or(0)))
        })
    }

    /// How many items a flow has released on the UTC day of this time, or of the last item, where a clock was put back since: what is
    /// added now is added after that.
    pub fn spent(&self, partner: &PartyId, flow: &FlowId, now: Timestamp) -> Result<u64, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let Some(flow) = find_flow(conn, no, flow)? else { return Ok(0) };
            let day = append::next_added(conn, no, now)?.div_euclid(append::MICROS_PER_DAY);
            let mut statement =
                conn.prepare_cached("SELECT items FROM spent WHERE flow = ?1 AND day = ?2").doing(READING)?;
            let items =
                statement.query_row([flow, day], |row| row.get::<_, i64>(0)).optional().doing(READING)?;
            Ok(items.unwrap_or(0) as u64)
        })
    }

    /// What a partner was told after an item, in order and in whole batches, so the first of them may begin before it: `items` at
    /// most, and no more bytes than `bytes`, once there is one batch. Withdrawn items are among them, so that there are no gaps;
    /// look at their state before sending them.
    pub fn wire_after(
        &self,
        partner: &PartyId,
        after: Seq,
        items: usize,
        bytes: usize,
    ) -> Result<Stretch, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let mut stretch = Stretch::default();
            if super::partner::told(conn, no)? <= after {
                return Ok(stretch);
            }
            let begin = holding(conn, no, after.next())?;
            let sql =
                "SELECT no, first, items, leaf FROM wire_batches WHERE no BETWEEN ?1 AND ?2 ORDER BY no";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let mut rows = statement.query([row(no, begin), place::last(no)]).doing(READING)?;
            let (mut reading, mut size) = (Reading::new(conn, no), 0);
            while let Some(found) = rows.next().doing(READING)? {
                let batch = batch(found).doing(READING)?;
                let more = stretch.items.len() + batch.items as usize > items || size >= bytes;
                if more && !stretch.items.is_empty() {
                    stretch.more = true;
                    break;
                }
                size += reading.batch(&batch, &mut stretch)?;
            }
            Ok(stretch)
        })
    }

    /// One item.
    pub fn wire_item(&self, partner: &PartyId, seq: Seq) -> Result<Option<WireItem>, StoreError> {
        self.read(|conn| item(conn, partner_no(conn, partner)?, seq))
    }

    /// The flows by which a partner was ever told something.
    pub fn flows(&self, partner: &PartyId) -> Result<Vec<FlowId>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT name FROM flows WHERE partner = ?1 ORDER BY name";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows = statement.query_map([partner_no(conn, partner)?], |row| row.get(0)).doing(READING)?;
            rows.collect::<Result<_, _>>().doing(READING)
        })
    }
}

pub(super) fn item(conn: &Connection, no: PartnerNo, seq: Seq) -> Result<Option<WireItem>, StoreError> {
    let mut statement = conn.prepare_cached(items!("WHERE no = ?1")).doing(READING)?;
    let mut rows = statement.query([row(no, seq.0)]).doing(READING)?;
    let mut reading = Reading::new(conn, no);
    rows.next().doing(READING)?.map(|found| reading.item(found)).transpose()
}

/// The batches that items of a partner are of.
pub(super) fn batches(
    conn: &Connection,
    no: PartnerNo,
    items: RangeInclusive<Seq>,
) -> Result<Vec<WireBatch>, StoreError> {
    let range = [row(no, holding(conn, no, *items.start())?), row(no, holding(conn, no, *items.end())?)];
    let sql = "SELECT no, first, items, leaf FROM wire_batches WHERE no BETWEEN ?1 AND ?2 ORDER BY no";
    let mut statement = conn.prepare_cached(sql).doing(READING)?;
    let rows = statement.query_map(range, batch);
    rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)
}

/// The number of the batch that holds an item. Batches are dense and in the order of their items, so it is found by halving.
fn holding(conn: &Connection, no: PartnerNo, seq: Seq) -> Result<u64, StoreError> {
    let mut statement = conn.prepare_cached("SELECT first FROM wire_batches WHERE no = ?1").doing(READING)?;
    let sql = "SELECT batches FROM ends WHERE partner = ?1";
    let count: i64 =
        conn.prepare_cached(sql).doing(READING)?.query_row([no], |row| row.get(0)).doing(READING)?;
    let (mut low, mut high) = (1, count as u64);
    while low < high {
        let middle = (low + high).div_ceil(2);
        let first: i64 = statement.query_row([row(no, middle)], |row| row.get(0)).doing(READING)?;
        if first as u64 <= seq.0 { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}

fn batch(row: &Row<'_>) -> rusqlite::Result<WireBatch> {
    Ok(WireBatch {
        no: place::number(row.get(0)?),
        first: Seq(row.get::<_, i64>(1)? as u64),
        items: row.get(2)?,
        leaf: row.get(3)?,
    })
}

/// Rows become items; what is interned is looked up once a reading.
pub(super) struct Reading<'r> {
    conn: &'r Connection,
    partner: PartnerNo,
    flows: HashMap<i64, FlowId>,
    grounds: HashMap<i64, (AgreementHash, Vec<ClauseId>)>,
    types: HashMap<i64, Kind>,
}

impl<'r> Reading<'r> {
    pub(super) fn new(conn: &'r Connection, partner: PartnerNo) -> Reading<'r> {
        let (flows, grounds, types) = (HashMap::new(), HashMap::new(), HashMap::new());
        Reading { conn, partner, flows, grounds, types }
    }

    /// Adds the items of a batch to a stretch; answers how many bytes they have.
    fn batch(&mut self, batch: &WireBatch, stretch: &mut Stretch) -> Result<usize, StoreError> {
        let sql = items!("WHERE no >= ?1 AND no < ?2 ORDER BY no");
        let conn = self.conn;
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        let end = batch.first.0 + u64::from(batch.items);
        let range = [row(self.partner, batch.first.0), row(self.partner, end)];
        let mut rows = statement.query(range).doing(READING)?;
        let mut size = 0;
        while let Some(found) = rows.next().doing(READING)? {
            let item = self.item(found)?;
            size += item.body.len();
            if item.salt.is_none() {
                stretch.erased.extend(self.leaf_left(item.seq)?.map(|leaf| (item.seq, leaf)));
            }
            stretch.items.push(item);
        }
        stretch.batches.push(*batch);
        Ok(size)
    }

    /// The leaf of an item that was erased.
    fn leaf_left(&self, seq: Seq) -> Result<Option<[u8; 32]>, StoreError> {
        let left = super::verify::commitment_left(self.conn, row(self.partner, seq.0))?;
        Ok(left.map(|commitment| *Hash::leaf(&commitment).as_bytes()))
    }

    /// The row must have the columns of [`items`]. By number: finding a column by its name costs more than reading it.
    pub(super) fn item(&mut self, found: &Row<'_>) -> Result<WireItem, StoreError> {
        let (no, added): (i64, i64) = (found.get(0).doing(READING)?, found.get(4).doing(READING)?);
        debug_assert_eq!(place::partner(no), self.partner);
        let flow: Option<i64> = found.get(2).doing(READING)?;
        let flow = flow.map(|flow| self.flow(flow)).transpose()?;
        let (agreement, clauses) = self.ground(found.get(3).doing(READING)?)?.clone();
        let (kind, uuid) = (found.get(5).doing(READING)?, found.get(6).doing(READING)?);
        let version: Option<i64> = found.get(7).doing(READING)?;
        let version = version.map(moment).transpose().doing(READING)?;
        let object = self.object_id(kind, uuid)?.map(|id| ReleasedObject { id, version });
        let claim: Option<u32> = found.get(8).doing(READING)?;
        let original: Option<u32> = found.get(9).doing(READING)?;
        Ok(WireItem {
            seq: place::seq(no),
            kind: found.get(1).doing(READING)?,
            flow,
            object,
            added: moment(added).doing(READING)?,
            agreement,
            clauses,
            claim: claim.map(ClaimNo),
            original: original.map(VertexNo),
            state: found.get(10).doing(READING)?,
            salt: salt(found).doing(READING)?,
            body: found.get(12).doing(READING)?,
        })
    }

    /// The row must have no, type, UUID, ground, claim, flow and added. An erased item has no object, and is held no more.
    pub(super) fn holding(
        &mut self,
        found: &Row<'_>,
        original: VertexNo,
    ) -> Result<Option<Holding>, StoreError> {
        let (kind, uuid) = (found.get(1).doing(READING)?, found.get(2).doing(READING)?);
        let Some(object) = self.object_id(kind, uuid)? else { return Ok(None) };
        let agreement = self.ground(found.get(3).doing(READING)?)?.0;
        let claim: Option<u32> = found.get(4).doing(READING)?;
        let seq = place::seq(found.get(0).doing(READING)?);
        let flow = self.flow(found.get(5).doing(READING)?)?;
        let added = moment(found.get(6).doing(READING)?).doing(READING)?;
        let held_back = found.get(7).doing(READING)?;
        let claim = claim.map(ClaimNo);
        Ok(Some(Holding { seq, object, added, flow, agreement, claim, original, held_back }))
    }

    pub(super) fn object_id(
        &mut self,
        kind: Option<i64>,
        uuid: Option<[u8; 16]>,
    ) -> Result<Option<ObjectId>, StoreError> {
        let (Some(kind), Some(uuid)) = (kind, uuid) else { return Ok(None) };
        if !self.types.contains_key(&kind) {
            let name: String = one(self.conn, "SELECT name FROM object_types WHERE no = ?1", kind)?;
            self.types.insert(kind, Kind::from_name(&name));
        }
        Ok(self.types.get(&kind).map(|kind| ObjectId::new(kind.clone(), Uuid::from_bytes(uuid))))
    }

    fn flow(&mut self, no: i64) -> Result<FlowId, StoreError> {
        if let Some(flow) = self.flows.get(&no) {
            return Ok(flow.clone());
        }
        let flow: FlowId = one(self.conn, "SELECT name FROM flows WHERE no = ?1", no)?;
        self.flows.insert(no, flow.clone());
        Ok(flow)
    }

    pub(super) fn ground(&mut self, no: i64) -> Result<&(AgreementHash, Vec<ClauseId>), StoreError> {
        if !self.grounds.contains_key(&no) {
            let agreement = one(self.conn, "SELECT agreement FROM grounds WHERE no = ?1", no)?;
            let clauses: String = one(self.conn, "SELECT clauses FROM grounds WHERE no = ?1", no)?;
            let clauses = serde_json::from_str(&clauses);
            let clauses = clauses.map_err(|_| StoreError::damaged("grounds", "clauses are no list"))?;
            self.grounds.insert(no, (agreement, clauses));
        }
        self.grounds.get(&no).ok_or_else(|| StoreError::damaged(WIRE, "an item stands on no ground"))
    }
}

/// An erased item has no salt.
fn salt(row: &Row<'_>) -> rusqlite::Result<Option<[u8; 16]>> {
    match row.get_ref(11)?.as_blob()? {
        [] => Ok(None),
        _ => row.get(11).map(Some),
    }
}

fn one<T: rusqlite::types::FromSql>(conn: &Connection, sql: &'static str, no: i64) -> Result<T, StoreError> {
    let mut statement = conn.prepare_cached(sql).doing(READING)?;
    let found = statement.query_row([no], |row| row.get(0)).optional().doing(READING)?;
    found.ok_or_else(|| StoreError::damaged(WIRE, "it names a number that is not there"))
}
