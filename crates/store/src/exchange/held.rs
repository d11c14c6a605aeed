//! What a partner holds of something: whom to tell when it is taken back.

use entente_model::{ClaimNo, ObjectId, VertexNo};
use jiff::Timestamp;
use rusqlite::params;

use super::place::{self, PartnerNo, row};
use super::read::Reading;
use super::{AgreementHash, Exchange, FlowId, PartyId, Seq, partner_no};
use crate::StoreError;
use crate::batch::micros;
use crate::disclosure::ItemRecord;
use crate::error::Doing;

/// A release that a partner holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Its place on the partner's wire.
    pub seq: Seq,
    /// The object, under its released id.
    pub object: ObjectId,
    /// When it was put on the wire.
    pub added: Timestamp,
    /// The flow it was told by.
    pub flow: FlowId,
    /// The agreement it was told under.
    pub agreement: AgreementHash,
    /// The claim it was made from.
    pub claim: Option<ClaimNo>,
    /// The object it was made from.
    pub original: VertexNo,
    /// Only its leaf was sent: it is held back.
    pub held_back: bool,
}

const READING: &str = "reading what a partner holds";
const ERASING: &str = "erasing what was told";

impl Exchange {
    /// What a partner holds that was made from any of these objects and was not withdrawn, newest first for each.
    pub fn holdings(&self, partner: &PartyId, originals: &[VertexNo]) -> Result<Vec<Holding>, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let mut reading = Reading::new(conn, no);
            let sql = "SELECT no, object_type, uuid, ground, claim, flow, added,
                EXISTS (SELECT 1 FROM held_back WHERE held_back.no = wire.no) FROM wire
                WHERE kind = 0 AND original = ?1 AND no BETWEEN ?2 AND ?3 AND state < 2 ORDER BY no DESC";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let mut held = Vec::new();
            for original in originals {
                let columns = params![original.0, row(no, 0), place::last(no)];
                let mut rows = statement.query(columns).doing(READING)?;
                while let Some(found) = rows.next().doing(READING)? {
                    held.extend(reading.holding(found, *original)?);
                }
            }
            Ok(held)
        })
    }

    /// The partners that hold a release made from an object.
    pub fn holders(&self, original: VertexNo) -> Result<Vec<PartyId>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT no FROM wire WHERE kind = 0 AND original = ?1 AND state < 2 ORDER BY no";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows =
                statement.query_map([original.0], |row| row.get(0).map(place::partner)).doing(READING)?;
            let mut numbers: Vec<PartnerNo> = rows.collect::<Result<_, _>>().doing(READING)?;
            numbers.dedup();
            let mut statement =
                conn.prepare_cached("SELECT party FROM partners WHERE no = ?1").doing(READING)?;
            numbers.iter().map(|no| statement.query_row([no], |row| row.get(0)).doing(READING)).collect()
        })
    }

    /// Erases the bytes and the salt of items, and leaves their commitments: the log holds as before, and nobody can confirm a
    /// guess at what they said. That something was told, when and under which clause, stays known; its object's id does not.
    /// Answers how many were not erased before. Pages are wiped when [`Exchange::scrub`] is called.
    pub fn erase_items(
        &self,
        partner: &PartyId,
        items: &[Seq],
        reason: &str,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.change(ERASING, |tx| {
            let no = partner_no(tx, partner)?;
            let mut erased = 0;
            for seq in items {
                let unknown = || StoreError::NotFound { what: "item", name: seq.to_string() };
                let item = super::read::item(tx, no, *seq)?.ok_or_else(unknown)?;
                let Some(salt) = item.salt else { continue };
                let commitment = ItemRecord::of(partner, &item).commitment(&salt);
                let columns = params![row(no, seq.0), commitment, reason, micros(now)];
                tx.execute("INSERT INTO erased_items VALUES (?1, ?2, ?3, ?4)", columns).doing(ERASING)?;
                // An id can be made from the value it stands for, so it goes with it.
                let sql = "UPDATE wire SET state = 2, salt = x'', body = x'', uuid = NULL, version = NULL WHERE no = ?1";
                tx.execute(sql, [row(no, seq.0)]).doing(ERASING)?;
                erased += 1;
            }
            Ok(erased)
        })
    }

    /// Wipes what was erased from the file's free pages and from its write-ahead log. It rewrites the file, so it is for a quiet hour;
    /// until then erased bytes may lie where only somebody who reads the disk finds them.
    pub fn scrub(&self) -> Result<(), StoreError> {
        self.readers.close_idle();
        crate::schema::scrub(&self.writer().conn)
    }
}
