//! Canonical JSON (RFC 8785) and the deterministic ids of STIX 2.1 section 2.9 that are made of it.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::selector::normal_digest;
use crate::{HashAlgorithm, Kind, Object, ObjectId, Selector};

/// The deterministic id of an observable as received: UUIDv5 over its id-contributing properties with the values
/// as they stand. `None` for what has no such id: other kinds, processes, and observables without any
/// contributing property.
pub fn canonical_id(object: &Object) -> Option<ObjectId> {
    let contributing = contributing(object, preferred_digest)?;
    Some(ObjectId::observable(object.kind().clone(), &Value::Object(contributing)))
}

/// The id under which the thing an object describes is one vertex, whatever id and spelling it came in: for an
/// observable the deterministic id of its normalised value (`Example.COM` is `example.com`), for a file or a
/// certificate with its digest in lower case, for everything else the object's own id.
pub fn vertex_id(object: &Object) -> ObjectId {
    normal_id(object).unwrap_or_else(|| object.id().clone())
}

fn normal_id(object: &Object) -> Option<ObjectId> {
    match object.kind() {
        Kind::File | Kind::Artifact | Kind::X509Certificate => {
            let normal = contributing(object, normal_preferred_digest)?;
            Some(ObjectId::observable(object.kind().clone(), &Value::Object(normal)))
        }
        // These are more than the one value their selector has.
        Kind::Location => None,
        Kind::UserAccount | Kind::WindowsRegistryKey if has_more_than_a_name(object) => canonical_id(object),
        _ => match Selector::of_object(object).as_slice() {
            [only] => Some(only.id()),
            _ => canonical_id(object),
        },
    }
}

fn has_more_than_a_name(object: &Object) -> bool {
    let json = object.json();
    match object.kind() {
        Kind::WindowsRegistryKey => json.contains_key("values"),
        _ => json.contains_key("user_id"),
    }
}

/// The id-contributing properties of an observable (STIX 2.1 part 6; Entente's own types likewise): whoever can guess
/// their values can confirm them by the id.
pub fn id_contributing(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Artifact => &["hashes", "payload_bin"],
        Kind::AutonomousSystem | Kind::PhoneNumber => &["number"],
        Kind::Directory => &["path"],
        Kind::DomainName | Kind::EmailAddr | Kind::Ipv4Addr | Kind::Ipv6Addr | Kind::MacAddr | Kind::Url => {
            &["value"]
        }
        Kind::EmailMessage => &["body", "from_ref", "subject"],
        Kind::File => &["extensions", "hashes", "name", "parent_directory_ref"],
        Kind::Mutex => &["name"],
        Kind::NetworkTraffic => {
            &["dst_port", "dst_ref", "end", "extensions", "protocols", "src_port", "src_ref", "start"]
        }
        Kind::Software => &["cpe", "name", "swid", "vendor", "version"],
        Kind::UserAccount => &["account_login", "account_type", "user_id"],
        Kind::WindowsRegistryKey => &["key", "values"],
        Kind::X509Certificate => &["hashes", "serial_number"],
        Kind::CryptocurrencyWallet => &["currency", "value"],
        Kind::DigitalFingerprint => &["family", "value"],
        Kind::BankAccount => &["iban"],
        _ => &[],
    }
}

/// Which one of the `hashes` of an object counts: its name and digest.
type DigestChoice = fn(&Map<String, Value>) -> Option<(String, Value)>;

fn contributing(object: &Object, digest: DigestChoice) -> Option<Map<String, Value>> {
    let mut contributing = Map::new();
    for name in id_contributing(object.kind()) {
        let Some(value) = object.json().get(*name) else { continue };
        let value = match (*name, value) {
            ("hashes", Value::Object(hashes)) => Map::from_iter(digest(hashes)).into(),
            (_, value) => value.clone(),
        };
        contributing.insert((*name).to_owned(), value);
    }
    (!contributing.is_empty()).then_some(contributing)
}

