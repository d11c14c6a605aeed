//! What a list or a chart shows of a vertex.

use entente_model::{CompartmentNo, ObjectId, Tlp, VertexNo};
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
            label: self.label(&seen, newest(&versions))?,
            revoked: newest(&versions).is_some_and(|version| version.revoked),
            first_seen: time(current().filter_map(|version| version.first_seen).min())?,
            last_seen: time(current().filter_map(|version| version.last_seen).max())?,
            sources,
            tlp,
            claims: versions.len() as u32,
        }))
    }

    fn label(&self, seen: &Seen, newest: Option<&Version>) -> Result<Option<String>, StoreError> {
        match newest.and_then(|version| version.label.clone()) {
            Some(label) => Ok(Some(label)),
            None => Ok(self.value(seen)?.map(|selector| selector.label())),
        }
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
