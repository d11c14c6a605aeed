//! Claims that are not told yet because something they refer to is not: a relationship may be heard of before its ends.

use entente_model::{ClaimNo, VertexNo};
use rusqlite::{Connection, params};

use super::place::PartnerNo;
use super::{Exchange, PartyId, partner_no};
use crate::StoreError;
use crate::error::Doing;

/// A claim that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// What it refers to.
    pub missing: VertexNo,
    /// The claim.
    pub claim: ClaimNo,
}

const DOING: &str = "noting what waits for something it refers to";

impl Exchange {
    /// The claims that wait for any of these vertices to be told to a partner, in the order of the vertices.
    pub fn awaiting(&self, partner: &PartyId, told: &[VertexNo]) -> Result<Vec<Awaiting>, StoreError> {
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let sql = "SELECT claim FROM awaiting WHERE partner = ?1 AND missing = ?2 ORDER BY claim";
            let mut statement = conn.prepare_cached(sql).doing(DOING)?;
            let mut waiting = Vec::new();
            for missing in told {
                let rows = statement.query_map(params![no, missing.0], |row| row.get(0)).doing(DOING)?;
                for claim in rows {
                    let claim = ClaimNo(claim.doing(DOING)?);
                    waiting.push(Awaiting { missing: *missing, claim });
                }
            }
            Ok(waiting)
        })
    }
}

/// Within the transaction of an append: what waits from now on, and what need not any more.
pub(super) fn note(
    conn: &Connection,
    partner: PartnerNo,
    waiting: &[Awaiting],
    met: &[VertexNo],
) -> Result<(), StoreError> {
    let sql = "DELETE FROM awaiting WHERE partner = ?1 AND missing = ?2";
    for vertex in met {
        conn.prepare_cached(sql).doing(DOING)?.execute(params![partner, vertex.0]).doing(DOING)?;
    }
    let sql = "INSERT OR IGNORE INTO awaiting VALUES (?1, ?2, ?3)";
    for Awaiting { missing, claim } in waiting {
        conn.prepare_cached(sql).doing(DOING)?.execute(params![partner, missing.0, claim.0]).doing(DOING)?;
    }
    Ok(())
}
