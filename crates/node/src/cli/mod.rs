//! The command line: one file per command, all with `--json` and `--data`.

mod agreement;
mod aliases;
mod audit;
mod case;
mod emerging;
mod exercise;
mod import;
mod look;
mod money;
pub(crate) mod output;
mod peer;
mod range;
mod referral;
mod retention;
mod serve;
pub(crate) mod size;
mod source;
mod taxii;
mod user;
mod walk;
mod who;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Parser, Subcommand};
use entente_intake::Format;
use entente_model::{Grade, PermissibleActions, Tlp};
use jiff::Timestamp;

use crate::app::App;

/// Entente: fighting cybercrime together. One node's claims, one graph.
#[derive(Debug, Parser)]
#[command(name = "entente", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// The node's data folder.
    #[arg(long, global = true, env = "ENTENTE_DATA", default_value = "entente-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take intelligence in: STIX, MISP, indicator lists; files, folders, archives, URLs.
    Import(Import),
    /// Find things by value in any spelling, by name or by text.
    Find(Find),
    /// Show one thing: who says what about it, when, under which handling.
    Show(Show),
    /// Follow links outward from one or several things.
    Trace(Trace),
    /// Say what is new and growing: groups of things, ranked, and why.
    Emerging(emerging::AskEmerging),
    /// Find money that moves as launderers move it: accounts and payments, ranked.
    Money(money::AskMoney),
    /// Propose which actors and malware are one under different names, for people to review.
    Aliases(aliases::AskAliases),
    /// Find who is behind things: the members of their organisation, how sure each is, and why.
    Who(who::Who),
    /// Say which few things would take the organisation behind things apart, and what would remain.
    Dismantle(who::Dismantle),
    /// Take things up into a case, so that agreements about it tell them to partners; say what is sought.
    #[command(subcommand)]
    Case(case::Case),
    /// Find the best paths between two things, around hubs.
    Path(PathBetween),
    /// Count objects, claims and types.
    Stats,
    /// Write what the node knows as STIX, CSV or GraphML.
    Export(Export),
    /// Check the logs of what the node took in and told, and proofs of what was told.
    #[command(subcommand)]
    Audit(Audit),
    /// Write, check, sign and end agreements with partners.
    #[command(subcommand)]
    Agreement(Agreement),
    /// Say who this node is, where partners are and how they are.
    #[command(subcommand)]
    Peer(Peer),
    /// Decide what no rule decides: what waits for people before it is told.
    #[command(subcommand)]
    Referral(referral::Referral),
    /// Say who has an account on this node, and in which offices they may speak.
    #[command(subcommand)]
    User(user::User),
    /// Say whose what a source tells is: this organisation's own, or another's.
    #[command(subcommand)]
    Source(source::Source),
    /// Deal with what partners told and may be kept no longer.
    #[command(subcommand)]
    Retention(Retention),
    /// Make an invented world whose truth is known, to train in and to measure by.
    #[command(subcommand)]
    Range(range::Range),
    /// Serve the web page and the HTTP API, and partners' nodes.
    Serve(Serve),
    /// Print a new one-time sign-in link for an administrator.
    SetupLink(SetupLink),
    /// Print the OpenAPI document of the HTTP API.
    Openapi,
}

/// `entente import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Files, folders, archives, http(s) URLs, or - for standard input.
    #[arg(required = true, value_name = "PATH|URL")]
    pub(crate) inputs: Vec<String>,
    /// Who told us. Default: the name of the file or folder.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Audience of everything not marked more strictly itself.
    #[arg(long, default_value = "amber", value_name = "TLP")]
    pub(crate) tlp: Tlp,
    /// Permitted actions (PAP).
    #[arg(long, default_value = "clear", value_name = "PAP", value_parser = |text: &str| text.parse::<PermissibleActions>())]
    pub(crate) pap: PermissibleActions,
    /// Grade of source and information: B2 (Europol 4x4) or admiralty:B2.
    #[arg(long, value_name = "GRADE")]
    pub(crate) grade: Option<Grade>,
    /// Read every input as this format instead of recognising it: stix, misp, list.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Say what would happen, change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Where to write rejected records. Default: DATA/rejects/.
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
}

/// Filters shared by the commands that walk the graph.
#[derive(Debug, Args)]
pub(crate) struct Filters {
    /// Only these kinds of link, for example uses,indicates.
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    pub(crate) link: Vec<String>,
    /// Only through these kinds of thing, for example domain-name,ipv4-addr.
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    pub(crate) kind: Vec<String>,
    /// Only what these sources say.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub(crate) source: Vec<String>,
    /// Only up to this audience.
    #[arg(long, value_name = "TLP")]
    pub(crate) tlp_max: Option<Tlp>,
    /// Only links at or after this time (RFC 3339).
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,
    /// Only links before this time (RFC 3339).
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<Timestamp>,
    /// Go through hubs too.
    #[arg(long)]
    pub(crate) through_hubs: bool,
}

