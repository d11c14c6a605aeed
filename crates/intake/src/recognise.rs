//! What a file is, from its first 64 KiB, never from its name.

use crate::text::Utf16;
use crate::told::{Trade, is_mail};

mod sketch;

use sketch::Sketch;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Nothing but white space.
    Empty,
    /// STIX 2 as JSON.
    Stix,
    /// One of the JSON formats of MISP.
    Misp,
    /// Text: a list, a table, or notes that may name indicators.
    List,
    /// JSON whose values are lists of indicators.
    Blocklist,
    /// Records of a trade: of sensors, registrars, banks, people.
    Told(Trade),
    /// Rejected records, mended.
    Mended,
    /// Known, and not read. The text names the class.
    Excluded(&'static str),
}

/// Recognises a file by its beginning.
pub(crate) fn recognise(head: &[u8]) -> Nature {
    let decoded;
    let head = match Utf16::of(head) {
        Some(order) => {
            decoded = order.decode(&head[2..]).into_bytes();
            &decoded
        }
        None => head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head),
    };
    let text = head.trim_ascii_start();
    match text.first() {
        None => Nature::Empty,
        Some(_) if is_binary(head) => Nature::Excluded("not a text format"),
        Some(b'{' | b'[') => Sketch::of(text).map_or_else(|| plain(text), |sketch| json(&sketch)),
        Some(b'<') if is_transfers(text) => Nature::Told(Trade::Transfers),
        Some(b'<') => markup(text).map_or_else(|| plain(text), Nature::Excluded),
        Some(_) => plain(text),
    }
}

/// Known magic, or a byte no text has.
fn is_binary(head: &[u8]) -> bool {
    let magic: [&[u8]; 9] = [
        b"%PDF-",
        b"\x7fELF",
        b"MZ\x90",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"{\\rtf",
        b"\xd4\xc3\xb2\xa1",
        b"\x0a\x0d\x0d\x0a",
    ];
    magic.iter().any(|magic| head.starts_with(magic)) || head.contains(&0)
}

fn markup(text: &[u8]) -> Option<&'static str> {
    let start = &text[..text.len().min(4096)];
    let has = |needle: &str| contains(start, needle.as_bytes());
    if has("stix.mitre.org/stix-1") || has("<stix:STIX_Package") {
        return Some("STIX 1 document");
    }
    if has("schemas.mandiant.com") || has("openioc.org") {
        return Some("OpenIOC document");
    }
    let name_follows = text.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || b"?!".contains(byte));
    (name_follows && contains(start, b">")).then_some("XML or HTML document")
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|window| window == needle)
}

/// The namespace says what an ISO 20022 document is.
fn is_transfers(text: &[u8]) -> bool {
    contains(&text[..text.len().min(4096)], b"urn:iso:std:iso:20022:tech:xsd:pacs.008.")
}

/// The columns of a table, when its first line names them.
fn columns(text: &[u8]) -> Option<Trade> {
    let line = text.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let columns: Vec<&str> = line.split(',').map(|name| name.trim().trim_matches('"')).collect();
    Trade::of_columns(&columns)
}

/// What is neither binary, JSON nor markup.
fn plain(text: &[u8]) -> Nature {
    if let Some(trade) = columns(text) {
        return Nature::Told(trade);
    }
    if is_mail(text) {
        return Nature::Told(Trade::Mail);
    }
    if is_detection_rule(text) {
        return Nature::Excluded("detection rule");
    }
    if is_licence(text) {
        return Nature::Excluded("licence text");
    }
    // JSON that does not even begin as JSON, but is STIX beyond doubt: its reader says what is wrong with it.
    let start = &text[..text.len().min(2048)];
    if contains(start, b"\"type\"") && contains(start, b"\"id\"") && contains(start, b"\"spec_version\"") {
        return Nature::Stix;
    }
    Nature::List
}

/// Files of YARA, Snort/Suricata and Sigma rules.
fn is_detection_rule(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let mut yara = false;
    let mut sigma = (false, false);
    for line in text.lines() {
        let rule = line.trim_start_matches("private ").trim_start_matches("global ");
        yara |= rule
            .strip_prefix("rule ")
            .is_some_and(|rule| !rule.trim_end().contains(' ') || rule.contains('{'));
        if yara && line.trim_start().starts_with("condition:") {
            return true;
        }
        sigma.0 |= line.starts_with("logsource:");
        sigma.1 |= line.starts_with("detection:");
        let action = line.split_ascii_whitespace().next().unwrap_or_default();
        if ["alert", "drop", "reject", "pass"].contains(&action)
            && line.contains("->")
            && line.contains("(msg:")
            && line.contains("sid:")
        {
            return true;
        }
    }
    sigma == (true, true)
}

/// Licence texts name addresses of their authors, which are no indicators.
fn is_licence(text: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&text[..text.len().min(1500)]);
    let plain = start.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    [
        "gnu general public license version",
        "gnu lesser general public license version",
        "gnu affero general public license version",
        "permission is hereby granted, free of charge",
        "redistribution and use in source and binary forms",
        "apache license version 2.0",
        "mozilla public license version",
        "this is free and unencumbered software released into the public domain",
        "creative commons corporation",
        "creative commons attribution",
        "cc0 1.0 universal",
        "detection rule license (drl)",
        "don't be a dick public license",
        "grants you a non-exclusive, royalty-free license",
    ]
    .iter()
    .any(|phrase| plain.contains(phrase))
}

