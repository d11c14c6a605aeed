//! The queue of referrals: what no rule decides, and people do.

use entente_agreement::{ApprovalMode, Office};
use entente_store::AsOf;
use entente_store::exchange::{Approval, Consent, Outcome, Referral, ReferralId, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parse_flow_name;
use super::referral::{OfficeWord, office_name};
use super::wire::{ClauseRef, Under, flow_id};
use crate::app::agreement::{Agreements, Held};
use crate::app::{App, AppError, Role, Viewer};

/// Referrals of a page when nobody says how many.
const PAGE: usize = 50;

/// Which referrals are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReferralsRequest {
    /// True for those that have ended, newest first; otherwise those that wait, oldest first.
    #[serde(default)]
    pub(crate) ended: bool,
    /// Cursor of the page.
    pub(crate) cursor: Option<String>,
    /// At most this many, 500 at most.
    pub(crate) limit: Option<usize>,
}

/// What one person said.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ApprovalView {
    /// Who.
    pub(crate) person: String,
    /// In which office: officer, prosecutor, judge or dpo.
    pub(crate) office: String,
    /// Whether they approve.
    pub(crate) approves: bool,
    /// What they added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// The consent of somebody outside that they have seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consent: Option<ConsentView>,
    /// When (RFC 3339).
    pub(crate) at: String,
}

/// That somebody outside, an originator or a provider, lets something be passed on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentView {
    /// Whose it is.
    pub(crate) by: String,
    /// Where it can be found: a letter, a message, a file number.
    pub(crate) reference: String,
}

/// Why no rule decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReasonView {
    /// The clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clause: Option<ClauseRef>,
    /// In words.
    pub(crate) text: String,
}

/// Something that people have to decide.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReferralView {
    /// Id.
    pub(crate) id: String,
    /// Who would be told.
    pub(crate) partner: String,
    /// The object it is about.
    pub(crate) thing: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// Who told this node.
    pub(crate) source: String,
    /// Its audience (TLP 2.0).
    pub(crate) tlp: String,
    /// The agreement it would go under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) under: Option<Under>,
    /// The flow it would go by.
    pub(crate) flow: String,
    /// Exactly what would be sent; absent when it has ended, and when approval alone does not let it leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) sent: Option<Value>,
    /// Why no rule decided.
    pub(crate) reasons: Vec<ReasonView>,
    /// Who asked, when it was a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requested_by: Option<String>,
    /// When (RFC 3339).
    pub(crate) requested_at: String,
    /// How many different people must approve.
    pub(crate) needed: u32,
    /// How many of them have not yet.
    pub(crate) missing: u32,
    /// When it is too late (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    /// Who said what.
    pub(crate) approvals: Vec<ApprovalView>,
    /// released, refused, expired or overtaken; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<&'static str>,
    /// When it ended (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome_at: Option<String>,
    /// True when the first who approves has to say whose consent they have seen.
    pub(crate) consent_missing: bool,
    /// Why the viewer may not approve it; absent when they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) barred: Option<&'static str>,
    /// Whether the viewer may refuse it.
    pub(crate) may_refuse: bool,
}

/// A page of referrals.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReferralsPage {
    /// The referrals.
    pub(crate) referrals: Vec<ReferralView>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// One person's word.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DecisionRequest {
    /// Whether they approve; one refusal ends it.
    pub(crate) approves: bool,
    /// In which office they speak, of those their account holds; absent is the one that is asked for, if it does.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) office: Option<OfficeWord>,
    /// What they add.
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// The consent of somebody outside that they have seen; needed where `consent_missing`.
    #[serde(default)]
    pub(crate) consent: Option<ConsentView>,
}

const ENDED: &str = "Somebody decided on this before.";
const APPROVED: &str = "Enough people have approved this. It leaves as soon as its agreement is not suspended and its flow may tell more today.";
const NO_PROSECUTOR: &str = "A prosecutor has to approve this, and your account does not speak as one.";
const NO_JUDGE: &str = "A judge has to approve this, and your account does not speak as one.";
const NO_DPO: &str =
    "The data protection officer has to approve this, and your account does not speak as that.";
const NOT_HELD: &str =
    "Your account does not hold this office. Another administrator gives it, in the settings.";
const LATE: &str = "Its time is over.";
const OWN: &str = "Whoever asks for something may not approve it.";
const SPOKEN: &str = "You have spoken on this before: another person has to.";
const LACKING: &str = "Approval alone does not let this leave: what its reasons name is missing.";
const UNPRIVILEGED: &str =
    "An administrator decides on this, or whoever holds the office that its flow asks for.";

