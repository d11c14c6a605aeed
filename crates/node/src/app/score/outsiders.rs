//! Whose records reached somebody though they have nothing to do with it. Looked up in what each node holds in the end, apart from
//! everything that decided what may be told.

use entente_agreement::{CaseScope, Category};
use entente_model::{CompartmentSet, Kind, ObjectId};
use entente_range::score::Outsiders;
use entente_store::{AsOf, Head, View};
use jiff::Timestamp;

use crate::app::App;
use crate::app::agreement::Agreements;
use crate::app::exchange::parse_flow_name;

/// A node, as it is searched.
struct Searched<'a> {
    party: &'a str,
    view: View<'a>,
    agreements: Agreements,
}

/// Counts the things of uninvolved people that any party was told.
pub(super) fn count(
    nodes: &[(&'static str, App)],
    uninvolved: &[ObjectId],
    now: Timestamp,
) -> anyhow::Result<Outsiders> {
    let all = CompartmentSet::all();
    let mut searched = Vec::new();
    for (party, app) in nodes {
        let view = app.store.view(&all, AsOf::Now)?;
        searched.push(Searched { party, view, agreements: app.agreements(now)? });
    }
    let mut outsiders = Outsiders { all: uninvolved.len() as u64, ..Outsiders::default() };
    for id in uninvolved {
        match told(&searched, id)? {
            Some(true) => outsiders.within += 1,
            Some(false) => outsiders.outside += 1,
            None => {}
        }
    }
    Ok(outsiders)
}

/// Whether anybody was told of a thing, and whether agreements name all that was told.
fn told(nodes: &[Searched<'_>], id: &ObjectId) -> anyhow::Result<Option<bool>> {
    let mut named = None;
    for node in nodes {
        let Some(vertex) = node.view.vertex(id)? else { continue };
        for head in node.view.heads(vertex)? {
            if head.compartment.agreement.is_some() {
                named = Some(named.unwrap_or(true) && names(nodes, node, &head, id)?);
            }
        }
    }
    Ok(named)
}

/// Whether the agreement a claim came under names such data, and whoever told it had it in the agreement's case.
fn names(nodes: &[Searched<'_>], at: &Searched<'_>, head: &Head, id: &ObjectId) -> anyhow::Result<bool> {
    let flow = head.compartment.agreement.as_deref().and_then(parse_flow_name);
    let Some((agreement, flow)) = flow else { return Ok(false) };
    let Some(held) = at.agreements.iter().find(|held| held.agreement().id == agreement) else {
        return Ok(false);
    };
    let Some(flow) = held.agreement().flow(&flow) else { return Ok(false) };
    let categories = categories(id.kind());
    let covered = categories.iter().any(|category| flow.data_categories.contains(category));
    Ok(covered && is_in_case(nodes, &head.compartment.source, &held.agreement().case_scope, id)?)
}

fn is_in_case(
    nodes: &[Searched<'_>],
    teller: &str,
    scope: &CaseScope,
    id: &ObjectId,
) -> anyhow::Result<bool> {
    let CaseScope::Operation(operation) = scope else { return Ok(false) };
    let Some(teller) = nodes.iter().find(|node| node.party == teller) else { return Ok(false) };
    let Some(vertex) = teller.view.vertex(id)? else { return Ok(false) };
    Ok(teller.view.heads(vertex)?.iter().any(|head| head.compartment.case.as_ref() == Some(operation)))
}

/// What a thing of this kind tells (DOMAIN.md B.3), written down apart from the declarations that decide.
fn categories(kind: &Kind) -> &'static [Category] {
    match kind {
        Kind::BankAccount => &[Category::Iban, Category::BankAccount],
        Kind::CryptocurrencyWallet => &[Category::CryptoAddress],
        Kind::PhoneNumber => &[Category::Phone],
        Kind::EmailAddr => &[Category::EmailPersonal],
        Kind::UserAccount => &[Category::UserAccount],
        Kind::Ipv4Addr | Kind::Ipv6Addr => &[Category::IpAddress],
        Kind::DigitalFingerprint => &[Category::HostFingerprint],
        _ => &[],
    }
}
