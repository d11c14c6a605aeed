//! `entente find`, `show` and `stats`: looking without walking.

use super::{Cli, Find, Show, output};
use crate::app::search::SearchRequest;
use crate::app::thing::AsOfRequest;
use crate::app::view::{ClaimView, ObjectPage};

/// Finds things and prints them.
pub(super) fn find(cli: &Cli, find: &Find) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let request = SearchRequest {
        q: find.value.join(" "),
        kind: (!find.kind.is_empty()).then(|| find.kind.join(",")),
        limit: Some(find.limit),
        cursor: None,
        as_of: find.as_of.clone(),
    };
    let page = app.search(&app.owner()?, &request)?;
    if cli.json {
        return output::json(&page);
    }
    let mut lines: Vec<_> = page.objects.iter().map(output::thing).collect();
    if lines.is_empty() {
        lines.push(
            "Nothing found. Give a value in any spelling, a name, or words of a description.".to_owned(),
        );
    }
    if page.next.is_some() {
        lines.push(format!("There is more: raise --limit (now {}).", find.limit));
    }
    output::lines(lines)
}

/// Shows one thing.
pub(super) fn show(cli: &Cli, show: &Show) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let id = app.resolve(&owner, &show.id)?;
    let page = app.thing(&owner, &id, &AsOfRequest { as_of: show.as_of.clone() })?;
    if cli.json {
        return output::json(&page);
    }
    output::lines(describe(&page))
}

fn describe(page: &ObjectPage) -> Vec<String> {
    let mut lines = vec![output::thing(&page.summary)];
    lines.extend(
        page.selectors.iter().map(|one| format!("  {:<10} {}", one.name, output::visible(&one.value))),
    );
    lines.push(format!("{} claims", page.claims.len()));
    lines.extend(page.claims.iter().map(claim));
    lines.push(format!("{} links", page.links.total));
    lines.extend(
        page.links.by_kind.iter().map(|one| format!("  {:>7} {:<4} {}", one.count, one.direction, one.kind)),
    );
    lines
}

fn claim(claim: &ClaimView) -> String {
    let current = if claim.current { "current" } else { "superseded" };
    let revoked = if claim.revoked { ", revoked" } else { "" };
    format!(
        "  {:>9}  {}  {}  TLP:{} PAP:{} {}  {current}{revoked}",
        claim.no,
        claim.received_at,
        output::visible(&claim.source),
        claim.tlp.to_uppercase(),
        claim.pap.to_uppercase(),
        claim.grade
    )
}

/// Counts objects, claims and types.
pub(super) fn stats(cli: &Cli) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let stats = app.stats(&app.owner()?)?;
    if cli.json {
        return output::json(&stats);
    }
    let mut lines = vec![format!("{} objects, {} claims", stats.objects, stats.claims)];
    lines.extend(stats.by_type.iter().map(|(kind, count)| format!("  {count:>9} {kind}")));
    lines.push("Sources".to_owned());
    lines
        .extend(stats.sources.iter().map(|one| format!("  {:>9} {}", one.count, output::visible(&one.name))));
    output::lines(lines)
}
