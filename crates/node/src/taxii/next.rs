//! `next`: where the next page begins. It is opaque to whoever asks and remembered by nobody here; it holds the place and a digest of
//! the question, so that it is good for that question only. It opens nothing: the place is in the answer's headers too, and every page
//! is decided on anew.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::refusal::Refusal;

/// Bytes of the digest that are kept.
const KEPT: usize = 8;

/// A digest of a question, without what may differ from page to page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question([u8; KEPT]);

impl Question {
    /// The question that these parts make.
    pub(super) fn of<'p>(parts: impl IntoIterator<Item = &'p str>) -> Question {
        let mut digest = Sha256::new_with_prefix(b"entente/taxii-next/v1\0");
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let (kept, _) = digest.split_first_chunk().expect("8 is less than 32");
        Question(*kept)
    }

    /// What to ask with for what was added after this time.
    pub(super) fn after(self, time: Timestamp) -> String {
        let place = time.as_microsecond().to_be_bytes();
        URL_SAFE_NO_PAD.encode([place, self.0].concat())
    }

    /// The time after which to go on.
    pub(super) fn place(self, next: &str) -> Result<Timestamp, Refusal> {
        let other = || {
            let why = "`next` is of another question: ask with the filters and the address of the page that it came with.";
            Refusal::bad_request(why)
        };
        let bytes = URL_SAFE_NO_PAD.decode(next).map_err(|_| other())?;
        let (place, question) = bytes.split_first_chunk::<8>().ok_or_else(other)?;
        if question != self.0 {
            return Err(other());
        }
        Timestamp::from_microsecond(i64::from_be_bytes(*place)).map_err(|_| other())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_good_for_its_question_only() {
        let time = Timestamp::from_microsecond(1_767_225_600_123_456).expect("a time");
        let (one, other) = (Question::of(["a", "bc"]), Question::of(["ab", "c"]));
        let next = one.after(time);
        assert_eq!(one.place(&next).expect("its own"), time);
        assert!(other.place(&next).is_err());
        for wrong in ["", "5", "!!!", "AAAA", &next[1..]] {
            assert!(one.place(wrong).is_err(), "{wrong}");
        }
    }
}
