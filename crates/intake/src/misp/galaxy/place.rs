//! Clusters that are places: countries and the regions of UN M49.

use serde_json::json;

use super::super::observable::members;
use super::super::value::{Fields, object};
use super::{Cluster, meta};

/// A country.
pub(super) fn country(cluster: &Cluster) -> Fields {
    let meta = object(cluster.fields, "meta");
    let code = meta::first_text(meta, "ISO").unwrap_or_else(|| cluster.value.clone());
    let mut properties = members(json!({
        "name": cluster.description().unwrap_or_else(|| cluster.value.clone()),
        "description": format!("{} | {}", cluster.galaxy_description, cluster.value),
        "country": code,
    }));
    kept(&mut properties, meta);
    properties
}

/// A region, written `154 - Northern Europe`.
pub(super) fn region(cluster: &Cluster) -> Fields {
    let name = cluster.value.split_once(" - ").map_or(cluster.value.as_str(), |(_, name)| name);
    let mut properties = members(json!({
        "name": name,
        "description": format!("{} | {}", cluster.galaxy_description, cluster.description().unwrap_or_default()),
        "region": region_word(name),
    }));
    kept(&mut properties, object(cluster.fields, "meta"));
    properties
}

/// `region-ov` of STIX 2.1 section 10.19.
fn region_word(name: &str) -> String {
    match name {
        "Latin America and the Caribbean" => "latin-america-caribbean".to_owned(),
        "Australia and New Zealand" => "australia-new-zealand".to_owned(),
        other => other.to_lowercase().replace(' ', "-"),
    }
}

fn kept(properties: &mut Fields, meta: Option<&Fields>) {
    let Some(meta) = meta else { return };
    meta::references(properties, meta);
    let referenced = ["external_id", "Technique ID", "refs"];
    let rest = meta::renamed(meta).into_iter().filter(|(key, _)| !referenced.contains(&key.as_str()));
    properties.extend(rest.map(|(key, value)| (format!("x_misp_{key}"), value)));
}
