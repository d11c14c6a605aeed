//! Any bytes, read as STIX.
#![no_main]

use entente_intake::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entente_fuzz::read(Some(Format::Stix), "bundle.json", bytes));
