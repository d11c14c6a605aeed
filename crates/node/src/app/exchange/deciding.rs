//! One claim, decided: what of it goes on a partner's wire.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entente_agreement::{Decision, RecallReason, Released, Terms};
use entente_model::{Atlas, ClaimNo, Kind, Object, VertexNo};
use entente_store::exchange::{Awaiting, Holding, Limit, PartyId, ReferralId};
use entente_store::{Head, Spoken, View};
use jiff::Timestamp;

use super::clearance::{Clearance, Rules, rank};
use super::flow_name;
use super::neighbours::{Answers, Bench};
use super::outgoing::{Outgoing, item};
use crate::app::App;
use crate::app::agreement::{Agreements, wire_party};

/// Deciding on a stretch of claims for one partner.
pub(crate) struct Deciding<'a> {
    pub(super) app: &'a App,
    pub(super) view: &'a View<'a>,
    pub(super) agreements: &'a Agreements,
    pub(super) clearance: &'a mut Clearance,
    pub(super) partner: PartyId,
    pub(super) now: Timestamp,
    pub(super) answers: Answers,
    atlas: Arc<Atlas>,
    /// What the partner holds of the objects of this stretch.
    held: HashMap<VertexNo, Vec<Holding>>,
    /// Claims that wait for objects of this stretch.
    waiting: HashMap<VertexNo, Vec<ClaimNo>>,
    /// Claims that waited and were told.
    caught_up: HashSet<ClaimNo>,
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
    /// Begins on claims about these objects.
    pub(crate) fn new(
        app: &'a App,
        view: &'a View<'a>,
        agreements: &'a Agreements,
        clearance: &'a mut Clearance,
        about: &[VertexNo],
        now: Timestamp,
    ) -> anyhow::Result<Deciding<'a>> {
        let partner = wire_party(clearance.partner());
        let (mut held, mut waiting) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for holding in holdings(app, &partner, about)? {
            held.entry(holding.original).or_default().push(holding);
        }
        for Awaiting { missing, claim } in app.exchange.awaiting(&partner, about)? {
            waiting.entry(missing).or_default().push(claim);
        }
        Ok(Deciding {
            app,
            view,
            agreements,
            clearance,
            partner,
            now,
            answers: Answers::default(),
            atlas: app.atlas(),
            held,
            waiting,
            caught_up: HashSet::new(),
        })
    }

    /// Decides on one claim. Only what its teller says now counts: an earlier word that was overtaken is not told any more.
    pub(crate) fn consider(&mut self, spoken: &Spoken, outgoing: &mut Outgoing) -> anyhow::Result<()> {
        let head = spoken.head();
        // Nobody is told what they told us themselves.
        let theirs = head.compartment.source == self.partner.0 && head.compartment.agreement.is_some();
        if !head.current || theirs {
            return Ok(());
        }
        let earlier = self.earlier(spoken);
        if earlier.iter().any(|holding| holding.claim == Some(head.no)) {
            return Ok(());
        }
        let outcome = if head.revoked { Outcome::Kept } else { self.decide(spoken, outgoing)? };
        match outcome {
            Outcome::Told(released, place) => {
                self.tell(spoken, &released, place, None, outgoing)?;
                self.catch_up(spoken.vertex, outgoing)
            }
            Outcome::Kept => self.take_back(&earlier, RecallReason::Withdrawn, outgoing),
            // While people think about it, nobody holds it under a wider marking than it has now.
            Outcome::Referred => self.take_back_wider(spoken, &earlier, outgoing),
        }
    }

    /// What the partner holds of the same object by the same teller.
    pub(super) fn earlier(&self, spoken: &Spoken) -> Vec<Holding> {
        let Some(held) = self.held.get(&spoken.vertex) else { return Vec::new() };
        let of = |holding: &Holding| spoken.heads.iter().find(|other| Some(other.no) == holding.claim);
        let own = |holding: &&Holding| of(holding).is_none_or(|other| same_teller(other, spoken.head()));
        held.iter().filter(own).cloned().collect()
    }

    fn decide(&mut self, spoken: &Spoken, outgoing: &mut Outgoing) -> anyhow::Result<Outcome> {
        let Some((place, decision)) = self.best(spoken.head()) else { return Ok(Outcome::Kept) };
        let outcome = self.decide_by(place, &decision, spoken, outgoing)?;
        if !matches!(outcome, Outcome::Kept) || matches!(&*decision, Decision::Deny(_)) {
            return Ok(outcome);
        }
        // The first of them is the best, which was asked.
        for (place, decision) in self.each(spoken.head()).into_iter().skip(1) {
            let outcome = self.decide_by(place, &decision, spoken, outgoing)?;
            if !matches!(outcome, Outcome::Kept) {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Kept)
    }

    fn decide_by(
        &mut self,
        place: usize,
        decision: &Decision,
        spoken: &Spoken,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<Outcome> {
        let terms = match decision {
            Decision::Deny(_) => return Ok(Outcome::Kept),
            // A marking goes along with what it marks.
            _ if *spoken.object()?.kind() == Kind::MarkingDefinition => return Ok(Outcome::Kept),
            Decision::Refer(referral) => {
                let asked = self.refer(spoken, place, referral, outgoing)?;
                return Ok(if asked { Outcome::Referred } else { Outcome::Kept });
            }
            Decision::Permit(terms) | Decision::PermitTransformed(terms) => terms,
        };
        match self.release(place, spoken, terms, outgoing)? {
            Some(released) => self.within_limit(spoken, place, released, outgoing),
            None => {
                let question = self.clearance.rules()[place].policy.question(spoken.object()?, terms);
                let asked = question.map(|referral| self.refer(spoken, place, &referral, outgoing));
                Ok(if asked.transpose()?.unwrap_or(false) { Outcome::Referred } else { Outcome::Kept })
            }
        }
    }

    /// The best answer of any policy that covers the claim, and whose it is.
    fn best(&mut self, head: &Head) -> Option<(usize, Arc<Decision>)> {
        let (known, now) = (self.agreements, self.now);
        let rules = self.clearance.rules().iter_mut().enumerate();
        let covering = rules.filter(|(_, rules)| rules.covers(head.no));
        let answers = covering.map(|(place, rules)| {
            (place, rules.decide(None, known, head.compartment_no, &head.compartment, now))
        });
        answers.min_by_key(|(_, decision)| rank(decision))
    }

    /// Whether some flow lets it be told without anybody's word.
    pub(super) fn needs_nobody(&mut self, head: &Head) -> bool {
        self.best(head).is_some_and(|(_, decision)| decision.terms().is_some())
    }

    /// The answers of every flow of the policies that cover the claim, the best first.
    fn each(&mut self, head: &Head) -> Vec<(usize, Arc<Decision>)> {
        let covers = |rules: &Rules| rules.covers(head.no);
        self.clearance.each(covers, self.agreements, head.compartment_no, &head.compartment, self.now)
    }

    /// Gives the object its form. A relationship whose end stays is tried again when that is told.
    pub(super) fn release(
        &mut self,
        place: usize,
        spoken: &Spoken,
        terms: &Terms,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<Option<Released<Object>>> {
        let object = spoken.object()?;
        let bench = Bench {
            view: self.view,
            known: self.agreements,
            atlas: &self.atlas,
            now: self.now,
            holder: Some((&self.app.exchange, &self.partner)),
        };
        let rules = &mut self.clearance.rules()[place];
        let stays = match bench.release(rules, &mut self.answers, object, terms) {
            Ok(released) => return Ok(Some(released)),
            Err(stays) => stays,
        };
        if matches!(object.kind(), Kind::Relationship | Kind::Sighting) {
            let claim = spoken.head().no;
            let waits = stays.missing.into_iter().map(|missing| Awaiting { missing, claim });
            outgoing.beside.awaiting.extend(waits);
        }
        Ok(None)
    }

    /// A flow that has told as much as it may today tells no more by itself.
    fn within_limit(
        &mut self,
        spoken: &Spoken,
        place: usize,
        released: Released<Object>,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<Outcome> {
        let Some(left) = self.left(place, &released, outgoing)? else {
            return Ok(Outcome::Told(Box::new(released), place));
        };
        if *left == 0 {
            let flow = flow_name(&self.clearance.rules()[place].held.agreement().id, released.flow());
            self.refer_beyond_limit(spoken, flow, &released, outgoing);
            return Ok(Outcome::Referred);
        }
        *left -= 1;
        Ok(Outcome::Told(Box::new(released), place))
    }

    /// How many items its flow may tell today yet; `None` when it has no limit.
    pub(super) fn left<'o>(
        &mut self,
        place: usize,
        released: &Released<Object>,
        outgoing: &'o mut Outgoing,
    ) -> anyhow::Result<Option<&'o mut u64>> {
        let agreement = self.clearance.rules()[place].held.agreement();
        let flow = flow_name(&agreement.id, released.flow());
        let most = agreement.flow(released.flow()).and_then(|flow| flow.limits.max_items_per_day);
        let Some(most) = most else { return Ok(None) };
        if !outgoing.left.contains_key(&flow) {
            let spent = self.app.exchange.spent(&self.partner, &flow, self.now)?;
            outgoing.left.insert(flow.clone(), most.saturating_sub(spent));
            outgoing.limits.push(Limit { flow: flow.clone(), most });
        }
        Ok(outgoing.left.get_mut(&flow))
    }

    /// Puts it on the wire, after what it is marked with and what it takes back; `referral` is what let it leave, where people did.
    pub(super) fn tell(
        &mut self,
        spoken: &Spoken,
        released: &Released<Object>,
        place: usize,
        referral: Option<ReferralId>,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        self.state(place, released, outgoing)?;
        self.mark(place, spoken, released, outgoing)?;
        self.replace(spoken, released, outgoing)?;
        let held = &self.clearance.rules()[place].held;
        let mut item = item(held, released, Some((spoken.head().no, spoken.vertex)));
        item.referral = referral;
        outgoing.put(item);
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
        let name = (flow, released.agreement());
        if self.clearance.stated.contains(&name) || outgoing.stated.contains(&name) {
            return Ok(());
        }
        let rules = &self.clearance.rules()[place];
        let Ok(statement) = rules.policy.statement(released.terms(), self.now) else { return Ok(()) };
        if self.app.exchange.versions(&self.partner, &name.0, statement.id())?.is_empty() {
            outgoing.put(item(&rules.held, &statement, None));
        }
        outgoing.stated.insert(name);
        Ok(())
    }

    /// Tries again what waited for this object. What is told so may be waited for itself.
    pub(super) fn catch_up(&mut self, told: VertexNo, outgoing: &mut Outgoing) -> anyhow::Result<()> {
        let Some(waiting) = self.waiting.remove(&told) else { return Ok(()) };
        outgoing.beside.met.push(told);
        for claim in waiting.into_iter().filter(|claim| *claim <= self.view.last_claim()) {
            if self.caught_up.insert(claim)
                && let Some(spoken) = self.view.spoken_of(claim)?
            {
                self.know(spoken.vertex)?;
                self.consider(&spoken, outgoing)?;
            }
        }
        Ok(())
    }

    /// Reads what the partner holds of an object that is not of this stretch.
    fn know(&mut self, vertex: VertexNo) -> anyhow::Result<()> {
        if !self.held.contains_key(&vertex) {
            let held = holdings(self.app, &self.partner, &[vertex])?;
            self.held.insert(vertex, held);
            let waiting = self.app.exchange.awaiting(&self.partner, &[vertex])?;
            self.waiting.entry(vertex).or_default().extend(waiting.into_iter().map(|one| one.claim));
        }
        Ok(())
    }
}

/// What a partner holds of these objects. What is held back was never told, and comes back anew or not at all.
fn holdings(app: &App, partner: &PartyId, about: &[VertexNo]) -> anyhow::Result<Vec<Holding>> {
    let mut held = app.exchange.holdings(partner, about)?;
    held.retain(|holding| !holding.held_back);
    Ok(held)
}

fn same_teller(one: &Head, other: &Head) -> bool {
    one.compartment.source == other.compartment.source && one.compartment.case == other.compartment.case
}
