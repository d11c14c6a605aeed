//! `entente retention`: what may be kept no longer.

use super::{Cli, Retention, output};
use crate::app::exchange::retention::Due;
use crate::clock;

/// Says what is due, or does it.
pub(super) fn run(cli: &Cli, asked: &Retention) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let due = match asked {
        Retention::List => app.due(&app.owner()?, clock::now())?,
        Retention::Apply => app.retire_due(&app.owner()?, clock::now())?,
    };
    if cli.json {
        return output::json(&due);
    }
    let verb = if matches!(asked, Retention::List) { "would be" } else { "were" };
    output::lines(due.iter().map(|due| describe(due, verb)))
}

fn describe(due: &Due, verb: &str) -> String {
    let Due { partner, flow, claims, what, since, why, .. } = due;
    let what = what.phrase();
    format!("{claims} claims of {partner} under {flow} {verb} {what}: the {why} was over at {since}")
}
