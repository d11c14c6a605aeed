//! `cargo xtask atlas`: builds the offline table of networks and countries that the node takes in.
//!
//! Its sources are the npm packages `@ip-location-db/asn` (CC BY 4.0, DB-IP and RouteViews) and
//! `@ip-location-db/asn-country` (CC0), pinned by web/package-lock.json.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result};

use crate::run::{Run, root};

const ATLAS: &str = "crates/node/assets/atlas.bin";
const SOURCES: [&str; 4] = [
    "web/node_modules/@ip-location-db/asn-country/asn-country-ipv4.csv",
    "web/node_modules/@ip-location-db/asn-country/asn-country-ipv6.csv",
    "web/node_modules/@ip-location-db/asn/asn-ipv4.csv",
    "web/node_modules/@ip-location-db/asn/asn-ipv6.csv",
];
/// What reads the sources and writes the table.
const BUILDER: [&str; 2] = ["crates/model/examples/atlas.rs", "crates/model/src/atlas"];

/// Builds the table when it is older than what it is made of, or when told to. The profile is the one that the node is
/// built with next, so that nothing is compiled twice.
pub(crate) fn build(force: bool, profile: &str) -> Result<()> {
    let sources = SOURCES.map(|source| root().join(source));
    if let Some(missing) = sources.iter().find(|source| !source.is_file()) {
        println!(
            "`{}` is missing, so addresses will have no country or network; run `npm ci` in web/",
            missing.display()
        );
        return Ok(());
    }
    let atlas = root().join(ATLAS);
    if !force && is_newer(&atlas, &sources) {
        println!("{ATLAS} is newer than its sources");
        return Ok(());
    }
    if let Some(folder) = atlas.parent() {
        fs::create_dir_all(folder)?;
    }
    let builder =
        Run::new(&format!("cargo run --profile {profile} -p entente-model --example atlas --")).arg(&atlas);
    sources.iter().fold(builder, Run::arg).go()?;
    let bytes = fs::metadata(&atlas).with_context(|| format!("{ATLAS} was not written"))?.len();
    println!("wrote {ATLAS}, {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}

fn is_newer(atlas: &Path, sources: &[PathBuf]) -> bool {
    let Some(built) = changed(atlas) else { return false };
    let builder = BUILDER.map(|path| root().join(path));
    sources.iter().chain(&builder).filter_map(|source| changed(source)).all(|at| at < built)
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
