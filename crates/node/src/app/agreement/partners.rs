//! Partners: where their nodes are, and how they are.

use entente_agreement::{PartyId, SignedAgreement};
use entente_store::exchange::{Health, Partner, PartnerEdit};
use jiff::Timestamp;

use super::invitation::checked;
use super::wire_party;
use crate::app::{App, AppError, Role, Viewer};

/// A partner and how it is.
pub(crate) struct PartnerStatus {
    /// Who.
    pub(crate) partner: Partner,
    /// How the wire to it stands.
    pub(crate) health: Health,
    /// The last item of its wire to us that came in.
    pub(crate) received: u64,
    /// Contradictions its log to us has shown.
    pub(crate) alarms: usize,
}

impl App {
    /// The partners with whom anything was ever drafted.
    pub(crate) fn partners(&self, viewer: &Viewer) -> Result<Vec<PartnerStatus>, AppError> {
        viewer.require(Role::Analyst)?;
        let alarms = self.exchange.alarms()?;
        let partners = self.exchange.partners()?.into_iter().map(|partner| {
            let health = self.exchange.health(&partner.party)?;
            let received = self.store.received_up_to(&partner.party.0)?;
            let alarms = alarms.iter().filter(|alarm| alarm.partner == partner.party).count();
            Ok(PartnerStatus { partner, health, received, alarms })
        });
        partners.collect()
    }

    /// Says where a partner's node listens, whatever its agreements say.
    pub(crate) fn place_partner(
        &self,
        viewer: &Viewer,
        party: &PartyId,
        name: Option<String>,
        endpoint: &str,
        now: Timestamp,
    ) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        let endpoint = checked(endpoint)?;
        let known = self.exchange.partner(&wire_party(party))?;
        let name = name.or_else(|| known.as_ref().map(|partner| partner.name.clone()));
        let pins = known.map(|partner| partner.pins).unwrap_or_default();
        let name = name.unwrap_or_else(|| party.to_string());
        let edit = PartnerEdit { party: wire_party(party), name, endpoint: Some(endpoint), pins };
        self.exchange.put_partner(&edit, now)?;
        self.told();
        Ok(())
    }

    /// Keeps what an agreement says of its other parties. An address that somebody gave by hand stays when the agreement has none.
    pub(super) fn keep_partners(
        &self,
        signed: &SignedAgreement,
        us: &PartyId,
        now: Timestamp,
    ) -> Result<(), AppError> {
        for party in signed.agreement.parties.iter().filter(|party| party.id != *us) {
            let known = self.exchange.partner(&wire_party(&party.id))?;
            let endpoint = known.as_ref().and_then(|partner| partner.endpoint.clone());
            let edit = PartnerEdit {
                party: wire_party(&party.id),
                name: party.name.clone(),
                endpoint: party.node.clone().or(endpoint),
                pins: party.tls_pins().map(|pin| *pin.as_bytes()).collect(),
            };
            self.exchange.put_partner(&edit, now)?;
        }
        Ok(())
    }
}
