//! One changed byte anywhere, in a real folder, and the verifier names it.

use std::{fs, path::Path};

use crate::support::{leaf, leaves, signer};
use entente_ledger::{Checkpoint, Fault, FirstBad, Folder, Hash, Log, verify};

/// Three published sizes, so that partial tiles of earlier checkpoints lie beside the last one.
fn log(dir: &Path) -> (Vec<Hash>, Checkpoint) {
    let all = leaves(600);
    let mut log = Log::open(Folder::new(dir), signer()).unwrap();
    log.append(&all[..500]).unwrap();
    log.append(&all[500..560]).unwrap();
    let checkpoint = log.append(&all[560..]).unwrap();
    (all, checkpoint)
}

fn check(dir: &Path, leaves: &[Hash]) -> Result<Checkpoint, FirstBad> {
    verify(&Folder::new(dir), signer().verifier(), leaves.iter().copied())
}

fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

#[test]
fn a_changed_byte_in_any_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (all, checkpoint) = log(dir.path());
    assert_eq!(check(dir.path(), &all), Ok(checkpoint));
    let files = files(dir.path());
    assert_eq!(
        files,
        [
            "checkpoint",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/48",
            "tile/0/002.p/88",
            "tile/1/000.p/1",
            "tile/1/000.p/2"
        ]
    );
    for file in files {
        let path = dir.path().join(&file);
        let whole = fs::read(&path).unwrap();
        for byte in (0..whole.len()).step_by(37).chain([whole.len() - 1]) {
            let mut changed = whole.clone();
            changed[byte] ^= 0x10;
            fs::write(&path, changed).unwrap();
            let bad = check(dir.path(), &all).unwrap_err();
            assert!(
                bad.to_string().contains("checkpoint") || bad.to_string().contains(&file),
                "{file} {byte}: {bad}"
            );
            assert_eq!(bad.index, first_leaf(&file, byte), "{file} {byte}");
        }
        fs::write(&path, whole).unwrap();
    }
}

/// The first leaf that the byte of the tile speaks of.
fn first_leaf(file: &str, byte: usize) -> Option<u64> {
    let mut parts = file.split('/').skip(1);
    let level: u32 = parts.next()?.parse().unwrap();
    let index: u64 = parts.next()?.trim_end_matches(".p").parse().unwrap();
    Some((index * 256 + byte as u64 / 32) << (8 * level))
}

#[test]
fn a_changed_or_missing_record_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (all, _) = log(dir.path());
    for index in [0, 1, 255, 256, 511, 512, 599] {
        let mut changed = all.clone();
        changed[index as usize] = leaf(9_999);
        assert_eq!(check(dir.path(), &changed), Err(FirstBad { index: Some(index), what: Fault::Record }));
        let gone = check(dir.path(), &all[..index as usize]);
        assert_eq!(gone, Err(FirstBad { index: Some(index), what: Fault::RecordGone }));
    }
    let mut swapped = all.clone();
    swapped.swap(40, 41);
    assert_eq!(check(dir.path(), &swapped), Err(FirstBad { index: Some(40), what: Fault::Record }));
}

/// Whoever can change records and tiles alike still lacks the key.
#[test]
fn records_and_tiles_changed_alike_do_not_make_the_signed_root() {
    let dir = tempfile::tempdir().unwrap();
    let (mut all, _) = log(dir.path());
    all[300] = leaf(9_999);
    let path = dir.path().join("tile/0/001");
    let mut tile = fs::read(&path).unwrap();
    tile[44 * 32..45 * 32].copy_from_slice(all[300].as_bytes());
    fs::write(&path, tile).unwrap();
    // No leaf differs from its record any more, but the tile above still remembers the 256 it stands over.
    assert_eq!(check(dir.path(), &all), Err(FirstBad { index: Some(256), what: Fault::Both }));
}

#[test]
fn records_not_published_yet_are_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    let (_, checkpoint) = log(dir.path());
    assert_eq!(check(dir.path(), &leaves(601)), Ok(checkpoint));
}

#[test]
fn another_logs_key_and_no_log_at_all_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let bad = check(dir.path(), &[]).unwrap_err();
    assert_eq!(bad.to_string(), "the log does not hold: `checkpoint` is not there");
    let (all, _) = log(dir.path());
    let other = entente_ledger::Signer::new("node.example/log", &[8; 32]).unwrap();
    let bad = verify(&Folder::new(dir.path()), other.verifier(), all).unwrap_err();
    assert!(matches!(bad.what, Fault::Checkpoint(_)), "{bad}");
}
