//! Payment card numbers in text. A whole one never leaves, whatever a flow says (PCI DSS requirement 3.4).

use std::borrow::Cow;
use std::ops::Range;

/// The text with every payment card number cut to its first six and last four digits.
pub(crate) fn without_card_numbers(text: &str) -> Cow<'_, str> {
    let found = card_numbers(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for number in found {
        out.push_str(&text[end..number.start]);
        out.push_str(&truncated(&text[number.clone()]));
        end = number.end;
    }
    out.push_str(&text[end..]);
    Cow::Owned(out)
}

/// A card number as its first six and last four digits; the text has 13 to 19.
pub(crate) fn truncated(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let hidden = digits.len().saturating_sub(10);
    let seen = |place: usize| place < 6 || place >= 6 + hidden;
    digits.iter().enumerate().map(|(place, digit)| if seen(place) { *digit } else { '*' }).collect()
}

/// True when the text is one payment card number and nothing else.
pub(crate) fn is_card_number(text: &str) -> bool {
    card_numbers(text).first().is_some_and(|number| number.len() == text.len())
}

/// Every card number: one group of digits, or several with single spaces or hyphens between them. Any groups in a row
/// may be one, whatever digits stand beside them.
fn card_numbers(text: &str) -> Vec<Range<usize>> {
    let groups = groups(text.as_bytes());
    let mut found = Vec::new();
    let mut at = 0;
    while at < groups.len() {
        let within = |last: &usize| groups[*last].end - groups[at].start <= LONGEST;
        let row =
            (at..groups.len()).take_while(|last| *last == at || joined(text, &groups, *last)).filter(within);
        let row: Vec<usize> = row.collect();
        let number = |last: &&usize| is_card(&text[groups[at].start..groups[**last].end]);
        match row.iter().rev().find(number) {
            Some(last) => {
                found.push(groups[at].start..groups[*last].end);
                at = last + 1;
            }
            None => at += 1,
        }
    }
    found
}

/// Nineteen digits with a sign of up to three bytes between each two.
const LONGEST: usize = 19 + 18 * 3;

/// True when one sign that card numbers are written with stands before a group and after the one before it.
fn joined(text: &str, groups: &[Range<usize>], group: usize) -> bool {
    let mut between = text[groups[group - 1].end..groups[group].start].chars();
    let sign = |sign: char| sign.is_whitespace() || matches!(sign, '-' | '.' | '\u{2010}'..='\u{2015}');
    between.next().is_some_and(sign) && between.next().is_none()
}

/// Digits in a row that are no part of a digest or a telephone number.
fn groups(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let range = at..at + length;
        let called = at.checked_sub(1).is_some_and(|before| bytes[before] == b'+');
        if length > 0 && !called && !is_in_digest(bytes, &range) {
            groups.push(range);
        }
        at += length.max(1);
    }
    groups
}

/// The shortest digest that people write down, in hexadecimal digits: MD5's.
const DIGEST: usize = 32;

/// True when the digits stand in a word of hexadecimal digits as long as a digest has.
fn is_in_digest(bytes: &[u8], digits: &Range<usize>) -> bool {
    let word = |byte: &&u8| byte.is_ascii_alphanumeric();
    let before = bytes[..digits.start].iter().rev().take_while(word).count();
    let after = bytes[digits.end..].iter().take_while(word).count();
    let whole = &bytes[digits.start - before..digits.end + after];
    whole.len() >= DIGEST && whole.iter().all(u8::is_ascii_hexdigit)
}

fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let first = |count: usize| digits.iter().take(count).fold(0, |number, digit| number * 10 + digit);
    // The issuers' ranges (ISO/IEC 7812).
    let issued = first(1) == 4
        || matches!(first(2), 30 | 34..=39 | 50..=69)
        || matches!(first(4), 2200..=2204 | 2221..=2720);
    (13..=19).contains(&digits.len()) && issued && luhn(&digits)
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let add = |(place, digit): (usize, &u32)| if place % 2 == 1 { doubled(*digit) } else { *digit };
    digits.iter().rev().enumerate().map(add).sum::<u32>().is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_cut_and_nothing_else() {
        // Numbers card schemes publish for testing.
        for (text, wanted) in [
            ("4111111111111111", "411111******1111"),
            ("paid with 4111 1111 1111 1111.", "paid with 411111******1111."),
            ("5555-5555-5555-4444, 378282246310005", "555555******4444, 378282*****0005"),
            ("4111111111111112", "4111111111111112"),
            ("+4915123456789", "+4915123456789"),
            ("PAN4111111111111111EUR", "PAN411111******1111EUR"),
            (
                "4111.1111.1111.1111 or 4111\u{a0}1111\u{a0}1111\u{a0}1111",
                "411111******1111 or 411111******1111",
            ),
            ("6759649826438453", "675964******8453"),
            ("d4111111111111111e0b2c3d4f5a6b7c8d9e0f1a2", "d4111111111111111e0b2c3d4f5a6b7c8d9e0f1a2"),
            ("order 1234567890123456", "order 1234567890123456"),
            ("4111111111111111 2026-01-01 5555555555554444", "411111******1111 2026-01-01 555555******4444"),
            ("", ""),
        ] {
            assert_eq!(without_card_numbers(text), wanted, "{text}");
        }
        assert!(is_card_number("4111 1111 1111 1111") && !is_card_number("x 4111111111111111"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_none_keeps_a_card_number(before in ".*", after in ".*") {
            let text = format!("{before} 4111111111111111 {after}");
            proptest::prop_assert!(!without_card_numbers(&text).contains("4111111111111111"));
        }
    }
}
