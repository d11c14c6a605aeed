//! Where traffic comes from and goes to.

use serde_json::json;

use super::super::super::observable::{self, Observable, address};
use super::super::super::pattern::Comparisons;
use super::super::super::value::Fields;
use super::super::Bag;

/// The ends of traffic, each with what else was told about it.
#[derive(Default)]
pub(super) struct Ends {
    known: Vec<(&'static str, Observable)>,
    others: Vec<Observable>,
}

impl Ends {
    /// Takes the first address of a relation as an end, if that end is not known yet.
    pub(super) fn address(&mut self, bag: &mut Bag, relation: &str, side: &'static str) {
        if !self.has(side)
            && let Some(end) = bag.find(|own, item| (own == relation).then(|| address(&item.value))?)
        {
            self.known.push((side, end));
        }
    }

    /// Takes a host name as an end, if no address was told for that end.
    pub(super) fn name_if_alone(&mut self, bag: &mut Bag, relation: &str, side: &'static str) {
        if !self.has(side)
            && let Some(end) =
                bag.find(|own, item| (own == relation).then(|| observable::domain(&item.value))?)
        {
            self.known.push((side, end));
        }
    }

    /// True when the end is known.
    pub(super) fn has(&self, side: &str) -> bool {
        self.known.iter().any(|(own, _)| *own == side)
    }

    /// The end itself.
    pub(super) fn end(&self, side: &str) -> Option<&Observable> {
        self.known.iter().find(|(own, _)| *own == side).map(|(_, end)| end)
    }

    /// Says in which autonomous system an end is.
    pub(super) fn belongs_to(&mut self, side: &str, system: Observable) {
        if let Some((_, end)) = self.known.iter_mut().find(|(own, _)| *own == side) {
            end.json.insert("belongs_to_refs".into(), json!([system.reference()]));
            self.others.push(system);
        }
    }

    /// One more thing that was seen beside the ends.
    pub(super) fn beside(&mut self, other: Observable) {
        self.others.push(other);
    }

    /// Families of the addresses: `ipv4`, `ipv6`.
    pub(super) fn families(&self) -> Vec<&'static str> {
        let mut families = Vec::new();
        for (_, end) in &self.known {
            let family = match end.id.kind().as_str() {
                "ipv4-addr" => "ipv4",
                "ipv6-addr" => "ipv6",
                _ => continue,
            };
            if !families.contains(&family) {
                families.push(family);
            }
        }
        families
    }

    /// Refers to the ends from the traffic.
    pub(super) fn refer(&self, properties: &mut Fields) {
        for (side, end) in &self.known {
            properties.insert(format!("{side}_ref"), end.reference());
        }
    }

    /// All that was seen.
    pub(super) fn into_observables(self) -> impl Iterator<Item = Observable> {
        self.known.into_iter().map(|(_, end)| end).chain(self.others)
    }
}

/// Comparisons of ends: what sort of thing an end is, and its value.
pub(super) fn compare_ends(pattern: &mut Comparisons, bag: &mut Bag, named: &[(&str, &str)]) {
    for (relation, side) in named {
        for attribute in bag.all(relation) {
            let kind = match relation.starts_with("ip") {
                false => "domain-name",
                true if attribute.value.contains(':') => "ipv6-addr",
                true => "ipv4-addr",
            };
            let mut end = Comparisons::default();
            end.equal(&format!("network-traffic:{side}_ref.type"), kind);
            end.equal(&format!("network-traffic:{side}_ref.value"), &attribute.value);
            pattern.group(end);
        }
    }
}
