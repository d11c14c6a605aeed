//! Referrals: what people decide about, and what comes of it.
//!
//! Whoever approves has seen exactly what would leave. When the last needed approval is there, it is decided once more, at that moment:
//! the agreement has to be in force, and what would leave has to be what was seen. Otherwise it is overtaken, and asked anew if need be.

use std::collections::BTreeSet;

use entente_agreement::{Approval as Agreed, Consent, Leaving, Office, PartyId, Standing};
use entente_model::{ClaimNo, CompartmentSet};
use entente_store::exchange::{Approval as Word, Consent as Seen, Outcome, Referral, ReferralId};
use entente_store::{AsOf, Spoken, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clearance::Approvals;
use super::deciding::Deciding;
use super::outgoing::Outgoing;
use super::parse_flow_name;
use super::referring::everybody;
use crate::app::agreement::Held;
use crate::app::{App, AppError, Viewer};

/// The office somebody speaks in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OfficeWord(pub(crate) Office);

impl App {
    /// Somebody who has an account on this node.
    pub(crate) fn local_user(&self, name: &str) -> Result<Viewer, AppError> {
        let unknown = || AppError::invalid(format!("`{name}` has no account on this node: name one who has"));
        let user = self.desk.user(name)?.ok_or_else(unknown)?;
        self.viewer(&user.name, user.role.parse()?, user.tlp_max)
    }

    /// Puts on the wire what enough people approved.
    pub(super) fn release_if_approved(&self, id: &ReferralId, now: Timestamp) -> anyhow::Result<()> {
        let referral = self.exchange.referral(id)?;
        let open = referral.filter(|referral| referral.outcome.is_none() && referral.missing() == 0);
        open.map_or(Ok(()), |referral| self.release_referral(&referral, now).map(drop))
    }

    /// What would be sent if everybody approved; nothing when it has ended, or when that would not do.
    pub(super) fn would_send(&self, referral: &Referral, now: Timestamp) -> anyhow::Result<Option<Prospect>> {
        let mut sent = None;
        if referral.outcome.is_none() {
            let partner: PartyId = referral.asked.partner.0.parse()?;
            self.deciding_on(&partner, referral.asked.claim, now, |deciding, spoken| {
                sent = deciding.would_send(spoken, referral)?;
                Ok(())
            })?;
        }
        Ok(sent)
    }

    /// Whether a word would be enough, were it the last that is needed: one that is not would end the referral with nothing.
    pub(super) fn is_enough(&self, referral: &Referral, word: &Word, now: Timestamp) -> anyhow::Result<bool> {
        let mut with = referral.clone();
        with.approvals.push(word.clone());
        if !word.approves || with.missing() > 0 {
            return Ok(true);
        }
        let (partner, mut enough) = (referral.asked.partner.0.parse()?, true);
        self.deciding_on(&partner, referral.asked.claim, now, |deciding, spoken| {
            enough = deciding.form_of(spoken, &with, approvals(&with))?.is_some();
            Ok(())
        })?;
        Ok(enough)
    }

    /// Whether what was approved has to wait: its agreement is suspended, or its flow has told as much as it may today.
    fn waits(&self, referral: &Referral, now: Timestamp) -> anyhow::Result<bool> {
        let Some((id, flow)) = parse_flow_name(&referral.asked.flow.0) else { return Ok(false) };
        let agreements = self.agreements(now)?;
        let applies = agreements.with_flow(&id, &flow);
        let suspended = applies.is_some_and(|held| matches!(held.standing, Standing::Suspended { .. }));
        Ok(suspended || self.waits_for_tomorrow(referral, now)?)
    }

    /// Whether the flow has told as much as it may today. Approval of something does not stand in for that, unless that is what was asked.
    fn waits_for_tomorrow(&self, referral: &Referral, now: Timestamp) -> anyhow::Result<bool> {
        let Some((id, flow)) = parse_flow_name(&referral.asked.flow.0) else { return Ok(false) };
        let agreements = self.agreements(now)?;
        let of = |held: &&Held| held.agreement().id == id && held.in_force().is_some();
        let flow = agreements.iter().find(of).and_then(|held| held.agreement().flow(&flow));
        let Some(most) = flow.and_then(|flow| flow.limits.max_items_per_day) else { return Ok(false) };
        let limits = format!("flow:{}/limits", flow.map_or("", |flow| flow.id.as_str()));
        if referral.asked.reasons.iter().any(|reason| reason.starts_with(&limits)) {
            return Ok(false);
        }
        Ok(self.exchange.spent(&referral.asked.partner, &referral.asked.flow, now)? >= most)
    }

    /// Releases what enough people approved, or ends it as overtaken; false when it has to wait. Done again, nothing happens again.
    pub(super) fn release_referral(&self, referral: &Referral, now: Timestamp) -> anyhow::Result<bool> {
        let partner: PartyId = referral.asked.partner.0.parse()?;
        let _telling = self.telling();
        if self.waits(referral, now)? {
            return Ok(false);
        }
        let (mut outgoing, mut released) = (Outgoing::default(), false);
        self.deciding_on(&partner, referral.asked.claim, now, |deciding, spoken| {
            released = deciding.release_referred(spoken, referral, &mut outgoing)?;
            if !released {
                // It may leave without anybody's word by now, or be another question.
                deciding.consider(spoken, &mut outgoing)?;
            }
            Ok(())
        })?;
        // What people let leave counts for the day; that it may leave was theirs to say.
        outgoing.limits.iter_mut().for_each(|limit| limit.most = u64::MAX);
        if !released {
            self.exchange.end_referral(&referral.asked.id, Outcome::Overtaken, now)?;
        }
        match self.put_on_wire(&partner, None, outgoing, now) {
            Ok(_) => Ok(true),
            // Another process was quicker.
            Err(error) if matches!(error.downcast_ref(), Some(StoreError::Unfit { .. })) && released => {
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    /// Decides about one claim for one partner, as both stand now. Nothing is asked when the claim does not stand any more.
    fn deciding_on(
        &self,
        partner: &PartyId,
        claim: ClaimNo,
        now: Timestamp,
        decide: impl FnOnce(&mut Deciding<'_>, &Spoken) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let agreements = self.agreements(now)?;
        let all = CompartmentSet::all();
        let view = self.store.view(&all, AsOf::Now)?;
        let spoken = view.spoken_of(claim)?;
        let Some(spoken) = spoken.filter(|spoken| spoken.head().current && !spoken.head().revoked) else {
            return Ok(());
        };
        let mut clearance = self.clearance(&agreements, partner)?;
        let about = [spoken.vertex];
        let mut deciding = Deciding::new(self, &view, &agreements, &mut clearance, &about, now)?;
        decide(&mut deciding, &spoken)
    }
}

/// What comes of a referral if everybody approves.
pub(super) struct Prospect {
    /// What would be sent.
    pub(super) sent: Value,
    /// Somebody outside has to consent, and nobody who approved has seen that.
    pub(super) consent_missing: bool,
}

impl Deciding<'_> {
    /// Puts on the wire what was approved; false when it is not what was approved any more, or may not leave.
    fn release_referred(
        &mut self,
        spoken: &Spoken,
        referral: &Referral,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<bool> {
        let told = self.earlier(spoken).iter().any(|held| held.claim == Some(spoken.head().no));
        let Some((place, released)) = self.form_of(spoken, referral, approvals(referral))? else {
            return Ok(false);
        };
        if told || self.binding(&released) != referral.asked.binding {
            return Ok(false);
        }
        let leaving = match spoken.object()?.id() == released.id() {
            true => Leaving::Clear,
            false => Leaving::NewId(released.id().clone()),
        };
        self.answers.tell(released.flow().clone(), spoken.object()?.id().clone(), leaving);
        if let Some(left) = self.left(place, &released, outgoing)? {
            *left = left.saturating_sub(1);
        }
        self.tell(spoken, &released, place, Some(referral.asked.id.clone()), outgoing)?;
        self.catch_up(spoken.vertex, outgoing)?;
        Ok(true)
    }

    /// What would be sent if everybody approved.
    fn would_send(&mut self, spoken: &Spoken, referral: &Referral) -> anyhow::Result<Option<Prospect>> {
        let Some((_, released)) = self.form_of(spoken, referral, everybody())? else { return Ok(None) };
        let consent = approvals(referral).consent;
        let consent_missing = self.form_of(spoken, referral, Approvals { consent, ..everybody() })?.is_none();
        Ok(Some(Prospect { sent: serde_json::from_slice(released.bytes())?, consent_missing }))
    }

    /// The form in which it leaves by the referral's flow when these people agreed, and whose policy says so.
    fn form_of(
        &mut self,
        spoken: &Spoken,
        referral: &Referral,
        by: Approvals,
    ) -> anyhow::Result<Option<(usize, entente_agreement::Released<entente_model::Object>)>> {
        let Some((agreement, flow)) = parse_flow_name(&referral.asked.flow.0) else { return Ok(None) };
        let head = spoken.head();
        let of = |rules: &super::clearance::Rules| rules.held.agreement().id == agreement;
        let place = self.clearance.rules().iter().position(|rules| of(rules) && rules.covers(head.no));
        let Some(place) = place else { return Ok(None) };
        let (known, now) = (self.agreements, self.now);
        let rules = &self.clearance.rules()[place];
        let decision = rules.decide_approved(&flow, known, &head.compartment, by, now);
        let Some(terms) = decision.terms() else { return Ok(None) };
        let released = self.release(place, spoken, terms, &mut Outgoing::default())?;
        Ok(released.map(|released| (place, released)))
    }
}

fn approvals(referral: &Referral) -> Approvals {
    let given = || referral.approvals.iter().filter(|word| word.approves);
    let seen = given().find_map(|word| word.consent.clone());
    let consent = seen.map(|Seen { by, reference }| Consent { by, reference });
    let agreed = given().map(|word| Agreed { by: word.person.clone(), office: office_of(&word.office) });
    let requested_by = referral.asked.requested_by.clone();
    Approvals { approvals: agreed.collect::<BTreeSet<_>>(), requested_by, consent }
}

/// The agreement's word for an office.
pub(in crate::app) fn office_name(office: Office) -> &'static str {
    match office {
        Office::Officer => "officer",
        Office::Prosecutor => "prosecutor",
        Office::Judge => "judge",
        Office::Dpo => "dpo",
    }
}

fn office_of(name: &str) -> Office {
    let all = [Office::Prosecutor, Office::Judge, Office::Dpo];
    all.into_iter().find(|office| office_name(*office) == name).unwrap_or(Office::Officer)
}
