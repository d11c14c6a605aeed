//! What people decide about.

use entente_agreement::{ApprovalMode, ApprovalWhen, Office, SpecialCategories, StandingMove};
use entente_model::{Conditions, Handling, Tlp};
use entente_store::User;
use jiff::Timestamp;

use super::{Two, at, days, id, learn, learn_case, learn_handled, malware, relationship};
use crate::app::AppError;
use crate::app::exchange::queue::{ConsentView, DecisionRequest, ReferralView, ReferralsRequest};
use crate::app::exchange::referral::OfficeWord;

/// Two nodes whose agreement wants two people's word on everything.
fn careful() -> Two {
    let two = Two::agreed(|agreement| {
        for flow in &mut agreement.flows {
            flow.approvals.mode = ApprovalMode::TwoPerson;
            flow.approvals.when = ApprovalWhen::Always;
        }
    });
    for name in ["ada", "ben", "eve"] {
        let user = User {
            name: name.to_owned(),
            password: String::new(),
            role: if name == "eve" { "reader" } else { "administrator" }.to_owned(),
            tlp_max: Tlp::Red,
            offices: Vec::new(),
            created_at: at(0),
        };
        two.company.desk.add_user(&user).expect("added");
    }
    two
}

fn list(two: &Two, ended: bool, now: Timestamp) -> Vec<ReferralView> {
    let request = ReferralsRequest { ended, cursor: None, limit: None };
    let owner = two.company.owner().expect("the owner");
    two.company.referrals(&owner, &request, now).expect("listed").referrals
}

fn open(two: &Two, now: Timestamp) -> Vec<ReferralView> {
    list(two, false, now)
}

fn say(two: &Two, id: &str, person: &str, approves: bool, now: Timestamp) -> Result<ReferralView, AppError> {
    let decision = DecisionRequest { approves, office: None, note: None, consent: None };
    two.company.decide_on_referral(&two.company.local_user(person)?, id, decision, now)
}

fn say_with(
    two: &Two,
    id: &str,
    person: &str,
    consent: Option<ConsentView>,
    now: Timestamp,
) -> Result<ReferralView, AppError> {
    let decision = DecisionRequest { approves: true, office: None, note: None, consent };
    two.company.decide_on_referral(&two.company.local_user(person)?, id, decision, now)
}

#[test]
fn two_people_let_something_leave_in_the_form_they_saw() {
    let two = careful();
    let mut wren = malware(1, "Wren", 2);
    wren["description"] = "not for others".into();
    two.learn(&[wren], at(1));
    assert!(two.exchange(at(2)).is_empty());
    let waiting = open(&two, at(3));
    let [referral] = waiting.as_slice() else { panic!("one waits: {waiting:?}") };
    let sent = referral.sent.as_ref().expect("it would be sent");
    assert!(sent["name"] == "Wren" && sent.get("description").is_none(), "{sent}");
    for stranger in ["mallory", "eve"] {
        assert!(say(&two, &referral.id, stranger, true, at(4)).is_err(), "{stranger}");
    }
    assert_eq!(say(&two, &referral.id, "ada", true, at(5)).expect("heard").outcome, None);
    assert!(say(&two, &referral.id, "ada", true, at(6)).is_err(), "nobody speaks twice");
    let released = say(&two, &referral.id, "ben", true, at(7)).expect("heard");
    assert_eq!(released.outcome, Some("released"));
    two.exchange(at(8));
    assert!(two.known(&id("malware", 1)) && open(&two, at(9)).is_empty());
    assert!(two.both_hold());
}

#[test]
fn what_changed_since_it_was_seen_is_asked_anew() {
    let two = careful();
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let first = open(&two, at(3)).remove(0);
    say(&two, &first.id, "ada", true, at(4)).expect("heard");
    two.learn(&[malware(1, "Rook", 3)], at(5));
    // The first approval was of Wren. Nobody approved Rook.
    let ended = say(&two, &first.id, "ben", true, at(6));
    assert!(ended.as_ref().is_ok_and(|one| one.outcome == Some("overtaken")) || ended.is_err(), "{ended:?}");
    two.exchange(at(7));
    assert!(!two.known(&id("malware", 1)));
    let second = open(&two, at(8));
    assert!(
        second.iter().any(|one| one.sent.as_ref().is_some_and(|sent| sent["name"] == "Rook")),
        "{second:?}"
    );
}

