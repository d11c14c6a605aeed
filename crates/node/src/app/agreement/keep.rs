//! Signing, and keeping what others signed.

use entente_agreement::{AgreementHash, Finding, Party, PartyId, SignedAgreement, StandingAct};
use entente_model::CompartmentSet;
use entente_store::{AsOf, exchange};
use jiff::Timestamp;

use super::{Named, wire_hash, wire_party};
use crate::app::{App, AppError, Role, Viewer};

impl App {
    /// Signs a version as one of its parties, and keeps it.
    pub(crate) fn sign_agreement(
        &self,
        viewer: &Viewer,
        named: &Named,
        party: &PartyId,
        now: Timestamp,
    ) -> Result<Named, AppError> {
        viewer.require(Role::Administrator)?;
        let stranger =
            || AppError::invalid(format!("`{party}` is not a party: name one of the agreement's parties"));
        let known = named.agreement.party(party).ok_or_else(stranger)?;
        let foreign = || {
            AppError::invalid(format!(
                "the agreement gives `{party}` other keys than this node's: put what `entente peer key` prints into its `keys`"
            ))
        };
        let key = self.identity.as_party(known).ok_or_else(foreign)?;
        let mut signed = named.signed();
        signed.sign(party, &key).map_err(AppError::invalid)?;
        let named = Named { signatures: signed.signatures, ..named.clone() };
        self.keep_named(&named, now)?;
        Ok(named)
    }

    /// Keeps what another party signed or did: by file, without any network.
    pub(crate) fn accept_agreement(
        &self,
        viewer: &Viewer,
        named: &Named,
        now: Timestamp,
    ) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        self.keep_named(named, now)
    }

    /// Keeps what another party signed or did, as the file it sent; answers what is in it.
    pub(crate) fn accept_file(
        &self,
        viewer: &Viewer,
        file: &[u8],
        now: Timestamp,
    ) -> Result<Named, AppError> {
        viewer.require(Role::Administrator)?;
        let named = Named::read(file)?;
        self.accept_agreement(viewer, &named, now)?;
        Ok(named)
    }

    /// Keeps a version, its signatures and acts, when all of them hold.
    pub(in crate::app) fn keep_named(&self, named: &Named, now: Timestamp) -> Result<(), AppError> {
        let signed = named.signed();
        signed.verify().map_err(AppError::invalid)?;
        named.acts.iter().try_for_each(|act| act.verify(&named.agreement)).map_err(AppError::invalid)?;
        self.check_agreement(&signed)?;
        let us = self.our_party(&signed)?;
        self.keep_partners(&signed, &us, now)?;
        self.keep_document(&signed, &us, now)?;
        let hash = signed.hash();
        named.acts.iter().try_for_each(|act| self.keep_act(&hash, act, now))?;
        self.told();
        Ok(())
    }

    fn check_agreement(&self, signed: &SignedAgreement) -> Result<(), AppError> {
        let findings = signed.agreement.check();
        match findings.iter().find(|finding| finding.is_error()) {
            Some(finding) => Err(AppError::invalid(format!("the agreement cannot be executed: {finding}"))),
            None => Ok(()),
        }
    }

    /// The party that has this node's key.
    fn our_party(&self, signed: &SignedAgreement) -> Result<PartyId, AppError> {
        let ours = |party: &&Party| self.identity.as_party(party).is_some();
        let us = signed.agreement.parties.iter().find(ours).map(|party| party.id.clone());
        us.ok_or_else(|| {
            AppError::invalid(
                "no party of this agreement has this node's key: put what `entente peer key` prints into its `keys`",
            )
        })
    }

    fn keep_document(&self, signed: &SignedAgreement, us: &PartyId, now: Timestamp) -> Result<(), AppError> {
        let hash = signed.hash();
        self.exchange.keep_agreement(&exchange::Agreement {
            id: signed.agreement.id.to_string(),
            version: signed.agreement.version,
            hash: wire_hash(&hash),
            document: signed.agreement.canonical().into_bytes(),
            us: wire_party(us),
            kept_at: now,
        })?;
        let claims = Some(self.store.view(&CompartmentSet::all(), AsOf::Now)?.last_claim());
        for signature in &signed.signatures {
            self.exchange.keep_signature(&exchange::Signature {
                agreement: wire_hash(&hash),
                party: wire_party(&signature.party),
                key: signature.key.to_string(),
                signature: signature.signature.clone().into_bytes(),
                kept_at: now,
                claims,
            })?;
        }
        Ok(())
    }

    /// Keeps an act that was checked.
    pub(in crate::app) fn keep_act(
        &self,
        hash: &AgreementHash,
        act: &StandingAct,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let bytes = serde_json::to_vec(act).map_err(anyhow::Error::from)?;
        Ok(self.exchange.keep_standing_act(&exchange::StandingAct {
            agreement: wire_hash(hash),
            party: wire_party(&act.signature.party),
            act: bytes,
            signature: act.signature.signature.clone().into_bytes(),
            kept_at: now,
        })?)
    }

    /// What can be said of a document before anybody signs it.
    pub(crate) fn findings(&self, named: &Named) -> Vec<Finding> {
        named.agreement.check()
    }
}
