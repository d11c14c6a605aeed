//! What came in from a partner's wire: how far it has come, which item became which claim, and until when it may be kept.
//!
//! The cursor moves in the transaction that writes the claims, so that however often a stretch of the wire is delivered, it is
//! applied once.

use std::ops::Range;

use entente_model::ClaimNo;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::batch::{micros, timestamp};
use crate::error::Doing;
use crate::{ReceivedBatch, Store, StoreError, received_batches};

/// The stretch of a partner's wire that a batch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The partner.
    pub partner: String,
    /// Its first item; it must be the one after the last that came in.
    pub first: u64,
    /// Its last item; those without a record, such as notices, count too.
    pub last: u64,
    /// One for each record of the batch, in their order.
    pub items: Vec<ReceivedItem>,
    /// The batches of the partner's log that end with it.
    pub batches: Vec<ReceivedBatch>,
}

/// An item of a partner's wire that became a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivedItem {
    /// Its place on the partner's wire.
    pub seq: u64,
    /// Until when it may be kept; `None` when the agreement does not say.
    pub until: Option<Timestamp>,
}

/// Claims that came in under an agreement, one an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retained {
    /// The claims; those among them that were erased since do not matter any more.
    pub claims: Range<u32>,
    /// The partner.
    pub partner: String,
    /// The agreement.
    pub agreement: Option<String>,
    /// The item that the first claim was made of; the others follow. 0 for what came past the wire.
    pub first_seq: u64,
    /// Until when they may be kept.
    pub until: Option<Timestamp>,
}

/// Items of a wire are numbered from 1.
const NO_ITEM: u64 = 0;

const RECEIVING: &str = "receiving from a partner";
const READING: &str = "reading what came in from partners";

impl Received {
    /// What a partner told past its wire, such as over TAXII: it may be kept as long, and moves no cursor. `until` has one
    /// deadline for each record of the batch.
    pub fn past_the_wire(partner: String, until: impl IntoIterator<Item = Option<Timestamp>>) -> Received {
        let items = until.into_iter().map(|until| ReceivedItem { seq: NO_ITEM, until }).collect();
        Received { partner, first: NO_ITEM, last: NO_ITEM, items, batches: Vec::new() }
    }

    fn is_of_the_wire(&self) -> bool {
        self.last != NO_ITEM
    }

    /// Whether all of it came in before; an error when it does not follow what did.
    pub(crate) fn is_repeated(&self, conn: &Connection) -> Result<bool, StoreError> {
        if !self.is_of_the_wire() {
            return Ok(false);
        }
        let before = up_to(conn, &self.partner)?;
        if self.last <= before {
            return Ok(true);
        }
        if self.first != before + 1 {
            let partner = self.partner.clone();
            return Err(StoreError::Gap { partner, expected: before + 1, found: self.first });
        }
        Ok(false)
    }

    /// Moves the cursor and notes what became of the items. `claims` are the new claims with the index of their record.
    pub(crate) fn put(
        &self,
        conn: &Connection,
        agreement: Option<&str>,
        claims: impl Iterator<Item = (u32, usize)>,
    ) -> Result<(), StoreError> {
        if self.is_of_the_wire() {
            let sql = "INSERT INTO received VALUES (?1, ?2) ON CONFLICT DO UPDATE SET seq = excluded.seq";
            let columns = params![self.partner, self.last as i64];
            conn.prepare_cached(sql).doing(RECEIVING)?.execute(columns).doing(RECEIVING)?;
            received_batches::keep(conn, &self.partner, &self.batches)?;
        }
        let sql = "INSERT INTO retained VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut statement = conn.prepare_cached(sql).doing(RECEIVING)?;
        for run in self.runs(claims)? {
            let (first_seq, until) = (run.first_seq as i64, run.until.map(micros));
            let (first, end) = (run.claims.start, run.claims.end);
            let columns = params![first, end, self.partner, agreement, first_seq, until];
            statement.execute(columns).doing(RECEIVING)?;
        }
        Ok(())
    }

    /// Claims that follow each other, of items that do, with one deadline.
    fn runs(&self, claims: impl Iterator<Item = (u32, usize)>) -> Result<Vec<Retained>, StoreError> {
        let mut runs: Vec<Retained> = Vec::new();
        for (claim, record) in claims {
            let lacking = || StoreError::Unfit {
                what: "batch",
                why: format!("its record {record} is of no item of the wire of `{}`", self.partner),
            };
            let item = self.items.get(record).ok_or_else(lacking)?;
            match runs.last_mut() {
                Some(run) if run.claims.end == claim && follows(run, item.seq) && run.until == item.until => {
                    run.claims.end += 1;
                }
                _ => runs.push(Retained {
                    claims: claim..claim + 1,
                    partner: self.partner.clone(),
                    agreement: None,
                    first_seq: item.seq,
                    until: item.until,
                }),
            }
        }
        Ok(runs)
    }
}

