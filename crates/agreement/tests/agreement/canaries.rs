//! Canaries: every field of every kind is filled with a value found nowhere else, and what leaves is searched for it,
//! for its digests and for the deterministic ids made of it.

use std::collections::BTreeMap;

use entente_agreement::{
    Bounds, Category, Flow, FreeText, Leaving, Policy, Select, Sort, Template, declarations,
};
use entente_model::{Kind, Object, ObjectId, Selector, canonical_id, vertex_id};
use md5::{Digest, Md5};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::support::{Bench, NOW, at, in_force, terms};

/// An object with every declared field filled, and the canary of each.
pub(crate) struct Full {
    pub(crate) object: Object,
    pub(crate) canaries: BTreeMap<&'static str, Vec<String>>,
}

/// An object of a kind with every field there is, and some there are not.
pub(crate) fn full(kind: &Kind) -> Full {
    filled(kind, 1)
}

pub(crate) fn filled(kind: &Kind, seed: u32) -> Full {
    let mut json = Map::new();
    let mut canaries = BTreeMap::new();
    for (place, field) in declarations(kind).into_iter().enumerate() {
        let name = field.property();
        let canary = format!("canary{seed:05}x{place:03}{}", kind.as_str().replace('-', ""));
        let (value, planted) = value_of(kind, name, field.sort(), &canary);
        canaries.insert(name, planted);
        match name.strip_prefix("extensions.") {
            Some(extension) => {
                let extensions = json.entry("extensions").or_insert_with(|| json!({}));
                extensions[extension] = json!({ "text": value });
            }
            None if name == "extensions" => {
                let extensions = json.entry("extensions").or_insert_with(|| json!({}));
                extensions["x-unheard-of-ext"] = value["x-unheard-of-ext"].clone();
            }
            None => {
                json.entry(name).or_insert(value);
            }
        }
    }
    let unknown = format!("canary{seed:05}xunknown");
    json.insert("x_unheard_of".to_owned(), json!({ "deep": [unknown.clone()] }));
    canaries.insert("x_unheard_of", vec![unknown]);
    json.insert("type".to_owned(), kind.as_str().into());
    json.insert("spec_version".to_owned(), "2.1".into());
    json.insert("id".to_owned(), format!("{kind}--{}", uuid(seed)).into());
    let object = Object::from_json(Value::Object(json)).expect("a STIX object");
    Full { object: under_its_id(object), canaries }
}

fn uuid(seed: u32) -> String {
    format!("8e2e2d2b-17d4-4cbf-938f-{seed:012}")
}

fn under_its_id(object: Object) -> Object {
    let Some(id) = canonical_id(&object) else { return object };
    let mut json = Value::Object(object.json().clone());
    json["id"] = id.to_string().into();
    Object::from_json(json).expect("a STIX object")
}

/// A value that fits the field and is found nowhere else, and what of it must not be found when it is withheld.
fn value_of(kind: &Kind, name: &str, sort: Sort, canary: &str) -> (Value, Vec<String>) {
    let text = |text: String| (Value::from(text.clone()), vec![text]);
    match (kind.as_str(), name) {
        (_, "created" | "modified" | "published" | "valid_from" | "object_modified") => {
            (json!("2026-03-01T09:30:00.000Z"), vec![])
        }
        (_, "valid_until") => (json!("2026-09-01T09:30:00.000Z"), vec![]),
        (_, "revoked" | "is_family" | "is_multipart" | "defanged") => (json!(false), vec![]),
        (_, "granular_markings") => (json!([{ "selectors": ["name"], "lang": "en" }]), vec![]),
        (_, "object_marking_refs") => (json!([entente_model::Tlp::Green.marking().to_string()]), vec![]),
        (_, "extensions") => (json!({ "x-unheard-of-ext": { "text": canary } }), vec![canary.to_owned()]),
        (_, "pattern_type") => (json!("stix"), vec![]),
        (_, "pattern") => {
            (json!(format!("[domain-name:value = '{canary}.example']")), vec![canary.to_owned()])
        }
        (_, "hashes") => (json!({ "SHA-256": canary, "MD5": format!("{canary}b") }), vec![canary.to_owned()]),
        ("email-addr", "value") => text(format!("{canary}@mail.example")),
        ("ipv4-addr", "value") => (json!("198.51.100.77"), vec!["198.51.100.77".to_owned()]),
        ("ipv6-addr", "value") => (json!("2001:db8:7:7:7:7:7:7"), vec!["2001:db8:7:7:7:7:7:7".to_owned()]),
        ("url", "value") => text(format!("https://{canary}.example/")),
        ("domain-name", "value") => text(format!("{canary}.example")),
        ("location", "country" | "region") => (json!("NL"), vec![]),
        (_, "first_observed" | "first_seen" | "start" | "start_time") => {
            (json!("2026-03-02T09:31:17.123Z"), vec!["09:31:17.123".to_owned()])
        }
        (_, "last_observed" | "last_seen" | "end" | "stop_time") => {
            (json!("2026-03-03T09:32:19.456Z"), vec!["09:32:19.456".to_owned()])
        }
        (_, "number_observed" | "count") => (json!(7_340_123), vec!["7340123".to_owned()]),
        ("autonomous-system", "number") => (json!(64500), vec![]),
        _ => match sort {
            Sort::Reference | Sort::Attribution => reference(name, canary),
            Sort::Sources => {
                (json!([{ "source_name": canary, "description": canary }]), vec![canary.to_owned()])
            }
            _ => text(canary.to_owned()),
        },
    }
}

