//! Suspending, resuming and terminating. The act is kept first, so that nothing is told after it; then it goes to the
//! other parties as a notice.

use entente_agreement::{Matter, PartyId, SecretKey, StandingAct, StandingMove};
use entente_store::exchange::ItemKind;
use jiff::Timestamp;

use super::Held;
use crate::app::exchange::notice::Telling;
use crate::app::{App, AppError, Role, Viewer};

impl App {
    /// Does this to the newest version of an agreement, as the party that this node is.
    pub(crate) fn act_on_agreement(
        &self,
        viewer: &Viewer,
        id: &str,
        step: StandingMove,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Held, AppError> {
        viewer.require(Role::Administrator)?;
        let held = self.newest(id, now)?;
        if !held.is_made() {
            return Err(AppError::invalid(format!(
                "the agreement is {}: nothing can be done to it",
                held.word()
            )));
        }
        let act = StandingAct::sign(held.hash(), step, now, reason, &held.us, &self.key_in(&held)?);
        self.keep_act(&held.hash(), &act, now)?;
        let others: Vec<PartyId> = held.others().map(|party| party.id.clone()).collect();
        for party in others {
            let matter = Matter::Standing(act.clone());
            let telling = Telling { held: &held, to: &party, kind: ItemKind::Standing, concerns: Vec::new() };
            self.tell_notice(telling, matter, Vec::new(), now)?;
        }
        self.told();
        self.newest(id, now)
    }

    /// This node's key as a version of an agreement names it.
    pub(in crate::app) fn key_in(&self, held: &Held) -> Result<SecretKey, AppError> {
        let party = held.agreement().party(&held.us);
        let key = party.and_then(|party| self.identity.as_party(party));
        key.ok_or_else(|| {
            AppError::invalid("the agreement does not name this node's present key: make a new version of it")
        })
    }
}
