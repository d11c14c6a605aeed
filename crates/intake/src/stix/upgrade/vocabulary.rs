//! The vocabularies of STIX 2.0 for `labels`, with those words' homes in 2.1.

/// For a type whose 2.0 labels had a vocabulary: the 2.1 property and the words.
pub(super) fn of_labels(kind: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match kind {
        "indicator" => ("indicator_types", INDICATOR),
        "malware" => ("malware_types", MALWARE),
        "report" => ("report_types", REPORT),
        "threat-actor" => ("threat_actor_types", THREAT_ACTOR),
        "tool" => ("tool_types", TOOL),
        _ => return None,
    })
}

const INDICATOR: &[&str] =
    &["anomalous-activity", "anonymization", "attribution", "benign", "compromised", "malicious-activity"];

const MALWARE: &[&str] = &[
    "adware",
    "backdoor",
    "bot",
    "bootkit",
    "ddos",
    "downloader",
    "dropper",
    "exploit-kit",
    "keylogger",
    "ransomware",
    "remote-access-trojan",
    "resource-exploitation",
    "rogue-security-software",
    "rootkit",
    "screen-capture",
    "spyware",
    "trojan",
    "virus",
    "webshell",
    "wiper",
    "worm",
];

const REPORT: &[&str] = &[
    "attack-pattern",
    "campaign",
    "identity",
    "indicator",
    "intrusion-set",
    "malware",
    "observed-data",
    "threat-actor",
    "threat-report",
    "tool",
    "vulnerability",
];

const THREAT_ACTOR: &[&str] = &[
    "activist",
    "competitor",
    "crime-syndicate",
    "criminal",
    "hacker",
    "insider-accidental",
    "insider-disgruntled",
    "nation-state",
    "sensationalist",
    "spy",
    "terrorist",
];

const TOOL: &[&str] = &[
    "credential-exploitation",
    "denial-of-service",
    "exploitation",
    "information-gathering",
    "network-capture",
    "remote-access",
    "vulnerability-scanning",
];
