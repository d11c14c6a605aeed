//! Partners' logs: one for each, so that none tells one partner how much another was told.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use entente_ledger::{CHECKPOINT, Hash, Storage, Verifier};
use rusqlite::Connection;

use super::place::{self, PartnerNo, row};
use super::{Exchange, PartyId, partner_no};
use crate::StoreError;
use crate::error::Doing;
use crate::ledger::{Leaves, NodeKey, Publisher, Seed};

const DOING: &str = "reading which logs have grown";

/// The name of the log of what the owner of a key told a party: `<key's name>/to/<party>`. What may not stand in the name of
/// a key is written as `%` and two hexadecimal digits for each byte.
pub fn log_name(key: &str, party: &PartyId) -> String {
    let mut name = format!("{key}/to/");
    for byte in party.0.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                name.push(char::from(byte))
            }
            _ => write!(name, "%{byte:02x}").expect("a string grows"),
        }
    }
    name
}

/// The logs of all partners.
#[derive(Debug)]
pub(super) struct PartnerLogs {
    folder: PathBuf,
    name: String,
    seed: Seed,
    logs: Mutex<HashMap<PartnerNo, Log>>,
}

#[derive(Clone, Debug)]
struct Log {
    publisher: Arc<Publisher>,
    /// Leaves that were signed when this process last looked.
    signed: u64,
}

impl PartnerLogs {
    pub(super) fn new(folder: &Path, key: &NodeKey) -> Result<PartnerLogs, StoreError> {
        let folder = folder.join("ledger").join("partners");
        // A name that no key can have is better known now than at the first item.
        entente_ledger::Signer::new(key.name, key.seed)?;
        Ok(PartnerLogs { folder, name: key.name.to_owned(), seed: Seed(*key.seed), logs: Mutex::default() })
    }

    /// Signs every partner's leaves that are committed and not signed yet.
    pub(super) fn publish(&self, conn: &Connection) -> Result<(), StoreError> {
        let sql =
            "SELECT no, party, batches FROM ends JOIN partners ON no = partner WHERE batches > 0 ORDER BY no";
        let mut statement = conn.prepare_cached(sql).doing(DOING)?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64)));
        let grown: Vec<(PartnerNo, PartyId, u64)> =
            rows.doing(DOING)?.collect::<Result<_, _>>().doing(DOING)?;
        // One partner's log that is spoilt must not hold up the others'.
        let mut first_error = None;
        for (no, party, batches) in grown {
            if let Err(error) = self.publish_one(conn, no, &party, batches) {
                tracing::error!(log = no, %error, "a partner's log is behind what it was told");
                first_error.get_or_insert(error);
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    fn publish_one(
        &self,
        conn: &Connection,
        no: PartnerNo,
        party: &PartyId,
        batches: u64,
    ) -> Result<(), StoreError> {
        let log = self.log(no, party)?;
        if log.signed == batches {
            return Ok(());
        }
        let signed = log.publisher.publish(conn)?.map_or(0, |checkpoint| checkpoint.size());
        if let Some(log) = self.logs.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&no) {
            log.signed = signed;
        }
        Ok(())
    }

    fn log(&self, no: PartnerNo, party: &PartyId) -> Result<Log, StoreError> {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = logs.get(&no) {
            return Ok(log.clone());
        }
        let key = NodeKey { name: &log_name(&self.name, party), seed: &self.seed.0 };
        let leaves = Leaves {
            sql: "SELECT leaf FROM wire_batches WHERE no > ?1 AND no <= ?2 ORDER BY no",
            before: row(no, 0),
            last: place::last(no),
        };
        let publisher = Arc::new(Publisher::new(self.folder.join(no.to_string()), &key, leaves)?);
        let log = Log { publisher, signed: 0 };
        logs.insert(no, log.clone());
        Ok(log)
    }

    pub(super) fn publisher(&self, no: PartnerNo, party: &PartyId) -> Result<Arc<Publisher>, StoreError> {
        self.log(no, party).map(|log| log.publisher)
    }
}

impl Exchange {
    fn publisher(&self, partner: &PartyId) -> Result<Arc<Publisher>, StoreError> {
        let no = self.read(|conn| partner_no(conn, partner))?;
        self.logs.publisher(no, partner)
    }

    /// The key by which others check the log of what a partner was told.
    pub fn log_key(&self, partner: &PartyId) -> Result<Verifier, StoreError> {
        Ok(self.publisher(partner)?.verifier().clone())
    }

    /// The signed checkpoint of the log of what a partner was told; `None` before the first item is signed.
    pub fn checkpoint(&self, partner: &PartyId) -> Result<Option<Vec<u8>>, StoreError> {
        let read = self.publisher(partner)?.files().read(CHECKPOINT);
        Ok(read
            .map_err(|source| entente_ledger::LedgerError::Storage { path: CHECKPOINT.to_owned(), source })?)
    }

    /// The proof that the log, at its present checkpoint, continues its first `old` leaves.
    pub fn consistency_proof(&self, partner: &PartyId, old: u64) -> Result<Vec<Hash>, StoreError> {
        Ok(self.publisher(partner)?.log()?.consistency_proof(old)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_party_has_a_log_name_of_its_own() {
        assert_eq!(log_name("node.example", &"police".into()), "node.example/to/police");
        let odd = log_name("node.example", &"a b+c/ü%20\n".into());
        assert_eq!(odd, "node.example/to/a%20b%2bc%2f%c3%bc%2520%0a");
        assert!(entente_ledger::Signer::new(&odd, &[1; 32]).is_ok());
    }
}
