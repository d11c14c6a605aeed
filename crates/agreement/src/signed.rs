//! An agreement with the signatures of its parties.

use entente_model::canonical_json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::key::Domain;
use crate::{Agreement, AgreementHash, Finding, KeyError, PartyId, SecretKey, Signature};

/// An agreement and its signatures. Every party signs the same bytes, so a changed byte voids every signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedAgreement {
    /// What was signed.
    pub agreement: Agreement,
    /// Who signed it. At most one signature a party.
    pub signatures: Vec<Signature>,
}

/// Why an agreement is not signed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SignError {
    /// Not a party.
    #[error("`{0}` is not a party to this agreement")]
    NotAParty(PartyId),
    /// The key is not one of the party's in this agreement.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The document cannot be executed.
    #[error("the agreement cannot be signed yet: {}", sentences(.0))]
    Unsound(Vec<Finding>),
}

/// Why signatures do not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not a party.
    #[error("`{0}` signed, but is not a party to this agreement")]
    NotAParty(PartyId),
    /// Twice.
    #[error("`{0}` signed twice: keep one of its signatures")]
    Twice(PartyId),
    /// A signature does not hold.
    #[error(transparent)]
    Key(#[from] KeyError),
}

fn sentences(findings: &[Finding]) -> String {
    findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("; ")
}

impl SignedAgreement {
    /// An agreement nobody has signed.
    pub fn draft(agreement: Agreement) -> SignedAgreement {
        SignedAgreement { agreement, signatures: Vec::new() }
    }

    /// The hash of the signed bytes.
    pub fn hash(&self) -> AgreementHash {
        self.agreement.hash()
    }

    /// Adds the party's signature, or replaces it. Refuses what could not be executed ([`Agreement::check`]) and
    /// keys that the agreement does not give the party.
    pub fn sign(&mut self, party: &PartyId, key: &SecretKey) -> Result<(), SignError> {
        let known = self.agreement.party(party).ok_or_else(|| SignError::NotAParty(party.clone()))?;
        if known.signing_key(key.id()) != Some(&key.verifying_key()) {
            return Err(KeyError::Unknown { party: party.clone(), key: key.id().clone() }.into());
        }
        let wrong: Vec<Finding> = self.agreement.check().into_iter().filter(Finding::is_error).collect();
        if !wrong.is_empty() {
            return Err(SignError::Unsound(wrong));
        }
        let signature = key.sign(Domain::Agreement, party, &self.agreement.canonical());
        self.signatures.retain(|signature| signature.party != *party);
        self.signatures.push(signature);
        Ok(())
    }

    /// Checks every signature there is; says which parties have not signed yet.
    pub fn verify(&self) -> Result<Vec<PartyId>, VerifyError> {
        let canonical = self.agreement.canonical();
        for (place, signature) in self.signatures.iter().enumerate() {
            let party = &signature.party;
            if self.signatures[..place].iter().any(|earlier| earlier.party == *party) {
                return Err(VerifyError::Twice(party.clone()));
            }
            let known = self.agreement.party(party).ok_or_else(|| VerifyError::NotAParty(party.clone()))?;
            signature.check(Domain::Agreement, &canonical, known)?;
        }
        let missing = |party: &&PartyId| !self.signatures.iter().any(|signature| signature.party == **party);
        Ok(self.agreement.parties.iter().map(|party| &party.id).filter(missing).cloned().collect())
    }

    /// True when this is the next version of `previous` and every party of `previous` signed it with a key it had
    /// there: nobody can be given a new key, or left out, without having agreed.
    pub fn continues(&self, previous: &SignedAgreement) -> bool {
        let (new, old) = (&self.agreement, &previous.agreement);
        let follows = new.id == old.id
            && Some(new.version) == old.version.checked_add(1)
            && new.supersedes == Some(previous.hash());
        let canonical = new.canonical();
        let agreed = |party: &crate::Party| {
            let signed = self.signatures.iter().filter(|signature| signature.party == party.id);
            signed.into_iter().any(|signature| signature.check(Domain::Agreement, &canonical, party).is_ok())
        };
        follows && self.verify().is_ok_and(|missing| missing.is_empty()) && old.parties.iter().all(agreed)
    }

