//! Galaxy clusters: adversaries, malware, techniques, places, sectors that events and attributes are tagged with.

mod meta;
mod place;

use entente_model::{Draft, Kind, Selector};
use serde_json::{Value, json};

use super::event::Owner;
use super::observable::members;
use super::scene::{Fault, Made, Scene, missing};
use super::tags::Tags;
use super::value::{Fields, list, moment, object, text, texts, uuid};
use crate::{Sink, Stopped};

/// A cluster and the galaxy it belongs to.
pub(super) struct Cluster<'a> {
    pub(super) fields: &'a Fields,
    kind: String,
    value: String,
    galaxy: String,
    galaxy_description: String,
}

impl<'a> Cluster<'a> {
    /// Reads a cluster. `galaxy` is the galaxy around it, or the file.
    pub(super) fn read(galaxy: &Fields, fields: &'a Fields) -> Result<Cluster<'a>, Fault> {
        let value = text(fields, "value").ok_or_else(|| missing("a galaxy cluster", "value"))?.into_owned();
        let kind = text(fields, "type").or_else(|| text(galaxy, "type")).unwrap_or_default().into_owned();
        let galaxy_description = text(galaxy, "description").unwrap_or_default().into_owned();
        let galaxy = text(galaxy, "name").unwrap_or_default().into_owned();
        Ok(Cluster { fields, kind, value, galaxy, galaxy_description })
    }

    /// What it becomes in STIX.
    pub(super) fn stix_kind(&self) -> Kind {
        kind_of(&self.kind)
    }

    /// Its name: ATT&CK clusters carry the technique number behind it.
    fn name(&self) -> &str {
        match self.value.split_once(" - ") {
            Some((name, _)) if self.kind.starts_with("mitre-") => name.trim(),
            _ => &self.value,
        }
    }

    fn description(&self) -> Option<String> {
        text(self.fields, "description").map(|text| text.into_owned())
    }

    fn properties(&self) -> Fields {
        let mut properties = match self.stix_kind() {
            Kind::Location if self.kind == "country" => place::country(self),
            Kind::Location if self.kind == "region" => place::region(self),
            Kind::Identity => self.sector(),
            Kind::Custom(_) => self.custom(),
            kind => self.concept(&kind),
        };
        let mut labels = vec![
            format!("misp:galaxy-name=\"{}\"", self.galaxy),
            format!("misp:galaxy-type=\"{}\"", self.kind),
        ];
        labels.extend(text(self.fields, "tag_name").map(|tag| tag.into_owned()));
        properties.insert("labels".into(), labels.into());
        // Relations name clusters by UUID only; kept, so that one day both ends can be known.
        if let Some(related) = self.fields.get("related").filter(|related| related.is_array()) {
            properties.insert("x_misp_related".into(), related.clone());
        }
        properties
    }

    fn concept(&self, kind: &Kind) -> Fields {
        let mut properties = members(json!({ "name": self.name() }));
        properties.extend(self.description().map(|text| ("description".to_owned(), text.into())));
        if let Some(meta) = object(self.fields, "meta") {
            meta::add(&mut properties, kind, meta, self.name());
        }
        if *kind == Kind::Malware {
            properties.entry("is_family").or_insert(false.into());
        }
        properties
    }

    fn sector(&self) -> Fields {
        let description = self.description().unwrap_or_else(|| self.galaxy_description.clone());
        members(json!({ "name": self.value, "identity_class": "class", "description": description }))
    }

    /// A cluster of a galaxy STIX has no kind for. `name` is ours, so that people and searches find it.
    fn custom(&self) -> Fields {
        let description = self.description().unwrap_or_default();
        let mut properties = members(json!({
            "name": self.value,
            "x_misp_name": self.galaxy,
            "x_misp_type": self.kind,
            "x_misp_value": self.value,
            "x_misp_description": format!("{} | {description}", self.galaxy_description),
        }));
        if let Some(meta) = object(self.fields, "meta") {
            properties.insert("x_misp_meta".into(), Value::Object(meta::renamed(meta)));
            meta::references(&mut properties, meta);
        }
        properties
    }

    /// The draft of the cluster. Clusters rarely carry a time; the reader dates those that do not.
    pub(super) fn draft(&self, scene: &Scene, tags: &Tags) -> Result<Draft, Fault> {
        let at = moment(self.fields, "timestamp");
        let uuid = uuid(self.fields, "uuid");
        let mut draft = scene.unsigned(self.stix_kind(), uuid, at, self.properties(), tags)?;
        // A location's own country follows from its properties.
        if draft.object.kind() != &Kind::Location {
            let id = draft.object.id().clone();
            scene.ctx.drafter.name(&mut draft, &id, "located-at", self.countries());
        }
        Ok(draft)
    }

    /// The countries an adversary works from, as ISO 3166-1 codes.
    fn countries(&self) -> Vec<Selector> {
        let codes =
            object(self.fields, "meta").and_then(|meta| meta.get("country")).map(texts).unwrap_or_default();
        codes.iter().filter_map(|code| Selector::country(code).ok()).collect()
    }
}

/// The clusters of an event, an object or an attribute, each a record of its own. What the owner became is joined
/// to each cluster by a relationship.
pub(super) fn read(
    scene: &mut Scene,
    fields: &Fields,
    owner: &Owner,
    sink: &mut Sink,
) -> Result<(), Stopped> {
    for galaxy in list(fields, "Galaxy") {
        let Some(galaxy) = galaxy.as_object() else {
            scene.reject("Galaxy", galaxy, "a galaxy must be a JSON object", sink)?;
            continue;
        };
        for cluster in list(galaxy, "GalaxyCluster") {
            match cluster.as_object() {
                None => {
                    scene.reject("GalaxyCluster", cluster, "a galaxy cluster must be a JSON object", sink)?
                }
                Some(fields) => {
                    let made = made(scene, galaxy, fields, owner);
                    scene.put("GalaxyCluster", fields, made, sink)?;
                }
            }
        }
    }
    Ok(())
}

fn made(scene: &Scene, galaxy: &Fields, fields: &Fields, owner: &Owner) -> Result<Made, Fault> {
    let cluster = Cluster::read(galaxy, fields)?.draft(scene, &owner.tags)?;
    let id = cluster.object.id().clone();
    let mut made = Made { drafts: vec![cluster], subjects: vec![id.clone()], ..Made::default() };
    if let Some(source) = owner.subjects.first() {
        let kind = relation_between(source.kind(), id.kind());
        made.drafts.push(scene.relationship((source, kind, &id), owner.at, false, &owner.tags)?);
    }
    Ok(made)
}

/// What it means that a thing of one kind is tagged with a cluster of another.
fn relation_between(source: &Kind, target: &Kind) -> &'static str {
    use Kind::{
        AttackPattern, Campaign, CourseOfAction, Identity, Indicator, IntrusionSet, Location, Malware,
        ThreatActor, Tool, Vulnerability,
    };
    match (source, target) {
        (Indicator, AttackPattern | Campaign | IntrusionSet | Malware | ThreatActor | Tool) => "indicates",
        (AttackPattern | Campaign | IntrusionSet | Tool, Identity)
        | (AttackPattern | Tool, Location)
        | (AttackPattern | Campaign | IntrusionSet | ThreatActor, Vulnerability) => "targets",
        (AttackPattern, Tool)
        | (Campaign | IntrusionSet | ThreatActor, AttackPattern | Malware | Tool)
        | (Malware, AttackPattern) => "uses",
        (Campaign, IntrusionSet | ThreatActor) | (IntrusionSet, ThreatActor) => "attributed-to",
        (CourseOfAction, AttackPattern | Tool) => "mitigates",
        (Malware, IntrusionSet | ThreatActor) => "authored-by",
        _ => "related-to",
    }
}

