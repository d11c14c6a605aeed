//! `entente who`: the organisation behind things. `entente dismantle`: what would take it apart.

use clap::Args;

use super::walk::{filter, resolve_all};
use super::{Cli, Filters, output};
use crate::app::who::{
    DismantlingRequest, DismantlingView, EvidenceView, MemberView, RejectedView, WhoRequest, WhoView,
};

/// `entente who`.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// What one begins from: ids or values, of one organisation.
    #[arg(required = true)]
    values: Vec<String>,
    /// Members at most.
    #[arg(long, default_value_t = 25)]
    limit: usize,
    /// Say beside it what it would be without what this source says. May be given more than once.
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// As all stood at this claim number or time.
    #[arg(long, value_name = "CLAIM|TIME")]
    as_of: Option<String>,
    #[command(flatten)]
    filters: Filters,
}

/// `entente dismantle`.
#[derive(Debug, Args)]
pub(crate) struct Dismantle {
    /// What one begins from: ids or values, of one organisation.
    #[arg(required = true)]
    values: Vec<String>,
    /// Targets at most, 1 to 25.
    #[arg(long, default_value_t = 5)]
    targets: u32,
    /// Things that are at least so probable are members.
    #[arg(long, default_value_t = 0.5, value_name = "PROBABILITY")]
    least: f64,
    /// Without what this source says. May be given more than once.
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// What may be no target: an id or a value. May be given more than once.
    #[arg(long, value_name = "VALUE")]
    spare: Vec<String>,
    #[command(flatten)]
    filters: Filters,
}

/// Ranks the members, each with its reasons.
pub(super) fn run(cli: &Cli, asked: &Who) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let request = WhoRequest {
        ids: resolve_all(&app, &owner, &asked.values)?,
        filter: filter(&asked.filters),
        as_of: asked.as_of.clone(),
        without: (!asked.without.is_empty()).then(|| asked.without.clone()),
        limit: Some(asked.limit),
    };
    let answer = app.who(&owner, &request)?;
    if cli.json { output::json(&answer) } else { output::lines(lines(&answer)) }
}

/// Lists the targets, what each leaves, and what remains.
pub(super) fn dismantle(cli: &Cli, asked: &Dismantle) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let request = DismantlingRequest {
        ids: resolve_all(&app, &owner, &asked.values)?,
        filter: filter(&asked.filters),
        without: asked.without.clone(),
        least: Some(asked.least),
        targets: Some(asked.targets),
        spared: resolve_all(&app, &owner, &asked.spare)?,
    };
    let plan = app.dismantling(&owner, &request)?;
    if cli.json { output::json(&plan) } else { output::lines(planned(&plan)) }
}

fn planned(plan: &DismantlingView) -> Vec<String> {
    if plan.targets.is_empty() {
        return vec!["Nothing of it that is known can be taken.".to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for target in &plan.targets {
        let (left, stands) = (percent(target.left), percent(target.stands).trim().to_owned());
        lines.push(format!(
            "{left} left  {}  (a target in {stands} of the trials)",
            output::thing(&target.thing)
        ));
    }
    lines.push(format!(
        "At worst, with a tenth of the ties wrong and a tenth unknown, {} left.",
        percent(plan.left_at_worst).trim()
    ));
    if plan.more > 0 {
        lines.push(format!("{} less probable members took no part.", plan.more));
    }
    lines.push(format!("What remains of {} members, in {} parts:", plan.members, plan.parts));
    for part in &plan.remaining {
        let named: Vec<String> =
            part.things.iter().map(|thing| output::visible(&thing.label).to_string()).collect();
        lines.push(format!("{:>7}  {}", part.size, named.join(", ")));
    }
    lines
}

fn lines(answer: &WhoView) -> Vec<String> {
    let mut lines: Vec<String> = answer.members.iter().flat_map(member).collect();
    if lines.is_empty() {
        lines.push("Nothing here is tied to it but what many share.".to_owned());
    }
    if answer.more > 0 {
        lines.push(format!("{} more, less probable (raise --limit).", answer.more));
    }
    lines.extend(answer.rejected.iter().map(rejected));
    lines
}

fn rejected(rejected: &RejectedView) -> String {
    let counting = rejected.judgements.iter().filter(|one| one.withdrawn_by.is_none());
    let by: Vec<String> = counting.map(|one| output::visible(&one.person).to_string()).collect();
    format!("    not   {}  rejected by {}", output::thing(&rejected.thing), by.join(", "))
}

fn member(member: &MemberView) -> Vec<String> {
    let without = member.without.map_or(String::new(), |without| format!(" (without: {})", percent(without)));
    let judged = member.judgements.iter().filter(|one| one.withdrawn_by.is_none());
    let judged: String = judged
        .map(|one| {
            format!(
                "  {} by {}",
                if one.same { "confirmed" } else { "rejected" },
                output::visible(&one.person)
            )
        })
        .collect();
    let mut lines =
        vec![format!("{}{without}  {}{judged}", percent(member.probability), output::thing(&member.thing))];
    lines.extend(member.reasons.iter().map(reason));
    lines
}

fn reason(reason: &EvidenceView) -> String {
    let way = if reason.outward { "" } else { " of it" };
    format!(
        "        {}{way}: {} ({}; {:.1} bits, shared by {}; {})",
        reason.links.join(" and "),
        output::visible(&reason.label),
        reason.family,
        reason.bits,
        reason.shared_by,
        output::visible(&reason.sources.join(", "))
    )
}

fn percent(probability: f64) -> String {
    format!("{:>5.1} %", probability * 100.0)
}
