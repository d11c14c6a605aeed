//! What no rule decides is put before people, in the form in which it would leave.

use std::collections::BTreeSet;

use entente_agreement::{
    AgreementHash, Approval, ApprovalMode, CaseScope, Consent, Office, Referral, Released,
};
use entente_model::{KindFamily, Object};
use entente_store::exchange::{FlowId, NewReferral, ReferralId};
use entente_store::{Head, Spoken};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::clearance::Approvals;
use super::deciding::Deciding;
use super::flow_name;
use super::outgoing::Outgoing;

impl Deciding<'_> {
    /// Puts a claim before people. False when nothing of it would leave, whatever they said, when it is a marking, which goes along with
    /// what it marks, and when it only repeats in a case what was decided on outside of it.
    pub(super) fn refer(
        &mut self,
        spoken: &Spoken,
        place: usize,
        referral: &Referral,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<bool> {
        if spoken.object()?.kind().family() == KindFamily::Meta {
            return Ok(false);
        }
        let (known, now) = (self.agreements, self.now);
        let rules = &self.clearance.rules()[place];
        if rules.held.agreement().case_scope == CaseScope::General && repeats(spoken) {
            return Ok(false);
        }
        let hash = rules.held.hash();
        let flow = flow_name(&rules.held.agreement().id, &referral.flow);
        let compartment = &spoken.head().compartment;
        let agreed = rules.decide_approved(&referral.flow, known, compartment, everybody(), now);
        let binding = match agreed.terms() {
            Some(terms) => match self.release(place, spoken, terms, outgoing)? {
                Some(released) => self.binding(&released),
                None => return Ok(false),
            },
            // Something is missing that no approval stands in for.
            None => bind(self.app.identity.secret(), &hash, &spoken.object()?.canonical()),
        };
        let reasons = referral.reasons.iter().map(|reason| format!("{}: {}", reason.clause, reason.text));
        let needed = match referral.approvals {
            Some(ApprovalMode::TwoPerson) => 2,
            _ => 1,
        };
        let until = Some(referral.expires_at).filter(|until| *until < Timestamp::MAX);
        let asked = Asked { flow, reasons: reasons.collect(), binding, needed, until };
        outgoing.referrals.push(self.referral(spoken, asked));
        Ok(true)
    }

    pub(super) fn refer_beyond_limit(
        &self,
        spoken: &Spoken,
        flow: FlowId,
        released: &Released<Object>,
        outgoing: &mut Outgoing,
    ) {
        let clause = format!("flow:{}/limits", released.flow());
        let reasons = vec![format!("{clause}: the flow has told as much as it may today")];
        let binding = self.binding(released);
        let until = Some(released.expires_at()).filter(|until| *until < Timestamp::MAX);
        let asked = Asked { flow, reasons, binding, needed: 1, until };
        outgoing.referrals.push(self.referral(spoken, asked));
    }

    /// What people agree to when they agree to this: these bytes under this version.
    pub(super) fn binding(&self, released: &Released<Object>) -> [u8; 32] {
        bind(self.app.identity.secret(), &released.agreement(), released.bytes())
    }

    /// The id says who, what and in which form, so that a discloser that was interrupted asks the same again and not twice, and
    /// another form is another question.
    fn referral(&self, spoken: &Spoken, asked: Asked) -> NewReferral {
        let Asked { flow, reasons, binding, needed, until } = asked;
        let claim = spoken.head().no;
        let form = u32::from_be_bytes([binding[0], binding[1], binding[2], binding[3]]);
        NewReferral {
            id: ReferralId(format!("{}-{}-{form:08x}", self.partner, claim.0)),
            partner: self.partner.clone(),
            flow,
            claim,
            reasons,
            binding,
            requested_by: None,
            requested_at: self.now,
            needed,
            expires_at: until,
        }
    }
}

/// True for what was taken up into a case: the same teller says it outside of the case too, and an agreement that is not about cases
/// decides on that.
fn repeats(spoken: &Spoken) -> bool {
    let own = spoken.head();
    let outside = |other: &Head| {
        let (case, open) = (&own.compartment, &other.compartment);
        case.source == open.source && case.agreement == open.agreement && open.case.is_none()
    };
    let stands = |other: &Head| other.current && !other.revoked && other.modified == own.modified;
    own.compartment.case.is_some() && spoken.heads.iter().any(|other| outside(other) && stands(other))
}

/// What a referral is about.
struct Asked {
    flow: FlowId,
    reasons: Vec<String>,
    binding: [u8; 32],
    needed: u32,
    until: Option<Timestamp>,
}

/// Two people in every office, who have seen the originator's consent: whatever approval can do, theirs does.
pub(super) fn everybody() -> Approvals {
    let offices = [Office::Officer, Office::Prosecutor, Office::Judge, Office::Dpo];
    let each = offices
        .into_iter()
        .flat_map(|office| ["one", "another"].map(|by| Approval { by: by.to_owned(), office }));
    let consent = Consent { by: "the originator".to_owned(), reference: "a letter".to_owned() };
    Approvals { approvals: each.collect::<BTreeSet<_>>(), requested_by: None, consent: Some(consent) }
}

/// A digest that only this node can make: it is kept when what was referred is gone, and must not confirm a guess of it.
fn bind(secret: &[u8; 32], agreement: &AgreementHash, bytes: &[u8]) -> [u8; 32] {
    let digest = Sha256::new_with_prefix(b"entente/referral/v1\0")
        .chain_update(secret)
        .chain_update(agreement.as_bytes())
        .chain_update(bytes);
    digest.finalize().into()
}
