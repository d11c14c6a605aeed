//! Victims' reports, one a line, with values as people copy them: now and then defanged, spaced or in capitals.

use std::io::Write;

use super::csv::put;
use super::json::{member, name};
use crate::chance::mix;
use crate::record::{Report, tag};
use crate::thing::{Sort, Thing};
use crate::world::{asset, iso};

pub(super) fn write(out: &mut Vec<u8>, report: &Report) {
    out.push(b'{');
    member(out, "report_id", &tag(report.serial));
    member(out, "reported", &iso(report.reported));
    member(out, "incident_time", &iso(report.happened));
    member(out, "report_type", report.kind);
    member(out, "channel", report.channel);
    member(out, "country", report.country);
    let (whole, part) = (report.cents / 100, report.cents % 100);
    put!(out, ",\"loss\":{{\"amount\":\"{whole}.{part:02}\",\"currency\":\"EUR\"}}");
    name(out, "victim");
    out.push(b'{');
    member(out, "name", &report.victim.name);
    put!(out, ",\"age\":{}", report.victim.age);
    member(out, "phone", &report.victim.phone);
    member(out, "email", &report.victim.email);
    out.push(b'}');
    member(out, "description", &report.text);
    name(out, "subjects");
    out.push(b'[');
    for (place, thing) in report.subjects.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        subject(out, thing, mix(report.serial.wrapping_add(place as u64)));
    }
    out.extend(b"]}\n");
}

fn subject(out: &mut Vec<u8>, thing: &Thing, hand: u64) {
    let kind = match thing.sort {
        Sort::Url => "url",
        Sort::Phone => "phone",
        Sort::Email => "email",
        Sort::Iban => "iban",
        Sort::Wallet => "wallet",
        Sort::Ip => "ip",
        Sort::Domain => "domain",
        Sort::File => "file",
        _ => "account",
    };
    out.push(b'{');
    member(out, "type", kind);
    member(out, "value", &as_copied(thing, hand));
    if thing.sort == Sort::Wallet {
        member(out, "asset", asset(&thing.value));
    }
    out.push(b'}');
}

fn as_copied(thing: &Thing, hand: u64) -> String {
    let value = &thing.value;
    if hand % 10 > 1 {
        return value.clone();
    }
    match thing.sort {
        Sort::Url => value.replacen("http", "hxxp", 1).replace('.', "[.]"),
        Sort::Domain if hand.is_multiple_of(10) => value.replace('.', "[.]"),
        Sort::Domain => value.to_ascii_uppercase(),
        Sort::Iban => grouped(value, 4),
        Sort::Phone => format!("{} {}", &value[..4], grouped(&value[4..], 3)),
        _ => value.clone(),
    }
}

fn grouped(value: &str, size: usize) -> String {
    let mut out = String::with_capacity(value.len() + value.len() / size);
    for (place, letter) in value.chars().enumerate() {
        if place > 0 && place % size == 0 {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}
