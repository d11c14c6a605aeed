//! The web page: its packages and its build.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

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
    step("packages of the page", &Run::new("npm ci --no-audit --no-fund").within(FOLDER))?;
    fs::write(stamp(), lock).context("web/node_modules could not be written")
}

/// What was installed, kept beside it so that it goes when the packages go.
fn stamp() -> PathBuf {
    root().join("web/node_modules/.installed-lock.json")
}

/// Builds the page into `web/dist`, from where the node takes it in.
pub(crate) fn build() -> Result<()> {
    step("page", &Run::new("npm run build").within(FOLDER))
}
