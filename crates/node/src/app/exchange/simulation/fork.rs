//! A node whose folder is put back to what it was before has forgotten what it told. Both sides raise the alarm.

use std::mem::replace;

use entente_model::Tlp;
use tempfile::TempDir;

use crate::app::App;
use crate::app::exchange::receipts::{Beat, Receipts};
use crate::app::exchange::trial::{Two, at, copy, learn, malware, party};

/// The company shows its log's checkpoint, and the police answer.
fn show(two: &Two, second: i64) {
    let (company, police) = (party("company"), party("police"));
    two.company.exchange.settle();
    let seen = two.police.seen_size(&company, at(second)).expect("read");
    let (_, beat): (u64, Beat) = two.company.beat(&police, seen).expect("read").expect("a checkpoint");
    let checkpoint = two.police.see_beat(&company, &beat, at(second)).expect("seen");
    let receipts = two.police.receipts_for(&company, None).expect("receipts");
    // What it cannot make sense of it refuses.
    let _ = two.company.take_receipts(&police, &Receipts { checkpoint, ..receipts }, at(second));
}

/// The company told something, its folder was kept, it told something more, and was put back.
fn put_back() -> (Two, TempDir) {
    let mut two = Two::agreed(|_| {});
    two.learn(&[malware(1, "Wren", 2)], at(1));
    two.exchange(at(2));
    show(&two, 3);
    let kept = tempfile::tempdir().expect("a folder");
    copy(two.rooms[0].path(), kept.path());
    two.learn(&[malware(2, "Rook", 2)], at(4));
    two.exchange(at(5));
    show(&two, 6);
    assert_eq!(alarms(&two), [Vec::<&str>::new(), Vec::new()]);
    let old = App::open(kept.path()).expect("a node");
    drop(replace(&mut two.company, old));
    (two, kept)
}

fn alarms(two: &Two) -> [Vec<&'static str>; 2] {
    [&two.company, &two.police].map(|app| {
        let alarms = app.exchange.alarms().expect("read");
        alarms.iter().map(|alarm| alarm.kind.word()).collect()
    })
}

#[test]
fn a_node_that_was_put_back_is_noticed_on_both_sides() {
    let (two, _kept) = put_back();
    show(&two, 7);
    assert_eq!(alarms(&two), [["forgotten"], ["rollback"]]);
    show(&two, 8);
    assert_eq!(alarms(&two), [["forgotten"], ["rollback"]], "once is enough");
}

#[test]
fn a_node_that_was_put_back_and_tells_something_else_is_noticed_on_both_sides() {
    let (two, _kept) = put_back();
    show(&two, 7);
    learn(&two.company, "company", Tlp::Green, &[malware(3, "Kite", 2)], at(8));
    two.company.disclose(&mut Default::default(), &|| at(9)).expect("a round");
    show(&two, 10);
    let [company, police] = alarms(&two);
    assert_eq!(company, ["forgotten"]);
    assert!(police.contains(&"rollback") && police.contains(&"leaves"), "{police:?}");
}
