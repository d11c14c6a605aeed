//! Refanging: undoing what authors do to a value so that nobody clicks on it.

use std::borrow::Cow;

/// What a mark that authors put into values stands for. Lower case; matched in any case. A mark that ends in
/// another comes before it.
const MARKS: &[(&str, &str)] = &[
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("<dot>", "."),
    ("[at]", "@"),
    ("(at)", "@"),
    ("{at}", "@"),
    ("<at>", "@"),
    ("[http]", "http"),
    ("(http)", "http"),
    ("[hxxp]", "hxxp"),
    ("[https]", "https"),
    ("(https)", "https"),
    ("[hxxps]", "hxxps"),
    ("[://]", "://"),
    ("(://)", "://"),
    ("{://}", "://"),
    ("[:]", ":"),
    ("(:)", ":"),
    ("{:}", ":"),
    ("[@]", "@"),
    ("(@)", "@"),
    ("{@}", "@"),
    ("[//]", "//"),
    ("[/]", "/"),
    ("(/)", "/"),
    ("(.)", "."),
    ("{.}", "."),
    ("<.>", "."),
    // `[.]` is these two in a row; each is also met alone: `example[.com`, `example.]com`.
    ("[.", "."),
    (".]", "."),
    ("\\.", "."),
];

const WRAPPINGS: &[(char, char)] = &[
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('<', '>'),
    ('(', ')'),
    ('[', ']'),
    ('“', '”'),
    ('‘', '’'),
    ('„', '“'),
    ('«', '»'),
];

/// The value as it was before it was defanged: `hxxps://example[.]com` is `https://example.com`. Takes brackets
/// and words in place of dots, colons and at-signs, renamed schemes, invisible characters, and quotes or
/// brackets around the whole. A text that is not defanged comes back as it is. Doing it twice changes nothing.
pub fn refang(text: &str) -> Cow<'_, str> {
    let unwrapped = unwrap(text);
    if !is_suspicious(unwrapped) {
        return Cow::Borrowed(unwrapped);
    }
    let replaced = replace_marks(unwrapped);
    let bare = unwrap(&replaced);
    let joined = join_spelled_out(bare);
    Cow::Owned(restore_scheme(joined.as_deref().unwrap_or(bare)))
}

/// True when there may be anything to undo: the common case of a plain value costs one pass.
fn is_suspicious(text: &str) -> bool {
    let marked =
        |b: u8| matches!(b, b'[' | b']' | b'(' | b'{' | b'<' | b'\\' | b' ' | b'\t' | b'*') || b >= 0x80;
    text.bytes().any(marked) || plain_scheme(text).is_some()
}

pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// Joiners are invisible too, but Persian and Indic names are spelled with them.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn unwrap(text: &str) -> &str {
    let mut text = text;
    loop {
        if let [first, .., last] = text.as_bytes()
            && first.is_ascii_alphanumeric()
            && last.is_ascii_alphanumeric()
        {
            return text;
        }
        text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let inner = WRAPPINGS.iter().find_map(|&(open, close)| {
            let inner = text.strip_prefix(open)?.strip_suffix(close)?;
            // `[::1]:[80]` is not wrapped: its first bracket closes before the end.
            (!inner.contains(open) && !inner.contains(close)).then_some(inner)
        });
        match inner {
            Some(inner) => text = inner,
            None => return text,
        }
    }
}

/// One pass: after every character, a mark that now ends the output is replaced. Replacing shortens, and what
/// is put back is checked again, so no mark is left and the work stays linear in the text.
fn replace_marks(text: &str) -> String {
    let keeps_joiners = text.chars().any(|c| c >= '\u{80}' && !is_invisible(c));
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) && !(is_joiner(c) && keeps_joiners) {
            continue;
        }
        out.push(c);
        while let Some((mark, plain)) = mark_at_end(&out) {
            out.truncate(out.len() - mark.len());
            out.push_str(plain);
        }
    }
    out
}

fn mark_at_end(out: &str) -> Option<&'static (&'static str, &'static str)> {
    if !matches!(out.as_bytes().last(), Some(b']' | b')' | b'}' | b'>' | b'.')) {
        return None;
    }
    MARKS.iter().find(|(mark, _)| ends_with(out.as_bytes(), mark.as_bytes()))
}