/// `entente find`.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// A value in any spelling (defanged too), a name, or words.
    #[arg(required = true)]
    pub(crate) value: Vec<String>,
    /// Only these kinds.
    #[arg(long, value_delimiter = ',')]
    pub(crate) kind: Vec<String>,
    /// At most this many.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
    /// As it stood at this claim number or time (RFC 3339).
    #[arg(long, value_name = "CLAIM|TIME")]
    pub(crate) as_of: Option<String>,
}

/// `entente show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A STIX id, or a value in any spelling.
    pub(crate) id: String,
    /// As it stood at this claim number or time (RFC 3339).
    #[arg(long, value_name = "CLAIM|TIME")]
    pub(crate) as_of: Option<String>,
}

/// `entente trace`.
#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// Where to begin: values in any spelling, or STIX ids.
    #[arg(required = true)]
    pub(crate) values: Vec<String>,
    /// How many links outward.
    #[arg(long, default_value_t = 2)]
    pub(crate) hops: u32,
    /// At most this many vertices; what is left out is counted.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) filters: Filters,
}

/// `entente path`.
#[derive(Debug, Args)]
pub(crate) struct PathBetween {
    /// One end.
    #[arg(id = "A", value_name = "A")]
    pub(crate) from: String,
    /// The other.
    #[arg(id = "B", value_name = "B")]
    pub(crate) to: String,
    /// How many alternatives.
    #[arg(long, default_value_t = 3)]
    pub(crate) count: usize,
    #[command(flatten)]
    pub(crate) filters: Filters,
}

/// `entente export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// stix, csv or graphml.
    #[arg(long, value_enum, default_value_t = ExportFormat::Stix)]
    pub(crate) format: ExportFormat,
    /// Only these things (ids or values); everything when none is given.
    pub(crate) values: Vec<String>,
    /// How many links outward from them.
    #[arg(long, default_value_t = 0)]
    pub(crate) hops: u32,
    /// Where to write. Default: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Formats of export.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize, serde::Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    /// A STIX 2.1 bundle.
    Stix,
    /// One row a thing.
    Csv,
    /// Vertices and edges for Gephi, yEd, igraph.
    Graphml,
}

/// `entente audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Recompute every log from what is stored, that of the claims and each partner's; name the first leaf that does not hold.
    Verify,
    /// Check the proof of a disclosure with nothing but the file and the keys.
    VerifyProof(VerifyProof),
}

/// `entente audit verify-proof`.
#[derive(Debug, Args)]
pub(crate) struct VerifyProof {
    /// The proof, or - for standard input.
    pub(crate) file: PathBuf,
    /// The public key of whoever told (name+id+key); given again, that of whoever was told, to check the receipt.
    #[arg(long, required = true, value_name = "KEY")]
    pub(crate) key: Vec<String>,
}

/// `entente agreement`.
#[derive(Debug, Subcommand)]
pub(crate) enum Agreement {
    /// Write a draft from a template.
    New(NewAgreement),
    /// Show an agreement's clauses: one that is kept, by its id, or a file.
    Show {
        /// A file, or an id.
        #[arg(value_name = "FILE|ID")]
        agreement: String,
    },
    /// Say what keeps an agreement from being signed.
    Check {
        /// The file, or an id.
        #[arg(value_name = "FILE|ID")]
        agreement: String,
    },
    /// Show what a party would be told of objects, and by which clauses. Nothing is sent.
    Preview(Preview),
    /// Sign as a party, keep it, and write the signed file for the others.
    Sign(Sign),
    /// Keep what others signed or did.
    Accept {
        /// The file they sent.
        file: PathBuf,
    },
    /// Make a link by which another party's node fetches it, once.
    Invite(Invite),
    /// Fetch and keep the agreement that a link invites to. The link is used up.
    Fetch {
        /// The link, as it was given: entente://…
        link: String,
    },
    /// Write an agreement with all its signatures and acts, for the others.
    Export {
        /// Its id.
        id: String,
        /// Where to write. Default: standard output.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Tell nothing under an agreement until it is resumed.
    Suspend(Act),
    /// End this party's suspension.
    Resume(Act),
    /// End an agreement, once its notice has run.
    Terminate(Act),
    /// List the agreements and where they stand.
    List,
}

/// `entente agreement new`.
#[derive(Debug, Args)]
pub(crate) struct NewAgreement {
    /// company-police, csirt-csirt, bank-police, university-statistics, operation.
    #[arg(long, value_name = "NAME")]
    pub(crate) template: String,
    /// The party this node is: its keys are filled in.
    #[arg(long = "as", value_name = "PARTY")]
    pub(crate) us: Option<entente_agreement::PartyId>,
    /// Another party and the file with what its `entente peer key --json` printed.
    #[arg(long, value_name = "PARTY=FILE")]
    pub(crate) keys: Vec<String>,
    /// Where to write. Default: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `entente agreement preview`.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// A file, or an id.
    #[arg(value_name = "FILE|ID")]
    pub(crate) agreement: String,
    /// Who would be told.
    #[arg(long, value_name = "PARTY")]
    pub(crate) to: entente_agreement::PartyId,
    /// Objects, by STIX id or value; the newest when none is given.
    pub(crate) objects: Vec<String>,
}

/// `entente agreement sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// A file, or an id.
    #[arg(value_name = "FILE|ID")]
    pub(crate) agreement: String,
    /// The party this node is.
    #[arg(long = "as", value_name = "PARTY")]
    pub(crate) us: entente_agreement::PartyId,
    /// Where to write the signed file. Default: over the file that was signed, standard output for an id.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `entente agreement invite`.
#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// The agreement's id.
    pub(crate) id: String,
    /// The party to invite.
    #[arg(long, value_name = "PARTY")]
    pub(crate) party: String,
    /// Where partners' nodes reach this one. Default: what the agreement says of it.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) at: Option<String>,
    /// How many days the link is good for, 1 to 90.
    #[arg(long, default_value_t = 7)]
    pub(crate) days: u16,
}

