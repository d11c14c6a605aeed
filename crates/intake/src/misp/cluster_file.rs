//! Galaxy cluster files: one object per cluster, and how they relate.

use entente_model::{Kind, ObjectId};
use serde_json::Value;

use super::galaxy::Cluster;
use super::observable::members;
use super::properties::{relation, relationship_type};
use super::scene::{Fault, Made, Scene};
use super::tags::Tags;
use super::value::{Fields, list, text, uuid};
use crate::{Context, Place, Sink, Stopped};

/// True for a file of the MISP galaxy repository: `values` under the name and type of their galaxy.
pub(super) fn is_one(fields: &Fields) -> bool {
    let values = list(fields, "values");
    fields.contains_key("type")
        && fields.contains_key("name")
        && fields.get("values").is_some_and(Value::is_array)
        && values.iter().all(|value| value.get("value").is_some() || !value.is_object())
}

/// Reads all clusters of a file, then the relations between them.
pub(super) fn read(ctx: &Context, place: &Place, file: &Fields, sink: &mut Sink) -> Result<(), Stopped> {
    let mut scene = Scene::new(ctx, place, &Fields::new());
    let clusters = list(file, "values");
    for cluster in clusters {
        match cluster.as_object() {
            None => scene.reject("cluster", cluster, "a galaxy cluster must be a JSON object", sink)?,
            Some(fields) => {
                let made = made(&scene, file, fields);
                scene.put("cluster", fields, made, sink)?;
            }
        }
    }
    for cluster in clusters.iter().filter_map(Value::as_object) {
        for related in list(cluster, "related") {
            relate(&mut scene, cluster, related, sink)?;
        }
    }
    Ok(())
}

fn made(scene: &Scene, file: &Fields, fields: &Fields) -> Result<Made, Fault> {
    let cluster = Cluster::read(file, fields)?.draft(scene, &Tags::default())?;
    let subjects = vec![cluster.object.id().clone()];
    Ok(Made { drafts: vec![cluster], subjects, ..Made::default() })
}

/// A relation to a cluster of the same file becomes a relationship. Of clusters of other galaxies the file tells
/// only the UUID, which is no STIX id without its kind.
fn relate(scene: &mut Scene, cluster: &Fields, related: &Value, sink: &mut Sink) -> Result<(), Stopped> {
    let Some(fields) = related.as_object() else {
        return scene.reject("related", related, "a relation must be a JSON object", sink);
    };
    let first =
        |uuid: Option<uuid::Uuid>| -> Option<ObjectId> { scene.became(&uuid?)?.subjects.first().cloned() };
    let (source, target) = (first(uuid(cluster, "uuid")), first(uuid(fields, "dest-uuid")));
    let (Some(source), Some(target)) = (source, target) else {
        return scene.exclude("related", related, "relation to a cluster of another galaxy", sink);
    };
    let made = relationship(scene, fields, &source, &target);
    scene.put("related", fields, made, sink)
}

fn relationship(scene: &Scene, fields: &Fields, source: &ObjectId, target: &ObjectId) -> Result<Made, Fault> {
    let kind = relationship_type(&text(fields, "type").unwrap_or_default());
    let mut properties = relation(source, &kind, target);
    let tags: Vec<Value> = list(fields, "tags").iter().filter(|tag| tag.is_string()).cloned().collect();
    if !tags.is_empty() {
        properties.extend(members(serde_json::json!({ "labels": tags })));
    }
    let draft = scene.unsigned(Kind::Relationship, None, None, properties, &Tags::default())?;
    Ok(Made { drafts: vec![draft], ..Made::default() })
}