fn ends_with(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// `john at example dot com` in one piece; `None` unless every second word is such a joint.
fn join_spelled_out(text: &str) -> Option<String> {
    if !text.contains(char::is_whitespace) {
        return None;
    }
    let mut joined = String::with_capacity(text.len());
    let mut expects_joint = false;
    for word in text.split_whitespace() {
        if expects_joint {
            joined.push(joint(word)?);
        } else if word.starts_with(char::is_alphanumeric) && word.ends_with(char::is_alphanumeric) {
            joined.push_str(word);
        } else {
            return None;
        }
        expects_joint = !expects_joint;
    }
    (expects_joint && joined.len() < text.len()).then_some(joined)
}

fn joint(word: &str) -> Option<char> {
    match word {
        "." => Some('.'),
        "@" => Some('@'),
        _ if word.eq_ignore_ascii_case("dot") => Some('.'),
        _ if word.eq_ignore_ascii_case("at") => Some('@'),
        _ => None,
    }
}

fn restore_scheme(text: &str) -> String {
    match plain_scheme(text) {
        Some((plain, rest)) => format!("{plain}{rest}"),
        None => text.to_owned(),
    }
}

/// The true scheme and all after it, when the scheme of the text is a disguised one.
fn plain_scheme(text: &str) -> Option<(&'static str, &str)> {
    let end = text.bytes().take(9).position(|b| b == b':')?;
    let (scheme, rest) = (&text[..end], &text[end..]);
    // `http:\\\\host` is a spelling too; the URL standard reads its backslashes as slashes.
    if !rest.starts_with(":/") && !rest.starts_with(":\\\\") {
        return None;
    }
    let disguise = |b: u8| matches!(b, b'x' | b'X' | b'*' | b't' | b'T' | b'_' | b'#' | b'-');
    let plain = match scheme.as_bytes() {
        [b'h' | b'H', a, b, b'p' | b'P'] if disguise(*a) && disguise(*b) => "http",
        [b'h' | b'H', a, b, b'p' | b'P', b's' | b'S'] if disguise(*a) && disguise(*b) => "https",
        [b'f' | b'F', a, b'p' | b'P'] if disguise(*a) => "ftp",
        [b'f' | b'F', a, b'p' | b'P', b's' | b'S'] if disguise(*a) => "ftps",
        _ if scheme.eq_ignore_ascii_case("meow") => "http",
        _ if scheme.eq_ignore_ascii_case("meows") => "https",
        _ => return None,
    };
    (scheme != plain).then_some((plain, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_known_spelling_is_undone() {
        for (given, wanted) in [
            ("hxxp://example[.]com/a", "http://example.com/a"),
            ("hXXps://example(.)com", "https://example.com"),
            ("h**p://example{.}com", "http://example.com"),
            ("fxp://example[dot]com", "ftp://example.com"),
            ("meow://example (dot) com", "http://example.com"),
            ("hxxp[:]//example.com", "http://example.com"),
            ("hxxps[://]example[.]com", "https://example.com"),
            ("example[.com", "example.com"),
            ("example.]com", "example.com"),
            ("example\\.com", "example.com"),
            ("example dot com", "example.com"),
            ("john[at]example[.]com", "john@example.com"),
            ("john (at) example (dot) com", "john@example.com"),
            ("john[@]example.com", "john@example.com"),
            ("john at example dot com", "john@example.com"),
            ("\"example.com\"", "example.com"),
            ("<https://example.com/>", "https://example.com/"),
            ("\u{feff}exam\u{200b}ple.com ", "example.com"),
            ("192[.]0[.]2[.]1", "192.0.2.1"),
            ("192.0.2.0[/]24", "192.0.2.0/24"),
            ("2001[:]db8[:][:]1", "2001:db8::1"),
            ("[::1]", "::1"),
            ("[2001:db8::1]:443", "[2001:db8::1]:443"),
        ] {
            assert_eq!(refang(given), wanted, "{given}");
        }
    }

    #[test]
    fn what_is_plain_stays_as_it_is() {
        for plain in
            ["example.com", "https://example.com/hxxp", "polka stealer", "a dot", "http://a/?q=%5B.%5D"]
        {
            assert!(matches!(refang(plain), Cow::Borrowed(_)) || refang(plain) == plain, "{plain}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "([a-z0-9]|\\[|\\]|\\(|\\)|\\{|\\}|<|>|\"|'| |dot|at|\\.|@|:|/|\\\\|hxxp|http|\\*|\u{200b}|\u{200d}|ü){0,24}") {
            let once = refang(&text).into_owned();
            prop_assert_eq!(refang(&once).into_owned(), once);
        }
    }
}
