//! The markings something leaves under.

use entente_model::{ENTENTE_NAMESPACE, Kind, Object, ObjectId, Tlp, canonical_json};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::object::Shaping;
use super::{Leaving, Released, Withheld, object};
use crate::{ClauseId, Flow, Policy, Terms};

/// Writes the markings of what leaves: its audience (TLP 2.0), the statement of the flow it leaves by, and whatever
/// else it was marked with. A marking that may not leave itself keeps the object: without it nobody would know how
/// to handle it.
pub(super) fn mark(shaping: &mut Shaping, id: &ObjectId) -> Result<(), Withheld> {
    // Markings mark themselves: a marking definition that refers to one would be no better known.
    if *id.kind() == Kind::MarkingDefinition {
        return Ok(());
    }
    let mut refs: Vec<Value> = vec![shaping.terms.handling().tlp.marking().to_string().into()];
    refs.push(statement_id(shaping.policy, &shaping.compiled.flow).to_string().into());
    if shaping.became.is_none() {
        let own = shaping.object.json().get("object_marking_refs").and_then(Value::as_array).cloned();
        for marking in own.into_iter().flatten() {
            if let Some(other) = other_marking(shaping, &marking)?
                && !refs.contains(&other)
            {
                refs.push(other);
            }
        }
        let parts = granular(shaping)?;
        if !parts.is_empty() {
            shaping.out.insert("granular_markings".to_owned(), parts.into());
        }
    }
    shaping.out.insert("object_marking_refs".to_owned(), refs.into());
    Ok(())
}

/// A marking that is no TLP level, as it leaves. Levels are part of the handling already.
fn other_marking(shaping: &Shaping, marking: &Value) -> Result<Option<Value>, Withheld> {
    let stays = || Withheld {
        why: "it carries a marking that may not leave".to_owned(),
        clause: ClauseId::new("agreement/references"),
        changes: shaping.changes.clone(),
    };
    let id: ObjectId = marking.as_str().and_then(|id| id.parse().ok()).ok_or_else(stays)?;
    if Tlp::from_marking(id.uuid()).is_some() {
        return Ok(None);
    }
    match shaping.bench.others.leaving(&id) {
        Leaving::Clear => Ok(Some(marking.clone())),
        Leaving::NewId(new) => Ok(Some(new.to_string().into())),
        Leaving::Withheld => Err(stays()),
    }
}

/// Markings of parts, for the parts that leave. A part of a property that changed is marked as the whole property:
/// what stands where in it may not be the same.
fn granular(shaping: &Shaping) -> Result<Vec<Value>, Withheld> {
    let own = shaping.object.json().get("granular_markings").and_then(Value::as_array);
    let mut kept = Vec::new();
    for part in own.into_iter().flatten().filter_map(Value::as_object) {
        let selectors = selectors(shaping, part);
        if selectors.is_empty() {
            continue;
        }
        if let Some(marking) = part.get("marking_ref") {
            if let Some(marking) = other_marking(shaping, marking)? {
                kept.push(json!({ "selectors": selectors, "marking_ref": marking }));
            }
        } else if let Some(lang) = part.get("lang") {
            kept.push(json!({ "selectors": selectors, "lang": lang }));
        }
    }
    Ok(kept)
}

fn selectors(shaping: &Shaping, part: &Map<String, Value>) -> Vec<Value> {
    let told =
        part.get("selectors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut kept: Vec<Value> = Vec::new();
    for selector in told {
        let property = selector.split('.').next().unwrap_or_default();
        let Some(value) = shaping.out.get(property) else { continue };
        let same = shaping.object.json().get(property) == Some(value);
        let selector = Value::from(if same { selector } else { property });
        if !kept.contains(&selector) {
            kept.push(selector);
        }
    }
    kept
}

/// The id of the statement of a flow: the same for everything that leaves by it.
fn statement_id(policy: &Policy, flow: &Flow) -> ObjectId {
    let name = format!("statement\u{1f}{}\u{1f}{}", policy.hash(), flow.id);
    ObjectId::new(Kind::MarkingDefinition, Uuid::new_v5(&ENTENTE_NAMESPACE, name.as_bytes()))
}

impl Policy {
    /// The marking that everything leaving by a flow carries: under which agreement it was disclosed, and what the
    /// receiver owes, in words. It is sent before anything that refers to it. `terms` are any terms of the flow.
    pub fn statement(&self, terms: &Terms, now: Timestamp) -> Result<Released<Object>, Withheld> {
        let compiled = object::gate(self, terms, now)?;
        let agreement = self.agreement();
        let json = json!({
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": statement_id(self, &compiled.flow).to_string(),
            "created": format!("{:.3}", agreement.valid_from),
            "definition_type": "statement",
            "definition": { "statement": agreement.statement_of(&compiled.flow, &self.hash()) },
        });
        let bytes = canonical_json(&json).into_bytes();
        let clause = ClauseId::of_flow(&compiled.flow.id, "handling");
        let object = Object::from_json(json).map_err(|error| Withheld {
            why: error.to_string(),
            clause,
            changes: Vec::new(),
        })?;
        Ok(Released::new(object, bytes, terms, Vec::new()))
    }

    /// A marking of something that leaves on these terms. It says how to handle that, so it leaves beside it, whatever the flow covers,
    /// and never alone.
    pub fn condition(
        &self,
        marking: &Object,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<Released<Object>, Withheld> {
        let compiled = object::gate(self, terms, now)?;
        let stays = |why: String| Withheld {
            why,
            clause: ClauseId::of_flow(&compiled.flow.id, "handling"),
            changes: Vec::new(),
        };
        let json =
            condition_of(marking).ok_or_else(|| stays("it says nothing that can be told".to_owned()))?;
        let bytes = canonical_json(&json).into_bytes();
        let object = Object::from_json(json).map_err(|error| stays(error.to_string()))?;
        Ok(Released::new(object, bytes, terms, Vec::new()))
    }
}

/// FIRST's Information Exchange Policy 2.0 as an extension of a marking.
const IEP: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// What a marking says of how to handle something; none when that is nothing, or is said in a way that nobody knows here.
pub fn condition_of(marking: &Object) -> Option<Value> {
    if *marking.kind() != Kind::MarkingDefinition {
        return None;
    }
    let told = marking.json();
    let frame = ["type", "spec_version", "id", "created", "name", "definition_type"];
    let mut json: Map<String, Value> = told
        .iter()
        .filter(|(name, _)| frame.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let said = |of: &str, members: &[&str]| {
        let all = told.get(of).and_then(Value::as_object).into_iter().flatten();
        let known = all.filter(|(name, _)| members.contains(&name.as_str()));
        let known: Map<String, Value> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
        (!known.is_empty()).then_some(Value::Object(known))
    };
    let (definition, extensions) = (said("definition", &["statement", "tlp"]), said("extensions", &[IEP]));
    if definition.is_none() && extensions.is_none() {
        return None;
    }
    json.extend(definition.map(|definition| ("definition".to_owned(), definition)));
    json.extend(extensions.map(|extensions| ("extensions".to_owned(), extensions)));
    Some(Value::Object(json))
}
