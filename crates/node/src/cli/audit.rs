//! `entente audit`.

use std::process::ExitCode;

use serde_json::json;

use super::{Audit, Cli, output};
use crate::app::{App, Verdict};

/// Checks the log; exits with 1 and names the first leaf that does not hold.
pub(super) fn run(cli: &Cli, audit: &Audit) -> anyhow::Result<ExitCode> {
    let Audit::Verify = audit;
    match App::verify(&cli.data)? {
        Verdict::Holds { leaves, root } => {
            if cli.json {
                output::json(&json!({ "holds": true, "leaves": leaves, "root": root }))?;
            } else {
                output::lines([format!("The log holds: {leaves} leaves, root {root}")])?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { leaf, what } => {
            if cli.json {
                output::json(&json!({ "holds": false, "first_bad_leaf": leaf, "what": what }))?;
            } else {
                let leaf = leaf.map_or("The log".to_owned(), |leaf| format!("Leaf {leaf}"));
                output::lines([format!("{leaf} does not hold: {what}")])?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}
