//! Objects that say which domain name led to which address.

use entente_model::Selector;
use serde_json::Value;

use super::super::observable::{Observable, address, members};
use super::super::pattern::Comparisons;
use super::{Bag, Sense, Thing};

/// Domain names and the addresses all of them resolved to.
pub(super) fn domain_ip(thing: &Thing) -> Option<Sense> {
    let mut bag = thing.bag();
    let names = name_relations(thing);
    let mut addresses: Vec<Observable> = Vec::new();
    for attribute in bag.all("ip") {
        match address(&attribute.value) {
            Some(address) => addresses.push(address),
            None => bag.put_back(attribute),
        }
    }
    let mut domains: Vec<Selector> = Vec::new();
    let named: Vec<_> = names.iter().flat_map(|relation| bag.all(relation)).collect();
    for attribute in named {
        match Selector::domain(&attribute.value) {
            Ok(domain) if domains.contains(&domain) => {}
            Ok(domain) => domains.push(domain),
            Err(_) => bag.put_back(attribute),
        }
    }
    let refs: Vec<Value> = addresses.iter().map(Observable::reference).collect();
    let rest = bag.rest();
    let mut observables = Vec::new();
    for (at, domain) in domains.into_iter().enumerate() {
        let mut properties = domain.properties();
        if !refs.is_empty() {
            properties.insert("resolves_to_refs".into(), refs.clone().into());
        }
        if at == 0 {
            properties.extend(rest.clone());
        }
        observables.push(Observable::new(domain.kind(), members(Value::Object(properties)), None));
    }
    // Without a name there is nothing to hang the rest on: the object stays what it was.
    (!observables.is_empty() || rest.is_empty()).then_some(())?;
    observables.extend(addresses);
    Sense::observed(observables, pattern(thing, names))
}

/// An object with nothing but names and addresses may call the names `hostname` too; beside other attributes a
/// host name says more about the domain.
fn name_relations(thing: &Thing) -> &'static [&'static str] {
    let has = |wanted: &str| thing.attributes.iter().any(|attribute| attribute.relation() == wanted);
    let plain = thing
        .attributes
        .iter()
        .all(|attribute| matches!(attribute.relation().as_str(), "domain" | "hostname" | "ip"));
    match (plain, has("domain")) {
        (true, _) => &["domain", "hostname"],
        (false, true) => &["domain"],
        (false, false) => &["hostname"],
    }
}

fn pattern(thing: &Thing, names: &[&str]) -> Option<String> {
    let mut pattern = Comparisons::default();
    for attribute in thing.attributes.iter().filter(|attribute| attribute.to_ids()) {
        let relation = attribute.relation();
        if relation == "ip" {
            pattern.equal("domain-name:resolves_to_refs[*].value", &attribute.value);
        } else if names.contains(&relation.as_str()) {
            pattern.equal("domain-name:value", &attribute.value);
        } else {
            Bag::of(std::iter::once(attribute)).compare_rest(&mut pattern, "domain-name", &[]);
        }
    }
    pattern.observation()
}
