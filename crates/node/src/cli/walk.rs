//! `entente trace`, `path` and `export`: walking the graph.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use anyhow::Context as _;

use super::{Cli, Export, Filters, PathBetween, Trace, output};
use crate::app::export::ExportRequest;
use crate::app::trace::{NeighbourhoodRequest, PathsRequest};
use crate::app::view::{FilterRequest, GraphView};
use crate::app::{App, Viewer};

/// Follows links outward.
pub(super) fn trace(cli: &Cli, trace: &Trace) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let request = NeighbourhoodRequest {
        ids: resolve_all(&app, &owner, &trace.values)?,
        hops: trace.hops,
        filter: filter(&trace.filters),
        limit: Some(trace.limit),
    };
    let graph = app.neighbourhood(&owner, &request)?;
    if cli.json {
        return output::json(&graph);
    }
    let mut lines: Vec<_> = graph.vertices.iter().map(output::thing).collect();
    lines.push(String::new());
    lines.extend(links(&graph));
    if let Some(truncated) = &graph.truncated {
        lines.push(format!("{}: at least {} things more (raise --limit).", truncated.reason, truncated.more));
    }
    output::lines(lines)
}

/// Finds the best paths.
pub(super) fn path(cli: &Cli, path: &PathBetween) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let request = PathsRequest {
        from: resolve_all(&app, &owner, std::slice::from_ref(&path.from))?,
        to: resolve_all(&app, &owner, std::slice::from_ref(&path.to))?,
        count: Some(path.count),
        avoid_hubs: Some(!path.filters.through_hubs),
        filter: filter(&path.filters),
    };
    let found = app.paths(&owner, &request)?;
    if cli.json {
        return output::json(&found);
    }
    let names = labels(&found.graph);
    let mut lines = Vec::new();
    for (number, path) in found.paths.iter().enumerate() {
        let hubs: Vec<_> = path.hubs.iter().map(|id| output::visible(&label(&names, id))).collect();
        let through = if hubs.is_empty() {
            String::new()
        } else {
            format!(", through what many share: {}", hubs.join(", "))
        };
        lines.push(format!("Path {}, {} links{through}", number + 1, path.edges.len()));
        let edges = path.edges.iter().filter_map(|edge| found.graph.edges.get(*edge));
        lines.extend(edges.map(|edge| format!("  {}", output::link(edge, &|id| label(&names, id)))));
    }
    if lines.is_empty() {
        lines.push("There is no path under these filters.".to_owned());
    }
    output::lines(lines)
}

/// Writes a file for others.
pub(super) fn export(cli: &Cli, export: &Export) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let ids = resolve_all(&app, &owner, &export.values)?;
    let request = ExportRequest {
        ids: (!ids.is_empty()).then_some(ids),
        hops: Some(export.hops),
        format: export.format,
        filter: FilterRequest::default(),
    };
    let mut output: Box<dyn Write> = match &export.output {
        None => Box::new(BufWriter::new(io::stdout().lock())),
        Some(path) => {
            let file = File::create(path);
            Box::new(BufWriter::new(file.with_context(|| format!("`{}` cannot be written", path.display()))?))
        }
    };
    app.export(&owner, &request, &mut output)?;
    output.flush()?;
    Ok(())
}

pub(super) fn resolve_all(app: &App, owner: &Viewer, values: &[String]) -> anyhow::Result<Vec<String>> {
    Ok(values.iter().map(|value| app.resolve(owner, value)).collect::<Result<_, _>>()?)
}

pub(super) fn filter(filters: &Filters) -> FilterRequest {
    let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    FilterRequest {
        link_kinds: some(&filters.link),
        vertex_kinds: some(&filters.kind),
        sources: some(&filters.source),
        tlp_max: filters.tlp_max.map(|tlp| tlp.as_str().to_owned()),
        from: filters.from.map(|at| at.to_string()),
        to: filters.to.map(|at| at.to_string()),
        hubs: Some(if filters.through_hubs { "expand" } else { "skip" }.to_owned()),
    }
}

fn links(graph: &GraphView) -> Vec<String> {
    let names = labels(graph);
    graph.edges.iter().map(|edge| output::link(edge, &|id| label(&names, id))).collect()
}

fn labels(graph: &GraphView) -> HashMap<&str, &str> {
    graph.vertices.iter().map(|vertex| (vertex.id.as_str(), vertex.label.as_str())).collect()
}

fn label(names: &HashMap<&str, &str>, id: &str) -> String {
    names.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned())
}
