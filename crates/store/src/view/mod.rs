//! What one viewer may see, as it stood at one claim.
//!
//! A vertex exists in a view when a claim that the viewer may see, and that had been told by then, is about it or
//! mentions it. Everything else answers as if it had never been: `None`, not "forbidden"; no count, no order tells of it.

mod claims;
mod lookup;
mod objects;
mod spoken;
mod stats;
mod summary;

use entente_model::{ClaimNo, CompartmentNo, CompartmentSet, ObjectId, VertexNo};
use rusqlite::{CachedStatement, OptionalExtension};
use uuid::Uuid;

pub(crate) use claims::body;
pub use claims::{Change, ClaimRecord};
pub use objects::Objects;
pub use spoken::{Head, Spoken, Stretch};
pub use stats::{SourceCount, Stats};
pub use summary::Summary;

use crate::audience::Told;
use crate::batch::{AsOf, micros};
use crate::commit::ends;
use crate::error::Doing;
use crate::interned::{AudienceNo, Interned, KindNo};
use crate::readers::Reader;
use crate::{Store, StoreError};

/// A consistent picture of the store for one viewer. It holds a read transaction: make one for a question, do not keep it.
#[derive(Debug)]
pub struct View<'s> {
    store: &'s Store,
    conn: Reader<'s>,
    viewer: &'s CompartmentSet,
    /// The first claim that is not in the picture.
    end: u32,
    /// True when no claim was left out for being too late.
    latest: bool,
}

/// A row of `objects` that the viewer may see.
struct Seen {
    no: VertexNo,
    kind: KindNo,
    uuid: u128,
    audience: AudienceNo,
    told: Told,
    value: Option<Vec<u8>>,
}

impl Store {
    /// What this viewer may see, at this moment of the log.
    pub fn view<'s>(&'s self, viewer: &'s CompartmentSet, as_of: AsOf) -> Result<View<'s>, StoreError> {
        let conn = self.readers.check_out()?;
        let now = ends(&conn)?.claims;
        let end = match as_of {
            AsOf::Now => now,
            AsOf::Claim(ClaimNo(claim)) => claim.saturating_add(1).min(now),
            AsOf::Time(time) => {
                let sql = "SELECT claims_end FROM batches WHERE received_at <= ?1 ORDER BY no DESC LIMIT 1";
                let mut statement = conn.prepare_cached(sql).doing(READING)?;
                let end = statement.query_row([micros(time)], |row| row.get(0)).optional().doing(READING)?;
                end.unwrap_or(1)
            }
        };
        self.catch_up(&conn)?;
        Ok(View { store: self, conn, viewer, end, latest: end == now })
    }
}

const READING: &str = "reading what a viewer may see";

impl View<'_> {
    /// The last claim in the picture; claim 0 when there is none.
    pub fn last_claim(&self) -> ClaimNo {
        ClaimNo(self.end.saturating_sub(1))
    }

    /// The id a vertex is known by first.
    pub fn id(&self, vertex: VertexNo) -> Result<Option<ObjectId>, StoreError> {
        self.seen(vertex)?.map(|seen| self.id_of(&seen)).transpose()
    }

    fn statement(&self, sql: &'static str) -> Result<CachedStatement<'_>, StoreError> {
        self.conn.prepare_cached(sql).doing(READING)
    }

    fn names<T>(&self, read: impl FnOnce(&Interned) -> T) -> T {
        self.store.names(read)
    }

    fn may_see(&self, compartment: CompartmentNo) -> bool {
        self.viewer.contains(compartment)
    }

    /// The row of a vertex, when it exists for the viewer.
    fn seen(&self, vertex: VertexNo) -> Result<Option<Seen>, StoreError> {
        let sql = "SELECT kind, uuid, value, coalesce((SELECT audience FROM later_audiences
            WHERE object = ?1 AND since < ?2 ORDER BY since DESC LIMIT 1), audience)
            FROM objects WHERE no = ?1 AND first_claim < ?2";
        let mut statement = self.statement(sql)?;
        let row = statement
            .query_row([vertex.0, self.end], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
        let Some((kind, uuid, value, audience)) = row.optional().doing(READING)? else { return Ok(None) };
        let told = self.told(audience)?;
        let uuid = u128::from_be_bytes(uuid);
        Ok(told.map(|told| Seen { no: vertex, kind, uuid, audience, told, value }))
    }

    fn told(&self, audience: AudienceNo) -> Result<Option<Told>, StoreError> {
        self.names(|names| names.audience(audience).map(|audience| audience.told(self.viewer)))
    }

    /// The id the viewer knows a vertex by: its first, unless all they know is a mention by another.
    fn id_of(&self, seen: &Seen) -> Result<ObjectId, StoreError> {
        let alias = if seen.told == Told::Id { self.aliases(seen.no)?.into_iter().next() } else { None };
        // A first id that was erased is nil; claims that stay state those they know it by.
        let alias = if seen.uuid == 0 { self.aliases(seen.no)?.into_iter().next() } else { alias };
        let (kind, uuid) = alias.unwrap_or((seen.kind, seen.uuid));
        let kind = self.names(|names| names.kind(kind).cloned())?;
        Ok(ObjectId::new(kind, Uuid::from_u128(uuid)))
    }

    /// The further ids of a vertex that claims in the picture state.
    fn aliases(&self, vertex: VertexNo) -> Result<Vec<(KindNo, u128)>, StoreError> {
        let sql = "SELECT kind, uuid, compartment FROM aliases JOIN claims ON claims.no = aliases.claim
            WHERE aliases.object = ?1 AND aliases.claim < ?2 AND aliases.salt <> x''
            AND NOT EXISTS (SELECT 1 FROM removals WHERE removals.claim = claims.no) ORDER BY aliases.no";
        let mut statement = self.statement(sql)?;
        let rows = statement.query_map([vertex.0, self.end], |row| {
            Ok((row.get(0)?, u128::from_be_bytes(row.get(1)?), CompartmentNo(row.get(2)?)))
        });
        let mut aliases = Vec::new();
        for row in rows.doing(READING)? {
            let (kind, uuid, compartment) = row.doing(READING)?;
            if self.may_see(compartment) {
                aliases.push((kind, uuid));
            }
        }
        Ok(aliases)
    }
}
