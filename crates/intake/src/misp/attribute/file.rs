//! Attributes about files, registry keys and mutexes.

use entente_model::{Kind, Selector};
use serde_json::json;

use super::super::hash::Digest;
use super::super::observable::{Observable, SAMPLE_PACKING, artifact, members, named_file};
use super::super::pattern::{Comparisons, path};
use super::{Attribute, Meaning};

/// A file by its name.
pub(super) fn named(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("file:name", value);
    Meaning::observed(vec![named_file(value)], pattern)
}

/// A digest type, `filename|` and a digest type, or a fingerprint of a certificate.
pub(super) fn digest(kind: &str, value: &str) -> Option<Meaning> {
    if let Some(kind) = kind.strip_prefix("x509-fingerprint-") {
        return certificate(kind, value);
    }
    match kind.strip_prefix("filename|") {
        None => file(Digest::named(kind)?, None, value),
        Some(kind) => {
            let (name, value) = value.rsplit_once('|')?;
            file(Digest::named(kind)?, Some(name), value)
        }
    }
}

fn file(digest: &Digest, name: Option<&str>, given: &str) -> Option<Meaning> {
    let mut properties = members(json!({ "hashes": { digest.property: digest.value(given)? } }));
    let mut pattern = Comparisons::default();
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        properties.insert("name".into(), name.into());
        pattern.equal("file:name", name);
    }
    pattern.equal(&path("file", &["hashes", digest.pattern]), given);
    Meaning::observed(vec![Observable::new(Kind::File, properties, None)], pattern)
}

fn certificate(kind: &str, given: &str) -> Option<Meaning> {
    let digest = Digest::named(kind)?;
    let properties = members(json!({ "hashes": { digest.property: digest.value(given)? } }));
    let mut pattern = Comparisons::default();
    pattern.equal(&path("x509-certificate", &["hashes", digest.pattern]), given);
    Meaning::observed(vec![Observable::new(Kind::X509Certificate, properties, None)], pattern)
}

/// A file with its bytes; without them, just its name.
pub(super) fn attachment(attribute: &Attribute) -> Option<Meaning> {
    let Some(data) = attribute.data() else { return named(&attribute.value) };
    let bytes = artifact(data, false, attribute.uuid());
    let file = named_file(&attribute.value).with("content_ref", bytes.reference());
    let mut pattern = Comparisons::default();
    pattern.equal("file:name", &attribute.value);
    pattern.equal("file:content_ref.payload_bin", data);
    Meaning::observed(vec![file, bytes], pattern)
}

/// Malware in an encrypted ZIP file, `name|md5`; without the bytes, just a file.
pub(super) fn sample(attribute: &Attribute) -> Option<Meaning> {
    let Some(data) = attribute.data() else { return digest("filename|md5", &attribute.value) };
    let (name, md5) = attribute.value.rsplit_once('|')?;
    let digest = Digest::named("md5")?.value(md5)?;
    let bytes = artifact(data, true, attribute.uuid());
    let properties = members(json!({ "name": name, "hashes": { "MD5": digest } }));
    let file = Observable::new(Kind::File, properties, None).with("content_ref", bytes.reference());
    let mut pattern = Comparisons::default();
    pattern.equal("file:content_ref.payload_bin", data);
    pattern.equal("file:name", name);
    pattern.equal("file:hashes.MD5", md5);
    for (property, value) in SAMPLE_PACKING {
        pattern.equal(&format!("file:content_ref.{property}"), value);
    }
    Meaning::observed(vec![file, bytes], pattern)
}

/// A mutex by its name.
pub(super) fn mutex(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("mutex:name", value);
    Meaning::observed(vec![Observable::of(&Selector::mutex(value).ok()?)], pattern)
}

/// A registry key. Its hive is written out, as STIX 2.1 section 6.17 demands.
pub(super) fn registry_key(value: &str) -> Option<Meaning> {
    let mut pattern = Comparisons::default();
    pattern.equal("windows-registry-key:key", value);
    Meaning::observed(vec![Observable::of(&Selector::registry_key(value).ok()?)], pattern)
}

/// A registry key and the data of one of its values.
pub(super) fn registry_value(value: &str) -> Option<Meaning> {
    let (key, data) = value.split_once('|')?;
    let (key, data) = (key.trim(), data.trim());
    let mut properties = Selector::registry_key(key).ok()?.properties();
    properties.insert("values".into(), json!([{ "data": data }]));
    let mut pattern = Comparisons::default();
    pattern.equal("windows-registry-key:key", key);
    // The mapping protects percent signs with a backslash of their own.
    let data = super::super::pattern::escape(data).replace('%', r"\\%");
    pattern.raw(format!("windows-registry-key:values.data = '{data}'"));
    Meaning::observed(vec![Observable::new(Kind::WindowsRegistryKey, properties, None)], pattern)
}
