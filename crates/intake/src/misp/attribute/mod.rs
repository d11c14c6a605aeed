//! Attributes: one value with a type, and what it means in STIX.
//!
//! Most become `observed-data` over an observable, and an `indicator` based on it when they are meant for
//! detection (`to_ids`). A few are concepts; what STIX cannot say is kept whole as `x-misp-attribute`.

mod email;
mod file;
mod meaning;
mod network;
mod selector;

use entente_model::{Draft, Kind, ObjectId};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::observable::{Observable, members};
use super::scene::{Fault, Made, Scene, missing};
use super::tags::Tags;
use super::value::{Fields, flag, moment, text};
pub(super) use email::part as mail_part;
use meaning::Meaning;
pub(super) use selector::selectors;

/// One attribute, its required members checked.
pub(super) struct Attribute<'a> {
    pub(super) fields: &'a Fields,
    pub(super) kind: String,
    pub(super) value: String,
}

impl<'a> Attribute<'a> {
    /// Reads the members every attribute has.
    pub(super) fn read(fields: &'a Fields) -> Result<Attribute<'a>, Fault> {
        let kind = text(fields, "type").ok_or_else(|| missing("an attribute", "type"))?.trim().to_owned();
        let value = text(fields, "value").ok_or_else(|| missing("an attribute", "value"))?.trim().to_owned();
        Ok(Attribute { fields, kind, value })
    }

    /// Meant for detection. Silence means yes: so the mapping's own examples read it.
    pub(super) fn to_ids(&self) -> bool {
        flag(self.fields, "to_ids").unwrap_or(true)
    }

    /// Bytes in base64 that came with it.
    pub(super) fn data(&self) -> Option<&'a str> {
        self.fields.get("data").and_then(Value::as_str).filter(|data| !data.is_empty())
    }

    /// Its UUID.
    pub(super) fn uuid(&self) -> Option<uuid::Uuid> {
        super::value::uuid(self.fields, "uuid")
    }

    /// What the object it belongs to calls it.
    pub(super) fn relation(&self) -> String {
        text(self.fields, "object_relation")
            .map_or_else(|| self.kind.clone(), |relation| relation.into_owned())
    }
}

/// What an attribute outside of objects becomes.
pub(super) fn made(scene: &Scene, fields: &Fields) -> Result<Made, Fault> {
    let attribute = Attribute::read(fields)?;
    let tags = Tags::of(fields);
    let deleted = flag(fields, "deleted") == Some(true);
    let writer = Writer { scene, attribute: &attribute, tags, deleted };
    match Meaning::of(&attribute) {
        Meaning::Observed { observables, about, pattern } => writer.observed(&observables, about, &pattern),
        Meaning::Detection { pattern, language } if attribute.to_ids() => {
            writer.detection(&pattern, language)
        }
        Meaning::Concept { kind, properties } => writer.concept(kind, properties),
        Meaning::Detection { .. } | Meaning::Custom => writer.custom(),
    }
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    attribute: &'a Attribute<'a>,
    tags: Tags,
    deleted: bool,
}

