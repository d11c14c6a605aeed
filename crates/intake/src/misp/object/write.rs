//! Drafts of an object.

use std::collections::HashSet;

use entente_model::{Draft, Kind, ObjectId};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::attribute::{detector, from_time, observation, selectors};
use super::super::observable::{Observable, members};
use super::super::scene::{Became, Fault, Made, Scene};
use super::super::tags::Tags;
use super::super::value::{flag, list, moment, text, uuid};
use super::{Sense, Thing};

/// The drafts of an object that means this.
pub(super) fn write(scene: &Scene, thing: &Thing, sense: Sense) -> Result<Made, Fault> {
    let tags = annotated(scene, thing)
        .fold(Tags::of_object(thing.fields), |tags, other| tags.and(other.tags.clone()));
    let deleted = flag(thing.fields, "deleted") == Some(true);
    let writer = Writer { scene, thing, tags, deleted };
    let mut made = match sense {
        Sense::Observed { observables, pattern } => writer.observed(&observables, pattern)?,
        Sense::Concept { kind, properties, phased } => writer.concept(kind, properties, phased)?,
        Sense::Rule { properties } => writer.rule(properties)?,
        Sense::Custom => writer.custom()?,
    };
    writer.mentions(&mut made);
    made.tags = writer.tags.restrictions();
    Ok(made)
}

/// What an annotation speaks about; it may not be told more openly than that.
fn annotated<'a>(scene: &'a Scene, thing: &'a Thing) -> impl Iterator<Item = &'a Became> {
    let references = if thing.name == "annotation" { list(thing.fields, "ObjectReference") } else { &[] };
    let targets = references.iter().filter_map(|reference| uuid(reference.as_object()?, "referenced_uuid"));
    targets.filter_map(|target| scene.became(&target))
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    thing: &'a Thing<'a>,
    tags: Tags,
    deleted: bool,
}

impl Writer<'_> {
    fn observed(&self, observables: &[Observable], pattern: Option<String>) -> Result<Made, Fault> {
        let properties = observation(self.thing.fields, self.scene.time, observables, self.labels());
        let observed = self.own(Kind::ObservedData, properties)?;
        let observed_id = observed.object.id().clone();
        let mut made =
            Made { observable: observables.first().map(|seen| seen.id.clone()), ..Made::default() };
        if let Some(pattern) = pattern {
            let indicator = self.own(Kind::Indicator, self.indicator(&pattern))?;
            let indicator_id = indicator.object.id().clone();
            let ends = (&indicator_id, "based-on", &observed_id);
            let based_on =
                self.scene.relationship(ends, self.time(), self.deleted, &self.tags.restrictions())?;
            made.drafts.extend([indicator, observed, based_on]);
            made.subjects.extend([indicator_id, observed_id]);
        } else {
            made.drafts.push(observed);
            made.subjects.push(observed_id);
        }
        if !self.deleted {
            for seen in observables {
                made.drafts.push(self.scene.observable(seen, &self.tags)?);
            }
        }
        Ok(made)
    }

    fn indicator(&self, pattern: &str) -> Map<String, Value> {
        let mut properties = detector(pattern, "stix", &self.thing.category, self.labels());
        from_time(&mut properties, self.thing.fields, self.scene.time);
        if let Some(comment) = text(self.thing.fields, "comment") {
            properties.insert("description".into(), comment.into());
        }
        properties
    }

    fn concept(&self, kind: Kind, mut properties: Map<String, Value>, phased: bool) -> Result<Made, Fault> {
        properties.insert("labels".into(), self.labels());
        if phased {
            properties.insert("kill_chain_phases".into(), self.phases());
        }
        self.single(kind, properties)
    }

    fn rule(&self, mut properties: Map<String, Value>) -> Result<Made, Fault> {
        properties.insert("labels".into(), self.labels());
        properties.insert("kill_chain_phases".into(), self.phases());
        from_time(&mut properties, self.thing.fields, self.scene.time);
        self.single(Kind::Indicator, properties)
    }

    fn custom(&self) -> Result<Made, Fault> {
        let attributes: Vec<Value> =
            self.thing.attributes.iter().map(|attribute| kept(attribute.fields)).collect();
        let mut properties = members(json!({
            "labels": [
                format!("misp:category=\"{}\"", self.thing.category),
                format!("misp:name=\"{}\"", self.thing.name),
            ],
            "x_misp_name": self.thing.name,
            "x_misp_meta_category": self.thing.category,
            "x_misp_attributes": attributes,
        }));
        if let Some(comment) = text(self.thing.fields, "comment") {
            properties.insert("x_misp_comment".into(), comment.into());
        }
        self.single(Kind::from_name("x-misp-object"), properties)
    }

    fn single(&self, kind: Kind, properties: Map<String, Value>) -> Result<Made, Fault> {
        let draft = self.own(kind, properties)?;
        let id = draft.object.id().clone();
        Ok(Made { drafts: vec![draft], subjects: vec![id], ..Made::default() })
    }

    /// Edges to the things the object names without drawing them: a domain beside a URL, the telephone number
    /// of a person. They start from the observable, or from the concept.
    fn mentions(&self, made: &mut Made) {
        if self.deleted {
            return;
        }
        let drawn: HashSet<ObjectId> = made.drafts.iter().map(|draft| draft.object.id().clone()).collect();
        let Some(source) = made.observable.clone().or(made.subjects.first().cloned()) else { return };
        let Some(draft) = made.drafts.iter_mut().find(|draft| *draft.object.id() == source) else { return };
        let files_too = made.observable.is_none();
        let named = self.thing.attributes.iter();
        let values = named
            .flat_map(|attribute| selectors(&attribute.kind, &attribute.value))
            .filter(|value| (files_too || value.kind() != Kind::File) && !drawn.contains(&value.id()));
        self.scene.mention(draft, &source, values);
    }

    fn own(&self, kind: Kind, mut properties: Map<String, Value>) -> Result<Draft, Fault> {
        if self.deleted {
            properties.insert("revoked".into(), true.into());
        }
        self.scene.dated(kind, self.thing.uuid(), self.time(), properties, &self.tags)
    }

    fn time(&self) -> Option<Timestamp> {
        moment(self.thing.fields, "timestamp").or(self.scene.time)
    }

    fn labels(&self) -> Value {
        let name = self.thing.name.replace('|', "-");
        json!([format!("misp:name=\"{name}\""), format!("misp:meta-category=\"{}\"", self.thing.category)])
    }

    fn phases(&self) -> Value {
        json!([{ "kill_chain_name": "misp-category", "phase_name": self.thing.category }])
    }
}

/// What is kept of an attribute of a custom object; MISP's row numbers mean nothing elsewhere.
fn kept(attribute: &Map<String, Value>) -> Value {
    let members = [
        "type",
        "object_relation",
        "value",
        "category",
        "comment",
        "to_ids",
        "uuid",
        "data",
        "first_seen",
        "last_seen",
    ];
    let says = |value: &Value| !value.is_null() && value.as_str() != Some("");
    let kept = members.iter().filter_map(|name| Some(((*name).to_owned(), attribute.get(*name)?.clone())));
    Value::Object(kept.filter(|(_, value)| says(value)).collect())
}