/// Exactly one digest counts: MD5, SHA-1, SHA-256, SHA-512 in this order, else the first there is. Objects in
/// JSON have no order, so the first is that by name.
fn preferred_digest(hashes: &Map<String, Value>) -> Option<(String, Value)> {
    let preferred = HashAlgorithm::ALL[..4].iter().find_map(|wanted| hashes.get_key_value(wanted.as_str()));
    let (name, digest) = preferred.or_else(|| hashes.iter().min_by_key(|(name, _)| *name))?;
    Some((name.clone(), digest.clone()))
}

/// The same, of names and digests in their normal spelling.
fn normal_preferred_digest(hashes: &Map<String, Value>) -> Option<(String, Value)> {
    let Some(algorithm) = preferred_algorithm(hashes) else { return preferred_digest(hashes) };
    let read = |(name, digest): (&String, &Value)| {
        let named = HashAlgorithm::from_name(name) == Some(algorithm);
        normal_digest(algorithm, digest.as_str()?).filter(|_| named)
    };
    let digest = in_order(hashes, str::cmp).find_map(read)?;
    Some((algorithm.as_str().to_owned(), digest.into()))
}

fn preferred_algorithm(hashes: &Map<String, Value>) -> Option<HashAlgorithm> {
    let read = |(name, digest): (&String, &Value)| {
        let algorithm = HashAlgorithm::from_name(name)?;
        normal_digest(algorithm, digest.as_str()?).map(|_| algorithm)
    };
    hashes.iter().filter_map(read).min()
}

/// The algorithm of the digest that alone makes the [`vertex_id`] of a file, an artifact or a certificate, so that
/// the digest and the object are one vertex; `None` when something else takes part.
pub(crate) fn identifying_digest(object: &Object) -> Option<HashAlgorithm> {
    let json = object.json();
    let other =
        id_contributing(object.kind()).iter().any(|name| *name != "hashes" && json.contains_key(*name));
    preferred_algorithm(json.get("hashes")?.as_object()?)
        .filter(|_| !other && *object.kind() != Kind::Artifact)
}

/// The canonical form of a JSON value (RFC 8785): no white space, members sorted by the UTF-16 code units of
/// their names, numbers as ECMAScript writes them.
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => write_members(out, members),
    }
}

fn write_members(out: &mut String, members: &Map<String, Value>) {
    out.push('{');
    for (place, (name, value)) in in_order(members, utf16).enumerate() {
        out.push_str(if place == 0 { "" } else { "," });
        write_string(out, name);
        out.push(':');
        write(out, value);
    }
    out.push('}');
}

/// RFC 8785 section 3.2.3; the order of UTF-8 differs beyond the basic plane only.
fn utf16(a: &str, b: &str) -> Ordering {
    match a.is_ascii() && b.is_ascii() {
        true => a.cmp(b),
        false => a.encode_utf16().cmp(b.encode_utf16()),
    }
}

/// Members in the order of their names, whatever order they came in.
pub(crate) struct SortedMembers<'v>(Vec<Member<'v>>);

impl<'v> SortedMembers<'v> {
    pub(crate) fn all(members: &'v Map<String, Value>) -> SortedMembers<'v> {
        SortedMembers(in_order(members, str::cmp).collect())
    }

    pub(crate) fn of(
        members: &'v Map<String, Value>,
        kept: impl Fn(&str, &Value) -> bool,
    ) -> SortedMembers<'v> {
        SortedMembers(in_order(members, str::cmp).filter(|(name, value)| kept(name, value)).collect())
    }

    /// Writes them as serde_json would, the members of inner objects in order too. By hand, since the text of every object that
    /// comes in passes here and hardly any has something to escape.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(b'{');
        for (place, (name, value)) in self.0.iter().enumerate() {
            if place > 0 {
                bytes.push(b',');
            }
            write_text(bytes, name);
            bytes.push(b':');
            write_sorted(bytes, value);
        }
        bytes.push(b'}');
    }
}

fn write_sorted(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => write_text(bytes, text),
        Value::Object(members) => SortedMembers::all(members).write(bytes),
        Value::Array(items) => {
            bytes.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write_sorted(bytes, item);
            }
            bytes.push(b']');
        }
        plain => serialise(bytes, plain),
    }
}

