//! What was taken in before need not be read again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use entente_model::{Fingerprint, Handling, Marking, ObjectId};
use sha2::{Digest, Sha256};

/// Who remembers which records were taken in. To forget one costs time; to remember one that was not taken in would lose it.
pub trait Memory: Send + Sync {
    /// Whether the record with this fingerprint was taken in, and everything it told is still kept.
    fn knows(&self, fingerprint: &Fingerprint) -> bool;

    /// Nothing will be asked for a while.
    fn rest(&self) {}
}

/// What is known from before an import.
pub struct Past<'p, M> {
    /// Who tells.
    pub source: &'p str,
    /// The markings that source defined.
    pub markings: Vec<(ObjectId, Marking)>,
    /// The records it told.
    pub memory: Arc<M>,
}

/// Asks a memory about records, before they are read.
pub(crate) struct Recall {
    memory: Arc<dyn Memory>,
    /// Has taken in who tells.
    teller: Sha256,
    handling: [u8; 8],
    /// How many were asked about and not known since the last that was.
    misses: AtomicU32,
}

/// After so many misses in a row the input is taken for new, and only some of its records are asked about.
const PATIENCE: u32 = 256;
/// One in so many is asked about then.
const SAMPLE: u32 = 16;

impl Recall {
    /// A marking that became known since makes the handling another.
    pub(crate) fn new(
        memory: Arc<dyn Memory>,
        source: &str,
        handling: &Handling,
        markings: &[(ObjectId, Marking)],
    ) -> Recall {
        let mut teller = Sha256::new_with_prefix(b"entente/record/v1\0");
        teller.update((source.len() as u64).to_le_bytes());
        teller.update(source);
        let markings: Vec<_> = markings.iter().map(|(id, marking)| (id.to_string(), marking)).collect();
        let handling = serde_json::to_vec(&(handling, markings)).expect("handling always serialises");
        Recall { memory, teller, handling: first(Sha256::digest(handling)), misses: AtomicU32::new(0) }
    }

    /// The fingerprint of a record's bytes as they stand, read as `edition` of a format.
    pub(crate) fn fingerprint(&self, edition: &str, raw: &[u8]) -> Fingerprint {
        let mut digest = self.teller.clone();
        digest.update((edition.len() as u64).to_le_bytes());
        digest.update(edition);
        digest.update(raw);
        Fingerprint { record: first(digest.finalize()), handling: self.handling }
    }

    /// Whether the record is known; a known one may be missed, which costs reading it.
    pub(crate) fn knows(&self, fingerprint: &Fingerprint) -> bool {
        // One thread reads an input; the counter is atomic only so that an intake can be shared.
        let misses = self.misses.fetch_add(1, Ordering::Relaxed);
        if misses > PATIENCE && !misses.is_multiple_of(SAMPLE) {
            return false;
        }
        let known = self.memory.knows(fingerprint);
        if known {
            self.misses.store(0, Ordering::Relaxed);
        } else if misses > PATIENCE {
            self.memory.rest();
        }
        known
    }
}

fn first<const N: usize>(digest: impl Into<[u8; 32]>) -> [u8; N] {
    let digest: [u8; 32] = digest.into();
    std::array::from_fn(|place| digest[place])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::ops::ControlFlow;
    use std::sync::Mutex;

    use entente_model::{Atlas, Tlp};

    use super::*;
    use crate::{Intake, Limits, Outcome, Settings};

    #[derive(Default)]
    struct Remembered(Mutex<HashSet<([u8; 16], [u8; 8])>>);

    impl Memory for Remembered {
        fn knows(&self, fingerprint: &Fingerprint) -> bool {
            self.0.lock().unwrap().contains(&(fingerprint.record, fingerprint.handling))
        }
    }

    const NAMES: [&str; 2] = ["lantern", "quietroom"];

    fn bundle() -> String {
        let objects = NAMES.map(|name| {
            format!(
                r#"{{"type":"malware","spec_version":"2.1","id":"malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                "created":"2025-03-01T09:30:00Z","modified":"2025-03-01T09:30:00Z","is_family":true,"name":"{name}"}}"#
            )
        });
        format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{}]}}"#, objects.join(","))
    }

    /// How many of the bundle's records are known to the memory when this source tells them under this TLP; all others
    /// are remembered.
    fn known(memory: &Arc<Remembered>, source: &str, tlp: Tlp) -> usize {
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        let settings =
            Settings { handling: Handling::unmarked(tlp), format: None, now, limits: Limits::default() };
        let past = Past { source, markings: Vec::new(), memory: memory.clone() };
        let intake = Intake::after(settings, Arc::new(Atlas::empty()), past);
        let (mut known, mut read) = (0, Vec::new());
        let summary = intake.read("bundle.json", &mut bundle().as_bytes(), &mut |record| {
            match record.outcome {
                Outcome::Known => known += 1,
                _ => read.extend(record.fingerprint),
            }
            ControlFlow::Continue(())
        });
        let summary = summary.unwrap();
        assert_eq!((summary.records, summary.known), (2, known as u64));
        let mut remembered = memory.0.lock().unwrap();
        remembered.extend(read.iter().map(|fingerprint| (fingerprint.record, fingerprint.handling)));
        known
    }

    #[test]
    fn a_record_is_known_to_who_told_it_under_the_same_handling() {
        let memory = Arc::new(Remembered::default());
        assert_eq!(known(&memory, "a", Tlp::Green), 0);
        assert_eq!(known(&memory, "a", Tlp::Green), 2);
        assert_eq!(known(&memory, "b", Tlp::Green), 0);
        assert_eq!(known(&memory, "a", Tlp::Amber), 0);
    }

    #[test]
    fn an_input_that_is_new_is_asked_about_now_and_then_and_fully_again_after_a_hit() {
        let memory: Arc<Remembered> = Arc::default();
        let recall = Recall::new(memory.clone(), "a", &Handling::unmarked(Tlp::Green), &[]);
        let fingerprint = recall.fingerprint("", b"{}");
        assert!((0..2 * PATIENCE).all(|_| !recall.knows(&fingerprint)));
        memory.0.lock().unwrap().insert((fingerprint.record, fingerprint.handling));
        assert!((0..SAMPLE).any(|_| recall.knows(&fingerprint)));
        assert!(recall.knows(&fingerprint));
    }
}
