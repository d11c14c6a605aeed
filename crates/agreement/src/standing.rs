//! Whether an agreement is in force.

use std::sync::Arc;

use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::key::{Domain, canonical};
use crate::{
    Agreement, AgreementHash, KeyError, PartyId, SecretKey, Signature, SignedAgreement, VerifyError,
};

/// What a party does to an agreement after signing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandingMove {
    /// Nothing is disclosed until the same party resumes.
    Suspend,
    /// Ends this party's own suspension.
    Resume,
    /// Ends the agreement once its notice has run.
    Terminate,
}

/// A party's signed act on an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandingAct {
    /// Which version it is about.
    pub agreement: AgreementHash,
    /// What is done.
    #[serde(rename = "move")]
    pub step: StandingMove,
    /// When, by the clock of the party.
    pub at: Timestamp,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who, with which key.
    pub signature: Signature,
}

/// The signed part of an act.
#[derive(Serialize)]
struct Act<'a> {
    agreement: &'a AgreementHash,
    party: &'a PartyId,
    step: StandingMove,
    at: Timestamp,
    reason: Option<&'a str>,
}

/// A version of an agreement, and what parties did to it.
#[derive(Clone, Copy, Debug)]
pub struct Acted<'a> {
    /// The version.
    pub version: &'a SignedAgreement,
    /// The acts on it.
    pub acts: &'a [StandingAct],
}

/// Where an agreement stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Nobody has signed.
    Draft,
    /// Some have signed.
    PartlySigned {
        /// Who has not.
        missing: Vec<PartyId>,
    },
    /// All have signed, its time has not come.
    NotYetValid {
        /// When it comes.
        from: Timestamp,
    },
    /// It lets things through.
    InForce(InForce),
    /// A party suspended it.
    Suspended {
        /// Who.
        by: PartyId,
        /// Since when.
        since: Timestamp,
    },
    /// Its time is over.
    Expired {
        /// Since when.
        since: Timestamp,
    },
    /// A party terminated it.
    Terminated {
        /// Who.
        by: PartyId,
        /// Since when.
        since: Timestamp,
    },
    /// A later version took its place.
    Superseded {
        /// Which.
        by: AgreementHash,
    },
}

/// Proof that an agreement was in force at a moment: every signature holds, it is within its time, and nobody suspended,
/// terminated or replaced it. Only [`SignedAgreement::standing`] makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    agreement: Arc<Agreement>,
    hash: AgreementHash,
    at: Timestamp,
    until: Timestamp,
}

/// Why the standing cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// A signature on the agreement does not hold.
    #[error(transparent)]
    Signatures(#[from] VerifyError),
    /// An act is about another agreement or version.
    #[error("the act of `{0}` is about another version of the agreement")]
    OtherVersion(PartyId),
    /// An act is by nobody of the parties.
    #[error("`{0}` is not a party to this agreement, so its act counts for nothing")]
    NotAParty(PartyId),
    /// An act is not signed by its party.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The later version is not one that all parties of this one agreed to.
    #[error(
        "version {0} does not continue this one: it must name this version's hash and be signed by every party with a key \
         it has here"
    )]
    NoSuccessor(u32),
    /// The earlier version is not the one this goes on from.
    #[error(
        "this does not continue version {0}: it must name that version's hash and be signed by every party it had"
    )]
    NoPredecessor(u32),
}

impl StandingAct {
    /// Signs an act. `at` is the party's present time.
    pub fn sign(
        agreement: AgreementHash,
        step: StandingMove,
        at: Timestamp,
        reason: Option<String>,
        party: &PartyId,
        key: &SecretKey,
    ) -> StandingAct {
        let act = Act { agreement: &agreement, party, step, at, reason: reason.as_deref() };
        let signature = key.sign(Domain::StandingAct, party, &canonical(&act));
        StandingAct { agreement, step, at, reason, signature }
    }

    /// Checks that the act is about this version of this agreement and signed by one of its parties.
    pub fn verify(&self, agreement: &Agreement) -> Result<(), StandingError> {
        let party = &self.signature.party;
        if self.agreement != agreement.hash() {
            return Err(StandingError::OtherVersion(party.clone()));
        }
        let known = agreement.party(party).ok_or_else(|| StandingError::NotAParty(party.clone()))?;
        let (step, at, reason) = (self.step, self.at, self.reason.as_deref());
        let act = Act { agreement: &self.agreement, party, step, at, reason };
        Ok(self.signature.check(Domain::StandingAct, &canonical(&act), known)?)
    }
}

