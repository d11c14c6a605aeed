//! What may be kept no longer.

use std::fs;
use std::path::{Path, PathBuf};

use entente_agreement::{Agreement, OnEnd, RetentionStart, StandingMove};
use entente_model::CompartmentSet;
use entente_store::AsOf;
use serde_json::json;

use super::{Two, at, days, id, malware, party};
use crate::app::exchange::wire::{Direction, WireRequest};

fn company_told(on_end: OnEnd, change: impl FnOnce(&mut Agreement)) -> Two {
    let two = Two::agreed(|agreement| {
        agreement.flows.iter_mut().for_each(|flow| flow.retention.on_end = on_end);
        change(agreement);
    });
    two.learn(&[malware(1, "Wren", 2), malware(2, "Rook", 2)], at(1));
    let address = json!({
        "type": "ipv4-addr", "spec_version": "2.1", "value": "192.0.2.7",
        "id": "ipv4-addr--3ed7ee5a-9ab4-5b0d-a4a1-4a0a4c2b1c11",
    });
    two.learn(&[address], at(1));
    two.exchange(at(2));
    assert!(two.known(&id("malware", 1)) && two.known(&id("malware", 2)));
    two
}

#[test]
fn what_came_in_is_erased_when_its_time_is_over_and_the_log_holds() {
    let two = company_told(OnEnd::Delete, |_| {});
    let owner = two.police.owner().expect("the owner");
    assert_eq!(two.police.due(&owner, days(365)).expect("looked"), []);
    let due = two.police.due(&owner, days(365 * 3)).expect("looked");
    assert!(!due.is_empty() && due.iter().all(|one| one.why == "retention"), "{due:?}");
    assert!(two.known(&id("malware", 1)), "looking changes nothing");
    assert_eq!(two.police.retire_due(&owner, days(365 * 3)).expect("done"), due);
    assert!(!two.known(&id("malware", 1)) && !two.known(&id("malware", 2)));
    assert_eq!(two.police.retire_due(&owner, days(365 * 3)).expect("done before"), []);
    assert!(two.both_hold());
}

#[test]
fn what_belongs_to_no_case_is_kept_from_its_receipt_on() {
    let two = company_told(OnEnd::Delete, |agreement| {
        agreement.flows.iter_mut().for_each(|flow| flow.retention.start = RetentionStart::CaseClose);
    });
    let owner = two.police.owner().expect("the owner");
    assert!(two.police.due(&owner, days(30)).expect("looked").is_empty());
    assert!(!two.police.due(&owner, days(365 * 6)).expect("looked").is_empty());
}

#[test]
fn what_is_withdrawn_is_taken_back_also_when_nothing_may_be_told() {
    for step in [Some(StandingMove::Suspend), Some(StandingMove::Terminate), None] {
        let two = company_told(OnEnd::Delete, |agreement| agreement.valid_until = at(100));
        let owner = two.company.owner().expect("the owner");
        if let Some(step) = step {
            two.company.act_on_agreement(&owner, &two.id, step, None, at(5)).expect("done");
        }
        let mut wren = malware(1, "Wren", 3);
        wren["revoked"] = true.into();
        two.learn(&[wren, malware(3, "Kite", 2)], at(200));
        let sent = two.exchange(at(201)).concat() + &two.exchange(at(203)).concat();
        assert!(!two.known(&id("malware", 1)) && two.known(&id("malware", 2)), "{step:?}: {sent}");
        assert!(!sent.contains("Kite"), "{step:?}: {sent}");
        assert!(two.both_hold());
    }
}

/// Files of a folder, at any depth, that hold some bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let holding = |path: PathBuf| match path.is_dir() {
        true => holding(&path, bytes),
        false => {
            let content = fs::read(&path).expect("read");
            content.windows(bytes.len()).any(|window| window == bytes).then_some(path).into_iter().collect()
        }
    };
    entries.flat_map(holding).collect()
}

