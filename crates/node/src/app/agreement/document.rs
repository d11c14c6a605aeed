//! Drafts, and agreements as people name them.

use entente_agreement::{Agreement, AgreementId, PartyId, PartyKey, SignedAgreement, StandingAct, Template};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Held;
use crate::app::{App, AppError};
use crate::entropy;

/// What one node hands another, as a file or over the wire: a version, its signatures, and what was done to it since.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    /// The document.
    pub(crate) agreement: Agreement,
    /// Who signed.
    #[serde(default)]
    pub(crate) signatures: Vec<entente_agreement::Signature>,
    /// What parties did to it since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) acts: Vec<StandingAct>,
}

impl Named {
    /// The document and its signatures.
    pub(crate) fn signed(&self) -> SignedAgreement {
        SignedAgreement { agreement: self.agreement.clone(), signatures: self.signatures.clone() }
    }

    /// Reads a file: an agreement alone, or one with signatures.
    pub(crate) fn read(file: &[u8]) -> Result<Named, AppError> {
        let wrong = |error: serde_json::Error| {
            AppError::invalid(format!("this is no agreement: {error}; `entente agreement new` writes one"))
        };
        let json: serde_json::Value = serde_json::from_slice(file).map_err(wrong)?;
        match json.get("agreement") {
            Some(_) => serde_json::from_value(json).map_err(wrong),
            None => {
                let agreement = serde_json::from_value(json).map_err(wrong)?;
                Ok(Named { agreement, signatures: Vec::new(), acts: Vec::new() })
            }
        }
    }
}

impl From<&Held> for Named {
    fn from(held: &Held) -> Named {
        let signatures = held.signed.signatures.clone();
        Named { agreement: held.agreement().clone(), signatures, acts: held.acts.clone() }
    }
}

impl App {
    /// A draft from a template: a new id, and the keys of the parties that are known.
    pub(crate) fn new_agreement(
        &self,
        template: &str,
        us: Option<&PartyId>,
        keys: &[(PartyId, Vec<PartyKey>)],
        now: Timestamp,
    ) -> Result<Agreement, AppError> {
        let names: Vec<&str> = Template::ALL.iter().map(|template| template.name).collect();
        let unknown = || {
            AppError::invalid(format!("there is no template `{template}`: use one of {}", names.join(", ")))
        };
        let mut draft = Template::named(template).ok_or_else(unknown)?.agreement();
        draft.id = new_id(now);
        let own = us.map(|us| (us.clone(), self.identity.party_keys()));
        for (id, keys) in own.iter().chain(keys) {
            let party = draft.parties.iter_mut().find(|party| party.id == *id);
            let stranger = || AppError::invalid(format!("`{id}` is not a party of this template"));
            party.ok_or_else(stranger)?.keys = keys.clone();
        }
        Ok(draft)
    }

    /// The newest version of the agreement with this id that is kept here.
    pub(crate) fn newest(&self, id: &str, now: Timestamp) -> Result<Held, AppError> {
        let id: AgreementId = id.parse().map_err(AppError::invalid)?;
        let agreements = self.agreements(now)?;
        let newest = agreements.iter().filter(|held| held.agreement().id == id).last().cloned();
        newest.ok_or(AppError::NotFound("agreement"))
    }
}

/// A ULID: 48 bits of milliseconds and 80 of chance, in Crockford's base 32.
fn new_id(now: Timestamp) -> AgreementId {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let chance = u128::from_be_bytes(entropy::bytes()) & ((1 << 80) - 1);
    let milliseconds = now.as_millisecond().unsigned_abs() & ((1 << 48) - 1);
    let number = (u128::from(milliseconds) << 80) | chance;
    let letter = |place: u32| char::from(LETTERS[(number >> (5 * place)) as usize & 31]);
    let text: String = (0..26).rev().map(letter).collect();
    text.parse().expect("26 letters of the alphabet are a ULID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_new_and_in_the_order_of_time() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let early = new_id(at("2026-01-01T00:00:00Z"));
        let late = new_id(at("2026-01-02T00:00:00Z"));
        assert!(early < late && new_id(at("2026-01-01T00:00:00Z")) != early);
    }

    #[test]
    fn a_file_is_read_with_and_without_signatures() {
        let draft = Template::ALL[0].agreement();
        let bare = Named::read(draft.canonical().as_bytes()).expect("a document");
        let whole = Named::read(&serde_json::to_vec(&bare).expect("JSON")).expect("with signatures");
        assert_eq!(bare.agreement, whole.agreement);
        assert!(Named::read(b"{\"agreement\":{}}").is_err() && Named::read(b"x").is_err());
    }
}
