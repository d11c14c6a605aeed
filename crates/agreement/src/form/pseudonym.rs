//! Keyed pseudonyms.

use std::fmt;

use entente_model::{ENTENTE_NAMESPACE, Kind, ObjectId};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::Sha256;
use uuid::Uuid;

use crate::{AgreementId, Epoch};

/// The key from which an agreement's pseudonyms are made. Whoever has it can confirm guesses, so it never leaves the
/// node of the sender.
#[derive(Clone)]
pub struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    /// The key of one agreement, derived from a node's secret, which must be 32 random bytes.
    pub fn derive(secret: &[u8; 32], agreement: &AgreementId) -> PseudonymKey {
        PseudonymKey(keyed(secret, &["entente/pseudonym-key/v1", agreement.as_str()]))
    }

    /// The pseudonym of a value: 128 bits of HMAC-SHA-256 over its type, a zero and its normal form, keyed by agreement,
    /// field and epoch.
    pub(crate) fn value(&self, field: &str, epoch: &str, sort: &str, normal: &str) -> String {
        let key = keyed(&self.0, &["value", field, epoch]);
        let mac = keyed(&key, &[sort, normal]);
        let mut out = String::with_capacity(42);
        out.push_str("pseudonym-");
        for byte in &mac[..16] {
            out.push_str(&format!("{byte:02x}"));
        }
        out
    }

    /// The id under which something leaves that may not leave under its own: UUIDv5 in a private namespace over a
    /// pseudonym of what identifies it.
    pub(crate) fn id(&self, kind: &Kind, epoch: &str, identity: &str) -> ObjectId {
        let mac = keyed(&self.0, &["id", epoch, kind.as_str(), identity]);
        ObjectId::new(kind.clone(), Uuid::new_v5(&ENTENTE_NAMESPACE, &mac[..16]))
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey")
    }
}

/// HMAC-SHA-256 over parts, a zero between each two.
fn keyed(key: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            mac.update(&[0]);
        }
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// The name of the epoch that `now` lies in.
pub(crate) fn epoch_name(epoch: Epoch, now: Timestamp) -> String {
    let date = now.to_zoned(TimeZone::UTC).date();
    match epoch {
        Epoch::Agreement => String::new(),
        Epoch::Year => format!("{:04}", date.year()),
        Epoch::Quarter => format!("{:04}-Q{}", date.year(), (date.month() - 1) / 3 + 1),
        Epoch::Month => format!("{:04}-{:02}", date.year(), date.month()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: u8, agreement: &str) -> PseudonymKey {
        PseudonymKey::derive(&[secret; 32], &agreement.parse().expect("an id"))
    }

    #[test]
    fn a_pseudonym_depends_on_everything_it_is_keyed_by() {
        const A: &str = "01J0000000000000000000000A";
        const B: &str = "01J0000000000000000000000B";
        let one = key(7, A).value("email-addr.value", "", "email-addr", "a@b.example");
        assert_eq!(one, key(7, A).value("email-addr.value", "", "email-addr", "a@b.example"));
        assert_eq!(one.len(), "pseudonym-".len() + 32);
        for other in [
            key(8, A).value("email-addr.value", "", "email-addr", "a@b.example"),
            key(7, B).value("email-addr.value", "", "email-addr", "a@b.example"),
            key(7, A).value("url.value", "", "email-addr", "a@b.example"),
            key(7, A).value("email-addr.value", "2026", "email-addr", "a@b.example"),
            key(7, A).value("email-addr.value", "", "url", "a@b.example"),
            key(7, A).value("email-addr.value", "", "email-addr", "b@b.example"),
        ] {
            assert_ne!(one, other);
        }
        assert!(!format!("{:?}", key(7, A)).contains('7'));
    }

    #[test]
    fn epochs_are_named_by_the_calendar() {
        let now: Timestamp = "2026-11-26T01:00:00Z".parse().expect("a time");
        let names =
            [Epoch::Agreement, Epoch::Year, Epoch::Quarter, Epoch::Month].map(|epoch| epoch_name(epoch, now));
        assert_eq!(names, ["", "2026", "2026-Q4", "2026-11"]);
    }
}
