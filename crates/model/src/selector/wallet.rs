//! Wallet addresses, checked against their checksums.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

use super::{Selector, SelectorError};

const WALLET: &str = "a wallet address";

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Version bytes of base58check addresses: 21 bytes, the first being the version. A script address that Bitcoin
/// and another currency share is read as Bitcoin's.
const VERSIONS: &[(u8, &str)] = &[
    (0x00, "BTC"),
    (0x05, "BTC"),
    (0x30, "LTC"),
    (0x32, "LTC"),
    (0x1e, "DOGE"),
    (0x4c, "DASH"),
    (0x41, "TRX"),
];

impl Selector {
    /// A wallet by its address alone: Bitcoin, Litecoin, Dogecoin, Dash, Tron (base58check), Bitcoin and
    /// Litecoin segwit (bech32, bech32m), Ethereum and its like (EIP-55), Monero. The checksum must hold.
    /// Addresses of one spelling in lower or upper case become the canonical one. An address whose currency
    /// cannot be told from it, such as Solana's, needs [`Selector::wallet_of`].
    pub fn wallet(address: &str) -> Result<Selector, SelectorError> {
        let address = address.trim();
        match recognised(address) {
            Ok((currency, address)) => Ok(Selector::Wallet(currency.to_owned(), address)),
            Err(why) => Err(SelectorError::new(WALLET, address, why)),
        }
    }

    /// A wallet by currency code and address. Where the currency has a checksum this node knows, it must hold;
    /// tokens and chains that use Ethereum's addresses are checked as Ethereum's; the address of any other
    /// currency is kept as given.
    pub fn wallet_of(currency: &str, address: &str) -> Result<Selector, SelectorError> {
        let (currency, address) = (currency.trim().to_uppercase(), address.trim());
        let known = VERSIONS.iter().map(|(_, code)| *code).chain(["ETH", "XMR"]);
        let code = known.into_iter().find(|code| *code == currency);
        let refuse = |why| Err(SelectorError::new(WALLET, address, why));
        match (recognised(address), code) {
            // A `3…` address is Bitcoin's by version, and Litecoin's older script addresses are the same.
            (Ok((found, normal)), Some(code)) if found == code || (found, code) == ("BTC", "LTC") => {
                Ok(Selector::Wallet(code.to_owned(), normal))
            }
            (Ok(_), Some(_)) => refuse("it is an address of another currency"),
            (Err(why), Some(_)) => refuse(why),
            (Ok(("ETH", normal)), None) => Ok(Selector::Wallet(currency, normal)),
            (_, None) if address.is_empty() => refuse("it is empty"),
            (_, None) => Ok(Selector::Wallet(currency, address.to_owned())),
        }
    }
}

/// Currency and canonical spelling, or why the address does not hold.
pub(super) fn recognised(address: &str) -> Result<(&'static str, String), &'static str> {
    if let Some(digits) = address.strip_prefix("0x").or_else(|| address.strip_prefix("0X")) {
        return ethereum(digits).map(|address| ("ETH", address));
    }
    if let Some((prefix, _)) = address.split_once('1')
        && let Some(currency) = segwit_currency(prefix)
    {
        return segwit(address).map(|address| (currency, address));
    }
    match address.len() {
        95 | 106 => monero(address).map(|()| ("XMR", address.to_owned())),
        25..=36 => base58check(address).map(|currency| (currency, address.to_owned())),
        _ => Err("it has the shape of no known currency's addresses"),
    }
}

fn segwit_currency(prefix: &str) -> Option<&'static str> {
    let is = |name: &str| prefix.eq_ignore_ascii_case(name);
    if is("bc") { Some("BTC") } else { is("ltc").then_some("LTC") }
}

/// BIP 173 and BIP 350.
fn segwit(address: &str) -> Result<String, &'static str> {
    match bech32::segwit::decode(address) {
        Ok(_) => Ok(address.to_ascii_lowercase()),
        Err(_) => Err("its bech32 checksum does not hold"),
    }
}

fn base58check(address: &str) -> Result<&'static str, &'static str> {
    let bytes = bs58::decode(address).into_vec().map_err(|_| "it has letters base58 does not have")?;
    let (payload, checksum) = bytes.split_last_chunk::<4>().ok_or("it is too short")?;
    if Sha256::digest(Sha256::digest(payload))[..4] != checksum[..] {
        return Err("its base58check checksum does not hold");
    }
    let version = payload.first().filter(|_| payload.len() == 21);
    let currency = version.and_then(|version| VERSIONS.iter().find(|(byte, _)| byte == version));
    currency.map(|(_, currency)| *currency).ok_or("its version is that of no known currency")
}

