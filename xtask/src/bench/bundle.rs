//! A large STIX 2.1 bundle, written as it is made: indicators that name hosts, families, relationships, organisations;
//! about 700 bytes an object. The same size gives the same bundle.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

const WORDS: [&str; 24] = [
    "relay", "panel", "invoice", "loader", "ledger", "harbour", "courier", "account", "session", "stealer",
    "gateway", "payment", "remote", "archive", "mailer", "billing", "desk", "freight", "customs", "portal",
    "signal", "winter", "lantern", "quiet",
];

/// Writes a bundle of so many objects, unless it is there already, and says where.
pub(crate) fn write(folder: &Path, objects: u64) -> Result<PathBuf> {
    let path = folder.join(format!("bundle-{objects}.json"));
    if !path.is_file() {
        std::fs::create_dir_all(folder)?;
        let beside = path.with_extension("new");
        fill(&beside, objects).with_context(|| format!("`{}` could not be written", beside.display()))?;
        std::fs::rename(&beside, &path)?;
    }
    Ok(path)
}

/// A host that an object of the bundle names; any number below its size will do.
pub(crate) fn host(number: u64) -> String {
    let mut random = Random(number);
    let (first, second) = (random.word(), random.word());
    format!("{first}-{second}-{number}.example")
}

fn fill(path: &Path, objects: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[", Random(0).uuid())?;
    for number in 0..objects {
        let comma = if number == 0 { "" } else { "," };
        write!(file, "{comma}\n{}", object(number, objects))?;
    }
    file.write_all(b"\n]}\n")?;
    file.flush()
}

/// One object in ten is a family, one an organisation, two are relationships and six indicators.
fn object(number: u64, objects: u64) -> Value {
    let mut random = Random(number ^ 0xb0d1e);
    let id = id(number);
    let common = |kind: &str| {
        json!({
            "type": kind, "spec_version": "2.1", "id": id,
            "created": "2026-03-02T11:00:00.000Z", "modified": "2026-09-14T08:00:00.000Z",
        })
    };
    let own = match number % 10 {
        0 => {
            json!({"name": random.prose(3), "is_family": true, "malware_types": ["bot"], "description": random.prose(50)})
        }
        1 => {
            json!({"name": random.prose(4), "identity_class": "organization", "description": random.prose(52)})
        }
        2 | 3 => {
            let indicator = random.below(objects / 10) * 10 + 4;
            let family = random.below(objects.div_ceil(10)) * 10;
            json!({
                "relationship_type": "indicates", "description": random.prose(40),
                "source_ref": self::id(indicator), "target_ref": self::id(family), "start_time": "2026-04-01T00:00:00Z",
            })
        }
        _ => json!({
            "name": random.prose(4), "description": random.prose(40), "indicator_types": ["malicious-activity"],
            "pattern": format!("[domain-name:value = '{}']", host(number)), "pattern_type": "stix",
            "valid_from": "2026-03-02T00:00:00Z",
        }),
    };
    let mut object = common(kind(number));
    if let (Some(object), Value::Object(own)) = (object.as_object_mut(), own) {
        object.extend(own);
    }
    object
}

fn kind(number: u64) -> &'static str {
    match number % 10 {
        0 => "malware",
        1 => "identity",
        2 | 3 => "relationship",
        _ => "indicator",
    }
}

fn id(number: u64) -> String {
    format!("{}--{}", kind(number), Random(number ^ 0x1d).uuid())
}

/// SplitMix64: repeatable, and good enough to spread things.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len() as u64) as usize]
    }

    fn prose(&mut self, words: usize) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    /// A UUID of version 4 (RFC 9562 section 5.4).
    fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
        let (d, e) = ((low >> 48) & 0x3fff | 0x8000, low & 0xffff_ffff_ffff);
        format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{e:012x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_is_one_json_document_of_about_700_bytes_an_object() {
        let folder = std::env::temp_dir().join(format!("entente-bundle-{}", std::process::id()));
        let path = write(&folder, 1_000).expect("written");
        let bytes = std::fs::read(&path).expect("read");
        std::fs::remove_dir_all(&folder).expect("removed");
        let bundle: Value = serde_json::from_slice(&bytes).expect("JSON");
        let objects = bundle["objects"].as_array().expect("objects");
        assert_eq!(objects.len(), 1_000);
        let size = bytes.len() / 1_000;
        assert!((550..850).contains(&size), "{size} bytes");
        let ids: std::collections::HashSet<&str> =
            objects.iter().filter_map(|object| object["id"].as_str()).collect();
        assert_eq!(ids.len(), 1_000);
        let ends =
            objects.iter().flat_map(|object| [object["source_ref"].as_str(), object["target_ref"].as_str()]);
        assert!(ends.flatten().all(|end| ids.contains(end)), "a relationship leads out of the bundle");
    }
}
