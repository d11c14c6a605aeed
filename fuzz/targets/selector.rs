//! Selectors: refanging and normalising twice changes nothing, and a selector is the object it names.
#![no_main]

use entente_model::{Object, Selector, SelectorError, refang, vertex_id};

type Constructor = fn(&str) -> Result<Selector, SelectorError>;

const CONSTRUCTORS: [(&str, Constructor); 18] = [
    ("domain", Selector::domain),
    ("ipv4", Selector::ipv4),
    ("ipv6", Selector::ipv6),
    ("ip", Selector::ip),
    ("url", Selector::url),
    ("email", Selector::email),
    ("mac", Selector::mac),
    ("autonomous system", Selector::autonomous_system),
    ("registry key", Selector::registry_key),
    ("file name", Selector::file_name),
    ("mutex", Selector::mutex),
    ("directory", Selector::directory),
    ("country", Selector::country),
    ("phone", Selector::phone),
    ("wallet", Selector::wallet),
    ("iban", Selector::iban),
    ("file hash", Selector::file_hash),
    ("certificate hash", Selector::certificate_hash),
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let once = refang(text);
    assert_eq!(refang(&once), once, "refanging twice changes {text:?}");
    if let Some(selector) = Selector::recognise(text) {
        same_as_its_object(&selector);
    }
    for (name, construct) in CONSTRUCTORS {
        if let Ok(selector) = construct(text) {
            let again = construct(&selector.label());
            assert_eq!(again.as_ref(), Ok(&selector), "normalising the {name} {text:?} twice changes it");
            same_as_its_object(&selector);
        }
    }
});

/// A selector read back from the object it stands for has the same id.
fn same_as_its_object(selector: &Selector) {
    selector.implied(&entente_fuzz::ATLAS);
    if matches!(selector, Selector::Country(_)) {
        return;
    }
    let mut json = selector.properties();
    json.insert("type".into(), selector.kind().as_str().into());
    json.insert("spec_version".into(), "2.1".into());
    json.insert("id".into(), selector.id().to_string().into());
    let object = Object::from_json(json.into()).expect("a selector's properties make an object");
    assert_eq!(vertex_id(&object), selector.id(), "{selector:?}");
}
