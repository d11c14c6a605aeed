//! Sightings: seen again, a false alarm, or no longer good.

use entente_model::{Draft, Kind, ObjectId};
use serde_json::{Value, json};

use super::event::Owner;
use super::observable::members;
use super::scene::{Fault, Made, Scene};
use super::tags::Tags;
use super::value::{Fields, list, moment, object, text, uuid};
use crate::{Sink, Stopped};

/// The sightings of an attribute or object, each a record of its own.
pub(super) fn read(
    scene: &mut Scene,
    fields: &Fields,
    owner: &Owner,
    sink: &mut Sink,
) -> Result<(), Stopped> {
    for sighting in list(fields, "Sighting") {
        let Some(fields) = sighting.as_object() else {
            scene.reject("Sighting", sighting, "a sighting must be a JSON object", sink)?;
            continue;
        };
        match text(fields, "type").as_deref() {
            // The mapping knows no word for "no longer good from now on".
            Some("2") => scene.exclude("Sighting", sighting, "expiration sighting", sink)?,
            Some("1") => {
                let made = false_alarm(scene, fields, owner);
                scene.put("Sighting", fields, made, sink)?;
            }
            _ => {
                let made = seen_again(scene, fields, owner);
                scene.put("Sighting", fields, made, sink)?;
            }
        }
    }
    Ok(())
}

fn seen_again(scene: &Scene, fields: &Fields, owner: &Owner) -> Result<Made, Fault> {
    let seen = owner.subjects;
    let (observed, others): (Vec<&ObjectId>, Vec<&ObjectId>) =
        seen.iter().partition(|id| *id.kind() == Kind::ObservedData && seen.len() > 1);
    let of = others.first().or(observed.first()).ok_or_else(nothing_seen)?;
    let mut properties = members(json!({ "sighting_of_ref": of.to_string() }));
    if !observed.is_empty() && of.kind() != &Kind::ObservedData {
        let refs: Vec<Value> = observed.iter().map(|id| id.to_string().into()).collect();
        properties.insert("observed_data_refs".into(), refs.into());
    }
    let organisation = organisation(scene, fields, &owner.tags)?;
    if let Some(organisation) = &organisation {
        properties.insert("where_sighted_refs".into(), json!([organisation.object.id().to_string()]));
    }
    if let Some(source) = text(fields, "source") {
        properties.insert("description".into(), source.into());
    }
    if let Some(at) = moment(fields, "date_sighting") {
        properties.insert("first_seen".into(), at.to_string().into());
        properties.insert("last_seen".into(), at.to_string().into());
    }
    record(scene, Kind::Sighting, fields, properties, organisation, &owner.tags)
}

fn false_alarm(scene: &Scene, fields: &Fields, owner: &Owner) -> Result<Made, Fault> {
    let seen = owner.subjects;
    if seen.is_empty() {
        return Err(nothing_seen());
    }
    let refs: Vec<Value> = seen.iter().map(|id| id.to_string().into()).collect();
    let mut properties = members(json!({
        "opinion": "strongly-disagree",
        "explanation": "False positive Sighting",
        "object_refs": refs,
    }));
    let organisation = organisation(scene, fields, &owner.tags)?;
    if let Some(organisation) = &organisation {
        let name = organisation.object.text("name").unwrap_or_default();
        properties.insert("authors".into(), json!([name]));
        properties.insert("x_misp_author_ref".into(), organisation.object.id().to_string().into());
    }
    record(scene, Kind::Opinion, fields, properties, organisation, &owner.tags)
}

fn record(
    scene: &Scene,
    kind: Kind,
    fields: &Fields,
    properties: Fields,
    organisation: Option<Draft>,
    tags: &Tags,
) -> Result<Made, Fault> {
    let at = moment(fields, "date_sighting").or(scene.time);
    let draft = scene.unsigned(kind, uuid(fields, "uuid"), at, properties, tags)?;
    let mut drafts = vec![draft];
    drafts.extend(organisation);
    Ok(Made { drafts, ..Made::default() })
}

fn nothing_seen() -> Fault {
    Fault::Shape("the sighting stands at nothing that could have been seen".to_owned())
}

fn organisation(scene: &Scene, fields: &Fields, tags: &Tags) -> Result<Option<Draft>, Fault> {
    object(fields, "Organisation").map(|organisation| identity(scene, organisation, tags)).transpose()
}

/// An organisation of MISP. It has a UUID and a name, never a time: the reader dates it.
pub(super) fn identity(scene: &Scene, organisation: &Fields, tags: &Tags) -> Result<Draft, Fault> {
    let name = text(organisation, "name").unwrap_or("unnamed organisation".into());
    let properties = members(json!({ "name": name, "identity_class": "organization" }));
    scene.unsigned(Kind::Identity, uuid(organisation, "uuid"), None, properties, tags)
}
