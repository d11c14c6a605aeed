//! One append, inside a transaction: items in the order of their seq, the batch's leaf, the cursor and the limits.

use entente_ledger::Hash;
use entente_model::Kind;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use sha2::{Digest, Sha256};

use super::known::Known;
use super::place::{self, PartnerNo, row};
use super::{
    Append, Appended, ItemKind, ItemState, Limit, NewItem, PartyId, Seq, awaiting, held_back, moment,
    partner_no, referral,
};
use crate::StoreError;
use crate::batch::micros;
use crate::disclosure::{ItemRecord, batch_leaf};
use crate::error::Doing;

const DOING: &str = "appending to the wire";
pub(super) const MICROS_PER_DAY: i64 = 86_400_000_000;

/// An append with what needs no database.
#[derive(Debug)]
pub(super) struct Prepared {
    append: Append,
    secrets: Vec<Secret>,
}

#[derive(Debug)]
struct Secret {
    salt: [u8; 16],
    body_hash: [u8; 32],
}

impl Prepared {
    pub(super) fn new(append: Append) -> Prepared {
        let secrets = (0_u64..).zip(&append.items).map(|(index, item)| Secret {
            salt: item_salt(&append.seed, index),
            body_hash: Sha256::digest(&item.body).into(),
        });
        Prepared { secrets: secrets.collect(), append }
    }

    /// How many items it has.
    pub(super) fn rows(&self) -> usize {
        self.append.items.len()
    }
}

