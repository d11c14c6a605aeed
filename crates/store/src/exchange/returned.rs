//! What was given back at the end of its retention, and who knows of it.

use jiff::Timestamp;
use rusqlite::params;

use super::place::row;
use super::read::told_under;
use super::{AgreementHash, Exchange, PartyId, Seq, partner, partner_no, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// Items of a partner's wire to us of which nothing is held here any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenBack {
    /// The first of them.
    pub first: Seq,
    /// The last.
    pub last: Seq,
    /// The version of the agreement they are given back under.
    pub agreement: AgreementHash,
    /// When they were erased.
    pub at: Timestamp,
}

const GIVING: &str = "giving back what may be kept no longer";
const TAKING: &str = "noting what a partner gave back";

impl Exchange {
    /// Notes that items were given back. The same items again change nothing.
    pub fn give_back(&self, to: &PartyId, given: &GivenBack) -> Result<(), StoreError> {
        self.change(GIVING, |tx| {
            let no = partner_no(tx, to)?;
            let GivenBack { first, last, agreement, at } = given;
            let columns = params![no, first.0 as i64, last.0 as i64, agreement, micros(*at)];
            let sql = "INSERT INTO given_back VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO NOTHING";
            tx.execute(sql, columns).map(drop).doing(GIVING)
        })
    }

    /// What a partner has not heard of yet, in the order of its wire; `limit` at most.
    pub fn given_back(&self, to: &PartyId, limit: usize) -> Result<Vec<GivenBack>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT * FROM given_back WHERE partner = ?1 AND NOT heard ORDER BY first LIMIT ?2";
            let mut statement = conn.prepare_cached(sql).doing(GIVING)?;
            let rows = statement.query_map(params![partner_no(conn, to)?, limit as i64], |row| {
                Ok(GivenBack {
                    first: Seq(row.get::<_, i64>("first")?.unsigned_abs()),
                    last: Seq(row.get::<_, i64>("last")?.unsigned_abs()),
                    agreement: row.get("agreement")?,
                    at: time(row, "at")?,
                })
            });
            rows.doing(GIVING)?.collect::<Result<_, _>>().doing(GIVING)
        })
    }

    /// Notes that a partner knows of what it was given back.
    pub fn heard_given_back(&self, to: &PartyId, given: &GivenBack) -> Result<(), StoreError> {
        self.change(GIVING, |tx| {
            let sql = "UPDATE given_back SET heard = 1 WHERE partner = ?1 AND first = ?2 AND last = ?3";
            let columns = params![partner_no(tx, to)?, given.first.0 as i64, given.last.0 as i64];
            tx.execute(sql, columns).map(drop).doing(GIVING)
        })
    }

    /// Keeps a partner's signed word that it gave items back: of those told under any of these versions nothing is held there any
    /// more, nor sent again. The same word again changes nothing. Items that were never told cannot be given back.
    pub fn take_returned(
        &self,
        from: &PartyId,
        (first, last): (Seq, Seq),
        versions: &[AgreementHash],
        document: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.change(TAKING, |tx| {
            let no = partner_no(tx, from)?;
            let told = partner::told(tx, no)?;
            if first.0 == 0 || last < first || last > told {
                let why = format!("items {first} to {last} were not all told: the last one is {told}");
                return Err(StoreError::Unfit { what: "return", why });
            }
            let columns = params![no, first.0 as i64, last.0 as i64, document, micros(now)];
            let sql = "INSERT INTO returned VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
            if tx.execute(sql, columns).doing(TAKING)? == 0 {
                return Ok(());
            }
            let sql = format!(
                "UPDATE wire SET state = 3 WHERE no BETWEEN ?1 AND ?2 AND kind = 0 AND state < 2 AND {}",
                told_under("wire", versions)
            );
            tx.execute(&sql, [row(no, first.0), row(no, last.0)]).map(drop).doing(TAKING)
        })
    }
}
