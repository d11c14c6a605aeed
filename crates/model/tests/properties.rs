//! What holds for every input: nothing panics, one input has one answer, and one value is one selector however it
//! was spelled.

use entente_model::{
    Atlas, AtlasRow, FingerprintFamily, HashAlgorithm, Kind, Object, Selector, SelectorError, canonical_id,
    canonical_json, implied_links, links_of, refang, vertex_id,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Text that comes near to the values it is read as, with what authors do to them.
const NEARLY: &str = "(hxxps?|http|ftp|://|\\[\\.\\]|\\[:\\]|\\(dot\\)|[.:/@%?#|+-]|\\[|\\]|0x|AS|HKLM|\\\\|bc1|T1|com|example\
|co\\.uk|xn--|ü|。|\u{200b}|\u{200d}|[0-9]{1,3}|[a-f0-9]{1,8}|192\\.0\\.2\\.1|2001:db8:| ){0,12}";

type Constructor = fn(&str) -> Result<Selector, SelectorError>;

fn constructors() -> Vec<Constructor> {
    vec![
        Selector::domain,
        Selector::ipv4,
        Selector::ipv6,
        Selector::ip,
        Selector::url,
        Selector::email,
        Selector::file_hash,
        Selector::certificate_hash,
        Selector::file_name,
        Selector::autonomous_system,
        Selector::mac,
        Selector::mutex,
        Selector::registry_key,
        Selector::directory,
        Selector::wallet,
        Selector::iban,
        Selector::phone,
        Selector::country,
        |text| Selector::user_account("unix", text),
        |text| Selector::wallet_of("SOL", text),
        |text| Selector::file_hash_of(HashAlgorithm::Tlsh, text),
        |text| Selector::fingerprint(FingerprintFamily::Pgp, text),
        |text| Selector::fingerprint(FingerprintFamily::Tlsh, text),
        |text| Selector::fingerprint(FingerprintFamily::Spki, text),
        |text| Selector::fingerprint(FingerprintFamily::Kit, text),
        |text| Selector::recognise(text).ok_or(Selector::country("").expect_err("no country")),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("value".to_owned()),
        Just("name".to_owned()),
        Just("hashes".to_owned()),
        Just("MD5".to_owned()),
        Just("key".to_owned()),
        Just("number".to_owned()),
        Just("country".to_owned()),
        Just("extensions".to_owned()),
        Just("source_ref".to_owned()),
        Just("target_ref".to_owned()),
        Just("object_refs".to_owned()),
        Just("object_marking_refs".to_owned()),
        Just("first_seen".to_owned()),
        "[a-z_]{1,8}(_refs?)?",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        NEARLY.prop_map(Value::from),
        Just(Value::from("malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(name.clone(), inner, 0..6).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

fn object() -> impl Strategy<Value = Object> {
    let kind = (0..Kind::KNOWN.len()).prop_map(|place| Kind::KNOWN[place].clone());
    (kind, json()).prop_map(|(kind, json)| {
        let mut members = json.as_object().cloned().unwrap_or_default();
        members.insert("type".into(), kind.as_str().into());
        members.insert("id".into(), format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd40").into());
        members.insert("created".into(), "2025-03-01T09:30:00Z".into());
        members.insert("modified".into(), "2025-03-01T09:30:00Z".into());
        members.remove("revoked");
        Object::from_json(Value::Object(members)).expect("its header is sound")
    })
}

fn atlas() -> Atlas {
    let rows = ["192.0.2.0,192.0.2.255,64496,Example Net", "2001:db8::,2001:db8::ffff,NL"];
    let rows = rows.map(|row| AtlasRow::from_csv(row).expect("a row"));
    Atlas::from_bytes(Atlas::build(rows).expect("a table")).expect("an atlas")
}

/// Ways authors defang a dot, a colon and an at-sign.
fn defanged(value: &str, style: usize) -> String {
    let dots = ["[.]", "(.)", "{.}", "[dot]", "(dot)", " dot ", " [.] ", "\\."];
    let ats = ["[@]", "[at]", "(at)", " at ", " [at] "];
    let value = value.replace('@', ats[style % ats.len()]).replace('.', dots[style % dots.len()]);
    match style % 3 {
        0 => format!("\"{value}\""),
        1 => format!("\u{feff}{value}\u{200b}"),
        _ => value,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn normalising_twice_is_normalising_once(text in NEARLY, other in any::<String>()) {
        for text in [&text, &other] {
            for construct in constructors() {
                let Ok(once) = construct(text) else { continue };
                let twice = construct(&once.label());
                prop_assert_eq!(twice.as_ref().map(Selector::id), Ok(once.id()), "{:?} from {:?}", once, text);
            }
        }
    }

    #[test]
    fn a_spelling_does_not_change_the_id(
        labels in vec("[a-z0-9]{1,8}(-[a-z0-9]{1,4})?", 1..4),
        local in "[a-z0-9]{1,8}",
        octets in any::<[u8; 4]>(),
        style in any::<usize>(),
    ) {
        let domain = format!("{}.example", labels.join("."));
        let ip = octets.map(|octet| octet.to_string()).join(".");
        let email = format!("{local}@{domain}");
        for (plain, construct) in
            [(&domain, constructors()[0]), (&ip, constructors()[1]), (&email, constructors()[5])]
        {
            let wanted = construct(plain).map(|selector| selector.id());
            prop_assert!(wanted.is_ok(), "{plain}");
            for spelling in [defanged(plain, style), format!("<{plain}>"), format!(" {plain} ")] {
                prop_assert_eq!(construct(&spelling).map(|selector| selector.id()), wanted.clone(), "{}", spelling);
                let recognised = Selector::recognise(&spelling).map(|selector| selector.id());
                prop_assert_eq!(recognised.as_ref(), wanted.as_ref().ok(), "{}", spelling);
            }
        }
        let url = format!("http://{domain}/a?b=c");
        let wanted = Selector::url(&url).map(|selector| selector.id());
        for scheme in ["hxxp://", "hXXp://", "h**p://", "hxxp[:]//", "hxxp[://]", "meow://", "HTTP://"] {
            let spelling = format!("{scheme}{}/a?b=c", domain.replace('.', "[.]"));
            prop_assert_eq!(Selector::url(&spelling).map(|selector| selector.id()), wanted.clone(), "{}", spelling);
        }
    }

    #[test]
    fn case_of_names_and_digests_does_not_change_the_id(name in "[a-z]{1,8}\\.(com|example)", digest in "[a-f0-9]{64}") {
        let id = |selector: Result<Selector, SelectorError>| selector.map(|selector| selector.id());
        prop_assert_eq!(id(Selector::domain(&name.to_uppercase())), id(Selector::domain(&name)));
        prop_assert_eq!(id(Selector::file_hash(&digest.to_uppercase())), id(Selector::file_hash(&digest)));
    }

    #[test]
    fn any_object_has_links_and_ids_and_always_the_same(object in object()) {
        let atlas = atlas();
        let links = links_of(&object, &atlas);
        prop_assert_eq!(&links, &links_of(&object, &atlas));
        prop_assert_eq!(canonical_id(&object), canonical_id(&object));
        prop_assert_eq!(vertex_id(&object), vertex_id(&object));
        for selector in Selector::of_object(&object) {
            prop_assert!(implied_links(&selector, &atlas, None).len() < 8);
        }
        let _ = (object.country(), object.point(), object.label(), object.search_text());
    }

    #[test]
    fn canonical_json_says_the_same(value in json()) {
        let canonical = canonical_json(&value);
        let read: Value = serde_json::from_str(&canonical).expect("it is JSON");
        prop_assert_eq!(canonical_json(&read), canonical);
    }

    #[test]
    fn refanging_any_text_twice_is_once(text in any::<String>(), near in NEARLY) {
        for text in [text, near] {
            let once = refang(&text).into_owned();
            prop_assert_eq!(refang(&once).into_owned(), once);
        }
    }

    #[test]
    fn any_bytes_are_an_atlas_or_an_error(mut bytes in vec(any::<u8>(), 0..200), headed in any::<bool>()) {
        if headed && bytes.len() > 12 {
            bytes[..8].copy_from_slice(b"ENTATLAS");
            bytes[8..12].copy_from_slice(&1_u32.to_le_bytes());
        }
        if let Ok(atlas) = Atlas::from_bytes(bytes) {
            atlas.locate("192.0.2.1".parse().expect("an address"));
        }
        prop_assert!(AtlasRow::from_csv("").is_err());
    }
}