impl Acted<'_> {
    fn verify(&self) -> Result<(), StandingError> {
        self.acts.iter().try_for_each(|act| act.verify(&self.version.agreement))
    }
}

impl SignedAgreement {
    /// Where this version stands at `now`, given what parties did since, the versions it goes on from, newest first, and the
    /// version that follows it.
    ///
    /// A suspension and a termination count from the moment they are known, whatever time they name; only a
    /// resumption waits for its time. So a clock that runs ahead errs on the side of telling nothing. A suspension lasts
    /// until its party resumes, through any new version: otherwise whoever holds an offer of one that party signed before
    /// could lift it by signing.
    pub fn standing(
        &self,
        acts: &[StandingAct],
        before: &[Acted<'_>],
        successor: Option<&SignedAgreement>,
        now: Timestamp,
    ) -> Result<Standing, StandingError> {
        let missing = self.verify()?;
        if !missing.is_empty() {
            let draft = missing.len() == self.agreement.parties.len();
            return Ok(if draft { Standing::Draft } else { Standing::PartlySigned { missing } });
        }
        let own = Acted { version: self, acts };
        own.verify()?;
        self.verify_before(before)?;
        if let Some(successor) = successor
            && !successor.continues(self)
        {
            return Err(StandingError::NoSuccessor(successor.agreement.version));
        }
        Ok(self.signed_standing(acts, before, successor, now))
    }

    /// Checks that each version goes on from the next in the list, and every act on it.
    fn verify_before(&self, before: &[Acted<'_>]) -> Result<(), StandingError> {
        let mut after = self;
        for earlier in before {
            if !after.continues(earlier.version) {
                return Err(StandingError::NoPredecessor(earlier.version.agreement.version));
            }
            earlier.verify()?;
            after = earlier.version;
        }
        Ok(())
    }

    fn signed_standing(
        &self,
        acts: &[StandingAct],
        before: &[Acted<'_>],
        successor: Option<&SignedAgreement>,
        now: Timestamp,
    ) -> Standing {
        let agreement = &self.agreement;
        if let Some(successor) = successor.filter(|next| next.agreement.valid_from <= now) {
            return Standing::Superseded { by: successor.hash() };
        }
        let end = termination(agreement, acts, now);
        if let Some((by, since)) = end.clone().filter(|(_, since)| *since <= now) {
            return Standing::Terminated { by, since };
        }
        if now >= agreement.valid_until {
            return Standing::Expired { since: agreement.valid_until };
        }
        let earlier = before.iter().flat_map(|earlier| earlier.acts);
        let all: Vec<&StandingAct> = acts.iter().chain(earlier).collect();
        if let Some((by, since)) = suspension(agreement, &all, now) {
            return Standing::Suspended { by, since };
        }
        if now < agreement.valid_from {
            return Standing::NotYetValid { from: agreement.valid_from };
        }
        let ends = [end.map(|(_, since)| since), successor.map(|next| next.agreement.valid_from)];
        let until = ends.into_iter().flatten().fold(agreement.valid_until, Timestamp::min);
        Standing::InForce(InForce {
            agreement: Arc::new(agreement.clone()),
            hash: self.hash(),
            at: now,
            until,
        })
    }
}

/// Who ends the agreement, and when: the earliest end of any notice. Without notice it ends as soon as it is known.
fn termination(agreement: &Agreement, acts: &[StandingAct], now: Timestamp) -> Option<(PartyId, Timestamp)> {
    let notice = Span::new().hours(i64::from(agreement.termination.notice_days) * 24);
    let end = |act: &StandingAct| match agreement.termination.notice_days {
        0 => act.at.min(now),
        _ => act.at.checked_add(notice).unwrap_or(Timestamp::MAX),
    };
    let terminations = acts.iter().filter(|act| act.step == StandingMove::Terminate);
    terminations.map(|act| (act.signature.party.clone(), end(act))).min_by_key(|(_, end)| *end)
}

/// Who suspends the agreement, and since when: the first party whose last move is a suspension.
fn suspension(agreement: &Agreement, acts: &[&StandingAct], now: Timestamp) -> Option<(PartyId, Timestamp)> {
    agreement.parties.iter().find_map(|party| {
        let own = acts.iter().copied().filter(|act| act.signature.party == party.id);
        let counts = |act: &&StandingAct| match act.step {
            StandingMove::Suspend => true,
            StandingMove::Resume => act.at <= now,
            StandingMove::Terminate => false,
        };
        // At one moment a suspension outweighs a resumption.
        let last = own.filter(counts).max_by_key(|act| (act.at, act.step == StandingMove::Suspend))?;
        (last.step == StandingMove::Suspend).then(|| (party.id.clone(), last.at))
    })
}

impl InForce {
    /// The agreement.
    pub fn agreement(&self) -> &Arc<Agreement> {
        &self.agreement
    }

    /// Its hash.
    pub fn hash(&self) -> AgreementHash {
        self.hash
    }

    /// The moment it was found in force.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The moment it is known to end: its own end, the end of a notice, or the beginning of its successor.
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signed::tests::{key, keyed, signed};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn act(agreement: &SignedAgreement, party: usize, step: StandingMove, when: &str) -> StandingAct {
        let id = &agreement.agreement.parties[party].id;
        StandingAct::sign(agreement.hash(), step, at(when), None, id, &key(party as u8 + 1))
    }

    fn said(agreement: &SignedAgreement, acts: &[StandingAct], now: &str) -> &'static str {
        match agreement.standing(acts, &[], None, at(now)).expect("nothing is wrong") {
            Standing::Draft => "draft",
            Standing::PartlySigned { .. } => "partly signed",
            Standing::NotYetValid { .. } => "not yet valid",
            Standing::InForce(_) => "in force",
            Standing::Suspended { .. } => "suspended",
            Standing::Expired { .. } => "expired",
            Standing::Terminated { .. } => "terminated",
            Standing::Superseded { .. } => "superseded",
        }
    }

    #[test]
    fn it_is_in_force_when_all_signed_and_within_its_time() {
        let mut draft = SignedAgreement::draft(keyed("company-police"));
        assert_eq!(said(&draft, &[], "2026-06-01T00:00:00Z"), "draft");
        let company = draft.agreement.parties[0].id.clone();
        draft.sign(&company, &key(1)).expect("signed");
        assert_eq!(said(&draft, &[], "2026-06-01T00:00:00Z"), "partly signed");
        let agreement = signed(draft.agreement);
        for (now, wanted) in [
            ("2025-12-31T23:59:59.999999999Z", "not yet valid"),
            ("2026-01-01T00:00:00Z", "in force"),
            ("2027-12-31T23:59:59.999999999Z", "in force"),
            ("2028-01-01T00:00:00Z", "expired"),
        ] {
            assert_eq!(said(&agreement, &[], now), wanted, "{now}");
        }
    }

    #[test]
    fn each_party_lifts_its_own_suspension_only() {
        use StandingMove::{Resume, Suspend};
        let agreement = signed(keyed("company-police"));
        let company = act(&agreement, 0, Suspend, "2026-02-01T00:00:00Z");
        let police = act(&agreement, 1, Resume, "2026-02-02T00:00:00Z");
        let lifted = act(&agreement, 0, Resume, "2026-02-03T00:00:00Z");
        let now = "2026-03-01T00:00:00Z";
        assert_eq!(said(&agreement, &[company.clone(), police.clone()], now), "suspended");
        assert_eq!(said(&agreement, &[lifted.clone(), company.clone(), police], now), "in force");
        // A suspension counts at once, a resumption not before its time.
        assert_eq!(said(&agreement, std::slice::from_ref(&company), "2026-01-15T00:00:00Z"), "suspended");
        assert_eq!(said(&agreement, &[company, lifted], "2026-02-02T12:00:00Z"), "suspended");
    }

    #[test]
    fn termination_waits_for_its_notice_and_no_longer() {
        let mut agreement = keyed("company-police");
        let soon = "2026-02-01T00:00:00Z";
        let with_notice = signed(agreement.clone());
        let end = [act(&with_notice, 1, StandingMove::Terminate, soon)];
        assert_eq!(said(&with_notice, &end, "2026-03-02T23:59:59Z"), "in force");
        assert_eq!(said(&with_notice, &end, "2026-03-03T00:00:00Z"), "terminated");
        match with_notice.standing(&end, &[], None, at(soon)).expect("nothing is wrong") {
            Standing::InForce(force) => assert_eq!(force.until(), at("2026-03-03T00:00:00Z")),
            other => panic!("{other:?}"),
        }
        agreement.termination.notice_days = 0;
        let without = signed(agreement);
        // A clock that runs ahead ends it no later.
        let end = [act(&without, 0, StandingMove::Terminate, "2026-09-01T00:00:00Z")];
        assert_eq!(said(&without, &end, soon), "terminated");
    }

    #[test]
    fn a_successor_takes_its_place_when_its_time_comes() {
        let first = signed(keyed("company-police"));
        let mut next = first.agreement.clone();
        (next.version, next.supersedes) = (2, Some(first.hash()));
        next.valid_from = at("2026-07-01T00:00:00Z");
        let next = signed(next);
        let standing = |now| first.standing(&[], &[], Some(&next), at(now)).expect("nothing is wrong");
        match standing("2026-06-30T00:00:00Z") {
            Standing::InForce(force) => assert_eq!(force.until(), next.agreement.valid_from),
            other => panic!("{other:?}"),
        }
        assert_eq!(standing("2026-07-01T00:00:00Z"), Standing::Superseded { by: next.hash() });
        let unrelated = signed(keyed("csirt-csirt"));
        assert!(first.standing(&[], &[], Some(&unrelated), at("2026-07-01T00:00:00Z")).is_err());
    }

    #[test]
    fn a_suspension_lasts_through_new_versions_until_its_party_resumes() {
        use StandingMove::{Resume, Suspend};
        let next = |before: &SignedAgreement| {
            let mut next = before.agreement.clone();
            (next.version, next.supersedes) = (next.version + 1, Some(before.hash()));
            signed(next)
        };
        let first = signed(keyed("company-police"));
        let (second, now) = (next(&first), at("2026-06-01T00:00:00Z"));
        let third = next(&second);
        let suspended = [act(&first, 0, Suspend, "2026-02-01T00:00:00Z")];
        let chain = [Acted { version: &second, acts: &[] }, Acted { version: &first, acts: &suspended }];
        let standing = |acts: &[StandingAct], chain: &[Acted<'_>]| third.standing(acts, chain, None, now);
        let by_company = Standing::Suspended {
            by: first.agreement.parties[0].id.clone(),
            since: at("2026-02-01T00:00:00Z"),
        };
        assert_eq!(standing(&[], &chain), Ok(by_company.clone()));
        let others = [act(&third, 1, Resume, "2026-03-01T00:00:00Z")];
        assert_eq!(standing(&others, &chain), Ok(by_company), "only whoever suspended it resumes");
        let own = [act(&third, 0, Resume, "2026-03-01T00:00:00Z")];
        assert!(matches!(standing(&own, &chain), Ok(Standing::InForce(_))));
        let gap = [chain[1]];
        assert!(matches!(standing(&[], &gap), Err(StandingError::NoPredecessor(1))));
    }

    #[test]
    fn acts_of_others_count_for_nothing() {
        let agreement = signed(keyed("company-police"));
        let other = signed(keyed("csirt-csirt"));
        let now = at("2026-06-01T00:00:00Z");
        let foreign = act(&other, 0, StandingMove::Suspend, "2026-02-01T00:00:00Z");
        assert!(matches!(
            agreement.standing(&[foreign], &[], None, now),
            Err(StandingError::OtherVersion(_))
        ));
        let mut forged = act(&agreement, 0, StandingMove::Suspend, "2026-02-01T00:00:00Z");
        forged.step = StandingMove::Terminate;
        assert!(matches!(agreement.standing(&[forged], &[], None, now), Err(StandingError::Key(_))));
        let company = agreement.agreement.parties[0].id.clone();
        let wrong = StandingAct::sign(agreement.hash(), StandingMove::Suspend, now, None, &company, &key(2));
        assert!(matches!(agreement.standing(&[wrong], &[], None, now), Err(StandingError::Key(_))));
    }
}
