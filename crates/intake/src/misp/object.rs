//! Objects: attributes that belong together under a template's name.
//!
//! An object and its attributes are one record. Most become `observed-data` over observables and, with the
//! attributes meant for detection, an `indicator`; concepts become domain objects; templates STIX has no word
//! for are kept whole as `x-misp-object`.

mod account;
mod bag;
mod concept;
mod email;
mod file;
mod host;
mod identity;
mod network;
mod pe;
mod process;
mod registry;
mod rule;
mod sense;
mod template;
mod write;

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::attribute::Attribute;
use super::event::{Owner, around};
use super::hash::Digest;
use super::scene::{Fault, Made, Scene, missing};
use super::tags::Tags;
use super::value::{Fields, flag, list, moment, text, uuid};
use crate::{Sink, Stopped};
pub(super) use bag::Bag;
pub(super) use sense::Sense;

/// One object, its required members checked and its deleted attributes left out.
pub(super) struct Thing<'a> {
    pub(super) fields: &'a Fields,
    pub(super) name: String,
    pub(super) category: String,
    pub(super) attributes: Vec<Attribute<'a>>,
}

impl<'a> Thing<'a> {
    /// Reads an object. `Err` names the first member that is missing.
    pub(super) fn read(fields: &'a Fields) -> Result<Thing<'a>, Fault> {
        let name = text(fields, "name").ok_or_else(|| missing("an object", "name"))?.into_owned();
        let category = text(fields, "meta-category").unwrap_or("misc".into()).into_owned();
        let kept = list(fields, "Attribute")
            .iter()
            .filter_map(Value::as_object)
            .filter(|fields| !is_deleted(fields));
        let attributes = kept.map(Attribute::read).collect::<Result<Vec<_>, _>>()?;
        Ok(Thing { fields, name, category, attributes })
    }

    /// Its UUID.
    pub(super) fn uuid(&self) -> Option<Uuid> {
        uuid(self.fields, "uuid")
    }

    /// Its attributes by what the template calls them.
    pub(super) fn bag(&self) -> Bag<'_> {
        Bag::of(self.attributes.iter())
    }
}

/// The objects of an event: those that can be drawn into another one, by their UUID.
pub(super) type Siblings<'a> = BTreeMap<Uuid, &'a Fields>;

/// Reads the objects of an event, each a record of its own with all that hangs on it. Annotations come last:
/// they speak about the others.
pub(super) fn read(scene: &mut Scene, objects: &[Value], sink: &mut Sink) -> Result<(), Stopped> {
    let siblings: Siblings = objects
        .iter()
        .filter_map(Value::as_object)
        .filter_map(|fields| Some((uuid(fields, "uuid")?, fields)))
        .collect();
    let drawn_in = drawn_in(&siblings);
    let (later, first): (Vec<&Value>, Vec<&Value>) = objects.iter().partition(|object| is_annotation(object));
    for item in first.into_iter().chain(later) {
        let Some(fields) = item.as_object() else {
            scene.reject("Object", item, "an object must be a JSON object", sink)?;
            continue;
        };
        match uuid(fields, "uuid").and_then(|uuid| drawn_in.get(&uuid)) {
            Some(owner) => {
                scene.exclude("Object", item, "object drawn into another", sink)?;
                scene.alias(fields, owner);
            }
            None => record(scene, fields, &siblings, sink)?,
        }
    }
    for (part, owner) in &drawn_in {
        if let Some(fields) = siblings.get(part) {
            scene.alias(fields, owner);
        }
    }
    Ok(())
}

fn record(scene: &mut Scene, fields: &Fields, siblings: &Siblings, sink: &mut Sink) -> Result<(), Stopped> {
    let made = made(scene, fields, siblings);
    let subjects = made.as_ref().map(|made| made.subjects.clone()).unwrap_or_default();
    let at = moment(fields, "timestamp").or(scene.time);
    let owner = Owner { subjects: &subjects, at, tags: Tags::of_object(fields).restrictions() };
    scene.put("Object", fields, made, sink)?;
    around(scene, fields, &owner, sink)?;
    for attribute in list(fields, "Attribute") {
        match attribute.as_object() {
            None => scene.reject("Attribute", attribute, "an attribute must be a JSON object", sink)?,
            Some(inner) if is_deleted(inner) => {
                scene.exclude("Attribute", attribute, "deleted attribute", sink)?
            }
            Some(inner) => {
                if let Some(own) = uuid(fields, "uuid") {
                    scene.alias(inner, &own);
                }
                around(scene, inner, &owner, sink)?;
            }
        }
    }
    Ok(())
}

fn made(scene: &Scene, fields: &Fields, siblings: &Siblings) -> Result<Made, Fault> {
    let thing = Thing::read(fields)?;
    write::write(scene, &thing, Sense::of(&thing, siblings, scene))
}

fn is_deleted(fields: &Fields) -> bool {
    flag(fields, "deleted") == Some(true)
}

fn is_annotation(object: &Value) -> bool {
    object.get("name").and_then(Value::as_str) == Some("annotation")
}

/// Parts of files and registry keys that have objects of their own, each with the object it is drawn into: the
/// outermost, since a section belongs to a PE that belongs to a file.
fn drawn_in(siblings: &Siblings) -> BTreeMap<Uuid, Uuid> {
    let mut owners: BTreeMap<Uuid, Uuid> = BTreeMap::new();
    for (owner, fields) in siblings {
        for part in parts(fields, siblings) {
            owners.insert(part, *owner);
        }
    }
    let outermost = |part: &Uuid| {
        let mut owner = owners[part];
        // At most two steps: a section, its PE, their file. A cycle ends there too.
        for _ in 0..2 {
            owner = owners.get(&owner).copied().unwrap_or(owner);
        }
        owner
    };
    owners.keys().map(|part| (*part, outermost(part))).filter(|(part, owner)| part != owner).collect()
}

/// The objects a file, PE or registry key refers to as its parts. A file has one PE; one that nothing identifies
/// has none, since it stays what it was.
pub(super) fn parts<'a>(fields: &'a Fields, siblings: &'a Siblings) -> impl Iterator<Item = Uuid> + 'a {
    let (wanted, most) = match text(fields, "name").as_deref() {
        Some("file") if is_identified(fields) => ("pe", 1),
        Some("pe") => ("pe-section", usize::MAX),
        Some("registry-key") => ("registry-key-value", usize::MAX),
        _ => ("", 0),
    };
    let targets = list(fields, "ObjectReference").iter().filter_map(Value::as_object);
    let named = move |target: &Uuid| {
        siblings.get(target).is_some_and(|part| text(part, "name").as_deref() == Some(wanted))
    };
    targets.filter_map(|reference| uuid(reference, "referenced_uuid")).filter(named).take(most)
}

/// True when a file has a name or a digest.
fn is_identified(file: &Fields) -> bool {
    let kept =
        list(file, "Attribute").iter().filter_map(Value::as_object).filter(|fields| !is_deleted(fields));
    kept.filter_map(|attribute| Attribute::read(attribute).ok()).any(|attribute| {
        match attribute.relation().as_str() {
            "filename" | "malware-sample" => true,
            relation => {
                Digest::named(relation).is_some_and(|digest| digest.value(&attribute.value).is_some())
            }
        }
    })
}
