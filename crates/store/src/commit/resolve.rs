//! From ids to vertex numbers.

use foldhash::HashMap;
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;
use crate::error::Doing;
use crate::interned::KindNo;

/// An id by its parts, in the order of the table's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) uuid: u128,
    pub(crate) kind: KindNo,
}

/// Ids met lately. An id names its vertex for ever, so this is never wrong, also when another process writes;
/// but what a transaction gave out is only remembered once it was committed.
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

    pub(crate) fn remember(&mut self, key: Key, no: u32) {
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
        let doing = "looking up ids";
        keys.retain(|key| !self.known.contains_key(key));
        keys.sort_unstable();
        keys.dedup();
        let mut statement =
            conn.prepare_cached("SELECT object FROM ids WHERE uuid = ?1 AND kind = ?2").doing(doing)?;
        for key in keys {
            let found = match cache.look_up(&key) {
                Some(no) => Some(no),
                None => {
                    let row =
                        statement.query_row(params![key.uuid.to_be_bytes(), key.kind], |row| row.get(0));
                    let no: Option<u32> = row.optional().doing(doing)?;
                    if let Some(no) = no {
                        cache.remember(key, no);
                    }
                    no
                }
            };
            if let Some(no) = found {
                self.known.insert(key, no);
            }
        }
        Ok(())
    }
}
