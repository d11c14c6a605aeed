//! What may be told to one partner: the policies in force, with the tables of what they decided.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use entente_agreement::{
    Agreement, AgreementHash, Approval, Consent, Context, Decision, Decisions, FlowId, Originator, Party,
    PartyId, PassOnAnswer, Policy, PseudonymKey, may_pass_on,
};
use entente_model::{ClaimNo, Compartment, CompartmentNo, ObjectId};
use entente_store::exchange;
use jiff::Timestamp;

use super::parse_flow_name;
use crate::app::agreement::{Agreements, Held};
use crate::app::source::Originators;

/// Markings remembered. More are looked up.
const MARKINGS: usize = 10_000;

/// The policies for one partner. Made for the agreements as they stand at one moment; when they stand otherwise, another is made.
pub(crate) struct Clearance {
    partner: PartyId,
    rules: Vec<Rules>,
    originators: Arc<Originators>,
    /// Statements known to be on the wire, by flow and agreement.
    pub(crate) stated: HashSet<(exchange::FlowId, AgreementHash)>,
    /// Markings known to be on the wire, by flow.
    pub(crate) marked: HashSet<(exchange::FlowId, ObjectId)>,
}

/// One policy.
pub(crate) struct Rules {
    pub(crate) held: Held,
    pub(crate) policy: Arc<Policy>,
    pub(crate) key: PseudonymKey,
    /// The last claim it does not cover: an agreement covers what is learned from its beginning on.
    pub(crate) floor: ClaimNo,
    /// The last claim it covers, where it is for what earlier versions covered too.
    ceiling: Option<ClaimNo>,
    recipient: Party,
    originators: Arc<Originators>,
    /// By flow, where one was asked for, and by where something is from.
    tables: HashMap<(Option<FlowId>, Provenance), Decisions>,
}

/// Where something is from, as far as that decides.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Provenance {
    /// What the agreement it came under says to passing it on; `None` where it came under none.
    onward: Option<PassOnAnswer>,
    /// Whose it is, where it came under none.
    originator: Option<Originator>,
}

/// What a node's clearances are made with, whoever is told.
pub(crate) struct Our<'a> {
    /// What its pseudonyms are derived from.
    pub(crate) secret: &'a [u8; 32],
    pub(crate) originators: Arc<Originators>,
}

impl Clearance {
    /// What `agreements` let this node tell `partner`. `until` answers the last claim of a time.
    pub(crate) fn new(
        agreements: &Agreements,
        partner: &PartyId,
        our: &Our<'_>,
        until: impl Fn(Timestamp) -> anyhow::Result<ClaimNo>,
    ) -> anyhow::Result<Clearance> {
        let mut rules = Vec::new();
        for held in agreements.with(partner) {
            let Some(in_force) = held.in_force() else { continue };
            let Some(recipient) = held.agreement().party(partner).cloned() else { continue };
            let mut add = |earlier: &[&Agreement], floor, ceiling| -> anyhow::Result<()> {
                let policy = Policy::compile_shared(in_force, earlier, &held.us, partner)?;
                if policy.flows().next().is_some() {
                    let (key, recipient) =
                        (PseudonymKey::derive(our.secret, &held.agreement().id), recipient.clone());
                    let (policy, held, tables) = (Arc::new(policy), held.clone(), HashMap::new());
                    let originators = our.originators.clone();
                    rules.push(Rules { held, policy, key, floor, ceiling, recipient, originators, tables });
                }
                Ok(())
            };
            let (mut earlier, mut begin) = (Vec::new(), held.floor(&until)?);
            add(&earlier, begin, None)?;
            // What was learned under an earlier version, before that was over, and was not told while it was in force.
            let mut version = held;
            while let Some(before) = agreements.before(version) {
                earlier.push(before.agreement());
                let (start, end) = (before.floor(&until)?.min(begin), until(before.over())?.min(begin));
                if start < end {
                    add(&earlier, start, Some(end))?;
                }
                (version, begin) = (before, start);
            }
        }
        let (partner, originators) = (partner.clone(), our.originators.clone());
        Ok(Clearance { partner, rules, originators, stated: HashSet::new(), marked: HashSet::new() })
    }

    /// Who would be told.
    pub(crate) fn partner(&self) -> &PartyId {
        &self.partner
    }

    /// The policies, in the order of their agreements.
    pub(crate) fn rules(&mut self) -> &mut [Rules] {
        &mut self.rules
    }

    /// What each flow of the policies chosen by `of` answers, with the place of its policy: the best first, in the agreements' order among
    /// equals. A flow that covers the class of something need not cover the thing itself: then the next one may.
    pub(crate) fn each(
        &mut self,
        of: impl Fn(&Rules) -> bool,
        known: &Agreements,
        no: CompartmentNo,
        compartment: &Compartment,
        now: Timestamp,
    ) -> Vec<(usize, Arc<Decision>)> {
        let chosen = self.rules.iter_mut().enumerate().filter(|(_, rules)| of(rules));
        let each = |(place, rules): (usize, &mut Rules)| {
            let each = rules.each(known, no, compartment, now);
            each.into_iter().map(move |decision| (place, decision))
        };
        let mut answers: Vec<(usize, Arc<Decision>)> = chosen.flat_map(each).collect();
        answers.sort_by_key(|(_, decision)| rank(decision));
        answers
    }

