//! URLs as STIX wants them (2.1 section 6.17: RFC 3986). What people and malware send is often a URL to browsers (WHATWG) but
//! no URI: brackets, backslashes and bars in path or query. Such a character is written as its percent-encoding, which means
//! the same; the id stays, so that others find the object again. One that was sent without its scheme gets the one it is known by here.

use entente_model::Selector;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

/// What stands nowhere in path, query and fragment (RFC 3986 sections 3.3 to 3.5).
const STRANGE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Spells the value of a `url` object as a URI.
pub(super) fn spell(object: &mut Map<String, Value>) {
    if let Some(Value::String(value)) = object.get_mut("value")
        && let Some(spelt) = spelt(value)
    {
        *value = spelt;
    }
}

/// `None` when it need not change, or is not known to be a URL.
fn spelt(url: &str) -> Option<String> {
    if !url.contains("://") {
        let Some(Selector::Url(known)) = Selector::recognise(url) else { return None };
        return Some(spelt(&known).unwrap_or(known));
    }
    let authority = url.find("://")? + 3;
    let end = url[authority..].find(['/', '?', '#', '\\']).map_or(url.len(), |at| authority + at);
    let (front, rest) = url.split_at(end);
    let (before, fragment) =
        rest.split_once('#').map_or((rest, None), |(before, after)| (before, Some(after)));
    let mut spelt = front.to_owned();
    encode(before, &mut spelt);
    if let Some(fragment) = fragment {
        spelt.push('#');
        encode(&fragment.replace('#', "%23"), &mut spelt);
    }
    (spelt != url).then_some(spelt)
}

/// A percent sign stays where it encodes something.
fn encode(text: &str, into: &mut String) {
    for (index, piece) in text.split('%').enumerate() {
        if index > 0 {
            let encodes = piece.len() >= 2 && piece.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
            into.push_str(if encodes { "%" } else { "%25" });
        }
        into.extend(utf8_percent_encode(piece, STRANGE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_uri_is_encoded_and_what_is_one_stays() {
        for (told, exported) in [
            ("https://a.example/host[v17]/m.php", Some("https://a.example/host%5Bv17%5D/m.php")),
            ("https://a.example/it.php?w=Windows\\%2010", Some("https://a.example/it.php?w=Windows%5C%2010")),
            ("https://a.example/50%|é", Some("https://a.example/50%25%7C%C3%A9")),
            ("https://a.example/#a#b", Some("https://a.example/#a%23b")),
            ("https://[2001:db8::1]:8080/a?b=%5B", None),
            ("https://a.example", None),
            ("no url", None),
            ("blog.talosintelligence.com/[b]/", Some("http://blog.talosintelligence.com/%5Bb%5D/")),
        ] {
            assert_eq!(spelt(told).as_deref(), exported, "{told}");
        }
    }
}
