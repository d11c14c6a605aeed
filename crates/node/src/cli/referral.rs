//! `entente referral`: what no rule decides, and people do.

use entente_agreement::Office;

use super::{Cli, Referral, Word, output};
use crate::app::App;
use crate::app::exchange::referral::{ReferralView, Saying};
use crate::clock;

/// Does what was asked of referrals.
pub(super) fn run(cli: &Cli, asked: &Referral) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    match asked {
        Referral::List { ended, limit } => {
            let referrals = app.referrals_with_forms(&app.owner()?, *ended, *limit, clock::now())?;
            if cli.json {
                return output::json(&referrals);
            }
            output::lines(referrals.iter().flat_map(describe))
        }
        Referral::Approve(word) => say(cli, &app, word, true),
        Referral::Refuse(word) => say(cli, &app, word, false),
    }
}

/// An office by its name.
pub(super) fn office(text: &str) -> Result<Office, String> {
    match text {
        "officer" => Ok(Office::Officer),
        "prosecutor" => Ok(Office::Prosecutor),
        "judge" => Ok(Office::Judge),
        "dpo" => Ok(Office::Dpo),
        other => Err(format!("`{other}` is no office: use officer, prosecutor, judge or dpo")),
    }
}

fn say(cli: &Cli, app: &App, word: &Word, approves: bool) -> anyhow::Result<()> {
    let Word { id, person, office, note } = word;
    let saying = Saying { person, office: *office, approves, note: note.clone() };
    let referral = app.say_on_referral(&id.as_str().into(), saying, clock::now())?;
    if cli.json { output::json(&referral) } else { output::lines(describe(&referral)) }
}

fn describe(referral: &ReferralView) -> Vec<String> {
    let approved = referral.said.iter().filter(|word| word.approves).count();
    let state = match referral.outcome {
        Some(outcome) => outcome.to_owned(),
        None => format!("{approved} of {} approved", referral.needed),
    };
    let object = referral.object.as_deref().unwrap_or("gone");
    let mut lines = vec![format!("{}  {state}  {object} to {}", referral.id, referral.partner)];
    lines.extend(referral.reasons.iter().map(|reason| format!("    because {}", output::visible(reason))));
    let sent =
        referral.sent.as_ref().map(|sent| format!("    would send {}", output::visible(&sent.to_string())));
    lines.extend(sent);
    lines.extend(referral.said.iter().map(|word| {
        let verb = if word.approves { "approved" } else { "refused" };
        let note = word.note.as_deref().map_or(String::new(), |note| format!(": {}", output::visible(note)));
        format!("    {} {verb} as {} at {}{note}", output::visible(&word.person), word.office, word.at)
    }));
    lines
}