/// Whether an item comes after those of a run.
fn follows(run: &Retained, seq: u64) -> bool {
    match run.first_seq {
        NO_ITEM => seq == NO_ITEM,
        first => first + run.claims.len() as u64 == seq,
    }
}

impl Store {
    /// The last item of a partner's wire that came in; 0 before the first.
    pub fn received_up_to(&self, partner: &str) -> Result<u64, StoreError> {
        up_to(&*self.readers.check_out()?, partner)
    }

    /// The claims that items of a partner's wire became, ascending. An item that told nothing new became none.
    pub fn received_claims(&self, partner: &str, items: &[u64]) -> Result<Vec<ClaimNo>, StoreError> {
        let conn = self.readers.check_out()?;
        let sql = "SELECT * FROM retained WHERE partner = ?1 AND first_seq <= ?2 AND first_seq > 0 ORDER BY first_seq DESC, first_claim DESC";
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        let mut claims = Vec::new();
        for seq in items {
            let mut rows = statement.query(params![partner, *seq as i64]).doing(READING)?;
            // An item that became several claims is in as many runs, and all runs before those end before it.
            while let Some(row) = rows.next().doing(READING)? {
                let run = retained(row).doing(READING)??;
                let Some(claim) = run.claims.clone().nth((seq - run.first_seq) as usize) else { break };
                claims.push(ClaimNo(claim));
            }
        }
        claims.sort_unstable();
        claims.dedup();
        Ok(claims)
    }

    /// What came in from a partner, the newest first: `limit` runs of claims at most, those that begin before a claim when one is
    /// given.
    pub fn received_before(
        &self,
        partner: &str,
        before: Option<ClaimNo>,
        limit: usize,
    ) -> Result<Vec<Retained>, StoreError> {
        let conn = self.readers.check_out()?;
        let sql = "SELECT * FROM retained WHERE partner = ?1 AND first_claim < ?2
            ORDER BY first_seq DESC, first_claim DESC LIMIT ?3";
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        let before = before.map_or(u32::MAX, |before| before.0);
        let rows = statement.query_map(params![partner, before, limit as i64], retained).doing(READING)?;
        rows.map(|run| run.doing(READING)?).collect()
    }

    /// Everything that came in under an agreement, in the order of the claims.
    pub fn received_under(&self, agreement: &str) -> Result<Vec<Retained>, StoreError> {
        let conn = self.readers.check_out()?;
        let sql = "SELECT * FROM retained WHERE agreement = ?1 ORDER BY first_claim";
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        let rows = statement.query_map([agreement], retained).doing(READING)?;
        rows.map(|run| run.doing(READING)?).collect()
    }

    /// What may be kept no longer, longest overdue first; `limit` runs of claims at most. Erasing them takes them off.
    pub fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<Retained>, StoreError> {
        let conn = self.readers.check_out()?;
        let sql = "SELECT * FROM retained WHERE until <= ?1 ORDER BY until, first_claim LIMIT ?2";
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        let rows = statement.query_map(params![micros(now), limit as i64], retained).doing(READING)?;
        rows.map(|run| run.doing(READING)?).collect()
    }

    /// Changes until when a run of claims may be kept, as when a review or a newer agreement says so; false when there
    /// is no such run.
    pub fn retain(&self, run: &Retained, until: Option<Timestamp>) -> Result<bool, StoreError> {
        let sql = "UPDATE retained SET until = ?3 WHERE first_claim = ?1 AND claims_end = ?2";
        let columns = params![run.claims.start, run.claims.end, until.map(micros)];
        self.writer().change(|conn| Ok(conn.execute(sql, columns).doing("changing a deadline")? == 1))
    }
}

impl Store {
    /// Takes a run of claims off what is kept for a time only: what is left of it may be kept. False when there is no such run.
    pub fn release_retained(&self, run: &Retained) -> Result<bool, StoreError> {
        let sql = "DELETE FROM retained WHERE first_claim = ?1 AND claims_end = ?2";
        let columns = params![run.claims.start, run.claims.end];
        self.writer().change(|conn| Ok(conn.execute(sql, columns).doing("changing a deadline")? == 1))
    }
}

fn up_to(conn: &Connection, partner: &str) -> Result<u64, StoreError> {
    let mut statement = conn.prepare_cached("SELECT seq FROM received WHERE partner = ?1").doing(READING)?;
    let seq = statement.query_row([partner], |row| row.get::<_, i64>(0)).optional().doing(READING)?;
    Ok(seq.unwrap_or(0) as u64)
}

fn retained(row: &Row) -> rusqlite::Result<Result<Retained, StoreError>> {
    let until: Option<i64> = row.get("until")?;
    let (start, end) = (row.get("first_claim")?, row.get("claims_end")?);
    let (partner, agreement) = (row.get("partner")?, row.get("agreement")?);
    let first_seq = row.get::<_, i64>("first_seq")? as u64;
    let until = until.map(|until| timestamp("retained", until)).transpose();
    Ok(until.map(|until| Retained { claims: start..end, partner, agreement, first_seq, until }))
}
