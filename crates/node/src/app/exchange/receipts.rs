//! Answers to what was told: acknowledgements, receipts for notices, cosigned checkpoints. And the checkpoints themselves.

use std::collections::BTreeSet;

use anyhow::Context as _;
use entente_agreement::{
    Matter, NoticeAnswer, PartyId, RecallReason, SignedNotice, SignedReceipt, SignedReturn,
};
use entente_ledger::{Checkpoint, Continuation, Cosigner, CosignerKey, Hash, Verifier};
use entente_model::{ClaimNo, CompartmentSet};
use entente_store::exchange::{NoticeState, ReceivedNotice, Seq, Settlement, log_name};
use entente_store::{AsOf, RemovalAct};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::frame::Told;
use super::tree::Comparison;
use crate::app::agreement::{Agreements, Held, wire_party};
use crate::app::{App, key};

/// Answered notices that are told again when a connection begins.
const AGAIN: usize = 100;

/// What a receiver answers.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipts {
    /// Everything up to this item is durable at the receiver.
    pub(crate) acknowledged: u64,
    /// What it did about notices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notices: Vec<NoticeDone>,
    /// The sender's newest checkpoint with the receiver's cosignature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint: Option<String>,
    /// What it gave back at the end of its retention.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) returns: Vec<SignedReturn>,
}

/// The answer to one notice.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeDone {
    /// Its place on the wire.
    pub(crate) seq: u64,
    /// The answer.
    pub(crate) receipt: SignedReceipt,
}

/// A checkpoint of the log of what a partner was told, and the proof that it continues one it has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beat {
    /// The signed checkpoint.
    pub(crate) checkpoint: String,
    /// The consistency proof, in base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) proof: Vec<String>,
}

impl App {
    /// Keeps what a partner answered. Who acknowledges what was never told is an alarm, and not heard further.
    pub(crate) fn take_receipts(
        &self,
        partner: &PartyId,
        receipts: &Receipts,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let agreements = self.agreements(now)?;
        let acknowledged = Seq(receipts.acknowledged);
        if self.exchange.notice_forgotten(&wire_party(partner), acknowledged, now)? {
            tracing::error!(%partner, %acknowledged, "a partner has more than this node told: was its folder put back?");
        }
        self.exchange.acknowledge(&wire_party(partner), acknowledged, now)?;
        for done in &receipts.notices {
            self.settle_notice(partner, done, &agreements, now)?;
        }
        for signed in &receipts.returns {
            self.take_return(partner, signed, &agreements, now)?;
        }
        match &receipts.checkpoint {
            Some(note) => self.keep_cosigned(partner, note, &agreements, now),
            None => Ok(()),
        }
    }

    fn settle_notice(
        &self,
        partner: &PartyId,
        done: &NoticeDone,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let item = self.exchange.wire_item(&wire_party(partner), Seq(done.seq))?;
        let item = item.filter(|item| item.kind.is_notice()).context("there is no such notice")?;
        let signed: SignedNotice = serde_json::from_slice(&item.body).context("a notice was damaged")?;
        let held = agreements.version(&signed.notice.agreement).context("its agreement is not known")?;
        done.receipt.verify(&signed.notice, held.agreement())?;
        let state = match &done.receipt.receipt.answer {
            NoticeAnswer::Complied => NoticeState::Complied,
            NoticeAnswer::Refused { reason } => NoticeState::Refused(reason.clone()),
        };
        let settlement = Settlement { state, receipt: serde_json::to_vec(&done.receipt)?, at: now };
        Ok(self.exchange.settle_notice(&wire_party(partner), Seq(done.seq), &settlement)?)
    }

    fn keep_cosigned(
        &self,
        partner: &PartyId,
        note: &str,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        for key in agreements.signing_keys(partner) {
            let key = CosignerKey::of(&Verifier::of_bytes(key::NODE, &key)?);
            if key.cosigned(note.as_bytes()).is_ok_and(|at| at.is_some()) {
                self.exchange.keep_cosigned(&wire_party(partner), &key, note.as_bytes(), now)?;
                return Ok(());
            }
        }
        anyhow::bail!("the checkpoint is not cosigned with a key of `{partner}`")
    }

    /// Does what a notice says and signs the answer. Done again, nothing happens again.
    pub(super) fn take_notice(
        &self,
        partner: &PartyId,
        seq: u64,
        told: &Told,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let kept = ReceivedNotice {
            seq: Seq(seq),
            kind: told.kind,
            body: told.body.clone().into_bytes(),
            received_at: now,
            settlement: None,
        };
        self.exchange.keep_received_notice(&wire_party(partner), &kept)?;
        if self.answer_to(partner, seq)?.is_some() {
            return Ok(());
        }
        let Ok(signed) = serde_json::from_str::<SignedNotice>(&told.body) else {
            // There is nothing that a receipt could be signed for. It stays open on both sides, and keeps nothing else waiting.
            tracing::error!(%partner, seq, "a notice cannot be read");
            return Ok(());
        };
        let held = agreements.version(&signed.notice.agreement);
        let Some(held) = held.filter(|held| held.us == signed.notice.to) else {
            tracing::error!(%partner, seq, "a notice is not to this node, or about no agreement of it");
            return Ok(());
        };
        let refused = refusal(partner, &signed, held);
        let answer = match &refused {
            None => {
                self.comply(partner, &signed, held, now)?;
                NoticeAnswer::Complied
            }
            Some(reason) => {
                tracing::warn!(%partner, seq, %reason, "a notice was refused");
                NoticeAnswer::Refused { reason: reason.clone() }
            }
        };
        let receipt = signed.notice.answer(now, answer).sign(&self.key_in(held)?);
        let receipt = serde_json::to_vec(&receipt)?;
        let state = refused.map_or(NoticeState::Complied, NoticeState::Refused);
        let settlement = Settlement { state, receipt, at: now };
        Ok(self.exchange.answer_notice(&wire_party(partner), Seq(seq), &settlement)?)
    }

