//! The licences of everything the build takes in, by cargo-deny when it is there.
//!
//! Without cargo-deny the allowed licences of `deny.toml` are still compared with what `cargo metadata` says; advisories
//! and bans are then not looked at, and that is said.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{Run, root};

pub(crate) fn check() -> Result<()> {
    if Run::new("cargo deny --version").succeeds() {
        return deny();
    }
    println!(
        "cargo-deny is not installed (`cargo install --locked cargo-deny`): advisories and bans are not checked, licences are"
    );
    let metadata = Run::new("cargo metadata --format-version 1 --locked").output()?;
    let metadata: Value = serde_json::from_slice(&metadata).context("`cargo metadata` did not print JSON")?;
    let deny = fs::read_to_string(root().join("deny.toml")).context("deny.toml could not be read")?;
    let allowed = list(&deny, "allow");
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let refused: Vec<String> = packages.iter().filter_map(|package| refusal(package, &allowed)).collect();
    if !refused.is_empty() {
        bail!("not among the licences that deny.toml allows:\n{}", refused.join("\n"));
    }
    println!("{} packages have a licence that deny.toml allows", packages.len());
    Ok(())
}

fn deny() -> Result<()> {
    Run::new("cargo deny check bans licenses sources").go()?;
    let advisories = Run::new("cargo deny check advisories");
    let done = advisories.command().output().context("`cargo deny` could not be started")?;
    let said = String::from_utf8_lossy(&done.stderr);
    match done.status.success() {
        true => Ok(()),
        false if said.contains("fetch") => {
            println!("the advisory database cannot be reached from here; advisories are not checked");
            Ok(())
        }
        false => bail!("{said}\n`{advisories}` found something"),
    }
}

fn refusal(package: &Value, allowed: &[&str]) -> Option<String> {
    let licence = package["license"].as_str().unwrap_or("none named");
    let (name, version) = (package["name"].as_str()?, package["version"].as_str()?);
    (!is_allowed(licence, allowed)).then(|| format!("{name} {version}: {licence}"))
}

/// Whether an SPDX expression can be satisfied with allowed licences. `/` is the old spelling of OR.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, allowed) && rest.is_empty()
}

fn any(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut holds = every(rest, allowed);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        // Not `||`: the words of the other alternative must be read in any case.
        holds |= every(rest, allowed);
    }
    holds
}

fn every(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut holds = one(rest, allowed);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        holds &= one(rest, allowed);
    }
    holds
}

fn one(rest: &mut &[&str], allowed: &[&str]) -> bool {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let holds = any(rest, allowed);
            *rest = rest.strip_prefix(&[")"]).unwrap_or(&["unclosed"]);
            holds
        }
        [licence, "WITH", exception, after @ ..] => {
            *rest = after;
            allowed.contains(&format!("{licence} WITH {exception}").as_str()) || allowed.contains(licence)
        }
        [licence, after @ ..] => {
            *rest = after;
            allowed.contains(licence)
        }
        [] => false,
    }
}

/// The strings of a list in a TOML file whose strings have neither quotes nor `#` in them.
fn list<'t>(toml: &'t str, name: &str) -> Vec<&'t str> {
    let mut lines = toml.lines().skip_while(|line| !line.starts_with(&format!("{name} = [")));
    let within = lines.by_ref().take_while(|line| !line.trim_start().starts_with(']'));
    within.filter_map(|line| line.split('#').next()?.split('"').nth(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
        for good in [
            "MIT",
            "MIT/GPL-3.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_allowed(good, &allowed), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "none named", "GPL-3.0 OR (MIT AND LGPL-3.0)"] {
            assert!(!is_allowed(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn the_allowed_licences_are_read_from_deny_toml() {
        let toml = "[licenses]\n# why\nallow = [\n  \"MIT\", # here\n  \"ISC\",\n]\nother = [\n \"GPL\"\n]\n";
        assert_eq!(list(toml, "allow"), ["MIT", "ISC"]);
    }
}
