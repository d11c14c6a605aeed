//! The markings a source defined before.

use entente_model::{CompartmentSet, Kind, Marking, ObjectId, VertexNo};
use entente_store::{AsOf, StoreError};

use crate::app::App;

/// Definitions read at a time.
const PAGE: usize = 1_000;

impl App {
    /// What the marking definitions told by this source restrict, each version of them: for the node's own work, before an
    /// import. A definition of somebody else is not asked: nobody says for another what their markings mean.
    pub(in crate::app) fn told_markings(&self, source: &str) -> Result<Vec<(ObjectId, Marking)>, StoreError> {
        let all = CompartmentSet::all();
        let view = self.store.view(&all, AsOf::Now)?;
        let (mut told, mut after) = (Vec::new(), None::<VertexNo>);
        loop {
            let page = view.of_kind(&Kind::MarkingDefinition, after, PAGE)?;
            for vertex in &page {
                let claims = view.claims_of(*vertex)?;
                for claim in claims.iter().filter(|claim| claim.compartment.source == source) {
                    let definition = view.claimed(claim.no)?;
                    let marking = definition.as_ref().and_then(Marking::of);
                    told.extend(
                        definition.zip(marking).map(|(object, marking)| (object.id().clone(), marking)),
                    );
                }
            }
            after = page.last().copied();
            if page.len() < PAGE {
                return Ok(told);
            }
        }
    }
}
