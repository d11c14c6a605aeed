//! What somebody who keeps a log's checkpoints finds when the log shows another.

use crate::{checkpoint::Checkpoint, hash::Hash, proof::verify_consistency};

/// How a checkpoint stands to the one that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// Nothing was kept, so it is believed; from now on the log is held to it.
    First,
    /// It is the one that was kept.
    Same,
    /// It continues the one that was kept, and the proof shows it.
    Grown,
    /// It is of a larger tree, but no proof was given. Ask for one, and do not believe it before.
    Unproven,
    /// It is of a larger tree, and the proof that was given does not hold: a log that has kept its records could give one
    /// that does.
    Inconsistent,
    /// It is of a smaller tree: the log has forgotten what it signed, or shows an old face. Where the log may have been
    /// asked before it had grown, ask again before raising an alarm.
    Rollback,
    /// It is of a tree of the same size with another root. The two signed notes together prove that the log told two stories.
    Fork,
}

/// Compares a checkpoint that a log shows with the one that was kept. Both must have been opened with the log's key.
pub fn compare(kept: Option<&Checkpoint>, shown: &Checkpoint, proof: Option<&[Hash]>) -> Continuation {
    let Some(kept) = kept else { return Continuation::First };
    let (old, new) = (kept.size(), shown.size());
    match new.cmp(&old) {
        std::cmp::Ordering::Equal if kept.root() == shown.root() => Continuation::Same,
        std::cmp::Ordering::Equal => Continuation::Fork,
        std::cmp::Ordering::Less => Continuation::Rollback,
        std::cmp::Ordering::Greater => {
            // Every tree continues the empty one; nothing is needed to see it.
            let proof = if old == 0 { Some(&[][..]) } else { proof };
            let Some(proof) = proof else { return Continuation::Unproven };
            match verify_consistency(old, kept.root(), new, shown.root(), proof) {
                Ok(()) => Continuation::Grown,
                Err(_) => Continuation::Inconsistent,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::inclusion_in;

    fn tree(leaves: &[u8]) -> Checkpoint {
        let leaves: Vec<Hash> = leaves.iter().map(|leaf| Hash::leaf(&[*leaf])).collect();
        Checkpoint::new("example.com/log", leaves.len() as u64, Hash::root_of(&leaves))
    }

    #[test]
    fn growth_is_believed_when_it_is_proven_and_contradiction_is_called_by_its_name() {
        let (one, two, other) = (tree(&[1]), tree(&[1, 2]), tree(&[1, 3]));
        assert_eq!(compare(None, &two, None), Continuation::First);
        assert_eq!(compare(Some(&two), &two, None), Continuation::Same);
        assert_eq!(compare(Some(&two), &other, None), Continuation::Fork);
        assert_eq!(compare(Some(&two), &one, None), Continuation::Rollback);
        assert_eq!(compare(Some(&one), &two, None), Continuation::Unproven);
        // From one leaf to two, the proof of consistency is the second leaf.
        let proof = inclusion_in(&[Hash::leaf(&[1]), Hash::leaf(&[2])], 0);
        assert_eq!(compare(Some(&one), &two, Some(&proof)), Continuation::Grown);
        assert_eq!(compare(Some(&one), &other, Some(&proof)), Continuation::Inconsistent);
        assert_eq!(compare(Some(&tree(&[])), &two, None), Continuation::Grown);
    }
}