/// `entente agreement suspend`, `resume` and `terminate`.
#[derive(Debug, Args)]
pub(crate) struct Act {
    /// The agreement's id.
    pub(crate) id: String,
    /// Why, for the other parties to read.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// `entente peer`.
#[derive(Debug, Subcommand)]
pub(crate) enum Peer {
    /// Print this node's keys as an agreement has them.
    Key,
    /// Say where a partner's node listens, when its agreement does not.
    Add {
        /// The party.
        party: entente_agreement::PartyId,
        /// Where its node listens.
        #[arg(long, value_name = "HOST:PORT")]
        at: String,
        /// What people call it.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// List the partners.
    List,
    /// Show how partners are: what they have, lag, open notices, alarms.
    Status,
    /// Let a partner come by TAXII who does not run Entente.
    #[command(subcommand)]
    Token(Token),
    /// Fetch from TAXII servers of others, and push to them.
    #[command(subcommand)]
    Taxii(Taxii),
}

/// `entente peer taxii`.
#[derive(Debug, Subcommand)]
pub(crate) enum Taxii {
    /// Add a collection. By a flow of an agreement it is fetched or pushed to, as the flow runs; otherwise it is fetched as a source.
    Add(AddTaxii),
    /// List the collections, and how far this node has come with each.
    List,
    /// Fetch or push now, from where it was left; all of them when none is named.
    Run {
        /// Names of collections.
        names: Vec<String>,
    },
    /// Remove a collection from the list. What came from there stays.
    Remove {
        /// Its name.
        name: String,
    },
    /// List the collections that a server offers.
    Discover {
        /// Address of its discovery resource: https://HOST/taxii2/.
        #[arg(value_name = "URL")]
        server: String,
        #[command(flatten)]
        access: TaxiiAccess,
    },
}

/// `entente peer taxii add`.
#[derive(Debug, Args)]
pub(crate) struct AddTaxii {
    /// What to call it.
    pub(crate) name: String,
    /// The collection: https://HOST/ROOT/collections/ID/.
    #[arg(value_name = "URL")]
    pub(crate) collection: String,
    #[command(flatten)]
    pub(crate) access: TaxiiAccess,
    /// How often a node that serves goes there. Default: only when `run` says so.
    #[arg(long, value_name = "MINUTES")]
    pub(crate) every: Option<u32>,
    /// The partner whose server it is.
    #[arg(long, requires = "flow", conflicts_with_all = ["source", "tlp", "pap", "grade"])]
    pub(crate) party: Option<entente_agreement::PartyId>,
    /// The flow by which it is told, as AGREEMENT/FLOW.
    #[arg(long, requires = "party")]
    pub(crate) flow: Option<String>,
    /// Who tells. Default: the name.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Audience of everything not marked more strictly itself.
    #[arg(long, default_value = "amber", value_name = "TLP")]
    pub(crate) tlp: Tlp,
    /// Permitted actions (PAP).
    #[arg(long, default_value = "clear", value_name = "PAP", value_parser = |text: &str| text.parse::<PermissibleActions>())]
    pub(crate) pap: PermissibleActions,
    /// Grade of source and information: B2 (Europol 4x4) or admiralty:B2.
    #[arg(long, value_name = "GRADE")]
    pub(crate) grade: Option<Grade>,
}

/// How to get in at a TAXII server of others.
#[derive(Debug, Args)]
pub(crate) struct TaxiiAccess {
    /// The name to sign in with (HTTP Basic). Without it the secret is sent as a bearer token.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The file with the password or token. It is read each time, and not copied.
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// The file with the certificates to trust (PEM), instead of those of public authorities.
    #[arg(long, value_name = "FILE")]
    pub(crate) authority: Option<PathBuf>,
}

/// `entente peer token`.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token for a party. Its secret is printed once, and is kept nowhere.
    Add {
        /// The party it speaks for.
        party: entente_agreement::PartyId,
        /// What it is for.
        #[arg(long, default_value = "", value_name = "TEXT")]
        name: String,
        /// Until when it is good. Default: until it is removed.
        #[arg(long, value_name = "DAYS")]
        days: Option<u16>,
    },
    /// List the tokens; their secrets are not among them.
    List,
    /// Remove a token: from now on it opens nothing.
    Remove {
        /// Its id.
        id: String,
    },
}

/// `entente retention`.
#[derive(Debug, Subcommand)]
pub(crate) enum Retention {
    /// Say what would be done. Nothing is changed.
    List,
    /// Do it. A node that serves does it by itself.
    Apply,
}

/// `entente serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port for partners' nodes. Without it this node only connects outward.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) partners: Option<std::net::SocketAddr>,
    /// Address and port of the TAXII 2.1 server, for partners who do not run Entente. Without it there is none.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) taxii: Option<std::net::SocketAddr>,
    /// Name or address by which TAXII clients reach this node, for the certificate of its own key; may be given several times.
    #[arg(long, value_name = "NAME", conflicts_with = "taxii_cert")]
    pub(crate) taxii_name: Vec<String>,
    /// Certificate of an authority for the TAXII server, with its chain (PEM).
    #[arg(long, value_name = "FILE", requires = "taxii_key")]
    pub(crate) taxii_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "taxii_cert")]
    pub(crate) taxii_key: Option<PathBuf>,
    /// TAXII requests a second that one token may make.
    #[arg(long, default_value = "50", value_name = "NUMBER")]
    pub(crate) taxii_rate: std::num::NonZeroU32,
    /// Address and port.
    #[arg(long, default_value = "127.0.0.1:7878", value_name = "ADDRESS")]
    pub(crate) listen: std::net::SocketAddr,
    /// Largest upload taken over HTTP; what is larger is imported on the node itself.
    #[arg(long, env = "ENTENTE_UPLOAD_LIMIT", default_value = "2GiB", value_name = "SIZE")]
    pub(crate) upload_limit: size::Size,
}

