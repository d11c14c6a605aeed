//! Messages (RFC 5322) in mailboxes as RFC 4155 describes them.

use std::io::Write;

use super::csv::put;
use crate::record::{Mail, Seconds, tag};
use crate::thing::Sort;
use crate::world::utc;

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

fn rfc5322(at: Seconds) -> String {
    utc(at).strftime("%a, %-d %b %Y %T +0000").to_string()
}

/// As the C library writes it, the day filled up with a blank.
fn asctime(at: Seconds) -> String {
    utc(at).strftime("%a %b %e %T %Y").to_string()
}
