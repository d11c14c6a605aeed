//! Referrals: what people decide about, and what comes of it.
//!
//! Whoever approves has seen exactly what would leave. When the last needed approval is there, it is decided once more, at that moment:
//! the agreement has to be in force, and what would leave has to be what was seen. Otherwise it is overtaken, and asked anew if need be.

use std::collections::BTreeSet;

use entente_agreement::{Approval as Agreed, Leaving, Office, PartyId};
use entente_model::{ClaimNo, CompartmentSet};
use entente_store::exchange::{self, Approval, Outcome, Referral, ReferralId, Verdict};
use entente_store::{AsOf, Spoken, StoreError};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::clearance::Approvals;
use super::deciding::Deciding;
use super::outgoing::Outgoing;
use super::parse_flow_name;
use super::referring::everybody;
use crate::app::{App, AppError, Role, Viewer};

/// A referral as people see it.
#[derive(Debug, Serialize)]
pub(crate) struct ReferralView {
    /// Its id.
    pub(crate) id: String,
    /// Who would be told.
    pub(crate) partner: String,
    /// By which flow.
    pub(crate) flow: String,
    /// The claim it is about.
    pub(crate) claim: u32,
    /// The object it is about; none when it is not there any more.
    pub(crate) object: Option<String>,
    /// What would be sent; none when approval alone does not let it leave.
    pub(crate) sent: Option<Value>,
    /// Why no rule decided.
    pub(crate) reasons: Vec<String>,
    /// When it was put before people.
    pub(crate) requested_at: Timestamp,
    /// Who asked, when it was a person.
    pub(crate) requested_by: Option<String>,
    /// How many must approve.
    pub(crate) needed: u32,
    /// When it is too late.
    pub(crate) expires_at: Option<Timestamp>,
    /// What people said.
    pub(crate) said: Vec<Word>,
    /// How it ended: `released`, `refused`, `expired` or `overtaken`.
    pub(crate) outcome: Option<&'static str>,
    /// When it ended.
    pub(crate) ended_at: Option<Timestamp>,
    /// The item on the partner's wire that came of it.
    pub(crate) item: Option<u64>,
}

/// What one person said.
#[derive(Debug, Serialize)]
pub(crate) struct Word {
    pub(crate) person: String,
    pub(crate) office: String,
    pub(crate) approves: bool,
    pub(crate) note: Option<String>,
    pub(crate) at: Timestamp,
}

/// One person's word on a referral.
pub(crate) struct Saying<'s> {
    /// The local user who speaks.
    pub(crate) person: &'s str,
    /// In which office.
    pub(crate) office: Office,
    /// Whether they approve.
    pub(crate) approves: bool,
    /// What they add.
    pub(crate) note: Option<String>,
}

