//! Objects that are files and bytes.

use entente_model::Kind;
use serde_json::json;

use super::super::attribute::Attribute;
use super::super::hash::Digest;
use super::super::observable::{self, Observable, SAMPLE_PACKING, members};
use super::super::pattern::Comparisons;
use super::super::value::Fields;
use super::pe::Executable;
use super::template::Form::{Integer, Text, Time};
use super::template::{Field, compare, compare_digests, digests, field, fill};
use super::{Bag, Sense, Siblings, Thing};

const FILE: &[Field] = &[
    field("filename", &["name"], Text),
    field("file-encoding", &["name_enc"], Text),
    field("mime-type", &["mime_type"], Text),
    field("mimetype", &["mime_type"], Text),
    field("size-in-bytes", &["size"], Integer),
    field("access-time", &["atime"], Time),
    field("creation-time", &["ctime"], Time),
    field("modification-time", &["mtime"], Time),
];

const LNK: &[Field] = &[
    field("filename", &["name"], Text),
    field("size-in-bytes", &["size"], Integer),
    field("lnk-access-time", &["atime"], Time),
    field("lnk-creation-time", &["ctime"], Time),
    field("lnk-modification-time", &["mtime"], Time),
];

/// A file, with the directory it lay in, the bytes of a sample, and what a PE object says of it.
pub(super) fn file(thing: &Thing, siblings: &Siblings) -> Option<Sense> {
    let executable = Executable::of_file(thing, siblings);
    let observables = seen(thing, FILE, &["path", "fullpath"], executable.as_ref())?;
    let mut bag = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare_digests(&mut pattern, &mut bag, "file", &[], "");
    compare(&mut pattern, &mut bag, "file", FILE);
    compare_content(&mut pattern, &mut bag);
    bag.compare_rest(&mut pattern, "file", &[]);
    if let Some(executable) = &executable {
        executable.compare(&mut pattern);
    }
    Sense::observed(observables, pattern.observation())
}

/// A Windows shortcut.
pub(super) fn lnk(thing: &Thing) -> Option<Sense> {
    let observables = seen(thing, LNK, &["path", "fullpath"], None)?;
    let mut bag = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare(&mut pattern, &mut bag, "file", &LNK[..1]);
    compare_digests(&mut pattern, &mut bag, "file", &[], "");
    compare(&mut pattern, &mut bag, "file", &LNK[1..]);
    compare_content(&mut pattern, &mut bag);
    bag.compare_rest(&mut pattern, "file", &[]);
    Sense::observed(observables, pattern.observation())
}

fn seen(
    thing: &Thing,
    fields: &[Field],
    paths: &[&str],
    executable: Option<&Executable>,
) -> Option<Vec<Observable>> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    digests(&mut properties, &mut bag, "");
    fill(&mut properties, &mut bag, fields);
    let mut related = Vec::new();
    if let Some(directory) = paths.iter().find_map(|relation| bag.value(relation)) {
        let directory = Observable::new(Kind::Directory, members(json!({ "path": directory })), None);
        properties.insert("parent_directory_ref".into(), directory.reference());
        related.push(directory);
    }
    if let Some(bytes) =
        bag.find(|relation, sample| (relation == "malware-sample").then(|| sample_bytes(sample))?)
    {
        properties.insert("content_ref".into(), bytes.reference());
        related.push(bytes);
    } else if let Some(sample) = bag.take("malware-sample") {
        sample_name(&mut properties, sample);
    }
    if let Some(executable) = executable {
        properties.insert("extensions".into(), executable.extensions());
    }
    // A file without name and digest is known by nothing STIX allows.
    (properties.contains_key("hashes") || properties.contains_key("name")).then_some(())?;
    properties.extend(bag.rest());
    let mut observables = vec![Observable::new(Kind::File, properties, thing.uuid())];
    observables.extend(related);
    Some(observables)
}

/// The bytes of a sample `name|md5`, as MISP packs them.
fn sample_bytes(sample: &Attribute) -> Option<Observable> {
    let data = sample.data()?;
    let (name, md5) = sample.value.rsplit_once('|').unwrap_or((&sample.value, ""));
    let mut bytes = observable::artifact(data, true, sample.uuid()).json;
    if let Some(md5) = Digest::named("md5").and_then(|digest| digest.value(md5)) {
        bytes.insert("hashes".into(), json!({ "MD5": md5 }));
    }
    bytes.insert("x_misp_filename".into(), name.into());
    Some(Observable::new(Kind::Artifact, bytes, sample.uuid()))
}

