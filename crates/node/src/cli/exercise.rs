//! `entente range exercise`: what would you do next?

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use entente_model::{ObjectId, Selector};
use entente_range::score::{KnownTruth, Training};
use entente_range::{Inject, Range};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Cli, output};
use crate::exercise::{self, Files, Kept, Seat, Stage};

/// Where it is kept how far an exercise is, in the range's folder.
const KEPT: &str = "exercise.json";

/// `entente range exercise`.
#[derive(Debug, Args)]
pub(crate) struct Exercise {
    /// The range's folder. Where the exercise stands is kept in it, in exercise.json: the same command goes on from there.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The node into which everything is played.
    #[arg(long, value_name = "URL", requires = "token", required_unless_present = "nodes")]
    node: Option<String>,
    /// A token of that node, of somebody who may import and see everything.
    #[arg(long, env = "ENTENTE_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// Several nodes instead: a list of {"url", "token", "parties"} in JSON. Who trains is at the node of the police.
    #[arg(long, value_name = "FILE", conflicts_with = "node")]
    nodes: Option<PathBuf>,
    /// How many seconds a day of the world takes.
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    day: u64,
    /// Play up to this day of the world and stop there.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// What to tell and ask, as `entente --json range injects` prints it. Default: what follows from the world's truth.
    #[arg(long, value_name = "FILE")]
    injects: Option<PathBuf>,
    /// The enterprise, by its id in truth.json. Default: the one whose victims report first.
    #[arg(long, value_name = "ID")]
    enterprise: Option<String>,
}

/// Plays on from where it was left, and says how well whoever trains has done so far.
pub(super) fn run(cli: &Cli, asked: &Exercise) -> anyhow::Result<()> {
    let range = super::range::again(&asked.folder)?;
    let kept = kept(asked, &range)?;
    let injects = match &asked.injects {
        Some(file) => read(file)?,
        None => range.injects(&kept.enterprise),
    };
    let mut exercise = exercise::Exercise::new(range, injects, kept);
    let until = match asked.until {
        Some(date) => date.to_zoned(TimeZone::UTC).context("the date is beyond the calendar")?.timestamp(),
        None => exercise.end(),
    };
    let mut live = Live::new(cli, asked)?;
    exercise.run(until, &mut live)?;
    if until >= exercise.end() {
        let last = live.ask("The world ends here. What else is the organisation's?")?;
        let end = exercise.end();
        for id in last {
            exercise.kept.named.entry(id).or_insert(end);
        }
        live.keep(&exercise.kept)?;
    }
    report(cli, &exercise, score(&asked.folder, &exercise)?)
}

/// Where the exercise stands, or its beginning.
fn kept(asked: &Exercise, range: &Range) -> anyhow::Result<Kept> {
    let path = asked.folder.join(KEPT);
    if path.exists() {
        let kept: Kept = read(&path)?;
        let other = asked.enterprise.as_ref().is_some_and(|enterprise| *enterprise != kept.enterprise);
        ensure!(!other, "`{}` is about {}: remove it to begin anew", path.display(), kept.enterprise);
        return Ok(kept);
    }
    let first = asked.enterprise.clone().or_else(|| range.first_reported());
    let enterprise = first.context("no victim of this world reports to the police: name an --enterprise")?;
    if asked.injects.is_none() && range.injects(&enterprise).is_empty() {
        bail!("nothing is to be told of `{enterprise}`: truth.json lists the enterprises there are");
    }
    Ok(Kept::begin(range, enterprise))
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    let text = fs::read(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("`{}` is not as it has to be", file.display()))
}

/// Running nodes, and a person at the terminal.
struct Live<'a> {
    seats: Vec<Seat>,
    folder: &'a Path,
    /// Nothing but the score is printed.
    quiet: bool,
    answers: Box<dyn BufRead>,
    /// How long a day takes, and when the one being played began.
    day: Duration,
    begun: Instant,
    /// Nothing is ever sent: waiting on it is a wait with a limit.
    pause: (Sender<()>, Receiver<()>),
}

