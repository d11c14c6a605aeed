//! `entente source`: whose what a source tells is, this organisation's own or another's.

use clap::Subcommand;
use entente_agreement::Originator;

use super::{Cli, output};
use crate::app::source::{SourceSaid, SourceView};

/// `entente source`.
#[derive(Debug, Subcommand)]
pub(crate) enum Source {
    /// List sources, and whose they are.
    List,
    /// Say that what these sources tell is this organisation's own: agreements decide alone on who is told.
    Own {
        /// Names of the sources.
        #[arg(required = true, value_name = "SOURCE")]
        sources: Vec<String>,
    },
    /// Say that what these sources tell is another's: under TLP:AMBER and stricter it is passed on only when that one consents.
    Other {
        /// Names of the sources.
        #[arg(required = true, value_name = "SOURCE")]
        sources: Vec<String>,
        /// They let it be passed on under agreements, and this is where that is written: a letter, a message, a file number.
        #[arg(long, value_name = "TEXT")]
        consent: Option<String>,
    },
}

/// Does what was asked.
pub(super) fn run(cli: &Cli, asked: &Source) -> anyhow::Result<()> {
    let app = super::open(cli)?;
    let owner = app.owner()?;
    let (whose, names, consent) = match asked {
        Source::List => return print(cli, &app.sources(&owner)?),
        Source::Own { sources } => (Originator::Own, sources, None),
        Source::Other { sources, consent: None } => (Originator::Other, sources, None),
        Source::Other { sources, consent } => (Originator::Consenting, sources, consent.clone()),
    };
    let say = |source: &String| {
        let said = SourceSaid { source: source.clone(), whose, reference: consent.clone() };
        app.say_of_source(&owner, said)
    };
    print(cli, &names.iter().map(say).collect::<Result<Vec<_>, _>>()?)
}

fn print(cli: &Cli, sources: &[SourceView]) -> anyhow::Result<()> {
    if cli.json { output::json(&sources) } else { output::lines(sources.iter().map(line)) }
}

fn line(source: &SourceView) -> String {
    let whose = match (source.whose.as_deref(), &source.reference) {
        (None, _) => "nobody said whose; TLP:AMBER and stricter waits for people".to_owned(),
        (Some("own"), _) => "our own".to_owned(),
        (Some("consenting"), Some(reference)) => {
            format!("another's, who lets it be passed on: {}", output::visible(reference))
        }
        (Some(_), _) => "another's; TLP:AMBER and stricter waits for their consent".to_owned(),
    };
    format!("{}  {whose}", output::visible(&source.source))
}
