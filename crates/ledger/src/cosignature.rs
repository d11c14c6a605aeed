//! Cosignatures: a party's word that it has seen a checkpoint, and that it continues those it saw before
//! (C2SP tlog-cosignature, Ed25519).

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::{
    checkpoint::Checkpoint,
    note::{NoteError, Signer, Verifier, key_id_of, parts, signature, signature_line},
};

/// The signature type of an Ed25519 cosignature.
const COSIGNATURE: u8 = 0x04;

/// A named key that cosigns checkpoints.
pub struct Cosigner {
    key: SigningKey,
    public: CosignerKey,
}

impl Cosigner {
    /// The key with this name and Ed25519 seed. It may be one that also signs notes: what is signed differs in its first line.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let public = CosignerKey::of(Signer::new(name, seed)?.verifier());
        Ok(Self { key: SigningKey::from_bytes(seed), public })
    }

    /// The public half.
    pub fn public(&self) -> &CosignerKey {
        &self.public
    }

    /// The checkpoint with this key's cosignature beside the log's, as of a time in seconds since 1970. The caller has seen
    /// that it continues the checkpoints before (see [`crate::compare()`]): that is what the cosignature says.
    pub fn cosign(&self, note: &[u8], log: &Verifier, time: u64) -> Result<Vec<u8>, NoteError> {
        Checkpoint::open(note, log)?;
        let (text, _) = parts(note)?;
        let signature = self.key.sign(message(text, time).as_bytes()).to_bytes();
        let blob = [time.to_be_bytes().as_slice(), &signature].concat();
        let line = signature_line(&self.public.name, self.public.id, &blob);
        Ok([note, line.as_bytes()].concat())
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.public)
    }
}

/// A named key that checks cosignatures. Written as a verifier key of type 0x04.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl CosignerKey {
    /// The same name and key, for cosignatures instead of notes.
    pub fn of(verifier: &Verifier) -> Self {
        let (name, key) = (verifier.name().to_owned(), *verifier.key());
        Self { id: key_id_of(COSIGNATURE, &name, &key), name, key }
    }

    /// Reads a verifier key in its text form, whether for cosignatures or for notes.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Key(text.to_owned(), reason);
        let Some((rest, key)) =
            text.splitn(3, '+').nth(2).and_then(|key| Some((text.strip_suffix(key)?, key)))
        else {
            return Err(wrong("it has three parts joined by `+`"));
        };
        let blob = BASE64_STANDARD.decode(key).map_err(|_| wrong("the key is not base64"))?;
        if blob.first() != Some(&COSIGNATURE) {
            return Verifier::parse(text).map(|verifier| Self::of(&verifier));
        }
        // As a key for notes it would have another id, so that is made first and the rest of the checks are the same.
        let key = blob[1..].try_into().map_err(|_| wrong("an Ed25519 key has 32 bytes"))?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| wrong("the key is not a point on the curve"))?;
        let name = rest.split('+').next().unwrap_or_default();
        let cosigner = Self::of(&Verifier::new(name, key)?);
        if cosigner.to_string() != text {
            return Err(wrong("the id is not that of the name and key"));
        }
        Ok(cosigner)
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When this key cosigned the checkpoint, in seconds since 1970; `None` when it did not. A cosignature that does not hold is
    /// an error.
    pub fn cosigned(&self, note: &[u8]) -> Result<Option<u64>, NoteError> {
        let (text, signatures) = parts(note)?;
        let mut latest = None;
        for line in signatures.lines() {
            let (name, blob) = signature(line)?;
            match blob.split_first_chunk::<4>() {
                Some((id, rest)) if name == self.name && u32::from_be_bytes(*id) == self.id => {
                    latest = latest.max(Some(self.check(text, rest)?));
                }
                _ => {}
            }
        }
        Ok(latest)
    }

    fn check(&self, text: &str, blob: &[u8]) -> Result<u64, NoteError> {
        let wrong = || NoteError::Signature(self.name.clone());
        let (time, signature) = blob.split_first_chunk::<8>().ok_or_else(wrong)?;
        let time = u64::from_be_bytes(*time);
        let signature = Signature::from_slice(signature).map_err(|_| wrong())?;
        let holds = self.key.verify_strict(message(text, time).as_bytes(), &signature);
        holds.map(|()| time).map_err(|_| wrong())
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![COSIGNATURE];
        key.extend(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, BASE64_STANDARD.encode(key))
    }
}

fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;

    fn checkpoint() -> (Signer, Vec<u8>) {
        let log = Signer::new("example.com/behind-the-sofa", &[7; 32]).unwrap();
        let note =
            Checkpoint::new("example.com/behind-the-sofa", 3, Hash::leaf(b"x")).sign(&log).into_bytes();
        (log, note)
    }

    #[test]
    fn the_signed_message_is_that_of_the_specification() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(message(text, 1_679_315_147), expected);
    }

    #[test]
    fn the_example_of_the_specification_has_a_time_and_a_key_id() {
        let line = "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
        let (name, blob) = signature(line).unwrap();
        assert_eq!((name, blob.len()), ("witness.example.com/w1", 4 + 8 + 64));
        assert_eq!(u64::from_be_bytes(blob[4..12].try_into().unwrap()), 1_679_315_147);
    }

    #[test]
    fn a_cosigned_checkpoint_is_still_the_logs_and_says_when_it_was_seen() {
        let (log, note) = checkpoint();
        let witness = Cosigner::new("witness.example", &[8; 32]).unwrap();
        assert_eq!(witness.public().cosigned(&note), Ok(None));
        let cosigned = witness.cosign(&note, log.verifier(), 1_700_000_000).unwrap();
        assert_eq!(Checkpoint::open(&cosigned, log.verifier()).unwrap().size(), 3);
        assert_eq!(witness.public().cosigned(&cosigned), Ok(Some(1_700_000_000)));
        let other = Cosigner::new("witness.example", &[9; 32]).unwrap();
        assert_eq!(other.public().cosigned(&cosigned), Ok(None));
        assert!(witness.cosign(b"no note\n", log.verifier(), 1).is_err());
        let foreign = Signer::new("example.com/other", &[7; 32]).unwrap();
        assert!(witness.cosign(&note, foreign.verifier(), 1).is_err());
    }

    #[test]
    fn any_changed_byte_is_noticed_by_one_key_or_the_other() {
        let (log, note) = checkpoint();
        let witness = Cosigner::new("witness.example", &[8; 32]).unwrap();
        let cosigned = witness.cosign(&note, log.verifier(), 1_700_000_000).unwrap();
        for place in 0..cosigned.len() {
            let mut changed = cosigned.clone();
            changed[place] ^= 1;
            let seen = witness.public().cosigned(&changed);
            let holds = Checkpoint::open(&changed, log.verifier()).is_ok() && seen == Ok(Some(1_700_000_000));
            assert!(!holds, "byte {place}");
        }
    }

    #[test]
    fn keys_are_read_back_in_either_form() {
        let witness = Cosigner::new("witness.example", &[8; 32]).unwrap();
        let text = witness.public().to_string();
        assert_eq!(CosignerKey::parse(&text).as_ref(), Ok(witness.public()));
        let for_notes = Signer::new("witness.example", &[8; 32]).unwrap().verifier().to_string();
        assert_ne!(for_notes, text);
        assert_eq!(CosignerKey::parse(&for_notes).as_ref(), Ok(witness.public()));
        for wrong in ["", "a", "a+b", "a+00000000+BA==", &text.replace("witness", "Witness")] {
            assert!(CosignerKey::parse(wrong).is_err(), "{wrong}");
        }
    }
}
