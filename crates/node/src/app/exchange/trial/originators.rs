//! Whose something is decides whether it may be told on.

use entente_agreement::Originator;
use entente_model::Tlp;

use super::{Two, at, id, learn, malware};
use crate::app::source::SourceSaid;

const CIRCLE: &str = "Bank circle";

fn say(two: &Two, whose: Originator) {
    let reference = (whose == Originator::Consenting).then(|| "letter 7".to_owned());
    let said = SourceSaid { source: CIRCLE.to_owned(), whose, reference };
    two.company.say_of_source(&two.company.owner().expect("the owner"), said).expect("said");
}

/// What waits for people, and how what does not wait any more has ended.
fn asked(two: &Two) -> (usize, Vec<&'static str>) {
    let owner = two.company.owner().expect("the owner");
    let list = |ended| {
        let request = crate::app::exchange::queue::ReferralsRequest { ended, cursor: None, limit: None };
        two.company.referrals(&owner, &request, at(100)).expect("listed").referrals
    };
    (list(false).len(), list(true).into_iter().filter_map(|one| one.outcome).collect())
}

#[test]
fn what_another_told_waits_until_it_is_said_that_they_consent() {
    for whose in [Originator::Own, Originator::Consenting] {
        let two = Two::agreed(|_| {});
        learn(&two.company, CIRCLE, Tlp::Green, &[malware(1, "Wren", 2)], at(1));
        learn(&two.company, CIRCLE, Tlp::Amber, &[malware(2, "Rook", 2)], at(1));
        two.exchange(at(2));
        assert!(two.known(&id("malware", 1)), "the community may know what is TLP:GREEN");
        assert!(!two.known(&id("malware", 2)));
        say(&two, Originator::Other);
        two.exchange(at(3));
        assert!(!two.known(&id("malware", 2)) && asked(&two) == (1, vec![]), "{:?}", asked(&two));
        say(&two, whose);
        two.exchange(at(4));
        assert!(two.known(&id("malware", 2)) && asked(&two) == (0, vec!["overtaken"]), "{:?}", asked(&two));
        assert!(two.exchange(at(5)).is_empty() && two.both_hold());
    }
}

#[test]
fn what_was_said_before_it_was_learned_counts_and_so_does_the_last_word() {
    let two = Two::agreed(|_| {});
    say(&two, Originator::Own);
    learn(&two.company, CIRCLE, Tlp::Amber, &[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    say(&two, Originator::Other);
    learn(&two.company, CIRCLE, Tlp::Amber, &[malware(2, "Rook", 2)], at(3));
    two.exchange(at(4));
    assert!(two.known(&id("malware", 1)), "what was told on an earlier word stays told");
    assert!(!two.known(&id("malware", 2)));
}

#[test]
fn a_crash_after_it_was_told_leaves_no_question() {
    let two = Two::agreed(|_| {});
    learn(&two.company, CIRCLE, Tlp::Amber, &[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let open = two.company.exchange.open_referrals(9).expect("read").remove(0);
    say(&two, Originator::Own);
    two.exchange(at(3));
    // As it stands when the end of the question was not written any more.
    two.company.exchange.refer(&[open.asked]).expect("asked again");
    assert_eq!(asked(&two).0, 1);
    *two.desk.borrow_mut() = super::Desk::default();
    assert!(two.exchange(at(4)).is_empty(), "nothing is told twice");
    assert_eq!(asked(&two).0, 0);
}
