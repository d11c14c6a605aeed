//! JSON by hand: these lines are by far the most of a range, and all of one shape.

use std::io::Write;

use super::csv::put;
use crate::record::Resolution;

/// A string with its quotation marks.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    // Writing to memory does not fail.
    serde_json::to_writer(out, text).unwrap_or_default();
}

/// `"name":"value"`, after a comma unless it is the first member.
pub(super) fn member(out: &mut Vec<u8>, name: &str, value: &str) {
    self::name(out, name);
    text(out, value);
}

/// The name of a member whose value is written next.
pub(super) fn name(out: &mut Vec<u8>, name: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    text(out, name);
    out.push(b':');
}

/// Passive DNS in the common output format (draft-dulaunoy-dnsop-passive-dns-cof).
pub(super) fn resolution(out: &mut Vec<u8>, resolution: &Resolution) {
    out.push(b'{');
    member(out, "rrname", &resolution.name);
    member(out, "rrtype", resolution.kind);
    member(out, "rdata", &resolution.data);
    let Resolution { first, last, count, .. } = resolution;
    put!(out, ",\"time_first\":{first},\"time_last\":{last},\"count\":{count}}}\n");
}