/// EIP-55: letters are upper case where the digest of the lower-case address has a digit of 8 or more. An
/// address in one case carries no checksum and is taken.
fn ethereum(digits: &str) -> Result<String, &'static str> {
    if digits.len() != 40 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("it has not 40 hexadecimal digits after `0x`");
    }
    let canonical = eip55(&digits.to_ascii_lowercase());
    let mixed =
        digits.bytes().any(|b| b.is_ascii_lowercase()) && digits.bytes().any(|b| b.is_ascii_uppercase());
    if mixed && canonical[2..] != *digits {
        return Err("its EIP-55 checksum does not hold");
    }
    Ok(canonical)
}

fn eip55(lower: &str) -> String {
    let digest = Keccak256::digest(lower.as_bytes());
    let mut address = String::with_capacity(42);
    address.push_str("0x");
    for (place, digit) in lower.chars().enumerate() {
        let nibble = digest[place / 2] >> (4 * (1 - place % 2)) & 0xf;
        address.push(if nibble >= 8 { digit.to_ascii_uppercase() } else { digit });
    }
    address
}

/// Monero: base58 in blocks of 8 bytes, then 4 bytes of Keccak-256. Networks 18 (standard), 19 (integrated)
/// and 42 (subaddress).
fn monero(address: &str) -> Result<(), &'static str> {
    let bytes = monero_base58(address).ok_or("it has letters or lengths Monero's base58 does not have")?;
    let (payload, checksum) = bytes.split_last_chunk::<4>().ok_or("it is too short")?;
    if !matches!(payload.first(), Some(18 | 19 | 42)) {
        return Err("its network byte is not Monero's");
    }
    if Keccak256::digest(payload)[..4] != checksum[..] {
        return Err("its checksum does not hold");
    }
    Ok(())
}

fn monero_base58(address: &str) -> Option<Vec<u8>> {
    /// Letters in a block of so many bytes.
    const LETTERS: [usize; 9] = [0, 2, 3, 5, 6, 7, 9, 10, 11];
    let mut bytes = Vec::with_capacity(address.len());
    for block in address.as_bytes().chunks(11) {
        let size = LETTERS.iter().position(|letters| *letters == block.len())?;
        let mut number = 0_u128;
        for letter in block {
            let digit = BASE58.iter().position(|known| known == letter)?;
            number = number * 58 + digit as u128;
        }
        let encoded = number.to_be_bytes();
        if number >> (8 * size) != 0 {
            return None;
        }
        bytes.extend_from_slice(&encoded[16 - size..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From BIP 173, BIP 350, EIP-55, the genesis block, the USDT contract, and Monero's donation page.
    const KNOWN: &[(&str, &str)] = &[
        ("BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ("BTC", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        ("BTC", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
        ("ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        ("ETH", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
        ("TRX", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        (
            "XMR",
            "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
        ),
    ];

    #[test]
    fn an_address_tells_its_currency() {
        for (currency, address) in KNOWN {
            let wanted = Selector::Wallet((*currency).into(), (*address).into());
            assert_eq!(Selector::wallet(address), Ok(wanted.clone()), "{address}");
            assert_eq!(Selector::wallet_of(&currency.to_lowercase(), address), Ok(wanted), "{address}");
        }
    }

    #[test]
    fn addresses_of_one_case_become_canonical() {
        let (_, eth) = KNOWN[3];
        for spelling in [eth.to_lowercase(), format!("0x{}", eth[2..].to_uppercase())] {
            assert_eq!(Selector::wallet(&spelling), Ok(Selector::Wallet("ETH".into(), eth.into())));
        }
        let (_, segwit) = KNOWN[1];
        assert_eq!(
            Selector::wallet(&segwit.to_uppercase()),
            Ok(Selector::Wallet("BTC".into(), segwit.into()))
        );
    }

    #[test]
    fn a_checksum_that_does_not_hold_is_refused() {
        for (wrong, why) in [
            ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "its base58check checksum does not hold"),
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "its bech32 checksum does not hold"),
            ("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "its EIP-55 checksum does not hold"),
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "it has not 40 hexadecimal digits after `0x`"),
            ("wallet", "it has the shape of no known currency's addresses"),
        ] {
            assert_eq!(Selector::wallet(wrong).expect_err(wrong).why(), why);
        }
    }

    #[test]
    fn a_named_currency_is_checked_where_it_can_be() {
        let (_, tron) = KNOWN[5];
        let error = Selector::wallet_of("BTC", tron).expect_err("a Tron address");
        assert_eq!(error.why(), "it is an address of another currency");
        assert!(Selector::wallet_of("SOL", "11111111111111111111111111111111").is_ok());
        let token = Selector::wallet_of("usdt", &KNOWN[3].1.to_lowercase());
        assert_eq!(token, Ok(Selector::Wallet("USDT".into(), KNOWN[3].1.into())));
    }
}
