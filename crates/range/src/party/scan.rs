//! Scans, one object a line.

use std::io::Write;

use super::csv::put;
use super::json::{member, name, text};
use crate::record::{Certificate, Scan};
use crate::world::iso;

pub(super) fn write(out: &mut Vec<u8>, scan: &Scan) {
    out.push(b'{');
    member(out, "timestamp", &iso(scan.at));
    member(out, "ip", &scan.ip);
    put!(out, ",\"port\":{}", scan.port);
    if !scan.hostnames.is_empty() {
        name(out, "hostnames");
        list(out, &scan.hostnames);
    }
    tls(out, scan);
    if let Some((key, hassh)) = &scan.ssh {
        name(out, "ssh");
        out.push(b'{');
        member(out, "host_key", key);
        member(out, "hassh", hassh);
        out.push(b'}');
    }
    http(out, scan);
    out.extend(b"}\n");
}

fn list(out: &mut Vec<u8>, values: &[String]) {
    out.push(b'[');
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        text(out, value);
    }
    out.push(b']');
}

fn optional(out: &mut Vec<u8>, name: &str, value: Option<&String>) {
    if let Some(value) = value {
        member(out, name, value);
    }
}

fn tls(out: &mut Vec<u8>, scan: &Scan) {
    if scan.certificate.is_none() && scan.jarm.is_none() && scan.ja3s.is_none() {
        return;
    }
    name(out, "tls");
    out.push(b'{');
    if let Some(certificate) = &scan.certificate {
        presented(out, certificate);
    }
    optional(out, "jarm", scan.jarm.as_ref());
    optional(out, "ja3s", scan.ja3s.as_ref());
    out.push(b'}');
}

fn presented(out: &mut Vec<u8>, certificate: &Certificate) {
    member(out, "cert_sha256", &certificate.sha256);
    member(out, "spki_sha256", &certificate.spki);
    member(out, "subject", &format!("CN={}", certificate.subject));
    member(out, "issuer", &format!("CN={}", certificate.issuer));
    member(out, "not_before", &iso(certificate.not_before));
    member(out, "not_after", &iso(certificate.not_after));
}

fn http(out: &mut Vec<u8>, scan: &Scan) {
    let parts = [&scan.favicon, &scan.kit, &scan.dom, &scan.title];
    if scan.trackers.is_empty() && parts.iter().all(|part| part.is_none()) {
        return;
    }
    name(out, "http");
    out.push(b'{');
    optional(out, "favicon", scan.favicon.as_ref());
    if !scan.trackers.is_empty() {
        name(out, "trackers");
        list(out, &scan.trackers);
    }
    optional(out, "kit", scan.kit.as_ref());
    optional(out, "dom", scan.dom.as_ref());
    optional(out, "title", scan.title.as_ref());
    out.push(b'}');
}
