//! Lists through the front door: drafts of a line, encodings, and properties that hold for any bytes.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use entente_intake::{Format, Intake, Limits, Outcome, Record, Settings, Summary};
use entente_model::{Atlas, Draft, Handling, Tlp};
use proptest::prelude::*;

fn intake(format: Option<Format>) -> Intake {
    let now = "2026-01-02T03:04:05Z".parse().expect("a timestamp");
    let settings =
        Settings { handling: Handling::unmarked(Tlp::Green), format, now, limits: Limits::default() };
    Intake::new(settings, Arc::new(Atlas::empty()))
}

fn read(format: Option<Format>, name: &str, input: &mut dyn Read) -> (Vec<Record>, Summary) {
    let mut records = Vec::new();
    let summary = intake(format)
        .read(name, input, &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        })
        .expect("memory reads");
    (records, summary)
}

fn drafts(name: &str, text: &str) -> Vec<Vec<Draft>> {
    let (records, _) = read(None, name, &mut text.as_bytes());
    let drafts = |record: Record| match record.outcome {
        Outcome::Drafts(drafts) => Some(drafts),
        _ => None,
    };
    records.into_iter().filter_map(drafts).collect()
}

fn kinds(drafts: &[Draft]) -> Vec<&str> {
    drafts.iter().map(|draft| draft.object.kind().as_str()).collect()
}

const FAMILY: &str = "\
# Copyright (c) 2014 Example (https://example.org/)
# Aliases: max++, smiscer

# Reference: https://blog.example/one

evil.example
192.0.2.1:8080

# Reference: https://blog.example/two
evil.example
";

#[test]
fn a_line_becomes_an_indicator_its_observable_and_a_link_to_the_family() {
    let lines = drafts("lists/zeroaccess.txt", FAMILY);
    assert_eq!(kinds(&lines[0]), ["indicator", "domain-name", "malware", "relationship"]);
    assert_eq!(kinds(&lines[1]), ["indicator", "ipv4-addr", "relationship"]);
    let indicator = &lines[0][0].object;
    assert_eq!(indicator.text("pattern"), Some("[domain-name:value = 'evil.example']"));
    assert_eq!(indicator.json()["external_references"][0]["url"], "https://blog.example/one");
    let malware = &lines[0][2].object;
    assert_eq!(malware.json()["aliases"], serde_json::json!(["max++", "smiscer"]));
    assert!(lines.iter().flatten().all(|draft| draft.minted));
    // The link from the indicator to what its pattern names, and from the family's relationship.
    assert!(lines[0][0].links.iter().any(|link| link.kind == "pattern"));
    assert_eq!(lines[0][3].links[0].kind, "indicates");
    // The same value in another block is another indicator of the same observable.
    assert_ne!(lines[2][0].object.id(), indicator.id());
    assert_eq!(lines[2][1].object.id(), lines[0][1].object.id());
    // And the same file read again is the same.
    assert_eq!(drafts("lists/zeroaccess.txt", FAMILY), lines);
}

#[test]
fn a_sinkhole_is_infrastructure_many_share() {
    let line = &drafts("lists/sinkhole_example.txt", "192.0.2.1\n")[0];
    assert_eq!(kinds(line), ["indicator", "ipv4-addr", "infrastructure", "relationship", "relationship"]);
    let sinkhole = &line[2].object;
    assert_eq!(sinkhole.text("name"), Some("sinkhole: example"));
    assert_eq!(sinkhole.json()["labels"], serde_json::json!(["entente:shared-infrastructure"]));
}

#[test]
fn a_feed_is_of_no_family() {
    let line = &drafts(
        "ipsum.txt",
        "# A Threat Intelligence Feed\n#\n# Last update: today\n#\n# IP\tnumber of lists\n#\n192.0.2.1\t10\n",
    )[0];
    assert_eq!(kinds(line), ["indicator", "ipv4-addr"]);
    assert_eq!(line[0].object.text("description"), Some("A Threat Intelligence Feed: number of lists: 10"));
}

#[test]
fn every_indicator_is_linked_to_what_its_pattern_names_once() {
    let text = "evil.example:443\n192.0.2.1:80\n198.51.100.0/24\nHKCU\\Software\\X\nC:\\x\\y.exe\na@evil.example\n\
                1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\nd41d8cd98f00b204e9800998ecf8427e\nhttp://evil.example/a'b\n\
                [domain-name:value = 'evil.example' OR ipv4-addr:value = '192.0.2.1']\n";
    let lines = drafts("x.txt", text);
    assert_eq!(lines.len(), 10);
    for line in &lines {
        let named: Vec<_> = line[0].links.iter().filter(|link| link.kind == "pattern").collect();
        let wanted = if line.len() == 1 { 2 } else { 1 };
        assert_eq!(named.len(), wanted, "{:?}", line[0]);
    }
}

