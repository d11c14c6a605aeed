//! An agreement about one operation: what is taken up into its case leaves, and nothing else.

use entente_agreement::CaseScope;
use entente_model::{FingerprintFamily, ObjectId, Selector};
use serde_json::{Value, json};

use super::{Two, at, relationship};
use crate::app::exchange::queue::ReferralsRequest;
use crate::app::who::CaseRequest;

fn value(kind: &str, selector: &Selector, properties: Value) -> Value {
    let mut object = json!({ "type": kind, "spec_version": "2.1", "id": selector.id().to_string() });
    object.as_object_mut().expect("an object").extend(properties.as_object().cloned().expect("an object"));
    object
}

fn domain(name: &str) -> (String, Value) {
    let selector = Selector::domain(name).expect("a name");
    (selector.id().to_string(), value("domain-name", &selector, json!({ "value": name })))
}

fn tracker(number: &str) -> (String, Value) {
    let selector = Selector::fingerprint(FingerprintFamily::Tracker, number).expect("a fingerprint");
    (
        selector.id().to_string(),
        value("digital-fingerprint", &selector, json!({ "family": "tracker", "value": number })),
    )
}

fn tie(number: u64, from: &str, to: &str) -> Value {
    let mut tie = relationship(number, from, to);
    tie["relationship_type"] = "has-fingerprint".into();
    tie
}

fn case(ids: &[&String]) -> CaseRequest {
    CaseRequest {
        case: "Mirror".to_owned(),
        ids: ids.iter().map(|id| (*id).clone()).collect(),
        least: Some(0.3),
    }
}

/// Two names with one tracker, and a third with another.
struct Seen {
    shop: String,
    bank: String,
    other: String,
    tracker: String,
}

fn seen(two: &Two) -> Seen {
    let [(shop, a), (bank, b), (other, c)] = ["shop.example", "bank.example", "other.example"].map(domain);
    let [(tracker, t), (theirs, u)] = ["UA-1-1", "UA-2-2"].map(tracker);
    let ties = [tie(1, &shop, &tracker), tie(2, &bank, &tracker), tie(3, &other, &theirs)];
    two.learn(&[vec![a, b, c, t, u], ties.to_vec()].concat(), at(1));
    Seen { shop, bank, other, tracker }
}

fn about(operation: &str) -> Two {
    Two::agreed(|agreement| agreement.case_scope = CaseScope::Operation(operation.to_owned()))
}

#[test]
fn only_what_is_taken_up_into_the_case_leaves() {
    let two = about("Mirror");
    let Seen { shop, bank, other, tracker } = seen(&two);
    two.exchange(at(2));
    assert!(!two.known(&shop), "nobody took anything up");
    let owner = two.company.owner().expect("the owner");
    let taken = two.company.take_up(&owner, &case(&[&shop]), at(3)).expect("taken up");
    assert_eq!(
        (taken.members, taken.objects, taken.claims),
        (3, 5, 5),
        "two names, what they share, and both ties"
    );
    two.exchange(at(4));
    assert!(two.known(&shop) && two.known(&bank) && two.known(&tracker) && !two.known(&other));
    let again = two
        .company
        .take_up(&two.company.owner().expect("the owner"), &case(&[&shop]), at(5))
        .expect("taken up");
    assert_eq!(again.claims, 0, "what is in the case is not said twice");
}

#[test]
fn another_case_is_not_covered() {
    let two = about("Harbour");
    let Seen { shop, .. } = seen(&two);
    let owner = two.company.owner().expect("the owner");
    two.company.take_up(&owner, &case(&[&shop]), at(3)).expect("taken up");
    two.exchange(at(4));
    assert!(!two.known(&shop));
}

