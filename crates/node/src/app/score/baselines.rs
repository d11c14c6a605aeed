//! What people do today, on the same records.

use entente_graph::{Filter, HubPolicy, Limit};
use entente_model::VertexNo;

use super::linkage::linkage;
use crate::app::lens::{HUB, Lens};
use crate::app::trace::MOST_HOPS;

/// MISP's default: a value in more events than this correlates nothing.
const OVER_CORRELATION: u32 = 20;

/// Another means of finding what belongs together.
pub(super) type Means = fn(&Lens<'_>, &[VertexNo]) -> Vec<(VertexNo, f64)>;

/// Each with its name in the table.
pub(super) const BASELINES: [(&str, Means); 3] = [
    ("exact_match_correlation", correlation),
    ("connected_components", components),
    ("record_linkage", linkage),
];

/// What equal values reach, as MISP correlates, nearer first; values that too many share reach nothing.
fn correlation(lens: &Lens<'_>, seeds: &[VertexNo]) -> Vec<(VertexNo, f64)> {
    let near = reached(lens, seeds, OVER_CORRELATION);
    near.into_iter().map(|(vertex, hops)| (vertex, 1.0 / (1.0 + f64::from(hops)))).collect()
}

/// Whatever hangs together once hubs are taken out.
fn components(lens: &Lens<'_>, seeds: &[VertexNo]) -> Vec<(VertexNo, f64)> {
    reached(lens, seeds, HUB).into_iter().map(|(vertex, _)| (vertex, 1.0)).collect()
}

fn reached(lens: &Lens<'_>, seeds: &[VertexNo], hub: u32) -> Vec<(VertexNo, u32)> {
    let filter = Filter {
        hubs: HubPolicy::Skip { above: hub },
        link_kinds: Some(lens.followed(None)),
        ..lens.everything()
    };
    let found = lens.graph.neighbourhood(seeds, MOST_HOPS, &filter, Limit { edges: 0, ..Limit::NONE });
    found.vertices.into_iter().map(|reached| (reached.vertex, reached.distance)).collect()
}
