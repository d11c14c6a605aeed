//! What the simulation found, each as the shortest story that shows it.

use entente_agreement::{ApprovalMode, ApprovalWhen};
use entente_model::Tlp;

use crate::app::exchange::queue::{DecisionRequest, ReferralsRequest};
use crate::app::exchange::trial::{Two, at, id, learn, malware, party};

/// The company's owner lets everything leave that waits.
fn approve_all(two: &Two, second: i64) {
    let owner = two.company.owner().expect("the owner");
    let request = ReferralsRequest { ended: false, cursor: None, limit: None };
    for waiting in two.company.referrals(&owner, &request, at(second)).expect("listed").referrals {
        let decision = DecisionRequest { approves: true, office: None, note: None, consent: None };
        two.company.decide_on_referral(&owner, &waiting.id, decision, at(second)).expect("heard");
    }
}

/// Seed 1541: people had to let the narrower form leave, and until they did the partner held the wider one.
#[test]
fn a_narrower_marking_holds_at_once_also_where_people_decide_on_what_follows() {
    let two = Two::agreed(|agreement| {
        for flow in &mut agreement.flows {
            flow.approvals.mode = ApprovalMode::OnePerson;
            flow.approvals.when = ApprovalWhen::Always;
        }
    });
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    approve_all(&two, 3);
    two.exchange(at(4));
    assert!(two.known(&id("malware", 1)));
    learn(&two.company, "company", Tlp::Amber, &[malware(1, "Wren", 2)], at(5));
    two.exchange(at(6));
    assert!(!two.known(&id("malware", 1)), "nobody holds it under the wider marking");
    approve_all(&two, 7);
    two.exchange(at(8));
    assert!(two.known(&id("malware", 1)) && two.both_hold());
}

/// Seed 1701: the cosigned checkpoint was lost on its way, and as the log did not grow there was never another.
#[test]
fn a_cosigned_checkpoint_that_was_not_heard_is_told_when_a_connection_begins() {
    let two = Two::agreed(|_| {});
    let (company, police) = (party("company"), party("police"));
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    two.company.exchange.settle();
    let (_, beat) = two.company.beat(&police, 0).expect("read").expect("a checkpoint");
    assert!(two.police.see_beat(&company, &beat, at(3)).expect("seen").is_some(), "it goes lost");
    let first = two.police.first_receipts(&company, at(4)).expect("receipts");
    two.company.take_receipts(&police, &first, at(5)).expect("kept");
    let to = crate::app::agreement::wire_party(&police);
    assert!(two.company.exchange.cosigned(&to).expect("read").is_some());
}
