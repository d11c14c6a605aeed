//! The objects of a flow by type, id and version, in the order in which they were added: what TAXII collections are made of.

use entente_model::{Kind, ObjectId};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};

use super::append::MICROS_PER_DAY;
use super::known::Known;
use super::place::{self, PartnerNo};
use super::read::{Reading, told_under};
use super::{AgreementHash, Exchange, FlowId, PartyId, Seq, find_flow, moment, partner_no};
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
    /// Only what was told under these versions of the agreement; under any when there are none.
    pub agreements: Vec<AgreementHash>,
    /// The most to be answered.
    pub limit: usize,
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
}

/// A page of a flow's objects, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionPage {
    /// The objects.
    pub items: Vec<CollectionItem>,
    /// Whether more were added after the last of them.
    pub more: bool,
}

/// The bytes of a page of a flow's objects: exactly what the partner gets, and nothing read or written anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionBodies {
    /// The released bytes in the order in which they were added, with a comma between each two, as a JSON list has them.
    pub joined: Vec<u8>,
    /// How many there are.
    pub items: usize,
    /// When the first and when the last of them was added.
    pub added: Option<(Timestamp, Timestamp)>,
    /// Whether more were added after the last of them.
    pub more: bool,
}

const READING: &str = "reading what a flow told";
const WIRE: &str = "wire";

impl Exchange {
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

    /// The bodies of such objects; of no more bytes than `most` once there is one.
    pub fn bodies(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        query: &CollectionQuery,
        most: usize,
    ) -> Result<CollectionBodies, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let Some(flow) = find_flow(conn, no, flow)? else { return Ok(CollectionBodies::default()) };
            Selection { conn, flow, query, reading: Reading::new(conn, no) }.bodies(most, no)
        })
    }

    /// Counts a question against how many a flow answers on the UTC day of this time; false when it has answered as many.
    pub fn ask(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        most: u64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.change(READING, |tx| {
            let flow = Known::default().flow(tx, partner_no(tx, partner)?, flow)?;
            let day = micros(now).div_euclid(MICROS_PER_DAY);
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let sql = "INSERT INTO asked SELECT ?1, ?2, 1 WHERE ?3 > 0
                ON CONFLICT DO UPDATE SET queries = queries + 1 WHERE queries < ?3";
            Ok(tx.execute(sql, params![flow, day, most]).doing(READING)? == 1)
        })
    }

    /// Counts objects that a partner tells past its wire against how many the flow may tell on the UTC day of this time; answers for how
    /// many there is room, which are the ones that count.
    pub fn take_up(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        objects: usize,
        most: u64,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.change(READING, |tx| {
            let flow = Known::default().flow(tx, partner_no(tx, partner)?, flow)?;
            let day = micros(now).div_euclid(MICROS_PER_DAY);
            let sql = "SELECT items FROM spent WHERE flow = ?1 AND day = ?2";
            let used = tx.query_row(sql, [flow, day], |row| row.get::<_, i64>(0)).optional().doing(READING)?;
            let left = most.saturating_sub(used.unwrap_or(0).unsigned_abs());
            let room = objects.min(usize::try_from(left).unwrap_or(usize::MAX));
            let sql = "INSERT INTO spent VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET items = items + excluded.items";
            tx.execute(sql, params![flow, day, room as i64]).doing(READING)?;
            Ok(room)
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
            agreements: Vec::new(),
            limit: usize::MAX,
        };
        let page = self.collection(partner, flow, &every)?;
        let mut versions: Vec<_> = page.items.into_iter().map(|item| (item.version, item.added)).collect();
        versions.sort_unstable_by(|one, other| other.cmp(one));
        versions.dedup_by_key(|(version, _)| *version);
        Ok(versions)
    }
}

