//! `entente import`.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use anyhow::bail;
use entente_intake::{Limits, Settings};
use entente_model::{Conditions, Grade, Handling};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Cli, Import, output};
use crate::app::App;
use crate::app::import::input;
use crate::app::import::pipeline::{self, Progress, Request, Totals};
use crate::{clock, entropy};

/// Imports and prints the counts. Exits with failure when an input could not be read; rejects alone are no
/// failure, they are counted and kept.
pub(super) fn run(cli: &Cli, import: &Import) -> anyhow::Result<ExitCode> {
    let app = App::open(&cli.data)?;
    let mut sum = Totals::default();
    for (source, inputs) in by_source(import)? {
        let request = Request {
            inputs,
            source,
            settings: settings(import),
            dry_run: import.dry_run,
            rejects: import.rejects.clone().unwrap_or_else(|| default_rejects(cli)),
        };
        let bar = progress_bar(cli);
        let totals =
            pipeline::run(&app, request, &AtomicBool::new(false), &mut |progress| show(&bar, progress))?;
        bar.finish_and_clear();
        add(&mut sum, totals);
    }
    if !import.dry_run {
        app.settle()?;
    }
    report(cli, import, &sum)?;
    Ok(if sum.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One import for all arguments under `--source`, otherwise one for each, named after it.
fn by_source(import: &Import) -> anyhow::Result<Vec<(String, Vec<input::Input>)>> {
    let mut groups: Vec<(String, Vec<input::Input>)> = Vec::new();
    for argument in &import.inputs {
        let source = import.source.clone().unwrap_or_else(|| input::default_source(argument));
        let inputs = input::expand(argument)?;
        match groups.iter_mut().find(|(name, _)| *name == source) {
            Some((_, known)) => known.extend(inputs),
            None => groups.push((source, inputs)),
        }
    }
    if groups.len() > 1 && import.rejects.is_some() {
        bail!(
            "--rejects names one file, but there are several sources: give --source, or leave --rejects out"
        );
    }
    Ok(groups)
}

fn settings(import: &Import) -> Settings {
    let handling = Handling {
        tlp: import.tlp,
        pap: import.pap,
        conditions: Conditions::default(),
        grade: import.grade.unwrap_or(Grade::UNGRADED),
    };
    Settings { handling, format: import.format, now: clock::now(), limits: Limits::default() }
}

fn default_rejects(cli: &Cli) -> std::path::PathBuf {
    let stamp = clock::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let unique = &entropy::token()[..6];
    cli.data.join("rejects").join(format!("{stamp}-{unique}.jsonl"))
}

fn progress_bar(cli: &Cli) -> ProgressBar {
    if cli.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {bytes}/{total_bytes} {wide_bar} {eta} {msg}");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: &Progress) {
    if let Some(total) = progress.total_bytes {
        bar.set_length(total);
    }
    bar.set_position(progress.bytes);
    let totals = &progress.totals;
    bar.set_message(format!("{} read, {} new, {} rejected", totals.read, totals.new, totals.rejected));
}

fn add(sum: &mut Totals, part: Totals) {
    sum.read += part.read;
    sum.new += part.new;
    sum.updated += part.updated;
    sum.unchanged += part.unchanged;
    sum.excluded += part.excluded;
    sum.rejected += part.rejected;
    sum.older += part.older;
    sum.seconds += part.seconds;
    sum.failures.extend(part.failures);
    for (class, count) in part.exclusions {
        *sum.exclusions.entry(class).or_default() += count;
    }
    sum.rejects = part.rejects.or(sum.rejects.take());
}

fn report(cli: &Cli, import: &Import, totals: &Totals) -> anyhow::Result<()> {
    if cli.json {
        return output::json(totals);
    }
    let verb = if import.dry_run { "would be" } else { "are" };
    let mut lines = vec![
        format!("{} records read in {:.2} s", totals.read, totals.seconds),
        format!("  {:>9} {verb} new", totals.new),
        format!("  {:>9} {verb} updated", totals.updated),
        format!("  {:>9} unchanged ({} of them older versions)", totals.unchanged, totals.older),
        format!("  {:>9} excluded on purpose", totals.excluded),
    ];
    lines.extend(totals.exclusions.iter().map(|(class, count)| format!("            {count:>9} {class}")));
    lines.push(format!("  {:>9} rejected", totals.rejected));
    if let Some(path) = &totals.rejects {
        lines.push(format!(
            "Rejected records, with reasons, are in {path}: mend them there and import that file."
        ));
    }
    lines.extend(
        totals.failures.iter().map(|failure| format!("Not read to the end: {}", output::visible(failure))),
    );
    output::lines(lines)
}
