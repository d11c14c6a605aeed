//! Objects that describe Windows executables: a file's `windows-pebinary-ext`.

use entente_model::Kind;
use serde_json::{Value, json};

use super::super::observable::{Observable, members};
use super::super::pattern::{Comparisons, path};
use super::super::value::Fields;
use super::template::Form::{Integer, Number, Text};
use super::template::{Field, compare_digests, digests, field, fill};
use super::{Bag, Sense, Siblings, Thing, parts};

const EXTENSION: [&str; 2] = ["extensions", "windows-pebinary-ext"];

const FIELDS: &[Field] = &[
    field("imphash", &["imphash"], Text),
    field("number-sections", &["number_of_sections"], Integer),
    field("type", &["pe_type"], Text),
    field("entrypoint-address", &["optional_header", "address_of_entry_point"], Integer),
];

const SECTION: &[Field] = &[
    field("name", &["name"], Text),
    field("size-in-bytes", &["size"], Integer),
    field("entropy", &["entropy"], Number),
];

/// A PE and the sections it refers to.
pub(super) struct Executable<'a> {
    header: Thing<'a>,
    sections: Vec<Thing<'a>>,
}

impl<'a> Executable<'a> {
    /// The PE a file refers to.
    pub(super) fn of_file(file: &Thing, siblings: &'a Siblings<'a>) -> Option<Executable<'a>> {
        let fields = parts(file.fields, siblings).find_map(|part| siblings.get(&part).copied())?;
        Executable::new(Thing::read(fields).ok()?, siblings)
    }

    fn new(header: Thing<'a>, siblings: &'a Siblings<'a>) -> Option<Executable<'a>> {
        let sections = parts(header.fields, siblings)
            .filter_map(|part| siblings.get(&part).copied())
            .filter_map(|fields| Thing::read(fields).ok())
            .collect();
        Some(Executable { header, sections })
    }

    /// `windows-pebinary-ext`, as the file's `extensions`. STIX wants its type; somebody who calls a thing a PE
    /// and not which says at least that it is executable.
    pub(super) fn extensions(&self) -> Value {
        let mut bag = self.header.bag();
        let mut properties = members(json!({ "pe_type": "exe" }));
        fill(&mut properties, &mut bag, FIELDS);
        let sections: Vec<Value> = self.sections.iter().map(section).collect();
        if !sections.is_empty() {
            properties.insert("sections".into(), sections.into());
        }
        properties.extend(bag.rest());
        json!({ "windows-pebinary-ext": properties })
    }

    /// Comparisons of all that is meant for detection.
    pub(super) fn compare(&self, pattern: &mut Comparisons) {
        let mut bag = Bag::detecting(&self.header.attributes);
        for field in FIELDS {
            let segments: Vec<&str> = EXTENSION.iter().chain(field.path).copied().collect();
            for attribute in bag.all(field.relation) {
                pattern.equal(&path("file", &segments), &attribute.value);
            }
        }
        bag.compare_rest(pattern, "file", &EXTENSION);
        for (at, section) in self.sections.iter().enumerate() {
            compare_section(pattern, section, at);
        }
    }
}

fn section(thing: &Thing) -> Value {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, SECTION);
    digests(&mut properties, &mut bag, "");
    properties.extend(bag.rest());
    Value::Object(properties)
}

fn compare_section(pattern: &mut Comparisons, section: &Thing, at: usize) {
    let mut bag = Bag::detecting(&section.attributes);
    let name = format!("sections[{at}]");
    for field in SECTION {
        let segments: Vec<&str> =
            EXTENSION.iter().copied().chain([name.as_str()]).chain(field.path.iter().copied()).collect();
        for attribute in bag.all(field.relation) {
            pattern.equal(&path("file", &segments), &attribute.value);
        }
    }
    let under = [EXTENSION[0], EXTENSION[1], name.as_str()];
    compare_digests(pattern, &mut bag, "file", &under, "");
    bag.compare_rest(pattern, "file", &under);
}

/// A PE no file refers to: a file known by its original name.
pub(super) fn standalone(thing: &Thing, siblings: &Siblings) -> Option<Sense> {
    let executable = Executable::new(Thing::read(thing.fields).ok()?, siblings)?;
    let mut properties = members(json!({ "extensions": executable.extensions() }));
    let named = |wanted: &str| thing.attributes.iter().find(|attribute| attribute.relation() == wanted);
    if let Some(name) = named("original-filename").or_else(|| named("internal-filename")) {
        properties.insert("name".into(), name.value.as_str().into());
    }
    let mut pattern = Comparisons::default();
    executable.compare(&mut pattern);
    let observable = Observable::new(Kind::File, properties, thing.uuid());
    Sense::observed(vec![observable], pattern.observation())
}
