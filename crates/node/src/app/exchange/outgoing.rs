//! One claim, decided: what of it goes on a partner's wire, and what of earlier disclosures it takes back.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use entente_agreement::{
    Correction, Decision, Matter, RecallReason, Referral, Released, Terms, Withheld, Workbench,
};
use entente_model::{Atlas, ClaimNo, Handling, Object, VertexNo};
use entente_store::exchange::{
    ClauseId, FlowId, ItemKind, Limit, NewItem, NewReferral, PartyId, ReferralId, ReleasedObject, Seq,
    WireItem,
};
use entente_store::{Change, ClaimRecord, View};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::clearance::{Clearance, Rules, rank};
use super::flow_name;
use super::neighbours::{Answers, Neighbours};
use super::notice::Telling;
use crate::app::App;
use crate::app::agreement::{Agreements, Held, wire_hash, wire_party};

/// What is about to go on a wire.
#[derive(Default)]
pub(crate) struct Outgoing {
    /// Releases and notices, in order.
    pub(crate) items: Vec<NewItem>,
    /// Limits of the flows among them.
    pub(crate) limits: Vec<Limit>,
    /// What people have to decide.
    pub(crate) referrals: Vec<NewReferral>,
}

/// Deciding on a stretch of claims for one partner.
pub(crate) struct Deciding<'a> {
    app: &'a App,
    view: &'a View<'a>,
    agreements: &'a Agreements,
    clearance: &'a mut Clearance,
    /// For each policy the last claim it does not cover.
    floors: &'a [ClaimNo],
    partner: PartyId,
    atlas: Arc<Atlas>,
    now: Timestamp,
    answers: Answers,
    /// Statements known to be on the wire, by flow and agreement.
    stated: HashSet<(FlowId, entente_agreement::AgreementHash)>,
    /// Items left today, of flows that have a limit.
    left: HashMap<FlowId, u64>,
}

/// What became of a claim.
enum Outcome {
    /// It is told.
    Told(Box<Released<Object>>, usize),
    /// It is not.
    Kept,
    /// People have to decide.
    Referred,
}

