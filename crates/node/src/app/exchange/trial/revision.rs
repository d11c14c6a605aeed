//! What becomes of what was learned or under way when another version takes an agreement's place. Most of it the simulation found.

use entente_agreement::{Agreement, Category, OnEnd, StandingMove};
use entente_model::Tlp;
use entente_store::exchange::VersionMatch;
use jiff::Timestamp;

use crate::app::AppError;
use crate::app::account::NewToken;
use crate::app::agreement::Named;
use crate::app::exchange::taxii::collection::Way;
use crate::app::exchange::taxii::page::Wanted;
use crate::app::exchange::trial::{Two, at, days, id, learn, malware, party, relationship};

/// Both sign the next version.
fn revise(two: &Two, now: Timestamp, change: impl FnOnce(&mut Agreement)) {
    let draft = following(two, now, change);
    let owner = two.company.owner().expect("the owner");
    let signed = two.company.sign_agreement(&owner, &draft, &party("company"), now).expect("signed");
    let signed = two.police.sign_agreement(&owner, &signed, &party("police"), now).expect("signed by both");
    two.company.accept_agreement(&owner, &signed, now).expect("kept");
}

/// A next version that nobody has signed.
fn following(two: &Two, now: Timestamp, change: impl FnOnce(&mut Agreement)) -> Named {
    let newest = two.company.newest(&two.id, now).expect("kept");
    let mut agreement = newest.agreement().clone();
    (agreement.version, agreement.supersedes) = (agreement.version + 1, Some(newest.hash()));
    change(&mut agreement);
    Named { agreement, signatures: Vec::new(), acts: Vec::new() }
}

/// The company alone signs a next version, and waits for the police.
fn propose(two: &Two, now: Timestamp, change: impl FnOnce(&mut Agreement)) {
    let draft = following(two, now, change);
    let owner = two.company.owner().expect("the owner");
    two.company.sign_agreement(&owner, &draft, &party("company"), now).expect("signed");
}

/// Whether families are covered.
fn families(agreement: &mut Agreement, covered: bool) {
    for flow in &mut agreement.flows {
        match covered {
            true => flow.data_categories.insert(Category::MalwareFamily),
            false => flow.data_categories.remove(&Category::MalwareFamily),
        };
    }
}

#[test]
fn what_was_on_the_wire_when_another_version_took_over_is_told_under_that() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    revise(&two, at(3), |_| {});
    let sent = two.exchange(at(4)).concat() + &two.exchange(at(6)).concat();
    assert!(two.known(&id("malware", 1)));
    assert_eq!(sent.matches("Wren").count(), 1, "told once: {sent}");
    assert!(two.both_hold());
}

#[test]
fn what_was_on_the_wire_and_is_not_covered_any_more_is_never_sent() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    revise(&two, at(3), |agreement| families(agreement, false));
    let sent = two.exchange(at(4)).concat() + &two.exchange(at(6)).concat();
    assert!(!two.known(&id("malware", 1)) && !sent.contains("Wren"), "{sent}");
    revise(&two, at(7), |agreement| families(agreement, true));
    two.learn(&[malware(1, "Rook", 3)], at(8));
    two.exchange(at(9));
    assert!(two.known(&id("malware", 1)), "a newer word is told again");
    assert!(two.both_hold());
}

#[test]
fn what_was_learned_before_another_version_and_not_looked_at_is_told() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    revise(&two, at(3), |_| {});
    two.exchange(at(4));
    assert!(two.known(&id("malware", 1)));
}

/// Seeds 39142 and 39332: whether it had been put on the wire before the end must make no difference.
#[test]
fn what_was_not_told_before_somebody_ended_a_version_is_not_told_by_the_next() {
    for on_the_wire in [true, false] {
        let two = Two::agreed(|_| {});
        two.learn(&[malware(1, "Wren", 2)], at(1));
        if on_the_wire {
            two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
        }
        let owner = two.company.owner().expect("the owner");
        two.company.act_on_agreement(&owner, &two.id, StandingMove::Terminate, None, at(3)).expect("ended");
        let ended = two.exchange(at(4)).concat();
        revise(&two, at(5), |_| {});
        two.learn(&[malware(2, "Rook", 2)], at(6));
        let sent = ended + &two.exchange(at(7)).concat() + &two.exchange(at(9)).concat();
        assert!(!two.known(&id("malware", 1)) && !sent.contains("Wren"), "{on_the_wire}: {sent}");
        assert!(two.known(&id("malware", 2)), "{on_the_wire}");
        assert!(two.both_hold());
    }
}