impl App {
    /// A page of referrals about what the viewer may see.
    pub(crate) fn referrals(
        &self,
        viewer: &Viewer,
        request: &ReferralsRequest,
        now: Timestamp,
    ) -> Result<ReferralsPage, AppError> {
        viewer.require(Role::Analyst)?;
        let limit = request.limit.unwrap_or(PAGE).clamp(1, 500);
        let mut after = request.cursor.as_deref().map(place).transpose()?;
        let agreements = self.agreements(now)?;
        let (mut referrals, mut next) = (Vec::new(), None);
        loop {
            let found = self.referrals_from(request.ended, after.as_ref(), limit)?;
            for referral in &found {
                let (at, id) = (moment(referral), referral.asked.id.clone());
                // A next page has something for this viewer: that others wait is not told to whoever may not see them.
                if let Some(view) = self.referral_view(viewer, &agreements, referral, now)? {
                    if referrals.len() == limit {
                        return Ok(ReferralsPage { referrals, next });
                    }
                    referrals.push(view);
                    next = Some(format!("{at} {id}"));
                }
                after = Some((at, id));
            }
            if found.len() < limit {
                return Ok(ReferralsPage { referrals, next: None });
            }
        }
    }

    fn referrals_from(
        &self,
        ended: bool,
        after: Option<&(Timestamp, ReferralId)>,
        limit: usize,
    ) -> Result<Vec<Referral>, AppError> {
        Ok(match (ended, after) {
            (false, None) => self.exchange.open_referrals(limit)?,
            (false, Some((at, id))) => self.exchange.open_referrals_after((*at, id), limit)?,
            (true, None) => self.exchange.ended_referrals(limit)?,
            (true, Some((at, id))) => self.exchange.ended_referrals_before((*at, id), limit)?,
        })
    }

    /// One referral.
    pub(crate) fn referral(
        &self,
        viewer: &Viewer,
        id: &str,
        now: Timestamp,
    ) -> Result<ReferralView, AppError> {
        viewer.require(Role::Analyst)?;
        let unknown = || AppError::NotFound("referral");
        let referral = self.exchange.referral(&id.into())?.ok_or_else(unknown)?;
        self.referral_view(viewer, &self.agreements(now)?, &referral, now)?.ok_or_else(unknown)
    }

    /// Takes a person's word on a referral. Whoever asked for it never approves it, and nobody speaks twice.
    pub(crate) fn decide_on_referral(
        &self,
        viewer: &Viewer,
        id: &str,
        decision: DecisionRequest,
        now: Timestamp,
    ) -> Result<ReferralView, AppError> {
        // What does not exist for a viewer is not found before it is forbidden.
        let before = self.referral(viewer, id, now)?;
        match before.barred {
            Some(_) if !decision.approves && before.may_refuse => {}
            Some(why @ (OWN | UNPRIVILEGED | NO_PROSECUTOR | NO_JUDGE | NO_DPO)) => {
                return Err(AppError::Forbidden(why));
            }
            Some(why) => return Err(AppError::Conflict(why)),
            None => {}
        }
        let referral = self.exchange.referral(&id.into())?.ok_or(AppError::NotFound("referral"))?;
        let wanted = wanted_office(&self.agreements(now)?, &referral);
        let office = self.office_for(viewer, decision.office, wanted)?;
        let word = word(viewer, office, decision, before.consent_missing, now)?;
        if !self.is_enough(&referral, &word, now)? {
            let wanted = wanted.map_or("others", in_words);
            return Err(AppError::invalid(format!(
                "This has to be approved by {wanted}: say so as your `office`."
            )));
        }
        match self.exchange.decide_referral(&id.into(), &word) {
            Ok(Verdict::Approved) => self.release_if_approved(&id.into(), now)?,
            Ok(Verdict::Waits(_) | Verdict::Refused) => {}
            Err(entente_store::StoreError::Unfit { .. }) => return Err(AppError::Conflict(ENDED)),
            Err(error) => return Err(error.into()),
        }
        self.referral(viewer, id, now)
    }

    /// The office a viewer speaks in: what they say, when their account holds it.
    fn office_for(
        &self,
        viewer: &Viewer,
        said: Option<OfficeWord>,
        wanted: Option<Office>,
    ) -> Result<Office, AppError> {
        let holds =
            |office: &Office| Ok::<_, AppError>(*office == Office::Officer || self.holds(viewer, *office)?);
        match (said, wanted) {
            (Some(OfficeWord(office)), _) if holds(&office)? => Ok(office),
            (Some(_), _) => Err(AppError::Forbidden(NOT_HELD)),
            (None, Some(wanted)) if holds(&wanted)? => Ok(wanted),
            (None, _) => Ok(Office::Officer),
        }
    }

