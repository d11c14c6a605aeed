//! The trees of partners' logs to us, made of the leaves that came in. What a partner signs must be the root of the same tree: then
//! every batch we were told is in its log, and its log holds nothing that it did not tell us.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use entente_agreement::PartyId;
use entente_ledger::{Checkpoint, Frontier};

use crate::app::App;

/// The trees as far as they were compared.
#[derive(Default)]
pub(crate) struct Trees(Mutex<HashMap<PartyId, Frontier>>);

/// What a checkpoint is beside the leaves that came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// It is signed over these leaves.
    Holds,
    /// It is signed over more than came in so far.
    Ahead,
    /// It is signed over something else.
    Differs,
}

impl App {
    /// Compares a partner's checkpoint with the leaves of its log that came in.
    pub(super) fn compare_tree(&self, partner: &PartyId, shown: &Checkpoint) -> anyhow::Result<Comparison> {
        let mut trees = self.trees.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = trees.remove(partner).filter(|tree| tree.size() <= shown.size());
        let mut tree = known.unwrap_or_default();
        let missing = usize::try_from(shown.size() - tree.size())?;
        let leaves = self.store.received_leaves(partner.as_str(), tree.size())?;
        let came = leaves.len();
        for leaf in leaves.into_iter().take(missing) {
            tree.push(leaf);
        }
        let comparison = match (came < missing, tree.root() == *shown.root()) {
            (true, _) => Comparison::Ahead,
            (false, true) => Comparison::Holds,
            (false, false) => Comparison::Differs,
        };
        trees.insert(partner.clone(), tree);
        Ok(comparison)
    }
}
