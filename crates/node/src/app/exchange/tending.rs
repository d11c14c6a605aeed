//! What waits for people or for an agreement rather than for claims: it is looked after between rounds.

use entente_agreement::{AgreementHash, AgreementId, PartyId, Standing};
use entente_model::{CompartmentSet, VertexNo};
use entente_store::AsOf;
use entente_store::exchange::{self, ItemState, NewItem, Outcome, WireItem};
use jiff::Timestamp;

use super::clearance::Clearance;
use super::deciding::Deciding;
use super::outgoing::Outgoing;
use crate::app::App;
use crate::app::agreement::{Agreements, wire_hash, wire_party};

/// Referrals released at one look.
const AT_ONCE: usize = 100;
/// How the reason begins for which an originator has to consent.
const ORIGINATOR: &str = "agreement/originator:";
/// Items decided on again at one look. A partner that begins anew after a new version asks for all that was told before.
const RETOLD_AT_ONCE: usize = 1_000;

impl App {
    /// Ends referrals that are too late, releases those that a crash left approved, and tells anew what was held back.
    pub(super) fn tend_wires(
        &self,
        agreements: &Agreements,
        partners: &[PartyId],
        now: Timestamp,
    ) -> anyhow::Result<()> {
        self.exchange.expire_referrals(now)?;
        // What waits is in nobody's way.
        let mut released = 0;
        for referral in self.exchange.approved_referrals(usize::MAX)? {
            if released == AT_ONCE {
                break;
            }
            released += usize::from(self.release_referral(&referral, now)?);
        }
        partners.iter().try_for_each(|partner| self.resume(agreements, partner, now))
    }

    /// Puts on the wire anew what was held back while its agreement was suspended. What can never be told any more is let go, and so is
    /// what its teller took back or told otherwise meanwhile: that is decided on for itself.
    fn resume(&self, agreements: &Agreements, partner: &PartyId, now: Timestamp) -> anyhow::Result<()> {
        let settled = |standing: &Standing| {
            !matches!(
                standing,
                Standing::Suspended { .. } | Standing::Superseded { .. } | Standing::Expired { .. }
            )
        };
        let settled = agreements.iter().filter(|held| settled(&held.standing));
        let versions: Vec<_> = settled.map(|held| wire_hash(&held.hash())).collect();
        let all = CompartmentSet::all();
        // While it is looked whether something still holds, nobody takes it back.
        let _telling = self.telling();
        let view = self.store.view(&all, AsOf::Now)?;
        let still_said = |item: &WireItem| match item.claim {
            None => Ok::<_, anyhow::Error>(true),
            Some(claim) => Ok(view.spoken_of(claim)?.is_some_and(|spoken| {
                let head = spoken.head();
                head.current && !head.revoked
            })),
        };
        let mut outgoing = Outgoing::default();
        for item in self.exchange.held_back(&wire_party(partner), &versions, usize::MAX)? {
            outgoing.beside.let_go.push(item.seq);
            let version = agreements.version(&AgreementHash::from_bytes(item.agreement.0));
            let may_go =
                item.state == ItemState::Stands && version.is_some_and(|held| held.in_force().is_some());
            if may_go && still_said(&item)? {
                outgoing.put(anew(item));
            }
        }
        if outgoing.beside.let_go.is_empty() {
            return Ok(());
        }
        let appended = self.exchange.append(self.append(partner, None, outgoing, now));
        self.appended(appended).map(drop)
    }

    /// Decides again on what waits for people because its originator has to consent: by now somebody may have said whose its source is.
    pub(super) fn ask_again(
        &self,
        clearance: &mut Clearance,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let partner = clearance.partner().clone();
        let mut open = self.exchange.open_referrals(usize::MAX)?;
        let asks = |reason: &String| reason.starts_with(ORIGINATOR);
        open.retain(|one| one.asked.partner == wire_party(&partner) && one.asked.reasons.iter().any(asks));
        let all = CompartmentSet::all();
        for referrals in open.chunks(AT_ONCE) {
            let _telling = self.telling();
            let view = self.store.view(&all, AsOf::Now)?;
            let claims = referrals.iter().map(|one| Ok((&one.asked.id, view.spoken_of(one.asked.claim)?)));
            let claims: Vec<_> = claims.collect::<anyhow::Result<_>>()?;
            let about: Vec<VertexNo> =
                claims.iter().filter_map(|(_, spoken)| Some(spoken.as_ref()?.vertex)).collect();
            let mut deciding = Deciding::new(self, &view, agreements, clearance, &about, now)?;
            let (mut outgoing, mut decided) = (Outgoing::default(), Vec::new());
            for (id, spoken) in &claims {
                if let Some(spoken) = spoken
                    && deciding.needs_nobody(spoken.head())
                {
                    deciding.consider(spoken, &mut outgoing)?;
                    decided.push((*id, spoken.head().no));
                }
            }
            // Another flow, or the day's limit, may ask after all.
            decided.retain(|(_, claim)| outgoing.referrals.iter().all(|asked| asked.claim != *claim));
            self.put_on_wire(&partner, None, outgoing, now)?;
            // Only now: after a crash before this, what was told is found told, and the question ends then.
            for (id, _) in decided {
                self.exchange.end_referral(id, Outcome::Overtaken, now)?;
            }
        }
        Ok(())
    }

    /// Decides again, as the version in force has it, on what was on the wire under an earlier one and was not sent before that ended.
    pub(super) fn retell(
        &self,
        clearance: &mut Clearance,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let partner = clearance.partner().clone();
        let items = self.exchange.held_back(&wire_party(&partner), &replaced(agreements), RETOLD_AT_ONCE)?;
        if items.is_empty() {
            return Ok(());
        }
        let all = CompartmentSet::all();
        let _telling = self.telling();
        let view = self.store.view(&all, AsOf::Now)?;
        let about: Vec<VertexNo> = items.iter().filter_map(|item| item.original).collect();
        let mut deciding = Deciding::new(self, &view, agreements, clearance, &about, now)?;
        let mut outgoing = Outgoing::default();
        outgoing.beside.let_go = items.iter().map(|item| item.seq).collect();
        for claim in items.iter().filter_map(|item| item.claim) {
            if let Some(spoken) = view.spoken_of(claim)? {
                deciding.consider(&spoken, &mut outgoing)?;
            }
        }
        self.exchange.refer(&std::mem::take(&mut outgoing.referrals))?;
        let appended = self.exchange.append(self.append(&partner, None, outgoing, now));
        self.appended(appended).map(drop)
    }
}

/// The versions that were replaced by one that is in force.
fn replaced(agreements: &Agreements) -> Vec<exchange::AgreementHash> {
    let goes_on = |id: &AgreementId| {
        agreements.iter().any(|other| other.agreement().id == *id && other.in_force().is_some())
    };
    let replaced = agreements.iter().filter(|held| matches!(held.standing, Standing::Superseded { .. }));
    replaced.filter(|held| goes_on(&held.agreement().id)).map(|held| wire_hash(&held.hash())).collect()
}

pub(super) fn anew(item: WireItem) -> NewItem {
    let WireItem { kind, flow, object, agreement, clauses, claim, original, body, .. } = item;
    let (concerns, referral) = (Vec::new(), None);
    NewItem { kind, flow, object, body, agreement, clauses, claim, original, concerns, referral }
}
