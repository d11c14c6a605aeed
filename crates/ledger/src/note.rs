//! Signed notes with Ed25519 keys (C2SP signed-note).

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The signature type of an Ed25519 note signature.
const ED25519: u8 = 0x01;
/// The most a note may hold; sixteen signatures, the longest kinds too, are well within it.
const LONGEST: usize = 1 << 20;

/// Why a note, a key or a checkpoint was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The name of a key is empty or has a space or a plus sign.
    #[error("`{0}` cannot name a key: a key's name is not empty and has neither spaces nor `+`")]
    Name(String),
    /// A verifier key is not `name+id+key`, or its parts do not belong together.
    #[error("`{0}` is not a verifier key: {1}")]
    Key(String, &'static str),
    /// The note does not have the form of one.
    #[error("it is not a signed note: {0}")]
    Form(&'static str),
    /// The note is not signed by the key.
    #[error("it bears no signature by `{0}`")]
    Unsigned(String),
    /// A signature by the key does not hold.
    #[error("the signature by `{0}` does not hold: the text or the signature was changed")]
    Signature(String),
    /// The note's text does not have the form of a checkpoint (C2SP tlog-checkpoint).
    #[error("it is not a checkpoint: {0}")]
    Checkpoint(&'static str),
    /// The checkpoint belongs to another log.
    #[error("it belongs to the log `{found}`, not to `{expected}`")]
    Origin {
        /// The log asked for.
        expected: String,
        /// The log that the checkpoint names.
        found: String,
    },
}

/// A named key that signs notes.
pub struct Signer {
    key: SigningKey,
    verifier: Verifier,
}

impl Signer {
    /// The key with this name, best a URL without a scheme such as `example.com/log`, and this Ed25519 seed
    /// (RFC 8032), which must be random and kept secret.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, key.verifying_key())?;
        Ok(Self { key, verifier })
    }

    /// The public half, which may be given to anyone.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The note that says `text`, which must end in a newline, with this key's signature.
    pub(crate) fn sign(&self, text: &str) -> String {
        debug_assert!(text.ends_with('\n'));
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        format!("{text}\n{}", signature_line(&self.verifier.name, self.verifier.id, &signature))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

/// A named key that checks notes. Written as `name+id+key`: the key's id in hexadecimal, and in base64 the byte
/// 0x01 with the public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl Verifier {
    pub(crate) fn new(name: &str, key: VerifyingKey) -> Result<Self, NoteError> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
            return Err(NoteError::Name(name.to_owned()));
        }
        Ok(Self { name: name.to_owned(), id: key_id(name, &key), key })
    }

    /// The key with this name and these 32 bytes, as another document states them.
    pub fn of_bytes(name: &str, key: &[u8; 32]) -> Result<Self, NoteError> {
        let wrong = |_| NoteError::Key(name.to_owned(), "the key is not a point on the curve");
        Self::new(name, VerifyingKey::from_bytes(key).map_err(wrong)?)
    }

    /// The key's name, which is also the origin of the log it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same key under the name of one of several logs it signs: its own name, or one that begins with it and a slash.
    /// `None` when the name is none of these.
    pub fn of_log(&self, origin: &str) -> Option<Self> {
        let below = origin.strip_prefix(&self.name)?;
        let is_its_own = below.is_empty() || below.starts_with('/');
        is_its_own.then(|| Self::new(origin, self.key).ok()).flatten()
    }

    pub(crate) fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Reads a verifier key in its text form.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Key(text.to_owned(), reason);
        // Base64 may contain a plus sign, names and ids may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it has three parts joined by `+`"));
        };
        let key = BASE64_STANDARD.decode(key).map_err(|_| wrong("the key is not base64"))?;
        let Some((&ED25519, key)) = key.split_first() else {
            return Err(wrong("only Ed25519 keys are known"));
        };
        let key = key.try_into().map_err(|_| wrong("an Ed25519 key has 32 bytes"))?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| wrong("the key is not a point on the curve"))?;
        let verifier = Self::new(name, key)?;
        if format!("{:08x}", verifier.id) != id {
            return Err(wrong("the id is not that of the name and key"));
        }
        Ok(verifier)
    }

    /// The text of a note, when it is signed by this key. Signatures by other keys are passed over.
    pub(crate) fn open<'n>(&self, note: &'n [u8]) -> Result<&'n str, NoteError> {
        let (text, signatures) = parts(note)?;
        let mut signed = false;
        for line in signatures.lines() {
            let (name, blob) = signature(line)?;
            let Some((id, bytes)) = blob.split_first_chunk::<4>() else {
                return Err(NoteError::Form("a signature is shorter than a key's id"));
            };
            if name != self.name || u32::from_be_bytes(*id) != self.id {
                continue;
            }
            self.check(text, bytes)?;
            signed = true;
        }
        if signed { Ok(text) } else { Err(NoteError::Unsigned(self.name.clone())) }
    }

    fn check(&self, text: &str, signature: &[u8]) -> Result<(), NoteError> {
        let wrong = |_| NoteError::Signature(self.name.clone());
        let signature = Signature::from_slice(signature).map_err(wrong)?;
        self.key.verify_strict(text.as_bytes(), &signature).map_err(wrong)
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, BASE64_STANDARD.encode(key))
    }
}

/// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key).
fn key_id(name: &str, key: &VerifyingKey) -> u32 {
    key_id_of(ED25519, name, key)
}

/// The id of a key for one type of signature.
pub(crate) fn key_id_of(signature: u8, name: &str, key: &VerifyingKey) -> u32 {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', signature])
        .chain_update(key.as_bytes())
        .finalize()
        .into();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// The text with its last newline, and the signature lines.
pub(crate) fn parts(note: &[u8]) -> Result<(&str, &str), NoteError> {
    if note.len() > LONGEST {
        return Err(NoteError::Form("it is longer than 1 MiB"));
    }
    let note = str::from_utf8(note).map_err(|_| NoteError::Form("it is not UTF-8"))?;
    if note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(NoteError::Form("it has control characters"));
    }
    let blank = note.rfind("\n\n").ok_or(NoteError::Form("no blank line parts the text from signatures"))?;
    let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NoteError::Form("its last signature line is not whole"));
    }
    Ok((text, signatures))
}

/// The key's name and the decoded rest of a signature line.
pub(crate) fn signature(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let wrong = NoteError::Form("a signature line is not `— name base64`");
    let (name, blob) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(wrong.clone())?;
    Ok((name, BASE64_STANDARD.decode(blob).map_err(|_| wrong)?))
}

/// The line by which a signature stands under a note.
pub(crate) fn signature_line(name: &str, id: u32, rest: &[u8]) -> String {
    let blob = [&id.to_be_bytes(), rest].concat();
    format!("— {name} {}\n", BASE64_STANDARD.encode(blob))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The note of the Go implementation's documentation, golang.org/x/mod/sumdb/note.
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SEED: &str = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";

    #[test]
    fn a_note_made_elsewhere_is_opened_and_made_the_same() {
        let verifier = Verifier::parse(KEY).unwrap();
        assert_eq!(verifier.to_string(), KEY);
        let text = verifier.open(NOTE.as_bytes()).unwrap();
        assert!(text.starts_with("If you think") && text.ends_with("problem is.\n"));
        let seed = BASE64_STANDARD.decode(SEED).unwrap().try_into().unwrap();
        let signer = Signer::new("PeterNeumann", &seed).unwrap();
        assert_eq!(signer.verifier(), &verifier);
        assert_eq!(signer.sign(text), NOTE);
    }

    #[test]
    fn other_signatures_are_passed_over_but_one_must_be_ours() {
        let ours = Signer::new("example.com/log", &[7; 32]).unwrap();
        let theirs = Signer::new("example.com/witness", &[8; 32]).unwrap();
        let text = "one\n\ntwo\n";
        let cosigned = theirs.sign(text) + ours.sign(text).rsplit_once("\n\n").unwrap().1;
        assert_eq!(ours.verifier().open(cosigned.as_bytes()), Ok(text));
        assert_eq!(theirs.verifier().open(cosigned.as_bytes()), Ok(text));
        let same_name = Signer::new("example.com/log", &[9; 32]).unwrap();
        assert!(matches!(same_name.verifier().open(cosigned.as_bytes()), Err(NoteError::Unsigned(_))));
    }

    #[test]
    fn any_changed_byte_is_refused() {
        let signer = Signer::new("example.com/log", &[7; 32]).unwrap();
        let note = signer.sign("text\n").into_bytes();
        for place in 0..note.len() {
            let mut changed = note.clone();
            changed[place] ^= 1;
            assert!(signer.verifier().open(&changed).is_err(), "byte {place}");
        }
        for length in 0..note.len() {
            assert!(signer.verifier().open(&note[..length]).is_err(), "cut to {length}");
        }
    }

    proptest::proptest! {
        /// Notes and keys come from partners.
        #[test]
        fn nothing_from_outside_panics(bytes: Vec<u8>, text: String) {
            let verifier = Verifier::parse(KEY).unwrap();
            proptest::prop_assert!(verifier.open(&bytes).is_err());
            let note = format!("{text}\n\n— {text} {text}\n");
            proptest::prop_assert!(verifier.open(note.as_bytes()).is_err());
            proptest::prop_assert!(Verifier::parse(&text).is_err());
        }
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
            assert!(matches!(Signer::new(name, &[7; 32]), Err(NoteError::Name(_))), "{name:?}");
        }
        for text in [
            "",
            "name",
            "name+00000000",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            assert!(matches!(Verifier::parse(text), Err(NoteError::Key(..))), "{text:?}");
        }
    }
}
