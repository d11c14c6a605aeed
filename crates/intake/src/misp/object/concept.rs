//! Objects that are concepts: techniques, adversaries, vulnerabilities, places, notes.

use entente_model::{Kind, Selector};
use serde_json::{Value, json};

use super::super::observable::members;
use super::super::properties::page;
use super::super::scene::Scene;
use super::super::value::{Fields, list, uuid};
use super::template::Form::{Flag, List, Number, Text, Time};
use super::template::{Field, field, fill};
use super::{Bag, Sense, Thing};

fn concept(kind: Kind, mut properties: Fields, bag: &Bag, phased: bool) -> Option<Sense> {
    properties.extend(bag.rest());
    Some(Sense::Concept { kind, properties, phased })
}

/// A concept STIX knows by its name, which it has to have.
fn named(kind: Kind, thing: &Thing, fields: &[Field], phased: bool) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    fill(&mut properties, &mut bag, fields);
    properties.contains_key("name").then_some(())?;
    concept(kind, properties, &bag, phased)
}

/// A technique, numbered by CAPEC.
pub(super) fn attack_pattern(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    fill(
        &mut properties,
        &mut bag,
        &[field("name", &["name"], Text), field("summary", &["description"], Text)],
    );
    properties.contains_key("name").then_some(())?;
    let mut references = Vec::new();
    for id in bag.all("id") {
        let number = id.value.trim_start_matches("CAPEC-");
        references.push(json!({ "source_name": "capec", "external_id": format!("CAPEC-{number}") }));
    }
    for reference in bag.all("references") {
        references.push(page("mitre-attack", &reference.value));
    }
    refer(&mut properties, references);
    concept(Kind::AttackPattern, properties, &bag, true)
}

/// What to do about something.
pub(super) fn course_of_action(thing: &Thing) -> Option<Sense> {
    let fields = [field("name", &["name"], Text), field("description", &["description"], Text)];
    named(Kind::CourseOfAction, thing, &fields, false)
}

/// An adversary's campaigns taken together.
pub(super) fn intrusion_set(thing: &Thing) -> Option<Sense> {
    let fields = [
        field("name", &["name"], Text),
        field("description", &["description"], Text),
        field("aliases", &["aliases"], List),
        field("first_seen", &["first_seen"], Time),
        field("last_seen", &["last_seen"], Time),
        field("goals", &["goals"], List),
        field("resource_level", &["resource_level"], Text),
        field("primary-motivation", &["primary_motivation"], Text),
        field("secondary-motivation", &["secondary_motivations"], List),
    ];
    named(Kind::IntrusionSet, thing, &fields, false)
}

/// Malware, a family or an instance.
pub(super) fn malware(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = members(json!({ "is_family": false }));
    let fields = [
        field("name", &["name"], Text),
        field("description", &["description"], Text),
        field("alias", &["aliases"], List),
        field("architecture_execution_env", &["architecture_execution_envs"], List),
        field("capability", &["capabilities"], List),
        field("first_seen", &["first_seen"], Time),
        field("implementation_language", &["implementation_languages"], List),
        field("is_family", &["is_family"], Flag),
        field("last_seen", &["last_seen"], Time),
        field("malware_type", &["malware_types"], List),
    ];
    fill(&mut properties, &mut bag, &fields);
    concept(Kind::Malware, properties, &bag, false)
}

/// The result of analysing malware. STIX wants to know which product found it and what.
pub(super) fn malware_analysis(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    let fields = [
        field("analysis_definition_version", &["analysis_definition_version"], Text),
        field("analysis_engine_version", &["analysis_engine_version"], Text),
        field("configuration_version", &["configuration_version"], Text),
        field("end_time", &["analysis_ended"], Time),
        field("module", &["modules"], List),
        field("product", &["product"], Text),
        field("result", &["result"], Text),
        field("result_name", &["result_name"], Text),
        field("start_time", &["analysis_started"], Time),
        field("submitted_time", &["submitted"], Time),
        field("version", &["version"], Text),
    ];
    fill(&mut properties, &mut bag, &fields);
    (properties.contains_key("product") && properties.contains_key("result")).then_some(())?;
    concept(Kind::MalwareAnalysis, properties, &bag, false)
}

