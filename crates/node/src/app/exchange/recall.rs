//! Taking claims back: from this node, and from every partner that holds something made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{MutexGuard, PoisonError};

use entente_agreement::{AgreementHash, Matter, RecallReason};
use entente_model::{ClaimNo, CompartmentSet, VertexNo};
use entente_store::exchange::{Holding, ItemKind};
use entente_store::{AsOf, Removal, RemovalAct, Removed};
use jiff::Timestamp;

use super::notice::Telling;
use super::outgoing::Outgoing;
use crate::app::App;
use crate::app::agreement::Agreements;

impl App {
    /// Removes claims. Partners are told first: a crash in between leaves a claim that was recalled and is removed when this
    /// is repeated, never one that was removed and not recalled.
    pub(crate) fn take_back(
        &self,
        claims: &[ClaimNo],
        act: RemovalAct,
        why: RecallReason,
        reason: &str,
        now: Timestamp,
    ) -> anyhow::Result<Removed> {
        let _telling = self.telling();
        self.recall(claims, why, now)?;
        let removal = Removal { claims, act, reason, at: now, salt: self.chance.bytes() };
        let removed = self.store.remove(&removal)?;
        if let Some(world) = self.world.get() {
            world.catch_up(&self.store)?;
        }
        self.news.ring();
        Ok(removed)
    }

    /// Keeps telling and taking back apart, within this process.
    pub(super) fn telling(&self) -> MutexGuard<'_, ()> {
        // There is nothing in it that a panic could have left half done.
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Recalls what partners were told from claims.
    fn recall(&self, claims: &[ClaimNo], why: RecallReason, now: Timestamp) -> anyhow::Result<()> {
        let agreements = self.agreements(now)?;
        let mut held: BTreeMap<String, Vec<Holding>> = BTreeMap::new();
        for vertex in self.vertices_of(claims)? {
            for partner in self.exchange.holders(vertex)? {
                let items = self.exchange.holdings(&partner, &[vertex])?.into_iter();
                let made = items.filter(|item| item.claim.is_some_and(|claim| claims.contains(&claim)));
                held.entry(partner.0.clone()).or_default().extend(made);
            }
        }
        for (partner, items) in held {
            self.recall_items(&agreements, &partner, &items, why, now)?;
        }
        Ok(())
    }

    /// Recalls items from one partner, one notice for each version they were told under.
    pub(super) fn recall_items(
        &self,
        agreements: &Agreements,
        partner: &str,
        items: &[Holding],
        why: RecallReason,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let to = partner.parse()?;
        let hashes: BTreeSet<[u8; 32]> = items.iter().map(|item| item.agreement.0).collect();
        let mut outgoing = Outgoing::default();
        for hash in hashes {
            let Some(held) = agreements.version(&AgreementHash::from_bytes(hash)) else { continue };
            let of = || items.iter().filter(|item| item.agreement.0 == hash);
            let objects = of().map(|item| item.object.to_string()).collect();
            let concerns = of().map(|item| item.seq).collect();
            let telling = Telling { held, to: &to, kind: ItemKind::Recall, concerns };
            outgoing.items.push(self.notice(telling, Matter::Recall { objects, reason: why }, now)?);
        }
        self.put_on_wire(&to, None, outgoing, now)?;
        Ok(())
    }

    pub(super) fn vertices_of(&self, claims: &[ClaimNo]) -> anyhow::Result<BTreeSet<VertexNo>> {
        let all = CompartmentSet::all();
        let view = self.store.view(&all, AsOf::Now)?;
        let mut vertices = BTreeSet::new();
        for claim in claims {
            vertices.extend(view.vertex_of_claim(*claim)?);
        }
        Ok(vertices)
    }
}
