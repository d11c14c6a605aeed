//! What a viewer may see, for others: STIX, CSV, GraphML.

mod csv;
mod graphml;
mod stix;

use std::collections::BTreeSet;
use std::io::Write;

use entente_graph::Limit;
use entente_model::{Kind, Object, ObjectId, Tlp, VertexNo};
use entente_store::AsOf;
use serde::Deserialize;
use serde_json::{Map, Value, json};
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
        let mut used = BTreeSet::new();
        for vertex in vertices {
            let (object, summary) = (self.view.object(*vertex)?, self.view.summary(*vertex)?);
            if let Some((object, summary)) = object.zip(summary) {
                let (json, tlp) = marked(&object, summary.tlp);
                used.extend(tlp);
                bundle.object(&json).map_err(anyhow::Error::from)?;
            }
        }
        for tlp in used {
            bundle.object(&marking(tlp)).map_err(anyhow::Error::from)?;
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

/// The object under the handling it has here: an object that came unmarked, or under a wider marking than its import,
/// must not leave wider. Names the marking that was added, so that the bundle can hold its definition.
fn marked(object: &Object, tlp: Tlp) -> (Map<String, Value>, Option<Tlp>) {
    let mut json = object.json().clone();
    if object.kind() == &Kind::MarkingDefinition {
        return (json, None);
    }
    let own = json.get("object_marking_refs").and_then(Value::as_array).cloned().unwrap_or_default();
    let level = |id: &Value| Tlp::from_marking(id.as_str()?.parse::<ObjectId>().ok()?.uuid());
    if own.iter().filter_map(level).max().is_some_and(|marked| marked >= tlp) {
        return (json, None);
    }
    // The levels it came with are narrower now; two of them on one thing would contradict each other.
    let mut markings: Vec<Value> = own.into_iter().filter(|id| level(id).is_none()).collect();
    markings.push(tlp.marking().to_string().into());
    json.insert("object_marking_refs".into(), markings.into());
    (json, Some(tlp))
}

/// The definition of a TLP 2.0 marking, as FIRST and OASIS publish it (STIX common objects, extension
/// `60a3c5c5-0d10-413e-aab3-9e08dde9e88d`).
fn marking(tlp: Tlp) -> Map<String, Value> {
    const EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
    let definition = json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": tlp.marking().to_string(),
        "created": "2022-10-01T00:00:00.000Z",
        "name": tlp.to_string(),
        "extensions": { EXTENSION: { "extension_type": "property-extension", "tlp_2_0": tlp.as_str() } },
    });
    definition.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_wider_than_it_is_handled_here() {
        let object = |markings: Value| {
            let mut json = json!({ "type": "domain-name", "spec_version": "2.1", "value": "a.example",
                "id": "domain-name--3c10e93f-798e-52a6-a0c1-a2e8d2d1f4a6" });
            if !markings.is_null() {
                json["object_marking_refs"] = markings;
            }
            Object::from_json(json).expect("an object")
        };
        let green = Tlp::Green.marking().to_string();
        let (json, added) = marked(&object(Value::Null), Tlp::Amber);
        assert_eq!(
            (json["object_marking_refs"][0].as_str(), added),
            (Some(&*Tlp::Amber.marking().to_string()), Some(Tlp::Amber))
        );
        let (json, added) = marked(&object(json!([green])), Tlp::Red);
        assert_eq!(json["object_marking_refs"], json!([Tlp::Red.marking().to_string()]));
        assert_eq!(added, Some(Tlp::Red));
        let (json, added) = marked(&object(json!([green])), Tlp::Green);
        assert_eq!((json["object_marking_refs"].clone(), added), (json!([green]), None));
    }
}
