//! The wire backwards, for people: the newest first, and items by the moment they were added. That moment is unique along a
//! partner's wire and tells nobody how many items there are, so it is what people's addresses name an item by.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::place::{self, PartnerNo, row};
use super::read::{Reading, items};
use super::{Exchange, PartyId, Seq, WireItem, partner_no};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

const READING: &str = "reading the wire backwards";

impl Exchange {
    /// What a partner was told, the newest first: `limit` items at most, those added before `before` when it is given.
    pub fn wire_before(
        &self,
        partner: &PartyId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<WireItem>, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let last = match before {
                Some(before) => row(no, first_since(conn, no, before)?.0) - 1,
                None => place::last(no),
            };
            let mut reading = Reading::new(conn, no);
            let sql = items!("WHERE no BETWEEN ?1 AND ?2 ORDER BY no DESC LIMIT ?3");
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let mut rows = statement.query(params![row(no, 1), last, limit as i64]).doing(READING)?;
            let mut found = Vec::new();
            while let Some(one) = rows.next().doing(READING)? {
                found.push(reading.item(one)?);
            }
            Ok(found)
        })
    }

    /// The item that was added at this moment.
    pub fn wire_item_at(&self, partner: &PartyId, added: Timestamp) -> Result<Option<WireItem>, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let item = super::read::item(conn, no, first_since(conn, no, added)?)?;
            Ok(item.filter(|item| item.added == added))
        })
    }
}

/// The first item added at this moment or later; the one after the last when there is none. Moments ascend along a wire, so
/// halving finds it.
fn first_since(conn: &Connection, no: PartnerNo, at: Timestamp) -> Result<Seq, StoreError> {
    let mut statement = conn.prepare_cached("SELECT added FROM wire WHERE no = ?1").doing(READING)?;
    let (mut low, mut high) = (1, super::partner::told(conn, no)?.0 + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let added: Option<i64> =
            statement.query_row([row(no, middle)], |row| row.get(0)).optional().doing(READING)?;
        match added {
            Some(added) if added < micros(at) => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(Seq(low))
}