fn write_text(bytes: &mut Vec<u8>, text: &str) {
    if !is_plain(text.as_bytes()) {
        return serialise(bytes, text);
    }
    bytes.push(b'"');
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'"');
}

fn serialise<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(bytes, value).expect("a value serialises, and a vector takes it");
}

/// Whether a text stands in JSON as it is. By chunks, each without an early end, so that the compiler compares many at once.
fn is_plain(text: &[u8]) -> bool {
    let plain = |all: bool, byte: &u8| all & (*byte >= 0x20) & (*byte != b'"') & (*byte != b'\\');
    text.chunks(32).all(|chunk| chunk.iter().fold(true, plain))
}

type Member<'v> = (&'v String, &'v Value);

/// Members by name. Whether a map keeps its members sorted or as they came is decided by whoever builds the program.
fn in_order(
    members: &Map<String, Value>,
    order: fn(&str, &str) -> Ordering,
) -> impl ExactSizeIterator<Item = Member<'_>> {
    let mut sorted: Vec<Member> = members.iter().collect();
    let by_name = |(a, _): &Member, (b, _): &Member| order(a, b);
    if !sorted.is_sorted_by(|a, b| by_name(a, b).is_lt()) {
        sorted.sort_unstable_by(by_name);
    }
    sorted.into_iter()
}

/// Integers that a double holds exactly are written as they are, all else as ECMAScript writes the double.
fn write_number(out: &mut String, number: &Number) {
    const EXACT: u64 = 1 << 53;
    let exact = match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => number <= EXACT,
        (None, Some(number)) => number.unsigned_abs() <= EXACT,
        (None, None) => false,
    };
    match number.as_f64() {
        Some(double) if !exact && double.is_finite() => {
            out.push_str(ryu_js::Buffer::new().format_finite(double));
        }
        _ => out.push_str(&number.to_string()),
    }
}