impl<'a> Deciding<'a> {
    /// Begins; `floors` are those of the clearance's policies, in their order.
    pub(crate) fn new(
        app: &'a App,
        view: &'a View<'a>,
        agreements: &'a Agreements,
        clearance: &'a mut Clearance,
        floors: &'a [ClaimNo],
        now: Timestamp,
    ) -> Deciding<'a> {
        Deciding {
            app,
            view,
            agreements,
            partner: wire_party(clearance.partner()),
            clearance,
            floors,
            atlas: app.atlas(),
            now,
            answers: Answers::new(),
            stated: HashSet::new(),
            left: HashMap::new(),
        }
    }

    /// Decides on one claim. Only what its teller says now counts: an earlier word that was overtaken is not told any more.
    pub(crate) fn consider(&mut self, change: Change, outgoing: &mut Outgoing) -> anyhow::Result<()> {
        let claims = self.view.claims_of(change.vertex)?;
        let Some(claim) = claims.iter().find(|claim| claim.no == change.claim && claim.current) else {
            return Ok(());
        };
        // Nobody is told what they told us themselves.
        if claim.compartment.source == self.partner.0 && claim.compartment.agreement.is_some() {
            return Ok(());
        }
        let earlier = self.earlier(claim, &claims)?;
        if earlier.iter().any(|(item, _)| item.claim == Some(claim.no)) {
            return Ok(());
        }
        let outcome = if claim.revoked { Outcome::Kept } else { self.decide(claim, outgoing)? };
        match outcome {
            Outcome::Told(released, place) => self.tell(claim, &released, place, &earlier, outgoing),
            Outcome::Kept => self.take_back(&earlier, RecallReason::Withdrawn, outgoing),
            Outcome::Referred => Ok(()),
        }
    }

    /// What the partner holds of the same object by the same teller, with how the teller's earlier word was handled.
    fn earlier(
        &self,
        claim: &ClaimRecord,
        claims: &[ClaimRecord],
    ) -> anyhow::Result<Vec<(WireItem, Option<Handling>)>> {
        let held = self.app.exchange.held(&self.partner, claim.vertex)?;
        let of = |item: &WireItem| claims.iter().find(|other| Some(other.no) == item.claim);
        let own = |item: &WireItem| of(item).is_none_or(|other| same_teller(other, claim));
        let own = held.into_iter().filter(own);
        let with_handling = |item: WireItem| {
            let handling = of(&item).map(|claim| claim.compartment.handling.clone());
            (item, handling)
        };
        Ok(own.map(with_handling).collect())
    }

    fn decide(&mut self, claim: &ClaimRecord, outgoing: &mut Outgoing) -> anyhow::Result<Outcome> {
        let Some((place, decision)) = self.best(claim) else { return Ok(Outcome::Kept) };
        let flow = match &*decision {
            Decision::Deny(_) => return Ok(Outcome::Kept),
            Decision::Refer(referral) => {
                self.refer(claim, place, referral, outgoing)?;
                return Ok(Outcome::Referred);
            }
            Decision::Permit(terms) | Decision::PermitTransformed(terms) => terms,
        };
        let Some(object) = self.view.claimed(claim.no)? else { return Ok(Outcome::Kept) };
        match self.release(place, &object, flow) {
            Ok(released) => self.within_limit(claim, place, released, outgoing),
            Err(_) => Ok(Outcome::Kept),
        }
    }

    /// The best answer of any policy that covers the claim, and whose it is.
    fn best(&mut self, claim: &ClaimRecord) -> Option<(usize, Arc<Decision>)> {
        let (known, floors, now) = (self.agreements, self.floors, self.now);
        let rules = self.clearance.rules().iter_mut().enumerate();
        let covering = rules.filter(|(place, _)| floors.get(*place).is_some_and(|floor| claim.no > *floor));
        let answers = covering.map(|(place, rules)| {
            (place, rules.decide(None, known, claim.compartment_no, &claim.compartment, now))
        });
        answers.min_by_key(|(_, decision)| rank(decision))
    }

    fn release(
        &mut self,
        place: usize,
        object: &Object,
        terms: &Terms,
    ) -> Result<Released<Object>, Withheld> {
        let rules = &mut self.clearance.rules()[place];
        release(rules, self.view, self.agreements, &self.atlas, &mut self.answers, object, terms, self.now)
    }

    /// A flow that has told as much as it may today tells no more by itself.
    fn within_limit(
        &mut self,
        claim: &ClaimRecord,
        place: usize,
        released: Released<Object>,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<Outcome> {
        let rules = &self.clearance.rules()[place];
        let id = &rules.held.agreement().id;
        let flow = flow_name(id, released.flow());
        let most =
            rules.held.agreement().flow(released.flow()).and_then(|flow| flow.limits.max_items_per_day);
        let Some(most) = most else { return Ok(Outcome::Told(Box::new(released), place)) };
        if !self.left.contains_key(&flow) {
            let spent = self.app.exchange.spent(&self.partner, &flow, self.now)?;
            self.left.insert(flow.clone(), most.saturating_sub(spent));
            outgoing.limits.push(Limit { flow: flow.clone(), most });
        }
        // The statement of the flow may have to go before it, and counts.
        let left = self.left.entry(flow.clone()).or_default();
        if *left < 2 {
            let clause = format!("flow:{}/limits", released.flow());
            let reasons = vec![clause, "the flow has told as much as it may today".to_owned()];
            outgoing.referrals.push(self.referral(claim, flow, reasons, digest(released.bytes()), 1, None));
            return Ok(Outcome::Referred);
        }
        *left -= 1;
        Ok(Outcome::Told(Box::new(released), place))
    }

    fn refer(
        &mut self,
        claim: &ClaimRecord,
        place: usize,
        referral: &Referral,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        let held = &self.clearance.rules()[place].held;
        let flow = flow_name(&held.agreement().id, &referral.flow);
        let reasons = referral.reasons.iter().map(|reason| format!("{}: {}", reason.clause, reason.text));
        let needed = match referral.approvals {
            Some(entente_agreement::ApprovalMode::TwoPerson) => 2,
            _ => 1,
        };
        let Some(object) = self.view.claimed(claim.no)? else { return Ok(()) };
        let binding = digest(&[held.hash().as_bytes().as_slice(), &object.canonical()].concat());
        let until = Some(referral.expires_at).filter(|until| *until < Timestamp::MAX);
        outgoing.referrals.push(self.referral(claim, flow, reasons.collect(), binding, needed, until));
        Ok(())
    }

    /// The id says who and what, so that a discloser that was interrupted asks the same again and not twice.
    fn referral(
        &self,
        claim: &ClaimRecord,
        flow: FlowId,
        reasons: Vec<String>,
        binding: [u8; 32],
        needed: u32,
        expires_at: Option<Timestamp>,
    ) -> NewReferral {
        NewReferral {
            id: ReferralId(format!("{}-{}", self.partner, claim.no.0)),
            partner: self.partner.clone(),
            flow,
            claim: claim.no,
            reasons,
            binding,
            requested_by: None,
            requested_at: self.now,
            needed,
            expires_at,
        }
    }

    fn tell(
        &mut self,
        claim: &ClaimRecord,
        released: &Released<Object>,
        place: usize,
        earlier: &[(WireItem, Option<Handling>)],
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        self.state(place, released, outgoing)?;
        self.replace(released, &claim.compartment.handling, earlier, outgoing)?;
        let held = &self.clearance.rules()[place].held;
        outgoing.items.push(item(held, released, Some((claim.no, claim.vertex))));
        Ok(())
    }

    /// What everything of a flow is marked with goes before the first of it.
    fn state(
        &mut self,
        place: usize,
        released: &Released<Object>,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        let rules = &self.clearance.rules()[place];
        let flow = flow_name(&rules.held.agreement().id, released.flow());
        if !self.stated.insert((flow.clone(), released.agreement())) {
            return Ok(());
        }
        let Ok(statement) = rules.policy.statement(released.terms(), self.now) else { return Ok(()) };
        if self.app.exchange.versions(&self.partner, &flow, statement.id())?.is_empty() {
            outgoing.items.push(item(&rules.held, &statement, None));
            if let Some(left) = self.left.get_mut(&flow) {
                *left = left.saturating_sub(1);
            }
        }
        Ok(())
    }

    /// Takes back what was told before under another id, or under a wider handling than now.
    fn replace(
        &mut self,
        released: &Released<Object>,
        handling: &Handling,
        earlier: &[(WireItem, Option<Handling>)],
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        for (item, before) in earlier {
            let Some(wrong) = item.object.as_ref().map(|object| object.id.to_string()) else { continue };
            let narrower = before.as_ref().is_some_and(|before| is_narrower(handling, before));
            if wrong != released.id().to_string() {
                let right = released.id().to_string();
                let matter = Matter::Correct { objects: vec![Correction { wrong, right }] };
                self.notify(item, ItemKind::Correct, matter, outgoing)?;
            } else if narrower {
                let told = released.terms().handling();
                let matter = Matter::Narrow {
                    objects: BTreeSet::from([wrong]),
                    tlp: told.tlp,
                    pap: told.pap,
                    no_onward: told.conditions.no_onward,
                };
                self.notify(item, ItemKind::Narrow, matter, outgoing)?;
            }
        }
        Ok(())
    }

    fn take_back(
        &mut self,
        earlier: &[(WireItem, Option<Handling>)],
        reason: RecallReason,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        for (item, _) in earlier {
            let Some(object) = item.object.as_ref() else { continue };
            let matter = Matter::Recall { objects: BTreeSet::from([object.id.to_string()]), reason };
            self.notify(item, ItemKind::Recall, matter, outgoing)?;
        }
        Ok(())
    }

    fn notify(
        &self,
        item: &WireItem,
        kind: ItemKind,
        matter: Matter,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        let hash = entente_agreement::AgreementHash::from_bytes(item.agreement.0);
        let Some(held) = self.agreements.version(&hash) else { return Ok(()) };
        let concerns: Vec<Seq> = vec![item.seq];
        let to = self.clearance.partner();
        outgoing.items.push(self.app.notice(Telling { held, to, kind, concerns }, matter, self.now)?);
        Ok(())
    }
}

