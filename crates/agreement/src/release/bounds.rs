//! What may come by a flow at all: how the receiver looks at what a partner's node has decided to tell.
//!
//! The teller gave everything the form it leaves in, and the receiver cannot tell whether a value is whole or already a pseudonym. But
//! what the flow withholds in every form must not be there, and a node that tells it does not keep to the agreement.

use std::borrow::Cow;
use std::collections::BTreeSet;

use entente_model::{DataCategory, Handling, Kind, Object, Selector, Tlp};
use serde_json::Value;

use super::marking::condition_of;
use super::object::{counted, declares_type, known_members, sensitivities};
use super::sources::public;
use crate::form::{Field, Sieve, Treatment};
use crate::policy::classes_of;
use crate::{AddressStep, ClauseId, Flow, Form, MayMust, Party, Sort};

/// What may come by a flow to one of its recipients.
#[derive(Debug)]
pub struct Bounds {
    sieve: Sieve,
    classes: BTreeSet<DataCategory>,
    audience: Tlp,
    names_providers: bool,
    clauses: Clauses,
}

/// What keeps something from coming that is no field's.
#[derive(Debug)]
struct Clauses {
    categories: ClauseId,
    audience: ClauseId,
    handling: ClauseId,
    attribution: ClauseId,
}

/// How something goes beyond a flow by which it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overstep {
    /// The clause that keeps it from coming.
    pub clause: ClauseId,
    /// The property that should not be there; none when nothing of the object should.
    pub property: Option<String>,
}

impl Bounds {
    /// The bounds of a flow for what comes to a party.
    pub fn of(flow: &Flow, recipient: &Party) -> Bounds {
        let clause = |member| ClauseId::of_flow(&flow.id, member);
        Bounds {
            sieve: Sieve::new(flow, recipient),
            classes: classes_of(flow),
            audience: flow.max_tlp,
            names_providers: flow.provider_attribution != MayMust::MustNot,
            clauses: Clauses {
                categories: clause("data_categories"),
                audience: clause("max_tlp"),
                handling: clause("handling"),
                attribution: clause("provider_attribution"),
            },
        }
    }

    /// An object without what nobody here has declared: a partner of another version may know more fields. None when there is no such thing.
    pub fn without_undeclared(&self, object: &Object) -> Option<Value> {
        let fields = &self.sieve.kind(object.kind())?.fields;
        let known = |property: &str, value: &Value| {
            fields.contains_key(property) || (value.is_u64() && self.counts(object.kind(), property))
        };
        let mut json = object.json().clone();
        json.retain(|property, value| known(property, value));
        (json.len() < object.json().len()).then_some(Value::Object(json))
    }

    /// How an object that is said to be handled so goes beyond them; none when it does not. Markings go along with what they mark, and say
    /// how to handle that and nothing else.
    pub fn overstepped(&self, object: &Object, handling: &Handling) -> Option<Overstep> {
        let whole = |clause: &ClauseId| Some(Overstep { clause: clause.clone(), property: None });
        if *object.kind() == Kind::MarkingDefinition {
            let says = condition_of(object);
            let only = says.is_some_and(|says| says.as_object() == Some(object.json()));
            return if only { None } else { whole(&self.clauses.handling) };
        }
        // What people have to approve somebody may have approved.
        if let Some(clause) = sensitivities(object).find_map(|sort| self.sieve.bars(sort, true)) {
            return whole(&clause);
        }
        if self.audience < handling.tlp {
            return whole(&self.clauses.audience);
        }
        self.covered(object).filter(|_| !self.is_place(object))
    }

    /// How an object goes beyond what the flow covers.
    fn covered(&self, object: &Object) -> Option<Overstep> {
        let whole = |clause: &ClauseId| Some(Overstep { clause: clause.clone(), property: None });
        if !self.classes.contains(&DataCategory::of(object.kind())) {
            return whole(&self.clauses.categories);
        }
        match self.sieve.kind(object.kind()) {
            None => whole(self.sieve.undeclared()),
            Some(fields) if fields.barred.is_some() => whole(fields.barred.as_ref()?),
            Some(_) => {
                object.json().iter().find_map(|(property, value)| self.withheld(object, property, value))
            }
        }
    }