/// Writes `text` as JSON does; serde_json escapes exactly what RFC 8785 section 3.2.2.2 says.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    if is_plain(text.as_bytes()) {
        out.push_str(text);
    } else {
        let quoted = Value::from(text).to_string();
        out.push_str(&quoted[1..quoted.len() - 1]);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_stored_is_what_serde_json_writes_of_sorted_members() {
        let texts: Vec<String> =
            (0..=0x7f_u8).map(|byte| format!("{}{}é", "x".repeat(40), byte as char)).collect();
        let value = json!({"a": texts, "b": [null, true, -1.5e300, u64::MAX, i64::MIN, 0.1], "c": {"d\n": [], "e": {}}});
        let members = value.as_object().expect("an object");
        let mut written = Vec::new();
        SortedMembers::all(members).write(&mut written);
        assert_eq!(String::from_utf8(written).expect("UTF-8"), value.to_string());
        let unsorted: Value =
            serde_json::from_str(r#"{"b":[{"d":1,"c":2}],"a":{"f":"","e":"\""}}"#).expect("JSON");
        let mut written = Vec::new();
        SortedMembers::all(unsorted.as_object().expect("an object")).write(&mut written);
        assert_eq!(written, br#"{"a":{"e":"\"","f":""},"b":[{"c":2,"d":1}]}"#);
    }

    fn object(kind: &str, mut value: Value) -> Object {
        value["type"] = kind.into();
        value["id"] = format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").into();
        Object::from_json(value).expect("an object")
    }

    fn id(kind: &str, value: Value) -> Option<String> {
        canonical_id(&object(kind, value)).map(|id| id.to_string())
    }

    #[test]
    fn canonical_json_is_that_of_rfc_8785() {
        // The example of section 3.2.2, and the order of section 3.2.3.
        let numbers = json!([333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, 1.0, -0.0]);
        assert_eq!(canonical_json(&numbers), "[333333333.3333333,1e+30,4.5,0.002,1e-27,1,0]");
        let text = json!("\u{20ac}$\u{000f}\nA'B\"\\\\\"/");
        assert_eq!(canonical_json(&text), "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
        let names =
            json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let wanted =
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(canonical_json(&names), wanted);
        let unsorted: Value =
            serde_json::from_str(r#"{"b": {"d": 1, "c": 2}, "a": [{"f": 3, "e": 4}]}"#).expect("JSON");
        assert_eq!(canonical_json(&unsorted), r#"{"a":[{"e":4,"f":3}],"b":{"c":2,"d":1}}"#);
        assert_eq!(
            canonical_json(&json!([9007199254740992_u64, -5, u64::MAX])),
            "[9007199254740992,-5,18446744073709552000]"
        );
    }

    #[test]
    fn ids_are_those_of_the_standard() {
        for (kind, value, wanted) in [
            (
                "ipv4-addr",
                json!({"value": "198.51.100.3"}),
                "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
            ),
            (
                "domain-name",
                json!({"value": "example.com"}),
                "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
            ),
            (
                "autonomous-system",
                json!({"number": 15139, "name": "x"}),
                "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff",
            ),
            ("mutex", json!({"name": "__CLEANSWEEP__"}), "mutex--f93fe911-e545-5239-b9b0-597840d0c871"),
            (
                "user-account",
                json!({"account_type": "unix", "account_login": "jdoe", "user_id": "1001", "display_name": "J"}),
                "user-account--f94d689e-707d-58c3-b803-c720bb6ed096",
            ),
            (
                "file",
                json!({"name": "foo.dll", "size": 5, "hashes":
                    {"SHA-256": "fe90a7e910cb3a4739bed9180e807e93fa70c90f25a8915476f5e4bfbac681db"}}),
                "file--949eb97a-da1e-5292-8959-03c4249dc9f3",
            ),
        ] {
            assert_eq!(id(kind, value).as_deref(), Some(wanted));
        }
        assert_eq!(id("process", json!({"pid": 1})), None);
        assert_eq!(id("file", json!({"size": 1})), None);
    }

    #[test]
    fn one_digest_counts_by_preference() {
        let md5 = json!({"hashes": {"MD5": "aa"}});
        assert_eq!(id("file", json!({"hashes": {"SHA-256": "bb", "MD5": "aa"}})), id("file", md5));
        let sha1 = json!({"hashes": {"SHA-1": "aa"}});
        assert_eq!(
            id("file", json!({"hashes": {"SHA-512": "c", "SHA-1": "aa", "SHA-256": "b"}})),
            id("file", sha1)
        );
        let first = json!({"hashes": {"SSDEEP": "aa"}});
        assert_eq!(id("file", json!({"hashes": {"TLSH": "bb", "SSDEEP": "aa"}})), id("file", first));
    }

    #[test]
    fn spellings_are_one_vertex() {
        let vertex = |kind, value| vertex_id(&object(kind, value));
        let example = Selector::domain("example.com").expect("a domain").id();
        assert_eq!(vertex("domain-name", json!({"value": "Example.COM."})), example);
        let digest = Selector::file_hash("d41d8cd98f00b204e9800998ecf8427e").expect("a digest").id();
        let upper = "D41D8CD98F00B204E9800998ECF8427E";
        assert_eq!(vertex("file", json!({"hashes": {"MD5": upper}})), digest);
        assert_eq!(
            vertex(
                "file",
                json!({"hashes": {"md5": upper, "SHA-1": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}})
            ),
            digest
        );
        let own = object(
            "location",
            json!({"country": "NL", "created": "2025-03-01T09:30:00Z", "modified": "2025-03-01T09:30:00Z"}),
        );
        assert_eq!(vertex_id(&own), *own.id());
    }

    #[test]
    fn a_selector_has_the_id_of_its_object() {
        for selector in [
            Selector::Domain("a\"b.example".into()),
            Selector::FileHash(HashAlgorithm::Sha1, "ab".repeat(20)),
            Selector::AutonomousSystem(64496),
            Selector::UserAccount("unix".into(), "j\\doe".into()),
            Selector::UserAccount(String::new(), "jdoe".into()),
            Selector::Wallet("BTC".into(), "x".into()),
            Selector::Iban("x".into()),
            Selector::Phone("+442079460123".into()),
            Selector::CertificateHash(HashAlgorithm::Sha1, "ab".repeat(20)),
        ] {
            let object = object(selector.kind().as_str(), Value::Object(selector.properties()));
            assert_eq!(canonical_id(&object), Some(selector.id()));
        }
    }
}
