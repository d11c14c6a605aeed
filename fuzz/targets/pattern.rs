//! STIX patterns in both editions, and the values they name.
#![no_main]

use entente_intake::pattern::{Edition, Pattern};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    for edition in [Edition::V20, Edition::V21] {
        match Pattern::parse(text, edition) {
            Ok(pattern) => {
                for selector in pattern.observables() {
                    selector.id();
                    selector.implied(&entente_fuzz::ATLAS);
                }
            }
            Err(error) => {
                assert!((1..=text.chars().count() + 1).contains(&error.character), "{error}");
                assert!(!error.what.is_empty());
            }
        }
    }
});
