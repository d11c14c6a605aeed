//! Events: the records in one, in order, and the report that holds them together.

use entente_model::{Kind, ObjectId, Reference};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::observable::members;
use super::scene::{Fault, Made, Scene};
use super::tags::Tags;
use super::value::{Fields, flag, list, moment, object as object_member, text, uuid};
use super::{analyst, attribute, galaxy, object, reference, sighting};
use crate::{Context, Place, Sink, Stopped};

/// Reads an event: attributes, objects, references, galaxies, proposals, reports, and last the event itself.
pub(super) fn read(ctx: &Context, place: &Place, event: &Fields, sink: &mut Sink) -> Result<(), Stopped> {
    let report = report_id(event);
    let mut scene = Scene::new(ctx, place, event).reported(report.clone());
    contents(&mut scene, event, sink)?;
    // The scene restricts as the event's tags ask for already. The report refers to the event's clusters.
    let mut owner = Owner { subjects: &[], at: scene.time, tags: Tags::default() };
    galaxy::read(&mut scene, event, &owner, sink)?;
    if let Some(report) = &report {
        owner.subjects = std::slice::from_ref(report);
        analyst::reports(&mut scene, event, report, sink)?;
        analyst::read(&mut scene, event, &owner, sink)?;
    }
    for related in list(event, "RelatedEvent") {
        scene.exclude("RelatedEvent", related, "correlation computed by the MISP server", sink)?;
    }
    let refs = scene.object_refs();
    let made = report_made(&scene, event, refs);
    scene.put("Event", event, made, sink)
}

/// Reads attributes and objects that stand without an event around them.
pub(super) fn loose(
    ctx: &Context,
    place: &Place,
    collection: &Fields,
    sink: &mut Sink,
) -> Result<(), Stopped> {
    let mut scene = Scene::new(ctx, place, collection);
    contents(&mut scene, collection, sink)?;
    let owner = Owner { subjects: &[], at: scene.time, tags: Tags::default() };
    galaxy::read(&mut scene, collection, &owner, sink)
}

fn contents(scene: &mut Scene, event: &Fields, sink: &mut Sink) -> Result<(), Stopped> {
    for item in list(event, "Attribute") {
        attribute_record(scene, item, sink)?;
    }
    let objects = list(event, "Object");
    object::read(scene, objects, sink)?;
    for owner in objects.iter().filter_map(Value::as_object) {
        reference::read(scene, owner, list(owner, "ObjectReference"), sink)?;
    }
    proposals(scene, event, sink)
}

fn attribute_record(scene: &mut Scene, item: &Value, sink: &mut Sink) -> Result<(), Stopped> {
    let Some(fields) = item.as_object() else {
        return scene.reject("Attribute", item, "an attribute must be a JSON object", sink);
    };
    // Searches wrap each attribute once more.
    let fields = object_member(fields, "Attribute").unwrap_or(fields);
    let made = attribute::made(scene, fields);
    let (subjects, at) = match &made {
        Ok(made) => (made.subjects.clone(), moment(fields, "timestamp").or(scene.time)),
        Err(_) => (Vec::new(), None),
    };
    scene.put("Attribute", fields, made, sink)?;
    around(scene, fields, &Owner { subjects: &subjects, at, tags: Tags::of(fields).restrictions() }, sink)
}

/// What other records hang on: an attribute or object that has been read, or the event.
pub(super) struct Owner<'a> {
    /// What it became.
    pub(super) subjects: &'a [ObjectId],
    /// When it was written.
    pub(super) at: Option<Timestamp>,
    /// What its tags restrict.
    pub(super) tags: Tags,
}

/// What hangs on an attribute or object that has been read: clusters, sightings, notes, proposals.
pub(super) fn around(
    scene: &mut Scene,
    fields: &Fields,
    owner: &Owner,
    sink: &mut Sink,
) -> Result<(), Stopped> {
    galaxy::read(scene, fields, owner, sink)?;
    sighting::read(scene, fields, owner, sink)?;
    analyst::read(scene, fields, owner, sink)?;
    proposals(scene, fields, sink)
}

/// Proposals are what others suggest to the author; until accepted nobody claims them.
fn proposals(scene: &mut Scene, owner: &Fields, sink: &mut Sink) -> Result<(), Stopped> {
    for proposal in list(owner, "ShadowAttribute") {
        scene.exclude("ShadowAttribute", proposal, "proposal", sink)?;
    }
    Ok(())
}

fn published(event: &Fields) -> Option<Timestamp> {
    flag(event, "published").filter(|published| *published)?;
    moment(event, "publish_timestamp").or_else(|| moment(event, "timestamp"))
}

fn report_kind(event: &Fields) -> Kind {
    if published(event).is_some() { Kind::Report } else { Kind::Grouping }
}

fn report_id(event: &Fields) -> Option<ObjectId> {
    uuid(event, "uuid").map(|uuid| ObjectId::new(report_kind(event), uuid))
}

/// The event itself: a report when published, a grouping while it is not.
fn report_made(scene: &Scene, event: &Fields, mut refs: Vec<Value>) -> Result<Made, Fault> {
    let tags = Tags::of(event);
    let mut drafts = Vec::new();
    if refs.is_empty() {
        let note = empty_note(scene, event, &tags)?;
        refs.push(note.object.id().to_string().into());
        drafts.push(note);
    }
    let mut properties = members(json!({
        "name": text(event, "info").unwrap_or("MISP event".into()),
        "object_refs": refs,
        "labels": labels(event),
    }));
    match published(event) {
        Some(at) => properties.insert("published".into(), at.to_string().into()),
        None => properties.insert("context".into(), "suspicious-activity".into()),
    };
    for (property, member) in [("x_misp_event_date", "date"), ("x_misp_extends_uuid", "extends_uuid")] {
        if let Some(text) = text(event, member) {
            properties.insert(property.into(), text.into());
        }
    }
    let mut report = scene.own(report_kind(event), event, properties, &tags)?;
    // A relationship is an edge itself and no end of one.
    report
        .links
        .retain(|link| !matches!(&link.target, Reference::Id(id) if id.kind() == &Kind::Relationship));
    let subjects = vec![report.object.id().clone()];
    drafts.insert(0, report);
    if let Some(author) = object_member(event, "Orgc").filter(|author| uuid(author, "uuid").is_some()) {
        drafts.push(sighting::identity(scene, author, &Tags::default())?);
    }
    Ok(Made { drafts, subjects, ..Made::default() })
}

/// A report has to be about something (STIX 2.1 section 4.16).
fn empty_note(scene: &Scene, event: &Fields, tags: &Tags) -> Result<entente_model::Draft, Fault> {
    let report = report_id(event).unwrap_or_else(|| ObjectId::minted(report_kind(event), "empty MISP event"));
    let properties = members(json!({
        "content": "This MISP Event is empty and contains no attribute, object, galaxy or tag.",
        "object_refs": [report.to_string()],
    }));
    scene.own(Kind::Note, event, properties, tags)
}

fn labels(event: &Fields) -> Vec<String> {
    let mut labels = vec!["Threat-Report".to_owned()];
    let level = match text(event, "threat_level_id").as_deref() {
        Some("1") => "high-risk",
        Some("2") => "medium-risk",
        Some("3") => "low-risk",
        _ => return labels,
    };
    labels.push(format!("misp:threat-level=\"{level}\""));
    labels
}