    fn comply(
        &self,
        partner: &PartyId,
        signed: &SignedNotice,
        held: &Held,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        match &signed.notice.matter {
            Matter::Recall { objects, reason } => {
                let act = match reason {
                    RecallReason::Erasure | RecallReason::RetentionEnded => RemovalAct::Erased,
                    RecallReason::Withdrawn | RecallReason::SentInError => RemovalAct::Withdrawn,
                };
                self.forget(partner, objects, held, act, *reason, now)
            }
            Matter::Correct { objects } => {
                let wrong = objects.iter().map(|correction| correction.wrong.clone()).collect();
                self.forget(partner, &wrong, held, RemovalAct::Withdrawn, RecallReason::SentInError, now)
            }
            // The newly marked form follows it on the wire.
            Matter::Narrow { objects, .. } => {
                self.forget(partner, objects, held, RemovalAct::Withdrawn, RecallReason::Withdrawn, now)
            }
            Matter::Standing(act) => {
                self.keep_act(&held.hash(), act, now).map_err(anyhow::Error::from)?;
                self.told();
                Ok(())
            }
            Matter::Superseded { .. } => Ok(()),
        }
    }

    /// Takes back what a partner told of these objects under an agreement.
    fn forget(
        &self,
        partner: &PartyId,
        objects: &BTreeSet<String>,
        held: &Held,
        act: RemovalAct,
        why: RecallReason,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let claims = self.claims_told(partner, objects, held)?;
        if claims.is_empty() {
            return Ok(());
        }
        let reason = format!("notice of {partner} under {}", held.agreement().id);
        self.take_back(&claims, act, why, &reason, now).map(drop)
    }

    fn claims_told(
        &self,
        partner: &PartyId,
        objects: &BTreeSet<String>,
        held: &Held,
    ) -> anyhow::Result<Vec<ClaimNo>> {
        let all = CompartmentSet::all();
        let view = self.store.view(&all, AsOf::Now)?;
        let under = format!("{}/", held.agreement().id);
        let mut claims = Vec::new();
        for id in objects {
            let Some(vertex) = view.vertex(&id.parse()?)? else { continue };
            let told = view.claims_of(vertex)?.into_iter().filter(|claim| {
                let flow = claim.compartment.agreement.as_deref();
                claim.compartment.source == partner.as_str()
                    && flow.is_some_and(|flow| flow.starts_with(&under))
            });
            claims.extend(told.map(|claim| claim.no));
        }
        Ok(claims)
    }

    fn answer_to(&self, partner: &PartyId, seq: u64) -> anyhow::Result<Option<Settlement>> {
        let before = Some(Seq(seq.saturating_add(1)));
        let notices = self.exchange.received_notices(&wire_party(partner), false, before, 1)?;
        let own = notices.into_iter().find(|notice| notice.seq == Seq(seq));
        Ok(own.and_then(|notice| notice.settlement))
    }

    /// What to answer a partner: how far its wire came in, and what was done about these notices; when none are named, about the
    /// last ones, in case they were not heard.
    pub(crate) fn receipts_for(
        &self,
        partner: &PartyId,
        notices: Option<&[u64]>,
    ) -> anyhow::Result<Receipts> {
        let done = |seq: u64, settlement: Settlement| {
            let receipt = serde_json::from_slice(&settlement.receipt).context("a receipt was damaged")?;
            Ok::<_, anyhow::Error>(NoticeDone { seq, receipt })
        };
        let mut all = Vec::new();
        match notices {
            Some(notices) => {
                for seq in notices {
                    all.extend(self.answer_to(partner, *seq)?.map(|answer| done(*seq, answer)).transpose()?);
                }
            }
            None => {
                for notice in self.exchange.received_notices(&wire_party(partner), false, None, AGAIN)? {
                    let answer = notice.settlement.map(|answer| done(notice.seq.0, answer));
                    all.extend(answer.transpose()?);
                }
            }
        }
        let (acknowledged, returns) = (self.received_up_to(partner)?, self.returns_to(partner)?);
        Ok(Receipts { acknowledged, notices: all, checkpoint: None, returns })
    }

