//! What arrives out of turn, and what does not hold.

use std::collections::BTreeSet;

use entente_agreement::{Category, Matter, RecallReason, StandingMove};
use entente_model::Tlp;
use entente_store::exchange::{Exchange, ItemKind, NoticeState, PartnerEdit, Seq};
use jiff::Timestamp;

use super::{Two, at, days, id, learn, malware, party, relationship};
use crate::app::agreement::{Named, wire_party};
use crate::app::exchange::frame::Frame;
use crate::app::exchange::notice::Telling;
use crate::app::exchange::outgoing::Outgoing;
use crate::app::exchange::receipts::Beat;
use crate::app::exchange::tending::anew;

#[test]
fn a_relationship_that_was_heard_of_before_its_ends_follows_them() {
    let two = Two::agreed(|_| {});
    let (wren, rook) = (id("malware", 1), id("malware", 2));
    two.learn(&[relationship(3, &wren, &rook)], at(1));
    two.exchange(at(2));
    two.learn(&[malware(1, "Wren", 2)], at(3));
    two.exchange(at(4));
    assert!(two.known(&wren) && !two.known(&id("relationship", 3)), "one end is not told yet");
    two.learn(&[malware(2, "Rook", 2)], at(5));
    two.exchange(at(6));
    assert!(two.known(&rook) && two.known(&id("relationship", 3)));
    let told = two.company.exchange.told(&wire_party(&party("police"))).expect("told").0;
    two.exchange(at(7));
    assert_eq!(two.company.exchange.told(&wire_party(&party("police"))).expect("told").0, told);
}

#[test]
fn a_withheld_end_keeps_its_relationship_back() {
    let two = Two::agreed(|_| {});
    let (wren, rook) = (id("malware", 1), id("malware", 2));
    learn(&two.company, "company", Tlp::Red, &[malware(2, "Rook", 2)], at(1));
    two.learn(&[malware(1, "Wren", 2), relationship(3, &wren, &rook)], at(2));
    two.exchange(at(3));
    assert!(two.known(&wren) && !two.known(&rook) && !two.known(&id("relationship", 3)));
}

#[test]
fn what_is_suspended_keeps_nothing_waiting_and_is_told_when_it_is_resumed() {
    let two = Two::agreed(|_| {});
    let owner = two.company.owner().expect("the owner");
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Suspend, None, at(3)).expect("suspended");
    two.exchange(at(4));
    assert!(!two.known(&id("malware", 1)));
    let all = two.company.exchange.told(&wire_party(&party("police"))).expect("told").0;
    assert_eq!(
        two.police.received_up_to(&party("company")).expect("a cursor"),
        all,
        "the notice came through"
    );
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Resume, None, at(5)).expect("resumed");
    two.exchange(at(6));
    two.exchange(at(8));
    assert!(two.known(&id("malware", 1)));
    assert!(two.both_hold());
}

#[test]
fn a_notice_that_does_not_hold_is_refused_and_what_follows_comes_in() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let agreements = two.company.agreements(at(3)).expect("read");
    let held = agreements.iter().next().expect("one").clone();
    // Somebody wrote another recall into the file than the one that was signed.
    let to = party("police");
    let telling = Telling { held: &held, to: &to, kind: ItemKind::Recall, concerns: Vec::new() };
    let objects = BTreeSet::from([id("malware", 9)]);
    let matter = Matter::Recall { objects, reason: RecallReason::Withdrawn };
    let mut forged = two.company.notice(telling, matter, at(3)).expect("a notice");
    let text = String::from_utf8(forged.body).expect("text");
    forged.body = text.replace(&id("malware", 9), &id("malware", 1)).into_bytes();
    let mut unread = forged.clone();
    unread.body = b"nonsense".to_vec();
    let mut outgoing = Outgoing::default();
    outgoing.put(forged);
    outgoing.put(unread);
    two.company.put_on_wire(&to, None, outgoing, at(3)).expect("appended");
    two.learn(&[malware(2, "Rook", 2)], at(4));
    two.exchange(at(5));
    assert!(two.known(&id("malware", 1)) && two.known(&id("malware", 2)));
    let notices = two.company.exchange.notices(&wire_party(&to), false, None, 9).expect("read");
    let refused = notices.iter().filter_map(|notice| notice.settlement.as_ref());
    assert!(refused.clone().all(|one| matches!(one.state, NoticeState::Refused(_))) && refused.count() == 1);
}

