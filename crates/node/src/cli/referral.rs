//! `entente referral`: what no rule decides, and people do.

use entente_agreement::Office;

use super::{Cli, Referral, Word, output};
use crate::app::App;
use crate::app::exchange::queue::{ConsentView, DecisionRequest, ReferralView, ReferralsRequest};
use crate::app::exchange::referral::OfficeWord;
use crate::clock;

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
    let decision = DecisionRequest { approves, office: OfficeWord(office), note, consent };
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
