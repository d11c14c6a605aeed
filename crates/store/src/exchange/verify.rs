//! Checking every partner's wire against its log.

use entente_ledger::{CHECKPOINT, Hash, Storage};
use rusqlite::{Connection, OptionalExtension};

use super::place::{self, PartnerNo, row};
use super::read::{Reading, items};
use super::{Exchange, PartyId, Seq, WireBatch, WireItem};
use crate::StoreError;
use crate::disclosure::{ItemRecord, batch_leaf};
use crate::error::Doing;

/// A wire that was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedWire {
    /// Whose.
    pub partner: PartyId,
    /// Items on it.
    pub items: u64,
    /// How many of them were erased.
    pub erased: u64,
    /// Batches, each a leaf of the partner's log.
    pub batches: u64,
    /// The root that was signed over them, in base64; `None` while nothing was told.
    pub root: Option<String>,
}

/// The first thing on a partner's wire that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log of `{partner}`: {}: {why}", place(*leaf))]
pub struct FirstBadItem {
    /// Whose log; empty when no partner can be named.
    pub partner: String,
    /// Index of the leaf in that log, from 0; `None` when no leaf can be named.
    pub leaf: Option<u64>,
    /// What does not hold.
    pub why: String,
}

fn place(leaf: Option<u64>) -> String {
    leaf.map_or("it does not hold".to_owned(), |leaf| format!("leaf {leaf} does not hold"))
}

const VERIFYING: &str = "verifying what was told";

impl Exchange {
    /// Checks every partner's wire: items against leaves, leaves against tiles and checkpoint.
    pub fn verify(&self) -> Result<Vec<VerifiedWire>, FirstBadItem> {
        let whole =
            |error: StoreError| FirstBadItem { partner: String::new(), leaf: None, why: error.to_string() };
        self.settle();
        let conn = self.readers.check_out().map_err(whole)?;
        let partners = partners(&conn).map_err(whole)?;
        let verified = partners.iter().map(|(no, party)| self.verify_one(&conn, *no, party)).collect();
        stray(&conn).map_err(whole)?;
        verified
    }

    fn verify_one(
        &self,
        conn: &Connection,
        no: PartnerNo,
        party: &PartyId,
    ) -> Result<VerifiedWire, FirstBadItem> {
        let bad = |leaf, why| FirstBadItem { partner: party.0.clone(), leaf, why };
        let whole = |error: StoreError| bad(None, error.to_string());
        let publisher = self.logs.publisher(no, party).map_err(whole)?;
        let mut wire = Wire { conn, no, party, next: Seq(1) };
        let (hashes, fault) = wire.walk();
        let never_signed = matches!(publisher.files().read(CHECKPOINT), Ok(None));
        if hashes.is_empty() && fault.is_none() && never_signed {
            wire.ends(0).map_err(|why| bad(None, why))?;
            return Ok(VerifiedWire { partner: party.clone(), items: 0, erased: 0, batches: 0, root: None });
        }
        let signed = entente_ledger::verify(&publisher.files(), publisher.verifier(), hashes.iter().copied());
        let checkpoint = match (signed, fault) {
            (Ok(checkpoint), None) => checkpoint,
            // What the items say is more exact than what the log says of the same leaf.
            (Err(log), Some((leaf, _))) if log.index.is_some_and(|index| index < leaf) => {
                return Err(bad(log.index, log.what.to_string()));
            }
            (_, Some((leaf, why))) => return Err(bad(Some(leaf), why)),
            (Err(log), None) => return Err(bad(log.index, log.what.to_string())),
        };
        let batches = hashes.len() as u64;
        if checkpoint.size() < batches {
            return Err(bad(Some(checkpoint.size()), "it was told but never signed".to_owned()));
        }
        wire.ends(batches).map_err(|why| bad(None, why))?;
        let (items, root) = (wire.next.0 - 1, Some(checkpoint.root().to_base64()));
        let erased = erased(conn, no).map_err(whole)?;
        Ok(VerifiedWire { partner: party.clone(), items, erased, batches, root })
    }
}

struct Wire<'w> {
    conn: &'w Connection,
    no: PartnerNo,
    party: &'w PartyId,
    /// The item after the last one that was checked.
    next: Seq,
}

