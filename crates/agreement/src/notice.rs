//! What partners tell each other about what was released before, and what they answer. Both are signed.

use std::collections::BTreeSet;

use entente_model::{PermissibleActions, Tlp};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::key::{Domain, canonical};
use crate::{Agreement, AgreementHash, KeyError, PartyId, SecretKey, Signature, StandingAct};

/// What a sender tells a receiver about what it released before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The agreement it was released under.
    pub agreement: AgreementHash,
    /// Who tells.
    pub from: PartyId,
    /// Who is told.
    pub to: PartyId,
    /// The sender's number of the notice to this receiver; no number is used twice.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub matter: Matter,
}

/// What a notice is about. Ids are those things were released under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Matter {
    /// Delete these and whatever was made of them.
    Recall {
        /// Released ids.
        objects: BTreeSet<String>,
        /// Why.
        reason: RecallReason,
    },
    /// These were wrong; what is right follows as a release under the same id, or the other id named.
    Correct {
        /// Released id of what was wrong, and of what takes its place.
        objects: Vec<Correction>,
    },
    /// Handle these more strictly from now on.
    Narrow {
        /// Released ids.
        objects: BTreeSet<String>,
        /// The audience, at most.
        tlp: Tlp,
        /// The permitted actions, at most.
        pap: PermissibleActions,
        /// H2 from now on.
        no_onward: bool,
    },
    /// The agreement's standing changed.
    Standing(StandingAct),
    /// Another version of the agreement took its place.
    Superseded {
        /// The version that did.
        by: AgreementHash,
    },
}

/// Why something is recalled, coarse enough to betray nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecallReason {
    /// Its author withdrew it.
    Withdrawn,
    /// It should not have been sent.
    SentInError,
    /// It had to be erased.
    Erasure,
    /// It may no longer be kept.
    RetentionEnded,
}

/// What was wrong, and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The released id of what was wrong.
    pub wrong: String,
    /// The released id of what is right.
    pub right: String,
}

/// A notice with its sender's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedNotice {
    /// What was signed.
    pub notice: Notice,
    /// By the sender.
    pub signature: Signature,
}

/// What the receiver of a notice answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeReceipt {
    /// SHA-256 of the canonical notice.
    pub notice: AgreementHash,
    /// Who answers.
    pub from: PartyId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub answer: NoticeAnswer,
}

/// Complied or refused. Nothing in between: a notice stays open until one of the two arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum NoticeAnswer {
    /// It was done.
    Complied,
    /// It was not.
    Refused {
        /// Why: for example because the law has the receiver keep evidence.
        reason: String,
    },
}

/// A receipt with its sender's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// What was signed.
    pub receipt: NoticeReceipt,
    /// By the receiver of the notice.
    pub signature: Signature,
}

/// Why a notice or a receipt counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// It is about another agreement or version.
    #[error("the notice of `{0}` is about another agreement or another version of it")]
    OtherAgreement(PartyId),
    /// Somebody is no party.
    #[error("`{0}` is not a party to this agreement")]
    NotAParty(PartyId),
    /// It is signed by somebody else than it says it is from.
    #[error("it says that it is from `{says}`, but `{signed}` signed it")]
    Signer {
        /// Who it says.
        says: PartyId,
        /// Who signed.
        signed: PartyId,
    },
    /// The signature does not hold.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The receipt is not for this notice.
    #[error("the receipt of `{0}` is for another notice")]
    OtherNotice(PartyId),
}

impl Notice {
    /// What names the notice: SHA-256 of its canonical JSON.
    pub fn hash(&self) -> AgreementHash {
        AgreementHash::from_bytes(Sha256::digest(canonical(self)).into())
    }

    /// Signs it as its sender.
    pub fn sign(self, key: &SecretKey) -> SignedNotice {
        let signature = key.sign(Domain::Notice, &self.from, &canonical(&self));
        SignedNotice { notice: self, signature }
    }

    /// The receiver's answer to it.
    pub fn answer(&self, at: Timestamp, answer: NoticeAnswer) -> NoticeReceipt {
        NoticeReceipt { notice: self.hash(), from: self.to.clone(), at, answer }
    }
}

impl SignedNotice {
    /// Checks that it is about this agreement and signed by the party it is from. A changed standing is checked with it:
    /// nobody can tell of another's act without its signature.
    pub fn verify(&self, agreement: &Agreement) -> Result<(), NoticeError> {
        let notice = &self.notice;
        if notice.agreement != agreement.hash() {
            return Err(NoticeError::OtherAgreement(notice.from.clone()));
        }
        agreement.party(&notice.to).ok_or_else(|| NoticeError::NotAParty(notice.to.clone()))?;
        if let Matter::Standing(act) = &notice.matter {
            act.verify(agreement).map_err(|_| NoticeError::OtherAgreement(notice.from.clone()))?;
        }
        check(Domain::Notice, &notice.from, &self.signature, &canonical(notice), agreement)
    }
}

impl NoticeReceipt {
    /// Signs it as the receiver of the notice.
    pub fn sign(self, key: &SecretKey) -> SignedReceipt {
        let signature = key.sign(Domain::NoticeReceipt, &self.from, &canonical(&self));
        SignedReceipt { receipt: self, signature }
    }
}

impl SignedReceipt {
    /// Checks that it answers this notice and is signed by whom the notice was for.
    pub fn verify(&self, notice: &Notice, agreement: &Agreement) -> Result<(), NoticeError> {
        let receipt = &self.receipt;
        if receipt.notice != notice.hash() || receipt.from != notice.to {
            return Err(NoticeError::OtherNotice(receipt.from.clone()));
        }
        check(Domain::NoticeReceipt, &receipt.from, &self.signature, &canonical(receipt), agreement)
    }
}

pub(crate) fn check(
    domain: Domain,
    from: &PartyId,
    signature: &Signature,
    canonical: &str,
    agreement: &Agreement,
) -> Result<(), NoticeError> {
    let known = agreement.party(from).ok_or_else(|| NoticeError::NotAParty(from.clone()))?;
    if signature.party != *from {
        return Err(NoticeError::Signer { says: from.clone(), signed: signature.party.clone() });
    }
    Ok(signature.check(domain, canonical, known)?)
}
