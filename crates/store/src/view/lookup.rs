//! Finding vertices: by id, by value, by name, by type.

use entente_model::{ClaimNo, Kind, ObjectId, Selector, VertexNo};
use rusqlite::{OptionalExtension, params};

use super::{READING, View};
use crate::StoreError;
use crate::audience::Told;
use crate::error::Doing;
use crate::names::{NameKey, goes_by, name_key};
use crate::of_kind::each_after;

impl View<'_> {
    /// The vertex an id names; it may be one of several, of which the viewer must have been told.
    pub fn vertex(&self, id: &ObjectId) -> Result<Option<VertexNo>, StoreError> {
        let Some(kind) = self.names(|names| names.kind_no(id.kind())) else { return Ok(None) };
        let mut statement = self.statement("SELECT object FROM ids WHERE uuid = ?1 AND kind = ?2")?;
        let row = statement.query_row(params![id.uuid().as_bytes(), kind], |row| row.get(0));
        let Some(vertex) = row.optional().doing(READING)?.map(VertexNo) else { return Ok(None) };
        let Some(seen) = self.seen(vertex)? else { return Ok(None) };
        let (own, first) = ((kind, id.uuid().as_u128()), (seen.kind, seen.uuid));
        // Who knows a vertex by a mention alone knows it by the ids mentioned, and its first id need not be among them.
        let known = match own == first && seen.told > Told::Id {
            true => true,
            false => {
                let aliases = self.aliases(vertex)?;
                aliases.contains(&own) || own == first && aliases.is_empty()
            }
        };
        Ok(known.then_some(vertex))
    }

    /// Everything a value names: the vertex whose id it makes, and objects that carry it beside other values, as a
    /// file with several digests does.
    pub fn find(&self, selector: &Selector) -> Result<Vec<VertexNo>, StoreError> {
        let mut found: Vec<VertexNo> = self.vertex(&selector.id())?.into_iter().collect();
        if matches!(selector.kind(), Kind::File | Kind::X509Certificate | Kind::UserAccount) {
            found.extend(
                self.named(&selector.label())?
                    .into_iter()
                    .filter(|vertex| !found.contains(vertex))
                    .collect::<Vec<_>>(),
            );
        }
        Ok(found)
    }

    /// Objects that go by this name exactly, whatever its case: names of catalogued things, aliases, external ids such as
    /// `T1059`, digests, account names. Only what a current claim says counts.
    pub fn named(&self, name: &str) -> Result<Vec<VertexNo>, StoreError> {
        let key = name_key(name);
        let mut statement = self.statement("SELECT object FROM names WHERE key = ?1 ORDER BY object")?;
        let rows = statement.query_map([key], |row| row.get(0).map(VertexNo)).doing(READING)?;
        let candidates: Vec<VertexNo> = rows.collect::<Result<_, _>>().doing(READING)?;
        let mut found = Vec::new();
        for vertex in candidates {
            if self.goes_by(vertex, &key)? {
                found.push(vertex);
            }
        }
        Ok(found)
    }

    /// Vertices of a kind in the order of their numbers, after `after`; `limit` at most.
    pub fn of_kind(
        &self,
        kind: &Kind,
        after: Option<VertexNo>,
        limit: usize,
    ) -> Result<Vec<VertexNo>, StoreError> {
        let Some(kind) = self.names(|names| names.kind_no(kind)) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        each_after(&self.conn, kind, after.map(|after| after.0), |no| {
            if found.len() < limit {
                found.extend(self.seen(VertexNo(no))?.map(|seen| seen.no));
            }
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    fn goes_by(&self, vertex: VertexNo, key: &NameKey) -> Result<bool, StoreError> {
        for version in self.versions(vertex)?.iter().filter(|version| version.current) {
            let object = self.claimed(ClaimNo(version.claim))?;
            if object.is_some_and(|object| goes_by(&object, key)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
