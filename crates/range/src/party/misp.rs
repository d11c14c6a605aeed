//! MISP events, many to a file as its API answers them.

use std::io::Write;

use super::csv::put;
use super::json::{member, name};
use crate::record::{Event, uuid};
use crate::thing::{Sort, Thing};
use crate::world::date;

pub(super) fn write(out: &mut Vec<u8>, event: &Event, place: u64) {
    if place > 0 {
        out.extend(b",\n");
    }
    out.extend(b"{\"Event\":{");
    member(out, "uuid", &uuid(event.serial));
    member(out, "info", &event.info);
    member(out, "date", &date(event.at));
    member(out, "threat_level_id", "2");
    member(out, "analysis", "1");
    member(out, "distribution", "1");
    member(out, "timestamp", &event.at.to_string());
    out.extend(b",\"published\":true");
    name(out, "Orgc");
    out.extend(b"{\"name\":\"Response team of Lindero\",\"uuid\":\"5f2b1a3c-0c1d-4e2f-8a3b-4c5d6e7f8a9b\"}");
    out.extend(b",\"Tag\":[{\"name\":\"tlp:amber\"}]");
    name(out, "Attribute");
    for (number, thing) in event.attributes.iter().enumerate() {
        out.push(if number == 0 { b'[' } else { b',' });
        attribute(out, event, number as u64, thing);
    }
    out.extend(if event.attributes.is_empty() { b"[]}}".as_slice() } else { b"]}}" });
}

fn attribute(out: &mut Vec<u8>, event: &Event, number: u64, thing: &Thing) {
    let (kind, category) = match thing.sort {
        Sort::Domain => ("domain", "Network activity"),
        Sort::Ip => ("ip-dst", "Network activity"),
        Sort::Url => ("url", "Network activity"),
        Sort::File => ("sha256", "Payload delivery"),
        Sort::Email => ("email-src", "Payload delivery"),
        _ => ("text", "Other"),
    };
    out.push(b'{');
    // Events have numbers below 2^56; the byte above tells their attributes apart.
    member(out, "uuid", &uuid((number + 1) << 56 | event.serial));
    member(out, "type", kind);
    member(out, "category", category);
    member(out, "value", &thing.value);
    put!(out, ",\"to_ids\":true,\"timestamp\":\"{}\"}}", event.at);
}
