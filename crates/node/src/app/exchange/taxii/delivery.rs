//! Noting which pages partners fetched: the nearest thing to an acknowledgement that TAXII has.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::Context as _;
use entente_agreement::{PartyId, Standing};
use entente_store::exchange::{self, CollectionBodies, Delivery, FlowId, Seq};
use jiff::Timestamp;

use super::collection::{Collection, Way};
use super::token::Guest;
use crate::app::App;
use crate::app::agreement::{Agreements, wire_hash, wire_party};

/// Pages that wait to be noted; when there are more, fetching waits for the disk.
const WAITING: usize = 4_096;
/// Pages noted in one transaction.
const AT_ONCE: usize = 1_024;

type Noted = (exchange::PartyId, FlowId, Delivery);

/// Takes notes, and writes them on a thread of its own, so that no page waits for the disk.
pub(crate) struct Deliveries {
    notes: SyncSender<Noted>,
}

impl Deliveries {
    /// Begins to take notes; ends when it is dropped.
    pub(crate) fn begin(app: &Arc<App>) -> anyhow::Result<Deliveries> {
        let (notes, taken) = sync_channel(WAITING);
        let app = Arc::downgrade(app);
        let write = move || {
            while let Some(pages) = next(&taken) {
                let Some(app) = app.upgrade() else { return };
                if let Err(error) = app.note_deliveries(&pages) {
                    tracing::error!(error = %format!("{error:#}"), "pages that were fetched could not be noted");
                }
            }
        };
        std::thread::Builder::new().name("deliveries".to_owned()).spawn(write).context("no thread")?;
        Ok(Deliveries { notes })
    }

    /// Notes a page; one without objects delivered nothing.
    pub(crate) fn note(
        &self,
        guest: &Guest,
        collection: &Collection,
        page: &CollectionBodies,
        at: Timestamp,
    ) {
        let Some((first_added, last_added)) = page.added else { return };
        let (token, items) = (guest.token.clone(), page.items as u64);
        let delivery = Delivery { token, first_added, last_added, items, at };
        // The thread ends with the node, and with the node ends what could be fetched.
        let _ = self.notes.send((wire_party(&guest.party), collection.flow_name(), delivery));
    }
}

/// Waits for a note and takes what else there is; `None` when nobody takes notes any more. Pages that follow each other are one,
/// and so is a page that is fetched again.
fn next(taken: &Receiver<Noted>) -> Option<Vec<Noted>> {
    let mut pages: Vec<Noted> = vec![taken.recv().ok()?];
    for _ in 1..AT_ONCE {
        let Ok((party, flow, delivery)) = taken.try_recv() else { break };
        let last = pages
            .last_mut()
            .filter(|(before, of, last)| *before == party && *of == flow && last.token == delivery.token);
        match last {
            Some((_, _, last)) if is_within(&delivery, last) => last.at = delivery.at,
            Some((_, _, last)) if last.last_added < delivery.first_added => {
                last.last_added = delivery.last_added;
                last.items += delivery.items;
                last.at = delivery.at;
            }
            _ => pages.push((party, flow, delivery)),
        }
    }
    Some(pages)
}

fn is_within(page: &Delivery, noted: &Delivery) -> bool {
    noted.first_added <= page.first_added && page.last_added <= noted.last_added
}

impl App {
    /// Holds back what a partner did not fetch before another version took the place of the one it was told under, so that it is decided on
    /// anew. Nobody sends a frame in which that would be noticed to a partner that comes with a token and has no node.
    pub(in crate::app::exchange) fn hold_back_unfetched(
        &self,
        agreements: &Agreements,
        partner: &PartyId,
    ) -> anyhow::Result<()> {
        let party = wire_party(partner);
        let has_token = self.exchange.api_tokens()?.iter().any(|token| token.party == party);
        if !has_token || self.exchange.health(&party)?.acknowledged > Seq(0) {
            return Ok(());
        }
        for collection in super::collection::all(agreements, partner).filter(|one| one.way() == Way::Told) {
            let replaced = agreements.with(partner).filter(|held| {
                matches!(held.standing, Standing::Superseded { .. })
                    && held.agreement().id == collection.agreement().id
                    && !collection.same().contains(&held.hash())
            });
            let replaced: Vec<_> = replaced.map(|held| wire_hash(&held.hash())).collect();
            self.exchange.hold_back_unfetched(&party, &collection.flow_name(), &replaced)?;
        }
        Ok(())
    }

    fn note_deliveries(&self, pages: &[Noted]) -> anyhow::Result<()> {
        self.exchange.delivered(pages)?;
        let mut heard: Vec<(&exchange::PartyId, Timestamp)> = Vec::new();
        for (party, _, delivery) in pages {
            match heard.iter_mut().find(|(known, _)| *known == party) {
                Some((_, at)) => *at = delivery.at.max(*at),
                None => heard.push((party, delivery.at)),
            }
        }
        for (party, at) in heard {
            self.exchange.seen(party, at)?;
        }
        Ok(())
    }
}
