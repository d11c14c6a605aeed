//! The one table.

use serde_json::Value;

/// A row of the table: a figure, and what it should be.
#[derive(Debug, PartialEq)]
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: String,
    target: Option<f64>,
    higher_is_better: bool,
}

impl Figure {
    /// A figure that should be at least the target.
    pub(crate) fn at_least(target: f64, name: impl Into<String>, value: f64, unit: &str) -> Self {
        Self { name: name.into(), value, unit: unit.to_owned(), target: Some(target), higher_is_better: true }
    }

    /// A figure that should be at most the target.
    pub(crate) fn at_most(target: f64, name: impl Into<String>, value: f64, unit: &str) -> Self {
        Self { higher_is_better: false, ..Self::at_least(target, name, value, unit) }
    }

    /// A figure without a target.
    pub(crate) fn told(name: impl Into<String>, value: f64, unit: &str) -> Self {
        Self { target: None, ..Self::at_most(0.0, name, value, unit) }
    }

    /// Reads `{"name", "value", "unit", "target", "better"}`, where `better` is `higher` or `lower` and `target` may be
    /// null; `None` when the line is something else.
    pub(crate) fn parse(line: &str) -> Option<Self> {
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

/// The figures beside their targets.
pub(crate) fn table(figures: &[Figure]) -> String {
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
