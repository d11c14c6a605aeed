//! Any bytes, recognised for what they are: the formats of sensors, registrars, banks and people are told by content alone.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entente_fuzz::read(None, "records", bytes));
