//! Any bytes, read as a list of indicators. The name takes part: it tells what a list is about.
#![no_main]

use entente_intake::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let names = ["lists/lantern_iocs.txt", "quietroom/domains.csv", "report.md", "sha256.txt"];
    let name = names[bytes.len() / 4 % names.len()];
    entente_fuzz::read(Some(Format::List), name, bytes);
});
