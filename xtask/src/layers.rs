//! Which way the crates may depend on each other. The table is the architecture; the check keeps it true.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::Run;

/// A crate of ours, the crates of ours it may use, and crates of others it must not.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

/// Time, randomness, files, sockets and threads of its own: what a pure crate takes as arguments or does without.
const EFFECTS: &[&str] = &[
    "tokio",
    "async-std",
    "axum",
    "hyper",
    "reqwest",
    "ureq",
    "rusqlite",
    "sqlx",
    "memmap2",
    "getrandom",
    "rand",
    "chrono",
    "walkdir",
    "tempfile",
    "tracing-subscriber",
];
/// What speaks HTTP.
const HTTP: &[&str] = &["axum", "hyper", "http", "tower", "tower-http", "reqwest", "ureq", "utoipa"];
/// What speaks SQL.
const SQL: &[&str] = &["rusqlite", "libsqlite3-sys", "sqlx", "tokio-postgres"];

const LAYERS: &[Layer] = &[
    Layer { name: "entente-suffix", may_use: &[], never: EFFECTS },
    Layer { name: "entente-model", may_use: &["entente-suffix"], never: EFFECTS },
    Layer { name: "entente-agreement", may_use: &["entente-model"], never: EFFECTS },
    Layer { name: "entente-intake", may_use: &["entente-model"], never: EFFECTS },
    Layer { name: "entente-graph", may_use: &["entente-model"], never: EFFECTS },
    Layer { name: "entente-ledger", may_use: &[], never: EFFECTS },
    Layer { name: "entente-range", may_use: &["entente-model"], never: EFFECTS },
    Layer { name: "entente-store", may_use: &["entente-model", "entente-ledger"], never: HTTP },
    Layer {
        name: "entente-node",
        may_use: &[
            "entente-model",
            "entente-agreement",
            "entente-intake",
            "entente-graph",
            "entente-ledger",
            "entente-range",
            "entente-store",
        ],
        never: SQL,
    },
    Layer { name: "xtask", may_use: &[], never: &[] },
];

/// Fails on a dependency that runs the wrong way.
pub(crate) fn check() -> Result<()> {
    let metadata = Run::new("cargo metadata --format-version 1 --no-deps").output()?;
    let metadata: Value = serde_json::from_slice(&metadata).context("`cargo metadata` did not print JSON")?;
    let wrong = wrong_ways(&metadata);
    if !wrong.is_empty() {
        bail!("{}\nthe table of what may use what is in xtask/src/layers.rs", wrong.join("\n"));
    }
    println!("{} crates depend on each other the right way", LAYERS.len());
    Ok(())
}

fn wrong_ways(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    packages.iter().flat_map(|package| wrong_ways_of(package, &ours)).collect()
}

fn wrong_ways_of(package: &Value, ours: &[&str]) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
        return vec![format!("`{name}` has no row in the table of layers")];
    };
    let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
    dependencies.iter().filter_map(|dependency| layer.wrong(dependency, ours)).collect()
}

impl Layer {
    fn wrong(&self, dependency: &Value, ours: &[&str]) -> Option<String> {
        let used = dependency["name"].as_str()?;
        let name = self.name;
        // A test may use a file or a socket where the crate itself must not, but no test may turn the layers round.
        let for_tests = dependency["kind"] == "dev";
        if ours.contains(&used) && !self.may_use.contains(&used) && used != name {
            Some(format!("`{name}` must not use `{used}`: that dependency runs the wrong way"))
        } else if self.never.contains(&used) && !for_tests {
            Some(format!("`{name}` must not use `{used}`: it is kept free of such effects"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(name: &str, used: &str, kind: Value) -> Vec<String> {
        let others = LAYERS.iter().filter(|layer| layer.name != name);
        let mut packages: Vec<Value> =
            others.map(|layer| json!({"name": layer.name, "dependencies": []})).collect();
        packages.push(json!({"name": name, "dependencies": [{"name": used, "kind": kind}]}));
        wrong_ways(&json!({"packages": packages}))
    }

    #[test]
    fn right_ways_pass() {
        assert!(wrong("entente-node", "entente-store", Value::Null).is_empty());
        assert!(wrong("entente-store", "entente-ledger", Value::Null).is_empty());
        assert!(wrong("entente-graph", "serde", Value::Null).is_empty());
        assert!(wrong("entente-graph", "tempfile", json!("dev")).is_empty());
    }

    #[test]
    fn wrong_ways_are_named() {
        for (name, used, kind) in [
            ("entente-model", "entente-intake", Value::Null),
            ("entente-graph", "entente-store", json!("dev")),
            ("entente-ledger", "entente-model", json!("build")),
            ("entente-intake", "tokio", Value::Null),
            ("entente-node", "rusqlite", Value::Null),
            ("entente-store", "axum", Value::Null),
        ] {
            let found = wrong(name, used, kind);
            assert_eq!(found.len(), 1, "{name} to {used}: {found:?}");
            assert!(found[0].contains(name) && found[0].contains(used), "{found:?}");
        }
    }

    #[test]
    fn a_crate_without_a_row_is_named() {
        assert_eq!(wrong("entente-lake", "serde", Value::Null).len(), 1);
    }
}
