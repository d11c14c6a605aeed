//! Calls of one machine are one observation.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use entente_model::{Atlas, Draft, Handling, Kind, Tlp};

use super::{Outcome, Summary};
use crate::told::sinkhole::gather;
use crate::{Context, Drafter, Limits, Place, Record, Settings, Sink};

const HEADER: &str = "timestamp,ip,protocol,asn,geo,infection,family,dst_ip,dst_hostname\n";

fn row(at: u32, machine: &str, name: &str) -> String {
    let (hours, minutes, seconds) = (at / 3600, at / 60 % 60, at % 60);
    format!(
        "2026-03-01 {hours:02}:{minutes:02}:{seconds:02},{machine},tcp,64496,IE,marl,Marl,198.51.100.1,{name}\n"
    )
}

fn context() -> Context {
    let now = "2026-11-26T12:00:00Z".parse().expect("a time");
    let handling = Handling::unmarked(Tlp::Green);
    let settings = Settings { handling, format: None, now, limits: Limits::default() };
    let drafter = Drafter::new(&settings, Arc::new(Atlas::empty()));
    Context { drafter, limits: settings.limits, format: None, recall: None, teller: String::new() }
}

/// What becomes of a report when so many observations are held at most.
fn read(text: &str, most: usize) -> (Vec<Record>, Summary) {
    let mut records = Vec::new();
    let mut receive = |record| {
        records.push(record);
        ControlFlow::Continue(())
    };
    let mut sink = Sink::new(&mut receive);
    gather(&context(), &Place::file("report"), &mut text.as_bytes(), &mut sink, most).expect("memory reads");
    let summary = sink.summary();
    (records, summary)
}

fn drafts(records: &[Record]) -> impl Iterator<Item = &Draft> {
    records.iter().flat_map(|record| match &record.outcome {
        Outcome::Drafts(drafts) => drafts.as_slice(),
        _ => &[],
    })
}

fn of<'r>(records: &'r [Record], kind: &'r Kind) -> Vec<&'r Draft> {
    drafts(records).filter(|draft| draft.object.kind() == kind).collect()
}

#[test]
fn three_thousand_calls_are_one_observation() {
    // Not in the order of time: some reports are sorted otherwise.
    let calls: String = (0..3_000).map(|call| row(call * 7 % 3_000, "192.0.2.7", "c2.example")).collect();
    let (records, summary) = read(&[HEADER, &calls].concat(), 100);
    assert_eq!((summary.records, summary.accepted, records.len()), (3_000, 3_000, 1));
    assert_eq!((records[0].count, records[0].place.line), (3_000, Some(2)));
    let observed = of(&records, &Kind::ObservedData);
    assert_eq!(observed.len(), 1);
    let json = observed[0].object.json();
    assert_eq!(json["number_observed"], 3_000);
    assert_eq!(json["first_observed"], "2026-03-01T00:00:00.000Z");
    assert_eq!(json["last_observed"], "2026-03-01T00:49:59.000Z");
    let tie = of(&records, &Kind::Relationship)
        .into_iter()
        .find(|draft| draft.object.text("relationship_type") == Some("communicates-with"));
    let tie = tie.expect("it says who called whom").object.json();
    assert_eq!((&tie["start_time"], &tie["stop_time"]), (&json["first_observed"], &json["last_observed"]));
}

#[test]
fn what_many_observations_say_alike_is_told_once() {
    let machines: String = (0..20).map(|call| row(call, &format!("192.0.2.{call}"), "c2.example")).collect();
    let names: String = (20..40).map(|call| row(call, "192.0.2.99", &format!("c{call}.example"))).collect();
    let (records, summary) = read(&[HEADER, &machines, &names].concat(), 100);
    assert_eq!((summary.records, records.len()), (40, 40));
    let mut ties: HashMap<String, Vec<&Draft>> = HashMap::new();
    for tie in of(&records, &Kind::Relationship) {
        ties.entry(tie.object.text("relationship_type").unwrap_or_default().to_owned())
            .or_default()
            .push(tie);
    }
    assert_eq!(ties["communicates-with"].len(), 40);
    assert_eq!(ties["infected-by"].len(), 21, "one of each machine");
    assert_eq!(ties["resolves-to"].len(), 21, "one of each name");
    let first = ties["resolves-to"][0].object.json();
    assert_eq!(first["stop_time"], "2026-03-01T00:00:19.000Z", "of all who called it");
}

#[test]
fn a_report_beyond_the_bound_is_told_in_parts_that_add_up() {
    let machines = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.1"];
    let calls: String = (0..).zip(machines).map(|(call, machine)| row(call, machine, "c2.example")).collect();
    let text = [HEADER, &calls, "soon,192.0.2.1,tcp,64496,IE,marl,Marl,198.51.100.1,c2.example\n"].concat();
    let (records, summary) = read(&text, 2);
    assert_eq!((summary.records, summary.accepted, summary.rejected), (6, 5, 1));
    let counts: u64 = records.iter().map(|record| record.count).sum();
    let observed: u64 = of(&records, &Kind::ObservedData)
        .iter()
        .filter_map(|draft| draft.object.json()["number_observed"].as_u64())
        .sum();
    assert_eq!((counts, observed), (6, 5));
    let ids: HashSet<_> =
        of(&records, &Kind::ObservedData).into_iter().map(|draft| draft.object.id()).collect();
    assert_eq!(ids.len(), 5, "the first machine was seen in three parts, each an observation");
    assert_eq!(read(&text, 2).0, records, "the same again");
}
