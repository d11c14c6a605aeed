//! The fingerprint of a record as it was received.

/// By what a record is known when it comes again. It is made of what may be confidential and could be guessed at, so it never leaves
/// the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// 16 bytes of SHA-256 over who tells it, in which edition of its format, and its bytes as they stand.
    pub record: [u8; 16],
    /// 8 bytes of SHA-256 over the handling it is told under. A record told again under another handling tells something
    /// new, and only what it was told under last is known.
    pub handling: [u8; 8],
}
