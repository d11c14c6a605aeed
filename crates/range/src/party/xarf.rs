//! Abuse reports between providers: X-ARF version 4, one a line.

use super::json::member;
use crate::record::{Abuse, AbuseKind, uuid};
use crate::world::iso;

pub(super) fn write(out: &mut Vec<u8>, abuse: &Abuse) {
    out.push(b'{');
    member(out, "xarf_version", "4.2.0");
    member(out, "report_id", &uuid(abuse.serial));
    member(out, "timestamp", &iso(abuse.at));
    for role in ["reporter", "sender"] {
        super::json::name(out, role);
        out.push(b'{');
        member(out, "org", "Abuse Desk of Lindero");
        member(out, "contact", "abuse@lindero-desk.example");
        member(out, "domain", "lindero-desk.example");
        out.push(b'}');
    }
    member(out, "source_identifier", &abuse.source);
    about(out, &abuse.what);
    out.extend(b"}\n");
}

fn about(out: &mut Vec<u8>, what: &AbuseKind) {
    match what {
        AbuseKind::Phishing { url } => {
            member(out, "category", "content");
            member(out, "type", "phishing");
            member(out, "evidence_source", "user_report");
            member(out, "url", url);
        }
        AbuseKind::Malware { url, sha256 } => {
            member(out, "category", "content");
            member(out, "type", "malware");
            member(out, "evidence_source", "automated_scan");
            member(out, "url", url);
            // The specification's sample has the one, its schema the other.
            member(out, "file_hash", &format!("sha256:{sha256}"));
            super::json::name(out, "file_hashes");
            out.push(b'{');
            member(out, "sha256", sha256);
            out.push(b'}');
        }
        AbuseKind::Botnet { family, c2 } => {
            member(out, "category", "infrastructure");
            member(out, "type", "botnet");
            member(out, "evidence_source", "traffic_analysis");
            member(out, "compromise_evidence", "c2_communication");
            member(out, "malware_family", family);
            member(out, "c2_server", c2);
        }
    }
}
