//! Items of which a partner got the leaf alone, because their agreement was suspended when their turn came, or another version had taken
//! its place. What comes after them need not wait; they are told anew, further on, when the agreement is resumed or as the other
//! version has it.

use rusqlite::Connection;

use super::place::{self, PartnerNo, row};
use super::read::{Reading, items, told_under};
use super::{AgreementHash, Exchange, FlowId, PartyId, Seq, WireItem, find_flow, partner_no};
use crate::StoreError;
use crate::error::Doing;

const DOING: &str = "holding items back";

impl Exchange {
    /// Notes that these items are held back; the same again changes nothing.
    pub fn hold_back(&self, partner: &PartyId, held: &[Seq]) -> Result<(), StoreError> {
        self.change(DOING, |tx| {
            let no = partner_no(tx, partner)?;
            let mut statement =
                tx.prepare_cached("INSERT OR IGNORE INTO held_back VALUES (?1)").doing(DOING)?;
            held.iter().try_for_each(|seq| statement.execute([row(no, seq.0)]).map(drop).doing(DOING))
        })
    }

    /// Holds back what a flow told under one of these versions and the partner did not fetch over TAXII; answers how much that is.
    pub fn hold_back_unfetched(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        versions: &[AgreementHash],
    ) -> Result<usize, StoreError> {
        if versions.is_empty() {
            return Ok(0);
        }
        self.change(DOING, |tx| {
            let Some(flow) = find_flow(tx, partner_no(tx, partner)?, flow)? else { return Ok(0) };
            let sql = format!(
                "INSERT OR IGNORE INTO held_back SELECT no FROM wire WHERE kind = 0 AND flow = ?1 AND state < 2 AND {}
                 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.flow = ?1
                 AND wire.added BETWEEN deliveries.first_added AND deliveries.last_added)",
                told_under("wire", versions)
            );
            tx.execute(&sql, [flow]).doing(DOING)
        })
    }

    /// The items to a partner that are held back, still stand, and were told under one of these versions: the oldest, `limit` at most.
    pub fn held_back(
        &self,
        partner: &PartyId,
        versions: &[AgreementHash],
        limit: usize,
    ) -> Result<Vec<WireItem>, StoreError> {
        if versions.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let sql = format!(
                items!(
                    "WHERE no IN (SELECT no FROM held_back WHERE no BETWEEN ?1 AND ?2) AND state < 2 AND {} ORDER BY no
                    LIMIT ?3"
                ),
                told_under("wire", versions)
            );
            let mut statement = conn.prepare_cached(&sql).doing(DOING)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut rows = statement.query((row(no, 0), place::last(no), limit)).doing(DOING)?;
            let (mut reading, mut held) = (Reading::new(conn, no), Vec::new());
            while let Some(found) = rows.next().doing(DOING)? {
                held.push(reading.item(found)?);
            }
            Ok(held)
        })
    }
}

/// Within the transaction of an append: these were never told. They are told anew in it, or not at all; they count as withdrawn, so that
/// nobody takes them for what the partner holds.
pub(super) fn let_go(conn: &Connection, partner: PartnerNo, items: &[Seq]) -> Result<(), StoreError> {
    for seq in items {
        let item = [row(partner, seq.0)];
        let sql = "UPDATE wire SET state = 2 WHERE no = ?1 AND no IN (SELECT no FROM held_back)";
        conn.prepare_cached(sql).doing(DOING)?.execute(item).doing(DOING)?;
        let sql = "DELETE FROM held_back WHERE no = ?1";
        conn.prepare_cached(sql).doing(DOING)?.execute(item).doing(DOING)?;
    }
    Ok(())
}
