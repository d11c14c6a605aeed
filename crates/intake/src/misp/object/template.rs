//! Templates that are one observable: a table says which relation is which property.

use entente_model::{Kind, Selector};
use serde_json::{Map, Value};

use super::super::hash::{DIGESTS, Digest};
use super::super::observable::Observable;
use super::super::pattern::{Comparisons, path};
use super::super::value::{Fields, parse_moment};
use super::{Bag, Sense, Thing};

/// How a value is written in STIX.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// As it is.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Number,
    /// Yes or no.
    Flag,
    /// A time.
    Time,
    /// All values of the relation.
    List,
    /// ISO 639-2 codes of languages, lower case.
    Languages,
}

/// One relation and the property it is.
pub(super) struct Field {
    /// What the template calls it.
    pub(super) relation: &'static str,
    /// Path of the property.
    pub(super) path: &'static [&'static str],
    /// How it is written.
    pub(super) form: Form,
}

/// A field.
pub(super) const fn field(relation: &'static str, path: &'static [&'static str], form: Form) -> Field {
    Field { relation, path, form }
}

/// A template that is one observable.
pub(super) struct Template {
    /// Its kind.
    pub(super) kind: Kind,
    /// Properties the template's name implies.
    pub(super) fixed: &'static [(&'static str, &'static str)],
    /// The relations with this prefix that are digests, when it has digests.
    pub(super) digests: Option<&'static str>,
    /// The rest, in the order of the pattern.
    pub(super) fields: &'static [Field],
}

/// The observable of an object and the pattern that detects it.
pub(super) fn observed(template: &Template, thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    for (name, value) in template.fixed {
        properties.insert((*name).into(), (*value).into());
    }
    if let Some(prefix) = template.digests {
        digests(&mut properties, &mut bag, prefix);
    }
    fill(&mut properties, &mut bag, template.fields);
    if properties.len() == template.fixed.len() {
        return None;
    }
    normalise(&template.kind, &mut properties)?;
    properties.extend(bag.rest());
    let observable = Observable::new(template.kind.clone(), properties, thing.uuid());
    Sense::observed(vec![observable], pattern(template, thing))
}

fn pattern(template: &Template, thing: &Thing) -> Option<String> {
    let mut bag = Bag::detecting(&thing.attributes);
    if bag.is_empty() {
        return None;
    }
    let kind = template.kind.as_str();
    let mut pattern = Comparisons::default();
    for (name, value) in template.fixed {
        pattern.equal(&path(kind, &[name]), value);
    }
    if let Some(prefix) = template.digests {
        compare_digests(&mut pattern, &mut bag, kind, &[], prefix);
    }
    compare(&mut pattern, &mut bag, kind, template.fields);
    bag.compare_rest(&mut pattern, kind, &[]);
    pattern.observation()
}

/// Moves digests into `hashes`. One that is no digest of its type is left for `x_misp_`.
pub(super) fn digests(properties: &mut Fields, bag: &mut Bag, prefix: &str) {
    let mut hashes = Map::new();
    for digest in DIGESTS {
        let found = bag.find(|relation, attribute| {
            digest_of(digest, relation, prefix).then(|| digest.value(&attribute.value))?
        });
        if let Some(value) = found {
            hashes.entry(digest.property).or_insert_with(|| value.into());
        }
    }
    if !hashes.is_empty() {
        properties.insert("hashes".into(), Value::Object(hashes));
    }
}

/// Comparisons of digests, in the order of the table.
pub(super) fn compare_digests(
    pattern: &mut Comparisons,
    bag: &mut Bag,
    kind: &str,
    under: &[&str],
    prefix: &str,
) {
    for digest in DIGESTS {
        let found = bag.find(|relation, attribute| digest_of(digest, relation, prefix).then_some(attribute));
        if let Some(attribute) = found {
            let segments: Vec<&str> = under.iter().copied().chain(["hashes", digest.pattern]).collect();
            pattern.equal(&path(kind, &segments), &attribute.value);
        }
    }
}

/// Templates write `sha256`, `SHA-256` or `x509-fingerprint-sha256`.
fn digest_of(digest: &Digest, relation: &str, prefix: &str) -> bool {
    let Some(name) = relation.strip_prefix(prefix) else { return false };
    let upper = || Digest::named(&name.replace('-', "")).is_some_and(|found| found.misp == digest.misp);
    name == digest.misp || name.starts_with(|c: char| c.is_ascii_uppercase()) && upper()
}

/// Moves values to their properties. A value that cannot be written as the property wants is left in the bag.
pub(super) fn fill(properties: &mut Fields, bag: &mut Bag, fields: &[Field]) {
    for field in fields {
        if let Form::List | Form::Languages = field.form {
            let mut values: Vec<Value> = Vec::new();
            for attribute in bag.all(field.relation) {
                match written(&attribute.value, field.form) {
                    Some(value) => values.push(value),
                    None => bag.put_back(attribute),
                }
            }
            if !values.is_empty() {
                set(properties, field.path, Value::Array(values));
            }
        } else if let Some(attribute) = bag.take(field.relation) {
            match written(&attribute.value, field.form) {
                Some(value) => set(properties, field.path, value),
                None => bag.put_back(attribute),
            }
        }
    }
}

/// Comparisons of the values that have properties, in the order of the fields.
pub(super) fn compare(pattern: &mut Comparisons, bag: &mut Bag, kind: &str, fields: &[Field]) {
    for field in fields {
        for attribute in bag.all(field.relation) {
            pattern.equal(&path(kind, field.path), &attribute.value);
        }
    }
}

fn written(value: &str, form: Form) -> Option<Value> {
    match form {
        Form::Text | Form::List => Some(value.into()),
        Form::Integer => value.trim_start_matches("AS").trim().parse::<i64>().ok().map(Value::from),
        Form::Number => value.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        Form::Time => parse_moment(value).map(|at| at.to_string().into()),
        Form::Languages => {
            let code = value.trim().to_ascii_lowercase();
            (code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase())).then(|| code.into())
        }
        Form::Flag => match value.trim() {
            "1" | "true" | "True" => Some(true.into()),
            "0" | "false" | "False" => Some(false.into()),
            _ => None,
        },
    }
}

fn set(properties: &mut Fields, path: &[&str], value: Value) {
    let Some((last, parents)) = path.split_last() else { return };
    let mut at = properties;
    for parent in parents {
        let inner = at.entry(*parent).or_insert_with(|| Value::Object(Map::new()));
        match inner {
            Value::Object(inner) => at = inner,
            _ => return,
        }
    }
    at.insert((*last).into(), value);
}

/// The value of a URL as its selector writes it; `None` when it is no URL.
fn normalise(kind: &Kind, properties: &mut Fields) -> Option<()> {
    if *kind == Kind::Url {
        let selector = Selector::url(properties.get("value")?.as_str()?).ok()?;
        properties.extend(selector.properties());
    }
    Some(())
}
