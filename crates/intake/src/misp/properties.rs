//! Properties of domain objects that do not depend on what the object is.

use entente_model::ObjectId;
use serde_json::{Map, Value, json};

use super::tags::Tags;
use super::value::Fields;

/// Drops empty lists and objects, which STIX does not allow (section 2.10) and which say nothing.
pub(super) fn prune(properties: &mut Fields) {
    let mut emptied = Vec::new();
    for (name, value) in properties.iter_mut() {
        if let Value::Object(inner) = value {
            prune(inner);
        }
        let empty = match value {
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        if empty {
            emptied.push(name.clone());
        }
    }
    for name in emptied {
        properties.remove(&name);
    }
}

/// A link to a page as an external reference. What is no URI can only be described (STIX 2.1 section 2.5).
pub(super) fn page(source: &str, url: &str) -> Value {
    let member = if is_uri(url) { "url" } else { "description" };
    json!({ "source_name": source, member: url })
}

/// RFC 3986, as far as the characters go; brackets only around an address.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let (rest, bracketed) = match rest.strip_prefix("//[").and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => (rest, true),
        None => (rest, false),
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b);
    named && (bracketed || !rest.is_empty()) && rest.bytes().all(allowed) && rest.matches('#').count() < 2
}

/// Writes what tags say into the object itself.
pub(super) fn mark(properties: &mut Fields, tags: &Tags) {
    if let Some(marking) = tags.marking() {
        properties.insert("object_marking_refs".into(), Value::Array(vec![marking.into()]));
    }
    if let Some(confidence) = tags.confidence {
        properties.insert("confidence".into(), confidence.into());
    }
    if !tags.labels.is_empty() {
        let labels = properties.entry("labels").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(labels) = labels {
            labels.extend(tags.labels.iter().map(|label| Value::from(label.as_str())));
        }
    }
}

/// A relationship type as STIX writes them: lower case, hyphens.
pub(super) fn relationship_type(given: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let written: String = given.trim().chars().map(plain).take(250).collect();
    let written = written.trim_matches('-');
    if written.is_empty() { "related-to".to_owned() } else { written.to_owned() }
}

/// The properties of a relationship.
pub(super) fn relation(source: &ObjectId, kind: &str, target: &ObjectId) -> Fields {
    let mut properties = Map::new();
    properties.insert("relationship_type".into(), kind.into());
    properties.insert("source_ref".into(), source.to_string().into());
    properties.insert("target_ref".into(), target.to_string().into());
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_uris_are_urls() {
        for good in ["https://example.org/a?b=c#d", "http://[2001:db8::1]/x", "mailto:a@example.org"] {
            assert!(is_uri(good), "{good}");
        }
        for bad in
            ["www.example.org/a", "https://example.org/a b", "https://example[.]org", "note: see below", "x:"]
        {
            assert!(!is_uri(bad), "{bad}");
        }
    }

    #[test]
    fn relationship_types_are_lower_case_words() {
        assert_eq!(relationship_type("Connects_To"), "connects-to");
        assert_eq!(relationship_type("  "), "related-to");
    }
}
