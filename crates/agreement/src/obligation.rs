//! What a receiver owes for what it received.

use std::collections::BTreeSet;

use entente_model::{Handling, Tlp};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Agreement, AgreementHash, AgreementId, ClauseId, Feedback, Flow, FlowId, HandlingCodes, InForce, MayMust,
    OnEnd, Onward, OnwardAllowed, Party, PartyId, PassOnAnswer, PurposeCode, QualityDuty, Retention,
    RetentionStart, ThirdCountry, UseRule,
};

/// What a receiver owes for what it received by a flow: how long it keeps it, what for, and to whom it may pass it on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligations {
    /// The agreement through all its versions.
    pub agreement: AgreementId,
    /// The version it left under.
    pub version: AgreementHash,
    /// The flow.
    pub flow: FlowId,
    /// Who told.
    pub from: PartyId,
    /// For what it may be used.
    pub purposes: BTreeSet<PurposeCode>,
    /// What else it may be used for.
    pub use_rule: UseRule,
    /// Whether it may be passed on.
    pub onward: Onward,
    /// Europol handling codes.
    pub handling: HandlingCodes,
    /// Whether the provider may be named.
    pub provider_attribution: MayMust,
    /// Whether those affected may be told.
    pub affected_party_notification: MayMust,
    /// How long it is kept.
    pub retention: Retention,
    /// What the sender owes when it was wrong.
    pub quality_duty: QualityDuty,
    /// What has to be reported back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
}

/// What counts as the beginning of a retention period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// When it was received.
    pub received: Timestamp,
    /// When its case was closed, if it was.
    pub case_closed: Option<Timestamp>,
    /// When it was last relevant, if somebody said so after receipt.
    pub last_relevant: Option<Timestamp>,
}

impl Obligations {
    pub(crate) fn of(in_force: &InForce, flow: &Flow) -> Obligations {
        Obligations {
            agreement: in_force.agreement().id.clone(),
            version: in_force.hash(),
            flow: flow.id.clone(),
            from: flow.from.clone(),
            purposes: flow.purposes.clone(),
            use_rule: flow.use_rule,
            onward: flow.onward.clone(),
            handling: flow.handling.clone(),
            provider_attribution: flow.provider_attribution,
            affected_party_notification: flow.affected_party_notification,
            retention: flow.retention.clone(),
            quality_duty: flow.quality_duty.clone(),
            feedback: flow.feedback.clone(),
        }
    }

    /// When it has to be deleted, returned or anonymised; none while its case is open and the period begins with the
    /// case's close.
    pub fn deadline(&self, kept: &Kept) -> Option<Timestamp> {
        let start = match self.retention.start {
            RetentionStart::Receipt => kept.received,
            RetentionStart::CaseClose => kept.case_closed?,
            RetentionStart::LastRelevant => kept.last_relevant.unwrap_or(kept.received),
        };
        Some(self.retention.max.after(start))
    }

    /// What is due at `now`, if anything.
    pub fn due(&self, kept: &Kept, now: Timestamp) -> Option<OnEnd> {
        self.deadline(kept).filter(|deadline| *deadline <= now).map(|_| self.retention.on_end)
    }
}

/// Whether something received may be passed on, and by which clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassOn {
    /// The answer, for the [`crate::Context`] of the decision.
    pub answer: PassOnAnswer,
    /// The clauses of the agreement it was received under that decided.
    pub clauses: Vec<ClauseId>,
}

/// Whether `me` may pass on to `to` what it received by `flow` of `agreement`, handled as it is. The strictest of what
/// the onward rule, the handling codes, the audience and the border say.
pub fn may_pass_on(
    agreement: &Agreement,
    flow: &FlowId,
    handling: &Handling,
    me: &PartyId,
    to: &Party,
    now: Timestamp,
) -> PassOn {
    let forbidden =
        || PassOn { answer: PassOnAnswer::Forbidden, clauses: vec![ClauseId::new("agreement/originator")] };
    let (Some(flow), Some(holder)) = (agreement.flow(flow), agreement.party(me)) else { return forbidden() };
    // Nothing is betrayed to whom it came from, and a relay does what it is there for.
    if flow.from == to.id || (flow.route_via.as_ref() == Some(me) && flow.to.contains(&to.id)) {
        return PassOn {
            answer: PassOnAnswer::Allowed,
            clauses: vec![ClauseId::of_flow(&flow.id, "onward")],
        };
    }
    let said = [
        ("onward", onward_rule(flow, holder, to, now)),
        ("handling", code_rule(flow, handling)),
        ("max_tlp", audience_rule(handling.tlp, holder, to)),
        ("onward/third_country", border_rule(flow, holder, to)),
    ];
    let answer = said.iter().map(|(_, answer)| *answer).max().unwrap_or(PassOnAnswer::Forbidden);
    let decided = said.iter().filter(|(_, given)| *given == answer);
    PassOn { answer, clauses: decided.map(|(part, _)| ClauseId::of_flow(&flow.id, part)).collect() }
}

fn onward_rule(flow: &Flow, holder: &Party, to: &Party, now: Timestamp) -> PassOnAnswer {
    let if_so = |allowed| if allowed { PassOnAnswer::Allowed } else { PassOnAnswer::Forbidden };
    match flow.onward.allowed {
        OnwardAllowed::None => PassOnAnswer::Forbidden,
        OnwardAllowed::PriorConsent => PassOnAnswer::NeedsConsent,
        OnwardAllowed::Listed => if_so(flow.onward.listed.contains(&to.id)),
        OnwardAllowed::SameSectorSameCountry => {
            if_so(holder.sector == to.sector && holder.jurisdiction == to.jurisdiction)
        }
        OnwardAllowed::Public => if_so(flow.onward.public_after.is_none_or(|after| after <= now)),
    }
}

fn code_rule(flow: &Flow, handling: &Handling) -> PassOnAnswer {
    match flow.handling.no_onward || handling.conditions.no_onward {
        true => PassOnAnswer::NeedsConsent,
        false => PassOnAnswer::Allowed,
    }
}

/// TLP:AMBER reaches the holder's clients, which are a list; what is stricter reaches nobody else.
fn audience_rule(tlp: Tlp, holder: &Party, to: &Party) -> PassOnAnswer {
    match tlp {
        Tlp::Clear | Tlp::Green => PassOnAnswer::Allowed,
        Tlp::Amber if holder.clients.contains(&to.id) => PassOnAnswer::Allowed,
        Tlp::Amber | Tlp::AmberStrict | Tlp::Red => PassOnAnswer::NeedsConsent,
    }
}

fn border_rule(flow: &Flow, holder: &Party, to: &Party) -> PassOnAnswer {
    let (here, there) = (holder.jurisdiction, to.jurisdiction);
    if here == there || (here.is_eea() && there.is_eea()) {
        return PassOnAnswer::Allowed;
    }
    match flow.onward.third_country {
        ThirdCountry::Forbidden => PassOnAnswer::Forbidden,
        ThirdCountry::Adequacy | ThirdCountry::AppropriateSafeguards => PassOnAnswer::Allowed,
        ThirdCountry::DerogationCaseByCase => PassOnAnswer::NeedsConsent,
    }
}
