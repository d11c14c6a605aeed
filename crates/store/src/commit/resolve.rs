//! From ids to vertex numbers.

use foldhash::HashMap;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::StoreError;
use crate::error::Doing;
use crate::interned::KindNo;

/// An id by its parts, in the order of the table's key. Two words and not one of 128 bits, whose alignment would make
/// it a third larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    high: u64,
    low: u64,
    pub(crate) kind: KindNo,
}

impl Key {
    pub(crate) fn new(uuid: u128, kind: KindNo) -> Key {
        Key { high: (uuid >> 64) as u64, low: uuid as u64, kind }
    }

    /// The UUID as it is stored.
    pub(crate) fn uuid(&self) -> [u8; 16] {
        (u128::from(self.high) << 64 | u128::from(self.low)).to_be_bytes()
    }
}

/// Ids met lately, as read from the table. An id names its vertex for ever, so this is never wrong, also when another
/// process writes; what a transaction gave out itself is not remembered before somebody reads it again.
#[derive(Debug, Default)]
pub(crate) struct IdCache {
    young: HashMap<Key, u32>,
    old: HashMap<Key, u32>,
}

/// Ids in a generation. Two generations of this size are about 20 MB.
const GENERATION: usize = 200_000;

impl IdCache {
    fn look_up(&mut self, key: &Key) -> Option<u32> {
        if let Some(no) = self.young.get(key) {
            return Some(*no);
        }
        let no = *self.old.get(key)?;
        self.remember(*key, no);
        Some(no)
    }

    fn remember(&mut self, key: Key, no: u32) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, no);
    }

    /// Forgets everything: an aborted transaction may have left numbers here that nobody has.
    pub(crate) fn roll_back(&mut self) {
        *self = IdCache::default();
    }
}

/// Vertices of the ids a batch speaks of.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    known: HashMap<Key, u32>,
}

impl Resolved {
    pub(crate) fn get(&self, key: &Key) -> Option<u32> {
        self.known.get(key).copied()
    }

    pub(crate) fn insert(&mut self, key: Key, no: u32) {
        self.known.insert(key, no);
    }

    /// Looks up the keys not known yet. They are asked for in the order of the table, so that neighbours share pages.
    pub(crate) fn load(
        &mut self,
        conn: &Connection,
        cache: &mut IdCache,
        mut keys: Vec<Key>,
    ) -> Result<(), StoreError> {
        keys.sort_unstable();
        keys.dedup();
        let mut lookup = Lookup::new(conn, cache)?;
        for key in keys {
            if let Some(no) = lookup.get(&key)? {
                self.known.insert(key, no);
            }
        }
        Ok(())
    }
}

/// The table of ids, and the cache before it.
pub(crate) struct Lookup<'l> {
    statement: CachedStatement<'l>,
    cache: &'l mut IdCache,
}

impl<'l> Lookup<'l> {
    pub(crate) fn new(conn: &'l Connection, cache: &'l mut IdCache) -> Result<Lookup<'l>, StoreError> {
        let sql = "SELECT object FROM ids WHERE uuid = ?1 AND kind = ?2";
        Ok(Lookup { statement: conn.prepare_cached(sql).doing(LOOKING_UP)?, cache })
    }

    pub(crate) fn get(&mut self, key: &Key) -> Result<Option<u32>, StoreError> {
        if let Some(no) = self.cache.look_up(key) {
            return Ok(Some(no));
        }
        let row = self.statement.query_row(params![key.uuid(), key.kind], |row| row.get(0)).optional();
        let found: Option<u32> = row.doing(LOOKING_UP)?;
        if let Some(no) = found {
            self.cache.remember(*key, no);
        }
        Ok(found)
    }
}

const LOOKING_UP: &str = "looking up ids";
