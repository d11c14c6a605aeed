//! Fingerprints of what was committed, on their way into their table. They go all over it, so those of many batches are written
//! at once; those that a crash loses are of records that are then read again.

use entente_model::Fingerprint;

use super::Ends;
use super::decide::Decided;

/// What waits. Only of records that were new: no row of theirs can be there that says something else meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    waiting: Vec<Fingerprint>,
    /// Claims that were removed when they were learnt: after a removal they may no longer say that all is kept.
    removals: u64,
}

/// Drafts from which on a batch leaves its fingerprints to the next: whoever sends so many at once sends more.
const LARGE: usize = 4_096;
/// Fingerprints that wait at most; they take 6 MB.
const MOST: usize = 1 << 18;

impl Learnt {
    /// Takes from the batch what may wait, to be handed to [`Learnt::wait`] once the batch is committed; or gives it what waited.
    pub(super) fn exchange(&mut self, decided: &mut Decided, drafts: usize) -> Vec<Fingerprint> {
        if self.removals != decided.before.removals {
            self.waiting.clear();
            self.removals = decided.before.removals;
        }
        let new = std::mem::take(&mut decided.learnt_new);
        if drafts >= LARGE && self.waiting.len() < MOST {
            return new;
        }
        decided.learnt.append(&mut self.waiting);
        decided.learnt.extend(new);
        Vec::new()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn wait(&mut self, learnt: Vec<Fingerprint>) {
        self.waiting.extend(learnt);
    }

    /// Gives up what waits, where it still holds.
    pub(super) fn take(&mut self, ends: &Ends) -> Vec<Fingerprint> {
        let waiting = std::mem::take(&mut self.waiting);
        if self.removals == ends.removals { waiting } else { Vec::new() }
    }
}