#[test]
fn an_agreement_that_is_not_about_cases_asks_nobody_about_what_a_case_repeats() {
    let two = Two::agreed(|_| {});
    let Seen { shop, bank, .. } = seen(&two);
    two.exchange(at(2));
    assert!(two.known(&shop), "it is told outside of the case");
    let owner = two.company.owner().expect("the owner");
    two.company.take_up(&owner, &case(&[&shop]), at(3)).expect("taken up");
    let sent = two.exchange(at(4));
    assert!(sent.is_empty() && two.known(&bank), "nothing is told twice or taken back: {sent:?}");
    let asked: ReferralsRequest = serde_json::from_value(json!({})).expect("a request");
    let page =
        two.company.referrals(&two.company.owner().expect("the owner"), &asked, at(5)).expect("a page");
    assert!(page.referrals.is_empty(), "{:?}", page.referrals);
}

#[test]
fn a_case_says_nothing_twice_to_tracing() {
    let two = about("Mirror");
    let Seen { shop, bank, .. } = seen(&two);
    let probability = || {
        let owner = two.company.owner().expect("the owner");
        let request = crate::app::who::WhoRequest { ids: vec![shop.clone()], ..Default::default() };
        let answer = two.company.who(&owner, &request).expect("an answer");
        answer.members.iter().find(|member| member.thing.id == bank).map(|member| member.probability)
    };
    let before = probability();
    let owner = two.company.owner().expect("the owner");
    two.company.take_up(&owner, &case(&[&shop]), at(3)).expect("taken up");
    assert!(before.is_some());
    assert_eq!(probability(), before);
}

#[test]
fn what_is_sought_is_said_by_whoever_seeks_it_and_goes_back_to_whom_it_came_from() {
    let two = about("Mirror");
    let Seen { shop, bank, .. } = seen(&two);
    let owner = two.company.owner().expect("the owner");
    two.company.take_up(&owner, &case(&[&shop]), at(3)).expect("taken up");
    two.exchange(at(4));
    let police = two.police.owner().expect("the owner");
    let sought = two.police.seek(&police, &case(&[&shop]), at(5)).expect("sought");
    assert_eq!((sought.things, sought.claims, sought.waiting), (3, 3, 0));
    let all = entente_model::CompartmentSet::all();
    let view = two.police.store.view(&all, entente_store::AsOf::Now).expect("a view");
    let bank: ObjectId = bank.parse().expect("an id");
    let heads = view.heads(view.vertex(&bank).expect("read").expect("known")).expect("heads");
    let own: Vec<_> = heads.iter().filter(|head| head.compartment.agreement.is_none()).collect();
    assert!(own.len() == 1 && own[0].compartment.case.as_deref() == Some("Mirror"));
}

#[test]
fn a_case_needs_a_name_and_things() {
    let two = about("Mirror");
    let Seen { shop, .. } = seen(&two);
    let owner = two.company.owner().expect("the owner");
    for (name, ids, least) in
        [("", vec![shop.clone()], None), ("Mirror", vec![], None), ("Mirror", vec![shop], Some(0.0))]
    {
        let request = CaseRequest { case: name.to_owned(), ids, least };
        assert!(two.company.take_up(&owner, &request, at(3)).is_err());
    }
}

#[test]
fn who_is_told_in_a_case_begins_from_that_and_from_no_other_case() {
    let two = about("Mirror");
    let Seen { shop, .. } = seen(&two);
    let owner = two.company.owner().expect("the owner");
    let begin = |name: &str| {
        // What may be seen is decided anew with each question.
        let police = two.police.owner().expect("the owner");
        let request = CaseRequest { case: name.to_owned(), ..case(&[]) };
        two.police.take_up_sought(&police, &request, at(6)).expect("taken up")
    };
    assert_eq!(begin("Mirror").members, 0, "nothing was told yet");
    two.company.take_up(&owner, &case(&[&shop]), at(3)).expect("taken up");
    two.exchange(at(4));
    let begun = begin("Mirror");
    assert!(begun.members >= 3, "two names and what they share: {begun:?}");
    assert_eq!(begun.claims, 0, "what a partner said is the partner's to tell");
    assert_eq!(begin("Harbour").members, 0);
}
