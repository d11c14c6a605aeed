//! What the tests need of the system, installed from Debian when it may be.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::run::{Run, step};

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// A Chromium: the one that `CHROMIUM` names, one on the path, or Debian's, installed for the purpose.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    if let Some(found) = on_path(&BROWSERS) {
        return Ok(found);
    }
    install("chromium")?;
    match on_path(&BROWSERS) {
        Some(found) => Ok(found),
        None => bail!("apt-get installed chromium, but it is not on the path; set CHROMIUM to the program"),
    }
}

fn install(package: &'static str) -> Result<()> {
    let by_hand = format!("sudo apt-get install -y {package}");
    if on_path(&["apt-get"]).is_none() {
        bail!("`{package}` is missing and this is no Debian; install it, then set CHROMIUM to the program");
    }
    if !is_root() {
        bail!("`{package}` is missing and only root may install it; run: {by_hand}");
    }
    println!("`{package}` is missing; installing it from Debian");
    let apt = |line: &str| Run::new(line).env("DEBIAN_FRONTEND", "noninteractive");
    step("package lists", &apt("apt-get update -qq"))?;
    step("packages", &apt("apt-get install -y -qq --no-install-recommends").arg(package))
}

fn is_root() -> bool {
    Run::new("id -u").output().is_ok_and(|id| id.trim_ascii() == b"0")
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = |name: &&str| folders.iter().map(|folder| folder.join(name)).find(|file| is_program(file));
    names.iter().find_map(found)
}

fn is_program(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(on_path(&["no-such-program-here", "sh"]).is_some_and(|file| file.ends_with("sh")));
        assert_eq!(on_path(&["no-such-program-here"]), None);
    }
}
