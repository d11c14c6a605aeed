//! A log whose storage dies at every write there is, in two ways: the write is lost, or it is saved but reported
//! lost. Whatever happens, the files make a whole log of the old size or of the new, and publishing mends the rest.

use crate::support::{Crash, Memory, leaves, signer};
use entente_ledger::{LedgerError, Log, Storage, verify};

/// Sizes that cross the ends of tiles of two levels.
const STEPS: [u64; 7] = [1, 3, 255, 256, 257, 1_000, 66_000];

#[test]
fn a_crash_at_any_write_loses_nothing_that_was_published() {
    let all = leaves(66_000);
    for how in [Crash::Lost, Crash::SavedButReportedLost] {
        for pair in STEPS.windows(2) {
            let (old, new) = (&all[..pair[0] as usize], &all[..pair[1] as usize]);
            let writes = count_writes(old, new);
            // Every write of the small steps; of the long one the ends, where the kinds of files change.
            for at in (0..writes).filter(|at| writes < 10 || *at == 0 || writes - at < 4) {
                crash_and_mend(old, new, at, how);
            }
        }
    }
}

fn count_writes(old: &[entente_ledger::Hash], new: &[entente_ledger::Hash]) -> u64 {
    let storage = Memory::default();
    let mut log = Log::open(&storage, signer()).unwrap();
    log.append(old).unwrap();
    storage.writes.set(0);
    log.append(&new[old.len()..]).unwrap();
    storage.writes.get()
}

fn crash_and_mend(old: &[entente_ledger::Hash], new: &[entente_ledger::Hash], at: u64, how: Crash) {
    let what = format!("{} to {} leaves, crash at write {at}, {how:?}", old.len(), new.len());
    let storage = Memory::default();
    let mut log = Log::open(&storage, signer()).unwrap();
    let before = log.append(old).unwrap();
    storage.crash_at(at, how);
    assert!(matches!(log.append(&new[old.len()..]), Err(LedgerError::Storage { .. })), "{what}");
    storage.restart();

    let seen = verify(&&storage, signer().verifier(), new.iter().copied())
        .unwrap_or_else(|bad| panic!("{what}: {bad}"));
    assert!(seen == before || seen.size() == new.len() as u64, "{what}");

    let mut log = if at.is_multiple_of(2) { Log::open(&storage, signer()).unwrap() } else { log };
    let from = log.size();
    let mended = log.publish(from, &new[from as usize..]).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(verify(&&storage, signer().verifier(), new.iter().copied()), Ok(mended), "{what}");
}

#[test]
fn a_tile_that_was_lost_is_told_of_and_written_again_from_the_leaves() {
    let all = leaves(66_000);
    let storage = Memory::default();
    let signed = Log::open(&storage, signer()).unwrap().append(&all).unwrap();
    let tiles: Vec<String> =
        storage.files.borrow().keys().filter(|path| path.starts_with("tile/")).cloned().collect();
    for (nth, tile) in tiles.iter().enumerate().filter(|(nth, tile)| nth % 128 == 0 || tile.contains(".p/")) {
        let whole = storage.files.borrow_mut().remove(tile).unwrap();
        if nth % 256 == 0 {
            // A file system that broke its promise may also have kept half of it.
            storage.files.borrow_mut().insert(tile.clone(), whole[..whole.len() / 2].to_vec());
        }
        let bad = verify(&&storage, signer().verifier(), all.iter().copied()).unwrap_err();
        assert!(bad.to_string().contains(tile), "{tile}: {bad}");
        let mut log = Log::open(&storage, signer()).unwrap();
        assert_eq!(log.publish(0, &all).unwrap(), signed);
        assert_eq!(storage.read(tile).unwrap(), Some(whole), "{tile}");
    }
}

#[test]
fn a_spoilt_edge_is_never_signed() {
    let all = leaves(300);
    let storage = Memory::default();
    Log::open(&storage, signer()).unwrap().append(&all[..200]).unwrap();
    storage.files.borrow_mut().get_mut("tile/0/000.p/200").unwrap()[40] ^= 1;
    let mut log = Log::open(&storage, signer()).unwrap();
    assert!(matches!(log.append(&all[200..]), Err(LedgerError::Damaged { size: 200 })));
    log.publish(0, &all).unwrap();
    assert!(verify(&&storage, signer().verifier(), all).is_ok());
}

#[test]
fn a_half_written_checkpoint_is_told_of_and_made_anew_only_on_request() {
    let all = leaves(300);
    let storage = Memory::default();
    let signed = Log::open(&storage, signer()).unwrap().append(&all).unwrap();
    storage.files.borrow_mut().get_mut("checkpoint").unwrap().truncate(60);
    assert!(matches!(Log::open(&storage, signer()), Err(LedgerError::Checkpoint(_))));
    assert_eq!(Log::rebuild(&storage, signer()).publish(0, &all).unwrap(), signed);
    assert_eq!(verify(&&storage, signer().verifier(), all), Ok(signed));
}

#[test]
fn what_contradicts_the_signed_log_is_not_signed_nor_written() {
    let all = leaves(700);
    let storage = Memory::default();
    let mut log = Log::open(&storage, signer()).unwrap();
    log.append(&all[..600]).unwrap();
    let before = storage.files.borrow().clone();
    let mut forged = all.clone();
    forged[10] = forged[11];
    assert!(matches!(log.publish(0, &forged), Err(LedgerError::Fork { size: 600 })));
    assert!(matches!(log.publish(0, &all[..599]), Err(LedgerError::Shorter { given: 599, size: 600 })));
    assert!(matches!(log.publish(601, &[]), Err(LedgerError::Gap { from: 601, size: 600 })));
    assert_eq!(*storage.files.borrow(), before);
    log.publish(300, &all[300..]).unwrap();
    assert_eq!(log.size(), 700);
}

#[test]
fn publishing_twice_changes_no_file() {
    let all = leaves(1_000);
    let storage = Memory::default();
    let mut log = Log::open(&storage, signer()).unwrap();
    log.append(&all).unwrap();
    let before = storage.files.borrow().clone();
    for from in [1_000, 999, 256, 0] {
        log.publish(from, &all[from as usize..]).unwrap();
        assert_eq!(*storage.files.borrow(), before, "from {from}");
    }
}
