//! What MISP's galaxies, and for malware ATT&CK, say about actors and malware.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use entente_graph::aliases::Kind;
use flate2::read::GzDecoder;
use lzma_rust2::XzReader;
use serde_json::Value;

/// Which of the galaxies are about one kind.
pub fn galaxies(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Actor => &["threat-actor", "mitre-intrusion-set", "microsoft-activity-group"],
        Kind::Malware => &[
            "ransomware",
            "rat",
            "tool",
            "botnet",
            "banker",
            "exploit-kit",
            "backdoor",
            "stealer",
            "cryptominers",
        ],
    }
}

/// Pages of catalogues: who cites one says by it which entry is meant, as a link does that is hidden.
const CATALOGUES: &[&str] = &["attack.mitre.org/", "malpedia.caad.fkie.fraunhofer.de/", "apt.etda.or.th/"];

/// One entry of one catalogue.
#[derive(Clone, Debug)]
pub struct Told {
    pub galaxy: String,
    pub name: String,
    /// Hidden: the truth.
    pub synonyms: Vec<String>,
    pub uuid: String,
    pub text: String,
    pub references: Vec<String>,
    pub country: Option<String>,
    /// Hidden: what it is said to be similar to, at least likely.
    pub similar: Vec<String>,
}

/// All that is told of one kind.
pub fn read(data: &Path, kind: Kind) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    for galaxy in galaxies(kind) {
        let value = json(&data.join("misp/galaxy/clusters").join(galaxy))?;
        let clusters = value["values"].as_array().context("a galaxy has values")?;
        told.extend(clusters.iter().map(|cluster| cluster_told(galaxy, cluster)));
    }
    if kind == Kind::Malware {
        told.extend(attack(&data.join("stix/attack-enterprise-2.0-perobject/enterprise-attack.tar.xz"))?);
    }
    Ok(told)
}

/// A galaxy, which may be packed.
fn json(path: &Path) -> Result<Value> {
    let open = |extension| File::open(path.with_extension(extension)).map(BufReader::new);
    match open("json") {
        Ok(plain) => Ok(serde_json::from_reader(plain)?),
        Err(_) => {
            let packed = open("json.gz").with_context(|| format!("{} cannot be read", path.display()))?;
            Ok(serde_json::from_reader(BufReader::new(GzDecoder::new(packed)))?)
        }
    }
}

fn cluster_told(galaxy: &str, cluster: &Value) -> Told {
    let meta = &cluster["meta"];
    let name = text(&cluster["value"]);
    // This galaxy writes ATT&CK's number behind the name.
    let name = match meta["external_id"].as_str() {
        Some(id) => name.trim_end_matches(id).trim_end_matches(" - ").to_owned(),
        None => name,
    };
    Told {
        galaxy: galaxy.to_owned(),
        name,
        synonyms: texts(&meta["synonyms"]),
        uuid: text(&cluster["uuid"]),
        text: text(&cluster["description"]),
        references: without_catalogues(texts(&meta["refs"])),
        country: meta["country"].as_str().map(str::to_owned),
        similar: similar(&cluster["related"]),
    }
}

/// Links that are at least likely by their own word.
fn similar(related: &Value) -> Vec<String> {
    let doubtful = |link: &&Value| {
        let tags = texts(&link["tags"]);
        tags.iter().any(|tag| tag.contains("unlikely") || tag.contains("roughly-even"))
    };
    let links = related.as_array().into_iter().flatten().filter(|link| link["type"] == "similar");
    links.filter(|link| !doubtful(link)).map(|link| text(&link["dest-uuid"])).collect()
}

/// Malware and tools of ATT&CK, whose ids MISP's links know.
fn attack(path: &Path) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    let mut archive = tar::Archive::new(XzReader::new(BufReader::new(File::open(path)?), true));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        if path.contains("/malware/") || path.contains("/tool/") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            let bundle: Value = serde_json::from_slice(&bytes)?;
            told.extend(bundle["objects"].as_array().into_iter().flatten().filter_map(software));
        }
    }
    told.sort_by(|one: &Told, other| one.uuid.cmp(&other.uuid));
    Ok(told)
}

fn software(object: &Value) -> Option<Told> {
    let id = object["id"].as_str()?.split_once("--")?.1;
    let gone = object["revoked"] == true || object["x_mitre_deprecated"] == true;
    let cited = object["external_references"].as_array().into_iter().flatten();
    let cited = cited.filter_map(|reference| reference["url"].as_str().map(str::to_owned)).collect();
    (!gone).then(|| Told {
        galaxy: "attack".to_owned(),
        name: text(&object["name"]),
        synonyms: texts(&object["x_mitre_aliases"]),
        uuid: id.to_owned(),
        text: text(&object["description"]),
        references: without_catalogues(cited),
        country: None,
        similar: Vec::new(),
    })
}

fn without_catalogues(mut urls: Vec<String>) -> Vec<String> {
    urls.retain(|url| !CATALOGUES.iter().any(|catalogue| url.contains(catalogue)));
    urls
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all.iter().map(text).collect(),
        _ => Vec::new(),
    }
}