/// Gives an object the form in which it leaves on these terms.
#[expect(clippy::too_many_arguments, reason = "these are what a decision depends on, each of another sort")]
pub(crate) fn release(
    rules: &mut Rules,
    view: &View<'_>,
    known: &Agreements,
    atlas: &Atlas,
    answers: &mut Answers,
    object: &Object,
    terms: &Terms,
    now: Timestamp,
) -> Result<Released<Object>, Withheld> {
    let flow = terms.flow().clone();
    let (rules, answers) = (RefCell::new(rules), RefCell::new(answers));
    let neighbours = Neighbours { view, known, rules, flow, atlas, now, answers };
    let (policy, key) = neighbours.tools();
    policy.release(object, terms, &Workbench { key: &key, atlas, others: &neighbours, now })
}

/// A release on the wire; `from` is the claim and the object it was made from.
fn item(held: &Held, released: &Released<Object>, from: Option<(ClaimNo, VertexNo)>) -> NewItem {
    let object = released.value();
    // What has no `modified` is as old as it is (TAXII 2.1 section 5.3.1).
    let version = object.modified().or_else(|| object.created());
    NewItem {
        kind: ItemKind::Release,
        flow: Some(flow_name(&held.agreement().id, released.flow())),
        object: Some(ReleasedObject { id: object.id().clone(), version }),
        body: released.bytes().to_vec(),
        agreement: wire_hash(&released.agreement()),
        clauses: released.clauses().iter().map(|clause| ClauseId(clause.to_string())).collect(),
        claim: from.map(|(claim, _)| claim),
        original: from.map(|(_, vertex)| vertex),
        concerns: Vec::new(),
        referral: None,
    }
}

fn same_teller(one: &ClaimRecord, other: &ClaimRecord) -> bool {
    one.compartment.source == other.compartment.source && one.compartment.case == other.compartment.case
}

/// True when something may be seen or used by fewer than before.
fn is_narrower(now: &Handling, before: &Handling) -> bool {
    now.tlp > before.tlp
        || now.pap > before.pap
        || (now.conditions.no_onward && !before.conditions.no_onward)
        || (now.conditions.no_court_use && !before.conditions.no_court_use)
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