impl Wire<'_> {
    /// The leaves made again, up to the first batch that is not what it was.
    fn walk(&mut self) -> (Vec<Hash>, Option<(u64, String)>) {
        let mut hashes = Vec::new();
        loop {
            let leaf = hashes.len() as u64;
            match self.batch(leaf + 1) {
                Ok(Some(hash)) => hashes.push(hash),
                Ok(None) => return (hashes, None),
                Err(why) => return (hashes, Some((leaf, why))),
            }
        }
    }

    fn batch(&mut self, no: u64) -> Result<Option<Hash>, String> {
        let text = |error: StoreError| error.to_string();
        let Some(batch) = self.stored(no).map_err(text)? else { return Ok(None) };
        if batch.no != no || batch.first != self.next {
            return Err(format!("batch {no} is gone, or its items are not those that come next"));
        }
        let leaves = leaves(self.conn, self.no, self.party, &batch).map_err(text)??;
        if leaves.len() as u64 != u64::from(batch.items) {
            return Err(format!("it had {} items, and has {}", batch.items, leaves.len()));
        }
        let hash = batch_leaf(batch.first, leaves.len() as u64, &Hash::root_of(&leaves));
        if hash.as_bytes() != &batch.leaf {
            return Err("its items are not those that were told".to_owned());
        }
        self.next = Seq(batch.first.0 + u64::from(batch.items));
        Ok(Some(hash))
    }

    fn stored(&self, no: u64) -> Result<Option<WireBatch>, StoreError> {
        let sql =
            "SELECT no, first, items, leaf FROM wire_batches WHERE no >= ?1 AND no <= ?2 ORDER BY no LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql).doing(VERIFYING)?;
        let found = statement.query_row([row(self.no, no), place::last(self.no)], |row| {
            let first = Seq(row.get::<_, i64>(1)? as u64);
            Ok(WireBatch { no: place::number(row.get(0)?), first, items: row.get(2)?, leaf: row.get(3)? })
        });
        found.optional().doing(VERIFYING)
    }

    /// Checks that the wire ends where it says, and that nothing lies beyond.
    fn ends(&self, batches: u64) -> Result<(), String> {
        let text = |error: StoreError| error.to_string();
        let count = |sql: &str, from: i64| {
            let count = self.conn.query_row(sql, [from, place::last(self.no)], |row| row.get::<_, i64>(0));
            count.doing(VERIFYING).map_err(text)
        };
        let beyond =
            count("SELECT count(*) FROM wire WHERE no >= ?1 AND no <= ?2", row(self.no, self.next.0))?;
        if beyond > 0 {
            return Err(format!("{beyond} items are in no batch"));
        }
        let sql = "SELECT seq, batches FROM ends WHERE partner = ?1";
        let end =
            self.conn.query_row(sql, [self.no], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let end = end.optional().doing(VERIFYING).map_err(text)?.unwrap_or((0, 0));
        if end != (self.next.0 as i64 - 1, batches as i64) {
            return Err("its end is not where its items end".to_owned());
        }
        Ok(())
    }
}

/// The leaves of a batch's items; the inner error says which item is not what it may be.
pub(super) fn leaves(
    conn: &Connection,
    no: PartnerNo,
    party: &PartyId,
    batch: &WireBatch,
) -> Result<Result<Vec<Hash>, String>, StoreError> {
    let mut reading = Reading::new(conn, no);
    let sql = items!("WHERE no >= ?1 AND no < ?2 ORDER BY no");
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    let end = batch.first.0 + u64::from(batch.items);
    let mut rows = statement.query([row(no, batch.first.0), row(no, end)]).doing(VERIFYING)?;
    let mut leaves = Vec::new();
    while let Some(found) = rows.next().doing(VERIFYING)? {
        let item = reading.item(found)?;
        let next = batch.first.0 + leaves.len() as u64;
        if item.seq.0 != next {
            return Ok(Err(format!("item {next} is gone")));
        }
        match leaf(party, &item, commitment_left(conn, row(no, item.seq.0))?) {
            Ok(leaf) => leaves.push(leaf),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(leaves))
}

/// An item without salt counts as what its erasure left of it, and only with that.
fn leaf(party: &PartyId, item: &WireItem, left: Option<[u8; 32]>) -> Result<Hash, String> {
    match (&item.salt, left) {
        (Some(salt), None) => Ok(ItemRecord::of(party, item).leaf(salt)),
        (None, Some(commitment)) if item.body.is_empty() && item.object.is_none() => {
            Ok(Hash::leaf(&commitment))
        }
        (None, None) => Err(format!("item {} has no salt, and no erasure accounts for it", item.seq)),
        _ => Err(format!("item {} is said to be erased, but is there", item.seq)),
    }
}

fn erased(conn: &Connection, no: PartnerNo) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM erased_items WHERE no BETWEEN ?1 AND ?2";
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    let count = statement.query_row([row(no, 0), place::last(no)], |row| row.get::<_, i64>(0));
    count.doing(VERIFYING).map(|count| count as u64)
}

pub(super) fn commitment_left(conn: &Connection, no: i64) -> Result<Option<[u8; 32]>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT commitment FROM erased_items WHERE no = ?1").doing(VERIFYING)?;
    statement.query_row([no], |row| row.get(0)).optional().doing(VERIFYING)
}

fn partners(conn: &Connection) -> Result<Vec<(PartnerNo, PartyId)>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT no, party FROM partners ORDER BY no").doing(VERIFYING)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).doing(VERIFYING)?;
    rows.collect::<Result<_, _>>().doing(VERIFYING)
}

/// Items and batches of a partner that there is not.
fn stray(conn: &Connection) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM (SELECT no FROM wire UNION ALL SELECT no FROM wire_batches)
        WHERE no >> 40 NOT IN (SELECT no FROM partners)";
    match conn.query_row(sql, [], |row| row.get::<_, i64>(0)).doing(VERIFYING)? {
        0 => Ok(()),
        count => Err(StoreError::damaged("wire", format!("{count} rows are of no partner"))),
    }
}
