//! Passwords: argon2id with the parameters of OWASP's cheat sheet (19 MiB, 2 passes, 1 lane), which are the
//! library's defaults.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

/// The shortest password accepted (NIST SP 800-63B: at least 8; 12 where there is no second factor).
pub(crate) const SHORTEST: usize = 12;

/// Why a password was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    /// Too short.
    #[error("the password is too short: use at least {SHORTEST} characters, for example four random words")]
    TooShort,
    /// The hash could not be made.
    #[error("the password could not be hashed: {0}")]
    Hash(argon2::password_hash::Error),
}

/// Hash of a new password in PHC string form.
pub(crate) fn hash(password: &str, salt: &[u8; 16]) -> Result<String, PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(PasswordError::Hash)
}

/// Whether `password` is the one behind `hash`. A malformed hash matches nothing.
pub(crate) fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let stored = hash("correct horse battery", &[7; 16]).expect("long enough");
        assert!(stored.starts_with("$argon2id$"));
        assert!(matches("correct horse battery", &stored));
        assert!(!matches("correct horse batter", &stored));
        assert!(!matches("anything at all", "not a hash"));
    }

    #[test]
    fn short_passwords_are_refused() {
        assert!(matches!(hash("short", &[7; 16]), Err(PasswordError::TooShort)));
    }
}
