//! The node's signing key: made at first use, kept in the data folder, readable by its owner alone.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::entropy;

/// Name of the log in its checkpoints (C2SP tlog-checkpoint, origin).
pub(super) const LOG: &str = "entente.invalid/claims";

/// Name of the node's key; the log of what a partner was told is named below it.
pub(super) const NODE: &str = "entente.invalid";

/// The Ed25519 seed of this data folder.
pub(super) fn seed(data: &Path) -> anyhow::Result<[u8; 32]> {
    let path = data.join("node.key");
    match fs::read(&path) {
        Ok(bytes) => match bytes.try_into() {
            Ok(seed) => Ok(seed),
            Err(_) => {
                bail!("`{}` is not a key of 32 bytes: put the right one back from a copy", path.display())
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(data, &path),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}

/// Makes the key, or takes the one another process made at the same moment.
fn make(data: &Path, path: &Path) -> anyhow::Result<[u8; 32]> {
    fs::create_dir_all(data).with_context(|| format!("`{}` cannot be made", data.display()))?;
    let seed: [u8; 32] = entropy::bytes();
    let unfinished = data.join(format!("node.key.{}", entropy::token()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(&seed)?;
    file.sync_all()?;
    // A link fails when the name is taken: two processes that begin at once agree on one whole key.
    let made = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match made {
        Ok(()) => Ok(seed),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => self::seed(data),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be made", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_a_wrong_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = seed(folder.path()).expect("made");
        assert_eq!(seed(folder.path()).expect("read"), first);
        fs::write(folder.path().join("node.key"), b"short").expect("written");
        assert!(seed(folder.path()).is_err());
    }
}
