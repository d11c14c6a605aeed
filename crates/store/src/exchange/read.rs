//! Reading the wire: in order for the stream, and by flow, type, id and version for TAXII.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use entente_ledger::Hash;
use entente_model::{ClaimNo, Kind, ObjectId, VertexNo};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};
use uuid::Uuid;

use super::place::{self, PartnerNo, row};
use super::{
    AgreementHash, ClauseId, Exchange, FlowId, Holding, PartyId, ReleasedObject, Seq, Stretch, WireBatch,
    WireItem, find_flow, moment, partner_no,
};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// Which objects of a flow are asked for.
#[derive(Clone, Debug)]
pub struct CollectionQuery {
    /// Added after this time; that time itself not.
    pub added_after: Option<Timestamp>,
    /// Only these objects; all when there are none.
    pub ids: Vec<ObjectId>,
    /// Only these types; all when there are none.
    pub types: Vec<Kind>,
    /// Which of an object's versions.
    pub versions: Vec<VersionMatch>,
    /// The most to be answered.
    pub limit: usize,
    /// Whether bodies are wanted; a manifest does without.
    pub bodies: bool,
}

/// Which of an object's versions (TAXII 2.1 section 3.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionMatch {
    /// The newest; what is meant when nothing is said.
    Last,
    /// The oldest.
    First,
    /// Every one.
    All,
    /// This one.
    At(Timestamp),
}

/// An object of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionItem {
    /// Its place on the wire.
    pub seq: Seq,
    /// Its released id.
    pub id: ObjectId,
    /// Its version: its `modified`, or when it was added.
    pub version: Timestamp,
    /// When it was added: unique and ascending within a flow.
    pub added: Timestamp,
    /// The agreement it was told under.
    pub agreement: AgreementHash,
    /// The released bytes; empty when no bodies were asked for.
    pub body: Vec<u8>,
}

