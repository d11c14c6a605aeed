//! The web page: its packages and its build.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{Run, root, step};

/// Where the page's sources are.
pub(crate) const FOLDER: &str = "web";

/// Installs exactly the packages of the lock file, unless they are the ones installed last.
pub(crate) fn install() -> Result<()> {
    let lock =
        fs::read(root().join("web/package-lock.json")).context("web/package-lock.json could not be read")?;
    if fs::read(stamp()).is_ok_and(|installed| installed == lock) {
        println!("packages of the page: as in web/package-lock.json already\n");
        return Ok(());
    }
    check_node()?;
    step("packages of the page", &Run::new("npm ci --no-audit --no-fund").within(FOLDER))?;
    fs::write(stamp(), lock).context("web/node_modules could not be written")
}

/// Vite needs Node.js 20.19, and an older one fails with a riddle.
fn check_node() -> Result<()> {
    let version = Run::new("node --version").output()?;
    let version = String::from_utf8_lossy(&version).trim().to_owned();
    if parsed(&version).is_none_or(|version| version < (20, 19)) {
        bail!("Node.js is {version}; 20.19 or newer is needed");
    }
    Ok(())
}

/// Major and minor number of `v20.19.4`.
fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// What was installed, kept beside it so that it goes when the packages go.
fn stamp() -> PathBuf {
    root().join("web/node_modules/.installed-lock.json")
}

/// Builds the page into `web/dist`, from where the node takes it in.
pub(crate) fn build() -> Result<()> {
    step("page", &Run::new("npm run build").within(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_as_numbers() {
        assert_eq!(parsed("v20.20.2"), Some((20, 20)));
        assert!(parsed("v20.9.0") < Some((20, 19)));
        assert_eq!(parsed("nonsense"), None);
    }
}