/// The STIX kind of a galaxy type.
fn kind_of(galaxy: &str) -> Kind {
    if let Some(kind) = galaxy.strip_prefix("stix-2.0-").or_else(|| galaxy.strip_prefix("stix-2.1-")) {
        return concept(kind).unwrap_or_else(|| Kind::from_name("x-misp-galaxy-cluster"));
    }
    match galaxy {
        "cmtmf-attack-pattern"
        | "mitre-attack-pattern"
        | "mitre-enterprise-attack-attack-pattern"
        | "mitre-ics-techniques"
        | "mitre-mobile-attack-attack-pattern"
        | "mitre-pre-attack-attack-pattern" => Kind::AttackPattern,
        "mitre-course-of-action"
        | "mitre-enterprise-attack-course-of-action"
        | "mitre-mobile-attack-course-of-action" => Kind::CourseOfAction,
        "mitre-enterprise-attack-intrusion-set"
        | "mitre-intrusion-set"
        | "mitre-mobile-attack-intrusion-set"
        | "mitre-pre-attack-intrusion-set" => Kind::IntrusionSet,
        "android"
        | "backdoor"
        | "banker"
        | "cryptominers"
        | "malpedia"
        | "mitre-enterprise-attack-malware"
        | "mitre-ics-software"
        | "mitre-malware"
        | "mitre-mobile-attack-malware"
        | "ransomware"
        | "stealer" => Kind::Malware,
        "360net-threat-actor" | "microsoft-activity-group" | "mitre-ics-groups" | "threat-actor" => {
            Kind::ThreatActor
        }
        "botnet"
        | "exploit-kit"
        | "mitre-enterprise-attack-tool"
        | "mitre-mobile-attack-tool"
        | "mitre-tool"
        | "rat"
        | "tds"
        | "tool" => Kind::Tool,
        "branded-vulnerability" => Kind::Vulnerability,
        "country" | "region" => Kind::Location,
        "sector" => Kind::Identity,
        _ => Kind::from_name("x-misp-galaxy-cluster"),
    }
}

fn concept(name: &str) -> Option<Kind> {
    let kind = Kind::from_name(name);
    let known = matches!(
        kind,
        Kind::AttackPattern
            | Kind::Campaign
            | Kind::CourseOfAction
            | Kind::IntrusionSet
            | Kind::Location
            | Kind::Malware
            | Kind::ThreatActor
            | Kind::Tool
            | Kind::Vulnerability
    );
    known.then_some(kind)
}
