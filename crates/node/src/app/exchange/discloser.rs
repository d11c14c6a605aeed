//! The discloser: reads the claims in order, once for each partner, and puts on its wire what may be told.
//!
//! The cursor moves in the transaction that puts the items on the wire, so a crash neither loses nor repeats. Only what this
//! loop has decided and released is ever on a wire; the wire is all that a partner can read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use entente_agreement::PartyId;
use entente_model::{ClaimNo, CompartmentSet};
use entente_store::exchange::{Advance, Append, Appended};
use entente_store::{AsOf, StoreError};
use jiff::Timestamp;

use super::clearance::Clearance;
use super::outgoing::{Deciding, Outgoing};
use crate::app::App;
use crate::app::agreement::{Agreements, wire_party};
use crate::{clock, entropy};

/// Claims decided on in one transaction.
const AT_ONCE: usize = 1_000;
/// How often the discloser looks for what other processes committed or signed.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What the discloser keeps from round to round: the policies, compiled.
#[derive(Default)]
struct Desk {
    clearances: HashMap<PartyId, Clearance>,
    /// How far each wire had come.
    told: HashMap<PartyId, u64>,
}

impl App {
    /// Discloses on a thread of its own until the node is dropped.
    pub(crate) fn disclose_as_it_comes(self: &Arc<App>) -> anyhow::Result<()> {
        let (app, news) = (Arc::downgrade(self), self.news.clone());
        let disclose = move || {
            let (mut desk, mut heard) = (Desk::default(), 0);
            while let Some(app) = app.upgrade() {
                if let Err(error) = app.disclose(&mut desk) {
                    tracing::error!(error = %format!("{error:#}"), "what partners may know could not be told");
                }
                drop(app);
                heard = news.wait(heard, LOOK_EVERY);
            }
        };
        std::thread::Builder::new().name("disclose".to_owned()).spawn(disclose).context("no thread")?;
        Ok(())
    }

    fn disclose(&self, desk: &mut Desk) -> anyhow::Result<()> {
        let partners = self.agreements(clock::now())?.partners();
        for partner in &partners {
            while self.disclose_to(desk, partner)? {}
            self.notice_growth(desk, partner)?;
        }
        Ok(())
    }

    /// Rings for what another process put on a wire, such as a notice from the command line.
    fn notice_growth(&self, desk: &mut Desk, partner: &PartyId) -> anyhow::Result<()> {
        let told = self.exchange.told(&wire_party(partner))?.0;
        if desk.told.insert(partner.clone(), told) != Some(told) {
            self.wires.ring();
        }
        Ok(())
    }

    /// Decides on the next claims for a partner; false when there are none.
    fn disclose_to(&self, desk: &mut Desk, partner: &PartyId) -> anyhow::Result<bool> {
        let now = clock::now();
        let agreements = self.agreements(now)?;
        let fits = desk.clearances.get(partner).is_some_and(|clearance| clearance.is_for(&agreements));
        if !fits {
            let clearance = Clearance::new(&agreements, partner, self.identity.secret())?;
            desk.clearances.insert(partner.clone(), clearance);
        }
        let Some(clearance) = desk.clearances.get_mut(partner).filter(|clearance| !clearance.is_empty())
        else {
            return Ok(false);
        };
        self.next_stretch(clearance, &agreements, now)
    }

    fn next_stretch(
        &self,
        clearance: &mut Clearance,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        let partner = wire_party(clearance.partner());
        let from = self.exchange.cursor(&partner)?;
        let floors = self.floors(clearance)?;
        let start = floors.iter().copied().min().map_or(from, |floor| floor.max(from));
        let all = CompartmentSet::all();
        let view = self.store.view(&all, AsOf::Now)?;
        let changes = view.changes_since(start, AT_ONCE)?;
        let Some(last) = changes.last() else { return Ok(false) };
        let mut deciding = Deciding::new(self, &view, agreements, clearance, &floors, now);
        let mut outgoing = Outgoing::default();
        for change in &changes {
            deciding.consider(*change, &mut outgoing)?;
        }
        let advance = Advance { from, to: last.claim };
        drop(view);
        self.put_on_wire(clearance.partner(), Some(advance), outgoing, now)?;
        Ok(true)
    }

    /// The last claim before each agreement came into force: it covers what is learned from then on.
    fn floors(&self, clearance: &mut Clearance) -> anyhow::Result<Vec<ClaimNo>> {
        let all = CompartmentSet::all();
        let floor = |since| Ok(self.store.view(&all, AsOf::Time(since))?.last_claim());
        clearance.rules().iter().map(|rules| floor(rules.held.since())).collect()
    }

    /// Appends to a partner's wire and wakes whoever sends. True when it was appended.
    pub(super) fn put_on_wire(
        &self,
        partner: &PartyId,
        cursor: Option<Advance>,
        outgoing: Outgoing,
        now: Timestamp,
    ) -> anyhow::Result<Option<Appended>> {
        for referral in &outgoing.referrals {
            self.exchange.refer(referral)?;
        }
        if cursor.is_none() && outgoing.items.is_empty() {
            return Ok(None);
        }
        let appended = self.exchange.append(Append {
            partner: wire_party(partner),
            cursor,
            items: outgoing.items,
            limits: outgoing.limits,
            now,
            seed: entropy::bytes(),
        });
        match appended {
            Ok(appended) => {
                if appended.first.is_some() {
                    self.wires.ring();
                }
                Ok(Some(appended))
            }
            // Another process discloses too; the next round reads where it stands.
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
