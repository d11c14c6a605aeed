//! `entente emerging`: what is new and growing.

use clap::Args;

use super::{Cli, output};
use crate::app::emerging::{EmergenceView, EmergingGroupView, EmergingRequest};

/// `entente emerging`.
#[derive(Debug, Args)]
pub(crate) struct AskEmerging {
    /// How far to look back (24h, 7d, 90d), a claim number, or a time (RFC 3339).
    #[arg(long, default_value = "7d", value_name = "LENGTH|CLAIM|TIME")]
    since: String,
}

/// Things printed of a group, at most.
const MEMBERS: usize = 8;

/// Ranks the groups, each with its reasons.
pub(super) fn run(cli: &Cli, asked: &AskEmerging) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let request = EmergingRequest { since: Some(asked.since.clone()) };
    let found = app.emerging_now(&app.owner()?, &request)?;
    if cli.json { output::json(&found) } else { output::lines(lines(&found)) }
}

fn lines(found: &EmergenceView) -> Vec<String> {
    let mut lines: Vec<String> =
        (1..).zip(&found.groups).flat_map(|(place, one)| group(place, one)).collect();
    if found.groups.is_empty() {
        lines.push(nothing(found));
    }
    if found.more > 0 {
        lines.push(format!("{} more emerge.", found.more));
    }
    lines
}

fn nothing(found: &EmergenceView) -> String {
    if found.signs_then == 0 && found.signs_now > 0 {
        return format!(
            "Everything was told {}: nothing stands out as new. Look back less far.",
            found.since
        );
    }
    format!("Nothing grew {} beyond what everything did.", found.since)
}

fn group(place: usize, group: &EmergingGroupView) -> Vec<String> {
    let mut lines = vec![format!("{place}. {}", output::visible(&group.title))];
    lines.extend(group.reasons.iter().map(|reason| format!("   {}", output::visible(reason))));
    let members = group.members.iter().take(MEMBERS);
    lines.extend(members.map(|member| {
        format!("     {} {}", if member.newcomer { "+" } else { " " }, output::thing(&member.thing))
    }));
    lines
}
