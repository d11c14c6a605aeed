//! Objects that are processes, with their parents, children and images.

use entente_model::Kind;
use serde_json::{Value, json};

use super::super::observable::{Observable, members, named_file};
use super::super::pattern::Comparisons;
use super::super::value::Fields;
use super::template::Form::{Flag, Integer, Text, Time};
use super::template::{Field, compare, field, fill};
use super::{Bag, Sense, Thing};

const FIELDS: &[Field] = &[
    field("command-line", &["command_line"], Text),
    field("creation-time", &["created_time"], Time),
    field("current-directory", &["cwd"], Text),
    field("hidden", &["is_hidden"], Flag),
    field("pid", &["pid"], Integer),
];

const PARENT: &[Field] =
    &[field("parent-command-line", &["command_line"], Text), field("parent-pid", &["pid"], Integer)];

/// A process. Processes have no deterministic ids (STIX 2.1 section 2.9): they are named after the object and
/// the attributes that tell of them.
pub(super) fn process(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, FIELDS);
    let mut related = Vec::new();
    if let Some(image) = bag.value("image").map(named_file) {
        properties.insert("image_ref".into(), image.reference());
        related.push(image);
    }
    if let Some(parent) = parent(&mut bag, thing, &mut related) {
        properties.insert("parent_ref".into(), parent.reference());
        related.push(parent);
    }
    let children = children(&mut bag);
    if !children.is_empty() {
        let refs: Vec<Value> = children.iter().map(Observable::reference).collect();
        properties.insert("child_refs".into(), refs.into());
    }
    related.extend(children);
    properties.extend(bag.rest());
    (!properties.is_empty()).then_some(())?;
    let mut observables = vec![Observable::new(Kind::Process, properties, thing.uuid())];
    observables.extend(related);
    Sense::observed(observables, pattern(thing))
}

fn children(bag: &mut Bag) -> Vec<Observable> {
    let mut children = Vec::new();
    for child in bag.all("child-pid") {
        match child.value.parse::<i64>() {
            Ok(pid) => {
                children.push(Observable::new(Kind::Process, members(json!({ "pid": pid })), child.uuid()))
            }
            Err(_) => bag.put_back(child),
        }
    }
    children
}

/// The parent, of all the attributes that speak of it; its UUID is that of the first.
fn parent(bag: &mut Bag, thing: &Thing, related: &mut Vec<Observable>) -> Option<Observable> {
    let named = ["parent-pid", "parent-command-line", "parent-image"];
    let uuid = named
        .iter()
        .find_map(|wanted| thing.attributes.iter().find(|attribute| attribute.relation() == *wanted)?.uuid());
    let mut properties = Fields::new();
    fill(&mut properties, bag, PARENT);
    if let Some(image) = bag.value("parent-image").map(named_file) {
        properties.insert("image_ref".into(), image.reference());
        related.push(image);
    }
    while let Some((name, value)) = bag.find(|relation, attribute| {
        let name = relation.strip_prefix("parent-").filter(|name| *name != "pid")?;
        Some((format!("x_misp_{}", name.replace('-', "_")), attribute.value.clone()))
    }) {
        properties.insert(name, value.into());
    }
    (!properties.is_empty()).then(|| Observable::new(Kind::Process, properties, uuid))
}

fn pattern(thing: &Thing) -> Option<String> {
    let mut bag = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    compare(&mut pattern, &mut bag, "process", FIELDS);
    let related = [
        field("image", &["image_ref", "name"], Text),
        field("parent-command-line", &["parent_ref", "command_line"], Text),
        field("parent-image", &["parent_ref", "image_ref", "name"], Text),
        field("parent-pid", &["parent_ref", "pid"], Integer),
        field("child-pid", &["child_refs[*]", "pid"], Integer),
    ];
    for related in related {
        let path = format!("process:{}", related.path.join("."));
        for attribute in bag.all(related.relation) {
            pattern.equal(&path, &attribute.value);
        }
    }
    bag.compare_rest(&mut pattern, "process", &[]);
    pattern.observation()
}
