//! Suspending, resuming and terminating. The act is kept first, so that nothing is told after it; then it goes to the
//! other parties as a notice.

use entente_agreement::{Matter, PartyId, SecretKey, StandingAct, StandingMove};
use entente_store::exchange::ItemKind;
use jiff::Timestamp;

use super::Held;
use crate::app::exchange::notice::Telling;
use crate::app::{App, AppError, Role, Viewer};

impl App {
    /// Does this to an agreement, as the party that this node is: to every version that all have signed and none has followed yet. One
    /// that is only proposed keeps nobody from ending what is in force, and one whose time comes later does not go on with it. What
    /// this node has signed and another has not it does this to as well: whoever ends an agreement does not leave an offer that
    /// brings it back with the other's signature. Answers the first of them.
    pub(crate) fn act_on_agreement(
        &self,
        viewer: &Viewer,
        id: &str,
        step: StandingMove,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Held, AppError> {
        viewer.require(Role::Administrator)?;
        let newest = self.newest(id, now)?;
        let agreements = self.agreements(now)?;
        let versions = || agreements.iter().filter(|held| held.agreement().id == newest.agreement().id);
        let made: Vec<&Held> = versions().filter(|held| held.is_made()).collect();
        let offered: Vec<&Held> = versions().filter(|held| held.is_offered()).collect();
        let Some(first) = made.first().or(offered.first()).map(|first| first.hash()) else {
            let word = newest.word();
            return Err(AppError::invalid(format!("the agreement is {word}: nothing can be done to it")));
        };
        // The offers first: nothing is left that brings back what is ended, wherever it is interrupted.
        for offer in offered {
            self.act_on_offer(offer, step, reason.clone(), now)?;
        }
        for held in made {
            self.act_on(held, step, reason.clone(), now)?;
        }
        self.told();
        self.agreements(now)?.version(&first).cloned().ok_or(AppError::NotFound("agreement"))
    }

    /// The act goes with the version, wherever that is shown: others may not have it, and answer no notice about it. One that was signed
    /// with a key which this node has no longer is not its to act on.
    fn act_on_offer(
        &self,
        held: &Held,
        step: StandingMove,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let Ok(key) = self.key_in(held) else { return Ok(()) };
        let act = StandingAct::sign(held.hash(), step, now, reason, &held.us, &key);
        self.keep_act(&held.hash(), &act, now)
    }

    fn act_on(
        &self,
        held: &Held,
        step: StandingMove,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let act = StandingAct::sign(held.hash(), step, now, reason, &held.us, &self.key_in(held)?);
        self.keep_act(&held.hash(), &act, now)?;
        let others: Vec<PartyId> = held.others().map(|party| party.id.clone()).collect();
        for party in others {
            let matter = Matter::Standing(act.clone());
            let telling = Telling { held, to: &party, kind: ItemKind::Standing, concerns: Vec::new() };
            self.tell_notice(telling, matter, Vec::new(), now)?;
        }
        Ok(())
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
