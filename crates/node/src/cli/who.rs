//! `entente who`: the organisation behind things.

use super::walk::{filter, resolve_all};
use super::{Cli, Who, output};
use crate::app::who::{EvidenceView, MemberView, WhoRequest, WhoView};

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

fn lines(answer: &WhoView) -> Vec<String> {
    let mut lines: Vec<String> = answer.members.iter().flat_map(member).collect();
    if lines.is_empty() {
        lines.push("Nothing here is tied to it but what many share.".to_owned());
    }
    if answer.more > 0 {
        lines.push(format!("{} more, less probable (raise --limit).", answer.more));
    }
    lines
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
