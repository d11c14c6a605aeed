//! What ties selected things together and is itself no thing on a chart: the relationships between them, and the
//! sightings that speak of two of them or more. Without these a selection would come in elsewhere as loose ends.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entente_graph::{Filter, Limit};
use entente_model::{ClaimNo, Kind, Object, ObjectId, VertexNo};

use crate::app::AppError;
use crate::app::lens::Lens;
use crate::app::view::FilterRequest;

impl Lens<'_> {
    /// The relationships and sightings between the selected things that are not among them, told by claims the viewer
    /// may see.
    pub(super) fn ties(&self, selected: &[VertexNo]) -> Result<Vec<VertexNo>, AppError> {
        let within: HashSet<VertexNo> = selected.iter().copied().collect();
        let sightings = self.sightings(selected, &within)?;
        let all: Vec<VertexNo> = within.iter().chain(&sightings).copied().collect();
        // Who wrote things down ties nothing together.
        let telling = Filter { link_kinds: Some(self.followed(None)), ..self.everything() };
        let (edges, _) = self.graph.edges_among(&all, &telling, usize::MAX);
        let (mut claims, mut ends) = (BTreeSet::new(), BTreeMap::<VertexNo, BTreeSet<VertexNo>>::new());
        for edge in edges {
            if sightings.contains(&edge.source) {
                ends.entry(edge.source).or_default().insert(edge.target);
            } else {
                claims.insert(edge.claim);
            }
        }
        let mut ties = self.relationships(claims, &within)?;
        ties.extend(ends.into_iter().filter(|(_, ends)| ends.len() > 1).map(|(sighting, _)| sighting));
        Ok(ties)
    }

    /// Sightings of the selected things that are not selected themselves.
    fn sightings(
        &self,
        selected: &[VertexNo],
        within: &HashSet<VertexNo>,
    ) -> Result<HashSet<VertexNo>, AppError> {
        let only = FilterRequest {
            link_kinds: Some(vec!["sighting-of".to_owned()]),
            hubs: Some("expand".to_owned()),
            ..FilterRequest::default()
        };
        let sieve = self.sieve(&only)?;
        let around = self.graph.neighbourhood(selected, 1, &sieve.filter(), Limit::NONE);
        let mut sightings = HashSet::new();
        for reached in around.vertices.iter().filter(|reached| !within.contains(&reached.vertex)) {
            if self.view.id(reached.vertex)?.is_some_and(|id| *id.kind() == Kind::Sighting) {
                sightings.insert(reached.vertex);
            }
        }
        Ok(sightings)
    }

    /// The relationships that claims are about. The newest version of one may join other things than the claim did.
    fn relationships(
        &self,
        claims: BTreeSet<ClaimNo>,
        within: &HashSet<VertexNo>,
    ) -> Result<Vec<VertexNo>, AppError> {
        let mut about = BTreeSet::new();
        for claim in claims {
            about.extend(self.view.vertex_of_claim(claim)?.filter(|about| !within.contains(about)));
        }
        let mut relationships = Vec::new();
        for vertex in about {
            let Some(object) = self.view.object(vertex)? else { continue };
            let joins = *object.kind() == Kind::Relationship
                && self.ends_within(&object, "source_ref", within)?
                && self.ends_within(&object, "target_ref", within)?;
            if joins {
                relationships.push(vertex);
            }
        }
        Ok(relationships)
    }

    fn ends_within(
        &self,
        relationship: &Object,
        end: &str,
        within: &HashSet<VertexNo>,
    ) -> Result<bool, AppError> {
        let id = relationship.text(end).and_then(|id| id.parse::<ObjectId>().ok());
        let Some(id) = id else { return Ok(false) };
        Ok(self.view.vertex(&id)?.is_some_and(|vertex| within.contains(&vertex)))
    }
}