    /// Whether it is for the viewer to decide: an administrator's, or whose office is asked for.
    fn decides(&self, viewer: &Viewer, wanted: Option<Office>) -> Result<bool, AppError> {
        if viewer.role >= Role::Administrator {
            return Ok(true);
        }
        wanted.map_or(Ok(false), |wanted| self.holds(viewer, wanted))
    }

    fn holds(&self, viewer: &Viewer, office: Office) -> Result<bool, AppError> {
        let offices = self.desk.user(&viewer.name)?.map(|user| user.offices).unwrap_or_default();
        Ok(offices.iter().any(|held| held == office_name(office)))
    }

    /// What keeps the viewer from approving where an office is asked for that they do not hold; nothing when it is not about that.
    fn unofficed(
        &self,
        viewer: &Viewer,
        agreements: &Agreements,
        referral: &Referral,
        now: Timestamp,
    ) -> Result<Option<&'static str>, AppError> {
        let Some(wanted) = wanted_office(agreements, referral) else { return Ok(None) };
        if self.holds(viewer, wanted)? {
            return Ok(None);
        }
        let office = office_name(Office::Officer).to_owned();
        let seen = Consent { by: "the originator".to_owned(), reference: "a letter".to_owned() };
        let (person, note, consent) = (viewer.name.clone(), None, Some(seen));
        let word = Approval { person, office, approves: true, note, consent, at: now };
        Ok(if self.is_enough(referral, &word, now)? { None } else { Some(lacks(wanted)) })
    }

    /// A referral as the viewer is shown it; `None` when what it is about does not exist for them.
    fn referral_view(
        &self,
        viewer: &Viewer,
        agreements: &Agreements,
        referral: &Referral,
        now: Timestamp,
    ) -> Result<Option<ReferralView>, AppError> {
        let view = self.store.view(&viewer.compartments, AsOf::Now)?;
        let asked = &referral.asked;
        let Some(claim) = view.claim(asked.claim)? else { return Ok(None) };
        let Some(thing) = view.id(claim.vertex)? else { return Ok(None) };
        let held = held_for(agreements, referral);
        let prospect = self.would_send(referral, now)?;
        let decides = self.decides(viewer, wanted_office(agreements, referral))?;
        let barred = match barred(viewer, decides, referral, prospect.is_some(), now) {
            None => self.unofficed(viewer, agreements, referral, now)?,
            barred => barred,
        };
        Ok(Some(ReferralView {
            id: asked.id.to_string(),
            partner: asked.partner.to_string(),
            thing: thing.to_string(),
            label: claim.label,
            source: claim.compartment.source.clone(),
            tlp: claim.compartment.handling.tlp.as_str().to_owned(),
            under: held.map(under),
            flow: flow_id(&asked.flow),
            reasons: asked.reasons.iter().map(|reason| self.reason(held, reason)).collect(),
            requested_by: asked.requested_by.clone(),
            requested_at: asked.requested_at.to_string(),
            needed: asked.needed,
            missing: referral.missing(),
            expires_at: asked.expires_at.map(|at| at.to_string()),
            approvals: referral.approvals.iter().map(approval).collect(),
            outcome: referral.outcome.map(|(outcome, _)| outcome_word(outcome)),
            outcome_at: referral.outcome.map(|(_, at)| at.to_string()),
            consent_missing: prospect.as_ref().is_some_and(|prospect| prospect.consent_missing),
            barred,
            may_refuse: matches!(barred, None | Some(OWN | LACKING | NO_PROSECUTOR | NO_JUDGE | NO_DPO))
                && decides,
            sent: prospect.map(|prospect| prospect.sent),
        }))
    }

    /// Reasons are kept as the clause's id, a colon and words.
    fn reason(&self, held: Option<&Held>, reason: &str) -> ReasonView {
        let clauses = || held.map(|held| held.agreement().clauses()).unwrap_or_default();
        let (id, text) = reason.split_once(": ").unwrap_or((reason, reason));
        match clauses().into_iter().find(|clause| clause.id.as_str() == id) {
            None => ReasonView { clause: None, text: reason.to_owned() },
            Some(clause) => {
                let words = if id == text { clause.heading.clone() } else { text.to_owned() };
                let (number, says) = (Some(clause.number), Some(clause.text));
                ReasonView { clause: Some(ClauseRef { id: id.to_owned(), number, text: says }), text: words }
            }
        }
    }
}

