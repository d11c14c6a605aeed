//! `entente peer`: this node's keys, and its partners.

use serde_json::{Value, json};

use super::{Cli, Peer, output};
use crate::app::App;
use crate::app::agreement::partners::PartnerStatus;
use crate::clock;

/// Does what was asked of partners.
pub(super) fn run(cli: &Cli, peer: &Peer) -> anyhow::Result<()> {
    let app = App::open(&cli.data)?;
    match peer {
        Peer::Key => key(cli, &app),
        Peer::Add { party, at, name } => {
            app.place_partner(&app.owner()?, party, name.clone(), at, clock::now())?;
            if cli.json {
                return output::json(&json!({ "party": party, "endpoint": at }));
            }
            output::lines([format!("{party} is looked for at {at}")])
        }
        Peer::List => list(cli, &app.partners(&app.owner()?)?),
        Peer::Status => status(cli, &app.partners(&app.owner()?)?),
    }
}

fn key(cli: &Cli, app: &App) -> anyhow::Result<()> {
    let keys = app.identity().party_keys();
    if cli.json {
        return output::json(&keys);
    }
    output::lines([serde_json::to_string_pretty(&keys)?])
}

fn list(cli: &Cli, partners: &[PartnerStatus]) -> anyhow::Result<()> {
    if cli.json {
        return output::json(&partners.iter().map(as_json).collect::<Vec<_>>());
    }
    output::lines(partners.iter().map(|status| {
        let endpoint = status.partner.endpoint.as_deref().unwrap_or("only comes to us");
        let name = output::visible(&status.partner.name);
        format!("{:<20} {name}  ({})", status.partner.party.0, output::visible(endpoint))
    }))
}

fn status(cli: &Cli, partners: &[PartnerStatus]) -> anyhow::Result<()> {
    if cli.json {
        return output::json(&partners.iter().map(as_json).collect::<Vec<_>>());
    }
    output::lines(partners.iter().map(|status| {
        let health = &status.health;
        let seen = health.last_seen.map_or("never".to_owned(), |at| at.to_string());
        let lag = health.lags_since.map_or(String::new(), |since| format!(", behind since {since}"));
        let alarms = if status.alarms == 0 { String::new() } else { format!(", {} ALARMS", status.alarms) };
        format!(
            "{:<20} told {}, has {}{lag}, {} notices open; told us {}; last seen {seen}{alarms}",
            status.partner.party.0, health.told, health.acknowledged, health.open_notices, status.received
        )
    }))
}

fn as_json(status: &PartnerStatus) -> Value {
    let (partner, health) = (&status.partner, &status.health);
    json!({
        "party": partner.party,
        "name": partner.name,
        "endpoint": partner.endpoint,
        "last_seen": health.last_seen,
        "told": health.told,
        "acknowledged": health.acknowledged,
        "acknowledged_at": health.acknowledged_at,
        "lags_since": health.lags_since,
        "open_notices": health.open_notices,
        "received": status.received,
        "alarms": status.alarms,
    })
}
