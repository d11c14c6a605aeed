//! What waits for people or for an agreement rather than for claims: it is looked after between rounds.

use entente_agreement::{AgreementHash, PartyId, Standing};
use entente_store::exchange::{ItemState, NewItem, WireItem};
use jiff::Timestamp;

use super::outgoing::Outgoing;
use crate::app::App;
use crate::app::agreement::{Agreements, wire_party};

/// Referrals released at one look.
const AT_ONCE: usize = 100;

impl App {
    /// Ends referrals that are too late, releases those that a crash left approved, and tells anew what was held back.
    pub(super) fn tend_wires(
        &self,
        agreements: &Agreements,
        partners: &[PartyId],
        now: Timestamp,
    ) -> anyhow::Result<()> {
        self.exchange.expire_referrals(now)?;
        for referral in self.exchange.approved_referrals(AT_ONCE)? {
            self.release_referral(&referral, now)?;
        }
        partners.iter().try_for_each(|partner| self.resume(agreements, partner, now))
    }

    /// Puts on the wire anew what was held back while its agreement was suspended. What can never be told any more is let go.
    fn resume(&self, agreements: &Agreements, partner: &PartyId, now: Timestamp) -> anyhow::Result<()> {
        let mut outgoing = Outgoing::default();
        for item in self.exchange.held_back(&wire_party(partner))? {
            let hash = AgreementHash::from_bytes(item.agreement.0);
            match agreements.version(&hash).map(|held| &held.standing) {
                Some(Standing::Suspended { .. }) => continue,
                Some(Standing::InForce(_)) if item.state == ItemState::Stands => {
                    outgoing.beside.resumed.push(item.seq);
                    outgoing.put(anew(item));
                }
                _ => outgoing.beside.resumed.push(item.seq),
            }
        }
        if outgoing.beside.resumed.is_empty() {
            return Ok(());
        }
        let appended = self.exchange.append(self.append(partner, None, outgoing, now));
        self.appended(appended).map(drop)
    }
}

pub(super) fn anew(item: WireItem) -> NewItem {
    let WireItem { kind, flow, object, agreement, clauses, claim, original, body, .. } = item;
    let (concerns, referral) = (Vec::new(), None);
    NewItem { kind, flow, object, body, agreement, clauses, claim, original, concerns, referral }
}