/// The newest version of the agreement by which it would go, of those that apply.
fn held_for<'a>(agreements: &'a Agreements, referral: &Referral) -> Option<&'a Held> {
    let (id, flow) = parse_flow_name(&referral.asked.flow.0)?;
    agreements.with_flow(&id, &flow)
}

/// The office whose approval the flow asks for.
fn wanted_office(agreements: &Agreements, referral: &Referral) -> Option<Office> {
    let flow = parse_flow_name(&referral.asked.flow.0).map(|(_, flow)| flow);
    let flow = held_for(agreements, referral).zip(flow).and_then(|(held, flow)| held.agreement().flow(&flow));
    match flow?.approvals.mode {
        ApprovalMode::Prosecutor => Some(Office::Prosecutor),
        ApprovalMode::Judge => Some(Office::Judge),
        ApprovalMode::Dpo => Some(Office::Dpo),
        ApprovalMode::Auto | ApprovalMode::OnePerson | ApprovalMode::TwoPerson => None,
    }
}

fn in_words(office: Office) -> &'static str {
    match office {
        Office::Officer => "an officer",
        Office::Prosecutor => "a prosecutor",
        Office::Judge => "a judge",
        Office::Dpo => "the data protection officer (dpo)",
    }
}

/// That somebody does not hold an office.
fn lacks(office: Office) -> &'static str {
    match office {
        Office::Prosecutor => NO_PROSECUTOR,
        Office::Judge => NO_JUDGE,
        Office::Dpo => NO_DPO,
        Office::Officer => NOT_HELD,
    }
}

fn under(held: &Held) -> Under {
    let agreement = held.agreement();
    Under { id: agreement.id.to_string(), title: agreement.title.clone(), version: agreement.version }
}

fn barred(
    viewer: &Viewer,
    decides: bool,
    referral: &Referral,
    leaves: bool,
    now: Timestamp,
) -> Option<&'static str> {
    let spoke = |approval: &Approval| approval.person == viewer.name;
    match &referral.asked {
        _ if referral.outcome.is_some() => Some(ENDED),
        _ if referral.missing() == 0 => Some(APPROVED),
        asked if asked.expires_at.is_some_and(|until| until <= now) => Some(LATE),
        _ if referral.approvals.iter().any(spoke) => Some(SPOKEN),
        asked if asked.requested_by.as_ref() == Some(&viewer.name) => Some(OWN),
        _ if !decides => Some(UNPRIVILEGED),
        _ if !leaves => Some(LACKING),
        _ => None,
    }
}

fn approval(approval: &Approval) -> ApprovalView {
    let Approval { person, office, approves, note, consent, at } = approval.clone();
    let consent = consent.map(|Consent { by, reference }| ConsentView { by, reference });
    ApprovalView { person, office, approves, note, consent, at: at.to_string() }
}

/// What the viewer says, as it is kept.
fn word(
    viewer: &Viewer,
    office: Office,
    decision: DecisionRequest,
    consent_missing: bool,
    now: Timestamp,
) -> Result<Approval, AppError> {
    let DecisionRequest { approves, note, consent, .. } = decision;
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let consent =
        consent.and_then(|seen| Some(Consent { by: said(seen.by)?, reference: said(seen.reference)? }));
    if approves && consent_missing && consent.is_none() {
        let detail = "This may be passed on only if its originator consents: say who has consented (`by`) and where that \
                      is written (`reference`).";
        return Err(AppError::invalid(detail));
    }
    Ok(Approval {
        person: viewer.name.clone(),
        office: office_name(office).to_owned(),
        approves,
        note: note.and_then(said),
        consent: consent.filter(|_| approves),
        at: now,
    })
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Released => "released",
        Outcome::Refused => "refused",
        Outcome::Expired => "expired",
        Outcome::Overtaken => "overtaken",
    }
}

/// What a referral is sorted by: when it ended, or when it was asked for.
fn moment(referral: &Referral) -> Timestamp {
    referral.outcome.map_or(referral.asked.requested_at, |(_, at)| at)
}

fn place(cursor: &str) -> Result<(Timestamp, ReferralId), AppError> {
    let unknown = || AppError::invalid("This `cursor` is not one this node gave out.");
    let (at, id) = cursor.split_once(' ').ok_or_else(unknown)?;
    Ok((at.parse().map_err(|_| unknown())?, id.into()))
}
