use std::io::BufReader;

use proptest::prelude::*;

use super::*;

type Seen = (u64, u64, String, bool);

/// Offset, line, bytes and whether it reads, of every frame.
fn frames(input: &mut dyn std::io::BufRead, limit: usize) -> Vec<Seen> {
    let mut framer = Framer::new(input, &["objects", "response"], limit);
    let mut seen = Vec::new();
    while let Some(frame) = framer.next().expect("reading from memory") {
        let reads = frame.parse::<serde_json::Value>().is_ok();
        seen.push((frame.offset, frame.line, String::from_utf8_lossy(frame.raw).into_owned(), reads));
    }
    seen
}

fn of(text: &str) -> Vec<(String, bool)> {
    frames(&mut text.as_bytes(), 1 << 20).into_iter().map(|(_, _, raw, reads)| (raw, reads)).collect()
}

fn good(records: &[&str]) -> Vec<(String, bool)> {
    records.iter().map(|record| (record.to_string(), true)).collect()
}

#[test]
fn opens_every_shape() {
    let two = good(&["{\"a\":1}", "{\"b\":[{},\"}\"]}"]);
    for text in [
        r#"{"type":"bundle","id":"bundle--1","objects":[{"a":1},{"b":[{},"}"]}]}"#,
        r#" {"objects" : [ {"a":1} , {"b":[{},"}"]} ], "more":false } "#,
        r#"[{"a":1},{"b":[{},"}"]}]"#,
        "{\"a\":1}\n{\"b\":[{},\"}\"]}\n",
        "\u{feff}{\"a\":1}{\"b\":[{},\"}\"]}",
        r#"{"response":[{"a":1},{"b":[{},"}"]}]}"#,
        "{\"objects\":[{\"a\":1}]}\r\n{\"objects\":[{\"b\":[{},\"}\"]}]}",
    ] {
        assert_eq!(of(text), two, "{text}");
    }
    assert_eq!(of(" {\"objects\": {\"0\": 1}} "), good(&["{\"objects\": {\"0\": 1}}"]));
    assert_eq!(of(""), []);
    assert_eq!(of("{\"objects\":[]}"), []);
}

#[test]
fn the_header_is_what_stands_around_the_list() {
    let text = r#"{"spec_version":"2.0","objects":[{"a":1}],"id":"bundle--1"}"#;
    let mut input = text.as_bytes();
    let mut framer = Framer::new(&mut input, &["objects"], 1000);
    let frame = framer.next().expect("memory").expect("a record");
    assert_eq!((frame.list, frame.header["spec_version"].as_str()), (Some("objects"), Some("2.0")));
    assert_eq!((frame.offset, frame.line), (33, 1));
    assert!(framer.next().expect("memory").is_none());
}

