//! References of objects to other objects and attributes: relationships.

use entente_model::{Kind, Link, ObjectId, Reference};
use serde_json::Value;

use super::properties::{relation, relationship_type};
use super::scene::{Fault, Made, Scene, missing};
use super::value::{Fields, flag, moment, text, uuid};
use crate::{Sink, Stopped};

/// The references of one object, each a record of its own. Called when all the event's things have been read,
/// since a reference may point forward.
pub(super) fn read(
    scene: &mut Scene,
    owner: &Fields,
    references: &[Value],
    sink: &mut Sink,
) -> Result<(), Stopped> {
    for reference in references {
        match reference.as_object() {
            None => scene.reject("ObjectReference", reference, "a reference must be a JSON object", sink)?,
            Some(fields) => match target(scene, owner, fields) {
                Target::Elsewhere => {
                    scene.exclude(
                        "ObjectReference",
                        reference,
                        "reference to a thing outside the event",
                        sink,
                    )?;
                }
                Target::Within => {
                    scene.exclude("ObjectReference", reference, "reference drawn inside the object", sink)?;
                }
                Target::Found => {
                    let made = made(scene, owner, fields);
                    scene.put("ObjectReference", fields, made, sink)?;
                }
            },
        }
    }
    Ok(())
}

enum Target {
    /// A thing the event has.
    Found,
    /// Part of the object itself: a PE section of its file, a value of its registry key, what a note is about.
    Within,
    /// Unknown here, so its kind is unknown too.
    Elsewhere,
}

fn target(scene: &Scene, owner: &Fields, reference: &Fields) -> Target {
    let Some(target) = uuid(reference, "referenced_uuid") else { return Target::Found };
    let own = uuid(owner, "uuid").and_then(|own| scene.became(&own));
    match (scene.became(&target), own) {
        (None, _) => Target::Elsewhere,
        // A note already refers to what it is about.
        (Some(_), Some(own)) if own.subjects.first().is_some_and(|own| own.kind() == &Kind::Note) => {
            Target::Within
        }
        (Some(target), Some(own)) if target.subjects == own.subjects => Target::Within,
        _ => Target::Found,
    }
}

fn made(scene: &Scene, owner: &Fields, fields: &Fields) -> Result<Made, Fault> {
    let of = uuid(owner, "uuid").ok_or_else(|| missing("an object with references", "uuid"))?;
    let to = uuid(fields, "referenced_uuid").ok_or_else(|| missing("a reference", "referenced_uuid"))?;
    let unread = || Fault::Shape("the object the reference starts from could not be read".to_owned());
    let (of, to) = (scene.became(&of).ok_or_else(unread)?, scene.became(&to).ok_or_else(unread)?);
    let source = observed_or_first(&of.subjects).ok_or_else(unread)?;
    let target = observed_or_first(&to.subjects).ok_or_else(unread)?;
    let kind = relationship_type(&text(fields, "relationship_type").unwrap_or_default());
    let at = moment(fields, "timestamp").or_else(|| moment(owner, "timestamp")).or(scene.time);
    let mut properties = relation(source, &kind, target);
    for (property, member) in [("description", "comment")] {
        if let Some(text) = text(fields, member) {
            properties.insert(property.into(), text.into());
        }
    }
    if flag(fields, "deleted") == Some(true) {
        properties.insert("revoked".into(), true.into());
    }
    let tags = of.tags.clone().and(to.tags.clone());
    let mut draft = scene.dated(Kind::Relationship, uuid(fields, "uuid"), at, properties, &tags)?;
    // The mapping joins the observations; the things observed are what an analyst wants to see joined.
    if let (Some(source), Some(target)) = (&of.observable, &to.observable)
        && source != target
    {
        let at = draft.object.created();
        let (source, target) = (Reference::Id(source.clone()), Reference::Id(target.clone()));
        draft.links.push(Link { source, target, kind: kind.into(), at });
    }
    Ok(Made { drafts: vec![draft], ..Made::default() })
}

/// What a relationship of the mapping starts from and ends at: the observation where there is one.
fn observed_or_first(subjects: &[ObjectId]) -> Option<&ObjectId> {
    subjects.iter().find(|id| id.kind() == &Kind::ObservedData).or(subjects.first())
}
