//! `entente range`: invented worlds whose truth is known.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use entente_range::score::{Figures, Outsiders};
use entente_range::{Settings, Sink};
use jiff::Timestamp;

use super::{Cli, exercise, output};
use crate::app::score::score_range;
use crate::clock;

/// `entente range`.
#[derive(Debug, Subcommand)]
pub(crate) enum Range {
    /// Write the files that six parties would hold of a world, and what is true, into a new folder.
    Generate(RangeGenerate),
    /// List what an exercise in a world would tell and ask whoever trains, and when. With --json it is what --injects reads.
    Injects {
        /// The range's folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The enterprise, by its id in truth.json. Default: the one whose victims report first.
        #[arg(long, value_name = "ID")]
        enterprise: Option<String>,
    },
    /// Play a world into running nodes, a day after the other, and ask whoever trains what they would do next.
    Exercise(exercise::Exercise),
    /// Take in each party's files, alone and together, trace the enterprises, and compare with the truth.
    Score {
        /// The range's folder. The nodes are made in it, under `nodes`.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// `entente range generate`.
#[derive(Debug, Args)]
pub(crate) struct RangeGenerate {
    /// The folder; it must be empty or not there yet.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where all chance comes from: the same seed and size give the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Records of all parties together, from 1000 to 100000000.
    #[arg(long, default_value_t = 10_000, value_name = "COUNT")]
    events: u64,
    /// Criminal enterprises in the world. Default: as many as fit its size.
    #[arg(long, value_name = "COUNT")]
    enterprises: Option<u32>,
    /// How many in a thousand records say something wrong. Default: 30.
    #[arg(long, value_name = "PERMILLE")]
    wrong: Option<u32>,
    /// How many days the world is watched. Default: 245.
    #[arg(long)]
    days: Option<u32>,
    /// Its first moment (RFC 3339). Default: 1 March 2026.
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
}

pub(super) fn run(cli: &Cli, asked: &Range) -> anyhow::Result<()> {
    match asked {
        Range::Generate(asked) => generate(cli, asked),
        Range::Injects { folder, enterprise } => injects(cli, folder, enterprise.as_deref()),
        Range::Exercise(asked) => exercise::run(cli, asked),
        Range::Score { folder } => score(cli, folder),
    }
}

/// Writes a range into a folder that is not there yet, or empty: what lies there is never mixed with another world.
fn generate(cli: &Cli, asked: &RangeGenerate) -> anyhow::Result<()> {
    let range = entente_range::Range::new(settings(asked))?;
    let folder = &asked.folder;
    fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    let mut entries =
        fs::read_dir(folder).with_context(|| format!("`{}` cannot be read", folder.display()))?;
    if entries.next().is_some() {
        anyhow::bail!("`{}` is not empty: name a folder that is, or one to be made", folder.display());
    }
    let made = range.generate(&mut Folder(folder.clone()))?;
    if cli.json {
        return output::json(&made);
    }
    let line = |file: &entente_range::MadeFile| format!("{:>10} records  {}", file.records, file.path);
    output::lines(made.files.iter().map(line))?;
    output::lines([format!(
        "{} events in `{}`; what is true stands in truth.json",
        made.events,
        folder.display()
    )])
}

/// Lists what an exercise would tell and ask.
fn injects(cli: &Cli, folder: &Path, enterprise: Option<&str>) -> anyhow::Result<()> {
    let range = again(folder)?;
    let first = range.first_reported();
    let enterprise =
        enterprise.or(first.as_deref()).context("no victim of this world reports to the police")?;
    let injects = range.injects(enterprise);
    if injects.is_empty() {
        anyhow::bail!("nothing is to be told of `{enterprise}`: truth.json lists the enterprises there are");
    }
    if cli.json {
        return output::json(&injects);
    }
    output::lines(injects.iter().flat_map(|inject| {
        let about = inject.about.iter().map(|id| format!("  {id}"));
        [format!("{}  {}", inject.at, inject.text), format!("  {}", inject.question)].into_iter().chain(about)
    }))
}

/// The range of a folder, made again from what its `world.json` states.
pub(super) fn again(folder: &Path) -> anyhow::Result<entente_range::Range> {
    let path = folder.join("world.json");
    let text =
        fs::read(&path).with_context(|| format!("`{}` cannot be read: is this a range?", path.display()))?;
    let world = serde_json::from_slice(&text).with_context(|| format!("`{}` is no JSON", path.display()))?;
    Ok(entente_range::Range::new(Settings::stated(&world)?)?)
}

/// Says how well the enterprises are found.
fn score(cli: &Cli, folder: &Path) -> anyhow::Result<()> {
    let score = score_range(folder, clock::now())?;
    if cli.json {
        return output::json(&score.json());
    }
    let line = |name: &str, figures: &Figures| {
        let Figures { recall_at_95, precision, recall } = figures;
        format!("{name:<28} {recall_at_95:>12.3} {precision:>10.3} {recall:>10.3}")
    };
    let mut lines = vec![format!("{:<28} {:>12} {:>10} {:>10}", "", "recall@95", "precision", "recall")];
    lines.extend(score.together.iter().map(|figures| line("together", figures)));
    lines.extend(score.alone.iter().map(|(party, figures)| line(&format!("{party} alone"), figures)));
    lines.extend(score.baselines.iter().map(|(name, figures)| line(&name.replace('_', " "), figures)));
    lines.push("Precision and recall of what is said to be at least 0.9 probable.".to_owned());
    lines.extend(score.calibration.iter().map(|bin| {
        format!(
            "said {:.1} to {:.1}: {:>6} things, {:.3} of them right",
            bin.from,
            bin.to,
            bin.n,
            bin.right as f64 / bin.n as f64
        )
    }));
    lines.extend(score.outsiders.iter().map(|Outsiders { all, within, outside }| {
        format!(
            "Of {all} things of uninvolved people, {within} were told to somebody as agreements name it, {outside} otherwise."
        )
    }));
    output::lines(lines)
}

fn settings(asked: &RangeGenerate) -> Settings {
    let mut settings = Settings::new(asked.seed, asked.events);
    settings.enterprises = asked.enterprises.unwrap_or(settings.enterprises);
    settings.wrong_permille = asked.wrong.unwrap_or(settings.wrong_permille);
    settings.days = asked.days.unwrap_or(settings.days);
    settings.start = asked.start.map_or(settings.start, Timestamp::as_second);
    settings
}

/// A folder in which the files of a range are made. The generator flushes each before it drops it, so nothing fails unseen.
struct Folder(PathBuf);

impl Sink for Folder {
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        let path = self.0.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        Ok(Box::new(BufWriter::new(new(&path)?)))
    }
}

fn new(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}
