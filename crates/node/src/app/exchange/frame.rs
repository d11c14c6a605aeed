//! A stretch of a partner's wire as it goes over the network.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use entente_agreement::{AgreementHash, PartyId, Standing};
use entente_ledger::Hash;
use entente_model::Handling;
use entente_store::ReceivedBatch;
use entente_store::disclosure::{batch_leaf, item_leaf};
use entente_store::exchange::{
    self, ClauseId, FlowId, ItemKind, ItemState, ReleasedObject, Seq, Stretch, WireItem,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::app::agreement::{Agreements, wire_party};

/// Items and bytes of one frame.
const ITEMS: usize = 4_096;
const BYTES: usize = 8 << 20;

/// Whole batches of a wire, in order and without gaps.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Frame {
    /// The items.
    pub(crate) items: Vec<FrameItem>,
    /// The batches they are of.
    pub(crate) batches: Vec<FrameBatch>,
}

/// An item: what it tells, or, when that may not be told any more, the leaf in its place.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrameItem {
    /// Its place.
    pub(crate) seq: u64,
    /// What it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) told: Option<Told>,
    /// The leaf of what is not told: a commitment with a salt that stays here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) leaf: Option<String>,
}

/// What an item tells, with everything that its leaf binds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    /// What it is.
    pub(crate) kind: ItemKind,
    /// The flow it goes by, as `<agreement>/<flow>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<String>,
    /// The object's released id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<Timestamp>,
    /// When it was added to the wire.
    pub(crate) added: Timestamp,
    /// The version of the agreement.
    pub(crate) agreement: AgreementHash,
    /// The clauses that let it leave.
    pub(crate) clauses: Vec<String>,
    /// The salt of its leaf.
    pub(crate) salt: String,
    /// How it may be handled; what the flow adds to that the receiver knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) handling: Option<Handling>,
    /// The released bytes, or the signed notice.
    pub(crate) body: String,
}

/// A leaf of the log of what the partner was told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrameBatch {
    /// Its first item.
    pub(crate) first: u64,
    /// How many items it has.
    pub(crate) items: u32,
    /// The leaf.
    pub(crate) leaf: String,
}

/// What may be done with an item at this moment.
#[derive(PartialEq)]
enum Gate {
    Send,
    /// Its agreement is suspended, another version took its place, or it ran out and may be renewed: it is told anew when it may be, and nothing waits for it.
    Hold,
    /// It may not be told any more.
    Skip,
}

impl App {
    /// What follows an item on a partner's wire and may be told at this moment; `None` when that is nothing. Agreements are asked
    /// now: what was put on the wire while one was in force is not told after that.
    pub(crate) fn frame_after(
        &self,
        partner: &PartyId,
        after: u64,
        now: Timestamp,
    ) -> anyhow::Result<Option<Frame>> {
        let stretch = self.exchange.wire_after(&wire_party(partner), Seq(after), ITEMS, BYTES)?;
        if stretch.items.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.frame(partner, stretch, &self.agreements(now)?)?))
    }

    fn frame(&self, partner: &PartyId, stretch: Stretch, agreements: &Agreements) -> anyhow::Result<Frame> {
        let party = wire_party(partner);
        let handling = self.handling_of(&stretch.items)?;
        let erased: HashMap<Seq, [u8; 32]> = stretch.erased.into_iter().collect();
        let (mut items, mut held) = (Vec::with_capacity(stretch.items.len()), Vec::new());
        for (item, handling) in stretch.items.into_iter().zip(handling) {
            let gate = gate(&item, agreements);
            if gate == Gate::Hold {
                held.push(item.seq);
            }
            items.push(match gate {
                Gate::Send => FrameItem { seq: item.seq.0, told: Some(told(item, handling)?), leaf: None },
                Gate::Hold | Gate::Skip => {
                    let left = erased.get(&item.seq).copied().map(Hash::from_bytes);
                    let leaf = item_leaf(&party, &item).or(left).map(|leaf| leaf.to_base64());
                    FrameItem { seq: item.seq.0, told: None, leaf }
                }
            });
        }
        if !held.is_empty() {
            // Before anything is sent: what is passed over now must be known to have been.
            self.exchange.hold_back(&party, &held)?;
        }
        let batches = stretch.batches.iter().map(|batch| FrameBatch {
            first: batch.first.0,
            items: batch.items,
            leaf: Hash::from_bytes(batch.leaf).to_base64(),
        });
        Ok(Frame { batches: batches.collect(), items })
    }
}