#[test]
fn a_checkpoint_over_other_leaves_than_were_sent_is_an_alarm() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let (company, police) = (party("company"), party("police"));
    two.company.exchange.settle();
    let (_, beat) = two.company.beat(&police, 0).expect("read").expect("a checkpoint");
    assert!(two.police.see_beat(&company, &beat, at(3)).expect("seen").is_some(), "it is cosigned");
    assert!(two.police.exchange.alarms().expect("read").is_empty());
    // The company signs another tree of the same size, with its own key.
    let room = tempfile::tempdir().expect("a folder");
    let other = Exchange::open(room.path(), &two.company.identity.node_key()).expect("opened");
    let edit = PartnerEdit {
        party: wire_party(&police),
        name: "police".to_owned(),
        endpoint: None,
        pins: Vec::new(),
    };
    other.put_partner(&edit, at(1)).expect("kept");
    let told = two.company.exchange.wire_item(&wire_party(&police), Seq(1)).expect("read").expect("told");
    let mut outgoing = Outgoing::default();
    outgoing.put(anew(told));
    other.append(two.company.append(&police, None, outgoing, at(1))).expect("appended");
    other.settle();
    let note = other.checkpoint(&wire_party(&police)).expect("read").expect("signed");
    let beat = Beat { checkpoint: String::from_utf8(note).expect("text"), proof: Vec::new() };
    assert!(two.police.see_beat(&company, &beat, at(4)).expect("seen").is_none());
    let alarms = two.police.exchange.alarms().expect("read");
    assert_eq!(alarms.iter().map(|alarm| alarm.kind.word()).collect::<Vec<_>>(), ["leaves"]);
}

#[test]
fn a_notice_that_comes_after_a_gap_is_not_done() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    two.learn(&[malware(2, "Rook", 2)], at(3));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(4)).expect("a round");
    learn(&two.company, "company", Tlp::Red, &[malware(1, "Wren", 3)], at(5));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(6)).expect("a round");
    let (company, police) = (party("company"), party("police"));
    let all = two.company.exchange.told(&wire_party(&police)).expect("told").0;
    let after = two.police.received_up_to(&company).expect("a cursor");
    let last = two.company.frame_after(&police, all - 1, at(7)).expect("a frame").expect("the recall");
    assert!(all > after + 1 && two.police.receive(&company, last, at(8)).is_err());
    assert!(two.known(&id("malware", 1)), "it was not recalled before its turn");
    two.deliver(at(9));
    assert!(!two.known(&id("malware", 1)) && two.known(&id("malware", 2)));
}

#[test]
fn what_was_withdrawn_while_it_was_held_back_is_not_told_when_it_is_resumed() {
    let two = Two::agreed(|_| {});
    let owner = two.company.owner().expect("the owner");
    two.learn(&[malware(1, "Wren", 2), malware(2, "Rook", 2), malware(3, "Kite", 2)], at(1));
    two.company.disclose(&mut two.desk.borrow_mut(), &|| at(2)).expect("a round");
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Suspend, None, at(3)).expect("suspended");
    two.exchange(at(4));
    let mut wren = malware(1, "Wren", 3);
    wren["revoked"] = true.into();
    two.learn(&[wren], at(5));
    learn(&two.company, "company", Tlp::Red, &[malware(2, "Rook", 3)], at(5));
    two.exchange(at(6));
    two.company.act_on_agreement(&owner, &two.id, StandingMove::Resume, None, at(7)).expect("resumed");
    // The stream may send as soon as something is on the wire.
    let agreements = two.company.agreements(at(8)).expect("read");
    two.company.tend_wires(&agreements, &agreements.partners(), at(8)).expect("tended");
    let sent = two.deliver(at(8)).concat() + &two.exchange(at(8)).concat() + &two.exchange(at(10)).concat();
    assert!(!sent.contains("Wren") && !sent.contains("Rook"), "{sent}");
    assert!(
        two.known(&id("malware", 3)) && sent.matches("Kite").count() == 1,
        "what stands is told once: {sent}"
    );
    assert!(two.both_hold());
}

/// What another program than this one would send: an item with another object in it, and the leaf that fits.
fn with_object(
    two: &Two,
    change: impl Fn(&mut serde_json::Value),
    added: Timestamp,
    sent: Timestamp,
) -> Frame {
    let police = party("police");
    let first = two.company.exchange.wire_after(&wire_party(&police), Seq(0), 100, usize::MAX).expect("read");
    let told = first.items.into_iter().find(|item| item.body.windows(4).any(|four| four == b"Wren"));
    let mut item = anew(told.expect("it was told"));
    let mut object: serde_json::Value = serde_json::from_slice(&item.body).expect("JSON");
    change(&mut object);
    item.body = serde_json::to_vec(&object).expect("JSON");
    let mut outgoing = Outgoing::default();
    outgoing.put(item);
    two.company.put_on_wire(&police, None, outgoing, added).expect("appended");
    let after = two.police.received_up_to(&party("company")).expect("a cursor");
    two.company.frame_after(&police, after, sent).expect("a frame").expect("something")
}

