//! Telephone numbers.

use super::{Selector, SelectorError};

impl Selector {
    /// A telephone number with its country code: `+` or `00`, then 7 to 15 digits (E.164), with the usual
    /// spaces, hyphens, dots, slashes and brackets. A national number cannot be read: nobody says of which
    /// country.
    pub fn phone(text: &str) -> Result<Selector, SelectorError> {
        phone(text).map(Selector::Phone).map_err(|why| SelectorError::new("a telephone number", text, why))
    }
}

fn phone(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    // `+44 (0)20 …`: the bracketed zero is dialled inside the country only.
    let text = text.replacen("(0)", "", 1);
    if !text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-./()\u{2010}\u{2011}".contains(c))
    {
        return Err("it has characters no telephone number has");
    }
    let plus = text.trim_start().trim_start_matches('(').starts_with('+');
    if text.matches('+').count() > usize::from(plus) {
        return Err("`+` stands in front only");
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("00") {
        _ if plus => digits.as_str(),
        Some(digits) => digits,
        None => return Err("write it with its country code: `+44 …`"),
    };
    match digits.len() {
        _ if digits.starts_with('0') => Err("no country code begins with 0"),
        7..=15 => Ok(format!("+{digits}")),
        _ => Err("with its country code it has 7 to 15 digits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_number_are_one() {
        // 020 7946 0000 to 0999 are kept free for fiction by Ofcom.
        for text in [
            "+442079460123",
            "+44 20 7946 0123",
            "0044 20-7946-0123",
            "+44 (0)20 7946.0123",
            "tel:+442079460123",
        ] {
            assert_eq!(Selector::phone(text), Ok(Selector::Phone("+442079460123".into())), "{text}");
        }
        for text in ["020 7946 0123", "+0442079460123", "+44207", "+44 20 79x6", "++442079460123", ""] {
            assert!(Selector::phone(text).is_err(), "{text}");
        }
    }
}