impl<'a> Live<'a> {
    fn new(cli: &Cli, asked: &'a Exercise) -> anyhow::Result<Live<'a>> {
        let seats = match (&asked.nodes, &asked.node, &asked.token) {
            (Some(file), ..) => exercise::read_seats(file)?,
            (None, Some(url), Some(token)) => vec![Seat::of_all(url, token)?],
            _ => bail!("name a --node and its --token, or --nodes"),
        };
        ensure!(seats.iter().any(Seat::trains), "none of the nodes is the police's, where people train");
        Ok(Live {
            seats,
            folder: &asked.folder,
            quiet: cli.json,
            answers: Box::new(BufReader::new(io::stdin())),
            day: Duration::from_secs(asked.day),
            begun: Instant::now(),
            pause: channel(),
        })
    }

    fn trainee(&self) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.trains())
    }

    fn say(&self, lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
        if self.quiet { Ok(()) } else { output::lines(lines) }
    }

    /// Asks, and takes values and ids, one a line, until an empty line or the end of what is typed.
    fn ask(&mut self, question: &str) -> anyhow::Result<Vec<String>> {
        self.say([
            question.to_owned(),
            "Name what is the organisation's, a value or an id a line; an empty line goes on:".to_owned(),
        ])?;
        let mut named = Vec::new();
        loop {
            if !self.quiet {
                write!(io::stdout(), "> ").and_then(|()| io::stdout().flush())?;
            }
            let mut line = String::new();
            if self.answers.read_line(&mut line)? == 0 || line.trim().is_empty() {
                self.say([String::new()])?;
                return Ok(named);
            }
            match id_of(line.trim()) {
                Some(id) => named.push(id),
                None => {
                    self.say(["That is no value of a known shape: give the id from its page.".to_owned()])?
                }
            }
        }
    }
}

fn id_of(text: &str) -> Option<String> {
    let id = text.parse::<ObjectId>().ok();
    id.or_else(|| Selector::recognise(text).map(|selector| selector.id())).map(|id| id.to_string())
}

impl Stage for Live<'_> {
    fn play(&mut self, day: Timestamp, files: Files) -> anyhow::Result<()> {
        self.begun = Instant::now();
        self.say([day.strftime("%F").to_string()])?;
        for (party, files) in &files {
            // A party that sits nowhere plays no part.
            for seat in self.seats.iter().filter(|seat| seat.is_of(party)) {
                seat.import(party, files)?;
            }
        }
        Ok(())
    }

    fn tell(&mut self, inject: &Inject) -> anyhow::Result<Vec<String>> {
        let url = self.trainee().map_or("", |seat| seat.url.trim_end_matches('/'));
        let pages: Vec<String> = inject.about.iter().map(|id| format!("  {url}/things/{id}")).collect();
        let at = inject.at.strftime("%F %H:%M");
        self.say([String::new(), format!("── {at} ── {}", inject.text)].into_iter().chain(pages))?;
        self.ask(&inject.question)
    }

    fn decided(&mut self, begun: &BTreeSet<String>) -> anyhow::Result<BTreeSet<String>> {
        self.trainee().map_or(Ok(BTreeSet::new()), |seat| seat.decided(begun))
    }

    /// Written beside and moved over: a stop in between leaves what was kept before.
    fn keep(&mut self, kept: &Kept) -> anyhow::Result<()> {
        let (path, beside) = (self.folder.join(KEPT), self.folder.join(format!("{KEPT}.new")));
        fs::write(&beside, serde_json::to_vec_pretty(kept)?)
            .and_then(|()| fs::rename(&beside, &path))
            .with_context(|| format!("`{}` cannot be written", path.display()))
    }

    fn rest(&mut self) {
        let _ = self.pause.1.recv_timeout(self.day.saturating_sub(self.begun.elapsed()));
    }
}

fn score(folder: &Path, exercise: &exercise::Exercise) -> anyhow::Result<Training> {
    let trained = exercise.trained();
    let truth: Value = read(&folder.join("truth.json"))?;
    let mut outsiders: HashSet<String> = HashSet::new();
    let victims = truth["victims"].as_array().into_iter().flatten().filter_map(Value::as_str);
    outsiders.extend(victims.filter(|id| trained.named.contains_key(*id)).map(str::to_owned));
    let path = folder.join("uninvolved.ids");
    let uninvolved = fs::File::open(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    for id in BufReader::new(uninvolved).lines() {
        // As long as the world is large: only what was named is kept.
        outsiders.extend(Some(id?).filter(|id| trained.named.contains_key(id)));
    }
    Ok(Training::of(&KnownTruth::read(&truth)?, &trained, |id| outsiders.contains(id)))
}

fn report(cli: &Cli, exercise: &exercise::Exercise, training: Training) -> anyhow::Result<()> {
    if cli.json {
        let mut json = training.json();
        json["enterprise"] = exercise.kept.enterprise.as_str().into();
        json["played"] = exercise.kept.played.to_string().into();
        return output::json(&json);
    }
    let Training { named, precision, recall, first_right, outsiders } = training;
    let percent = |share: f64| (share * 100.0).round();
    let first = match first_right {
        Some(after) => {
            format!("the first right one {:.1} days after the first report", after.as_secs_f64() / 86_400.0)
        }
        None => "none of them right yet".to_owned(),
    };
    output::lines([
        format!("Up to {}, of {}:", exercise.kept.played.strftime("%F"), exercise.kept.enterprise),
        format!("  {named} things named beside those you were told of, {first}"),
        format!("  {} % of what you named is the organisation's (precision)", percent(precision)),
        format!("  {} % of the organisation is named (recall)", percent(recall)),
        format!("  {outsiders} belong to its victims, or to people who have nothing to do with it"),
    ])
}
