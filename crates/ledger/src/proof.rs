//! Checking proofs with nothing but a checkpoint's size and root.

use crate::hash::{Hash, split};

/// Why a proof does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The sizes make no sense: a leaf beyond the tree, or an old tree larger than the new.
    #[error("the proof is for a leaf or a tree beyond the size {0}")]
    Beyond(u64),
    /// The proof has too few or too many hashes for its sizes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes do not make the root.
    #[error("the proof does not lead to the signed root")]
    Root,
}

/// The proof that a leaf is in the tree of these few leaves (RFC 6962 section 2.1.1), to be checked with [`verify_inclusion`];
/// `index` must be that of one of them.
pub fn inclusion_in(leaves: &[Hash], index: usize) -> Vec<Hash> {
    let (mut rest, mut at, mut path) = (leaves, index, Vec::new());
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split(rest.len() as u64) as usize);
        let (own, other) = if at < left.len() { (left, right) } else { (right, left) };
        at = if at < left.len() { at } else { at - left.len() };
        path.push(Hash::root_of(other));
        rest = own;
    }
    path.reverse();
    path
}

/// Checks that `leaf` is number `index` in the tree of `size` leaves with this root (RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if root_from(leaf, index, size, path)? == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// The root to which a path leads from leaf number `index` in a tree of `size` leaves, where another proof shows whether
/// it is the right one.
pub fn root_from(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Result<Hash, ProofError> {
    if index >= size {
        return Err(ProofError::Beyond(size));
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in path {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            hash = Hash::node(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = Hash::node(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    end(last, true).map(|()| hash)
}

/// Checks that the tree of `new` leaves continues that of `old` (RFC 9162 section 2.1.4.2).
///
/// Every tree continues the empty one, and itself; the proof is then empty.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    path: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Beyond(new));
    }
    if old == new || old == 0 {
        let same = if old == new { old_root == new_root } else { *old_root == Hash::empty() };
        return if path.is_empty() { end(0, same) } else { Err(ProofError::Length) };
    }
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    // When the old tree is complete, its root is where the walk begins and the proof leaves it out.
    let (start, rest) = match path.split_first() {
        _ if old.is_power_of_two() => (old_root, path),
        Some((first, rest)) => (first, rest),
        None => return Err(ProofError::Length),
    };
    let (mut older, mut newer) = (*start, *start);
    for step in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            older = Hash::node(step, &older);
            newer = Hash::node(step, &newer);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            newer = Hash::node(&newer, step);
        }
        at >>= 1;
        last >>= 1;
    }
    end(last, older == *old_root && newer == *new_root)
}

fn end(left: u64, holds: bool) -> Result<(), ProofError> {
    match (left, holds) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}
