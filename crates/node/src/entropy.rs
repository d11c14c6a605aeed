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
}

impl Chance {
    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        match self {
            Chance::System => bytes(),
            #[cfg(test)]
            Chance::Counted(count) => {
                use sha2::{Digest, Sha256};
                let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let digest: [u8; 32] = Sha256::digest(count.to_le_bytes()).into();
                std::array::from_fn(|place| digest[place % digest.len()])
            }
        }
    }
}

/// A token of 256 random bits that fits in a URL.
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}
