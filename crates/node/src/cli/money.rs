//! `entente money`: money that moves as launderers move it.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Cli, output};
use crate::app::money::{LaunderingView, MoneyFindingView, MoneyRequest, PATTERNS};

/// `entente money`.
#[derive(Debug, Args)]
pub(crate) struct AskMoney {
    /// Only this pattern.
    #[arg(long, value_parser = PossibleValuesParser::new(PATTERNS))]
    pattern: Option<String>,
    /// Let the payments of a cycle or chain come in any order.
    #[arg(long)]
    any_order: bool,
    /// Findings told, at most.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
}

/// Ranks the findings, each with its accounts.
pub(super) fn run(cli: &Cli, asked: &AskMoney) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let request =
        MoneyRequest { pattern: asked.pattern.clone(), any_order: asked.any_order, limit: Some(asked.limit) };
    let found = app.money_now(&app.owner()?, &request)?;
    if cli.json { output::json(&found) } else { output::lines(lines(&found)) }
}

fn lines(found: &LaunderingView) -> Vec<String> {
    let mut lines: Vec<String> =
        (1..).zip(&found.findings).flat_map(|(place, one)| finding(place, one)).collect();
    if found.findings.is_empty() {
        lines.push("Nothing moves as launderers move it, beyond what chance makes.".to_owned());
    }
    if found.more > 0 {
        lines.push(format!(
            "{} more were found, less rare or among the same payments: name a --pattern.",
            found.more
        ));
    }
    lines.push(looked_at(found));
    lines.extend(found.left_out.iter().map(|left| format!("  left out: {}, {}", left.count, left.name)));
    lines.extend(shortfalls(found));
    lines
}

fn finding(place: usize, finding: &MoneyFindingView) -> Vec<String> {
    let MoneyFindingView { pattern, bits, first, last, .. } = finding;
    let mut lines = vec![
        format!("{place}. {pattern}, {bits:.0} bits: {}", amounts(finding)),
        format!(
            "   {} payments from {first} to {last}, as {} say",
            finding.payments.len() as u64 + finding.more_payments,
            output::visible(&finding.sources.join(", "))
        ),
    ];
    lines.extend(finding.accounts.iter().map(|account| format!("     {}", output::thing(account))));
    let unnamed = finding.others + finding.more_accounts;
    if unnamed > 0 {
        lines.push(format!("     and {unnamed} others"));
    }
    lines
}

fn amounts(finding: &MoneyFindingView) -> String {
    let currency = output::visible(&finding.currency);
    let (start, end) = (finding.amount_start, finding.amount_end);
    match finding.pattern {
        "fan-in" | "fan-out" | "structuring" => format!("{start} {currency} in all"),
        "cycle" | "chain" if !finding.follows => {
            format!("from {end} to {start} {currency} each time, in no order of time")
        }
        _ => format!("{start} {currency}, then {end} {currency}"),
    }
}

fn looked_at(found: &LaunderingView) -> String {
    let currencies: Vec<String> = found
        .currencies
        .iter()
        .map(|one| format!("{} in {}", one.count, output::visible(&one.name)))
        .collect();
    let again = match found.told_again {
        0 => String::new(),
        again => format!("; {again} told again by others count once"),
    };
    format!("Looked at {} payments ({}){again}.", found.payments, currencies.join(", "))
}

fn shortfalls(found: &LaunderingView) -> Vec<String> {
    let mut lines = Vec::new();
    if found.not_read > 0 {
        lines.push(format!(
            "There are {} payments more, told earlier: patterns in them were not looked for.",
            found.not_read
        ));
    }
    if found.cut_short > 0 {
        lines.push(format!(
            "Not all cycles were looked for that begin with {} of the payments: there are too many.",
            found.cut_short
        ));
    }
    lines
}
