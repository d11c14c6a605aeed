use entente_model::{Atlas, HashAlgorithm, Object, Selector};
use proptest::prelude::*;
use serde_json::json;

use super::observables::pattern_links;
use super::*;

fn labels(pattern: &str) -> Vec<String> {
    let pattern = Pattern::parse(pattern, Edition::V21).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    pattern.observables().iter().map(|selector| format!("{} {}", selector.kind(), selector.label())).collect()
}

fn why(pattern: &str) -> String {
    match Pattern::parse(pattern, Edition::V21) {
        Ok(tree) => panic!("{pattern} is read as {tree:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn valid_patterns_are_read() {
    for pattern in [
        "[file:size = 1280]",
        "[file:size <= -1.5 OR file:size <> .5 OR file:size == +3]",
        "[a:b = true AND (a:c != false OR a:d NOT = 'x')]",
        "[file:hashes[*] = '00']",
        "[a:b[0].c[-1].'d e'[*] LIKE 'x%']",
        "[a:b NOT IN ('x', 2, h'ff', b'dGVzdA==', t'2024-02-30T12:00:00.5Z')]",
        "[a:b IN ()]",
        "[a:b ISSUPERSET '192.0.2.0/24' AND a:b NOT MATCHES '^x\\\\.y$']",
        "[EXISTS a:b AND NOT EXISTS a:c.d]",
        "[ a:b='it\\'s' ] /* why */ AND // one\n [a:c=1]\u{a0}",
        "([a:b=1] FOLLOWEDBY [a:b=2]) WITHIN 300 SECONDS REPEATS 2 TIMES OR [a:b=3]",
        "[a:b=1] START t'2024-01-01T00:00:00Z' STOP t'2024-12-31T23:59:60Z' WITHIN 0.5 SECONDS",
        "([a:b=1] REPEATS 2 TIMES) REPEATS 3 TIMES",
        "[x-acme-thing:'odd name' = 'ünï']",
        "[a:''='']",
    ] {
        if let Err(error) = Pattern::parse(pattern, Edition::V21) {
            panic!("{pattern}: {error}");
        }
    }
}

#[test]
fn invalid_patterns_say_where_and_why() {
    for (pattern, reason) in [
        ("", "character 1: an observation in square brackets was expected, not the end"),
        ("file:size = 1", "character 1: an observation in square brackets was expected, not `file`"),
        ("[]", "character 2: an object path such as `domain-name:value` was expected, not `]`"),
        ("[file:size = ]", "character 14: a value (texts stand in single quotes) was expected, not `]`"),
        ("[a:b = abc]", "character 8: a value (texts stand in single quotes) was expected, not `abc`"),
        ("[a.b = 1]", "character 3: `:` was expected, not `.`"),
        ("[a:b = 1", "character 9: `]` was expected, not the end"),
        ("[a:b = 'x]", "character 8: the text is not closed with `'`"),
        ("[a:b = 'C:\\x']", "character 11: a backslash in a text is written twice: `\\\\`"),
        ("[a:b =? 'x']", "character 7: `?` means nothing here"),
        ("[a:b MATCHES /x/]", "character 14: `/` means nothing here"),
        ("[a:b LIKE 5]", "character 11: a text in single quotes was expected, not `5`"),
        ("[a:b > true]", "character 8: a value that has an order was expected, not `true`"),
        ("[a:b = t'2457-73-22T32:81:84.1Z']", "is not a timestamp in UTC"),
        ("[a:b = t'2024-01-15T12:30:45']", "is not a timestamp in UTC"),
        ("[a:b = b'====']", "`====` is not Base64"),
        ("[a:b = h'fff']", "`fff` is not hexadecimal digits in pairs"),
        ("[a:b = 007]", "character 8: a number has no leading zero"),
        ("[a:b-c = 1]", "a property name (with a hyphen it stands in quotes) was expected"),
        ("[a:b.c-d = 1]", "a property name (with a hyphen it stands in quotes) was expected"),
        ("[a:AND = 1]", "character 4: a property name was expected, not `AND`"),
        ("[a:b[x] = 1]", "character 6: `*` or a whole number was expected, not `x`"),
        ("[a:b IN ('x' 'y')]", "character 14: `,` was expected, not `'y'`"),
        ("[NOT a:b = 1]", "EXISTS (to negate a comparison, write NOT before its operator) was expected"),
        ("[a:b = 1 and a:c = 2]", "character 10: `]` was expected, not `and`"),
        (
            "[a:b = 1] within 2 SECONDS",
            "character 11: the end, AND, OR, FOLLOWEDBY or a qualifier was expected",
        ),
        ("[a:b = 1] WITHIN -5 SECONDS", "character 18: a positive number of seconds was expected, not `-5`"),
        ("[a:b = 1] WITHIN 5 HOURS", "character 20: `SECONDS` was expected, not `HOURS`"),
        ("[a:b = 1] REPEATS 1.5 TIMES", "a positive whole number was expected"),
        ("[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", "character 28: `WITHIN` is there twice"),
        ("[a:b = 1] START '2024-01-01T00:00:00Z' STOP '2025-01-01T00:00:00Z'", "a timestamp such as"),
        (
            "[a:b = 1] [a:c = 2]",
            "character 11: the end, AND, OR, FOLLOWEDBY or a qualifier was expected, not `[`",
        ),
        ("([a:b = 1]", "character 11: `)` was expected, not the end"),
        ("[a:b = 1] /* open", "character 11: the comment is not closed"),
        ("[file:hashes.'SHA-256' = 'f00']", "character 26: `'f00'` is not a digest of SHA-256"),
        ("[file:hashes.MD5 = 5]", "character 20: `5` is not a digest of MD5"),
        ("[ä:b = 1]", "character 2: `ä` means nothing here"),
    ] {
        let error = why(pattern);
        assert!(error.contains(reason), "{pattern}: {error}");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |levels: usize| format!("[{}a:b=1{}]", "(".repeat(levels), ")".repeat(levels));
    assert!(Pattern::parse(&deep(100), Edition::V21).is_ok());
    assert!(why(&deep(101)).contains("nested deeper"));
    assert!(why(&"(".repeat(1 << 20)).contains("nested deeper"));
}

#[test]
fn the_older_edition_takes_plain_texts_as_times() {
    let pattern = "[a:b = 1] START '2024-01-01T00:00:00Z' STOP '2025-01-01T00:00:00Z'";
    assert!(Pattern::parse(pattern, Edition::V20).is_ok());
}

#[test]
fn precedence_is_that_of_the_grammar() {
    let parse = |text| Pattern::parse(text, Edition::V21).expect("a pattern").root;
    let Observation::FollowedBy(parts) = parse("[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3] AND [a:b=4]") else {
        panic!("FOLLOWEDBY binds least");
    };
    let Observation::Or(parts) = &parts[1] else { panic!("then OR") };
    assert!(matches!(&parts[1], Observation::And(all) if all.len() == 2));
    let Observation::One(Comparison::Or(parts)) = parse("[a:b=1 AND a:c=2 OR a:d=3]") else {
        panic!("OR is outside")
    };
    assert!(matches!(&parts[0], Comparison::And(all) if all.len() == 2));
    let Observation::And(parts) = parse("[a:b=1] AND [a:c=2] WITHIN 5 SECONDS") else {
        panic!("AND is outside")
    };
    assert!(matches!(&parts[1], Observation::Qualified(_, Qualifier::Within(5.0))));
}

#[test]
fn values_become_selectors() {
    let sha = "a".repeat(64);
    for (pattern, expected) in [
        ("[domain-name:value = 'Example.COM']".to_owned(), vec!["domain-name example.com"]),
        ("[ipv4-addr:value = '192.0.2.7/32' OR ipv6-addr:value = '2001:DB8::1']".to_owned(),
            vec!["ipv4-addr 192.0.2.7", "ipv6-addr 2001:db8::1"]),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']".to_owned(), vec!["ipv4-addr 198.51.100.0/24"]),
        ("[url:value IN ('http://a.example/', 'http://b.example/')]".to_owned(),
            vec!["url http://a.example/", "url http://b.example/"]),
        (format!("[file:hashes.'SHA-256' = '{sha}' AND file:name LIKE 'a.exe']"),
            vec!["file", "file a.exe"]),
        ("[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'example.com']".to_owned(),
            vec!["domain-name example.com"]),
        ("[network-traffic:src_ref.value = '203.0.113.9']".to_owned(), vec!["ipv4-addr 203.0.113.9"]),
        ("[email-message:sender_ref.value = 'a@example.com' AND email-message:subject = 'x']".to_owned(),
            vec!["email-addr a@example.com"]),
        ("[domain-name:value = 'a.example.com' AND domain-name:resolves_to_refs[*].value = '198.51.100.1/32']".to_owned(),
            vec!["domain-name a.example.com", "ipv4-addr 198.51.100.1"]),
        ("[windows-registry-key:key = 'HKLM\\\\Run' AND mutex:name = 'm']".to_owned(),
            vec!["windows-registry-key HKEY_LOCAL_MACHINE\\Run", "mutex m"]),
        ("[autonomous-system:number = 64496]".to_owned(), vec!["autonomous-system AS64496"]),
        ("[file:name = 'foo.dll' AND file:parent_directory_ref.path = 'C:\\\\Windows']".to_owned(),
            vec!["file foo.dll", "directory C:\\Windows"]),
        ("[user-account:account_type = 'unix' AND user-account:account_login = 'x']".to_owned(), vec!["user-account x"]),
    ] {
        let found = labels(&pattern);
        assert_eq!(found.len(), expected.len(), "{pattern}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{pattern}: {found}");
        }
    }
    let unix = Pattern::parse(
        "[(user-account:account_login = 'x') AND user-account:account_type = 'unix']",
        Edition::V21,
    );
    assert_eq!(unix.expect("a pattern").observables(), [Selector::UserAccount("unix".into(), "x".into())]);
}

#[test]
fn what_is_not_looked_for_is_no_observable() {
    for pattern in [
        "[domain-name:value != 'example.com']",
        "[domain-name:value NOT = 'example.com']",
        "[domain-name:value NOT IN ('example.com')]",
        "[domain-name:value LIKE '%.example.com']",
        "[domain-name:value MATCHES 'example']",
        "[domain-name:value > 'a']",
        "[ipv4-addr:value ISSUPERSET '192.0.2.0/24']",
        "[process:name = 'cmd.exe' OR file:size = 5 OR x:value = 'example.com']",
        "[domain-name:value = 'not a domain']",
        "[EXISTS domain-name:value]",
    ] {
        assert!(labels(pattern).is_empty(), "{pattern}");
    }
    assert_eq!(labels("[domain-name:value = 'a.example'] OR [domain-name:value = 'A.example']").len(), 1);
    assert_eq!(HashAlgorithm::from_name("sha256"), Some(HashAlgorithm::Sha256));
}

#[test]
fn an_indicator_is_linked_to_what_it_detects() {
    let indicator = |language: &str| {
        let json = json!({"type": "indicator", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2025-03-01T09:30:00Z", "modified": "2025-03-01T09:30:00Z", "valid_from": "2025-02-01T00:00:00Z",
            "pattern_type": language, "pattern": "[url:value = 'http://a.example.com/x']"});
        let mut links = Vec::new();
        pattern_links(&Object::from_json(json).expect("an indicator"), &Atlas::empty(), &mut links);
        links
    };
    let links = indicator("stix");
    let kinds: Vec<_> = links.iter().map(|link| link.kind.as_ref()).collect();
    assert_eq!(kinds, ["host", "registered-domain", "pattern"]);
    assert!(links.iter().all(|link| link.at.is_some_and(|at| at.to_string() == "2025-02-01T00:00:00Z")));
    assert!(indicator("yara").is_empty());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        let _ = Pattern::parse(&text, Edition::V21);
    }

    #[test]
    fn anything_made_of_the_language_is_read_or_refused(
        text in "(\\[|\\]|\\(|\\)|file:name|a:b|\\.|'x'|'\\\\\\\\'|h'|b'|t'| |=|!=|NOT|AND|OR|FOLLOWEDBY|WITHIN|START|IN|5|-|\\*|/\\*|\\*/|//|EXISTS|LIKE|ä){0,25}",
    ) {
        if let Ok(pattern) = Pattern::parse(&text, Edition::V20) {
            pattern.observables();
        }
    }

    #[test]
    fn a_text_comes_back_as_it_was(text in "\\PC{0,30}") {
        let pattern = format!("[a:b = '{}']", text.replace('\\', "\\\\").replace('\'', "\\'"));
        let parsed = Pattern::parse(&pattern, Edition::V21).expect("a pattern");
        let Observation::One(Comparison::Test(test)) = parsed.root else { panic!("one test") };
        prop_assert_eq!(test.operand, Operand::One(Literal::Text(text.into())));
    }
}

#[test]
fn qualifiers_without_end_cost_no_stack() {
    let chain = |count: usize| format!("([a:b=1]){}", " REPEATS 1 TIMES".repeat(count));
    assert!(Pattern::parse(&chain(100), Edition::V21).is_ok());
    assert!(why(&chain(101)).contains("more than 100 qualifiers"));
    assert!(why(&chain(500_000)).contains("more than 100 qualifiers"));
}

#[test]
fn a_set_of_many_values_is_read_in_linear_time() {
    let values: Vec<String> =
        (0..50_000u32).map(|n| format!("'10.{}.{}.{}'", n >> 16, n >> 8 & 255, n & 255)).collect();
    let pattern = format!("[ipv4-addr:value IN ({0},{0})]", values.join(","));
    let pattern = Pattern::parse(&pattern, Edition::V21).expect("a pattern");
    assert_eq!(pattern.observables().len(), 50_000);
}