#[test]
fn a_version_that_covers_more_does_so_from_its_beginning_on() {
    let two = Two::agreed(|agreement| families(agreement, false));
    two.learn(&[malware(1, "Wren", 2)], at(1));
    revise(&two, at(3), |agreement| families(agreement, true));
    two.learn(&[malware(2, "Rook", 2)], at(5));
    two.exchange(at(6));
    assert!(!two.known(&id("malware", 1)), "it was learned when nobody had agreed to tell it");
    assert!(two.known(&id("malware", 2)));
}

/// How many objects that are no markings a partner without a node may read.
fn readable(two: &Two, now: Timestamp) -> usize {
    let collections = two.company.collections(&party("police"), now).expect("in force");
    let told = collections.iter().filter(|collection| collection.way() == Way::Told);
    let read = told.map(|collection| {
        let page = two.company.told_items(collection, &Wanted::default()).expect("a page");
        page.items.iter().filter(|item| item.id.kind().as_str() != "marking-definition").count()
    });
    read.sum()
}

#[test]
fn a_flow_answers_as_many_questions_a_day_as_it_says() {
    let two = Two::agreed(|agreement| {
        agreement.flows.iter_mut().for_each(|flow| flow.limits.max_queries_per_day = Some(2));
    });
    let ask = |now| {
        let collections = two.company.collections(&party("police"), now).expect("in force");
        let told = collections.iter().find(|collection| collection.way() == Way::Told).expect("one");
        two.company.count_question(told, now)
    };
    assert!(ask(at(1)).is_ok() && ask(at(2)).is_ok());
    assert!(matches!(ask(at(3)), Err(AppError::TooMany(_))));
    assert!(ask(days(1)).is_ok(), "tomorrow is another day");
}

#[test]
fn a_partner_without_a_node_reads_on_when_another_version_says_the_same() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    assert_eq!(readable(&two, at(3)), 1);
    revise(&two, at(4), |agreement| agreement.title.push_str(", again"));
    assert_eq!(readable(&two, at(5)), 1);
    revise(&two, at(6), |agreement| families(agreement, false));
    assert_eq!(readable(&two, at(7)), 0);
}

#[test]
fn a_question_for_many_versions_is_answered() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    let collections = two.company.collections(&party("police"), at(3)).expect("in force");
    let told = collections.iter().find(|collection| collection.way() == Way::Told).expect("one");
    let mut versions: Vec<VersionMatch> = (0..5_000).map(|second| VersionMatch::At(at(second))).collect();
    let found = |versions: &[VersionMatch]| {
        let wanted = Wanted { versions: versions.to_vec(), ..Wanted::default() };
        two.company.told_items(told, &wanted).expect("a page").items
    };
    assert!(found(&versions).iter().all(|item| item.id.to_string() != id("malware", 1)));
    versions.push(VersionMatch::At("2026-01-02T00:00:00Z".parse().expect("a time")));
    assert!(found(&versions).iter().any(|item| item.id.to_string() == id("malware", 1)));
}

#[test]
fn what_is_learned_after_the_signature_is_covered_by_a_clock_that_was_put_back_too() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(-30));
    two.exchange(at(-20));
    assert!(two.known(&id("malware", 1)));
}

