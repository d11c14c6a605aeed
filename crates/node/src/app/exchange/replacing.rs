//! What an object that is told again, or not any more, takes back of what a partner holds.

use std::collections::BTreeSet;

use entente_agreement::{AgreementHash, Correction, Matter, RecallReason, Released};
use entente_model::{Handling, Object};
use entente_store::Spoken;
use entente_store::exchange::{Holding, ItemKind};

use super::deciding::Deciding;
use super::notice::Telling;
use super::outgoing::Outgoing;

impl Deciding<'_> {
    /// Takes back what was told before under another id, or under a wider handling than now.
    pub(super) fn replace(
        &mut self,
        spoken: &Spoken,
        released: &Released<Object>,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        let now = &spoken.head().compartment.handling;
        for holding in self.earlier(spoken) {
            let before = spoken.heads.iter().find(|head| Some(head.no) == holding.claim);
            let narrower = before.is_some_and(|before| is_narrower(now, &before.compartment.handling));
            let wrong = holding.object.to_string();
            if holding.object != *released.id() {
                let right = released.id().to_string();
                let matter = Matter::Correct { objects: vec![Correction { wrong, right }] };
                self.notify(&holding, ItemKind::Correct, matter, outgoing)?;
            } else if narrower {
                let told = released.terms().handling();
                let matter = Matter::Narrow {
                    objects: BTreeSet::from([wrong]),
                    tlp: told.tlp,
                    pap: told.pap,
                    no_onward: told.conditions.no_onward,
                };
                self.notify(&holding, ItemKind::Narrow, matter, outgoing)?;
            }
        }
        Ok(())
    }

    /// Takes back what was told under a wider handling than now.
    pub(super) fn take_back_wider(
        &mut self,
        spoken: &Spoken,
        earlier: &[Holding],
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        let now = &spoken.head().compartment.handling;
        let is_wider = |holding: &&Holding| {
            let before = spoken.heads.iter().find(|head| Some(head.no) == holding.claim);
            before.is_some_and(|before| is_narrower(now, &before.compartment.handling))
        };
        let wider: Vec<Holding> = earlier.iter().filter(is_wider).cloned().collect();
        self.take_back(&wider, RecallReason::Withdrawn, outgoing)
    }

    pub(super) fn take_back(
        &mut self,
        earlier: &[Holding],
        reason: RecallReason,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        for holding in earlier {
            let matter = Matter::Recall { objects: BTreeSet::from([holding.object.to_string()]), reason };
            self.notify(holding, ItemKind::Recall, matter, outgoing)?;
        }
        Ok(())
    }

    fn notify(
        &self,
        holding: &Holding,
        kind: ItemKind,
        matter: Matter,
        outgoing: &mut Outgoing,
    ) -> anyhow::Result<()> {
        let hash = AgreementHash::from_bytes(holding.agreement.0);
        let Some(held) = self.agreements.version(&hash) else { return Ok(()) };
        let telling = Telling { held, to: self.clearance.partner(), kind, concerns: vec![holding.seq] };
        outgoing.put(self.app.notice(telling, matter, self.now)?);
        Ok(())
    }
}

/// True when something may be seen or used by fewer than before.
fn is_narrower(now: &Handling, before: &Handling) -> bool {
    now.tlp > before.tlp
        || now.pap > before.pap
        || (now.conditions.no_onward && !before.conditions.no_onward)
        || (now.conditions.no_court_use && !before.conditions.no_court_use)
}