    /// Remembers what is on the wire by now.
    pub(crate) fn now_told(
        &mut self,
        statements: HashSet<(exchange::FlowId, AgreementHash)>,
        markings: HashSet<(exchange::FlowId, ObjectId)>,
    ) {
        self.stated.extend(statements);
        if self.marked.len() < MARKINGS {
            self.marked.extend(markings);
        }
    }

    /// The last claim that none of the policies covers, of those before all they cover; `None` where there are no policies.
    pub(crate) fn floor(&self) -> Option<ClaimNo> {
        self.rules.iter().map(|rules| rules.floor).min()
    }

    /// True when nothing may be told at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// True when it was made for sources as they stand.
    pub(crate) fn knows(&self, originators: &Originators) -> bool {
        *self.originators == *originators
    }

    /// True when it was made for exactly these versions.
    pub(crate) fn is_for(&self, agreements: &Agreements) -> bool {
        let in_force = agreements.with(&self.partner).filter_map(Held::in_force);
        let hashes: Vec<(AgreementHash, Timestamp)> = in_force.map(|one| (one.hash(), one.until())).collect();
        // A policy's decisions end with its agreement, so one that now ends earlier is another.
        let known = self.rules.iter().filter_map(|rules| rules.held.in_force());
        let known: Vec<(AgreementHash, Timestamp)> = known.map(|one| (one.hash(), one.until())).collect();
        known.iter().all(|one| hashes.contains(one))
            && hashes.iter().all(|one| known.contains(one) || !self.has_flows(agreements, &one.0))
    }

    fn has_flows(&self, agreements: &Agreements, hash: &AgreementHash) -> bool {
        let Some(held) = agreements.version(hash) else { return false };
        held.agreement().flows.iter().any(|flow| {
            (flow.from == held.us || flow.route_via.as_ref() == Some(&held.us))
                && (flow.to.contains(&self.partner) || flow.route_via.as_ref() == Some(&self.partner))
        })
    }
}

impl Rules {
    /// Whether it is for what this claim tells.
    pub(crate) fn covers(&self, claim: ClaimNo) -> bool {
        claim > self.floor && self.ceiling.is_none_or(|ceiling| claim <= ceiling)
    }

    /// Decides about a compartment: by the flow that answers best, or by one.
    pub(crate) fn decide(
        &mut self,
        flow: Option<&FlowId>,
        known: &Agreements,
        no: CompartmentNo,
        compartment: &Compartment,
        now: Timestamp,
    ) -> Arc<Decision> {
        let from = self.provenance(known, compartment, now);
        let table = self.tables.entry((flow.cloned(), from)).or_insert_with(|| {
            let Provenance { onward, originator } = from;
            let context = Context { onward, originator, ..Context::live(now) };
            Decisions::new(self.policy.clone(), flow.cloned(), context)
        });
        table.decide(no, compartment, now).clone()
    }

    /// What each flow answers, in the agreement's order.
    fn each(
        &mut self,
        known: &Agreements,
        no: CompartmentNo,
        compartment: &Compartment,
        now: Timestamp,
    ) -> Vec<Arc<Decision>> {
        let flows: Vec<FlowId> = self.policy.flows().map(|flow| flow.id.clone()).collect();
        flows.iter().map(|flow| self.decide(Some(flow), known, no, compartment, now)).collect()
    }

    /// Decides about a compartment by one flow, when these people agreed to it.
    pub(crate) fn decide_approved(
        &self,
        flow: &FlowId,
        known: &Agreements,
        compartment: &Compartment,
        by: Approvals,
        now: Timestamp,
    ) -> Decision {
        let Provenance { onward, originator } = self.provenance(known, compartment, now);
        let Approvals { approvals, requested_by, consent } = by;
        let context = Context { onward, originator, approvals, requested_by, consent, ..Context::live(now) };
        self.policy.terms_by(flow, compartment, &context)
    }

    fn provenance(&self, known: &Agreements, compartment: &Compartment, now: Timestamp) -> Provenance {
        match compartment.agreement {
            Some(_) => Provenance { onward: self.pass_on(known, compartment, now), originator: None },
            None => Provenance { onward: None, originator: self.originators.of(&compartment.source) },
        }
    }

    /// Whether what came under an agreement may be passed on; `None` for what came under none. What came under an agreement that
    /// is not known any more may not.
    fn pass_on(&self, known: &Agreements, compartment: &Compartment, now: Timestamp) -> Option<PassOnAnswer> {
        let name = compartment.agreement.as_deref()?;
        let answer = parse_flow_name(name).and_then(|(id, flow)| {
            let held = known.with_flow(&id, &flow)?;
            let handling = &compartment.handling;
            Some(may_pass_on(held.agreement(), &flow, handling, &held.us, &self.recipient, now).answer)
        });
        Some(answer.unwrap_or(PassOnAnswer::Forbidden))
    }
}

/// Who agreed to a disclosure, who asked for it, and whose consent was seen.
pub(crate) struct Approvals {
    pub(crate) approvals: BTreeSet<Approval>,
    pub(crate) requested_by: Option<String>,
    pub(crate) consent: Option<Consent>,
}

/// How good an answer is: a permission before a referral before a refusal.
pub(crate) fn rank(decision: &Decision) -> u8 {
    match decision {
        Decision::Permit(_) => 0,
        Decision::PermitTransformed(_) => 1,
        Decision::Refer(_) => 2,
        Decision::Deny(_) => 3,
    }
}
