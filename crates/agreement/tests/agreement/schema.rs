//! The published JSON Schema is that of the documents.

use entente_agreement::{Agreement, Template, json_schema};
use serde_json::Value;

const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/agreement.json");

fn schema() -> Value {
    json_schema()
}

/// `cargo run -p entente-agreement --example schema > docs/schemas/agreement.json` writes it anew.
#[test]
fn what_is_published_is_what_is_read() {
    let published: Value =
        serde_json::from_str(&std::fs::read_to_string(PUBLISHED).expect("the published schema"))
            .expect("JSON");
    assert!(
        published == schema(),
        "docs/schemas/agreement.json is not the schema of Agreement: run the example `schema`"
    );
}

#[test]
fn every_template_and_every_random_agreement_is_valid() {
    let drafts = Template::ALL.iter().map(Template::agreement).chain((0..50).map(crate::random::agreement));
    for draft in drafts {
        let json = serde_json::to_value(&draft).expect("JSON");
        let wrong = faults(&schema(), &schema(), &json, "");
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(serde_json::from_value::<Agreement>(json).expect("its own JSON"), draft);
    }
}

#[test]
fn what_a_reader_refuses_is_not_valid() {
    let good = serde_json::to_value(Template::ALL[0].agreement()).expect("JSON");
    for (pointer, value) in [
        ("/title", Value::Null),
        ("/instrument_type", "handshake".into()),
        ("/flows/0/max_tlp", "white".into()),
        ("/flows/0/data_categories/0", "everything".into()),
        ("/flows/0/retention/max", "6 months".into()),
        ("/parties/0/jurisdiction", "nl".into()),
        ("/parties/0/id", "A b".into()),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("a place") = value;
        assert!(serde_json::from_value::<Agreement>(bad.clone()).is_err(), "{pointer}");
        assert!(!faults(&schema(), &schema(), &bad, "").is_empty(), "{pointer}");
    }
    let mut more = good;
    more["flows"][0]["also"] = "everything".into();
    assert!(!faults(&schema(), &schema(), &more, "").is_empty());
}

/// What of a value does not fit a schema, for the keywords this schema uses.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).expect("a definition");
        wrong.extend(faults(root, target, value, at));
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[keyword].as_array() {
            let fits = choices.iter().filter(|choice| faults(root, choice, value, at).is_empty()).count();
            if fits == 0 || (keyword == "oneOf" && fits > 1) {
                wrong.push(format!("{at}: {fits} of its {keyword} fit {value}"));
            }
        }
    }
    if let Some(constant) = schema.get("const").filter(|constant| *constant != value) {
        wrong.push(format!("{at}: not {constant}"));
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        wrong.push(format!("{at}: {value} is none of {}", words.len()));
    }
    wrong.extend(wrong_type(schema, value, at));
    wrong.extend(members(root, schema, value, at));
    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(items) = schema.get("items") {
            wrong.extend(faults(root, items, item, &format!("{at}/{place}")));
        }
    }
    if let (Some("^[A-Z]{2}$"), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        let fits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        wrong.extend((!fits).then(|| format!("{at}: `{text}` is no country")));
    }
    let slug = "^[a-z0-9][a-z0-9-]{0,63}$";
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = pattern != slug || text.bytes().all(plain);
        wrong.extend((!fits).then(|| format!("{at}: `{text}` is no id")));
        wrong.extend(
            (pattern == "^P" && !text.starts_with('P')).then(|| format!("{at}: `{text}` is no period")),
        );
    }
    wrong
}

fn wrong_type(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    };
    let fits = match &schema["type"] {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    };
    (!fits).then(|| format!("{at}: {value} is not of type {}", schema["type"]))
}

fn members(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(members) = value.as_object() else { return Vec::new() };
    let mut wrong = Vec::new();
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            wrong.push(format!("{at}: `{name}` is missing"));
        }
    }
    for (name, member) in members {
        match schema["properties"].get(name) {
            Some(inner) => wrong.extend(faults(root, inner, member, &format!("{at}/{name}"))),
            None if schema["additionalProperties"] == false => {
                wrong.push(format!("{at}: `{name}` is unknown"))
            }
            None => {}
        }
    }
    wrong
}
