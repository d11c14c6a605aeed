//! Messages (RFC 5322) in mailboxes as RFC 4155 describes them.

use std::io::Write;

use super::csv::put;
use crate::record::{Mail, Seconds, tag};
use crate::thing::Sort;
use crate::world::{DAY, HOUR, civil};

pub(super) fn write(out: &mut Vec<u8>, mail: &Mail) {
    let id = tag(mail.serial);
    put!(out, "From {} {}\n", mail.from, asctime(mail.at));
    put!(out, "Received: from unknown ([{}]) by mx.lindero-desk.example with ESMTP id {id};\n", mail.relay);
    put!(out, "\t{}\nMessage-ID: <{id}@lindero-desk.example>\n", rfc5322(mail.at));
    put!(out, "Date: {}\nFrom: \"{}\" <{}>\n", rfc5322(mail.at), mail.from_name, mail.from);
    if let Some(address) = &mail.reply_to {
        put!(out, "Reply-To: <{address}>\n");
    }
    put!(out, "To: <{}>\nSubject: {}\nMIME-Version: 1.0\n", mail.to, mail.subject);
    put!(out, "Content-Type: text/plain; charset=utf-8\n\n{}\n", mail.text);
    for thing in &mail.names {
        let lead = match thing.sort {
            Sort::Url => "Open",
            Sort::Phone => "Call",
            Sort::Iban => "Pay to IBAN",
            Sort::Wallet => "Send to",
            _ => "See",
        };
        put!(out, "{lead} {}\n", thing.value);
    }
    out.push(b'\n');
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// 1 January 1970 was a Thursday.
fn weekday(at: Seconds) -> &'static str {
    DAYS[at.div_euclid(DAY).rem_euclid(7) as usize]
}

fn clock(at: Seconds) -> String {
    let of_day = at.rem_euclid(DAY);
    format!("{:02}:{:02}:{:02}", of_day / HOUR, of_day / 60 % 60, of_day % 60)
}

fn rfc5322(at: Seconds) -> String {
    let (year, month, day) = civil(at);
    format!("{}, {day} {} {year} {} +0000", weekday(at), MONTHS[usize::from(month) - 1], clock(at))
}

fn asctime(at: Seconds) -> String {
    let (year, month, day) = civil(at);
    format!("{} {} {day:2} {} {year}", weekday(at), MONTHS[usize::from(month) - 1], clock(at))
}
