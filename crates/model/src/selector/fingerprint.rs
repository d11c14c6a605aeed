//! Digital fingerprints: what things made or run by the same hand have in common.

use std::fmt;
use std::str::FromStr;

use super::{Selector, SelectorError};

macro_rules! families {
    ($( $variant:ident = $name:literal, $doc:literal; )*) => {
        /// Families of digital fingerprints. What two things share counts within its family: a popular fuzzy hash says less than a
        /// private key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FingerprintFamily {
            $( #[doc = $doc] $variant, )*
        }

        impl FingerprintFamily {
            /// Every family, in declaration order.
            pub const ALL: &[FingerprintFamily] = &[ $( FingerprintFamily::$variant, )* ];

            /// The name, as the `family` property of the observable has it.
            pub fn as_str(self) -> &'static str {
                match self { $( FingerprintFamily::$variant => $name, )* }
            }
        }
    };
}

families! {
    Spki = "spki", "A certificate's public key: SHA-256 of its SubjectPublicKeyInfo, hexadecimal (RFC 7469 section 2.4).";
    SshHostKey = "ssh-host-key", "An SSH host key as OpenSSH prints its fingerprint: `SHA256:` and base64.";
    Tracker = "tracker", "An account of a web analytics or advertising service: `UA-12345678-1`, `G-ABCDEF1234`.";
    Kit = "kit", "A phishing or web kit, by whatever name recognises it.";
    Favicon = "favicon", "A favicon: MurmurHash3 (32 bit, signed, decimal) of its base64, as scanners write it.";
    Dom = "dom", "The structure of a page, hexadecimal digest.";
    Ja3s = "ja3s", "How a server answers a TLS handshake: JA3S, MD5 in hexadecimal.";
    Jarm = "jarm", "How a server answers ten TLS handshakes: JARM, 62 hexadecimal digits.";
    Hassh = "hassh", "How an SSH server or client negotiates: HASSH, MD5 in hexadecimal.";
    Imphash = "imphash", "The imports of a PE file, MD5 in hexadecimal.";
    Tlsh = "tlsh", "A TLSH fuzzy hash: `T1` and 70 hexadecimal digits in upper case.";
    RichHeader = "rich-header", "The Rich header of a PE file, MD5 in hexadecimal.";
    C2Config = "c2-config", "A malware configuration, hexadecimal digest of its normal form.";
    BuildKey = "build-key", "A key compiled into programs of one builder, hexadecimal digest.";
    Pgp = "pgp", "An OpenPGP key: its fingerprint in hexadecimal, upper case (RFC 9580 section 5.5.4).";
    Device = "device", "A device, as a service that saw it names it.";
    TextStyle = "text-style", "A way of writing, hexadecimal digest of its features.";
    RegistrationPattern = "registration-pattern", "A way of registering names, by whatever name recognises it.";
}

impl Selector {
    /// A fingerprint in the one spelling its family has. What its family does not make plain is kept as it is.
    pub fn fingerprint(family: FingerprintFamily, value: &str) -> Result<Selector, SelectorError> {
        let value = value.trim();
        if value.is_empty() {
            return Err(SelectorError::new("a fingerprint", value, "it has no value"));
        }
        Ok(Selector::Fingerprint(family, normal(family, value)))
    }
}

/// Hexadecimal digits have one case in each family; base64 and names keep theirs.
fn normal(family: FingerprintFamily, value: &str) -> String {
    use FingerprintFamily::{
        BuildKey, C2Config, Dom, Hassh, Imphash, Ja3s, Jarm, Pgp, RichHeader, Spki, TextStyle, Tlsh, Tracker,
    };
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    match family {
        Spki | Dom | Ja3s | Jarm | Hassh | Imphash | RichHeader | C2Config | BuildKey | TextStyle
            if is_hex =>
        {
            value.to_ascii_lowercase()
        }
        Pgp => {
            let digits: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
            let is_key = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_key { digits.to_ascii_uppercase() } else { value.to_owned() }
        }
        Tlsh | Tracker => value.to_ascii_uppercase(),
        _ => value.to_owned(),
    }
}

impl fmt::Display for FingerprintFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FingerprintFamily {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<FingerprintFamily, SelectorError> {
        let found = FingerprintFamily::ALL.iter().find(|family| family.as_str() == text);
        found.copied().ok_or_else(|| {
            SelectorError::new("a family of fingerprints", text, "use one of those the documentation lists")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_family_become_one() {
        let label = |family, value| Selector::fingerprint(family, value).map(|found| found.label());
        let pgp = label(FingerprintFamily::Pgp, "d41d 8cd9 8f00 b204 e980  0998 ecf8 427e da39 a3ee");
        assert_eq!(pgp.as_deref(), Ok("D41D8CD98F00B204E9800998ECF8427EDA39A3EE"));
        assert_eq!(label(FingerprintFamily::Tracker, " ua-1234-1 ").as_deref(), Ok("UA-1234-1"));
        assert_eq!(label(FingerprintFamily::Spki, "AB12").as_deref(), Ok("ab12"));
        assert_eq!(label(FingerprintFamily::SshHostKey, "SHA256:aB+/").as_deref(), Ok("SHA256:aB+/"));
        assert!(label(FingerprintFamily::Kit, "  ").is_err());
    }

    #[test]
    fn every_family_survives_its_name() {
        for family in FingerprintFamily::ALL {
            assert_eq!(family.as_str().parse(), Ok(*family));
        }
        assert!("horoscope".parse::<FingerprintFamily>().is_err());
    }
}
