//! How other objects leave, for whatever refers to them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entente_agreement::{
    FlowId, Leaving, Others, Policy, PseudonymKey, Released, Terms, Withheld, Workbench,
};
use entente_model::{Atlas, Kind, Object, ObjectId, VertexNo};
use entente_store::exchange::{Exchange, Holding, PartyId};
use entente_store::{Head, View};
use jiff::Timestamp;

use super::clearance::Rules;
use super::conditions;
use super::flow_name;
use crate::app::agreement::{Agreements, wire_hash};

/// Answers remembered in one stretch. More are looked up again.
const REMEMBERED: usize = 20_000;

/// What an object is given its form with.
pub(crate) struct Bench<'a> {
    pub(crate) view: &'a View<'a>,
    pub(crate) known: &'a Agreements,
    pub(crate) atlas: &'a Atlas,
    pub(crate) now: Timestamp,
    /// Who is told, where it is not only looked at.
    pub(crate) holder: Option<(&'a Exchange, &'a PartyId)>,
}

/// What was answered, by flow and id.
#[derive(Default)]
pub(crate) struct Answers(HashMap<(FlowId, ObjectId), Answer>);

#[derive(Clone)]
struct Answer {
    leaving: Leaving,
    /// What was asked about, where it does not leave.
    missing: Option<VertexNo>,
}

/// An object that stays, and what it refers to that stays too.
pub(crate) struct Stays {
    pub(crate) withheld: Withheld,
    pub(crate) missing: BTreeSet<VertexNo>,
}

impl Answers {
    /// Says how an object leaves that was decided on apart, such as by people.
    pub(crate) fn tell(&mut self, flow: FlowId, id: ObjectId, leaving: Leaving) {
        self.0.insert((flow, id), Answer { leaving, missing: None });
    }
}

impl Bench<'_> {
    /// Gives an object the form in which it leaves on these terms.
    pub(crate) fn release(
        &self,
        rules: &mut Rules,
        answers: &mut Answers,
        object: &Object,
        terms: &Terms,
    ) -> Result<Released<Object>, Stays> {
        let neighbours = Neighbours {
            bench: self,
            rules: RefCell::new(rules),
            flow: terms.flow(),
            answers: RefCell::new(answers),
            missing: RefCell::default(),
        };
        let (policy, key) = neighbours.tools();
        let bench = Workbench { key: &key, atlas: self.atlas, others: &neighbours, now: self.now };
        let released = policy.release(object, terms, &bench);
        released.map_err(|withheld| Stays { withheld, missing: neighbours.missing.take() })
    }
}

/// Looks objects up in the store and asks the same flow about them. What is not there, or may not leave, is withheld.
struct Neighbours<'a> {
    bench: &'a Bench<'a>,
    rules: RefCell<&'a mut Rules>,
    flow: &'a FlowId,
    answers: RefCell<&'a mut Answers>,
    missing: RefCell<BTreeSet<VertexNo>>,
}

impl Others for Neighbours<'_> {
    fn leaving(&self, id: &ObjectId) -> Leaving {
        let name = (self.flow.clone(), id.clone());
        let known = self.answers.borrow().0.get(&name).cloned();
        let answer = known.unwrap_or_else(|| {
            let answer = self.look(id).unwrap_or_else(|error| {
                tracing::error!(error = %format!("{error:#}"), "what something refers to could not be looked up");
                Answer { leaving: Leaving::Withheld, missing: None }
            });
            let mut answers = self.answers.borrow_mut();
            if answers.0.len() >= REMEMBERED {
                answers.0.clear();
            }
            answers.0.insert(name, answer.clone());
            answer
        });
        self.missing.borrow_mut().extend(answer.missing);
        answer.leaving
    }
}

impl Neighbours<'_> {
    fn look(&self, id: &ObjectId) -> anyhow::Result<Answer> {
        let withheld = |missing| Answer { leaving: Leaving::Withheld, missing };
        if *id.kind() == Kind::MarkingDefinition {
            let known = conditions::marking(self.bench.view, id)?.is_some();
            return Ok(if known {
                Answer { leaving: Leaving::Clear, missing: None }
            } else {
                withheld(None)
            });
        }
        let Some(vertex) = self.bench.view.vertex(id)? else { return Ok(withheld(None)) };
        for head in &standing(self.bench.view, vertex)? {
            let leaving = self.claimed(id, head)?;
            if leaving != Leaving::Withheld {
                return Ok(Answer { leaving, missing: None });
            }
        }
        Ok(match self.held(vertex, id)? {
            Some(leaving) => Answer { leaving, missing: None },
            None => withheld(Some(vertex)),
        })
    }

    /// How the object leaves as one claim tells it.
    fn claimed(&self, id: &ObjectId, head: &Head) -> anyhow::Result<Leaving> {
        let Bench { view, known, atlas, now, .. } = *self.bench;
        let decision = self.rules.borrow_mut().decide(
            Some(self.flow),
            known,
            head.compartment_no,
            &head.compartment,
            now,
        );
        let Some(terms) = decision.terms() else { return Ok(Leaving::Withheld) };
        let object = view.claimed(head.no)?.filter(|object| object.id() == id);
        let Some(object) = object else { return Ok(Leaving::Withheld) };
        let (policy, key) = self.tools();
        Ok(policy.leaving(&object, terms, &Workbench { key: &key, atlas, others: self, now }))
    }

    /// How the partner holds the object by this flow, where people let it leave, or an earlier version did, or as it is by another flow of
    /// the agreement. What is on the wire under a version that was replaced is sent no more, so it counts only when the partner has it.
    fn held(&self, vertex: VertexNo, id: &ObjectId) -> anyhow::Result<Option<Leaving>> {
        let Some((exchange, partner)) = self.bench.holder else { return Ok(None) };
        let (flow, now) = {
            let held = &self.rules.borrow().held;
            (flow_name(&held.agreement().id, self.flow), wire_hash(&held.hash()))
        };
        let mut held = exchange.holdings(partner, &[vertex])?;
        let under = format!("{}/", self.rules.borrow().held.agreement().id);
        let same =
            |held: &Holding| held.flow == flow || (held.flow.0.starts_with(&under) && held.object == *id);
        held.retain(|held| same(held) && !held.held_back);
        if held.iter().any(|held| held.agreement != now) {
            let has = exchange.health(partner)?.acknowledged;
            held.retain(|held| held.agreement == now || held.seq <= has);
        }
        let held = held.into_iter().next();
        Ok(held.map(|held| if held.object == *id { Leaving::Clear } else { Leaving::NewId(held.object) }))
    }

    /// The policy and its key, apart from the tables, which answering may need again.
    fn tools(&self) -> (Arc<Policy>, PseudonymKey) {
        let rules = self.rules.borrow();
        (rules.policy.clone(), rules.key.clone())
    }
}

/// What tellers say of something now, the newest first.
pub(super) fn standing(view: &View<'_>, vertex: VertexNo) -> anyhow::Result<Vec<Head>> {
    let mut heads = view.heads(vertex)?;
    heads.retain(|head| head.current && !head.revoked);
    heads.sort_by_key(|head| std::cmp::Reverse((head.modified, head.no)));
    Ok(heads)
}