#[test]
fn a_relationship_does_not_leave_for_ends_that_were_never_sent() {
    let two = Two::agreed(|_| {});
    let (wren, rook) = (id("malware", 1), id("malware", 2));
    two.learn(&[malware(1, "Wren", 2), malware(2, "Rook", 2), relationship(3, &wren, &rook)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    revise(&two, at(3), |agreement| families(agreement, false));
    let sent = two.exchange(at(4)).concat() + &two.exchange(at(6)).concat();
    assert!(!sent.contains("related-to") && !sent.contains(&wren), "{sent}");
}

#[test]
fn a_version_tells_nothing_that_was_learned_when_none_was_in_force() {
    let two = Two::agreed(|agreement| agreement.valid_until = at(10));
    two.learn(&[malware(4, "Crane", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    two.learn(&[malware(1, "Wren", 2)], at(3));
    two.learn(&[malware(2, "Rook", 2)], at(20));
    assert!(!two.deliver(at(21)).concat().contains("Crane"), "nothing is sent after its end");
    revise(&two, at(30), |agreement| agreement.valid_until = days(30));
    two.learn(&[malware(3, "Kite", 2)], at(40));
    two.exchange(at(41));
    two.exchange(at(43));
    assert!(two.known(&id("malware", 1)) && two.known(&id("malware", 3)));
    assert!(two.known(&id("malware", 4)), "it makes no difference that it was on the wire");
    assert!(!two.known(&id("malware", 2)), "the first version was over, and the second had not begun");
}

#[test]
fn what_was_resumed_and_then_replaced_is_told_all_the_same() {
    let two = Two::agreed(|_| {});
    let owner = two.company.owner().expect("the owner");
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Suspend, None, at(3)).expect("suspended");
    two.deliver(at(4));
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Resume, None, at(5)).expect("resumed");
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(6)).expect("a round");
    revise(&two, at(7), |_| {});
    two.exchange(at(8));
    two.exchange(at(10));
    assert!(two.known(&id("malware", 1)));
    assert!(two.both_hold());
}

#[test]
fn what_is_in_force_can_be_stopped_whatever_waits_to_follow_it() {
    for step in [StandingMove::Suspend, StandingMove::Terminate] {
        let two = Two::agreed(|_| {});
        let owner = two.company.owner().expect("the owner");
        propose(&two, at(1), |_| {});
        two.company.act_on_agreement(&owner, &two.id, step, None, at(2)).expect("done");
        two.learn(&[malware(1, "Wren", 2)], at(3));
        assert!(!two.exchange(at(4)).concat().contains("Wren"), "{step:?}: the next is only proposed");
        let two = Two::agreed(|_| {});
        let owner = two.company.owner().expect("the owner");
        revise(&two, at(1), |agreement| agreement.valid_from = at(100));
        two.company.act_on_agreement(&owner, &two.id, step, None, at(2)).expect("done");
        two.learn(&[malware(1, "Wren", 2)], at(3));
        two.learn(&[malware(2, "Rook", 2)], at(103));
        let sent = two.exchange(at(4)).concat() + &two.exchange(at(104)).concat();
        assert!(!sent.contains("Wren") && !sent.contains("Rook"), "{step:?}: {sent}");
        assert!(two.both_hold());
    }
}

#[test]
fn what_one_side_proposes_binds_nobody() {
    let two = Two::agreed(|agreement| {
        agreement.flows.iter_mut().for_each(|flow| flow.retention.on_end = OnEnd::Return);
    });
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let (company, police) = (party("company"), party("police"));
    let newest = two.police.newest(&two.id, at(3)).expect("kept");
    let mut next = newest.agreement().clone();
    (next.version, next.supersedes) = (2, Some(newest.hash()));
    next.flows.iter_mut().for_each(|flow| flow.retention.on_end = OnEnd::Anonymise);
    let owner = two.police.owner().expect("the owner");
    let draft = Named { agreement: next, signatures: Vec::new(), acts: Vec::new() };
    two.police.sign_agreement(&owner, &draft, &police, at(3)).expect("signed by one");
    let late = days(365 * 3);
    let done = two.police.retire_due(&owner, late).expect("done");
    assert!(!done.is_empty() && done.iter().all(|due| due.what == OnEnd::Return), "{done:?}");
    let receipts = two.police.first_receipts(&company, late).expect("receipts");
    assert!(!receipts.returns.is_empty());
    two.company.take_receipts(&police, &receipts, late).expect("it is given back under what both signed");
}

/// The police sign what the company alone had signed, and both have it.
fn agree(two: &Two, now: Timestamp) {
    let owner = two.company.owner().expect("the owner");
    let offer = Named::from(&two.company.newest(&two.id, now).expect("kept"));
    let signed = two.police.sign_agreement(&owner, &offer, &party("police"), now).expect("signed by both");
    two.company.accept_agreement(&owner, &signed, now).expect("kept");
}

#[test]
fn nobody_lifts_anothers_suspension_with_a_new_version() {
    let two = Two::agreed(|_| {});
    let owner = two.company.owner().expect("the owner");
    propose(&two, at(1), |_| {});
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Suspend, None, at(2)).expect("suspended");
    agree(&two, at(3));
    two.learn(&[malware(1, "Wren", 2)], at(4));
    assert!(!two.exchange(at(5)).concat().contains("Wren"), "the company has not resumed it");
    let words = [&two.company, &two.police].map(|app| app.newest(&two.id, at(5)).expect("kept").word());
    assert_eq!(words, ["suspended", "suspended"]);
    two.police.act_on_agreement(&owner, &two.id, StandingMove::Resume, None, at(6)).expect("said");
    assert!(!two.exchange(at(7)).concat().contains("Wren"), "that is not for the police to say");
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Resume, None, at(8)).expect("resumed");
    two.exchange(at(9));
    two.exchange(at(11));
    assert!(two.known(&id("malware", 1)) && two.both_hold());
}

