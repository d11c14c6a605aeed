//! How other objects leave, for whatever refers to them.

use std::cell::RefCell;
use std::collections::HashMap;

use entente_agreement::{FlowId, Leaving, Others, Policy, Workbench};
use entente_model::{Atlas, ObjectId};
use entente_store::{ClaimRecord, View};
use jiff::Timestamp;

use super::clearance::Rules;
use crate::app::agreement::Agreements;

/// Answers remembered in one round. More are looked up again.
const REMEMBERED: usize = 20_000;

/// Looks objects up in the store and asks the same flow about them. What is not there, or may not leave, is withheld.
pub(crate) struct Neighbours<'a> {
    pub(crate) view: &'a View<'a>,
    pub(crate) known: &'a Agreements,
    pub(crate) rules: RefCell<&'a mut Rules>,
    pub(crate) flow: FlowId,
    pub(crate) atlas: &'a Atlas,
    pub(crate) now: Timestamp,
    pub(crate) answers: RefCell<&'a mut Answers>,
}

/// What was answered in this round, by flow and id.
pub(crate) type Answers = HashMap<(FlowId, ObjectId), Leaving>;

impl Others for Neighbours<'_> {
    fn leaving(&self, id: &ObjectId) -> Leaving {
        let name = (self.flow.clone(), id.clone());
        if let Some(known) = self.answers.borrow().get(&name) {
            return known.clone();
        }
        let leaving = self.look(id).unwrap_or_else(|error| {
            tracing::error!(error = %format!("{error:#}"), "what something refers to could not be looked up");
            Leaving::Withheld
        });
        let mut answers = self.answers.borrow_mut();
        if answers.len() >= REMEMBERED {
            answers.clear();
        }
        answers.insert(name, leaving.clone());
        leaving
    }
}

impl Neighbours<'_> {
    fn look(&self, id: &ObjectId) -> anyhow::Result<Leaving> {
        let Some(vertex) = self.view.vertex(id)? else { return Ok(Leaving::Withheld) };
        let mut claims = self.view.claims_of(vertex)?;
        claims.retain(|claim| claim.current && !claim.revoked);
        claims.sort_by_key(|claim| std::cmp::Reverse((claim.modified, claim.no)));
        for claim in &claims {
            let leaving = self.claimed(id, claim)?;
            if leaving != Leaving::Withheld {
                return Ok(leaving);
            }
        }
        Ok(Leaving::Withheld)
    }

    /// How the object leaves as one claim tells it.
    fn claimed(&self, id: &ObjectId, claim: &ClaimRecord) -> anyhow::Result<Leaving> {
        let decision = self.rules.borrow_mut().decide(
            Some(&self.flow),
            self.known,
            claim.compartment_no,
            &claim.compartment,
            self.now,
        );
        let Some(terms) = decision.terms() else { return Ok(Leaving::Withheld) };
        let object = self.view.claimed(claim.no)?.filter(|object| object.id() == id);
        let Some(object) = object else { return Ok(Leaving::Withheld) };
        let (policy, key) = self.tools();
        Ok(policy.leaving(
            &object,
            terms,
            &Workbench { key: &key, atlas: self.atlas, others: self, now: self.now },
        ))
    }

    /// The policy and its key, apart from the tables, which answering may need again.
    pub(crate) fn tools(&self) -> (std::sync::Arc<Policy>, entente_agreement::PseudonymKey) {
        let rules = self.rules.borrow();
        (rules.policy.clone(), rules.key.clone())
    }
}
