//! Objects that are registry keys and their values.

use entente_model::{Kind, Selector};
use serde_json::{Value, json};

use super::super::observable::Observable;
use super::super::pattern::Comparisons;
use super::super::value::Fields;
use super::template::Form::Time;
use super::template::{field, fill};
use super::{Bag, Sense, Siblings, Thing, parts};

const VALUE: [(&str, &str); 3] = [("data", "data"), ("data-type", "data_type"), ("name", "name")];

/// A registry key with one value of its own, or with those of the objects it refers to.
pub(super) fn key(thing: &Thing, siblings: &Siblings) -> Option<Sense> {
    let parts: Vec<Thing> = parts(thing.fields, siblings)
        .filter_map(|part| siblings.get(&part))
        .filter_map(|fields| Thing::read(fields).ok())
        .collect();
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    if let Some(key) =
        bag.find(|relation, key| (relation == "key").then(|| Selector::registry_key(&key.value).ok())?)
    {
        properties.extend(key.properties());
    }
    let mut values: Vec<Value> = own_value(&mut bag).into_iter().collect();
    values.extend(parts.iter().filter_map(|part| own_value(&mut part.bag())));
    if !values.is_empty() {
        properties.insert("values".into(), values.into());
    }
    fill(&mut properties, &mut bag, &[field("last-modified", &["modified_time"], Time)]);
    (!properties.is_empty()).then_some(())?;
    properties.extend(bag.rest());
    let observable = Observable::new(Kind::WindowsRegistryKey, properties, thing.uuid());
    Sense::observed(vec![observable], key_pattern(thing, &parts))
}

/// A value whose key nobody told.
pub(super) fn value(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let mut properties = Fields::new();
    properties.insert("values".into(), json!([own_value(&mut bag)?]));
    properties.extend(bag.rest());
    let mut pattern = Comparisons::default();
    let mut detecting = Bag::detecting(&thing.attributes);
    compare_value(&mut pattern, &mut detecting, 0);
    detecting.compare_rest(&mut pattern, "windows-registry-key", &[]);
    let observable = Observable::new(Kind::WindowsRegistryKey, properties, thing.uuid());
    Sense::observed(vec![observable], pattern.observation())
}

fn own_value(bag: &mut Bag) -> Option<Value> {
    let mut value = Fields::new();
    for (relation, property) in VALUE {
        if let Some(text) = bag.value(relation) {
            value.insert(property.into(), text.into());
        }
    }
    (!value.is_empty()).then_some(Value::Object(value))
}

fn key_pattern(thing: &Thing, parts: &[Thing]) -> Option<String> {
    let mut bag = Bag::detecting(&thing.attributes);
    let mut pattern = Comparisons::default();
    if let Some(key) = bag.value("key") {
        pattern.equal("windows-registry-key:key", key);
    }
    if let Some(time) = bag.value("last-modified") {
        pattern.equal("windows-registry-key:modified_time", &time.replacen('T', " ", 1));
    }
    let own =
        VALUE.iter().any(|(relation, _)| thing.attributes.iter().any(|item| item.relation() == *relation));
    compare_value(&mut pattern, &mut bag, 0);
    for (at, part) in parts.iter().enumerate() {
        compare_value(&mut pattern, &mut Bag::detecting(&part.attributes), at + usize::from(own));
    }
    bag.compare_rest(&mut pattern, "windows-registry-key", &[]);
    pattern.observation()
}

fn compare_value(pattern: &mut Comparisons, bag: &mut Bag, at: usize) {
    for (relation, property) in VALUE {
        if let Some(text) = bag.value(relation) {
            pattern.equal(&format!("windows-registry-key:values[{at}].{property}"), text);
        }
    }
}