#[test]
fn a_refusal_ends_it_and_so_does_time() {
    let two = careful();
    two.learn(&[malware(1, "Wren", 2), malware(2, "Rook", 2)], at(1));
    two.exchange(at(2));
    let waiting = open(&two, at(3));
    assert_eq!(say(&two, &waiting[0].id, "ada", false, at(4)).expect("heard").outcome, Some("refused"));
    assert!(say(&two, &waiting[0].id, "ben", true, at(5)).is_err());
    let until = waiting[1].expires_at.as_ref().expect("the agreement has an end");
    let until: Timestamp = until.parse().expect("a time");
    two.exchange(until);
    let ended = list(&two, true, until);
    assert!(ended.iter().any(|one| one.id == waiting[1].id && one.outcome == Some("expired")), "{ended:?}");
    assert!(!two.known(&id("malware", 1)) && !two.known(&id("malware", 2)));
}

#[test]
fn nothing_is_released_when_the_agreement_has_ended_meanwhile() {
    let two = careful();
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let referral = open(&two, at(3)).remove(0);
    say(&two, &referral.id, "ada", true, at(4)).expect("heard");
    let owner = two.company.owner().expect("the owner");
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Terminate, None, at(5)).expect("ended");
    let said = say(&two, &referral.id, "ben", true, at(6));
    assert!(said.is_err() || said.is_ok_and(|one| one.outcome == Some("overtaken")));
    two.exchange(days(1));
    assert!(!two.known(&id("malware", 1)));
}

/// H2: not passed on without the provider's consent.
#[test]
fn what_its_provider_must_let_pass_leaves_with_their_consent() {
    let two = careful();
    let asked = Conditions { no_onward: true, ..Conditions::default() };
    let handling = Handling { conditions: asked, ..Handling::unmarked(Tlp::Green) };
    learn_handled(&two.company, "sensors", handling, &[malware(1, "Wren", 2), malware(2, "Rook", 2)], at(1));
    two.exchange(at(2));
    let waiting = open(&two, at(3));
    assert!(
        waiting.len() == 2 && waiting.iter().all(|one| one.consent_missing && one.barred.is_none()),
        "{waiting:?}"
    );
    let wren = waiting.iter().find(|one| one.thing == id("malware", 1)).expect("it waits");
    let without = say(&two, &wren.id, "ada", true, at(4)).expect_err("nobody has consented");
    assert!(matches!(&without, AppError::Invalid(why) if why.contains("originator")), "{without:?}");
    let consent = |by: &str| Some(ConsentView { by: by.to_owned(), reference: "letter 7".to_owned() });
    assert!(say_with(&two, &wren.id, "ada", consent("  "), at(4)).is_err(), "nobody is named");
    let heard = say_with(&two, &wren.id, "ada", consent("Sensor network"), at(4)).expect("heard");
    assert!(!heard.consent_missing && heard.outcome.is_none());
    assert_eq!(say(&two, &wren.id, "ben", true, at(5)).expect("heard").outcome, Some("released"));
    two.exchange(at(6));
    assert!(two.known(&id("malware", 1)) && !two.known(&id("malware", 2)));
    let rook = waiting.iter().find(|one| one.thing == id("malware", 2)).expect("it waits");
    assert_eq!(say(&two, &rook.id, "ada", false, at(7)).expect("heard").outcome, Some("refused"));
    assert!(two.both_hold());
}

