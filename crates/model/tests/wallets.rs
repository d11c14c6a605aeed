//! Wallet addresses against the published list of sanctioned ones, where the data folder is there.
#![expect(clippy::print_stdout, reason = "says when it skips, and how many of each list it recognised")]

use std::fs;
use std::path::Path;

use entente_model::Selector;

fn addresses(currency: &str) -> Option<Vec<String>> {
    let file = format!("../../../shared/data/money/ofac-addresses/sanctioned_addresses_{currency}.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let Ok(bytes) = fs::read(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    Some(serde_json::from_slice(&bytes).expect("an array of addresses"))
}

/// File, currency, and how many of its entries are of something else: a Tron address is listed as Bitcoin's, and
/// what is listed as Monero's is the digest of a transaction.
const LISTS: [(&str, &str, usize); 6] = [
    ("XBT", "BTC", 1),
    ("ETH", "ETH", 0),
    ("LTC", "LTC", 0),
    ("DASH", "DASH", 0),
    ("TRX", "TRX", 0),
    ("XMR", "XMR", 1),
];

#[test]
fn sanctioned_addresses_are_recognised_as_what_they_are() {
    for (file, code, misfiled) in LISTS {
        let Some(addresses) = addresses(file) else { return };
        let is_of = |address: &&String| match Selector::recognise(address) {
            Some(Selector::Wallet(currency, spelled)) => {
                currency == code && spelled.eq_ignore_ascii_case(address)
            }
            _ => false,
        };
        let recognised = addresses.iter().filter(is_of).count();
        println!("{recognised} of {} {file}", addresses.len());
        assert_eq!(addresses.len() - recognised, misfiled, "{file}");
    }
}

#[test]
fn one_wrong_letter_is_no_address() {
    for (file, ..) in LISTS {
        let Some(addresses) = addresses(file) else { return };
        for address in addresses.iter().filter(|address| Selector::wallet(address).is_ok()) {
            let at = address.len() - 3;
            let wrong = if address.as_bytes()[at] == b'q' { "z" } else { "q" };
            let changed = format!("{}{wrong}{}", &address[..at], &address[at + 1..]);
            // `q` is no hexadecimal digit, and breaks every checksum.
            assert!(Selector::wallet(&changed).is_err(), "{changed}");
        }
    }
}
