//! Notices to partners: what was told is taken back, corrected or narrowed, or an agreement stands otherwise.

use entente_agreement::{Matter, Notice, PartyId};
use entente_store::exchange::{ItemKind, NewItem, Seq};
use jiff::Timestamp;

use super::outgoing::Outgoing;
use crate::app::agreement::{Held, wire_hash};
use crate::app::{App, AppError};

/// A notice to be made.
pub(crate) struct Telling<'t> {
    /// The version it was told under.
    pub(crate) held: &'t Held,
    /// Who is told.
    pub(crate) to: &'t PartyId,
    /// What it is.
    pub(crate) kind: ItemKind,
    /// What it takes back.
    pub(crate) concerns: Vec<Seq>,
}

impl App {
    /// Signs a notice, ready for the wire.
    pub(crate) fn notice(
        &self,
        telling: Telling<'_>,
        matter: Matter,
        now: Timestamp,
    ) -> anyhow::Result<NewItem> {
        let held = telling.held;
        let notice = Notice {
            agreement: held.hash(),
            from: held.us.clone(),
            to: telling.to.clone(),
            // 52 random bits, which JSON's numbers hold exactly: no other notice has them.
            number: u64::from_be_bytes(self.chance.bytes()) >> 12,
            at: now,
            matter,
        };
        let signed = notice.sign(&self.key_in(held)?);
        Ok(NewItem {
            kind: telling.kind,
            flow: None,
            object: None,
            body: serde_json::to_vec(&signed)?,
            agreement: wire_hash(&held.hash()),
            clauses: Vec::new(),
            claim: None,
            original: None,
            concerns: telling.concerns,
            referral: None,
        })
    }

    /// Puts a notice on a partner's wire, and whatever is told beside it.
    pub(crate) fn tell_notice(
        &self,
        telling: Telling<'_>,
        matter: Matter,
        beside: Vec<NewItem>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let to = telling.to.clone();
        let mut items = vec![self.notice(telling, matter, now)?];
        items.extend(beside);
        self.put_on_wire(&to, None, Outgoing { items, ..Outgoing::default() }, now)?;
        Ok(())
    }
}