#[test]
fn utf_16_and_latin_1_are_read() {
    let text = "caf\u{e9}.example\n192.0.2.1 # na\u{ef}f\n";
    for big in [false, true] {
        let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        let bytes: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect();
        assert_eq!(read(None, "x.txt", &mut &bytes[..]).1.accepted, 2);
    }
    let (records, summary) = read(None, "x.txt", &mut &b"192.0.2.1 # na\xeff\n192.0.2.2\xa0\n"[..]);
    assert_eq!(summary.accepted, 2, "{records:?}");
}

#[test]
fn a_json_blocklist_is_a_list() {
    let text = r#"{"version": 2, "fuzzylist": ["good.example"], "whitelist": ["ok.example"],
        "blacklist": ["evil.example", "b\u00fccher.example", "not a host"]}"#;
    let (records, summary) = read(None, "x.json", &mut text.as_bytes());
    assert_eq!((summary.accepted, summary.excluded, summary.rejected), (2, 3, 0), "{records:?}");
    let cut = &text.as_bytes()[..text.len() - 12];
    assert_eq!(read(None, "x.json", &mut &cut[..]).1.rejected, 1);
}

#[test]
fn a_wrong_value_is_rejected_with_its_line() {
    let text = "type,value\nmd5,abc\nmd5,d41d8cd98f00b204e9800998ecf8427e\n";
    let (records, summary) = read(None, "x.csv", &mut text.as_bytes());
    assert_eq!((summary.accepted, summary.rejected), (1, 1));
    assert_eq!(records[0].place.line, Some(2));
    let Outcome::Rejected { reason, raw } = &records[0].outcome else { panic!("{records:?}") };
    assert!(reason.contains("32 (MD5)"), "{reason}");
    assert_eq!(raw, b"type,value\nmd5,abc");
}

/// Hands out a few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Text that looks like lists: pieces met in them, in any order.
fn listish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "evil[.]example",
        "hxxp://a.example/x,y",
        "192.0.2.1:80",
        "d41d8cd98f00b204e9800998ecf8427e",
        "#",
        "//",
        ",",
        ";",
        "\t",
        "\"",
        "\n",
        "\r\n",
        " ",
        "type,value\n",
        "md5,",
        "Description,",
        "- ",
        "|",
        "{",
        "[",
        "\u{feff}",
        "caf\u{e9}.example",
        "C:\\x.exe",
        "HKLM\\a b",
        "Aliases:",
        "Reference: ",
        "`",
        "(",
        ")",
        "]",
        "*",
        "(.)",
    ]);
    let piece = prop_oneof![8 => piece.prop_map(|text| text.as_bytes().to_vec()), 1 => any::<[u8; 2]>().prop_map(|bytes| bytes.to_vec())];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..400), list in any::<bool>()) {
        let (records, summary) = read(list.then_some(Format::List), "x", &mut &bytes[..]);
        prop_assert_eq!(summary.records, records.len() as u64);
        prop_assert_eq!(summary.records, summary.accepted + summary.excluded + summary.rejected);
    }

    #[test]
    fn chunking_does_not_matter(bytes in listish(), chunk in 1_usize..7) {
        let whole = read(Some(Format::List), "x.txt", &mut &bytes[..]);
        prop_assert_eq!(read(Some(Format::List), "x.txt", &mut Trickle(&bytes, chunk)), whole);
    }

    #[test]
    fn every_line_that_says_something_is_a_record(lines in prop::collection::vec("[a-z0-9.]{1,20}", 1..20)) {
        let text = lines.join("\n");
        let told = text.lines().filter(|line| line.chars().any(char::is_alphanumeric)).count();
        let comments = text.lines().filter(|line| line.starts_with('.') && line[1..].starts_with(char::is_uppercase)).count();
        let (_, summary) = read(Some(Format::List), "x.txt", &mut text.as_bytes());
        prop_assert_eq!(summary.records, (told - comments) as u64);
    }
}

/// What an import rejects can be mended and read again, under the name and with the header it had.
#[test]
fn a_mended_row_is_read_as_it_would_have_been() {
    let rejected = r#"{"entente_reject":1,"file":"lists/quietroom.csv","line":3,"offset":40,"reason":"x","raw":"type,indicator\nip,198.51.100.7"}
{"entente_reject":1,"file":"a.json","offset":0,"reason":"x","raw":{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}}
{"entente_reject":1,"file":"a.json","offset":0,"reason":"x","raw":{"entente_reject":1,"file":"b","raw":"x"}}
"#;
    let (_, summary) = read(None, "rejects.jsonl", &mut rejected.as_bytes());
    assert_eq!((summary.records, summary.accepted, summary.rejected), (3, 2, 1));
    let labels: Vec<_> =
        drafts("rejects.jsonl", rejected).iter().flatten().filter_map(|draft| draft.object.label()).collect();
    for expected in ["198.51.100.7", "quietroom", "198.51.100.3"] {
        assert!(labels.iter().any(|label| label == expected), "{expected} in {labels:?}");
    }
}
