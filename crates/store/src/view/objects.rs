//! Objects themselves: the newest body, or one made from a value.

use entente_model::{ClaimNo, Object, ObjectId, Selector, VertexNo};
use rusqlite::OptionalExtension;
use serde_json::{Map, Value};

use super::claims::newest;
use super::{READING, Seen, View};
use crate::audience::Told;
use crate::error::Doing;
use crate::{StoreError, value};

/// The objects of a view in the order of their vertices.
#[derive(Debug)]
pub struct Objects<'v, 's> {
    view: &'v View<'s>,
    next: u32,
    end: u32,
}

impl View<'_> {
    /// The newest version of a vertex across its sources. A value that was only ever mentioned gives the object that
    /// STIX has for it; what is known by its id alone, or not at all, gives `None`.
    pub fn object(&self, vertex: VertexNo) -> Result<Option<Object>, StoreError> {
        let Some(seen) = self.seen(vertex)? else { return Ok(None) };
        let told = match seen.told {
            Told::Whole => newest(&self.versions(vertex)?).map(|version| ClaimNo(version.claim)),
            _ => None,
        };
        match told {
            Some(claim) => self.claimed(claim),
            None => match self.value(&seen)? {
                Some(selector) => made_of(&self.id_of(&seen)?, &selector).map(Some),
                None => Ok(None),
            },
        }
    }

    /// As [`View::object`], once under each id by which a vertex is told: others refer to it by any of them. The newest
    /// comes first.
    pub fn objects_of(&self, vertex: VertexNo) -> Result<Vec<Object>, StoreError> {
        let wanted = self.aliases(vertex)?.len() + 1;
        let mut objects: Vec<Object> = self.object(vertex)?.into_iter().collect();
        if wanted == 1 || objects.is_empty() {
            return Ok(objects);
        }
        let mut versions = self.versions(vertex)?;
        versions.sort_unstable_by_key(|version| std::cmp::Reverse(version.age()));
        for version in versions {
            let Some(object) = self.claimed(ClaimNo(version.claim))? else { continue };
            if objects.iter().all(|known| known.id() != object.id()) {
                objects.push(object);
            }
            if objects.len() >= wanted {
                break;
            }
        }
        Ok(objects)
    }

    /// Every object of the view, for export.
    pub fn objects(&self) -> Result<Objects<'_, '_>, StoreError> {
        let mut statement = self.statement("SELECT objects_end FROM batches ORDER BY no DESC LIMIT 1")?;
        let end = statement.query_row([], |row| row.get(0)).optional().doing(READING)?.unwrap_or(0);
        Ok(Objects { view: self, next: 0, end })
    }

    /// The value of a vertex, when a claim that the viewer may see tells it.
    pub(super) fn value(&self, seen: &Seen) -> Result<Option<Selector>, StoreError> {
        if seen.told < Told::Value {
            return Ok(None);
        }
        if let Some(bytes) = &seen.value {
            return value::decode(bytes).map(Some);
        }
        let mut statement =
            self.statement("SELECT value FROM late_values WHERE object = ?1 AND salt <> x''")?;
        let bytes: Option<Vec<u8>> =
            statement.query_row([seen.no.0], |row| row.get(0)).optional().doing(READING)?;
        bytes.map(|bytes| value::decode(&bytes)).transpose()
    }
}

impl Iterator for Objects<'_, '_> {
    type Item = Result<(VertexNo, Object), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.end {
            let vertex = VertexNo(self.next);
            self.next += 1;
            if let Some(object) = self.view.object(vertex).transpose() {
                return Some(object.map(|object| (vertex, object)));
            }
        }
        None
    }
}

/// The STIX object of a value. Nobody made it, so where STIX wants times (a country is a location), they are the epoch.
fn made_of(id: &ObjectId, selector: &Selector) -> Result<Object, StoreError> {
    const EPOCH: &str = "1970-01-01T00:00:00.000Z";
    let mut json: Map<String, Value> = selector.properties();
    json.insert("type".to_owned(), id.kind().as_str().into());
    json.insert("spec_version".to_owned(), "2.1".into());
    json.insert("id".to_owned(), id.to_string().into());
    if !id.kind().is_observable() {
        json.insert("created".to_owned(), EPOCH.into());
        json.insert("modified".to_owned(), EPOCH.into());
    }
    let object = Object::from_json(Value::Object(json));
    object.map_err(|error| StoreError::damaged("objects", format!("a value makes no object: {error}")))
}
