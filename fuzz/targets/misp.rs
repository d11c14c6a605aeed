//! Any bytes, read as MISP.
#![no_main]

use entente_intake::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entente_fuzz::read(Some(Format::Misp), "event.json", bytes));