    /// The JSON to send or to keep, in canonical form.
    pub fn to_json(&self) -> String {
        canonical_json(&serde_json::to_value(self).expect("a document of strings, numbers and lists is JSON"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Party, PartyKey, Template};

    /// The party of the template with this one key, under another name.
    pub(crate) fn party(id: &str, key: &SecretKey) -> Party {
        let mut party = Template::ALL[0].agreement().parties[0].clone();
        party.id = id.parse().expect("an id");
        party.keys = vec![public(key)];
        party
    }

    fn public(key: &SecretKey) -> PartyKey {
        PartyKey::Sign { id: key.id().clone(), ed25519: key.verifying_key() }
    }

    pub(crate) fn key(seed: u8) -> SecretKey {
        SecretKey::new(format!("k{seed}").parse().expect("an id"), &[seed; 32])
    }

    /// The template with a key for each party, number 1 for the first.
    pub(crate) fn keyed(template: &str) -> Agreement {
        let mut agreement = Template::named(template).expect("a template").agreement();
        for (party, seed) in agreement.parties.iter_mut().zip(1..) {
            party.keys = vec![public(&key(seed))];
        }
        agreement
    }

    /// Signed by everybody.
    pub(crate) fn signed(agreement: Agreement) -> SignedAgreement {
        let parties: Vec<PartyId> = agreement.parties.iter().map(|party| party.id.clone()).collect();
        let mut signed = SignedAgreement::draft(agreement);
        for (party, seed) in parties.iter().zip(1..) {
            signed.sign(party, &key(seed)).expect("a sound agreement");
        }
        signed
    }

    #[test]
    fn every_party_signs_the_same_bytes() {
        let agreement = keyed("company-police");
        let mut draft = SignedAgreement::draft(agreement.clone());
        assert_eq!(draft.verify().expect("nothing is wrong").len(), 2);
        draft.sign(&agreement.parties[0].id, &key(1)).expect("the company signs");
        assert_eq!(draft.verify(), Ok(vec![agreement.parties[1].id.clone()]));
        draft.sign(&agreement.parties[1].id, &key(2)).expect("the police sign");
        assert_eq!(draft.verify(), Ok(vec![]));
        let read: SignedAgreement = serde_json::from_str(&draft.to_json()).expect("its own JSON");
        assert_eq!((read.verify(), read.hash()), (Ok(vec![]), draft.hash()));
    }

    #[test]
    fn only_a_party_with_its_own_key_signs_and_only_what_is_sound() {
        let mut draft = SignedAgreement::draft(keyed("company-police"));
        let (company, nobody) = (draft.agreement.parties[0].id.clone(), "nobody".parse().expect("an id"));
        assert!(matches!(draft.sign(&nobody, &key(1)), Err(SignError::NotAParty(_))));
        assert!(matches!(draft.sign(&company, &key(2)), Err(SignError::Key(_))));
        draft.agreement.flows.clear();
        let error = draft.sign(&company, &key(1)).expect_err("nothing to tell");
        assert_eq!(
            error.to_string(),
            "the agreement cannot be signed yet: flows: nobody tells anybody anything; add a flow"
        );
    }

    /// Changes each string, number, list and flag of a signed document, one at a time.
    #[test]
    fn any_change_voids_every_signature() {
        let signed = signed(keyed("company-police"));
        let json = serde_json::to_value(&signed.agreement).expect("JSON");
        let mut changed = 0;
        for pointer in pointers(&json) {
            let mut other = json.clone();
            let place = other.pointer_mut(&pointer).expect("its own place");
            match place {
                serde_json::Value::String(text) => text.push('x'),
                serde_json::Value::Bool(flag) => *flag = !*flag,
                serde_json::Value::Number(number) => *place = (number.as_u64().unwrap_or(0) + 1).into(),
                serde_json::Value::Array(items) if !items.is_empty() => drop(items.pop()),
                _ => continue,
            }
            let Ok(agreement) = serde_json::from_value::<Agreement>(other) else { continue };
            let forged = SignedAgreement { agreement, signatures: signed.signatures.clone() };
            assert!(forged.verify().is_err(), "{pointer}");
            changed += 1;
        }
        assert!(changed > 50, "only {changed} changes were tried");
    }

    fn pointers(json: &serde_json::Value) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![(String::new(), json)];
        while let Some((at, value)) = open.pop() {
            match value {
                serde_json::Value::Object(members) => {
                    open.extend(members.iter().map(|(name, inner)| (format!("{at}/{name}"), inner)));
                }
                serde_json::Value::Array(items) => {
                    open.extend(
                        items.iter().enumerate().map(|(place, inner)| (format!("{at}/{place}"), inner)),
                    );
                }
                _ => {}
            }
            found.push(at);
        }
        found
    }

    #[test]
    fn unknown_members_are_refused() {
        let mut json = serde_json::to_value(keyed("csirt-csirt")).expect("JSON");
        json["flows"][0]["also"] = "everything".into();
        assert!(serde_json::from_value::<Agreement>(json).is_err());
    }

    #[test]
    fn a_successor_needs_the_keys_of_the_version_before() {
        let first = signed(keyed("company-police"));
        let mut next = first.agreement.clone();
        (next.version, next.supersedes) = (2, Some(first.hash()));
        assert!(signed(next.clone()).continues(&first));
        // One side alone gives the other a key it holds itself.
        let mut stolen = next.clone();
        stolen.parties[1].keys = vec![public(&key(9))];
        let mut forged = SignedAgreement::draft(stolen);
        let parties = [next.parties[0].id.clone(), next.parties[1].id.clone()];
        forged.sign(&parties[0], &key(1)).expect("its own");
        forged.sign(&parties[1], &key(9)).expect("a key the draft names");
        assert_eq!(forged.verify(), Ok(vec![]));
        assert!(!forged.continues(&first));
        next.supersedes = Some(next.hash());
        assert!(!signed(next).continues(&first));
    }
}
