//! Non-interference: two worlds that differ only in what is withheld look the same from outside.

use entente_agreement::{Leaving, Policy, Sort, declarations};
use entente_model::{Kind, Object, ObjectId};
use proptest::prelude::*;
use serde_json::Value;

use crate::canaries::filled;
use crate::random::agreements;
use crate::support::{Bench, NOW, at, in_force, terms};

/// The object with every field changed that does not leave by this release of it, the unknown one too.
fn other_world(object: &Object, other: &Object, out: Option<&Value>) -> Option<Object> {
    let mut json = Value::Object(object.json().clone());
    for (name, value) in other.json() {
        let gone = out.is_none_or(|out| out.get(name).is_none());
        let sort = declarations(object.kind())
            .into_iter()
            .find(|field| field.property() == name)
            .map(|field| field.sort());
        // References and extensions leave in part, and so do lists of sources and markings.
        let whole = !matches!(
            sort,
            Some(
                Sort::Reference
                    | Sort::Attribution
                    | Sort::Extensions
                    | Sort::Markings
                    | Sort::Frame
                    | Sort::Sources
            )
        );
        if gone && whole {
            json[name] = value.clone();
        }
    }
    Object::from_json(json).ok()
}

fn worlds_look_alike(
    policy: &Policy,
    flow: &str,
    kind: &Kind,
    seeds: (u32, u32),
) -> Result<bool, TestCaseError> {
    let (here, there) = (filled(kind, seeds.0).object, filled(kind, seeds.1).object);
    let Some(terms) = terms(policy, flow, &here) else { return Ok(false) };
    let bench = Bench::new(|_: &ObjectId| Leaving::Clear);
    let release = |object: &Object| policy.release(object, &terms, &bench.tools());
    let told = release(&here);
    let out = told.as_ref().ok().map(|told| serde_json::from_slice::<Value>(told.bytes()).expect("JSON"));
    let Some(other) = other_world(&here, &there, out.as_ref()) else { return Ok(false) };
    // Its id was made of what it was; only one of the two worlds can have it. A store gives each its own.
    let known = entente_model::id_contributing(kind)
        .iter()
        .all(|name| here.json().get(*name) == other.json().get(*name));
    match (told, release(&other)) {
        (Ok(one), Ok(two)) if known => {
            prop_assert_eq!(
                String::from_utf8_lossy(one.bytes()),
                String::from_utf8_lossy(two.bytes()),
                "{} by {}",
                kind,
                flow
            );
            Ok(true)
        }
        (Ok(_), Ok(_)) => Ok(false),
        (Err(_), Err(_)) => Ok(false),
        (one, two) => {
            prop_assert!(false, "{kind} by {flow}: withheld in one world only: {one:?} {two:?}");
            Ok(false)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_withheld_changes_no_byte(agreement in agreements(), one in 1_u32..40_000, two in 40_001_u32..90_000) {
        let in_force = in_force(agreement.clone(), at(NOW));
        for flow in &agreement.flows {
            let policy = Policy::compile(&in_force, &flow.from, &flow.to[0]).expect("it compiles");
            for kind in Kind::KNOWN {
                worlds_look_alike(&policy, flow.id.as_str(), kind, (one, two))?;
            }
        }
    }
}

/// The property above says something only where things leave.
#[test]
fn many_kinds_leave_alike() {
    let agreement = crate::support::template("csirt-csirt");
    let in_force = in_force(agreement.clone(), at(NOW));
    let flow = &agreement.flows[0];
    let policy = Policy::compile(&in_force, &flow.from, &flow.to[0]).expect("it compiles");
    let alike = |kind: &&Kind| worlds_look_alike(&policy, flow.id.as_str(), kind, (3, 4)).expect("alike");
    assert!(Kind::KNOWN.iter().filter(alike).count() > 15);
}