#[test]
fn whoever_ends_an_agreement_leaves_no_offer_that_brings_it_back() {
    let two = Two::agreed(|_| {});
    let owner = two.company.owner().expect("the owner");
    propose(&two, at(1), |_| {});
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Terminate, None, at(2)).expect("ended");
    agree(&two, at(3));
    two.learn(&[malware(1, "Wren", 2)], at(4));
    assert!(!two.exchange(at(5)).concat().contains("Wren"));
    let words = [&two.company, &two.police].map(|app| app.newest(&two.id, at(5)).expect("kept").word());
    assert_eq!(words, ["terminated", "terminated"]);
}

#[test]
fn what_a_partner_without_a_node_did_not_fetch_is_decided_on_anew() {
    let two = Two::agreed(|_| {});
    let owner = two.company.owner().expect("the owner");
    let new = NewToken { name: "client".to_owned(), days: None };
    two.company.give_token(&owner, "police", &new, at(0)).expect("a token");
    two.learn(&[malware(1, "Wren", 2)], at(1));
    let disclose = |now| two.company.disclose(&mut two.desk.borrow_mut(), &|| now).expect("a round");
    disclose(at(2));
    revise(&two, at(3), |agreement| agreement.flows.iter_mut().for_each(|flow| flow.max_tlp = Tlp::Green));
    assert_eq!(readable(&two, at(4)), 0, "it was told under another text");
    disclose(at(5));
    assert_eq!(readable(&two, at(6)), 1);
    disclose(at(7));
    assert_eq!(readable(&two, at(8)), 1, "and once");
}

/// The simulation found it: seed 961402.
#[test]
fn what_was_narrowed_between_two_agreements_is_taken_back() {
    for looked_at in [false, true] {
        let two = Two::agreed(|_| {});
        let owner = two.company.owner().expect("the owner");
        two.learn(&[malware(1, "Wren", 2), malware(2, "Rook", 2)], at(1));
        two.exchange(at(2));
        assert!(two.known(&id("malware", 1)));
        two.company.act_on_agreement(&owner, &two.id, StandingMove::Terminate, None, at(3)).expect("ended");
        learn(&two.company, "company", Tlp::Red, &[malware(1, "Wren", 3)], at(4));
        if looked_at {
            two.exchange(at(5));
        }
        revise(&two, at(6), |_| {});
        two.exchange(at(7));
        two.exchange(at(9));
        assert!(!two.known(&id("malware", 1)), "looked at meanwhile: {looked_at}");
        assert!(two.known(&id("malware", 2)) && two.both_hold());
    }
}
