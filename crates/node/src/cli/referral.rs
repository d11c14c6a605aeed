//! `entente referral`: what no rule decides, and people do.

use clap::{Args, Subcommand};
use entente_agreement::Office;

use super::{Cli, output};
use crate::app::App;
use crate::app::exchange::queue::{ConsentView, DecisionRequest, ReferralView, ReferralsRequest};
use crate::app::exchange::referral::OfficeWord;
use crate::clock;

/// `entente referral`.
#[derive(Debug, Subcommand)]
pub(crate) enum Referral {
    /// List what waits for people, oldest first, with what would be sent.
    List {
        /// List what was decided instead, newest first.
        #[arg(long)]
        ended: bool,
        /// The most to list.
        #[arg(long, default_value = "100", value_name = "NUMBER")]
        limit: usize,
    },
    /// Approve one. When enough people have, it is told at once.
    Approve(Word),
    /// Refuse one, which ends it.
    Refuse(Word),
}

/// `entente referral approve` and `refuse`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Word {
    /// The referral's id.
    pub(crate) id: String,
    /// The local user who speaks. Whoever asks for something never approves it.
    #[arg(long = "as", value_name = "USER")]
    pub(crate) person: String,
    /// In which office: officer, prosecutor, judge, dpo. Default: the one that is asked for, when their account holds it.
    #[arg(long, value_name = "OFFICE", value_parser = office)]
    pub(crate) office: Option<Office>,
    /// What they add, for the record.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Who outside has consented, for what its originator has to let pass.
    #[arg(long, value_name = "WHO", requires = "consent_reference")]
    pub(crate) consent_by: Option<String>,
    /// Where that consent is written: a letter, a message, a file number.
    #[arg(long, value_name = "TEXT", requires = "consent_by")]
    pub(crate) consent_reference: Option<String>,
}

/// Does what was asked of referrals.
pub(super) fn run(cli: &Cli, asked: &Referral) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    match asked {
        Referral::List { ended, limit } => {
            let request = ReferralsRequest { ended: *ended, cursor: None, limit: Some(*limit) };
            let page = app.referrals(&app.owner()?, &request, clock::now())?;
            if cli.json {
                return output::json(&page);
            }
            output::lines(page.referrals.iter().flat_map(describe))
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
    let Word { id, person, office, note, consent_by, consent_reference } = word.clone();
    let consent = consent_by.zip(consent_reference).map(|(by, reference)| ConsentView { by, reference });
    let decision = DecisionRequest { approves, office: office.map(OfficeWord), note, consent };
    let referral = app.decide_on_referral(&app.local_user(&person)?, &id, decision, clock::now())?;
    if cli.json { output::json(&referral) } else { output::lines(describe(&referral)) }
}

fn describe(referral: &ReferralView) -> Vec<String> {
    let approved = referral.needed.saturating_sub(referral.missing);
    let state = match referral.outcome {
        Some(outcome) => outcome.to_owned(),
        None => format!("{approved} of {} approved", referral.needed),
    };
    let label = output::visible(referral.label.as_deref().unwrap_or(&referral.thing));
    let mut lines = vec![format!("{}  {state}  {label} to {}", referral.id, referral.partner)];
    lines.extend(
        referral.reasons.iter().map(|reason| format!("    because {}", output::visible(&reason.text))),
    );
    if referral.consent_missing {
        lines.push(
            "    needs the consent of its originator: --consent-by WHO --consent-reference TEXT".to_owned(),
        );
    }
    let sent = referral.sent.as_ref().map(ToString::to_string);
    lines.extend(sent.map(|sent| format!("    would send {}", output::visible(&sent))));
    lines.extend(referral.approvals.iter().map(|word| {
        let verb = if word.approves { "approved" } else { "refused" };
        let note = word.note.as_deref().map_or(String::new(), |note| format!(": {}", output::visible(note)));
        let consent = word.consent.as_ref().map_or(String::new(), |seen| {
            format!(
                " with the consent of {} ({})",
                output::visible(&seen.by),
                output::visible(&seen.reference)
            )
        });
        format!(
            "    {} {verb} as {} at {}{consent}{note}",
            output::visible(&word.person),
            word.office,
            word.at
        )
    }));
    lines
}