/// `entente setup-link`.
#[derive(Debug, Args)]
pub(crate) struct SetupLink {
    /// Address at which people reach the node.
    #[arg(long, default_value = "http://127.0.0.1:7878", value_name = "URL")]
    pub(crate) base: String,
}

/// Does what was asked.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Command::Import(import) => return import::run(cli, import),
        Command::Audit(audit) => return audit::run(cli, audit),
        Command::Agreement(agreement) => return agreement::run(cli, agreement),
        Command::Peer(peer) => peer::run(cli, peer)?,
        Command::Referral(referral) => referral::run(cli, referral)?,
        Command::User(asked) => user::run(cli, asked)?,
        Command::Source(asked) => source::run(cli, asked)?,
        Command::Retention(retention) => retention::run(cli, retention)?,
        Command::Range(range) => range::run(cli, range)?,
        Command::Find(find) => look::find(cli, find)?,
        Command::Show(show) => look::show(cli, show)?,
        Command::Stats => look::stats(cli)?,
        Command::Trace(trace) => walk::trace(cli, trace)?,
        Command::Emerging(asked) => emerging::run(cli, asked)?,
        Command::Money(asked) => money::run(cli, asked)?,
        Command::Aliases(asked) => aliases::run(cli, asked)?,
        Command::Who(asked) => who::run(cli, asked)?,
        Command::Dismantle(asked) => who::dismantle(cli, asked)?,
        Command::Case(asked) => case::run(cli, asked)?,
        Command::Path(path) => walk::path(cli, path)?,
        Command::Export(export) => walk::export(cli, export)?,
        Command::Serve(serve) => serve::serve(cli, serve)?,
        Command::SetupLink(setup) => serve::setup_link(cli, setup)?,
        Command::Openapi => serve::openapi()?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens a data folder for a question. One that is not there is a name mistyped: it is said, not made.
fn open(cli: &Cli) -> anyhow::Result<App> {
    if !cli.data.join("claims.sqlite").exists() {
        let folder = cli.data.display();
        bail!(
            "`{folder}` is not a data folder: name one with --data or ENTENTE_DATA, or import something into it"
        );
    }
    App::open(&cli.data)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