/// What no approval stands in for can be refused, so that it does not wait for ever.
#[test]
fn what_approval_does_not_let_leave_can_be_refused() {
    let two = careful();
    let id = malware(1, "Wren", 2);
    learn_case(&two.company, "case 7", &[id], at(1));
    two.exchange(at(2));
    let referral = open(&two, at(3)).remove(0);
    assert!(referral.barred.is_some() && referral.may_refuse && referral.sent.is_none(), "{referral:?}");
    assert!(say(&two, &referral.id, "ada", true, at(4)).is_err());
    assert_eq!(say(&two, &referral.id, "ada", false, at(5)).expect("heard").outcome, Some("refused"));
}

#[test]
fn what_waited_for_something_people_let_leave_follows_it() {
    let two = careful();
    let (wren, rook) = (id("malware", 1), id("malware", 2));
    two.learn(&[malware(1, "Wren", 2), malware(2, "Rook", 2), relationship(3, &wren, &rook)], at(1));
    two.exchange(at(2));
    for referral in open(&two, at(3)) {
        for person in ["ada", "ben"] {
            say(&two, &referral.id, person, true, at(4)).expect("heard");
        }
    }
    two.exchange(at(5));
    assert!(two.known(&wren) && two.known(&rook));
    // The relationship is another question, which can be asked now that its ends have left.
    let waiting = open(&two, at(6));
    assert!(waiting.iter().any(|one| one.thing == id("relationship", 3)), "{waiting:?}");
}

/// Two nodes whose agreement wants a prosecutor's word on everything, and lets so many items leave a day.
fn prosecuted(most: Option<u64>) -> Two {
    let two = Two::agreed(|agreement| {
        for flow in &mut agreement.flows {
            flow.approvals.mode = ApprovalMode::Prosecutor;
            flow.approvals.when = ApprovalWhen::Always;
            flow.limits.max_items_per_day = most;
        }
    });
    for (name, role) in [("ada", "analyst"), ("ben", "administrator")] {
        let (role, password) = (role.to_owned(), String::new());
        // It is the office that counts, not the role.
        let offices = if name == "ada" { vec!["prosecutor".to_owned()] } else { Vec::new() };
        let (name, tlp_max) = (name.to_owned(), Tlp::Red);
        let user = User { name, password, role, tlp_max, offices, created_at: at(0) };
        two.company.desk.add_user(&user).expect("added");
    }
    two
}

fn say_as(
    two: &Two,
    id: &str,
    person: &str,
    office: Office,
    now: Timestamp,
) -> Result<ReferralView, AppError> {
    let office = Some(OfficeWord(office));
    let decision = DecisionRequest { approves: true, office, note: None, consent: None };
    two.company.decide_on_referral(&two.company.local_user(person)?, id, decision, now)
}

#[test]
fn an_approval_in_another_office_than_the_flow_asks_for_ends_nothing() {
    let two = prosecuted(None);
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let referral = open(&two, at(3)).remove(0);
    let wrong = say_as(&two, &referral.id, "ada", Office::Officer, at(4)).expect_err("no prosecutor");
    assert!(matches!(&wrong, AppError::Invalid(why) if why.contains("prosecutor")), "{wrong:?}");
    let nobody = say_as(&two, &referral.id, "ben", Office::Prosecutor, at(4)).expect_err("no prosecutor");
    assert!(matches!(nobody, AppError::Forbidden(_)), "{nobody:?}");
    let barred = |name: &str| {
        let viewer = two.company.local_user(name).expect("a user");
        two.company.referral(&viewer, &referral.id, at(4)).expect("shown").barred
    };
    assert_eq!((barred("ada"), barred("ben").is_some()), (None, true));
    // Who does not say in which office speaks in the one that is asked for.
    let said = say(&two, &referral.id, "ada", true, at(5)).expect("heard");
    assert_eq!(said.outcome, Some("released"));
    two.exchange(at(6));
    assert!(two.known(&id("malware", 1)));
}

