//! What analysts write about an event and its parts: reports, notes, opinions.

use entente_model::{Kind, ObjectId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::event::Owner;
use super::observable::members;
use super::scene::{Fault, Made, Scene, missing};
use super::tags::Tags;
use super::value::{Fields, flag, list, moment, text, uuid};
use crate::{Sink, Stopped};

/// How a note or an opinion is written.
type Write = fn(&Scene, &Fields, &Owner) -> Result<Made, Fault>;

/// The notes and opinions on something, each a record of its own.
pub(super) fn read(
    scene: &mut Scene,
    fields: &Fields,
    owner: &Owner,
    sink: &mut Sink,
) -> Result<(), Stopped> {
    for (name, write) in [("Note", note as Write), ("Opinion", opinion as Write)] {
        for item in list(fields, name) {
            match item.as_object() {
                None => scene.reject(name, item, "analyst data must be a JSON object", sink)?,
                Some(fields) => {
                    let made = write(scene, fields, owner);
                    scene.put(name, fields, made, sink)?;
                }
            }
        }
    }
    Ok(())
}

/// The written reports of an event.
pub(super) fn reports(
    scene: &mut Scene,
    event: &Fields,
    report: &ObjectId,
    sink: &mut Sink,
) -> Result<(), Stopped> {
    for item in list(event, "EventReport") {
        match item.as_object() {
            None => scene.reject("EventReport", item, "an event report must be a JSON object", sink)?,
            Some(fields) => {
                let made = written(scene, fields, report);
                scene.put("EventReport", fields, made, sink)?;
            }
        }
    }
    Ok(())
}

fn written(scene: &Scene, fields: &Fields, report: &ObjectId) -> Result<Made, Fault> {
    let content = text(fields, "content").unwrap_or_default();
    let mut refs: Vec<Value> = Vec::new();
    let mut tags = Tags::default();
    for named in named_in(&content).filter_map(|uuid| scene.became(&uuid)) {
        tags = tags.and(named.tags.clone());
        for id in &named.subjects {
            if !refs.contains(&id.to_string().into()) {
                refs.push(id.to_string().into());
            }
        }
    }
    if refs.is_empty() {
        refs.push(report.to_string().into());
    }
    let mut properties = members(json!({
        "content": content,
        "object_refs": refs,
        "labels": ["misp:data-layer=\"Event Report\""],
    }));
    if let Some(name) = text(fields, "name") {
        properties.insert("abstract".into(), name.into());
    }
    if flag(fields, "deleted") == Some(true) {
        properties.insert("revoked".into(), true.into());
    }
    single(scene.own(Kind::Note, fields, properties, &tags)?)
}

/// The UUIDs a report's text points to: `@[attribute](…)`, `@![object](…)`.
fn named_in(content: &str) -> impl Iterator<Item = Uuid> {
    let after = |mark: &'static str| content.match_indices(mark).map(move |(at, _)| at + mark.len());
    let places = after("[attribute](").chain(after("[object]("));
    places.filter_map(|at| content.get(at..at + 36)).filter_map(|text| Uuid::try_parse(text).ok())
}

fn note(scene: &Scene, fields: &Fields, owner: &Owner) -> Result<Made, Fault> {
    let content = text(fields, "note").ok_or_else(|| missing("a note", "note"))?;
    let mut properties = shared(fields, owner.subjects, "misp:context-layer=\"Analyst Note\"")?;
    properties.insert("content".into(), content.into());
    if let Some(language) = text(fields, "language") {
        properties.insert("lang".into(), language.into());
    }
    dated(scene, Kind::Note, fields, properties, &owner.tags)
}

fn opinion(scene: &Scene, fields: &Fields, owner: &Owner) -> Result<Made, Fault> {
    let level: i64 = text(fields, "opinion")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Fault::Shape("an opinion must have an `opinion` from 0 to 100".to_owned()))?;
    let mut properties = shared(fields, owner.subjects, "misp:context-layer=\"Analyst Opinion\"")?;
    properties.insert("opinion".into(), opinion_word(level).into());
    properties.insert("x_misp_opinion".into(), level.into());
    if let Some(comment) = text(fields, "comment") {
        properties.insert("explanation".into(), comment.into());
    }
    dated(scene, Kind::Opinion, fields, properties, &owner.tags)
}

fn shared(fields: &Fields, about: &[ObjectId], label: &str) -> Result<Fields, Fault> {
    if about.is_empty() {
        return Err(Fault::Shape("it stands at nothing that was read".to_owned()));
    }
    let refs: Vec<Value> = about.iter().map(|id| id.to_string().into()).collect();
    let mut properties = members(json!({ "object_refs": refs, "labels": [label] }));
    if let Some(authors) = text(fields, "authors") {
        properties.insert("authors".into(), json!([authors]));
    }
    Ok(properties)
}

fn dated(scene: &Scene, kind: Kind, fields: &Fields, properties: Fields, tags: &Tags) -> Result<Made, Fault> {
    let at = moment(fields, "modified").or_else(|| moment(fields, "created")).or(scene.time);
    single(scene.unsigned(kind, uuid(fields, "uuid"), at, properties, tags)?)
}

fn single(draft: entente_model::Draft) -> Result<Made, Fault> {
    Ok(Made { drafts: vec![draft], ..Made::default() })
}

/// `opinion-enum` of STIX 2.1 section 10.18.
fn opinion_word(level: i64) -> &'static str {
    match level {
        ..=20 => "strongly-disagree",
        21..=40 => "disagree",
        41..=60 => "neutral",
        61..=80 => "agree",
        _ => "strongly-agree",
    }
}
