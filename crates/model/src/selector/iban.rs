//! Bank accounts.

use iban::{Iban, IbanLike, ParseIbanError};

use super::{Selector, SelectorError};

impl Selector {
    /// A bank account by IBAN (ISO 13616), with or without spaces, in any case. Check digits and the country's
    /// own structure must hold.
    pub fn iban(text: &str) -> Result<Selector, SelectorError> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        match compact.to_ascii_uppercase().parse::<Iban>() {
            Ok(iban) => Ok(Selector::Iban(iban.electronic_str().to_owned())),
            Err(error) => Err(SelectorError::new("an IBAN", text, why(&error))),
        }
    }

    /// The bank of an account by IBAN: country and bank identifier, as the country's structure places it. `None` for anything
    /// else, and where the structure does not say which digits are the bank's.
    pub fn bank(&self) -> Option<String> {
        let Selector::Iban(iban) = self else { return None };
        let iban: Iban = iban.parse().ok()?;
        Some(format!("{}{}", iban.country_code(), iban.bank_identifier()?))
    }
}

fn why(error: &ParseIbanError) -> &'static str {
    match error {
        ParseIbanError::UnknownCountry(_) => "its country has no IBAN",
        ParseIbanError::InvalidBban(_) => {
            "what follows the check digits has not the structure of its country"
        }
        _ => "its check digits do not hold",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_an_iban_are_one_and_check_digits_count() {
        for text in ["GB82WEST12345698765432", "gb82 west 1234 5698 7654 32", "GB82-WEST-1234-5698-7654-32"] {
            assert_eq!(Selector::iban(text), Ok(Selector::Iban("GB82WEST12345698765432".into())), "{text}");
        }
        assert!(Selector::iban("DE89370400440532013000").is_ok());
        for text in ["DE89370400440532013033", "GB82WEST1234569876543", "ZZ82WEST12345698765432", ""] {
            assert!(Selector::iban(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_iban_names_its_bank() {
        let bank = |text| Selector::iban(text).expect("an IBAN").bank();
        assert_eq!(bank("GB82WEST12345698765432").as_deref(), Some("GBWEST"));
        assert_eq!(bank("DE89370400440532013000").as_deref(), Some("DE37040044"));
        assert_eq!(Selector::Phone("+442079460123".into()).bank(), None);
    }
}
