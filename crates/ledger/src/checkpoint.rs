//! Checkpoints: what a log has signed (C2SP tlog-checkpoint).

use crate::{
    hash::Hash,
    note::{NoteError, Signer, Verifier},
};

/// The size and root of a tree, as its log signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    pub(crate) fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self { origin: origin.to_owned(), size, root }
    }

    /// Which log it is.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// Reads a checkpoint that the verifier's log signed. The origin must be the verifier's name.
    pub fn open(note: &[u8], verifier: &Verifier) -> Result<Self, NoteError> {
        let checkpoint = Self::parse(verifier.open(note)?)?;
        if checkpoint.origin != verifier.name() {
            let expected = verifier.name().to_owned();
            return Err(NoteError::Origin { expected, found: checkpoint.origin });
        }
        Ok(checkpoint)
    }

    /// Extension lines are allowed and, as nobody can audit them, not kept.
    fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Checkpoint("it has fewer than three lines"));
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(NoteError::Checkpoint("it has an empty line"));
        }
        let size = decimal(size).ok_or(NoteError::Checkpoint("its second line is not a size"))?;
        let root = Hash::from_base64(root).ok_or(NoteError::Checkpoint("its third line is not a root"))?;
        Ok(Self::new(origin, size, root))
    }

    /// The checkpoint as a signed note.
    pub(crate) fn sign(&self, signer: &Signer) -> String {
        signer.sign(&format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64()))
    }
}

/// A number in the one spelling that is allowed, without sign or leading zeros.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_read() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.root().to_base64(), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
        assert_eq!(Checkpoint::parse(&format!("{text}extension\n")).unwrap(), checkpoint);
    }

    #[test]
    fn what_is_signed_is_read_back_by_its_own_log_only() {
        let signer = Signer::new("example.com/log", &[7; 32]).unwrap();
        let checkpoint = Checkpoint::new("example.com/log", 0, Hash::empty());
        let note = checkpoint.sign(&signer);
        assert_eq!(Checkpoint::open(note.as_bytes(), signer.verifier()), Ok(checkpoint));
        let foreign = Checkpoint::new("example.com/other", 0, Hash::empty()).sign(&signer);
        assert!(matches!(
            Checkpoint::open(foreign.as_bytes(), signer.verifier()),
            Err(NoteError::Origin { .. })
        ));
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let root = Hash::empty().to_base64();
        for text in [
            "o\n1\n".to_owned(),
            format!("\n1\n{root}\n"),
            format!("o\n01\n{root}\n"),
            format!("o\n+1\n{root}\n"),
            format!("o\n-1\n{root}\n"),
            format!("o\n18446744073709551616\n{root}\n"),
            "o\n1\nAAAA\n".to_owned(),
            format!("o\n1\n{root}\n\nx\n"),
        ] {
            assert!(matches!(Checkpoint::parse(&text), Err(NoteError::Checkpoint(_))), "{text:?}");
        }
    }
}
