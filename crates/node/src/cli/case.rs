//! `entente case`: what belongs to a case, and so may be told under agreements about it.

use clap::{Args, Subcommand};

use super::walk::resolve_all;
use super::{Cli, output};
use crate::app::who::CaseRequest;
use crate::app::{App, Viewer};
use crate::clock;

/// `entente case`.
#[derive(Debug, Subcommand)]
pub(crate) enum Case {
    /// Take up what ties the organisation behind things: it is said again as belonging to the case.
    TakeUp(TakeUp),
    /// Say which members are sought, so that partners look for them in what they hold.
    Seek(Members),
    /// List the cases that agreements in force are about, and with whom.
    List,
}

/// `entente case take-up`.
#[derive(Debug, Args)]
pub(crate) struct TakeUp {
    /// The case, by the name agreements list it under.
    case: String,
    /// What one begins from: ids or values, of one organisation.
    #[arg(required_unless_present = "sought")]
    values: Vec<String>,
    /// Begin from what partners seek in the case, too.
    #[arg(long)]
    sought: bool,
    /// Members that are at least so probable. Default: 0.5.
    #[arg(long, value_name = "PROBABILITY")]
    least: Option<f64>,
}

/// Whose members.
#[derive(Debug, Args)]
pub(crate) struct Members {
    /// The case, by the name agreements list it under.
    case: String,
    /// What one begins from: ids or values, of one organisation.
    #[arg(required = true)]
    values: Vec<String>,
    /// Members that are at least so probable. Default: 0.9.
    #[arg(long, value_name = "PROBABILITY")]
    least: Option<f64>,
}

pub(super) fn run(cli: &Cli, asked: &Case) -> anyhow::Result<()> {
    match asked {
        Case::TakeUp(asked) => take_up(cli, asked),
        Case::Seek(members) => seek(cli, members),
        Case::List => list(cli),
    }
}

fn take_up(cli: &Cli, asked: &TakeUp) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let ids = resolve_all(&app, &owner, &asked.values)?;
    let request = CaseRequest { case: asked.case.clone(), ids, least: asked.least };
    let taken = match asked.sought {
        true => app.take_up_sought(&owner, &request, clock::now())?,
        false => app.take_up(&owner, &request, clock::now())?,
    };
    if cli.json {
        return output::json(&taken);
    }
    output::lines([format!(
        "{} members; of {} things and records that tie them, {} claims are new in the case `{}`.",
        taken.members,
        taken.objects,
        taken.claims,
        output::visible(&taken.case)
    )])
}

fn seek(cli: &Cli, asked: &Members) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let sought = app.seek(&owner, &request(&app, &owner, asked)?, clock::now())?;
    if cli.json {
        return output::json(&sought);
    }
    let mut lines = vec![format!(
        "{} things are sought in the case `{}`, {} of them newly.",
        sought.things,
        output::visible(&sought.case),
        sought.claims
    )];
    if sought.waiting > 0 {
        lines.push(format!(
            "{} more are known from a partner alone, who has to agree before others are told.",
            sought.waiting
        ));
    }
    output::lines(lines)
}

fn request(app: &App, owner: &Viewer, asked: &Members) -> anyhow::Result<CaseRequest> {
    let ids = resolve_all(app, owner, &asked.values)?;
    Ok(CaseRequest { case: asked.case.clone(), ids, least: asked.least })
}

fn list(cli: &Cli) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let cases = app.agreed_cases(&app.owner()?, clock::now())?;
    if cli.json {
        return output::json(&cases);
    }
    if cases.is_empty() {
        return output::lines(["No agreement in force is about a case.".to_owned()]);
    }
    output::lines(cases.iter().map(|case| {
        format!("{}  {}", output::visible(&case.case), output::visible(&case.partners.join(", ")))
    }))
}