fn json(sketch: &Sketch) -> Nature {
    const OTHER: Nature = Nature::Excluded("JSON that is no intelligence");
    let object = match sketch {
        Sketch::Array(Some(first)) => match &**first {
            Sketch::Text(_) => return Nature::Blocklist,
            object => object,
        },
        object => object,
    };
    let has = |key: &str| object.get(key).is_some();
    let text = |key: &str| object.get(key).and_then(Sketch::text);
    if has("entente_reject") {
        return Nature::Mended;
    }
    let typed = |object: &Sketch| {
        let id = object.get("id").and_then(Sketch::text);
        object.get("type").is_some() && id.is_some_and(|id| id.contains("--"))
    };
    if text("type") == Some("bundle") || typed(object) {
        return Nature::Stix;
    }
    if let Some(Sketch::Array(first)) = object.get("objects")
        && first.as_deref().is_none_or(typed)
    {
        return Nature::Stix;
    }
    if let Some(trade) = Trade::of_members(has) {
        return Nature::Told(trade);
    }
    if has("$schema") || has("$id") {
        return Nature::Excluded("JSON Schema");
    }
    if has("stix_header") || (has("observables") && has("version") && has("id")) {
        return Nature::Excluded("STIX 1 document");
    }
    if is_blocklist(object) {
        return Nature::Blocklist;
    }
    if is_misp(object) {
        return Nature::Misp;
    }
    // A STIX object that lacks its id or its type: its reader says so.
    if has("spec_version") || (has("type") && has("created") && has("modified")) {
        return Nature::Stix;
    }
    OTHER
}

/// Names of lists in JSON blocklists, as wallets and browsers use them.
pub(crate) const BLOCKED: [&str; 6] = ["blacklist", "blocklist", "denylist", "domains", "ips", "urls"];
/// Names of lists beside them that hold what is not to be blocked.
pub(crate) const ALLOWED: [&str; 4] = ["whitelist", "allowlist", "fuzzylist", "tolerated"];

fn is_blocklist(object: &Sketch) -> bool {
    let strings =
        |key: &&str| matches!(object.get(key), Some(Sketch::Array(Some(first))) if first.text().is_some());
    BLOCKED.iter().any(strings) || ALLOWED.iter().any(strings)
}

fn is_misp(object: &Sketch) -> bool {
    let has = |keys: &[&str]| keys.iter().all(|key| object.get(key).is_some());
    let shapes: [&[&str]; 22] = [
        &["Event"],
        &["response"],
        &["Attribute"],
        &["Object"],
        &["Galaxy"],
        &["GalaxyCluster"],
        &["SharingGroup"],
        &["Sighting"],
        &["Tag"],
        &["Orgc"],
        &["info", "date"],
        &["values", "uuid"],
        &["values", "name", "version"],
        &["values", "description", "version"],
        &["list", "description"],
        &["list", "matching_attributes"],
        &["list", "name"],
        &["namespace", "predicates"],
        &["attributes", "meta-category"],
        &["taxonomies", "version"],
        &["type", "value"],
        &["result"],
    ];
    shapes.iter().any(|shape| has(shape)) || is_feed_manifest(object)
}

/// `manifest.json` of a MISP feed: events by UUID.
fn is_feed_manifest(object: &Sketch) -> bool {
    let Sketch::Object(members) = object else { return false };
    let is_uuid = |key: &str| key.len() == 36 && key.bytes().filter(|byte| *byte == b'-').count() == 4;
    members.first().is_some_and(|(key, event)| is_uuid(key) && event.get("info").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content() {
        let cases: [(&str, Nature); 22] = [
            (" \r\n\t", Nature::Empty),
            ("\u{feff}{\"objects\": [], \"type\": \"bundle\"", Nature::Stix),
            (r#"[{"type": "file", "id": "file--1"}]"#, Nature::Stix),
            (r#"{"more": false, "objects": [{"id": "tool--x", "type": "tool"}]}"#, Nature::Stix),
            (r#"{"Event": {"info": "x"#, Nature::Misp),
            (r#"{"response": [{"Event": {}}]}"#, Nature::Misp),
            (r#"{"00000000-0000-4000-8000-000000000000": {"info": "x"}}"#, Nature::Misp),
            (r#"{"description": "d", "list": ["192.0.2.0/24", "#, Nature::Misp),
            (r#"{"namespace": "tlp", "predicates": []}"#, Nature::Misp),
            (r#"{"version": 2, "fuzzylist": ["a.example"], "blacklist": ["b.example"]}"#, Nature::Blocklist),
            (r#"["a.example", "b.example"]"#, Nature::Blocklist),
            (r#"{"$schema": "x", "type": "object"}"#, Nature::Excluded("JSON Schema")),
            (r#"{"name": "x", "dependencies": {}}"#, Nature::Excluded("JSON that is no intelligence")),
            ("[file:name = 'a']\n", Nature::List),
            ("[+] C2: a[.]example\n", Nature::List),
            ("# comment\na.example\n", Nature::List),
            (
                "<?xml version='1.0'?><ioc xmlns='http://schemas.mandiant.com/2010/ioc'>",
                Nature::Excluded("OpenIOC document"),
            ),
            ("<html><body>", Nature::Excluded("XML or HTML document")),
            ("<{ \"type\": \"identity\", \"spec_version\": \"2.1\", \"id\": \"i\" }>", Nature::Stix),
            ("rule x {\n  condition:\n true }", Nature::Excluded("detection rule")),
            ("%PDF-1.7", Nature::Excluded("not a text format")),
            (
                "MIT License\n\nPermission is hereby granted, free\nof charge, to",
                Nature::Excluded("licence text"),
            ),
        ];
        for (text, nature) in cases {
            assert_eq!(recognise(text.as_bytes()), nature, "{text}");
        }
    }
}
