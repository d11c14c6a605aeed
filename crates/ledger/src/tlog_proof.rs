//! The proof that a leaf is in a log, as one text (C2SP tlog-proof).

use crate::{
    checkpoint::Checkpoint,
    hash::Hash,
    note::{NoteError, Verifier},
    proof::{ProofError, verify_inclusion},
};

const HEAD: &str = "c2sp.org/tlog-proof@v1\n";
/// A path longer than this is of no log: there is a hash for each doubling of its size.
const LONGEST: usize = 64;

/// An inclusion proof with the checkpoint it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// The leaf's index.
    pub index: u64,
    /// The hashes from the leaf's sibling up to the root's child.
    pub path: Vec<Hash>,
    /// The signed checkpoint, with whatever cosignatures it bears.
    pub checkpoint: String,
}

/// Why a proof was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// It has not the form of one.
    #[error("it is not a proof of inclusion: {0}")]
    Form(&'static str),
    /// The checkpoint does not hold.
    #[error("its checkpoint does not hold: {0}")]
    Checkpoint(#[from] NoteError),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error("{0}")]
    Path(#[from] ProofError),
}

impl TlogProof {
    /// Reads a proof. It must be in the one form that [`TlogProof::to_text`] writes, without extra data.
    pub fn parse(text: &str) -> Result<Self, TlogProofError> {
        let wrong = TlogProofError::Form;
        let rest = text.strip_prefix(HEAD).ok_or(wrong("its first line is not `c2sp.org/tlog-proof@v1`"))?;
        let (head, checkpoint) =
            rest.split_once("\n\n").ok_or(wrong("no blank line parts it from the checkpoint"))?;
        let mut lines = head.lines();
        let index =
            lines.next().and_then(|line| line.strip_prefix("index ")).and_then(|index| index.parse().ok());
        let index = index.ok_or(wrong("its second line is not the leaf's index"))?;
        let path: Option<Vec<Hash>> = lines.take(LONGEST + 1).map(Hash::from_base64).collect();
        let path = path.ok_or(wrong("its path has a line that is no hash"))?;
        let proof = Self { index, path, checkpoint: checkpoint.to_owned() };
        // One spelling only: a proof is compared and kept byte by byte.
        if proof.path.len() > LONGEST || proof.to_text() != text {
            return Err(wrong("it is not spelt as it should be"));
        }
        Ok(proof)
    }

    /// The proof as text.
    pub fn to_text(&self) -> String {
        let path: String = self.path.iter().map(|hash| hash.to_base64() + "\n").collect();
        format!("{HEAD}index {}\n{path}\n{}", self.index, self.checkpoint)
    }

    /// Checks that the leaf is in the log, and that the log's key signed that it is.
    pub fn verify(&self, leaf: &Hash, log: &Verifier) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), log)?;
        verify_inclusion(leaf, self.index, checkpoint.size(), &self.path, checkpoint.root())?;
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{note::Signer, proof::inclusion_in};

    fn proof() -> (TlogProof, Hash, Signer) {
        let log = Signer::new("example.com/log", &[7; 32]).unwrap();
        let leaves: Vec<Hash> = (0..11_u8).map(|leaf| Hash::leaf(&[leaf])).collect();
        let checkpoint = Checkpoint::new("example.com/log", 11, Hash::root_of(&leaves)).sign(&log);
        (TlogProof { index: 6, path: inclusion_in(&leaves, 6), checkpoint }, leaves[6], log)
    }

    #[test]
    fn a_proof_is_read_back_and_holds_for_its_leaf_and_key_only() {
        let (proof, leaf, log) = proof();
        let text = proof.to_text();
        assert!(
            text.starts_with("c2sp.org/tlog-proof@v1\nindex 6\n")
                && text.contains("\n\nexample.com/log\n11\n")
        );
        assert_eq!(TlogProof::parse(&text).as_ref(), Ok(&proof));
        assert_eq!(proof.verify(&leaf, log.verifier()).unwrap().size(), 11);
        assert!(proof.verify(&Hash::leaf(b"other"), log.verifier()).is_err());
        assert!(TlogProof { index: 5, ..proof.clone() }.verify(&leaf, log.verifier()).is_err());
        let other = Signer::new("example.com/log", &[8; 32]).unwrap();
        assert!(matches!(proof.verify(&leaf, other.verifier()), Err(TlogProofError::Checkpoint(_))));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let (proof, leaf, log) = proof();
        let text = proof.to_text().into_bytes();
        for place in 0..text.len() {
            let mut changed = text.clone();
            changed[place] ^= 1;
            let holds = String::from_utf8(changed).is_ok_and(|text| {
                TlogProof::parse(&text).is_ok_and(|proof| proof.verify(&leaf, log.verifier()).is_ok())
            });
            assert!(!holds, "byte {place}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_from_outside_panics(text: String) {
            let _ = TlogProof::parse(&text);
            let _ = TlogProof::parse(&format!("{HEAD}index 1\n{text}\n\n{text}"));
        }
    }
}
