//! The tiled tree against the recursive definitions of RFC 6962 section 2.1.

use crate::support::{Memory, leaf, leaves, signer};
use entente_ledger::{Hash, LedgerError, Log, ProofError, verify, verify_consistency, verify_inclusion};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// MTH of RFC 6962, written down as it stands there.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            let (left, right) = (mth(left), mth(right));
            let node =
                Sha256::new().chain_update([1]).chain_update(left.as_bytes()).chain_update(right.as_bytes());
            Hash::from_bytes(node.finalize().into())
        }
    }
}

/// PATH of RFC 6962 section 2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut found, other) =
        if index < middle { (path(index, left), right) } else { (path(index - middle, right), left) };
    found.push(mth(other));
    found
}

/// SUBPROOF of RFC 6962 section 2.1.2.
fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut found, other) = if old <= middle {
        (subproof(old, left, whole), right)
    } else {
        (subproof(old - middle, right, false), left)
    };
    found.push(mth(other));
    found
}

#[test]
fn every_small_tree_and_each_of_its_proofs_is_that_of_the_definition() {
    let storage = Memory::default();
    let mut log = Log::open(&storage, signer()).unwrap();
    let all = leaves(70);
    for size in 1..=all.len() {
        let checkpoint = log.append(&all[size - 1..size]).unwrap();
        assert_eq!(*checkpoint.root(), mth(&all[..size]), "size {size}");
        for index in 0..size {
            let proof = log.inclusion_proof(index as u64).unwrap();
            assert_eq!(proof, path(index, &all[..size]), "leaf {index} of {size}");
            verify_inclusion(&all[index], index as u64, size as u64, &proof, checkpoint.root()).unwrap();
        }
        for old in 1..=size {
            let proof = log.consistency_proof(old as u64).unwrap();
            assert_eq!(proof, subproof(old, &all[..size], true), "{old} to {size}");
            verify_consistency(old as u64, &mth(&all[..old]), size as u64, checkpoint.root(), &proof)
                .unwrap();
        }
    }
}

#[test]
fn three_levels_of_tiles_hold_together() {
    let storage = Memory::default();
    let all = leaves(256 * 256 + 300);
    let mut log = Log::open(&storage, signer()).unwrap();
    log.append(&all[..65_000]).unwrap();
    let checkpoint = log.append(&all[65_000..]).unwrap();
    assert_eq!(*checkpoint.root(), mth(&all));
    let paths: Vec<String> = storage.files.borrow().keys().cloned().collect();
    for path in ["tile/0/255", "tile/0/257.p/44", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"] {
        assert!(paths.iter().any(|there| there == path), "{path} is missing");
    }
    assert!(
        !paths.iter().any(|path| path.starts_with("tile/0/253.p/")),
        "a partial tile outlived its full one"
    );
    for index in [0, 255, 256, 65_535, 65_536, 65_835] {
        let proof = log.inclusion_proof(index).unwrap();
        verify_inclusion(&leaf(index), index, 65_836, &proof, checkpoint.root()).unwrap();
    }
    assert_eq!(verify(&&storage, log.verifier(), all), Ok(checkpoint));
}

#[test]
fn two_that_take_turns_write_one_log() {
    let storage = Memory::default();
    let all = leaves(1_000);
    let mut first = Log::open(&storage, signer()).unwrap();
    let mut second = Log::open(&storage, signer()).unwrap();
    let mut stale = (0, 0);
    for size in (100..=1_000).step_by(100) {
        let (log, known) =
            if size % 200 == 0 { (&mut first, &mut stale.0) } else { (&mut second, &mut stale.1) };
        log.publish(*known as u64, &all[*known..size]).unwrap();
        *known = size;
    }
    assert_eq!(verify(&&storage, first.verifier(), all).map(|checkpoint| checkpoint.size()), Ok(1_000));
    assert!(matches!(second.publish(0, &leaves(900)), Err(LedgerError::Shorter { given: 900, size: 1_000 })));
}

