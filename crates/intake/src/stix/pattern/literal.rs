//! The forms of literals (STIX 2.1 section 9.3).

use std::borrow::Cow;

pub(super) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn is_base64(text: &str) -> bool {
    let padding = text.len() - text.trim_end_matches('=').len();
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len().is_multiple_of(4) && padding <= 2 && text.bytes().take(text.len() - padding).all(inside)
}

/// `YYYY-MM-DDThh:mm:ss[.f]Z` with each part in its range; the grammar does not know how long a month is.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| {
        let digits = bytes.get(from..to)?;
        digits
            .iter()
            .try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let within = |from: usize, low: u32, high: u32| {
        number(from, from + 2).is_some_and(|value| (low..=high).contains(&value))
    };
    let fixed = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let fraction = match bytes.get(19..) {
        Some([b'Z']) => true,
        Some([b'.', digits @ .., b'Z']) => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    number(0, 4).is_some()
        && fixed.iter().all(|(at, byte)| bytes.get(*at) == Some(byte))
        && within(5, 1, 12)
        && within(8, 1, 31)
        && within(11, 0, 23)
        && within(14, 0, 59)
        && within(17, 0, 60)
        && fraction
}

/// The text between quotes with `\'` and `\\` resolved.
pub(super) fn unescaped(text: &str, escaped: bool) -> Cow<'_, str> {
    if !escaped {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    Cow::Owned(plain)
}

/// Lengths of the digests the validators know, by algorithm name without hyphens, upper case.
const DIGESTS: [(&str, usize); 12] = [
    ("MD5", 32),
    ("RIPEMD160", 40),
    ("SHA1", 40),
    ("SHA224", 56),
    ("SHA256", 64),
    ("SHA384", 96),
    ("SHA512", 128),
    ("SHA3224", 56),
    ("SHA3256", 64),
    ("SHA3384", 96),
    ("SHA3512", 128),
    ("WHIRLPOOL", 128),
];

/// Whether a digest cannot be one of this algorithm. Unknown algorithms are believed.
pub(super) fn is_wrong_digest(algorithm: &str, digest: &str) -> bool {
    length(algorithm)
        .is_some_and(|length| digest.len() != length || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether it is known what digests of this algorithm look like.
pub(super) fn is_digest_known(algorithm: &str) -> bool {
    length(algorithm).is_some()
}

fn length(algorithm: &str) -> Option<usize> {
    let named = |name: &str| {
        let letters = algorithm.bytes().filter(|byte| *byte != b'-').map(|byte| byte.to_ascii_uppercase());
        letters.eq(name.bytes())
    };
    DIGESTS.iter().find(|(name, _)| named(name)).map(|(_, length)| *length)
}
