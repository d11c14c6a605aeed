//! `entente agreement`: by file and without any network; a node that serves tells its partners by itself.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use entente_agreement::{PartyId, PartyKey, StandingMove};
use entente_model::ObjectId;
use serde_json::{Value, json};

use super::{Act, Agreement, Cli, Invite, NewAgreement, Preview, Sign, output};
use crate::app::App;
use crate::app::agreement::invitation::{Link, NewInvitation};
use crate::app::agreement::{Held, Named};
use crate::app::exchange::preview::Outlook;
use crate::{clock, peer};

/// Does what was asked of agreements. `check` exits with 1 when the agreement cannot be signed.
pub(super) fn run(cli: &Cli, asked: &Agreement) -> anyhow::Result<ExitCode> {
    let app = App::open(&cli.data)?;
    match asked {
        Agreement::New(new) => draft(&app, new)?,
        Agreement::Show { agreement } => show(cli, &read(&app, agreement)?)?,
        Agreement::Check { agreement } => return check(cli, &app, &read(&app, agreement)?),
        Agreement::Preview(asked) => preview(cli, &app, asked)?,
        Agreement::Sign(asked) => sign(cli, &app, asked)?,
        Agreement::Accept { file } => accept(cli, &app, file)?,
        Agreement::Invite(asked) => invite(cli, &app, asked)?,
        Agreement::Fetch { link } => fetch(cli, &app, link)?,
        Agreement::Export { id, output } => {
            let named = Named::from(&app.newest(id, clock::now())?);
            write(output.as_deref(), &serde_json::to_string_pretty(&named)?)?;
        }
        Agreement::Suspend(asked) => act(cli, &app, asked, StandingMove::Suspend)?,
        Agreement::Resume(asked) => act(cli, &app, asked, StandingMove::Resume)?,
        Agreement::Terminate(asked) => act(cli, &app, asked, StandingMove::Terminate)?,
        Agreement::List => list(cli, &app)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn invite(cli: &Cli, app: &App, asked: &Invite) -> anyhow::Result<()> {
    let new = NewInvitation { party: asked.party.clone(), at: asked.at.clone(), days: Some(asked.days) };
    let made = app.invite(&app.owner()?, &asked.id, &new, clock::now())?;
    if cli.json {
        return output::json(&made);
    }
    let ends = format!("It works once, until {}. Give it to them by a channel you trust.", made.expires_at);
    output::lines([made.link, ends])
}

fn fetch(cli: &Cli, app: &App, link: &str) -> anyhow::Result<()> {
    let (owner, link) = (app.owner()?, link.parse::<Link>()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let named = runtime.block_on(peer::fetch_invited(app, &link))?;
    app.take_invited(&owner, &link, &named, clock::now())?;
    show(cli, &named)
}

/// A file, or what is kept under an id.
fn read(app: &App, name: &str) -> anyhow::Result<Named> {
    if Path::new(name).exists() {
        return Ok(Named::read(&read_file(Path::new(name))?)?);
    }
    let kept = app.newest(name, clock::now());
    Ok(Named::from(&kept.with_context(|| format!("`{name}` is no file and no agreement that is kept here"))?))
}

fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn write(path: Option<&Path>, text: &str) -> anyhow::Result<()> {
    match path {
        Some(path) => {
            std::fs::write(path, text).with_context(|| format!("`{}` cannot be written", path.display()))
        }
        None => output::lines([text.to_owned()]),
    }
}

fn draft(app: &App, new: &NewAgreement) -> anyhow::Result<()> {
    let keys = new.keys.iter().map(|given| keys_of(given)).collect::<anyhow::Result<Vec<_>>>()?;
    let draft = app.new_agreement(&new.template, new.us.as_ref(), &keys, clock::now())?;
    write(new.output.as_deref(), &serde_json::to_string_pretty(&draft)?)
}

fn keys_of(given: &str) -> anyhow::Result<(PartyId, Vec<PartyKey>)> {
    let (party, file) = given.split_once('=').ok_or_else(|| anyhow!("`{given}` is not PARTY=FILE"))?;
    let keys = serde_json::from_slice(&read_file(Path::new(file))?);
    let keys = keys.with_context(|| format!("`{file}` is not what `entente peer key --json` prints"))?;
    Ok((party.parse()?, keys))
}

fn show(cli: &Cli, named: &Named) -> anyhow::Result<()> {
    if cli.json {
        return output::json(named);
    }
    let agreement = &named.agreement;
    let mut lines =
        vec![output::visible(&agreement.title), format!("{} version {}", agreement.id, agreement.version)];
    for clause in agreement.clauses() {
        lines.push(String::new());
        lines.push(format!("{} {}", clause.number, output::visible(&clause.heading)));
        lines.push(output::visible(&clause.text));
    }
    lines.push(String::new());
    lines.extend(named.signatures.iter().map(|one| format!("Signed by {} with {}", one.party, one.key)));
    output::lines(lines)
}

fn check(cli: &Cli, app: &App, named: &Named) -> anyhow::Result<ExitCode> {
    let findings = app.findings(named);
    let sound = !findings.iter().any(entente_agreement::Finding::is_error);
    if cli.json {
        output::json(&json!({ "sound": sound, "findings": findings }))?;
    } else {
        output::lines(findings.iter().map(|finding| output::visible(&finding.to_string())))?;
        output::lines([if sound { "It can be signed." } else { "It cannot be signed yet." }.to_owned()])?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn preview(cli: &Cli, app: &App, asked: &Preview) -> anyhow::Result<()> {
    let named = read(app, &asked.agreement)?;
    let owner = app.owner()?;
    let ids = asked.objects.iter().map(|object| Ok(app.resolve(&owner, object)?.parse()?));
    let ids: Vec<ObjectId> = ids.collect::<anyhow::Result<_>>()?;
    let outlooks = app.preview_agreement(&owner, &named.agreement, &asked.to, &ids, clock::now())?;
    if cli.json {
        return output::json(&outlooks);
    }
    output::lines(outlooks.iter().flat_map(describe))
}

fn describe(outlook: &Outlook) -> Vec<String> {
    let label = outlook.label.as_deref().unwrap_or(&outlook.id);
    let flow = outlook.flow.as_ref().map_or(String::new(), |flow| format!(" by {flow}"));
    let mut lines =
        vec![format!("{:<18} {}{flow}  ({})", outlook.outcome, output::visible(label), outlook.id)];
    lines.extend(outlook.reasons.iter().map(|reason| format!("    because {}", output::visible(reason))));
    lines.extend(outlook.clauses.iter().map(|clause| {
        let number = clause.number.as_ref().map_or(String::new(), |number| format!("clause {number}, "));
        format!("    under {number}{}", clause.id)
    }));
    lines.extend(outlook.changes.iter().map(|change| {
        format!("    {} {:?} ({})", output::visible(&change.property), change.what, change.clause)
    }));
    lines
}

fn sign(cli: &Cli, app: &App, asked: &Sign) -> anyhow::Result<()> {
    let named = read(app, &asked.agreement)?;
    let signed = app.sign_agreement(&app.owner()?, &named, &asked.us, clock::now())?;
    let file = Path::new(&asked.agreement);
    let output = asked.output.as_deref().or_else(|| file.exists().then_some(file));
    if let Some(path) = output {
        write(Some(path), &serde_json::to_string_pretty(&signed)?)?;
    }
    said(cli, &app.newest(signed.agreement.id.as_str(), clock::now())?)
}

fn accept(cli: &Cli, app: &App, file: &Path) -> anyhow::Result<()> {
    let named = Named::read(&read_file(file)?)?;
    app.accept_agreement(&app.owner()?, &named, clock::now())?;
    said(cli, &app.newest(named.agreement.id.as_str(), clock::now())?)
}

fn act(cli: &Cli, app: &App, asked: &Act, step: StandingMove) -> anyhow::Result<()> {
    let held = app.act_on_agreement(&app.owner()?, &asked.id, step, asked.reason.clone(), clock::now())?;
    said(cli, &held)
}

fn list(cli: &Cli, app: &App) -> anyhow::Result<()> {
    let agreements = app.agreements(clock::now())?;
    if cli.json {
        return output::json(&agreements.iter().map(as_json).collect::<Vec<_>>());
    }
    output::lines(agreements.iter().map(line))
}

fn said(cli: &Cli, held: &Held) -> anyhow::Result<()> {
    if cli.json { output::json(&as_json(held)) } else { output::lines([line(held)]) }
}

fn line(held: &Held) -> String {
    let agreement = held.agreement();
    let others: Vec<&str> = held.others().map(|party| party.id.as_str()).collect();
    let (title, word) = (output::visible(&agreement.title), held.word().replace('_', " "));
    format!(
        "{} v{}  {word:<14} {} with {}  {title}",
        agreement.id,
        agreement.version,
        held.us,
        others.join(", ")
    )
}

fn as_json(held: &Held) -> Value {
    let agreement = held.agreement();
    json!({
        "id": agreement.id,
        "version": agreement.version,
        "hash": held.hash(),
        "title": agreement.title,
        "us": held.us,
        "parties": agreement.parties.iter().map(|party| &party.id).collect::<Vec<_>>(),
        "signed_by": held.signed.signatures.iter().map(|one| &one.party).collect::<Vec<_>>(),
        "standing": held.word(),
        "valid_from": agreement.valid_from,
        "valid_until": agreement.valid_until,
    })
}