#[test]
fn what_people_let_leave_counts_for_the_day() {
    let two = prosecuted(Some(1));
    let many: Vec<_> = (1..=4).map(|number| malware(number, "Wren", 2)).collect();
    two.learn(&many, at(1));
    two.exchange(at(2));
    let flow = entente_store::exchange::FlowId(format!("{}/{}", two.id, open(&two, at(3))[0].flow));
    for referral in open(&two, at(3)) {
        say_as(&two, &referral.id, "ada", Office::Prosecutor, at(4)).expect("heard");
    }
    let spent = |now| two.company.exchange.spent(&"police".into(), &flow, now).expect("read");
    two.exchange(at(5));
    assert_eq!(spent(at(5)), 1, "one object; the statement of the flow does not count");
    assert_eq!(open(&two, at(5)).len(), 3, "the others wait, although they were approved");
    two.exchange(days(1));
    assert!(spent(days(1)) > 0 && open(&two, days(1)).len() < 3, "tomorrow is another day");
}

#[test]
fn a_page_does_not_say_that_something_follows_which_its_reader_may_not_see() {
    let two = careful();
    two.learn(&[malware(1, "Wren", 2)], at(1));
    learn(&two.company, "company", Tlp::Amber, &[malware(2, "Rook", 2)], at(2));
    two.exchange(at(3));
    let page = |tlp_max| {
        let mut viewer = two.company.local_user("ada").expect("a user");
        viewer.compartments = two.company.compartments(|one| one.handling.tlp <= tlp_max).expect("read");
        let request = ReferralsRequest { ended: false, cursor: None, limit: Some(1) };
        two.company.referrals(&viewer, &request, at(4)).expect("listed")
    };
    assert!(page(Tlp::Red).next.is_some(), "two wait");
    let seen = page(Tlp::Green);
    assert_eq!((seen.referrals.len(), seen.next), (1, None));
}

#[test]
fn what_was_approved_waits_while_its_agreement_is_suspended() {
    let two = prosecuted(Some(1));
    two.learn(&[malware(1, "Wren", 2), malware(2, "Rook", 2)], at(1));
    two.exchange(at(2));
    for referral in open(&two, at(3)) {
        say(&two, &referral.id, "ada", true, at(4)).expect("heard");
    }
    two.exchange(at(5));
    assert_eq!(open(&two, at(6)).len(), 1, "the other has to wait for tomorrow");
    let owner = two.company.owner().expect("the owner");
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Suspend, None, at(7)).expect("suspended");
    two.exchange(days(1));
    assert_eq!(open(&two, days(1)).len(), 1, "it was approved, and is not lost");
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Resume, None, days(2)).expect("resumed");
    two.exchange(days(3));
    two.exchange(days(3));
    assert!(two.known(&id("malware", 1)) && two.known(&id("malware", 2)));
    assert!(two.both_hold());
}

#[test]
fn what_is_of_a_special_category_is_asked_about_where_the_flow_says_so() {
    for (says, asked) in [(SpecialCategories::StrictlyNecessary, 1), (SpecialCategories::Forbidden, 0)] {
        let two = Two::agreed(|agreement| {
            agreement.flows.iter_mut().for_each(|flow| flow.special_categories = says);
        });
        let ada = User {
            name: "ada".to_owned(),
            password: String::new(),
            role: "administrator".to_owned(),
            tlp_max: Tlp::Red,
            offices: Vec::new(),
            created_at: at(0),
        };
        two.company.desk.add_user(&ada).expect("added");
        let mut wren = malware(1, "Wren", 2);
        wren["labels"] = serde_json::json!(["entente:special_category"]);
        two.learn(&[wren, malware(2, "Rook", 2)], at(1));
        two.exchange(at(2));
        assert!(!two.known(&id("malware", 1)) && two.known(&id("malware", 2)));
        let waiting = open(&two, at(3));
        assert_eq!(waiting.len(), asked, "{waiting:?}");
        if let Some(referral) = waiting.first() {
            assert!(referral.reasons[0].text.contains("strictly necessary"), "{referral:?}");
            let said = say(&two, &referral.id, "ada", true, at(4)).expect("heard");
            assert_eq!(said.outcome, Some("released"));
            two.exchange(at(5));
            assert!(two.known(&id("malware", 1)) && two.both_hold());
        }
    }
}
