//! What is owed to a partner for what was learned when nothing could be told, because its agreement was suspended or over: what it holds
//! and its teller has withdrawn, or marked more narrowly, is taken back. That ends where the next agreement begins: what is learned from
//! there on is decided on.
//!
//! The wire's cursor stays where it is, so that an agreement that is resumed goes on from there. How far this has looked is kept only
//! while the node runs: what was taken back is held no more, so looking again finds nothing.

use entente_agreement::RecallReason;
use entente_model::{ClaimNo, CompartmentSet, VertexNo};
use entente_store::{AsOf, Spoken};
use jiff::Timestamp;

use super::clearance::Clearance;
use super::deciding::Deciding;
use super::discloser::{BYTES, CLAIMS};
use super::outgoing::Outgoing;
use crate::app::App;
use crate::app::agreement::{Agreements, wire_party};

impl App {
    /// Looks at what was learned after `seen`, or after the wire's cursor, and before anything is covered; answers how far it has looked.
    pub(super) fn withdraw(
        &self,
        clearance: &mut Clearance,
        seen: Option<ClaimNo>,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<ClaimNo> {
        let partner = clearance.partner().clone();
        let all = CompartmentSet::all();
        let _telling = self.telling();
        let view = self.store.view(&all, AsOf::Now)?;
        let last = view.last_claim();
        let end = clearance.floor().map_or(last, |floor| floor.min(last));
        if self.told_up_to(&partner)? == 0 {
            return Ok(end);
        }
        let mut start = self.exchange.cursor(&wire_party(&partner))?.max(seen.unwrap_or(ClaimNo(0)));
        while start < end
            && let Some(stretch) = view.stretch(start, CLAIMS, BYTES)?
        {
            let about: Vec<VertexNo> = stretch.claims.iter().map(|spoken| spoken.vertex).collect();
            let mut deciding = Deciding::new(self, &view, agreements, clearance, &about, now)?;
            let mut outgoing = Outgoing::default();
            let mut before = stretch.claims.iter().filter(|spoken| spoken.head().no <= end);
            before.try_for_each(|spoken| deciding.withdraw(spoken, &mut outgoing))?;
            self.put_on_wire(&partner, None, outgoing, now)?;
            start = stretch.last;
        }
        Ok(end)
    }
}

impl Deciding<'_> {
    fn withdraw(&mut self, spoken: &Spoken, outgoing: &mut Outgoing) -> anyhow::Result<()> {
        let head = spoken.head();
        if !head.current {
            return Ok(());
        }
        let mut earlier = self.earlier(spoken);
        earlier.retain(|holding| holding.claim != Some(head.no));
        match head.revoked {
            true => self.take_back(&earlier, RecallReason::Withdrawn, outgoing),
            false => self.take_back_wider(spoken, &earlier, outgoing),
        }
    }
}
