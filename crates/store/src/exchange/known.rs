//! What is told again and again, by number. A number once read or committed is never another's, so memory of it is never
//! wrong; what a transaction gave out that was not kept must be forgotten.

use foldhash::HashMap;
use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::place::PartnerNo;
use super::{AgreementHash, ClauseId, FlowId};
use crate::StoreError;
use crate::error::Doing;

/// Numbers met lately.
#[derive(Debug, Default)]
pub(super) struct Known {
    flows: HashMap<(PartnerNo, FlowId), i64>,
    grounds: HashMap<(AgreementHash, Vec<ClauseId>), i64>,
    types: HashMap<String, i64>,
}

const DOING: &str = "interning names of the exchange";

impl Known {
    pub(super) fn flow(
        &mut self,
        conn: &Connection,
        partner: PartnerNo,
        flow: &FlowId,
    ) -> Result<i64, StoreError> {
        let key = (partner, flow.clone());
        if let Some(no) = self.flows.get(&key) {
            return Ok(*no);
        }
        let find = "SELECT no FROM flows WHERE partner = ?1 AND name = ?2";
        let add = "INSERT INTO flows (partner, name) VALUES (?1, ?2)";
        let no = intern(conn, find, add, params![partner, flow])?;
        self.flows.insert(key, no);
        Ok(no)
    }

    pub(super) fn ground(
        &mut self,
        conn: &Connection,
        agreement: AgreementHash,
        clauses: &[ClauseId],
    ) -> Result<i64, StoreError> {
        let key = (agreement, clauses.to_vec());
        if let Some(no) = self.grounds.get(&key) {
            return Ok(*no);
        }
        let find = "SELECT no FROM grounds WHERE agreement = ?1 AND clauses = ?2";
        let add = "INSERT INTO grounds (agreement, clauses) VALUES (?1, ?2)";
        let no = intern(conn, find, add, params![agreement, clauses_to_json(clauses)])?;
        self.grounds.insert(key, no);
        Ok(no)
    }

    pub(super) fn object_type(&mut self, conn: &Connection, name: &str) -> Result<i64, StoreError> {
        if let Some(no) = self.types.get(name) {
            return Ok(*no);
        }
        let find = "SELECT no FROM object_types WHERE name = ?1";
        let add = "INSERT INTO object_types (name) VALUES (?1)";
        let no = intern(conn, find, add, params![name])?;
        self.types.insert(name.to_owned(), no);
        Ok(no)
    }
}

fn intern(conn: &Connection, find: &str, add: &str, columns: &[&dyn ToSql]) -> Result<i64, StoreError> {
    let mut statement = conn.prepare_cached(find).doing(DOING)?;
    if let Some(no) = statement.query_row(columns, |row| row.get(0)).optional().doing(DOING)? {
        return Ok(no);
    }
    conn.prepare_cached(add).doing(DOING)?.insert(columns).doing(DOING)
}

pub(super) fn clauses_to_json(clauses: &[ClauseId]) -> String {
    serde_json::to_string(clauses).expect("a list of strings always serialises")
}