/// A reference to something that leaves under its own id, or to something withheld when the name says so.
fn reference(name: &str, _: &str) -> (Value, Vec<String>) {
    let target = match name {
        "from_ref" | "sender_ref" | "to_refs" | "cc_refs" | "bcc_refs" => "email-addr",
        "parent_directory_ref" => "directory",
        "created_by_ref" => "identity",
        "target_ref" => "malware",
        _ => "ipv4-addr",
    };
    let id = format!("{target}--{}", uuid(999_977));
    let value = if name.ends_with("_refs") { json!([id]) } else { json!(id) };
    (value, vec![])
}

/// True when the field may not leave as it is by this flow: told from the agreement and the declarations alone.
fn is_withheld(flow: &Flow, kind: &Kind, name: &str, sort: Sort) -> bool {
    let covers = |category: Category| {
        flow.data_categories.contains(&category) && !flow.excluded_categories.contains(&category)
    };
    let named = |rule: &Select| match rule {
        Select::Category(category) => sort == Sort::Data(*category),
        Select::Field(field) => field.is(kind.as_str(), name),
    };
    let reshaped = flow.transforms.iter().any(|rule| named(&rule.select));
    reshaped
        || match sort {
            Sort::Never => true,
            Sort::Data(category) => !covers(category),
            Sort::Prose | Sort::Sources => flow.free_text == FreeText::Withheld,
            Sort::Pattern => !covers(Category::DetectionPattern) || !covers(Category::Domain),
            Sort::Frame
            | Sort::Plain
            | Sort::Reference
            | Sort::Attribution
            | Sort::Markings
            | Sort::Extensions => false,
        }
}

/// Everything by which a canary could be recognised.
fn traces(kind: &Kind, object: &Object, canary: &str) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut traces = vec![canary.to_owned(), hex(&Sha256::digest(canary)), hex(&Md5::digest(canary))];
    let selectors =
        [Selector::domain(canary), Selector::email(canary), Selector::ip(canary), Selector::url(canary)];
    traces.extend(selectors.into_iter().flatten().map(|selector| selector.id().uuid().to_string()));
    for property in ["value", "name", "key", "path", "number", "iban"] {
        if object.text(property) == Some(canary) {
            let alone = ObjectId::observable(kind.clone(), &json!({ property: canary }));
            traces.push(alone.uuid().to_string());
        }
    }
    traces
}

