//! What partners' nodes may do here: who they are by the key they show, and what is heard from them.

use entente_agreement::{PartyId, Spki};
use jiff::Timestamp;

use super::agreement::{Named, wire_party};
use super::exchange::bell::Bell;
use super::identity::Identity;
use super::{App, AppError};

impl App {
    /// This node's keys.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Rings when claims or agreements were added.
    pub(crate) fn news(&self) -> &Bell {
        &self.news
    }

    /// Rings when a partner's wire has grown, or may be read otherwise than before.
    pub(crate) fn wires(&self) -> &Bell {
        &self.wires
    }

    /// Wakes whoever waits for agreements.
    pub(in crate::app) fn told(&self) {
        self.news.ring();
        self.wires.ring();
    }

    /// Notes that a partner's node was heard of.
    pub(crate) fn hear_of(&self, partner: &PartyId, now: Timestamp) -> anyhow::Result<()> {
        Ok(self.exchange.seen(&wire_party(partner), now)?)
    }

    /// Where a partner's node listens, by which keys it is known, and whether an agreement with it was made. Before that, its keys are
    /// those of the draft, and good only for telling it of signatures.
    pub(crate) fn reach(
        &self,
        partner: &PartyId,
        now: Timestamp,
    ) -> anyhow::Result<Option<(String, Vec<Spki>, bool)>> {
        let known = self.exchange.partner(&wire_party(partner))?;
        let Some(endpoint) = known.and_then(|partner| partner.endpoint) else { return Ok(None) };
        let agreements = self.agreements(now)?;
        let pins = agreements.pins_of(partner);
        if !pins.is_empty() {
            return Ok(Some((endpoint, pins, true)));
        }
        let drafts = agreements.with(partner).filter_map(|held| held.agreement().party(partner));
        let pins: Vec<Spki> = drafts.flat_map(entente_agreement::Party::tls_pins).copied().collect();
        Ok(Some((endpoint, pins, false)).filter(|(_, pins, _)| !pins.is_empty()))
    }

    /// Whether any version that is kept here names this key as another party's.
    pub(crate) fn is_named(&self, pin: &Spki, now: Timestamp) -> anyhow::Result<bool> {
        let agreements = self.agreements(now)?;
        let mut parties = agreements.iter().flat_map(|held| held.others());
        Ok(parties.any(|party| party.tls_pins().any(|own| own == pin)))
    }

    /// Keeps signatures and acts that a node sent, when the version is kept here, or follows one that is, and its key is one of a
    /// party's. So nobody can put anything here that nobody here has accepted.
    pub(crate) fn hear_agreement(&self, pin: &Spki, named: &Named, now: Timestamp) -> Result<(), AppError> {
        let party = named.agreement.parties.iter().find(|party| party.tls_pins().any(|own| own == pin));
        let unknown = || AppError::NotFound("agreement");
        let partner = party.map(|party| party.id.clone()).ok_or_else(unknown)?;
        self.hear_of_agreement(&partner, named, now).map_err(AppError::from)
    }

    /// As [`App::hear_agreement`], from a partner whose key was asked for before.
    pub(crate) fn hear_of_agreement(
        &self,
        partner: &PartyId,
        named: &Named,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let hash = named.signed().hash();
        let agreements = self.agreements(now)?;
        // A new version comes by file or invitation: somebody here has to read it.
        let Some(held) = agreements.version(&hash) else { return Ok(()) };
        if !held.others().any(|party| party.id == *partner) {
            return Err(AppError::NotFound("agreement").into());
        }
        let more = named.signatures.iter().any(|one| !held.signed.signatures.contains(one))
            || named.acts.iter().any(|one| !held.acts.contains(one));
        if more { Ok(self.keep_named(named, now)?) } else { Ok(()) }
    }
}
