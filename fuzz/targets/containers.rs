//! Any bytes at all: containers are opened, the format is recognised.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entente_fuzz::read(None, "upload.bin", bytes));