const COLUMNS: &str = "no, ground, added, object_type, uuid, version";
const ALL: &str = "flow = ?1 AND added > ?2 {only} ORDER BY added";

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

    /// A page of all is read in one go; one that is chosen is looked for first, so that no body is read in vain.
    fn bodies(&mut self, most: usize, partner: PartnerNo) -> Result<CollectionBodies, StoreError> {
        let mut gathered = CollectionBodies::default();
        if self.query.ids.is_empty() && self.query.types.is_empty() {
            let sql = self.sql("added, body", ALL);
            let after = self.query.added_after.map_or(i64::MIN, micros);
            let mut statement = self.conn.prepare_cached(&sql).doing(READING)?;
            let mut rows = statement.query(params![self.flow, after]).doing(READING)?;
            while let Some(row) = rows.next().doing(READING)? {
                if !gathered.take(row, self.query.limit, most)? {
                    break;
                }
            }
            return Ok(gathered);
        }
        let page = self.page()?;
        let mut statement =
            self.conn.prepare_cached("SELECT added, body FROM wire WHERE no = ?1").doing(READING)?;
        for item in &page.items {
            let mut rows = statement.query([place::row(partner, item.seq.0)]).doing(READING)?;
            let gone = || StoreError::damaged(WIRE, "an item went away while it was read");
            if !gathered.take(rows.next().doing(READING)?.ok_or_else(gone)?, self.query.limit, most)? {
                return Ok(gathered);
            }
        }
        gathered.more = page.more;
        Ok(gathered)
    }

    fn all(&mut self, after: i64) -> Result<Vec<CollectionItem>, StoreError> {
        let sql = self.sql(COLUMNS, ALL);
        let flow = self.flow;
        self.rows(&sql, params![flow, after])
    }

    fn by_type(&mut self, after: i64) -> Result<Vec<CollectionItem>, StoreError> {
        let sql = self.sql(COLUMNS, "flow = ?1 AND object_type = ?2 AND added > ?3 {only} ORDER BY added");
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
        let condition = "flow = ?1 AND uuid = ?2 AND object_type = ?3 AND added > ?4 {only} ORDER BY added";
        let sql = self.sql(COLUMNS, condition);
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

    /// `{only}` becomes what is wanted of a row besides.
    fn sql(&self, columns: &str, condition: &str) -> String {
        let wanted = [self.version(), self.under("wire")].into_iter().flatten();
        let only: String = wanted.map(|one| format!("AND ({one})")).collect();
        let condition = condition.replace("{only}", &only);
        format!("SELECT {columns} FROM wire WHERE kind = 0 AND state < 2 AND {condition}")
    }

    /// A row counts when any of the versions asked for is it.
    fn version(&self) -> Option<String> {
        let under = self.under("other").map_or(String::new(), |under| format!("AND {under}"));
        let earlier = format!(
            "NOT EXISTS (SELECT 1 FROM wire AS other WHERE other.kind = 0 AND other.flow = wire.flow
            AND other.uuid = wire.uuid AND other.object_type = wire.object_type AND other.state < 2 {under}
            AND (other.version, other.no) < (wire.version, wire.no))"
        );
        let wanted = &self.query.versions;
        if wanted.contains(&VersionMatch::All) {
            return None;
        }
        let last =
            (wanted.is_empty() || wanted.contains(&VersionMatch::Last)).then(|| "state = 0".to_owned());
        let first = wanted.contains(&VersionMatch::First).then_some(earlier);
        let times = wanted.iter().filter_map(|one| match one {
            VersionMatch::At(time) => Some(micros(*time).to_string()),
            _ => None,
        });
        // Numbers, so there is nothing to escape; a list, for SQLite takes no expression that is nested as deep as a question is long.
        let times: Vec<String> = times.collect();
        let at = (!times.is_empty()).then(|| format!("version IN ({})", times.join(", ")));
        Some([last, first, at].into_iter().flatten().collect::<Vec<_>>().join(" OR "))
    }

    fn under(&self, table: &str) -> Option<String> {
        let versions = &self.query.agreements;
        (!versions.is_empty()).then(|| told_under(table, versions))
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
        })
    }
}

impl CollectionBodies {
    /// Takes a row of `added, body`; false when the page is full without it.
    fn take(&mut self, row: &Row<'_>, limit: usize, most: usize) -> Result<bool, StoreError> {
        let body = row.get_ref(1).doing(READING)?.as_blob();
        let body = body.map_err(|_| StoreError::damaged(WIRE, "a body is no bytes"))?;
        let full = self.items > 0 && self.joined.len() + body.len() > most;
        if self.items >= limit || full {
            self.more = true;
            return Ok(false);
        }
        if self.items > 0 {
            self.joined.push(b',');
        }
        self.joined.extend_from_slice(body);
        let added = moment(row.get(0).doing(READING)?).doing(READING)?;
        self.added = Some((self.added.map_or(added, |(first, _)| first), added));
        self.items += 1;
        Ok(true)
    }
}
