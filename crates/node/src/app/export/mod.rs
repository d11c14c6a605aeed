//! What a viewer may see, for others: STIX, CSV, GraphML.

mod csv;
mod graphml;
mod stix;

use std::io::Write;

use entente_graph::Limit;
use entente_model::VertexNo;
use entente_store::AsOf;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lens::Lens;
use super::view::FilterRequest;
use super::{App, AppError, Role, Viewer};
use crate::cli::ExportFormat;
use crate::entropy;

/// Vertices read from the store at a time.
const PAGE: usize = 1_000;

/// What to write.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ExportRequest {
    /// Only these things; everything the viewer may see when absent.
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
            ExportFormat::Stix => lens.write_stix(&vertices, output),
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
        let seeds = self.vertices(ids)?;
        let hops = request.hops.unwrap_or(0).min(12);
        if hops == 0 {
            return Ok(seeds);
        }
        let sieve = self.sieve(&request.filter)?;
        let around = self.graph.neighbourhood(&seeds, hops, &sieve.filter(), Limit::NONE);
        Ok(around.vertices.iter().map(|reached| reached.vertex).collect())
    }

    /// Every object told or implied by a value, in its newest version; relationships among the selected things
    /// come with them when everything is selected.
    fn write_stix(&self, vertices: &[VertexNo], output: &mut dyn Write) -> Result<(), AppError> {
        let mut bundle = stix::Bundle::begin(output, entropy::bytes()).map_err(anyhow::Error::from)?;
        for vertex in vertices {
            if let Some(object) = self.view.object(*vertex)? {
                bundle.object(object.json()).map_err(anyhow::Error::from)?;
            }
        }
        Ok(bundle.end().map_err(anyhow::Error::from)?)
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
