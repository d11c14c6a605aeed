//! The table of attribute types.

use entente_model::Kind;
use serde_json::json;

use super::super::observable::{Observable, members};
use super::super::pattern::Comparisons;
use super::super::value::Fields;
use super::{Attribute, email, file, network};

/// What an attribute says in STIX.
pub(in super::super) enum Meaning {
    /// Observables somebody saw, and the pattern that detects them.
    Observed {
        /// What was seen.
        observables: Vec<Observable>,
        /// Which of them the attribute is about.
        about: usize,
        /// A STIX pattern.
        pattern: String,
    },
    /// Something to detect that is no observable of its own.
    Detection {
        /// The pattern.
        pattern: String,
        /// Its language (`pattern-type-ov`).
        language: &'static str,
    },
    /// A concept.
    Concept {
        /// Of which kind.
        kind: Kind,
        /// All about it but id, times and labels.
        properties: Fields,
    },
    /// Nothing STIX has a word for, or a value that is not what its type promises.
    Custom,
}

impl Meaning {
    /// What an attribute means. A value that is not what its type promises means nothing to STIX.
    pub(in super::super) fn of(attribute: &Attribute) -> Meaning {
        Meaning::known(attribute).unwrap_or(Meaning::Custom)
    }

    fn known(attribute: &Attribute) -> Option<Meaning> {
        let value = attribute.value.as_str();
        match attribute.kind.as_str() {
            "AS" => network::autonomous_system(value),
            "attachment" => file::attachment(attribute),
            "campaign-name" => Some(Meaning::named(Kind::Campaign, value)),
            "domain" | "hostname" => network::domain(value),
            "domain|ip" => network::domain_and_address(value),
            "email" => email::address(value),
            "email-attachment" => email::attachment(value),
            "email-body" => email::message(value, "body", "body"),
            "email-dst" => email::recipient(value),
            "email-header" => email::header(value),
            "email-message-id" => email::message(value, "message_id", "message_id"),
            "email-reply-to" => email::extra_header(value, "Reply-To", "reply_to"),
            "email-src" => email::sender(value),
            "email-subject" => email::message(value, "subject", "subject"),
            "email-x-mailer" => email::extra_header(value, "X-Mailer", "x_mailer"),
            "filename" => file::named(value),
            "github-username" => network::github_user(value),
            "hostname|port" => network::domain_and_port(value),
            "http-method" => Some(Meaning::traffic("extensions.'http-request-ext'.request_method", value)),
            "ip-dst" | "ip-src" => network::address(&attribute.kind, value),
            "ip-dst|port" | "ip-src|port" => network::address_and_port(&attribute.kind, value),
            "link" | "uri" | "url" => network::url(value),
            "mac-address" => network::mac(value),
            "malware-sample" => file::sample(attribute),
            "mutex" => file::mutex(value),
            "port" => Some(Meaning::traffic("dst_port", value)),
            "regkey" => file::registry_key(value),
            "regkey|value" => file::registry_value(value),
            "sigma" => Some(Meaning::rule(value, "sigma")),
            "size-in-bytes" => Some(Meaning::compared("file:size", value)),
            "snort" => Some(Meaning::rule(value, "snort")),
            "suricata" => Some(Meaning::rule(value, "suricata")),
            "user-agent" => {
                Some(Meaning::traffic("extensions.'http-request-ext'.request_header.'User-Agent'", value))
            }
            "vulnerability" => Some(Meaning::vulnerability(value)),
            "yara" => Some(Meaning::rule(value, "yara")),
            kind => file::digest(kind, value),
        }
    }

    fn named(kind: Kind, name: &str) -> Meaning {
        Meaning::Concept { kind, properties: members(json!({ "name": name })) }
    }

    fn vulnerability(value: &str) -> Meaning {
        let references = json!([{ "source_name": "cve", "external_id": value }]);
        let properties = members(json!({ "name": value, "external_references": references }));
        Meaning::Concept { kind: Kind::Vulnerability, properties }
    }

    fn traffic(path: &str, value: &str) -> Meaning {
        Meaning::compared(&format!("network-traffic:{path}"), value)
    }

    fn compared(path: &str, value: &str) -> Meaning {
        let mut pattern = Comparisons::default();
        pattern.equal(path, value);
        Meaning::Detection { pattern: pattern.observation().unwrap_or_default(), language: "stix" }
    }

    /// A rule of another detection language. The mapping puts brackets around it, as around a STIX pattern.
    fn rule(value: &str, language: &'static str) -> Meaning {
        Meaning::Detection { pattern: format!("[{value}]"), language }
    }

    /// Observables detected by a conjunction; the first is what the attribute is about.
    pub(super) fn observed(observables: Vec<Observable>, pattern: Comparisons) -> Option<Meaning> {
        Meaning::observed_about(observables, 0, pattern)
    }

    /// The same, about the observable at `about`.
    pub(super) fn observed_about(
        observables: Vec<Observable>,
        about: usize,
        pattern: Comparisons,
    ) -> Option<Meaning> {
        Some(Meaning::Observed { observables, about, pattern: pattern.observation()? })
    }
}