/// A sample whose bytes did not come along still tells a name and a digest.
fn sample_name(properties: &mut Fields, sample: &Attribute) {
    let (name, md5) = sample.value.rsplit_once('|').unwrap_or((&sample.value, ""));
    properties.entry("name").or_insert_with(|| name.into());
    if let Some(md5) = Digest::named("md5").and_then(|digest| digest.value(md5)) {
        properties.entry("hashes").or_insert_with(|| json!({ "MD5": md5 }));
    }
}

fn compare_content(pattern: &mut Comparisons, bag: &mut Bag) {
    let Some(sample) = bag.take("malware-sample") else { return };
    let mut content = Comparisons::default();
    let (name, md5) = sample.value.rsplit_once('|').unwrap_or((&sample.value, ""));
    if let Some(data) = sample.data() {
        content.equal("file:content_ref.payload_bin", data);
    }
    content.equal("file:content_ref.x_misp_filename", name);
    if !md5.is_empty() {
        content.equal("file:content_ref.hashes.MD5", md5);
    }
    for (property, value) in SAMPLE_PACKING {
        content.equal(&format!("file:content_ref.{property}"), value);
    }
    pattern.group(content);
}

/// Bytes, or where they are.
pub(super) fn artifact(thing: &Thing) -> Option<Sense> {
    const FIELDS: &[Field] = &[
        field("mime_type", &["mime_type"], Text),
        field("encryption_algorithm", &["encryption_algorithm"], Text),
        field("decryption_key", &["decryption_key"], Text),
        field("url", &["url"], Text),
    ];
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    digests(&mut properties, &mut bag, "");
    fill(&mut properties, &mut bag, FIELDS);
    if let Some(data) = bag.find(|relation, item| (relation == "payload_bin").then(|| item.data())?) {
        properties.insert("payload_bin".into(), data.into());
        properties.remove("url");
    }
    (properties.contains_key("payload_bin") || properties.contains_key("url")).then_some(())?;
    properties.extend(bag.rest());
    let mut bag = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare_digests(&mut pattern, &mut bag, "artifact", &[], "");
    compare(&mut pattern, &mut bag, "artifact", FIELDS);
    if let Some(data) = bag.find(|relation, item| (relation == "payload_bin").then(|| item.data())?) {
        pattern.equal("artifact:payload_bin", data);
    }
    bag.compare_rest(&mut pattern, "artifact", &[]);
    Sense::observed(vec![Observable::new(Kind::Artifact, properties, thing.uuid())], pattern.observation())
}

/// A picture: a file and its bytes, or where they came from.
pub(super) fn image(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let name = bag.value("filename");
    let attachment = bag.take("attachment");
    let name = name.or(attachment.map(|attachment| attachment.value.as_str()))?;
    let mut properties = members(json!({ "name": name }));
    let bytes = attachment.and_then(|attachment| picture(attachment, &mut bag));
    if let Some(bytes) = &bytes {
        properties.insert("content_ref".into(), bytes.reference());
    }
    properties.extend(bag.rest());
    let mut observables = vec![Observable::new(Kind::File, properties, thing.uuid())];
    observables.extend(bytes);
    Sense::observed(observables, image_pattern(thing))
}

fn picture(attachment: &Attribute, bag: &mut Bag) -> Option<Observable> {
    let mut bytes = observable::artifact(attachment.data()?, false, attachment.uuid()).json;
    if let Some(kind) = picture_type(&attachment.value) {
        bytes.insert("mime_type".into(), kind.into());
    }
    bytes.insert("x_misp_filename".into(), attachment.value.as_str().into());
    if let Some(url) = bag.value("url") {
        bytes.insert("x_misp_url".into(), url.into());
    }
    Some(Observable::new(Kind::Artifact, bytes, attachment.uuid()))
}

fn picture_type(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, extension)| format!("image/{extension}"))
}

fn image_pattern(thing: &Thing) -> Option<String> {
    let mut bag = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare(&mut pattern, &mut bag, "file", &FILE[..1]);
    if let Some(attachment) = bag.take("attachment") {
        if let Some(data) = attachment.data() {
            pattern.equal("file:content_ref.payload_bin", data);
        }
        if let Some(kind) = picture_type(&attachment.value) {
            pattern.equal("file:content_ref.mime_type", &kind);
        }
        pattern.equal("file:content_ref.x_misp_filename", &attachment.value);
    }
    if let Some(url) = bag.value("url") {
        pattern.equal("file:content_ref.url", url);
    }
    bag.compare_rest(&mut pattern, "file", &[]);
    pattern.observation()
}
