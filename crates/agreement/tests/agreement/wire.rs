//! Notices and receipts: signed, about one agreement, and never somebody else's.

use std::collections::BTreeSet;

use entente_agreement::{
    Matter, Notice, NoticeAnswer, NoticeError, RecallReason, SignedNotice, SignedReceipt, StandingAct,
    StandingMove,
};
use entente_model::{PermissibleActions, Tlp};

use crate::support::{NOW, at, key, party, signed, template};

fn notice(matter: Matter) -> Notice {
    Notice {
        agreement: signed(template("company-police")).hash(),
        from: party("company"),
        to: party("police"),
        number: 1,
        at: at(NOW),
        matter,
    }
}

fn recall() -> Notice {
    let objects = BTreeSet::from(["file--8e2e2d2b-17d4-4cbf-938f-000000000002".to_owned()]);
    notice(Matter::Recall { objects, reason: RecallReason::Withdrawn })
}

#[test]
fn a_notice_and_its_receipt_survive_the_wire() {
    let agreement = signed(template("company-police")).agreement;
    let narrow = Matter::Narrow {
        objects: BTreeSet::new(),
        tlp: Tlp::Red,
        pap: PermissibleActions::Amber,
        no_onward: true,
    };
    for notice in [recall(), notice(narrow)] {
        let sent = serde_json::to_string(&notice.clone().sign(&key(1))).expect("JSON");
        let read: SignedNotice = serde_json::from_str(&sent).expect("its own JSON");
        assert_eq!(read.verify(&agreement), Ok(()));
        for answer in
            [NoticeAnswer::Complied, NoticeAnswer::Refused { reason: "kept as evidence".to_owned() }]
        {
            let sent =
                serde_json::to_string(&read.notice.answer(at(NOW), answer).sign(&key(2))).expect("JSON");
            let receipt: SignedReceipt = serde_json::from_str(&sent).expect("its own JSON");
            assert_eq!(receipt.verify(&read.notice, &agreement), Ok(()));
        }
    }
}

#[test]
fn what_was_changed_or_signed_by_others_counts_for_nothing() {
    let agreement = signed(template("company-police")).agreement;
    let mut changed = recall().sign(&key(1));
    changed.notice.number = 2;
    assert!(matches!(changed.verify(&agreement), Err(NoticeError::Key(_))));
    assert!(matches!(recall().sign(&key(2)).verify(&agreement), Err(NoticeError::Key(_))));
    let mut stolen = recall().sign(&key(1));
    stolen.signature.party = party("police");
    assert!(matches!(stolen.verify(&agreement), Err(NoticeError::Signer { .. })));
    let mut elsewhere = recall();
    elsewhere.to = party("bank");
    assert!(matches!(elsewhere.sign(&key(1)).verify(&agreement), Err(NoticeError::NotAParty(_))));
    let other = signed(template("csirt-csirt")).agreement;
    assert!(matches!(recall().sign(&key(1)).verify(&other), Err(NoticeError::OtherAgreement(_))));
}

#[test]
fn a_receipt_is_for_one_notice_and_by_its_receiver() {
    let agreement = signed(template("company-police")).agreement;
    let receipt = recall().answer(at(NOW), NoticeAnswer::Complied);
    let mut second = recall();
    second.number = 2;
    assert!(matches!(
        receipt.clone().sign(&key(2)).verify(&second, &agreement),
        Err(NoticeError::OtherNotice(_))
    ));
    assert!(matches!(receipt.sign(&key(1)).verify(&recall(), &agreement), Err(NoticeError::Key(_))));
}

#[test]
fn nobody_tells_of_an_act_another_party_did_not_sign() {
    let whole = signed(template("company-police"));
    let (hash, police) = (whole.hash(), party("police"));
    let act = |seed| StandingAct::sign(hash, StandingMove::Suspend, at(NOW), None, &police, &key(seed));
    assert_eq!(notice(Matter::Standing(act(2))).sign(&key(1)).verify(&whole.agreement), Ok(()));
    assert!(notice(Matter::Standing(act(1))).sign(&key(1)).verify(&whole.agreement).is_err());
}