/// A script: malware when somebody says it is malicious, else a tool.
pub(super) fn script(thing: &Thing) -> Option<Sense> {
    let malicious = thing
        .attributes
        .iter()
        .any(|attribute| attribute.relation() == "state" && attribute.value == "Malicious");
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    fill(
        &mut properties,
        &mut bag,
        &[field("filename", &["name"], Text), field("comment", &["description"], Text)],
    );
    if malicious {
        properties.insert("is_family".into(), false.into());
        fill(&mut properties, &mut bag, &[field("language", &["implementation_languages"], List)]);
        return concept(Kind::Malware, properties, &bag, true);
    }
    properties.contains_key("name").then_some(())?;
    concept(Kind::Tool, properties, &bag, true)
}

/// A weakness, named by its CVE number.
pub(super) fn vulnerability(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let ids = bag.all("id");
    let mut properties = members(json!({ "name": ids.first()?.value }));
    let mut references: Vec<Value> =
        ids.iter().map(|id| json!({ "source_name": "cve", "external_id": id.value })).collect();
    fill(&mut properties, &mut bag, &[field("summary", &["description"], Text)]);
    if !properties.contains_key("description") {
        fill(&mut properties, &mut bag, &[field("description", &["description"], Text)]);
    }
    references.extend(bag.all("references").iter().map(|item| page("url", &item.value)));
    refer(&mut properties, references);
    concept(Kind::Vulnerability, properties, &bag, false)
}

/// A place. STIX wants a region, a country or a point.
pub(super) fn geolocation(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    let fields = [
        field("address", &["street_address"], Text),
        field("city", &["city"], Text),
        field("countrycode", &["country"], Text),
        field("latitude", &["latitude"], Number),
        field("longitude", &["longitude"], Number),
        field("region", &["region"], Text),
        field("text", &["description"], Text),
        field("zipcode", &["postal_code"], Text),
        field("accuracy-radius", &["precision"], Number),
    ];
    fill(&mut properties, &mut bag, &fields);
    // MISP counts kilometres, STIX metres.
    if let Some(radius) = properties.get("precision").and_then(Value::as_f64) {
        properties.insert("precision".into(), (radius * 1000.0).into());
    }
    if !properties.contains_key("country")
        && let Some(Selector::Country(code)) = bag.find(|relation, country| {
            (relation == "country").then(|| Selector::country(&country.value).ok())?
        })
    {
        properties.insert("country".into(), code.into());
    }
    let point = properties.contains_key("latitude") && properties.contains_key("longitude");
    (point || properties.contains_key("country") || properties.contains_key("region")).then_some(())?;
    concept(Kind::Location, properties, &bag, false)
}

/// A text about other objects of the event.
pub(super) fn annotation(thing: &Thing, scene: &Scene) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut refs: Vec<Value> = Vec::new();
    for reference in list(thing.fields, "ObjectReference").iter().filter_map(Value::as_object) {
        let Some(target) = uuid(reference, "referenced_uuid").and_then(|uuid| scene.became(&uuid)) else {
            continue;
        };
        refs.extend(target.subjects.iter().map(|id| Value::from(id.to_string())));
    }
    (!refs.is_empty()).then_some(())?;
    let mut properties = members(json!({ "object_refs": refs, "content": bag.value("text")? }));
    properties.extend(bag.rest());
    Some(Sense::Concept { kind: Kind::Note, properties, phased: false })
}

fn refer(properties: &mut Fields, references: Vec<Value>) {
    if !references.is_empty() {
        properties.insert("external_references".into(), references.into());
    }
}
