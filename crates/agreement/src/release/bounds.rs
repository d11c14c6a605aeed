//! What may come by a flow at all: how the receiver looks at what a partner's node has decided to tell.
//!
//! The teller gave everything the form it leaves in, and the receiver cannot tell whether a value is whole or already a pseudonym. But
//! what the flow withholds in every form must not be there, and a node that tells it does not keep to the agreement.

use std::collections::BTreeSet;

use entente_model::{DataCategory, Handling, Kind, Object, Tlp};
use serde_json::Value;

use super::object::{counted, sensitivities};
use crate::form::{Sieve, Treatment};
use crate::policy::classes_of;
use crate::{AddressStep, ClauseId, Flow, Form, Party, Sort};

/// What may come by a flow to one of its recipients.
#[derive(Debug)]
pub struct Bounds {
    sieve: Sieve,
    classes: BTreeSet<DataCategory>,
    audience: Tlp,
    clauses: [ClauseId; 2],
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
        Bounds {
            sieve: Sieve::new(flow, recipient),
            classes: classes_of(flow),
            audience: flow.max_tlp,
            clauses: ["data_categories", "max_tlp"].map(|member| ClauseId::of_flow(&flow.id, member)),
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

    /// How an object that is said to be handled so goes beyond them; none when it does not. Markings go along with what they mark.
    pub fn overstepped(&self, object: &Object, handling: &Handling) -> Option<Overstep> {
        if *object.kind() == Kind::MarkingDefinition {
            return None;
        }
        let whole = |clause: &ClauseId| Some(Overstep { clause: clause.clone(), property: None });
        let [categories, audience] = &self.clauses;
        // What people have to approve somebody may have approved.
        if let Some(clause) = sensitivities(object).find_map(|sort| self.sieve.bars(sort, true)) {
            return whole(&clause);
        }
        if self.audience < handling.tlp {
            return whole(audience);
        }
        if self.is_place(object.kind()) {
            return None;
        }
        if !self.classes.contains(&DataCategory::of(object.kind())) {
            return whole(categories);
        }
        match self.sieve.kind(object.kind()) {
            None => whole(self.sieve.undeclared()),
            Some(fields) if fields.barred.is_some() => whole(fields.barred.as_ref()?),
            Some(_) => object.json().keys().find_map(|property| self.withheld(object.kind(), property)),
        }
    }

    fn withheld(&self, kind: &Kind, property: &str) -> Option<Overstep> {
        let over =
            |clause: &ClauseId| Overstep { clause: clause.clone(), property: Some(property.to_owned()) };
        let Some(field) = self.sieve.kind(kind)?.fields.get(property) else {
            return if self.counts(kind, property) { None } else { Some(over(self.sieve.undeclared())) };
        };
        let tells =
            matches!(field.declaration.sort(), Sort::Data(_) | Sort::Prose | Sort::Pattern | Sort::Never);
        (tells && field.treatment == Treatment::Drop).then(|| over(&field.clause))
    }

    /// True for how many values another property had, where that is the form it comes in.
    fn counts(&self, kind: &Kind, property: &str) -> bool {
        let fields = self.sieve.kind(kind).map(|kind| &kind.fields);
        let counted = counted(property).zip(fields).and_then(|(property, fields)| fields.get(property));
        counted.is_some_and(|field| field.treatment == Treatment::Change(Form::Count))
    }

    /// An address may come as its network's autonomous system or its country.
    fn is_place(&self, kind: &Kind) -> bool {
        let place = match kind {
            Kind::AutonomousSystem => AddressStep::Asn,
            Kind::Location => AddressStep::Country,
            _ => return false,
        };
        [Kind::Ipv4Addr, Kind::Ipv6Addr].iter().any(|address| {
            let value = self.sieve.kind(address).and_then(|fields| fields.fields.get("value"));
            value.is_some_and(|field| field.treatment == Treatment::Change(Form::TruncateIp(place)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Template;

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
    fn what_is_of_no_category_of_the_flow_is_beyond_it() {
        let (mut flow, to) = flow();
        flow.data_categories.retain(|category| category.class() != DataCategory::Infrastructure);
        let over = Bounds::of(&flow, &to)
            .overstepped(&domain(serde_json::json!({})), &Handling::unmarked(Tlp::Green));
        let clause = ClauseId::of_flow(&flow.id, "data_categories");
        assert_eq!(over, Some(Overstep { clause, property: None }));
    }
}
