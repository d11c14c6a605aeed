//! What is about to go on a partner's wire.

use std::collections::{HashMap, HashSet};

use entente_agreement::{AgreementHash, PartyId, Released};
use entente_model::{ClaimNo, Object, ObjectId, VertexNo};
use entente_store::StoreError;
use entente_store::exchange::{
    Advance, Append, Appended, Beside, ClauseId, FlowId, ItemKind, Limit, NewItem, NewReferral,
    ReleasedObject,
};
use jiff::Timestamp;

use super::flow_name;
use crate::app::App;
use crate::app::agreement::{Held, wire_hash, wire_party};

/// Items of one batch, and their bytes, before another is begun. It depends on what is told alone: were a batch to end where some
/// number of claims has been looked at, its end would tell how many were not told.
const ITEMS: usize = 1_000;
const BYTES: usize = 4 << 20;

/// What is about to go on a wire, and what is noted beside it.
#[derive(Default)]
pub(crate) struct Outgoing {
    /// Releases and notices, in order.
    pub(crate) items: Vec<NewItem>,
    /// What people have to decide.
    pub(crate) referrals: Vec<NewReferral>,
    /// Notes of the discloser.
    pub(crate) beside: Beside,
    /// Limits of the flows met.
    pub(crate) limits: Vec<Limit>,
    /// Items left today, of flows that have a limit.
    pub(crate) left: HashMap<FlowId, u64>,
    /// Statements told so far, or found told.
    pub(crate) stated: HashSet<(FlowId, AgreementHash)>,
    /// Markings told so far, or found told.
    pub(crate) marked: HashSet<(FlowId, ObjectId)>,
    /// Bytes of the items.
    pub(crate) bytes: usize,
}

impl Outgoing {
    /// Puts one more on the wire.
    pub(crate) fn put(&mut self, item: NewItem) {
        self.bytes += item.body.len();
        self.items.push(item);
    }

    /// Whether it is as much as one batch holds.
    pub(crate) fn is_full(&self) -> bool {
        self.items.len() >= ITEMS || self.bytes >= BYTES
    }

    /// Takes out what makes one batch; what limits leave, and which markings are told, stays known.
    pub(crate) fn cut(&mut self) -> Outgoing {
        Outgoing {
            items: std::mem::take(&mut self.items),
            referrals: std::mem::take(&mut self.referrals),
            beside: std::mem::take(&mut self.beside),
            stated: self.stated.clone(),
            marked: self.marked.clone(),
            limits: self.limits.clone(),
            left: HashMap::new(),
            bytes: std::mem::take(&mut self.bytes),
        }
    }
}

/// A release on the wire; `from` is the claim and the object it was made from.
pub(crate) fn item(held: &Held, released: &Released<Object>, from: Option<(ClaimNo, VertexNo)>) -> NewItem {
    let object = released.value();
    // What has no `modified` is as old as it is (TAXII 2.1 section 5.3.1).
    let version = object.modified().or_else(|| object.created());
    NewItem {
        kind: ItemKind::Release,
        flow: Some(flow_name(&held.agreement().id, released.flow())),
        object: Some(ReleasedObject { id: object.id().clone(), version }),
        body: released.bytes().to_vec(),
        agreement: wire_hash(&released.agreement()),
        clauses: released.clauses().iter().map(|clause| ClauseId(clause.to_string())).collect(),
        claim: from.map(|(claim, _)| claim),
        original: from.map(|(_, vertex)| vertex),
        concerns: Vec::new(),
        referral: None,
    }
}

impl App {
    /// Appends to a partner's wire and wakes whoever sends. `None` when there was nothing, or another process was first.
    pub(super) fn put_on_wire(
        &self,
        partner: &PartyId,
        cursor: Option<Advance>,
        outgoing: Outgoing,
        now: Timestamp,
    ) -> anyhow::Result<Option<Appended>> {
        if cursor.is_none() && outgoing.items.is_empty() && outgoing.referrals.is_empty() {
            return Ok(None);
        }
        self.exchange.refer(&outgoing.referrals)?;
        let appended = self.exchange.append(self.append(partner, cursor, outgoing, now));
        self.appended(appended)
    }

    /// One batch for a partner.
    pub(super) fn append(
        &self,
        partner: &PartyId,
        cursor: Option<Advance>,
        outgoing: Outgoing,
        now: Timestamp,
    ) -> Append {
        let Outgoing { items, limits, beside, .. } = outgoing;
        let seed = self.chance.bytes();
        Append { partner: wire_party(partner), cursor, items, limits, beside, now, seed }
    }

    /// What came of an append.
    pub(super) fn appended(
        &self,
        appended: Result<Appended, StoreError>,
    ) -> anyhow::Result<Option<Appended>> {
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