fn gate(item: &WireItem, agreements: &Agreements) -> Gate {
    if matches!(item.state, ItemState::Withdrawn | ItemState::Returned) || item.salt.is_none() {
        return Gate::Skip;
    }
    if item.kind.is_notice() {
        return Gate::Send;
    }
    match agreements.version(&AgreementHash::from_bytes(item.agreement.0)).map(|held| &held.standing) {
        Some(Standing::InForce(_)) => Gate::Send,
        Some(Standing::Suspended { .. } | Standing::Superseded { .. } | Standing::Expired { .. }) => {
            Gate::Hold
        }
        _ => Gate::Skip,
    }
}

fn told(item: WireItem, handling: Option<Handling>) -> anyhow::Result<Told> {
    let salt = item.salt.context("an item on the wire has no salt")?;
    Ok(Told {
        kind: item.kind,
        flow: item.flow.map(|flow| flow.0),
        version: item.object.as_ref().and_then(|object| object.version),
        object: item.object.map(|object| object.id.to_string()),
        added: item.added,
        agreement: AgreementHash::from_bytes(item.agreement.0),
        clauses: item.clauses.into_iter().map(|clause| clause.0).collect(),
        salt: salt.iter().map(|byte| format!("{byte:02x}")).collect(),
        handling,
        body: String::from_utf8(item.body).context("an item on the wire is no text")?,
    })
}

impl Frame {
    /// Checks that it is whole batches without a gap and that their leaves are those of the items; answers the batches. `us` is who
    /// was told.
    pub(crate) fn verify(&self, us: &PartyId) -> anyhow::Result<Vec<ReceivedBatch>> {
        let us = wire_party(us);
        let (mut rest, mut batches) = (self.items.as_slice(), Vec::with_capacity(self.batches.len()));
        let mut next = self.batches.first().map_or(0, |batch| batch.first);
        for batch in &self.batches {
            if batch.first != next {
                bail!("a batch begins with item {}, but {next} comes next", batch.first);
            }
            next = next.saturating_add(batch.items.into());
            let count = usize::try_from(batch.items).unwrap_or(usize::MAX);
            let (items, after) = rest.split_at_checked(count).context("a batch is not there to its end")?;
            batches.push(batch.verify(items, &us)?);
            rest = after;
        }
        if !rest.is_empty() {
            bail!("some of its items are of no batch");
        }
        Ok(batches)
    }
}

impl FrameBatch {
    fn verify(&self, items: &[FrameItem], us: &exchange::PartyId) -> anyhow::Result<ReceivedBatch> {
        if !(self.first..).zip(items).all(|(seq, item)| seq == item.seq) {
            bail!("the batch that begins with item {} has a gap", self.first);
        }
        let leaves = items.iter().map(|item| item.leaf(us)).collect::<anyhow::Result<Vec<Hash>>>()?;
        let leaf = batch_leaf(Seq(self.first), self.items.into(), &Hash::root_of(&leaves));
        if Hash::from_base64(&self.leaf) != Some(leaf) {
            bail!("the leaf of the batch that begins with item {} is not that of its items", self.first);
        }
        Ok(ReceivedBatch { first: self.first, items: self.items, leaf: *leaf.as_bytes() })
    }
}

impl FrameItem {
    /// The leaf: of what is told, or as it is sent in the place of that.
    fn leaf(&self, us: &exchange::PartyId) -> anyhow::Result<Hash> {
        let Some(told) = &self.told else {
            let leaf = self.leaf.as_deref().and_then(Hash::from_base64);
            return leaf.with_context(|| format!("item {} has neither content nor leaf", self.seq));
        };
        let object = told.object.as_ref().map(|id| id.parse()).transpose()?;
        let item = WireItem {
            seq: Seq(self.seq),
            kind: told.kind,
            flow: told.flow.clone().map(FlowId),
            object: object.map(|id| ReleasedObject { id, version: told.version }),
            added: told.added,
            agreement: exchange::AgreementHash(*told.agreement.as_bytes()),
            clauses: told.clauses.iter().map(|clause| ClauseId(clause.clone())).collect(),
            claim: None,
            original: None,
            state: ItemState::Stands,
            salt: Some(salt(&told.salt).context("a salt is 32 hexadecimal digits")?),
            body: told.body.clone().into_bytes(),
        };
        item_leaf(us, &item).context("an item has no salt")
    }
}

fn salt(text: &str) -> Option<[u8; 16]> {
    let mut salt = [0; 16];
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    for (byte, place) in salt.iter_mut().zip((0..32).step_by(2)) {
        *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
    }
    Some(salt)
}
