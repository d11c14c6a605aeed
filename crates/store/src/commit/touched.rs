//! The vertices that new claims are about or mention, as they change from claim to claim.

use foldhash::{HashMap, HashMapExt};
use rusqlite::Connection;

use super::decide::NewObject;
use super::resolve::Key;
use crate::StoreError;
use crate::error::Doing;
use crate::interned::{AudienceNo, KindNo};

/// A vertex that a new claim is about or mentions.
pub(crate) struct Touched {
    pub(crate) kind: KindNo,
    /// Its first id.
    pub(crate) first: Key,
    pub(crate) audience: AudienceNo,
    /// Its audience before the batch; `None` when it has no row yet.
    pub(crate) before: Option<AudienceNo>,
    /// The claim that first spoke of it, and its audience by that.
    pub(crate) first_claim: u32,
    pub(crate) first_audience: AudienceNo,
    pub(crate) has_value: bool,
}

/// All of them: those with a row, and the new ones, whose numbers follow one another.
pub(crate) struct TouchedVertices {
    known: HashMap<u32, Touched>,
    first_new: u32,
    new: Vec<Touched>,
}

const READING: &str = "reading mentioned objects";

impl TouchedVertices {
    /// `known` are numbers below `first_new`, in any order, some perhaps twice.
    pub(crate) fn load(
        conn: &Connection,
        mut known: Vec<u32>,
        first_new: u32,
        new: &[NewObject],
    ) -> Result<TouchedVertices, StoreError> {
        known.sort_unstable();
        known.dedup();
        let mut rows = HashMap::with_capacity(known.len());
        let sql = "SELECT kind, coalesce((SELECT audience FROM later_audiences WHERE object = objects.no
            ORDER BY since DESC LIMIT 1), audience), first_claim, value IS NOT NULL
            OR EXISTS (SELECT 1 FROM late_values WHERE object = objects.no AND salt <> x''), uuid FROM objects WHERE no = ?1";
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        for object in known {
            let row = statement.query_row([object], |row| {
                let (kind, audience) = (row.get(0)?, row.get(1)?);
                Ok(Touched {
                    kind,
                    first: Key::new(u128::from_be_bytes(row.get(4)?), kind),
                    audience,
                    before: Some(audience),
                    first_claim: row.get(2)?,
                    // Of no use any more: its row is written.
                    first_audience: audience,
                    has_value: row.get(3)?,
                })
            });
            rows.insert(object, row.doing(READING)?);
        }
        Ok(TouchedVertices { known: rows, first_new, new: new.iter().map(Touched::new).collect() })
    }

    pub(crate) fn get(&self, object: u32) -> Result<&Touched, StoreError> {
        let touched = match object.checked_sub(self.first_new) {
            Some(place) => self.new.get(place as usize),
            None => self.known.get(&object),
        };
        touched.ok_or_else(lost)
    }

    pub(crate) fn get_mut(&mut self, object: u32) -> Result<&mut Touched, StoreError> {
        let touched = match object.checked_sub(self.first_new) {
            Some(place) => self.new.get_mut(place as usize),
            None => self.known.get_mut(&object),
        };
        touched.ok_or_else(lost)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Touched> {
        self.known.values().chain(&self.new)
    }
}

impl Touched {
    fn new(new: &NewObject) -> Touched {
        Touched {
            kind: new.key.kind,
            first: new.key,
            audience: 0,
            before: None,
            first_claim: 0,
            first_audience: 0,
            has_value: new.value.is_some(),
        }
    }
}

fn lost() -> StoreError {
    StoreError::damaged("objects", "an object that an id names is not there")
}