#[test]
fn what_goes_beyond_its_flow_does_not_come_in() {
    let two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let (company, rook) = (party("company"), id("malware", 2));
    let other = |more: serde_json::Value| {
        move |object: &mut serde_json::Value| {
            object["id"] = id("malware", 2).into();
            object.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        }
    };
    for (second, beyond) in [
        (3, serde_json::json!({"description": "what no flow lets through"})),
        (4, serde_json::json!({"labels": ["entente:informant_identity"]})),
    ] {
        let frame = with_object(&two, other(beyond.clone()), at(second), at(second));
        two.police.receive(&company, frame, at(second)).expect("what follows is not held up");
        assert!(!two.known(&rook), "{beyond}");
    }
    // What a partner of another version says besides is left out.
    let frame = with_object(&two, other(serde_json::json!({"x_internal": "untold"})), at(6), at(6));
    two.police.receive(&company, frame, at(6)).expect("taken in");
    assert!(two.known(&rook));
    let all = entente_model::CompartmentSet::all();
    let view = two.police.store.view(&all, entente_store::AsOf::Now).expect("a view");
    let taken_in = view.objects().expect("read").map(|one| one.expect("an object").1.canonical());
    assert!(taken_in.into_iter().all(|object| !String::from_utf8_lossy(&object).contains("untold")));
}

#[test]
fn what_is_told_long_after_an_agreement_ran_out_does_not_come_in() {
    let two = Two::agreed(|agreement| agreement.valid_until = at(100));
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    let (company, rook) = (party("company"), id("malware", 2));
    let late = days(2);
    let rename = |object: &mut serde_json::Value| object["id"] = id("malware", 2).into();
    let frame = with_object(&two, rename, late, at(99));
    two.police.receive(&company, frame, late).expect("what follows is not held up");
    assert!(!two.known(&rook));
}

#[test]
fn what_one_flow_does_not_cover_another_tells() {
    let two = Two::agreed(|agreement| {
        // The first covers the class of both and one of them.
        let mut families = agreement.flows[0].clone();
        families.id = "families".parse().expect("an id");
        families.data_categories = [Category::MalwareFamily].into();
        agreement.flows[0].data_categories.remove(&Category::MalwareFamily);
        agreement.flows[0].data_categories.insert(Category::Relationships);
        agreement.flows.insert(1, families);
    });
    two.learn(&[malware(1, "Wren", 2)], at(1));
    let sent = two.exchange(at(2)).concat();
    assert!(sent.contains("Wren") && sent.contains("/families"), "{sent}");
}

#[test]
fn a_marking_goes_beside_what_it_marks_and_never_alone() {
    let two = Two::agreed(|_| {});
    let statement = |number: u64, text: &str| {
        serde_json::json!({"type": "marking-definition", "spec_version": "2.1", "id": id("marking-definition", number),
            "created": "2026-01-01T00:00:00.000Z", "definition_type": "statement", "definition": {"statement": text}})
    };
    let mut wren = malware(1, "Wren", 2);
    wren["object_marking_refs"] = serde_json::json!([id("marking-definition", 1)]);
    two.learn(
        &[statement(1, "Cite the sensors"), statement(2, "from informant J. Doe in case 7"), wren],
        at(1),
    );
    let sent = two.exchange(at(2)).concat();
    assert!(two.known(&id("malware", 1)) && two.known(&id("marking-definition", 1)));
    assert!(!two.known(&id("marking-definition", 2)) && !sent.contains("informant"), "nothing refers to it");
    let mut again = malware(2, "Rook", 2);
    again["object_marking_refs"] = serde_json::json!([id("marking-definition", 1)]);
    two.learn(&[again], at(3));
    let sent = two.exchange(at(4)).concat();
    assert!(two.known(&id("malware", 2)) && !sent.contains("Cite the sensors"), "it is there already");
}

#[test]
fn a_first_offer_can_be_taken_back() {
    let two = Two::agreed(|_| {});
    let owner = two.company.owner().expect("the owner");
    let keys = [(party("police"), two.police.identity().party_keys())];
    let mut offer =
        two.company.new_agreement("company-police", Some(&party("company")), &keys, at(1)).expect("a draft");
    offer.termination.notice_days = 0;
    let named = Named { agreement: offer, signatures: Vec::new(), acts: Vec::new() };
    let offered = two.company.sign_agreement(&owner, &named, &party("company"), at(1)).expect("signed");
    let id = offered.agreement.id.to_string();
    two.company.act_on_agreement(&owner, &id, StandingMove::Terminate, None, at(2)).expect("taken back");
    let signed =
        two.police.sign_agreement(&owner, &offered, &party("police"), at(3)).expect("signed by both");
    two.company.accept_agreement(&owner, &signed, at(3)).expect("kept");
    assert_eq!(two.company.newest(&id, at(4)).expect("kept").word(), "terminated");
}