fn assert_silent(policy: &Policy, flow: &Flow, kind: &Kind, seed: u32) -> Result<bool, String> {
    let Full { object, canaries } = filled(kind, seed);
    let Some(terms) = terms(policy, flow.id.as_str(), &object) else { return Ok(false) };
    let bench = Bench::new(|_: &ObjectId| Leaving::Clear);
    let outcome = policy.release(&object, &terms, &bench.tools());
    // What is said outward never has a canary; what is kept inside names properties, never values.
    let said = match &outcome {
        Ok(released) => format!("{}\n{released:?}", String::from_utf8_lossy(released.bytes())),
        Err(withheld) => format!("{withheld:?}"),
    };
    let mut hidden_id = false;
    for field in declarations(kind) {
        let name = field.property();
        if outcome.is_ok() && !is_withheld(flow, kind, name, field.sort()) && field.sort() != Sort::Extensions
        {
            continue;
        }
        for canary in canaries.get(name).into_iter().flatten() {
            for trace in traces(kind, &object, canary) {
                if said.contains(&trace) {
                    return Err(format!("{kind}.{name} by {}: `{trace}` in {said}", flow.id));
                }
            }
            hidden_id |= entente_model::id_contributing(kind).contains(&name);
        }
    }
    if let Ok(released) = &outcome {
        // The receiver takes in all that may leave.
        let recipient = policy.agreement().party(policy.recipient()).expect("a party");
        let bounds = Bounds::of(flow, recipient);
        // Markings go along as conditions.
        let condition = policy.condition(&object, &terms, at(NOW)).ok();
        let told = if *kind == Kind::MarkingDefinition { condition.as_ref() } else { Some(released) };
        let over = told.and_then(|told| bounds.overstepped(told.value(), told.terms().handling()));
        if let Some(over) = over {
            return Err(format!("{kind} leaves by {} and is not taken in: {over:?}", flow.id));
        }
        let leaving = policy.leaving(&object, &terms, &bench.tools());
        let own =
            if released.id() == object.id() { Leaving::Clear } else { Leaving::NewId(released.id().clone()) };
        if leaving != own {
            return Err(format!("{kind} leaves as {:?} and is referred to as {leaving:?}", released.id()));
        }
    }
    for hidden in
        [Leaving::Withheld, Leaving::NewId(format!("tool--{}", uuid(999_999)).parse().expect("an id"))]
    {
        let others = |id: &ObjectId| {
            if *id.kind() == Kind::MarkingDefinition { Leaving::Clear } else { hidden.clone() }
        };
        if let Ok(released) = policy.release(&object, &terms, &Bench::new(others).tools())
            && String::from_utf8_lossy(released.bytes()).contains(&uuid(999_977))
        {
            return Err(format!("{kind}: the id of something withheld left by {}", flow.id));
        }
    }
    for unknown in &canaries["x_unheard_of"] {
        if said.contains(unknown) {
            return Err(format!("{kind}: an undeclared field left by {}", flow.id));
        }
    }
    let ids = [canonical_id(&object), Some(vertex_id(&object))];
    if hidden_id && ids.iter().flatten().any(|id| said.contains(&id.uuid().to_string())) {
        return Err(format!("{kind}: its deterministic id betrays a withheld value by {}", flow.id));
    }
    Ok(outcome.is_ok())
}

#[test]
fn no_withheld_field_of_any_kind_leaves_a_trace() {
    let mut left = 0;
    for template in Template::ALL {
        for flow in &template.agreement().flows {
            let in_force = in_force(template.agreement(), at(NOW));
            let policy = Policy::compile(&in_force, &flow.from, &flow.to[0]).expect("it compiles");
            for kind in Kind::KNOWN {
                match assert_silent(&policy, flow, kind, 1) {
                    Ok(released) => left += usize::from(released),
                    Err(betrayed) => panic!("{}: {betrayed}", template.name),
                }
            }
        }
    }
    assert!(left > 60, "only {left} objects left at all, so little was searched");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The same under agreements that cover, exclude and transform whatever chance says.
    #[test]
    fn no_withheld_field_leaves_a_trace_by_random_flows(agreement in crate::random::agreements(), seed in 1_u32..90_000) {
        let in_force = in_force(agreement.clone(), at(NOW));
        for flow in &agreement.flows {
            let policy = Policy::compile(&in_force, &flow.from, &flow.to[0]).expect("it compiles");
            for kind in Kind::KNOWN {
                if let Err(betrayed) = assert_silent(&policy, flow, kind, seed) {
                    prop_assert!(false, "{betrayed}");
                }
            }
        }
    }
}