impl Writer<'_> {
    fn observed(&self, observables: &[Observable], about: usize, pattern: &str) -> Result<Made, Fault> {
        let observed = self.own(
            Kind::ObservedData,
            observation(self.attribute.fields, self.scene.time, observables, self.labels()),
        )?;
        let observed_id = observed.object.id().clone();
        let observable = observables.get(about).map(|seen| seen.id.clone());
        let mut made = Made { observable, tags: self.tags.restrictions(), ..Made::default() };
        if self.attribute.to_ids() {
            let indicator = self.own(Kind::Indicator, self.indicator(pattern, "stix"))?;
            let indicator_id = indicator.object.id().clone();
            let mut based_on = self.based_on(&indicator_id, &observed_id)?;
            based_on.minted = indicator.minted;
            made.drafts = vec![indicator, observed, based_on];
            made.subjects = vec![indicator_id, observed_id];
        } else {
            made.drafts = vec![observed];
            made.subjects = vec![observed_id];
        }
        // A withdrawn attribute no longer claims that the observable exists.
        if !self.deleted {
            for seen in observables {
                made.drafts.push(self.scene.observable(seen, &self.tags)?);
            }
        }
        Ok(made)
    }

    fn detection(&self, pattern: &str, language: &str) -> Result<Made, Fault> {
        self.single(Kind::Indicator, self.indicator(pattern, language))
    }

    fn concept(&self, kind: Kind, mut properties: Fields) -> Result<Made, Fault> {
        properties.insert("labels".into(), self.labels());
        self.single(kind, properties)
    }

    fn custom(&self) -> Result<Made, Fault> {
        let mut properties = members(json!({
            "labels": self.labels(),
            "x_misp_type": self.attribute.kind,
            "x_misp_value": self.attribute.value,
        }));
        for (property, member) in
            [("x_misp_category", "category"), ("x_misp_comment", "comment"), ("x_misp_data", "data")]
        {
            if let Some(text) = text(self.attribute.fields, member) {
                properties.insert(property.into(), text.into());
            }
        }
        self.single(Kind::from_name("x-misp-attribute"), properties)
    }

    fn single(&self, kind: Kind, properties: Fields) -> Result<Made, Fault> {
        let mut draft = self.own(kind, properties)?;
        let id = draft.object.id().clone();
        self.scene.mention(&mut draft, &id, selectors(&self.attribute.kind, &self.attribute.value));
        Ok(Made {
            drafts: vec![draft],
            subjects: vec![id],
            tags: self.tags.restrictions(),
            ..Made::default()
        })
    }

    fn indicator(&self, pattern: &str, language: &str) -> Fields {
        let category = text(self.attribute.fields, "category").unwrap_or("Other".into());
        let mut properties = detector(pattern, language, &category, self.labels());
        from_time(&mut properties, self.attribute.fields, self.scene.time);
        if let Some(comment) = text(self.attribute.fields, "comment") {
            properties.insert("description".into(), comment.into());
        }
        properties
    }

    fn based_on(&self, indicator: &ObjectId, observed: &ObjectId) -> Result<Draft, Fault> {
        self.scene.relationship(
            (indicator, "based-on", observed),
            self.time(),
            self.deleted,
            &self.tags.restrictions(),
        )
    }

    fn own(&self, kind: Kind, mut properties: Fields) -> Result<Draft, Fault> {
        if self.deleted {
            properties.insert("revoked".into(), true.into());
        }
        self.scene.dated(kind, self.attribute.uuid(), self.time(), properties, &self.tags)
    }

    fn time(&self) -> Option<Timestamp> {
        moment(self.attribute.fields, "timestamp").or(self.scene.time)
    }

    fn labels(&self) -> Value {
        let mut labels = Vec::new();
        for member in ["type", "category"] {
            if let Some(text) = text(self.attribute.fields, member) {
                labels.push(Value::from(format!("misp:{member}=\"{text}\"")));
            }
        }
        Value::Array(labels)
    }
}

/// The properties of an indicator.
pub(super) fn detector(pattern: &str, language: &str, category: &str, labels: Value) -> Fields {
    members(json!({
        "pattern": pattern,
        "pattern_type": language,
        "pattern_version": "2.1",
        "kill_chain_phases": [{ "kill_chain_name": "misp-category", "phase_name": category }],
        "labels": labels,
    }))
}

/// Dates an indicator: valid since the thing was first seen, else since it was written down.
pub(super) fn from_time(properties: &mut Fields, fields: &Fields, event: Option<Timestamp>) {
    let since = moment(fields, "first_seen").or_else(|| moment(fields, "timestamp")).or(event);
    if let Some(since) = since {
        properties.insert("valid_from".into(), since.to_string().into());
    }
}

/// The properties of `observed-data`: seen once, at the time given or else when it was written down.
pub(super) fn observation(
    fields: &Fields,
    event: Option<Timestamp>,
    observables: &[Observable],
    labels: Value,
) -> Fields {
    let written = moment(fields, "timestamp").or(event).unwrap_or(Timestamp::UNIX_EPOCH);
    let (first, last) = (moment(fields, "first_seen"), moment(fields, "last_seen"));
    let (first, last) = match (first, last) {
        (Some(first), Some(last)) => (first.min(last), last),
        (Some(first), None) => (first, written.max(first)),
        (None, Some(last)) => (written.min(last), last),
        (None, None) => (written, written),
    };
    let mut refs: Vec<Value> = Vec::new();
    for seen in observables {
        if !refs.contains(&seen.reference()) {
            refs.push(seen.reference());
        }
    }
    members(json!({
        "first_observed": first.to_string(),
        "last_observed": last.to_string(),
        "number_observed": 1,
        "object_refs": refs,
        "labels": labels,
    }))
}