#[test]
fn what_is_erased_is_nowhere_on_the_disk() {
    let two = company_told(OnEnd::Delete, |_| {});
    let owner = two.police.owner().expect("the owner");
    two.police.settle().expect("the text index too");
    assert!(!holding(two.rooms[1].path(), b"Wren").is_empty());
    two.police.retire_due(&owner, days(365 * 3)).expect("done");
    for erased in [&b"Wren"[..], b"wren", b"Rook", b"192.0.2.7"] {
        assert_eq!(holding(two.rooms[1].path(), erased), Vec::<PathBuf>::new());
    }
    assert!(two.both_hold());
}

#[test]
fn what_is_not_personal_stays_when_the_rest_is_made_anonymous() {
    let two = company_told(OnEnd::Anonymise, |_| {});
    let owner = two.police.owner().expect("the owner");
    two.police.retire_due(&owner, days(365 * 3)).expect("done");
    assert!(two.known(&id("malware", 1)), "a family's name is nobody's");
    let all = CompartmentSet::all();
    let view = two.police.store.view(&all, AsOf::Now).expect("a view");
    let objects = view.objects().expect("read").map(|object| object.expect("an object").1);
    let told = objects.filter(|object| object.text("value").is_some());
    assert_eq!(told.count(), 0, "an address is its value");
    assert_eq!(two.police.due(&owner, days(365 * 4)).expect("looked"), []);
    assert!(two.both_hold());
}

#[test]
fn what_is_given_back_is_gone_there_and_known_to_be_here() {
    let two = company_told(OnEnd::Return, |_| {});
    let (owner, company, police) =
        (two.police.owner().expect("the owner"), party("company"), party("police"));
    assert!(!two.police.owes_returns(&company).expect("looked"));
    two.police.retire_due(&owner, days(365 * 3)).expect("done");
    assert!(!two.known(&id("malware", 1)) && two.police.owes_returns(&company).expect("looked"));
    let states = || -> Vec<&'static str> {
        let request = WireRequest { direction: Direction::Out, cursor: None, limit: None };
        let owner = two.company.owner().expect("the owner");
        let page = two.company.wire(&owner, "police", &request, days(365 * 3)).expect("a page");
        page.items.iter().map(|line| line.state).collect()
    };
    assert!(states().iter().all(|state| *state == "stands"));
    for _ in 0..2 {
        let receipts = two.police.first_receipts(&company, days(365 * 3)).expect("receipts");
        assert!(!receipts.returns.is_empty());
        two.company.take_receipts(&police, &receipts, days(365 * 3)).expect("kept");
        assert!(states().iter().all(|state| *state == "returned"), "{:?}", states());
    }
    let mut forged = two.police.first_receipts(&company, days(365 * 3)).expect("receipts");
    two.police.receipts_heard(&company, &forged).expect("noted");
    assert!(!two.police.owes_returns(&company).expect("looked"), "it was heard");
    forged.returns[0].returned.last += 1;
    assert!(two.company.take_receipts(&police, &forged, days(365 * 3)).is_err(), "nobody signed this");
    // What is not held there any more is not recalled from there.
    let mut wren = malware(1, "Wren", 3);
    wren["revoked"] = true.into();
    two.learn(&[wren], days(365 * 3));
    two.exchange(days(365 * 3));
    assert!(!states().contains(&"withdrawn"));
    assert!(two.both_hold());
}

#[test]
fn what_outlives_the_agreement_is_for_the_agreement_to_say() {
    for survives in [true, false] {
        let two = company_told(OnEnd::Delete, |agreement| {
            if !survives {
                agreement.termination.survival_clauses.clear();
            }
        });
        let owner = two.company.owner().expect("the owner");
        two.company.act_on_agreement(&owner, &two.id, StandingMove::Terminate, None, at(5)).expect("ended");
        two.exchange(at(6));
        two.police.retire_due(&owner, at(7)).expect("done");
        assert_eq!(two.known(&id("malware", 1)), survives);
        assert!(two.both_hold());
    }
}
