//! What a viewer may see, for others: STIX, CSV, GraphML.

mod csv;
mod graphml;
mod marking;
mod stix;
mod ties;
mod uri;

use std::collections::HashSet;
use std::io::Write;

use entente_graph::Limit;
use entente_model::VertexNo;
use entente_store::AsOf;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lens::Lens;
use super::trace::MOST_HOPS;
use super::view::FilterRequest;
use super::{App, AppError, Role, Viewer};
use crate::cli::ExportFormat;

/// Vertices read from the store at a time.
const PAGE: usize = 1_000;

/// What to write.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ExportRequest {
    /// Only these things and, in STIX, the relationships and sightings between them; everything the viewer may see when
    /// absent.
    #[serde(default)]
    pub(crate) ids: Option<Vec<String>>,
    /// Links outward from them, 0 to 12; 0 when absent.
    #[serde(default)]
    pub(crate) hops: Option<u32>,
    /// The format.
    pub(crate) format: ExportFormat,
    /// What is followed from them.
    #[serde(default)]
    pub(crate) filter: FilterRequest,
}

impl App {
    /// Writes things in a format of others; analysts and administrators. Nothing beyond the page in hand is kept in memory.
    pub(crate) fn export(
        &self,
        viewer: &Viewer,
        request: &ExportRequest,
        output: &mut dyn Write,
    ) -> Result<(), AppError> {
        viewer.require(Role::Analyst)?;
        let lens = self.lens(viewer, AsOf::Now)?;
        let vertices = lens.selected(request)?;
        match request.format {
            ExportFormat::Stix if request.ids.is_none() => lens.write_all(output),
            ExportFormat::Stix => lens.write_selection(&vertices, output),
            ExportFormat::Csv => lens.write_csv(&vertices, output),
            ExportFormat::Graphml => lens.write_graphml(&vertices, output),
        }
    }
}

impl Lens<'_> {
    fn selected(&self, request: &ExportRequest) -> Result<Vec<VertexNo>, AppError> {
        let Some(ids) = &request.ids else {
            return Ok((0..self.graph.vertices()).map(VertexNo).collect());
        };
        let mut seeds = self.vertices(ids)?;
        let mut met = HashSet::new();
        seeds.retain(|seed| met.insert(*seed));
        let hops = request.hops.unwrap_or(0);
        if hops > MOST_HOPS {
            return Err(AppError::invalid(format!("`hops` must be 0 to {MOST_HOPS}.")));
        }
        if hops == 0 {
            return Ok(seeds);
        }
        let sieve = self.sieve(&request.filter)?;
        let around = self.graph.neighbourhood(&seeds, hops, &sieve.filter(), Limit::NONE);
        Ok(around.vertices.iter().map(|reached| reached.vertex).collect())
    }

    fn write_csv(&self, vertices: &[VertexNo], output: &mut dyn Write) -> Result<(), AppError> {
        let mut rows = csv::Rows::begin(output).map_err(anyhow::Error::from)?;
        for page in vertices.chunks(PAGE) {
            for thing in self.summaries(page)? {
                rows.row(&thing).map_err(anyhow::Error::from)?;
            }
        }
        Ok(rows.end().map_err(anyhow::Error::from)?)
    }

    fn write_graphml(&self, vertices: &[VertexNo], output: &mut dyn Write) -> Result<(), AppError> {
        let mut graph = graphml::Graphml::begin(output).map_err(anyhow::Error::from)?;
        for page in vertices.chunks(PAGE) {
            for thing in self.summaries(page)? {
                graph.vertex(&thing).map_err(anyhow::Error::from)?;
            }
        }
        let (edges, _) = self.graph.edges_among(vertices, &self.everything(), usize::MAX);
        let ids = self.ids(vertices)?;
        for edge in self.edges(&edges, &ids) {
            graph.edge(&edge).map_err(anyhow::Error::from)?;
        }
        Ok(graph.end().map_err(anyhow::Error::from)?)
    }
}
