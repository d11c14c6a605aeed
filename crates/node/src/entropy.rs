//! The only place that makes randomness: salts, keys, session and set-up tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system cannot give any: no key or token may be made without, so the process ends.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Where an [`App`](crate::app::App) takes what it tells partners from chance: salts, and the numbers of notices.
pub(crate) enum Chance {
    /// The operating system.
    System,
    /// Always the same numbers, so that two nodes can be compared byte by byte.
    #[cfg(test)]
    Counted(std::sync::atomic::AtomicU64),
    /// As counted, and the node stops dead when it asks for the last of so many; 0 is never. Chance is asked for between what is made
    /// durable and what is made durable next.
    #[cfg(test)]
    Fused {
        /// What was given out.
        count: std::sync::atomic::AtomicU64,
        /// How often it may still ask, and once more.
        fuse: std::sync::atomic::AtomicU64,
    },
}

/// What a node that stops dead unwinds with.
#[cfg(test)]
pub(crate) struct Stopped;

impl Chance {
    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        match self {
            Chance::System => bytes(),
            #[cfg(test)]
            Chance::Counted(count) => counted(count),
            #[cfg(test)]
            Chance::Fused { count, fuse } => {
                use std::sync::atomic::Ordering::Relaxed;
                match fuse.load(Relaxed) {
                    0 => {}
                    1 => std::panic::resume_unwind(Box::new(Stopped)),
                    left => fuse.store(left - 1, Relaxed),
                }
                counted(count)
            }
        }
    }
}

#[cfg(test)]
fn counted<const N: usize>(count: &std::sync::atomic::AtomicU64) -> [u8; N] {
    use sha2::{Digest, Sha256};
    let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let digest: [u8; 32] = Sha256::digest(count.to_le_bytes()).into();
    std::array::from_fn(|place| digest[place % digest.len()])
}

/// A token of 256 random bits that fits in a URL.
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}