impl App {
    /// The referrals that wait, oldest first, or those that ended, newest first. Only those about what the viewer may see.
    pub(crate) fn referrals_with_forms(
        &self,
        viewer: &Viewer,
        ended: bool,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<ReferralView>, AppError> {
        viewer.require(Role::Analyst)?;
        self.exchange.expire_referrals(now)?;
        let found = match ended {
            true => self.exchange.ended_referrals(limit)?,
            false => self.exchange.open_referrals(limit)?,
        };
        let seen = found.into_iter().map(|referral| self.look_at(viewer, &referral, now));
        seen.filter_map(Result::transpose).collect()
    }

    /// Takes a local user's word on a referral. What it lets leave is on the wire when this returns.
    pub(crate) fn say_on_referral(
        &self,
        id: &ReferralId,
        saying: Saying<'_>,
        now: Timestamp,
    ) -> Result<ReferralView, AppError> {
        let viewer = self.local_user(saying.person)?;
        self.take_word(&viewer, id, saying, now)
    }

    /// As [`App::say_on_referral`], for somebody who was signed in.
    pub(super) fn take_word(
        &self,
        viewer: &Viewer,
        id: &ReferralId,
        saying: Saying<'_>,
        now: Timestamp,
    ) -> Result<ReferralView, AppError> {
        viewer.require(Role::Analyst)?;
        let missing = || AppError::NotFound("referral");
        let referral = self.exchange.referral(id)?.ok_or_else(missing)?;
        let seen = self.look_at(viewer, &referral, now)?.ok_or_else(missing)?;
        if saying.approves && seen.outcome.is_none() && seen.sent.is_none() {
            let why = seen.reasons.join("; ");
            return Err(AppError::invalid(format!("approval alone does not let it leave: {why}")));
        }
        let Saying { person, office, approves, note } = saying;
        let word = Approval {
            person: person.to_owned(),
            office: office_name(office).to_owned(),
            approves,
            note,
            at: now,
        };
        if self.exchange.decide_referral(id, &word).map_err(unfit)? == Verdict::Approved {
            let referral = self.exchange.referral(id)?.ok_or_else(missing)?;
            self.release_referral(&referral, now)?;
        }
        let referral = self.exchange.referral(id)?.ok_or_else(missing)?;
        self.look_at(viewer, &referral, now)?.ok_or_else(missing)
    }

    /// Releases what enough people approved, or ends it as overtaken. Done again, nothing happens again.
    pub(super) fn release_referral(&self, referral: &Referral, now: Timestamp) -> anyhow::Result<()> {
        let partner: PartyId = referral.asked.partner.0.parse()?;
        let (mut outgoing, mut released) = (Outgoing::default(), false);
        self.deciding_on(&partner, referral.asked.claim, now, |deciding, spoken| {
            released = deciding.release_referred(spoken, referral, &mut outgoing)?;
            if !released {
                // It may leave without anybody's word by now, or be another question.
                deciding.consider(spoken, &mut outgoing)?;
            }
            Ok(())
        })?;
        if !released {
            self.exchange.end_referral(&referral.asked.id, Outcome::Overtaken, now)?;
        }
        match self.put_on_wire(&partner, None, outgoing, now) {
            Ok(_) => Ok(()),
            // Another process was quicker.
            Err(error) if matches!(error.downcast_ref(), Some(StoreError::Unfit { .. })) && released => {
                Ok(())
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

    /// A referral as this viewer sees it; none when it is about what they may not see.
    fn look_at(
        &self,
        viewer: &Viewer,
        referral: &Referral,
        now: Timestamp,
    ) -> Result<Option<ReferralView>, AppError> {
        let asked = &referral.asked;
        let compartment = {
            let all = CompartmentSet::all();
            let spoken = self.store.view(&all, AsOf::Now)?.spoken_of(asked.claim)?;
            spoken.map(|spoken| spoken.head().compartment_no)
        };
        if compartment.is_some_and(|compartment| !viewer.compartments.contains(compartment)) {
            return Ok(None);
        }
        let mut view = shown(referral);
        if referral.outcome.is_none() {
            let partner: PartyId = asked.partner.0.parse().map_err(AppError::invalid)?;
            self.deciding_on(&partner, asked.claim, now, |deciding, spoken| {
                view.object = Some(spoken.object()?.id().to_string());
                view.sent = deciding.would_send(spoken, referral)?;
                Ok(())
            })?;
        }
        Ok(Some(view))
    }

    /// Somebody who has an account on this node.
    fn local_user(&self, name: &str) -> Result<Viewer, AppError> {
        let user = self.desk.users()?.into_iter().find(|user| user.name == name);
        let unknown = || AppError::invalid(format!("`{name}` has no account on this node: name one who has"));
        let user = user.ok_or_else(unknown)?;
        self.viewer(&user.name, user.role.parse()?, user.tlp_max)
    }
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
        self.tell(spoken, &released, place, Some(referral.asked.id.clone()), outgoing)?;
        self.catch_up(spoken.vertex, outgoing)?;
        Ok(true)
    }

    /// What would be sent if everybody approved.
    fn would_send(&mut self, spoken: &Spoken, referral: &Referral) -> anyhow::Result<Option<Value>> {
        let form = self.form_of(spoken, referral, everybody())?;
        Ok(form.and_then(|(_, released)| serde_json::from_slice(released.bytes()).ok()))
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
        let place = self.clearance.rules().iter().position(|rules| of(rules) && head.no > rules.floor);
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
    let given = referral.approvals.iter().filter(|word| word.approves);
    let agreed = given.map(|word| Agreed { by: word.person.clone(), office: office_of(&word.office) });
    let requested_by = referral.asked.requested_by.clone();
    Approvals { approvals: agreed.collect::<BTreeSet<_>>(), requested_by }
}

fn office_name(office: Office) -> &'static str {
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

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Released => "released",
        Outcome::Refused => "refused",
        Outcome::Expired => "expired",
        Outcome::Overtaken => "overtaken",
    }
}

fn shown(referral: &Referral) -> ReferralView {
    let exchange::NewReferral { id, partner, flow, claim, reasons, requested_by, .. } =
        referral.asked.clone();
    let said = referral.approvals.iter().cloned().map(|word| {
        let Approval { person, office, approves, note, at } = word;
        Word { person, office, approves, note, at }
    });
    ReferralView {
        id: id.0,
        partner: partner.0,
        flow: flow.0,
        claim: claim.0,
        object: None,
        sent: None,
        reasons,
        requested_at: referral.asked.requested_at,
        requested_by,
        needed: referral.asked.needed,
        expires_at: referral.asked.expires_at,
        said: said.collect(),
        outcome: referral.outcome.map(|(outcome, _)| outcome_name(outcome)),
        ended_at: referral.outcome.map(|(_, at)| at),
        item: referral.item.map(|item| item.0),
    }
}

/// What people may mend by saying it otherwise is no fault of ours.
fn unfit(error: StoreError) -> AppError {
    match error {
        StoreError::Unfit { why, .. } => AppError::invalid(why),
        error => error.into(),
    }
}