#[test]
fn a_broken_record_costs_itself_only() {
    let reads = |text: &str| of(text).into_iter().map(|(_, reads)| reads).collect::<Vec<_>>();
    // A brace missing, a quote missing, a brace too many, rubbish, commas too many, a bad value.
    assert_eq!(
        reads(r#"{"objects":[{"t":1},{"t":2,"x":{"y":1},{"t":3},{"t":4}]}"#),
        [true, false, true, true]
    );
    assert_eq!(reads(r#"{"objects":[{"t":1},{"t":"2},{"t":3},{"t":4}]}"#), [true, false, true, true]);
    assert_eq!(reads(r#"{"objects":[{"t":1}},{"t":3}]}"#), [true, false, true]);
    assert_eq!(reads(r#"{"objects":[{"t":1}, oops ,{"t":3}]}"#), [true, false, true]);
    assert_eq!(reads(r#"{"objects":[{"t":1},,{"t":3},]}"#), [true, false, true, false]);
    assert_eq!(reads(r#"{"objects":[{"t":1},{"t":tru},{"t":3}]}"#), [true, false, true]);
    assert_eq!(reads(r#"{"a":tru,"objects":[{"t":1}],"b":tru}"#), [false, true, false]);
    assert_eq!(reads("{\"t\":1}\n{\"t\":2\n{\"t\":3}\n"), [true, false, true]);
    assert_eq!(reads("<{\"t\":1}>\n{\"t\":3}\n"), [false, true]);
    assert_eq!(reads("{\"t\":1,}\n"), [false]);
}

#[test]
fn a_cut_off_input_keeps_what_came_before() {
    let seen = of(r#"{"objects":[{"t":1},{"t":2},{"t":"#);
    assert_eq!(seen, [("{\"t\":1}".into(), true), ("{\"t\":2}".into(), true), ("{\"t\":".into(), false)]);
    assert_eq!(of(r#"{"objects":[{"t":1}"#), [("{\"t\":1}".into(), true), (String::new(), false)]);
}

#[test]
fn reasons_are_words_with_a_line() {
    let mut input = "\n{\"objects\":[\n{\"a\":1,\n}]}".as_bytes();
    let mut framer = Framer::new(&mut input, &["objects"], 1000);
    let frame = framer.next().expect("memory").expect("a frame");
    let reason = frame.parse::<serde_json::Value>().expect_err("a trailing comma");
    let expected =
        "not valid JSON: there is a comma too many before a closing brace or bracket (line 4, column 1)";
    assert_eq!((reason.as_str(), frame.line), (expected, 3));
}

#[test]
fn a_record_larger_than_the_limit_is_passed_over() {
    let large = format!("{{\"objects\":[{{\"t\":\"{}\"}},{{\"t\":2}}]}}", "x".repeat(2 << 20));
    let seen = frames(&mut large.as_bytes(), 100 << 10);
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].0, seen[0].3, seen[0].2.len()), (12, false, 64 << 10));
    assert_eq!((seen[1].2.as_str(), seen[1].3), ("{\"t\":2}", true));
}

#[test]
fn broken_beginnings_do_not_cost_quadratic_time() {
    let hostile = "[".to_owned() + &r#"{"a":[1,"#.repeat(400_000);
    let lost: usize = frames(&mut hostile.as_bytes(), 64 << 10).iter().filter(|frame| !frame.3).count();
    assert!(lost > 0);
    let deep = "[".repeat(1 << 20);
    assert!(frames(&mut deep.as_bytes(), 64 << 10).iter().all(|frame| !frame.3));
}

proptest! {
    #[test]
    fn chunking_changes_nothing(text in "[\\[\\]{}\",:a1\\\\ \n]{0,200}", chunk in 1usize..9) {
        let whole = frames(&mut text.as_bytes(), 1 << 20);
        let mut chunked = BufReader::with_capacity(chunk, text.as_bytes());
        prop_assert_eq!(frames(&mut chunked, 1 << 20), whole);
    }

    #[test]
    fn frames_are_in_order_and_do_not_overlap(text in "(\\{\"objects\":\\[|\\{\"t\":|[\\[\\]{}\",:a1 \n]){0,60}") {
        let mut from = 0;
        for (offset, _, raw, _) in frames(&mut text.as_bytes(), 1 << 20) {
            prop_assert!(offset >= from);
            prop_assert_eq!(&text[offset as usize..][..raw.len()], raw.as_str());
            from = offset + raw.len() as u64;
        }
        prop_assert!(from <= text.len() as u64);
    }

    #[test]
    fn every_valid_record_comes_out(records in proptest::collection::vec(any_json(), 0..8), bundle: bool) {
        let list = serde_json::Value::Array(records.clone()).to_string();
        let text = if bundle { format!("{{\"type\":\"bundle\",\"objects\":{list}}}") } else { list };
        let seen: Vec<serde_json::Value> = frames(&mut text.as_bytes(), 1 << 20)
            .into_iter()
            .map(|(_, _, raw, _)| serde_json::from_str(&raw).expect("valid"))
            .collect();
        prop_assert_eq!(seen, records);
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[\\PC\"\\\\{}\\[\\]\n]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z\"]{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Gives `begin`, then `fill` over and over until `length` bytes are given, then `end`.
struct Long<'b> {
    begin: &'b [u8],
    fill: &'b [u8],
    left: usize,
    end: &'b [u8],
}

impl std::io::Read for Long<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if !self.begin.is_empty() {
            return self.begin.read(into);
        }
        let whole = (self.left / self.fill.len()).min(into.len() / self.fill.len());
        if whole == 0 {
            return self.end.read(into);
        }
        for place in into.chunks_exact_mut(self.fill.len()).take(whole) {
            place.copy_from_slice(self.fill);
        }
        self.left -= whole * self.fill.len();
        Ok(whole * self.fill.len())
    }
}

#[test]
fn what_no_record_bounds_is_bounded_all_the_same() {
    const LIMIT: usize = 1 << 16;
    // White space between records and inside one, a name without end, members without end before and after the list.
    for (begin, fill, end, records) in [
        ("{\"a\":1}", " ", "{\"b\":2}", 2),
        ("{\"a\":", " ", "1}\n{\"b\":2}", 2),
        ("{\"", "a", "\":1}\n{\"b\":2}", 2),
        ("{", "\"a\":1,", "\"z\":1}\n{\"b\":2}", 2),
        ("{\"objects\":[{\"b\":2}]", ",\"a\":1", "}", 1),
    ] {
        let length = 12 << 20;
        let long = Long { begin: begin.as_bytes(), fill: fill.as_bytes(), left: length, end: end.as_bytes() };
        let mut input = BufReader::with_capacity(1 << 20, long);
        let mut framer = Framer::new(&mut input, &["objects"], LIMIT);
        let mut good = 0;
        while let Some(frame) = framer.next().expect("memory") {
            assert!(frame.raw.len() <= 2 * LIMIT + (512 << 10), "{begin}: {}", frame.raw.len());
            good += u32::from(frame.parse::<serde_json::Value>().is_ok());
        }
        assert!(framer.window.held() <= 4 << 20, "{begin}: {}", framer.window.held());
        assert!(good >= 1 && good <= records, "{begin}: {good}");
    }
}
