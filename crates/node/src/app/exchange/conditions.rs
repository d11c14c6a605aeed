//! The markings of what is told. They say how to handle it, so they go before the first thing that refers to them, and never alone.

use std::collections::BTreeSet;

use entente_agreement::{Released, condition_of};
use entente_model::{Kind, Object, ObjectId, Tlp};
use entente_store::{Spoken, View};
use serde_json::Value;

use super::deciding::Deciding;
use super::flow_name;
use super::neighbours::standing;
use super::outgoing::{Outgoing, item};

impl Deciding<'_> {
    /// Puts before it what something is marked with, where the partner does not have that by the flow yet.
    pub(super) fn mark(
        &mut self,
        place: usize,
        spoken: &Spoken,
        released: &Released<Object>,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        let flow = flow_name(&self.clearance.rules()[place].held.agreement().id, released.flow());
        // What it is marked with here and leaves with; the statement of the flow is another matter.
        let own = marks(spoken.object()?);
        for id in marks(released.value()).intersection(&own) {
            let name = (flow.clone(), id.clone());
            if self.clearance.marked.contains(&name) || !outgoing.marked.insert(name) {
                continue;
            }
            let told = !self.app.exchange.versions(&self.partner, &flow, id)?.is_empty();
            let Some(marking) = (if told { None } else { marking(self.view, id)? }) else { continue };
            let rules = &self.clearance.rules()[place];
            let condition = rules.policy.condition(&marking, released.terms(), self.now);
            if let Ok(condition) = condition {
                outgoing.put(item(&rules.held, &condition, None));
            }
        }
        Ok(())
    }
}

/// The newest word on a marking that says how to handle something.
pub(super) fn marking(view: &View<'_>, id: &ObjectId) -> anyhow::Result<Option<Object>> {
    let Some(vertex) = view.vertex(id)? else { return Ok(None) };
    for head in &standing(view, vertex)? {
        let told = view.claimed(head.no)?.filter(|object| object.id() == id);
        if let Some(object) = told.filter(|object| condition_of(object).is_some()) {
            return Ok(Some(object));
        }
    }
    Ok(None)
}

/// What an object is marked with, as a whole or in part, but for levels of TLP, which everybody has.
fn marks(object: &Object) -> BTreeSet<ObjectId> {
    let list = |name: &str| object.json().get(name).and_then(Value::as_array).into_iter().flatten();
    let parts = list("granular_markings").filter_map(|part| part.get("marking_ref"));
    let all = list("object_marking_refs").chain(parts).filter_map(|id| id.as_str()?.parse::<ObjectId>().ok());
    all.filter(|id| *id.kind() == Kind::MarkingDefinition && Tlp::from_marking(id.uuid()).is_none()).collect()
}
