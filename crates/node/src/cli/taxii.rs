//! `entente peer taxii`: collections on TAXII servers of others.

use anyhow::Context as _;
use entente_model::{Conditions, Grade, Handling};
use serde_json::{Value, json};

use super::{AddTaxii, Cli, Taxii, TaxiiAccess, output};
use crate::app::App;
use crate::app::exchange::taxii::remote::{Errand, NewRemote, Remote, authorization};
use crate::clock;
use crate::taxii::{self, Client, Done};

/// Does what was asked.
pub(super) fn run(cli: &Cli, app: &App, asked: &Taxii) -> anyhow::Result<()> {
    match asked {
        Taxii::Add(new) => add(cli, app, new),
        Taxii::List => list(cli, &app.remotes()?),
        Taxii::Run { names } => go(cli, app, names),
        Taxii::Remove { name } => {
            app.remove_remote(&app.owner()?, name)?;
            if cli.json {
                return output::json(&json!({ "removed": name }));
            }
            output::lines([format!("{} is not gone to any more", output::visible(name))])
        }
        Taxii::Discover { server, access } => discover(cli, server, access),
    }
}

fn add(cli: &Cli, app: &App, new: &AddTaxii) -> anyhow::Result<()> {
    let TaxiiAccess { user, secret_file, authority } = &new.access;
    let remote = NewRemote {
        name: new.name.clone(),
        collection: new.collection.clone(),
        user: user.clone(),
        secret_file: secret_file.clone(),
        authority_file: authority.clone(),
        errand: errand(new),
        every: new.every,
    };
    let remote = app.add_remote(&app.owner()?, remote, clock::now())?;
    if cli.json { output::json(&as_json(&remote)) } else { output::lines([line(&remote)]) }
}

fn errand(new: &AddTaxii) -> Errand {
    if let (Some(party), Some(flow)) = (&new.party, &new.flow) {
        return Errand::Flow { party: party.clone(), flow: flow.clone() };
    }
    let handling = Handling {
        tlp: new.tlp,
        pap: new.pap,
        conditions: Conditions::default(),
        grade: new.grade.unwrap_or(Grade::UNGRADED),
    };
    Errand::Fetch { source: new.source.clone().unwrap_or_else(|| new.name.clone()), handling }
}

fn list(cli: &Cli, remotes: &[Remote]) -> anyhow::Result<()> {
    if cli.json {
        return output::json(&remotes.iter().map(as_json).collect::<Vec<_>>());
    }
    output::lines(remotes.iter().map(line))
}

/// Goes to each; one that fails does not keep the others from being gone to.
fn go(cli: &Cli, app: &App, names: &[String]) -> anyhow::Result<()> {
    let remotes = match names {
        [] => app.remotes()?,
        names => names.iter().map(|name| app.remote(name)).collect::<Result<_, _>>()?,
    };
    let mut failed = None;
    let mut all = Vec::new();
    for remote in &remotes {
        let name = &remote.kept.name;
        match taxii::run(app, remote) {
            Ok(done) => all.push((name, done)),
            Err(error) => failed = failed.or(Some(error.context(format!("`{name}` was not gone through")))),
        }
    }
    app.settle()?;
    report(cli, &all)?;
    failed.map_or(Ok(()), Err)
}

fn report(cli: &Cli, all: &[(&String, Done)]) -> anyhow::Result<()> {
    if cli.json {
        let each = all.iter().map(|(name, done)| json!({ "name": name, "done": done }));
        return output::json(&each.collect::<Vec<_>>());
    }
    output::lines(all.iter().flat_map(|(name, done)| {
        let Done { pages, objects, refused, failures } = done;
        let mut lines =
            vec![format!("{}: {objects} objects in {pages} pages, {refused} refused", output::visible(name))];
        lines.extend(failures.iter().map(|failure| {
            let why = failure.message.as_deref().unwrap_or("nobody says why");
            format!("    {} {}", output::visible(&failure.id), output::visible(why))
        }));
        lines
    }))
}

fn discover(cli: &Cli, server: &str, access: &TaxiiAccess) -> anyhow::Result<()> {
    let read = |file: &std::path::PathBuf| {
        std::fs::read(file).with_context(|| format!("`{}` cannot be read", file.display()))
    };
    let authority = access.authority.as_ref().map(read).transpose()?;
    let secret = access.secret_file.as_ref().map(read).transpose()?;
    let client = Client::new(authority.as_deref(), authorization(access.user.as_deref(), secret)?)?;
    let found = client.discover(server)?;
    if cli.json {
        let each = found.iter().map(|(url, one)| {
            json!({ "collection": url, "title": one.title, "can_read": one.can_read, "can_write": one.can_write })
        });
        return output::json(&each.collect::<Vec<_>>());
    }
    output::lines(found.iter().map(|(url, one)| {
        let may = match (one.can_read, one.can_write) {
            (true, true) => "read and written to",
            (true, false) => "read",
            (false, true) => "written to",
            (false, false) => "neither read nor written to",
        };
        format!("{}  {}  (may be {may})", output::visible(url), output::visible(&one.title))
    }))
}

fn line(remote: &Remote) -> String {
    let kept = &remote.kept;
    let what = match &remote.errand {
        Errand::Fetch { source, handling } => {
            format!("source {source}, TLP:{}", handling.tlp.as_str().to_uppercase())
        }
        Errand::Flow { party, flow } => format!("{flow} with {party}"),
    };
    let tried = remote.state.tried_at.map_or("never".to_owned(), |at| at.to_string());
    let failure = remote.state.failure.as_ref().map_or(String::new(), |why| format!("; FAILED: {why}"));
    let line = format!("{:<20} {}  ({what})  last tried {tried}{failure}", kept.name, kept.collection);
    output::visible(&line)
}

fn as_json(remote: &Remote) -> Value {
    let (kept, state) = (&remote.kept, &remote.state);
    json!({
        "name": kept.name,
        "collection": kept.collection,
        "user": kept.user,
        "secret_file": kept.secret_file,
        "authority_file": kept.authority_file,
        "errand": remote.errand,
        "every_seconds": kept.every,
        "added_at": kept.added_at,
        "after": state.place.after,
        "tried_at": state.tried_at,
        "failure": state.failure,
    })
}
