//! Countries by ISO 3166-1 alpha-2 code.

use super::{Selector, SelectorError};

/// ISO 3166-1 alpha-2, and `XK`, which is in use for Kosovo.
const CODES: &str = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCI\
CKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHR\
HTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMS\
MTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSO\
SRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

impl Selector {
    /// A country by its code, in any case. `UK` is read as `GB`, `EL` as `GR`.
    pub fn country(code: &str) -> Result<Selector, SelectorError> {
        let upper = code.trim().to_ascii_uppercase();
        let upper = match upper.as_str() {
            "UK" => "GB",
            "EL" => "GR",
            other => other,
        };
        if is_code(upper) {
            return Ok(Selector::Country(upper.to_owned()));
        }
        let why = "write its two letters of ISO 3166-1, for example `NL`";
        Err(SelectorError::new("a country", code, why))
    }
}

/// True for an upper-case code in use.
pub(crate) fn is_code(code: &str) -> bool {
    code.len() == 2 && CODES.as_bytes().chunks(2).any(|known| known == code.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_use_and_no_others() {
        assert_eq!(CODES.len(), 250 * 2);
        assert_eq!(Selector::country(" nl "), Ok(Selector::Country("NL".into())));
        assert_eq!(Selector::country("uk"), Ok(Selector::Country("GB".into())));
        for code in ["", "N", "NLD", "XX", "EU", "DA"] {
            assert!(Selector::country(code).is_err(), "{code}");
        }
    }
}