    fn withheld(&self, object: &Object, property: &str, value: &Value) -> Option<Overstep> {
        let kind = object.kind();
        let Some(field) = self.sieve.kind(kind)?.fields.get(property) else {
            let counted = self.counts(kind, property) && value.is_u64();
            return if counted { None } else { self.undeclared(property) };
        };
        let clause = match field.declaration.sort() {
            Sort::Extensions => return self.extended(object, value),
            Sort::Plain => return self.plain(field, property, value),
            Sort::Sources if field.treatment == Treatment::BySort => {
                (!self.sieve.free_text && public(value) != *value).then(|| self.sieve.no_free_text())
            }
            // What a rule in another language says nobody can tell.
            Sort::Pattern if field.treatment == Treatment::BySort => {
                let foreign = object.text("pattern_type") != Some("stix");
                (foreign && !self.sieve.free_text).then(|| self.sieve.no_free_text())
            }
            Sort::Attribution => (!self.names_providers).then_some(&self.clauses.attribution),
            Sort::Frame | Sort::Reference | Sort::Markings => None,
            Sort::Data(_) | Sort::Prose | Sort::Pattern | Sort::Sources | Sort::Never => {
                (field.treatment == Treatment::Drop).then_some(&field.clause)
            }
        };
        clause.map(|clause| over(clause, property))
    }

    /// A structure holds what the standard gives it, and no more.
    fn plain(&self, field: &Field, property: &str, value: &Value) -> Option<Overstep> {
        match field.treatment {
            Treatment::Drop => Some(over(&field.clause, property)),
            Treatment::Keep if !matches!(known_members(property, value), Some(Cow::Borrowed(_))) => {
                self.undeclared(property)
            }
            _ => None,
        }
    }

    /// Each extension is a field of its own. One that only says that the type is an extension says nothing else.
    fn extended(&self, object: &Object, extensions: &Value) -> Option<Overstep> {
        let Some(extensions) = extensions.as_object() else { return self.undeclared("extensions") };
        let tell = extensions.iter().filter(|(name, extension)| !declares_type(name, extension));
        tell.map(|(name, extension)| (format!("extensions.{name}"), extension))
            .find_map(|(property, extension)| self.withheld(object, &property, extension))
    }

    fn undeclared(&self, property: &str) -> Option<Overstep> {
        Some(over(self.sieve.undeclared(), property))
    }

    /// True for how many values another property had, where that is the form it comes in.
    fn counts(&self, kind: &Kind, property: &str) -> bool {
        let fields = self.sieve.kind(kind).map(|kind| &kind.fields);
        let counted = counted(property).zip(fields).and_then(|(property, fields)| fields.get(property));
        counted.is_some_and(|field| field.treatment == Treatment::Change(Form::Count))
    }

    /// An address may come as its network's autonomous system or its country, and that alone.
    fn is_place(&self, object: &Object) -> bool {
        let place = match object.kind() {
            Kind::AutonomousSystem => AddressStep::Asn,
            Kind::Location => AddressStep::Country,
            _ => return false,
        };
        let Some(told) = Selector::of_object(object).into_iter().next() else { return false };
        let own = told.properties();
        let frame = ["type", "spec_version", "id", "created", "modified", "object_marking_refs"];
        let only = object.json().keys().all(|name| frame.contains(&name.as_str()) || own.contains_key(name));
        if !only || told.id() != *object.id() {
            return false;
        }
        [Kind::Ipv4Addr, Kind::Ipv6Addr].iter().any(|address| {
            let value = self.sieve.kind(address).and_then(|fields| fields.fields.get("value"));
            value.is_some_and(|field| field.treatment == Treatment::Change(Form::TruncateIp(place)))
        })
    }
}

