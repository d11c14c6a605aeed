//! From ids to vertex numbers.

use foldhash::HashMap;
use rusqlite::{Connection, Statement};

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
        for (key, no) in look_up(conn, cache, &keys)? {
            self.known.insert(key, no);
        }
        Ok(())
    }
}

/// Those of the keys that name a vertex, with its number. Asked for in the order of the table, neighbours share pages.
pub(crate) fn look_up(
    conn: &Connection,
    cache: &mut IdCache,
    keys: &[Key],
) -> Result<Vec<(Key, u32)>, StoreError> {
    let mut found = Vec::new();
    let mut unknown = Vec::with_capacity(keys.len());
    for key in keys {
        match cache.look_up(key) {
            Some(no) => found.push((*key, no)),
            None => unknown.push(*key),
        }
    }
    let in_cache = found.len();
    let (many, few) = unknown.split_at(unknown.len() - unknown.len() % AT_ONCE);
    for (keys, at_once) in [(many, AT_ONCE), (few, 1)].into_iter().filter(|(keys, _)| !keys.is_empty()) {
        let mut statement = conn.prepare_cached(&question(at_once)).doing(LOOKING_UP)?;
        keys.chunks(at_once).try_for_each(|keys| ask(&mut statement, keys, &mut found)).doing(LOOKING_UP)?;
    }
    found[in_cache..].iter().for_each(|(key, no)| cache.remember(*key, *no));
    Ok(found)
}

/// Keys in one question: to begin and end it costs more than to find one of them.
const AT_ONCE: usize = 48;

/// Answers each key that is there by its place in the question.
fn question(keys: usize) -> String {
    let keys: Vec<_> = (0..keys).map(|place| format!("({place}, ?, ?)")).collect();
    format!(
        "SELECT asked.column1, ids.object FROM (VALUES {}) AS asked
        CROSS JOIN ids ON ids.uuid = asked.column2 AND ids.kind = asked.column3",
        keys.join(", ")
    )
}

fn ask(statement: &mut Statement, keys: &[Key], found: &mut Vec<(Key, u32)>) -> rusqlite::Result<()> {
    for (place, key) in keys.iter().enumerate() {
        statement.raw_bind_parameter(2 * place + 1, key.uuid())?;
        statement.raw_bind_parameter(2 * place + 2, key.kind)?;
    }
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let (place, no) = (row.get::<_, i64>(0)? as usize, row.get(1)?);
        found.extend(keys.get(place).map(|key| (*key, no)));
    }
    Ok(())
}

const LOOKING_UP: &str = "looking up ids";
