//! `entente user`: who has an account, and in which offices they may speak on what is disclosed.

use clap::Subcommand;
use entente_agreement::Office;

use super::{Cli, output, referral};
use crate::app::account::{UserChange, UserView};
use crate::app::exchange::referral::OfficeWord;

/// `entente user`.
#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// List everybody who may sign in.
    List,
    /// Say in which offices somebody may speak from now on; without any, in none.
    Offices {
        /// Name of the user.
        name: String,
        /// prosecutor, judge, dpo.
        #[arg(value_name = "OFFICE", value_parser = referral::office)]
        offices: Vec<Office>,
    },
}

/// Does what was asked.
pub(super) fn run(cli: &Cli, asked: &User) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let users = match asked {
        User::List => app.users(&app.owner()?)?,
        User::Offices { name, offices } => {
            let change = UserChange::offices(offices.iter().copied().map(OfficeWord).collect());
            vec![app.update_user(&app.owner()?, name, change)?]
        }
    };
    if cli.json { output::json(&users) } else { output::lines(users.iter().map(line)) }
}

fn line(user: &UserView) -> String {
    let offices = match user.offices.as_slice() {
        [] => String::new(),
        offices => format!(", speaks as {}", offices.join(", ")),
    };
    format!("{}  {}, sees up to {}{offices}", output::visible(&user.name), user.role, user.tlp_max)
}
