//! `cargo xtask bench`: runs the programs that measure and prints one table.
//!
//! A measuring program is an example of a crate whose name begins with `bench`, or an executable file of `bench/`
//! with such a name. For each figure it prints one line of JSON on standard output,
//! `{"name", "value", "unit", "target", "better"}`, where `better` is `higher` or `lower` and `target` may be null;
//! its other lines are passed on. Nothing here fails because a figure is poor: whoever reads the table judges.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{Run, root, timed};

/// Runs all programs, or those whose names have one of the given words in them.
pub(crate) fn bench(names: &[&str]) -> Result<()> {
    let wanted = |(name, _): &(String, Run)| names.is_empty() || names.iter().any(|word| name.contains(word));
    let programs: Vec<(String, Run)> = programs()?.into_iter().filter(wanted).collect();
    if programs.is_empty() {
        bail!("no measuring program has such a name");
    }
    let mut figures = Vec::new();
    for (name, run) in &programs {
        timed(name, &run.to_string(), || {
            figures.extend(measure(run)?);
            Ok(())
        })?;
    }
    print!("{}", table(&figures));
    Ok(())
}

fn programs() -> Result<Vec<(String, Run)>> {
    let mut found = examples()?;
    found.extend(scripts()?);
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

fn examples() -> Result<Vec<(String, Run)>> {
    let metadata = Run::new("cargo metadata --format-version 1 --no-deps").output()?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        for target in package["targets"].as_array().into_iter().flatten() {
            let (Some(package), Some(name)) = (package["name"].as_str(), target["name"].as_str()) else {
                continue;
            };
            if target["kind"][0] == "example" && name.starts_with("bench") {
                let run = Run::new(&format!("cargo run --quiet --release -p {package} --example {name}"));
                found.push((format!("{package} {name}"), run));
            }
        }
    }
    Ok(found)
}

fn scripts() -> Result<Vec<(String, Run)>> {
    let Ok(folder) = fs::read_dir(root().join("bench")) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in folder {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("bench") && is_executable(&entry.metadata()?) {
            found.push((name.clone(), Run::new("").program(entry.path())));
        }
    }
    Ok(found)
}

#[cfg(unix)]
fn is_executable(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.is_file() && file.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(file: &fs::Metadata) -> bool {
    file.is_file()
}

/// A row of the table.
#[derive(Debug, PartialEq)]
struct Figure {
    name: String,
    value: f64,
    unit: String,
    target: Option<f64>,
    higher_is_better: bool,
}

impl Figure {
    fn parse(line: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(line).ok()?;
        Some(Self {
            name: json["name"].as_str()?.to_owned(),
            value: json["value"].as_f64()?,
            unit: json["unit"].as_str().unwrap_or_default().to_owned(),
            target: json["target"].as_f64(),
            higher_is_better: json["better"] == "higher",
        })
    }

    /// How many times better than the target; 1 is just reached.
    fn ratio(&self) -> Option<f64> {
        let target = self.target?;
        Some(if self.higher_is_better { self.value / target } else { target / self.value })
    }
}

fn measure(run: &Run) -> Result<Vec<Figure>> {
    let mut program = run.command().stdout(Stdio::piped()).spawn().with_context(|| format!("`{run}`"))?;
    let output = program.stdout.take().context("no standard output")?;
    let mut figures = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        match Figure::parse(&line) {
            Some(figure) => figures.push(figure),
            None => println!("{line}"),
        }
    }
    let status = program.wait()?;
    if !status.success() {
        bail!("it ended with {status}");
    }
    Ok(figures)
}

fn table(figures: &[Figure]) -> String {
    let mut rows = vec![["measure", "target", "measured", "ratio", ""].map(str::to_owned)];
    rows.extend(figures.iter().map(row));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 4] = std::array::from_fn(width);
    let mut text = String::new();
    for [name, target, measured, ratio, verdict] in &rows {
        let line = format!(
            "{name:<0$}  {target:>1$}  {measured:>2$}  {ratio:>3$}  {verdict}",
            widths[0], widths[1], widths[2], widths[3]
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(figure: &Figure) -> [String; 5] {
    let with_unit = |value: f64| format!("{} {}", number(value), figure.unit).trim_end().to_owned();
    let target = figure.target.map_or("-".to_owned(), |target| {
        format!("{} {}", if figure.higher_is_better { "≥" } else { "≤" }, with_unit(target))
    });
    let ratio = figure.ratio().map_or("-".to_owned(), |ratio| format!("{ratio:.2}×"));
    let verdict = match figure.ratio() {
        Some(ratio) if ratio < 1.0 => "missed",
        Some(_) => "reached",
        None => "",
    };
    [figure.name.clone(), target, with_unit(figure.value), ratio, verdict.to_owned()]
}

/// Three significant digits, and thousands parted.
fn number(value: f64) -> String {
    if value.abs() >= 100.0 {
        let digits = format!("{value:.0}");
        let parted: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().filter_map(|three| str::from_utf8(three).ok()).collect();
        return parted.join(",").replacen("-,", "-", 1);
    }
    let decimals = match value.abs() {
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_is_a_figure_and_another_is_not() {
        let line = r#"{"name":"3 hops","value":27.0,"unit":"ms","target":54,"better":"lower"}"#;
        let figure = Figure::parse(line).expect("a figure");
        assert_eq!(figure.ratio(), Some(2.0));
        assert_eq!(Figure::parse("running 3 things"), None);
        assert_eq!(Figure::parse(r#"{"other": 1}"#), None);
    }

    #[test]
    fn the_table_says_what_was_reached() {
        let figure = |value, target, higher_is_better| Figure {
            name: "rows".into(),
            value,
            unit: "rows/s".into(),
            target,
            higher_is_better,
        };
        let text = table(&[
            figure(71_234.5, Some(50_000.0), true),
            figure(2.0, Some(1.0), false),
            figure(0.5, None, false),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].contains("≥ 50,000 rows/s") && lines[1].contains("71,234 rows/s"), "{text}");
        assert!(lines[1].ends_with("1.42×  reached") && lines[2].ends_with("0.50×  missed"), "{text}");
        assert!(lines[3].ends_with('-'), "{text}");
    }
}
