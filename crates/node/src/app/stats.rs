//! Counts.

use std::collections::BTreeMap;

use entente_store::AsOf;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::Count;
use super::{App, AppError, Viewer};

/// How much a viewer can see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsView {
    /// Objects told, or made from a value that was mentioned.
    pub(crate) objects: u64,
    /// Claims about them.
    pub(crate) claims: u64,
    /// Objects by STIX type.
    pub(crate) by_type: BTreeMap<String, u64>,
    /// Things known by their id alone.
    pub(crate) mentioned: u64,
    /// Claims by source.
    pub(crate) sources: Vec<Count>,
}

impl App {
    /// How much this viewer can see.
    pub(crate) fn stats(&self, viewer: &Viewer) -> Result<StatsView, AppError> {
        let stats = self.store.view(&viewer.compartments, AsOf::Now)?.stats()?;
        let sources = stats.sources.into_iter();
        Ok(StatsView {
            objects: stats.objects,
            claims: stats.claims,
            by_type: stats.by_type,
            mentioned: stats.mentioned,
            sources: sources.map(|one| Count { name: one.source, count: one.claims }).collect(),
        })
    }
}
