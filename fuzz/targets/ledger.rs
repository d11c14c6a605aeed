//! Notes, keys, checkpoints, tiles and proofs as a partner or a spoilt disk may hand them over.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::sync::LazyLock;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use entente_ledger::{
    CHECKPOINT, Checkpoint, Hash, Log, Signer, Storage, Verifier, verify, verify_consistency,
    verify_inclusion,
};

const NAME: &str = "example.com/log";
const SEED: [u8; 32] = [7; 32];
const LEAVES: u64 = 300;

type Files = BTreeMap<String, Vec<u8>>;

/// Files of a log, in memory.
#[derive(Default)]
struct Held(RefCell<Files>);

impl Storage for Held {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.borrow().get(path).cloned())
    }

    fn write(&self, path: &str, content: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().insert(path.to_owned(), content.to_vec());
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.borrow_mut().remove(path);
        Ok(())
    }
}

/// The files of a true log.
static TRUE: LazyLock<Files> = LazyLock::new(|| {
    let held = Held::default();
    let leaves: Vec<Hash> = leaves().collect();
    Log::open(&held, signer()).and_then(|mut log| log.append(&leaves)).expect("memory holds a log");
    held.0.into_inner()
});

fn signer() -> Signer {
    Signer::new(NAME, &SEED).expect("a name without spaces")
}

fn leaves() -> impl Iterator<Item = Hash> {
    (0..LEAVES).map(|number| Hash::leaf(&number.to_be_bytes()))
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((mode, bytes)) = bytes.split_first() else { return };
    match mode % 5 {
        0 => note(bytes),
        1 => key(bytes),
        2 => signed(bytes),
        3 => spoilt(bytes),
        _ => proofs(bytes),
    }
});

/// Only the holder of the key can make a note; the fuzzer is not.
fn note(bytes: &[u8]) {
    let checkpoint = Checkpoint::open(bytes, signer().verifier());
    assert!(checkpoint.is_err() || TRUE.get(CHECKPOINT).is_some_and(|note| bytes.starts_with(&note[..40])));
}

fn key(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(verifier) = Verifier::parse(text) {
        assert_eq!(verifier.to_string(), text);
    }
}

/// Any text under a true signature, as the log's checkpoint.
fn signed(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let text = format!("{NAME}\n{text}\n");
    let id = signer().verifier().to_string();
    let id = id.split('+').nth(1).and_then(|id| u32::from_str_radix(id, 16).ok()).expect("name+id+key");
    let mut blob = id.to_be_bytes().to_vec();
    blob.extend(SigningKey::from_bytes(&SEED).sign(text.as_bytes()).to_bytes());
    let note = format!("{text}\n— {NAME} {}\n", BASE64_STANDARD.encode(blob));
    let held = Held(RefCell::new(TRUE.clone()));
    held.0.borrow_mut().insert(CHECKPOINT.to_owned(), note.clone().into_bytes());
    let signer = signer();
    let opened = Checkpoint::open(note.as_bytes(), signer.verifier());
    let verified = verify(&held, signer.verifier(), leaves());
    assert!(verified.is_err() || verified == opened.clone().map_err(|_| unreachable!("it was verified")));
    if let Ok(checkpoint) = opened {
        let log = Log::open(&held, signer).expect("its checkpoint holds");
        for index in [0, LEAVES - 1, checkpoint.size().saturating_sub(1), checkpoint.size()] {
            let _ = log.inclusion_proof(index);
            let _ = log.consistency_proof(index);
        }
    }
}

/// A log with changed bytes: the verifier says so.
fn spoilt(changes: &[u8]) {
    let mut files = TRUE.clone();
    for change in changes.chunks_exact(4) {
        let place = usize::from(change[0]) % files.len();
        let content = files.values_mut().nth(place).expect("a place below the number of files");
        let at = usize::from(u16::from_le_bytes([change[1], change[2]]));
        match content.len() {
            0 => content.push(change[3]),
            length if at % 64 == 63 => content.truncate(at % length),
            length => content[at % length] = change[3],
        }
    }
    let changed = files != *TRUE;
    let held = Held(RefCell::new(files));
    assert_eq!(verify(&held, signer().verifier(), leaves()).is_err(), changed);
    if let Ok(log) = Log::open(&held, signer()) {
        let _ = log.inclusion_proof(LEAVES / 2);
        let _ = log.consistency_proof(LEAVES / 2);
    }
}

/// Proofs of any sizes and hashes end.
fn proofs(bytes: &[u8]) {
    let Some((numbers, rest)) = bytes.split_at_checked(16) else { return };
    let number = |from: usize| u64::from_le_bytes(numbers[from..from + 8].try_into().expect("eight bytes"));
    let path: Vec<Hash> = rest.chunks(4).map(Hash::leaf).collect();
    let (old, new) = (Hash::leaf(b"old"), Hash::leaf(b"new"));
    let _ = verify_inclusion(&old, number(0), number(8), &path, &new);
    let _ = verify_consistency(number(0), &old, number(8), &new, &path);
}
