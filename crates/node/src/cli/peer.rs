//! `entente peer`: this node's keys, its partners, and the tokens of those who come by TAXII.

use entente_store::exchange::ApiToken;
use serde_json::{Value, json};

use super::{Cli, Peer, Token, output, taxii};
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
        Peer::Token(asked) => token(cli, &app, asked),
        Peer::Taxii(asked) => taxii::run(cli, &app, asked),
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

fn token(cli: &Cli, app: &App, asked: &Token) -> anyhow::Result<()> {
    let owner = app.owner()?;
    match asked {
        Token::Add { party, name, days } => {
            let (token, secret) = app.add_partner_token(&owner, party, name, *days, clock::now())?;
            if cli.json {
                let mut json = token_as_json(&token);
                json["secret"] = secret.into();
                return output::json(&json);
            }
            output::lines([
                format!("Token {} of {party}. Its secret is shown this once:", token.id),
                secret,
                "It is the password of HTTP Basic, with any name, or a bearer token.".to_owned(),
            ])
        }
        Token::List => {
            let tokens = app.partner_tokens(&owner)?;
            if cli.json {
                return output::json(&tokens.iter().map(token_as_json).collect::<Vec<_>>());
            }
            output::lines(tokens.iter().map(|token| {
                let until = token.expires_at.map_or("until removed".to_owned(), |at| format!("until {at}"));
                format!("{}  {:<20} {until}  {}", token.id, token.party.0, output::visible(&token.name))
            }))
        }
        Token::Remove { id } => {
            app.remove_partner_token(&owner, id)?;
            if cli.json {
                return output::json(&json!({ "removed": id }));
            }
            output::lines([format!("{id} opens nothing any more")])
        }
    }
}

fn token_as_json(token: &ApiToken) -> Value {
    json!({
        "id": token.id,
        "party": token.party,
        "name": token.name,
        "made_at": token.made_at,
        "expires_at": token.expires_at,
    })
}
