//! The networks of `criminal-networks`, the folder beside the workspace that holds open data sets on criminal networks.
//!
//! They may not be redistributed, so a test that needs them is skipped, and says so, where the folder is absent.

use std::path::{Path, PathBuf};

use entente_graph::Network;
use entente_model::VertexNo;

/// Links with weights.
pub(crate) type Links = Vec<(u32, u32, f64)>;

/// A file of the data folder: `ENTENTE_CRIMINAL_NETWORKS`, as it was when the test was built, or `shared/data/criminal-networks`
/// beside a worktree. `None`, said on standard error, when there is none.
pub(crate) fn file(name: &str) -> Option<String> {
    let path = folder()?.join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: `{}` cannot be read", path.display());
    }
    text
}

fn folder() -> Option<PathBuf> {
    let given = option_env!("ENTENTE_CRIMINAL_NETWORKS").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut beside = above.map(|folder| folder.join("shared/data/criminal-networks"));
    let found = given.or_else(|| beside.find(|folder| folder.is_dir()));
    if found.is_none() {
        eprintln!("skipped: no folder `shared/data/criminal-networks`; see docs/quality.md");
    }
    found
}

/// Lines of two numbers and perhaps a weight, however separated; other lines are headers. Later lines on the same pair replace
/// earlier ones, as the Montagna data mean it.
pub(crate) fn links(text: &str) -> Links {
    let mut links: Links = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split([' ', '\t', ',']).filter(|field| !field.is_empty()).collect();
        let [a, b, rest @ ..] = fields.as_slice() else { continue };
        let (Ok(a), Ok(b)) = (a.parse::<u32>(), b.parse::<u32>()) else { continue };
        let weight = rest.first().and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        match links.iter_mut().find(|(x, y, _)| (*x, *y) == (a, b) || (*x, *y) == (b, a)) {
            Some(known) => known.2 = weight,
            None => links.push((a, b, weight)),
        }
    }
    links
}

/// A square matrix with names on both sides: a link wherever either direction is above 0.
pub(crate) fn matrix(text: &str) -> Links {
    let mut links = Vec::new();
    for (row, line) in (0..).zip(text.lines().skip(1)) {
        for (column, cell) in (0..).zip(line.split(',').skip(1)) {
            let weight: f64 = cell.trim().parse().unwrap_or(0.0);
            if weight > 0.0 && row != column {
                links.push((row, column, weight));
            }
        }
    }
    links
}

pub(crate) fn network(links: &Links) -> Network {
    let vertices: Vec<VertexNo> = links.iter().flat_map(|(a, b, _)| [VertexNo(*a), VertexNo(*b)]).collect();
    let links: Vec<_> = links.iter().map(|(a, b, weight)| (VertexNo(*a), VertexNo(*b), *weight)).collect();
    Network::new(&vertices, &links)
}
