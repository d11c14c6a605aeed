//! The node's keys: made at first use, kept in the data folder, readable by their owner alone.

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
    let bytes = kept(data, "node.key", || Ok(entropy::bytes::<32>().to_vec()))?;
    match bytes.try_into() {
        Ok(seed) => Ok(seed),
        Err(_) => {
            let path = data.join("node.key");
            bail!("`{}` is not a key of 32 bytes: put the right one back from a copy", path.display())
        }
    }
}

/// What a secret file of the data folder holds; it is made when it is not there.
pub(super) fn kept(
    data: &Path,
    name: &str,
    make: impl FnOnce() -> anyhow::Result<Vec<u8>>,
) -> anyhow::Result<Vec<u8>> {
    let path = data.join(name);
    match fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => keep(data, name, &make()?),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}

/// Writes a secret, or takes the one another process made at the same moment.
fn keep(data: &Path, name: &str, secret: &[u8]) -> anyhow::Result<Vec<u8>> {
    fs::create_dir_all(data).with_context(|| format!("`{}` cannot be made", data.display()))?;
    let path = data.join(name);
    let unfinished = data.join(format!("{name}.{}", entropy::token()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(secret)?;
    file.sync_all()?;
    // A link fails when the name is taken: two processes that begin at once agree on one whole key.
    let made = fs::hard_link(&unfinished, &path);
    fs::remove_file(&unfinished)?;
    match made {
        Ok(()) => Ok(secret.to_vec()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(fs::read(&path)?),
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
