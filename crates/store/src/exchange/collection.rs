//! The objects of a flow by type, id and version, in the order in which they were added: what TAXII collections are made of.

use entente_model::{Kind, ObjectId};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};

use super::read::Reading;
use super::{AgreementHash, Exchange, FlowId, PartyId, Seq, find_flow, moment, partner_no, place};
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