/// A page of a flow's objects, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionPage {
    /// The objects.
    pub items: Vec<CollectionItem>,
    /// Whether more were added after the last of them.
    pub more: bool,
}

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

    /// How many items a flow has released on the UTC day of this time.
    pub fn spent(&self, partner: &PartyId, flow: &FlowId, now: Timestamp) -> Result<u64, StoreError> {
        self.read(|conn| {
            let Some(flow) = find_flow(conn, partner_no(conn, partner)?, flow)? else { return Ok(0) };
            let day = micros(now).div_euclid(86_400_000_000);
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

    /// Objects of a flow that were not withdrawn, in the order in which they were added.
    pub fn collection(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        query: &CollectionQuery,
    ) -> Result<CollectionPage, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let Some(flow) = find_flow(conn, no, flow)? else { return Ok(CollectionPage::default()) };
            Selection { conn, flow, query, reading: Reading::new(conn, no) }.page()
        })
    }

    /// The versions of one object of a flow that were not withdrawn, newest first, each with when it was added.
    pub fn versions(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        id: &ObjectId,
    ) -> Result<Vec<(Timestamp, Timestamp)>, StoreError> {
        let every = CollectionQuery {
            added_after: None,
            ids: vec![id.clone()],
            types: Vec::new(),
            versions: vec![VersionMatch::All],
            limit: usize::MAX,
            bodies: false,
        };
        let page = self.collection(partner, flow, &every)?;
        let mut versions: Vec<_> = page.items.into_iter().map(|item| (item.version, item.added)).collect();
        versions.sort_unstable_by(|one, other| other.cmp(one));
        versions.dedup_by_key(|(version, _)| *version);
        Ok(versions)
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

    /// The row must have no, type, UUID, ground, claim and flow. An erased item has no object, and is held no more.
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
        Ok(Some(Holding { seq, object, flow, agreement, claim: claim.map(ClaimNo), original }))
    }

    fn object_id(
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

    fn ground(&mut self, no: i64) -> Result<&(AgreementHash, Vec<ClauseId>), StoreError> {
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

/// A question to a flow.
struct Selection<'s> {
    conn: &'s Connection,
    flow: i64,
    query: &'s CollectionQuery,
    reading: Reading<'s>,
}

impl Selection<'_> {
    fn page(&mut self) -> Result<CollectionPage, StoreError> {
        let after = self.query.added_after.map_or(i64::MIN, micros);
        let mut found = match (self.query.ids.is_empty(), self.query.types.is_empty()) {
            (false, _) => self.by_id(after)?,
            (true, false) => self.by_type(after)?,
            (true, true) => self.all(after)?,
        };
        // Each way answers its first ones beyond the limit too, so what is cut off here is what comes later.
        found.sort_unstable_by_key(|item| item.added);
        let more = found.len() > self.query.limit;
        found.truncate(self.query.limit);
        Ok(CollectionPage { items: found, more })
    }

    fn all(&mut self, after: i64) -> Result<Vec<CollectionItem>, StoreError> {
        let sql = self.sql("flow = ?1 AND added > ?2 {only} ORDER BY added");
        let flow = self.flow;
        self.rows(&sql, params![flow, after])
    }

    fn by_type(&mut self, after: i64) -> Result<Vec<CollectionItem>, StoreError> {
        let sql = self.sql("flow = ?1 AND object_type = ?2 AND added > ?3 {only} ORDER BY added");
        let mut found = Vec::new();
        let mut types: Vec<&str> = self.query.types.iter().map(Kind::as_str).collect();
        types.sort_unstable();
        types.dedup();
        for kind in types {
            if let Some(no) = self.type_no(kind)? {
                let flow = self.flow;
                found.extend(self.rows(&sql, params![flow, no, after])?);
            }
        }
        Ok(found)
    }

    fn by_id(&mut self, after: i64) -> Result<Vec<CollectionItem>, StoreError> {
        let sql =
            self.sql("flow = ?1 AND uuid = ?2 AND object_type = ?3 AND added > ?4 {only} ORDER BY added");
        let mut found: Vec<CollectionItem> = Vec::new();
        let mut ids: Vec<&ObjectId> = self.query.ids.iter().collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let of_type = self.query.types.is_empty() || self.query.types.contains(id.kind());
            if let Some(no) = self.type_no(id.kind().as_str())?.filter(|_| of_type) {
                let (flow, uuid) = (self.flow, *id.uuid().as_bytes());
                found.extend(self.rows(&sql, params![flow, uuid, no, after])?);
            }
        }
        Ok(found)
    }

    fn type_no(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT no FROM object_types WHERE name = ?1").doing(READING)?;
        statement.query_row([name], |row| row.get(0)).optional().doing(READING)
    }

    /// `{only}` becomes what the versions asked for want of a row.
    fn sql(&self, condition: &str) -> String {
        let body = if self.query.bodies { "body" } else { "x''" };
        let only = match self.only() {
            Some(only) => format!("AND ({only})"),
            None => String::new(),
        };
        let condition = condition.replace("{only}", &only);
        format!(
            "SELECT no, ground, added, object_type, uuid, version, {body} FROM wire WHERE kind = 0 AND state < 2 AND {condition}"
        )
    }

    /// A row counts when any of the versions asked for is it.
    fn only(&self) -> Option<String> {
        let earlier =
            "NOT EXISTS (SELECT 1 FROM wire AS other WHERE other.kind = 0 AND other.flow = wire.flow
            AND other.uuid = wire.uuid AND other.object_type = wire.object_type AND other.state < 2
            AND (other.version, other.no) < (wire.version, wire.no))";
        let each = self.query.versions.iter().map(|wanted| match wanted {
            VersionMatch::Last => Some("state = 0".to_owned()),
            VersionMatch::First => Some(earlier.to_owned()),
            VersionMatch::All => None,
            // A number, so there is nothing to escape.
            VersionMatch::At(time) => Some(format!("version = {}", micros(*time))),
        });
        match each.collect::<Option<Vec<String>>>() {
            Some(each) if each.is_empty() => Some("state = 0".to_owned()),
            each => each.map(|each| each.join(" OR ")),
        }
    }

    /// One more than the limit, to tell whether there is more.
    fn rows(&mut self, sql: &str, columns: &[&dyn ToSql]) -> Result<Vec<CollectionItem>, StoreError> {
        let conn = self.conn;
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        let mut rows = statement.query(params_from_iter(columns)).doing(READING)?;
        let mut found = Vec::new();
        while found.len() <= self.query.limit
            && let Some(row) = rows.next().doing(READING)?
        {
            found.push(self.collected(row)?);
        }
        Ok(found)
    }

    fn collected(&mut self, row: &Row<'_>) -> Result<CollectionItem, StoreError> {
        let unnamed = || StoreError::damaged(WIRE, "a release is of no object");
        let (kind, uuid) = (row.get(3).doing(READING)?, row.get(4).doing(READING)?);
        Ok(CollectionItem {
            seq: place::seq(row.get(0).doing(READING)?),
            id: self.reading.object_id(kind, uuid)?.ok_or_else(unnamed)?,
            version: moment(row.get(5).doing(READING)?).doing(READING)?,
            added: moment(row.get(2).doing(READING)?).doing(READING)?,
            agreement: self.reading.ground(row.get(1).doing(READING)?)?.0,
            body: row.get(6).doing(READING)?,
        })
    }
}