/// Salts made of a seed that is not kept: each can be erased for itself, and none gives another away.
fn item_salt(seed: &[u8; 32], index: u64) -> [u8; 16] {
    let digest = Sha256::new_with_prefix(b"entente/item-salt/v1\0")
        .chain_update(seed)
        .chain_update(index.to_le_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    let (salt, _) = digest.split_first_chunk().expect("16 is less than 32");
    *salt
}

/// Where a partner's wire ends.
#[derive(Clone, Copy)]
struct End {
    seq: u64,
    added: i64,
    batches: u64,
    cursor: u32,
}

/// Writes an append. The transaction is the caller's to commit.
pub(super) fn append(
    conn: &Connection,
    known: &mut Known,
    prepared: &Prepared,
) -> Result<Appended, StoreError> {
    let Append { partner, cursor, items, limits, beside, now, .. } = &prepared.append;
    let no = partner_no(conn, partner)?;
    let before = end(conn, no)?;
    let mut after = before;
    if let Some(advance) = cursor {
        if advance.from.0 != before.cursor {
            let (expected, found) = (advance.from.0.into(), before.cursor.into());
            return Err(StoreError::Conflict { what: "the discloser's cursor", expected, found });
        }
        after.cursor = advance.to.0;
    }
    let added = before.next_added(*now);
    let mut appended = Appended { first: None, added: None, batch: None };
    if !items.is_empty() {
        place::check(no, before.seq + items.len() as u64)?;
        spend(conn, known, no, items, limits, added.div_euclid(MICROS_PER_DAY))?;
        let mut writing = Writing { conn, known, no, partner, added, first: before.seq + 1 };
        let root = writing.items(items, &prepared.secrets)?;
        after.seq += items.len() as u64;
        after.added = added + items.len() as i64 - 1;
        after.batches += 1;
        writing.batch(after.batches, items.len(), &root)?;
        appended.first = Some(Seq(before.seq + 1));
        appended.added = Some(moment(added).doing(DOING)?);
        appended.batch = Some(after.batches);
    }
    awaiting::note(conn, no, &beside.awaiting, &beside.met)?;
    held_back::let_go(conn, no, &beside.let_go)?;
    put_end(conn, no, &after)?;
    Ok(appended)
}

/// When the next item to a partner is added: after every one before it, whatever the clock says.
pub(super) fn next_added(conn: &Connection, partner: PartnerNo, now: Timestamp) -> Result<i64, StoreError> {
    Ok(end(conn, partner)?.next_added(now))
}

impl End {
    fn next_added(&self, now: Timestamp) -> i64 {
        micros(now).max(self.added.saturating_add(1))
    }
}

fn end(conn: &Connection, partner: PartnerNo) -> Result<End, StoreError> {
    let sql = "SELECT seq, added, batches, cursor FROM ends WHERE partner = ?1";
    let mut statement = conn.prepare_cached(sql).doing(DOING)?;
    let end = statement.query_row([partner], |row| {
        let (seq, batches): (i64, i64) = (row.get(0)?, row.get(2)?);
        Ok(End { seq: seq as u64, added: row.get(1)?, batches: batches as u64, cursor: row.get(3)? })
    });
    end.optional()
        .doing(DOING)
        .map(|end| end.unwrap_or(End { seq: 0, added: i64::MIN, batches: 0, cursor: 0 }))
}

fn put_end(conn: &Connection, partner: PartnerNo, end: &End) -> Result<(), StoreError> {
    let sql = "INSERT INTO ends VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE
        SET seq = excluded.seq, added = excluded.added, batches = excluded.batches, cursor = excluded.cursor";
    let columns = params![partner, end.seq as i64, end.added, end.batches as i64, end.cursor];
    conn.prepare_cached(sql).doing(DOING)?.execute(columns).map(drop).doing(DOING)
}

/// Counts the released items of each flow against its limit. Markings say how to handle the others, and do not count.
fn spend(
    conn: &Connection,
    known: &mut Known,
    partner: PartnerNo,
    items: &[NewItem],
    limits: &[Limit],
    day: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO spent VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET items = items + excluded.items
        RETURNING items";
    let mut statement = conn.prepare_cached(sql).doing(DOING)?;
    for limit in limits {
        let marks = |item: &NewItem| {
            item.object.as_ref().is_some_and(|object| *object.id.kind() == Kind::MarkingDefinition)
        };
        let counts = |item: &&NewItem| {
            item.kind == ItemKind::Release && item.flow.as_ref() == Some(&limit.flow) && !marks(item)
        };
        let wanted = items.iter().filter(counts).count();
        if wanted == 0 {
            continue;
        }
        let flow = known.flow(conn, partner, &limit.flow)?;
        let used: i64 =
            statement.query_row(params![flow, day, wanted as i64], |row| row.get(0)).doing(DOING)?;
        if used.unsigned_abs() > limit.most {
            let used = used.unsigned_abs() - wanted as u64;
            return Err(StoreError::Spent { flow: limit.flow.0.clone(), used, most: limit.most });
        }
    }
    Ok(())
}

struct Writing<'w> {
    conn: &'w Connection,
    known: &'w mut Known,
    no: PartnerNo,
    partner: &'w PartyId,
    /// When the first item is added; each further one a microsecond later.
    added: i64,
    first: u64,
}

