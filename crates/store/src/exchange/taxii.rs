//! What the TAXII server keeps: what was fetched, and what became of what was pushed.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Exchange, FlowId, PartyId, find_flow, partner_no, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// A page that a partner fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Id of the token it was fetched with.
    pub token: String,
    /// When the first item of the page had been added.
    pub first_added: Timestamp,
    /// When the last one had.
    pub last_added: Timestamp,
    /// How many there were.
    pub items: u64,
    /// When it was fetched.
    pub at: Timestamp,
}

/// What became of objects pushed to this node (TAXII 2.1 section 4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxiiStatus {
    /// Its id.
    pub id: String,
    /// Who pushed; nobody else may see it.
    pub party: PartyId,
    /// When.
    pub requested_at: Timestamp,
    /// The resource as JSON.
    pub document: String,
}

impl Exchange {
    /// Notes that pages were delivered.
    pub fn delivered(&self, pages: &[(PartyId, FlowId, Delivery)]) -> Result<(), StoreError> {
        let doing = "noting what was fetched";
        self.change(doing, |tx| {
            let sql = "INSERT INTO deliveries (flow, token, first_added, last_added, items, at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let mut statement = tx.prepare_cached(sql).doing(doing)?;
            for (partner, flow, delivery) in pages {
                let unknown = || StoreError::NotFound { what: "flow", name: flow.0.clone() };
                let flow = find_flow(tx, partner_no(tx, partner)?, flow)?.ok_or_else(unknown)?;
                let Delivery { token, first_added, last_added, items, at } = delivery;
                let (first, last) = (micros(*first_added), micros(*last_added));
                let columns = params![flow, token, first, last, *items as i64, micros(*at)];
                statement.execute(columns).doing(doing)?;
            }
            Ok(())
        })
    }

    /// The pages of a flow that a partner fetched, newest first; `limit` at most.
    pub fn deliveries(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let doing = "reading what was fetched";
        self.read(|conn| {
            let Some(flow) = find_flow(conn, partner_no(conn, partner)?, flow)? else {
                return Ok(Vec::new());
            };
            let sql = "SELECT * FROM deliveries WHERE flow = ?1 ORDER BY no DESC LIMIT ?2";
            let mut statement = conn.prepare_cached(sql).doing(doing)?;
            let rows = statement.query_map(params![flow, limit as i64], |row| {
                Ok(Delivery {
                    token: row.get("token")?,
                    first_added: time(row, "first_added")?,
                    last_added: time(row, "last_added")?,
                    items: row.get::<_, i64>("items")? as u64,
                    at: time(row, "at")?,
                })
            });
            rows.doing(doing)?.collect::<Result<_, _>>().doing(doing)
        })
    }

    /// Keeps a status or changes it.
    pub fn put_taxii_status(&self, status: &TaxiiStatus) -> Result<(), StoreError> {
        let doing = "keeping a status";
        self.change(doing, |tx| {
            let TaxiiStatus { id, party, requested_at, document } = status;
            let sql = "INSERT INTO taxii_statuses VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT DO UPDATE SET document = excluded.document WHERE party = excluded.party";
            tx.execute(sql, params![id, party, micros(*requested_at), document]).map(drop).doing(doing)
        })
    }

    /// A party's own status.
    pub fn taxii_status(&self, party: &PartyId, id: &str) -> Result<Option<TaxiiStatus>, StoreError> {
        let doing = "reading a status";
        self.read(|conn| {
            let sql = "SELECT * FROM taxii_statuses WHERE id = ?1 AND party = ?2";
            let mut statement = conn.prepare_cached(sql).doing(doing)?;
            let found = statement.query_row(params![id, party], |row| {
                Ok(TaxiiStatus {
                    id: row.get("id")?,
                    party: row.get("party")?,
                    requested_at: time(row, "requested_at")?,
                    document: row.get("document")?,
                })
            });
            found.optional().doing(doing)
        })
    }

    /// Removes statuses requested before a time; answers how many.
    pub fn remove_taxii_statuses(&self, before: Timestamp) -> Result<usize, StoreError> {
        let doing = "removing old statuses";
        self.change(doing, |tx| {
            tx.execute("DELETE FROM taxii_statuses WHERE requested_at < ?1", [micros(before)]).doing(doing)
        })
    }
}
