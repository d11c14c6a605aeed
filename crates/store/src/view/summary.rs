//! What a list or a chart shows of a vertex.

use entente_model::{ClaimNo, CompartmentNo, ObjectId, Selector, Tlp, VertexNo};
use jiff::Timestamp;

use super::claims::{Version, newest};
use super::{Seen, View};
use crate::StoreError;
use crate::batch::timestamp;

/// A vertex in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its number.
    pub vertex: VertexNo,
    /// The id it is known by first; its kind is in it.
    pub id: ObjectId,
    /// What a person calls it; `None` when nothing but its id is known.
    pub label: Option<String>,
    /// True when the newest version withdraws it.
    pub revoked: bool,
    /// The earliest time any current claim gives for it.
    pub first_seen: Option<Timestamp>,
    /// The latest time any current claim gives for it.
    pub last_seen: Option<Timestamp>,
    /// Who speaks of it, sorted, each once.
    pub sources: Vec<String>,
    /// The most restrictive marking among the claims the viewer may see that are about it or mention it.
    pub tlp: Tlp,
    /// How many claims are about it.
    pub claims: u32,
}

impl View<'_> {
    /// Summaries of many vertices, in their order; `None` for one that does not exist for the viewer.
    pub fn summaries(&self, vertices: &[VertexNo]) -> Result<Vec<Option<Summary>>, StoreError> {
        vertices.iter().map(|vertex| self.summary(*vertex)).collect()
    }

    /// The summary of one vertex.
    pub fn summary(&self, vertex: VertexNo) -> Result<Option<Summary>, StoreError> {
        let Some(seen) = self.seen(vertex)? else { return Ok(None) };
        let versions = self.versions(vertex)?;
        let current = || versions.iter().filter(|version| version.current);
        let time = |micros: Option<i64>| micros.map(|micros| timestamp("versions", micros)).transpose();
        let (sources, tlp) = self.who(&seen)?;
        Ok(Some(Summary {
            vertex,
            id: self.id_of(&seen)?,
            label: self.label(&seen, &versions)?,
            revoked: newest(&versions).is_some_and(|version| version.revoked),
            first_seen: time(current().filter_map(|version| version.first_seen).min())?,
            last_seen: time(current().filter_map(|version| version.last_seen).max())?,
            sources,
            tlp,
            claims: versions.len() as u32,
        }))
    }

    fn label(&self, seen: &Seen, versions: &[Version]) -> Result<Option<String>, StoreError> {
        if let Some(label) = newest(versions).and_then(|version| version.label.clone()) {
            return Ok(Some(label));
        }
        let Some(selector) = self.value(seen)? else { return Ok(None) };
        Ok(self.hears_value(seen, &selector, versions)?.then(|| selector.label()))
    }

    /// The value a vertex is, where it is one that a claim the viewer may see tells.
    pub fn selector(&self, vertex: VertexNo) -> Result<Option<Selector>, StoreError> {
        let Some(seen) = self.seen(vertex)? else { return Ok(None) };
        let versions = self.versions(vertex)?;
        if let Some(value) = self.value(&seen)?
            && self.hears_value(&seen, &value, &versions)?
        {
            return Ok(Some(value));
        }
        let told = newest(&versions).map(|version| self.claimed(ClaimNo(version.claim))).transpose()?;
        Ok(told.flatten().and_then(|object| Selector::of_object(&object).into_iter().next()))
    }

    /// Whether a claim that the viewer may see tells the value. One about the vertex need not: a file can be told by
    /// its size, and its digest in confidence.
    fn hears_value(&self, seen: &Seen, value: &Selector, versions: &[Version]) -> Result<bool, StoreError> {
        if self.names(|names| names.audience(seen.audience).map(|known| known.tells_value(self.viewer)))? {
            return Ok(true);
        }
        for version in versions {
            let object = self.claimed(ClaimNo(version.claim))?;
            if object.is_some_and(|object| Selector::of_object(&object).contains(value)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who speaks of a vertex, and the most restrictive marking under which they do.
    fn who(&self, seen: &Seen) -> Result<(Vec<String>, Tlp), StoreError> {
        self.names(|names| {
            let (mut sources, mut tlp) = (Vec::new(), Tlp::Clear);
            let visible = |compartment: &CompartmentNo| self.may_see(*compartment);
            for no in names.audience(seen.audience)?.compartments().filter(visible) {
                let compartment = names.compartment(no)?;
                tlp = tlp.max(compartment.handling.tlp);
                sources.push(compartment.source.clone());
            }
            sources.sort_unstable();
            sources.dedup();
            Ok((sources, tlp))
        })
    }
}
