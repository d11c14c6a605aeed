//! What two parties number alike is not the same.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use entente_model::{Atlas, Fingerprint, Handling, Kind, Tlp};

use super::{Outcome, told};
use crate::{Intake, Limits, Memory, Past, Record, Settings};

struct Nothing;

impl Memory for Nothing {
    fn knows(&self, _: &Fingerprint) -> bool {
        false
    }
}

/// What becomes of a file that `source` tells.
fn records(source: &str, text: &str) -> Vec<Record> {
    let settings = Settings {
        handling: Handling::unmarked(Tlp::Green),
        format: None,
        now: "2026-11-26T12:00:00Z".parse().expect("a time"),
        limits: Limits::default(),
    };
    let past = Past { source, markings: Vec::new(), memory: Arc::new(Nothing) };
    let mut records = Vec::new();
    let intake = Intake::after(settings, Arc::new(Atlas::empty()), past);
    let summary = intake.read("file", &mut text.as_bytes(), &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    });
    assert_eq!(summary.expect("memory reads").rejected, 0);
    records
}

/// Ids of the people in it.
fn people(source: &str, text: &str) -> HashSet<String> {
    let drafts = records(source, text).into_iter().flat_map(|record| match record.outcome {
        Outcome::Drafts(drafts) => drafts,
        _ => Vec::new(),
    });
    let ids = drafts.map(|draft| draft.object.id().clone());
    ids.filter(|id| *id.kind() == Kind::Identity).map(|id| id.to_string()).collect()
}

#[test]
fn a_row_is_known_by_its_cells_and_its_columns() {
    let booking = |header: &str, cells: &str| {
        let accounts = "DE89370400440532013000,GB33BUKB20201555555555";
        let text = format!(
            "tran_id,{header},amount,currency,timestamp\n1,{accounts},{cells},2026-03-01T00:00:00Z\n"
        );
        let fingerprint = records("bank", &text)[0].fingerprint.expect("one of each row");
        (fingerprint.record, fingerprint.handling)
    };
    let row = booking("orig_iban,bene_iban", "12.50,EUR");
    assert_eq!(row, booking("orig_iban,bene_iban", "12.50,EUR"));
    assert_ne!(row, booking("orig_iban,bene_iban", "12.5,0EUR"), "the same letters in other cells");
    assert_ne!(row, booking("bene_iban,orig_iban", "12.50,EUR"), "the same cells in other columns");
}

#[test]
fn holders_with_one_number_and_one_name_at_two_banks_are_two() {
    let holders = |iban: &str| {
        format!(
            "iban,opened,holder_id,holder_kind,holder_name,phone,email,device_id\n{iban},2026-03-01,1,individual,Ola Berg,,,\n"
        )
    };
    let (german, french) = (holders("DE89370400440532013000"), holders("FR1420041010050500013M02606"));
    let second = holders("DE62370400440532013001");
    assert_ne!(people("a", &german), people("a", &french), "one bank's number is not another's");
    assert_eq!(people("a", &german), people("a", &second), "one holder of two accounts of one bank");
    assert_eq!(people("a", &german), people("b", &german), "whoever tells of the bank's holder");
}

#[test]
fn customers_with_one_number_and_one_name_at_two_exchanges_are_two() {
    let customers = "address,holder_id,holder_name,country,iban,email,phone,opened\n\
         0x46369a7e4ee28af393e8f4a5c02db75d2876b2a7,1,Ola Berg,GB,,,,2026-03-01\n";
    assert_ne!(people("one", customers), people("another", customers));
    assert_eq!(people("one", customers), people("one", customers));
}

#[test]
fn what_two_parties_number_alike_is_not_the_same() {
    let ledger = |iban: &str| {
        format!(
            "tran_id,orig_iban,bene_iban,tx_type,amount,currency,timestamp\n\
             1,{iban},GB33BUKB20201555555555,,5,EUR,2026-03-01T00:00:00Z\n"
        )
    };
    let holders = |name: &str| {
        format!(
            "iban,opened,holder_id,holder_kind,holder_name,birth_year,country,phone,email,device_id\n\
             DE89370400440532013000,2026-03-01,1,individual,{name},1970,DE,,,\n"
        )
    };
    let ids = |text: String, kind: Kind| -> BTreeSet<String> {
        told(&text, kind).iter().map(|object| object.id().to_string()).collect()
    };
    let payments = |iban| ids(ledger(iban), Kind::Payment);
    let people = |name| ids(holders(name), Kind::Identity);
    let (one, other) = (payments("DE89370400440532013000"), payments("FR1420041010050500013M02606"));
    assert!(one.len() == 1 && other.len() == 1 && one != other, "{one:?} {other:?}");
    assert_eq!(one, payments("DE89370400440532013000"), "told again it is the same");
    assert!(people("Rosa Wendland") != people("Ola Berg") && people("Ola Berg") == people("ola berg"));
}