fn over(clause: &ClauseId, property: &str) -> Overstep {
    Overstep { clause: clause.clone(), property: Some(property.to_owned()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Category, FreeText, Select, Template, Transform};

    fn flow() -> (Flow, Party) {
        let agreement = Template::named("company-police").expect("a template").agreement();
        let flow = agreement.flows[0].clone();
        let to = agreement.parties.iter().find(|party| flow.to.contains(&party.id));
        (flow, to.expect("a recipient").clone())
    }

    fn domain(more: Value) -> Object {
        let mut json = serde_json::json!({"type": "domain-name", "spec_version": "2.1",
            "id": "domain-name--5f0e6b1a-4d09-5d3d-9e3e-3f4c5c8a3a01", "value": "wick.lamp-relay.example"});
        json.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        Object::from_json(json).expect("an object")
    }

    #[test]
    fn what_a_flow_withholds_in_every_form_is_beyond_it() {
        let (flow, to) = flow();
        let bounds = Bounds::of(&flow, &to);
        let beyond = |object: &Object, tlp| bounds.overstepped(object, &Handling::unmarked(tlp));
        let plain = domain(serde_json::json!({}));
        assert_eq!(beyond(&plain, flow.max_tlp), None);
        let clause = beyond(&plain, Tlp::Red).expect("beyond the audience").clause;
        assert_eq!(clause, ClauseId::of_flow(&flow.id, "max_tlp"));
        let secret = domain(serde_json::json!({"x_case": "told by nobody"}));
        assert_eq!(beyond(&secret, Tlp::Green).and_then(|over| over.property).as_deref(), Some("x_case"));
        let report = domain(serde_json::json!({"labels": ["entente:informant_identity"]}));
        let clause = beyond(&report, Tlp::Green).expect("no law lets it come").clause;
        assert_eq!(clause, ClauseId::new("law/informant_identity"));
    }

    #[test]
    fn what_stands_inside_a_field_is_looked_at_too() {
        let (mut flow, to) = flow();
        (flow.free_text, flow.provider_attribution) = (FreeText::Withheld, MayMust::MustNot);
        let bounds = Bounds::of(&flow, &to);
        let beyond = |more: Value| {
            let over = bounds.overstepped(&domain(more), &Handling::unmarked(Tlp::Green));
            over.and_then(|over| over.property)
        };
        let public = json!([{"source_name": "cve", "external_id": "CVE-2026-12345"}]);
        let own = json!([{"source_name": "case file", "description": "told by J. Doe"}]);
        let of_bird = |name: &str, value: &Value| {
            let mut bird = json!({"type": "malware", "spec_version": "2.1", "is_family": true, "name": "Wren",
                "id": "malware--5f0e6b1a-4d09-4d3d-9e3e-3f4c5c8a3a01", "created": "2026-01-01T00:00:00Z",
                "modified": "2026-01-01T00:00:00Z"});
            bird[name] = value.clone();
            let bird = Object::from_json(bird).expect("an object");
            bounds.overstepped(&bird, &Handling::unmarked(Tlp::Green)).and_then(|over| over.property)
        };
        assert_eq!(of_bird("external_references", &public), None);
        assert_eq!(of_bird("external_references", &own).as_deref(), Some("external_references"));
        let phase = json!([{"kill_chain_name": "mitre-attack", "phase_name": "impact"}]);
        assert_eq!(of_bird("kill_chain_phases", &phase), None);
        let more = json!([{"kill_chain_name": "mitre-attack", "phase_name": "impact", "seen_by": "J. Doe"}]);
        assert_eq!(of_bird("kill_chain_phases", &more).as_deref(), Some("kill_chain_phases"));
        let author = json!("identity--5f0e6b1a-4d09-4d3d-9e3e-3f4c5c8a3a02");
        assert_eq!(of_bird("created_by_ref", &author).as_deref(), Some("created_by_ref"));
        let definition = "extension-definition--5f0e6b1a-4d09-4d3d-9e3e-3f4c5c8a3a03";
        let named = |name: &str| beyond(json!({"extensions": {name: {"extension_type": "new-sco"}}}));
        assert_eq!(named(definition), None);
        assert_eq!(named("told by J. Doe").as_deref(), Some("extensions.told by J. Doe"));
        let extended =
            beyond(json!({"extensions": {definition: {"extension_type": "new-sco", "text": "more"}}}));
        assert_eq!(extended, Some(format!("extensions.{definition}")));
    }

    #[test]
    fn markings_and_places_come_with_nothing_else() {
        let (mut flow, to) = flow();
        let select = Select::Field("ipv4-addr.value".parse().expect("a field"));
        flow.data_categories.insert(Category::IpAddress);
        flow.data_categories.retain(|category| category.class() == DataCategory::Infrastructure);
        flow.transforms = vec![Transform { select, form: Form::TruncateIp(AddressStep::Country) }];
        let bounds = Bounds::of(&flow, &to);
        let beyond = |json: Value| {
            let object = Object::from_json(json).expect("an object");
            bounds.overstepped(&object, &Handling::unmarked(Tlp::Green)).is_some()
        };
        let marking = json!({"type": "marking-definition", "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
            "id": "marking-definition--5f0e6b1a-4d09-4d3d-9e3e-3f4c5c8a3a01", "definition_type": "statement",
            "definition": {"statement": "for the police only"}});
        assert!(!beyond(marking.clone()));
        let mut more = marking;
        more["x_case"] = json!("told by J. Doe");
        assert!(beyond(more));
        let place = Selector::Country("NO".to_owned());
        let mut country = json!({"type": "location", "spec_version": "2.1", "id": place.id().to_string(),
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "country": "NO"});
        assert!(!beyond(country.clone()));
        country["street_address"] = json!("where J. Doe lives");
        assert!(beyond(country));
    }

    #[test]
    fn what_is_of_no_category_of_the_flow_is_beyond_it() {
        let (mut flow, to) = flow();
        flow.data_categories.retain(|category| category.class() != DataCategory::Infrastructure);
        let over = Bounds::of(&flow, &to)
            .overstepped(&domain(serde_json::json!({})), &Handling::unmarked(Tlp::Green));
        let clause = ClauseId::of_flow(&flow.id, "data_categories");
        assert_eq!(over, Some(Overstep { clause, property: None }));
    }
}