    /// What to answer a partner when a connection begins: whatever was answered before may not have been heard.
    pub(crate) fn first_receipts(&self, partner: &PartyId, now: Timestamp) -> anyhow::Result<Receipts> {
        let checkpoint = self.cosigned_again(partner, now)?;
        Ok(Receipts { checkpoint, ..self.receipts_for(partner, None)? })
    }

    /// The newest checkpoint of a partner's log that was seen, cosigned as when it was.
    fn cosigned_again(&self, partner: &PartyId, now: Timestamp) -> anyhow::Result<Option<String>> {
        for key in self.log_keys(partner, now)? {
            if let Ok(Some(seen)) = self.exchange.seen_checkpoint(&wire_party(partner), &key) {
                return self.cosign(&seen.note, &key, seen.seen_at).map(Some);
            }
        }
        Ok(None)
    }

    fn cosign(&self, note: &[u8], key: &Verifier, seen: Timestamp) -> anyhow::Result<String> {
        let cosigner = Cosigner::new(key::NODE, self.identity.secret())?;
        Ok(String::from_utf8(cosigner.cosign(note, key, seen.as_second().unsigned_abs())?)?)
    }

    /// The last item on a partner's wire.
    pub(crate) fn told_up_to(&self, partner: &PartyId) -> anyhow::Result<u64> {
        Ok(self.exchange.told(&wire_party(partner))?.0)
    }

    /// The checkpoint of the log of what a partner was told, its size, and the proof that it continues its first `old` leaves.
    pub(crate) fn beat(&self, partner: &PartyId, old: u64) -> anyhow::Result<Option<(u64, Beat)>> {
        let party = wire_party(partner);
        let Some(note) = self.exchange.checkpoint(&party)? else { return Ok(None) };
        let size = Checkpoint::open(&note, &self.exchange.log_key(&party)?)?.size();
        let proof = match old > 0 && old < size {
            true => self.exchange.consistency_proof(&party, old)?.iter().map(Hash::to_base64).collect(),
            false => Vec::new(),
        };
        Ok(Some((size, Beat { checkpoint: String::from_utf8(note)?, proof })))
    }

    /// The size of a partner's log to us that was seen last.
    pub(crate) fn seen_size(&self, partner: &PartyId, now: Timestamp) -> anyhow::Result<u64> {
        for key in self.log_keys(partner, now)? {
            if let Ok(Some(seen)) = self.exchange.seen_checkpoint(&wire_party(partner), &key) {
                return Ok(seen.checkpoint.size());
            }
        }
        Ok(0)
    }

    /// Compares a partner's checkpoint with those before it; answers it cosigned when it continues them. A contradiction is kept
    /// as an alarm.
    pub(crate) fn see_beat(
        &self,
        partner: &PartyId,
        beat: &Beat,
        now: Timestamp,
    ) -> anyhow::Result<Option<String>> {
        let proof: Option<Vec<Hash>> = beat.proof.iter().map(|hash| Hash::from_base64(hash)).collect();
        let proof = proof.context("a proof is no base64")?;
        let proof = Some(proof.as_slice()).filter(|proof| !proof.is_empty());
        let note = beat.checkpoint.as_bytes();
        let keys = self.log_keys(partner, now)?;
        let signed = keys.iter().find(|key| Checkpoint::open(note, key).is_ok());
        let key =
            signed.with_context(|| format!("the checkpoint of `{partner}` is not signed with its key"))?;
        let shown = Checkpoint::open(note, key)?;
        match self.compare_tree(partner, &shown)? {
            Comparison::Holds => {}
            // What came in later is compared with a later one.
            Comparison::Ahead => return Ok(None),
            Comparison::Differs => {
                self.exchange.deny_checkpoint(&wire_party(partner), key, note, now)?;
                tracing::error!(%partner, "a partner's log is not of what it told: see `entente peer status`");
                return Ok(None);
            }
        }
        let found = self.exchange.see_checkpoint(&wire_party(partner), key, note, proof, now)?;
        match found {
            Continuation::First | Continuation::Grown => self.cosign(note, key, now).map(Some),
            Continuation::Same | Continuation::Unproven => Ok(None),
            contradiction => {
                tracing::error!(%partner, found = ?contradiction, "a partner's log contradicts itself: see `entente peer status`");
                Ok(None)
            }
        }
    }

    /// The keys that may sign a partner's log to us.
    pub(super) fn log_keys(&self, partner: &PartyId, now: Timestamp) -> anyhow::Result<Vec<Verifier>> {
        let agreements = self.agreements(now)?;
        let us = agreements.with(partner).map(|held| held.us.clone()).next();
        let Some(us) = us else { return Ok(Vec::new()) };
        let name = log_name(key::NODE, &wire_party(&us));
        let keys = agreements.signing_keys(partner).into_iter();
        keys.map(|key| Ok(Verifier::of_bytes(&name, &key)?)).collect()
    }
}

/// Why a notice is not done; none when it is to be.
fn refusal(partner: &PartyId, signed: &SignedNotice, held: &Held) -> Option<String> {
    if signed.notice.from != *partner {
        return Some(format!("it is not from `{partner}`"));
    }
    signed.verify(held.agreement()).err().map(|error| error.to_string())
}
