//! Two worlds that differ only in what is withheld produce the same bytes outward: frames, checkpoints, the partner's log.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use entente_model::Tlp;
use serde_json::{Value, json};

use super::random::Random;
use super::{Two, at, copy, id, learn, malware, party, relationship};
use crate::app::App;
use crate::entropy::Chance;

const WORLDS: u64 = 20;
const SEED: u64 = 20_261_126;

/// What is learned at one moment: what may be told, and what else the other world learns.
struct Moment {
    told: Vec<Value>,
    withheld: Vec<(Tlp, String, Value)>,
}

fn moments(random: &mut Random) -> Vec<Moment> {
    (0..1 + random.below(5)).map(|_| moment(random)).collect()
}

fn moment(random: &mut Random) -> Moment {
    let told = (0..random.below(6)).map(|_| public(random)).collect();
    let withheld = (0..random.below(8)).map(|_| secret(random)).collect();
    Moment { told, withheld }
}

fn public(random: &mut Random) -> Value {
    let number = random.below(8);
    match random.below(3) {
        0 => relationship(number, &id("malware", random.below(8)), &id("malware", 8 + random.below(4))),
        1 => malware(8 + random.below(4), "Rook", 1 + random.below(20) as u32),
        _ => malware(number, "Wren", 1 + random.below(20) as u32),
    }
}

/// Something the agreement does not cover, or that is marked more strictly than its flows.
fn secret(random: &mut Random) -> (Tlp, String, Value) {
    let number = 100 + random.below(50);
    let who = ["company", "somebody"][random.below(2) as usize].to_owned();
    match random.below(4) {
        0 => (Tlp::Red, who, malware(number, "Kite", 1 + random.below(20) as u32)),
        // Another's word on what is told; the company's own would take back what it said.
        1 => (Tlp::Red, "somebody".to_owned(), malware(random.below(12), "Kite", 25)),
        2 => (Tlp::Green, who, relationship(number, &id("malware", random.below(8)), &id("malware", number))),
        _ => {
            let person = json!({
                "type": "identity", "spec_version": "2.1", "id": id("identity", number), "name": "Nobody Known",
                "identity_class": "individual", "created": "2026-01-01T00:00:00.000Z",
                "modified": "2026-01-01T00:00:00.000Z",
            });
            (Tlp::Green, who, person)
        }
    }
}

fn log_of(folder: &Path, bytes: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        match entry.path() {
            path if path.is_dir() => log_of(&path, bytes),
            path => bytes.push((path.display().to_string(), fs::read(&path).expect("read"))),
        }
    }
}

/// Everything the police could ever see of a world.
fn outward(two: &mut Two, moments: &[Moment], with_secrets: bool) -> Vec<Vec<u8>> {
    two.company.chance = Chance::Counted(AtomicU64::new(1));
    let mut seen = Vec::new();
    for (minute, moment) in (1..).zip(moments) {
        let now = at(minute * 60);
        for (place, told) in moment.told.iter().enumerate() {
            for (tlp, who, secret) in moment.withheld.iter().skip(place * 2).take(2).filter(|_| with_secrets)
            {
                learn(&two.company, who, *tlp, std::slice::from_ref(secret), now);
            }
            two.learn(std::slice::from_ref(told), now);
        }
        let later = moment.withheld.iter().skip(moment.told.len() * 2).filter(|_| with_secrets);
        later
            .for_each(|(tlp, who, secret)| learn(&two.company, who, *tlp, std::slice::from_ref(secret), now));
        // Salts are counted by batches told, not by what was learned.
        two.company.chance = Chance::Counted(AtomicU64::new(1_000_000 * minute as u64));
        seen.extend(two.exchange(now).into_iter().map(String::into_bytes));
        two.company.exchange.settle();
        let beat = two.company.beat(&party("police"), 0).expect("a beat");
        seen.push(serde_json::to_vec(&beat).expect("JSON"));
    }
    let mut log = Vec::new();
    log_of(&two.rooms[0].path().join("ledger/partners"), &mut log);
    seen.extend(log.into_iter().map(|(_, bytes)| bytes));
    seen
}

#[test]
fn worlds_that_differ_in_what_is_withheld_look_the_same_from_outside() {
    let first = Two::agreed(|_| {});
    for world in 0..WORLDS {
        let mut random = Random(SEED + world);
        let moments = moments(&mut random);
        let [plain, secret] = [false, true].map(|with_secrets| {
            let rooms = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
            for (room, from) in rooms.iter().zip(&first.rooms) {
                copy(from.path(), room.path());
            }
            let [company, police] =
                [&rooms[0], &rooms[1]].map(|room| App::open(room.path()).expect("a node"));
            let (id, desk) = (first.id.clone(), Default::default());
            outward(&mut Two { company, police, id, desk, rooms }, &moments, with_secrets)
        });
        assert_eq!(plain.len(), secret.len(), "world {world} of seed {SEED}");
        for (place, (one, other)) in plain.iter().zip(&secret).enumerate() {
            let text = String::from_utf8_lossy;
            assert!(one == other, "world {world} of seed {SEED}, {place}:\n{}\n{}", text(one), text(other));
        }
    }
}
