//! What a receiver gives back at the end of its retention: a signed word that it holds no copy any more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::key::{Domain, canonical};
use crate::notice::check;
use crate::{Agreement, AgreementHash, NoticeError, PartyId, SecretKey, Signature};

/// What came under an agreement was returned: of these items of the sender's wire the receiver holds nothing any more, and nothing
/// that was made of them but what others were told and have to answer for. They are named by their places, which say nothing of what
/// they told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The newest version of the agreement it came under.
    pub agreement: AgreementHash,
    /// Who returns.
    pub from: PartyId,
    /// To whom: whoever told it.
    pub to: PartyId,
    /// The first item.
    pub first: u64,
    /// The last item.
    pub last: u64,
    /// When it was erased.
    pub at: Timestamp,
}

/// A return with its maker's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReturn {
    /// What was signed.
    #[serde(rename = "return")]
    pub returned: Return,
    /// By whoever returns.
    pub signature: Signature,
}

impl Return {
    /// Signs it as whoever returns.
    pub fn sign(self, key: &SecretKey) -> SignedReturn {
        let signature = key.sign(Domain::Return, &self.from, &canonical(&self));
        SignedReturn { returned: self, signature }
    }
}

impl SignedReturn {
    /// Checks that it is about this version and signed by the party it is from.
    pub fn verify(&self, agreement: &Agreement) -> Result<(), NoticeError> {
        let Return { agreement: hash, from, to, .. } = &self.returned;
        if *hash != agreement.hash() {
            return Err(NoticeError::OtherAgreement(from.clone()));
        }
        agreement.party(to).ok_or_else(|| NoticeError::NotAParty(to.clone()))?;
        check(Domain::Return, from, &self.signature, &canonical(&self.returned), agreement)
    }
}
