//! `entente aliases`: what may be one thing under different names.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Cli, output};
use crate::app::aliases::{AliasView, AliasesRequest, ProposedAliasesView, SORTS};

/// `entente aliases`.
#[derive(Debug, Args)]
pub(crate) struct AskAliases {
    /// Only this sort.
    #[arg(long, value_parser = PossibleValuesParser::new(SORTS))]
    sort: Option<String>,
    /// Pairs that are at least this probable.
    #[arg(long, default_value_t = 0.3, value_name = "PROBABILITY")]
    least: f64,
    /// Pairs on which people have decided, instead of those that wait.
    #[arg(long)]
    decided: bool,
    /// Pairs told, at most.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
}

/// Ranks the pairs, each with its reasons.
pub(super) fn run(cli: &Cli, asked: &AskAliases) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let AskAliases { sort, least, decided, limit } = asked;
    let request =
        AliasesRequest { sort: sort.clone(), least: Some(*least), decided: *decided, limit: Some(*limit) };
    let found = app.aliases_now(&app.owner()?, &request)?;
    if cli.json { output::json(&found) } else { output::lines(lines(&found)) }
}

fn lines(found: &ProposedAliasesView) -> Vec<String> {
    let mut lines: Vec<String> = (1..).zip(&found.pairs).flat_map(|(place, one)| pair(place, one)).collect();
    if found.pairs.is_empty() {
        lines.push("No two things are likely to be one under different names.".to_owned());
    }
    if found.more > 0 {
        lines.push(format!("{} pairs more: see --limit.", found.more));
    }
    let compared: Vec<String> =
        found.compared.iter().map(|one| format!("{} {}", one.count, output::visible(&one.name))).collect();
    lines.push(format!(
        "Compared: {}.",
        if compared.is_empty() { "nothing".to_owned() } else { compared.join(", ") }
    ));
    if found.not_read > 0 {
        lines.push(format!("{} things told earlier were not compared: there are too many.", found.not_read));
    }
    lines
}

fn pair(place: usize, pair: &AliasView) -> Vec<String> {
    // Nothing is certain.
    let percent = (pair.probability * 100.0).min(99.0);
    let mut lines = vec![format!("{place}. {percent:.0} % likely to be one")];
    for named in [&pair.one, &pair.other] {
        let also: Vec<String> = named.names.iter().map(|name| output::visible(name)).collect();
        let sources = output::visible(&named.thing.sources.join(", "));
        lines.push(format!("     {}  [{}], as {sources} say", output::thing(&named.thing), also.join(", ")));
    }
    for reason in &pair.reasons {
        let sign = if reason.bits < 0.0 { "against" } else { "for" };
        lines.push(format!("   {sign} ({:+.1} bits): {}", reason.bits, output::visible(&reason.text)));
    }
    let counting = pair.judgements.iter().rfind(|one| one.withdrawn_by.is_none());
    lines.extend(counting.map(|one| {
        let word = if one.same { "the same" } else { "not the same" };
        format!("   {} said they are {word}", output::visible(&one.person))
    }));
    lines
}