#[test]
fn the_empty_log_is_signed_too() {
    let storage = Memory::default();
    let mut log = Log::open(&storage, signer()).unwrap();
    assert_eq!(log.checkpoint(), None);
    let checkpoint = log.publish(0, &[]).unwrap();
    assert_eq!((checkpoint.size(), checkpoint.root()), (0, &Hash::empty()));
    assert_eq!(verify(&&storage, log.verifier(), []), Ok(checkpoint));
    assert!(matches!(log.inclusion_proof(0), Err(LedgerError::Beyond { asked: 0, size: 0 })));
    let first = log.append(&leaves(1)).unwrap();
    verify_consistency(0, &Hash::empty(), 1, first.root(), &log.consistency_proof(0).unwrap()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However the leaves are cut into batches, reopened between or not, the tree is the same.
    #[test]
    fn batches_do_not_matter(batches in prop::collection::vec((0_usize..700, any::<bool>()), 1..6)) {
        let all = leaves(batches.iter().map(|(n, _)| *n as u64).sum());
        let storage = Memory::default();
        let mut log = Log::open(&storage, signer()).unwrap();
        let mut roots = vec![(0, Hash::empty())];
        let mut from = 0;
        for (n, reopen) in batches {
            if reopen {
                log = Log::open(&storage, signer()).unwrap();
            }
            let checkpoint = log.append(&all[from..from + n]).unwrap();
            from += n;
            prop_assert_eq!(*checkpoint.root(), mth(&all[..from]));
            roots.push((checkpoint.size(), *checkpoint.root()));
        }
        let (size, root) = roots[roots.len() - 1];
        for (old, old_root) in roots {
            let proof = log.consistency_proof(old).unwrap();
            prop_assert_eq!(verify_consistency(old, &old_root, size, &root, &proof), Ok(()));
        }
        prop_assert!(verify(&&storage, log.verifier(), all).is_ok());
    }

    /// No proof survives a change of any of its parts.
    #[test]
    fn changed_proofs_are_refused(size in 2_u64..600, index in any::<prop::sample::Index>(), flip in any::<prop::sample::Index>()) {
        let storage = Memory::default();
        let all = leaves(size);
        let mut log = Log::open(&storage, signer()).unwrap();
        let root = *log.append(&all).unwrap().root();
        let index = index.index(size as usize) as u64;
        let proof = log.inclusion_proof(index).unwrap();
        prop_assert_eq!(verify_inclusion(&leaf(index), index, size, &proof, &root), Ok(()));
        let mut changed = proof.clone();
        let place = flip.index(changed.len());
        changed[place] = Hash::leaf(b"another");
        prop_assert_eq!(verify_inclusion(&leaf(index), index, size, &changed, &root), Err(ProofError::Root));
        prop_assert!(verify_inclusion(&leaf(index), index, size, &proof[1..], &root).is_err());
        let longer = [proof.as_slice(), &[root]].concat();
        prop_assert_eq!(verify_inclusion(&leaf(index), index, size, &longer, &root), Err(ProofError::Length));
        prop_assert!(verify_inclusion(&leaf(size), index, size, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&leaf(index), (index + 1) % size, size, &proof, &root).is_err());
        prop_assert_eq!(verify_inclusion(&leaf(index), size, size, &proof, &root), Err(ProofError::Beyond(size)));

        let old = index.max(1);
        let old_root = mth(&all[..old as usize]);
        let proof = log.consistency_proof(old).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, size, &root, &proof), Ok(()));
        prop_assert!(verify_consistency(old, &Hash::leaf(b"x"), size, &root, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, size, &Hash::leaf(b"x"), &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, size, &root, &proof[1..]).is_err());
        let longer = [proof.as_slice(), &[root]].concat();
        prop_assert!(verify_consistency(old, &old_root, size, &root, &longer).is_err());
    }
}