impl Writing<'_> {
    /// Writes the items; answers the root over their commitments.
    fn items(&mut self, items: &[NewItem], secrets: &[Secret]) -> Result<Hash, StoreError> {
        let mut leaves = Vec::with_capacity(items.len());
        for (index, (item, secret)) in items.iter().zip(secrets).enumerate() {
            let (seq, added) = (self.first + index as u64, self.added + index as i64);
            leaves.push(self.item(seq, added, item, secret)?);
        }
        Ok(Hash::root_of(&leaves))
    }

    fn item(&mut self, seq: u64, added: i64, item: &NewItem, secret: &Secret) -> Result<Hash, StoreError> {
        let is_release = item.kind == ItemKind::Release;
        if is_release != (item.object.is_some() && item.flow.is_some())
            || (is_release && !item.concerns.is_empty())
        {
            let what = "a release needs flow and object and takes nothing back, a notice is of no object";
            return Err(StoreError::Unfit { what: "item", why: what.to_owned() });
        }
        let (conn, no) = (self.conn, self.no);
        let flow = item.flow.as_ref().map(|flow| self.known.flow(conn, no, flow)).transpose()?;
        let ground = self.known.ground(conn, item.agreement, &item.clauses)?;
        let object = item.object.as_ref();
        let object_type =
            object.map(|object| self.known.object_type(conn, object.id.kind().as_str())).transpose()?;
        let uuid = object.map(|object| *object.id.uuid().as_bytes());
        // An object without a version of its own counts the moment it was added as one.
        let version = object.map(|object| object.version.map_or(added, micros));
        let state = match (flow, uuid) {
            (Some(flow), Some(uuid)) => self.outdate(params![flow, uuid, object_type], version)?,
            _ => ItemState::Stands,
        };
        let sql = "INSERT INTO wire VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        let (claim, original) = (item.claim.map(|claim| claim.0), item.original.map(|original| original.0));
        let place = row(no, seq);
        let columns = params![
            place,
            item.kind,
            flow,
            ground,
            added,
            object_type,
            uuid,
            version,
            claim,
            original,
            state as i64,
            secret.salt,
            item.body
        ];
        conn.prepare_cached(sql).doing(DOING)?.execute(columns).doing(DOING)?;
        if item.kind.is_notice() {
            self.notice(place, &item.concerns)?;
        }
        if let Some(id) = &item.referral {
            referral::release(conn, id, no, place, added)?;
        }
        let record = ItemRecord {
            to: self.partner,
            seq: Seq(seq),
            kind: item.kind,
            flow: item.flow.as_ref(),
            object: object.map(|object| object.id.to_string()),
            version,
            added,
            agreement: item.agreement,
            clauses: &item.clauses,
            body_hash: secret.body_hash,
        };
        Ok(record.leaf(&secret.salt))
    }

    /// Marks earlier versions of an object in its flow; answers the state of the new one, which is outdated itself when a later
    /// one was told before.
    fn outdate(&self, object: &[&dyn ToSql], version: Option<i64>) -> Result<ItemState, StoreError> {
        let sql =
            "SELECT no, version FROM wire WHERE kind = 0 AND flow = ?1 AND uuid = ?2 AND object_type = ?3
            AND state = 0";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        let standing =
            statement.query_row(object, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)));
        match standing.optional().doing(DOING)? {
            Some((_, other)) if other > version => Ok(ItemState::Outdated),
            Some((place, _)) => {
                let sql = "UPDATE wire SET state = 1 WHERE no = ?1";
                self.conn.prepare_cached(sql).doing(DOING)?.execute([place]).doing(DOING)?;
                Ok(ItemState::Stands)
            }
            None => Ok(ItemState::Stands),
        }
    }

    /// Opens a notice and withdraws what it takes back.
    fn notice(&self, place: i64, concerns: &[Seq]) -> Result<(), StoreError> {
        let sql = "INSERT INTO notices (no, state) VALUES (?1, 'outstanding')";
        self.conn.prepare_cached(sql).doing(DOING)?.execute([place]).doing(DOING)?;
        for concerned in concerns {
            let item = row(self.no, concerned.0);
            let sql = "UPDATE wire SET state = 2 WHERE no = ?1 AND kind = 0 AND no < ?2";
            if self.conn.prepare_cached(sql).doing(DOING)?.execute([item, place]).doing(DOING)? == 0 {
                let why = format!("it takes back {concerned}, which is no release on this wire");
                return Err(StoreError::Unfit { what: "notice", why });
            }
            let sql = "INSERT OR IGNORE INTO concerned VALUES (?1, ?2)";
            self.conn.prepare_cached(sql).doing(DOING)?.execute([place, item]).doing(DOING)?;
        }
        Ok(())
    }

    fn batch(&self, no: u64, items: usize, root: &Hash) -> Result<(), StoreError> {
        let leaf = batch_leaf(Seq(self.first), items as u64, root);
        let sql = "INSERT INTO wire_batches VALUES (?1, ?2, ?3, ?4)";
        let columns = params![row(self.no, no), self.first as i64, items as i64, leaf.as_bytes()];
        self.conn.prepare_cached(sql).doing(DOING)?.execute(columns).map(drop).doing(DOING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_of_one_seed_differ_and_are_not_part_of_it() {
        let salts: Vec<_> = (0..100).map(|index| item_salt(&[7; 32], index)).collect();
        let mut distinct = salts.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 100);
        assert_ne!(salts[0], item_salt(&[8; 32], 0));
    }
}
