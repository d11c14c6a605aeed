//! The attributes of an object by relation, taken out one by one as they find their place.

use serde_json::{Map, Value, json};

use super::super::attribute::Attribute;
use super::super::pattern::{Comparisons, path};
use super::super::value::{Fields, parse_moment};

/// Attributes that have not found their place yet, in order.
pub(in super::super) struct Bag<'a> {
    left: Vec<(String, &'a Attribute<'a>)>,
}

impl<'a> Bag<'a> {
    /// All of these.
    pub(super) fn of(attributes: impl Iterator<Item = &'a Attribute<'a>>) -> Bag<'a> {
        Bag { left: attributes.map(|attribute| (attribute.relation(), attribute)).collect() }
    }

    /// Only those meant for detection.
    pub(super) fn detecting(attributes: &'a [Attribute<'a>]) -> Bag<'a> {
        Bag::of(attributes.iter().filter(|attribute| attribute.to_ids()))
    }

    /// Takes the first one of a relation.
    pub(super) fn take(&mut self, relation: &str) -> Option<&'a Attribute<'a>> {
        let at = self.left.iter().position(|(own, _)| own == relation)?;
        Some(self.left.remove(at).1)
    }

    /// Takes the value of the first one of a relation.
    pub(super) fn value(&mut self, relation: &str) -> Option<&'a str> {
        self.take(relation).map(|attribute| attribute.value.as_str())
    }

    /// Takes all of a relation.
    pub(super) fn all(&mut self, relation: &str) -> Vec<&'a Attribute<'a>> {
        let mut taken = Vec::new();
        while let Some(attribute) = self.take(relation) {
            taken.push(attribute);
        }
        taken
    }

    /// Takes the first one that a test finds a place for.
    pub(super) fn find<T>(&mut self, test: impl Fn(&str, &'a Attribute<'a>) -> Option<T>) -> Option<T> {
        let (at, found) = self
            .left
            .iter()
            .enumerate()
            .find_map(|(at, (own, attribute))| Some((at, test(own, attribute)?)))?;
        self.left.remove(at);
        Some(found)
    }

    /// Puts one back.
    pub(super) fn put_back(&mut self, attribute: &'a Attribute<'a>) {
        self.left.push((attribute.relation(), attribute));
    }

    /// True when nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// What is left, as the mapping keeps it: `x_misp_` and the relation, one value or a list.
    pub(super) fn rest(&self) -> Fields {
        let mut rest = Map::new();
        for (relation, attribute) in &self.left {
            let name = rest_name(relation);
            let value = rest_value(attribute);
            match rest.get_mut(&name) {
                None => {
                    rest.insert(name, value);
                }
                Some(Value::Array(values)) => values.push(value),
                Some(single) => {
                    let first = single.take();
                    *single = json!([first, value]);
                }
            }
        }
        rest
    }

    /// Comparisons of what is left.
    pub(super) fn compare_rest(&self, pattern: &mut Comparisons, kind: &str, under: &[&str]) {
        for (relation, attribute) in &self.left {
            let name = rest_name(relation);
            let segments: Vec<&str> = under.iter().copied().chain([name.as_str()]).collect();
            pattern.equal(&path(kind, &segments), &attribute.value);
        }
    }
}

fn rest_name(relation: &str) -> String {
    let plain = |c: char| if c == '-' || c == ' ' || c == '.' { '_' } else { c };
    format!("x_misp_{}", relation.chars().map(plain).collect::<String>())
}

fn rest_value(attribute: &Attribute) -> Value {
    if let Some(data) = attribute.data() {
        return json!({ "value": attribute.value, "data": data });
    }
    if attribute.kind == "datetime"
        && let Some(at) = parse_moment(&attribute.value)
    {
        return at.to_string().into();
    }
    match attribute.fields.get("value") {
        Some(value @ (Value::Bool(_) | Value::Number(_))) => value.clone(),
        _ => attribute.value.clone().into(),
    }
}
