//! `real laundering|phishing|families|aliases DATA_DIR`: what tracing finds in data that others made, beside simple rivals in the same run.
//! The data are those of `docs/quality.md`; their labels are read for the score, or, where it says so, in part to begin from.

mod aliases;
mod families;
mod laundering;
mod phishing;
mod score;

use std::io::Write;
use std::path::Path;

use anyhow::Result;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    let [what, data] = arguments.as_slice() else {
        writeln!(out, "real laundering|phishing|families|aliases DATA_DIR")?;
        return Ok(());
    };
    let data = Path::new(data);
    match what.as_str() {
        "laundering" => laundering::measure(data, &mut out),
        "phishing" => phishing::measure(data, &mut out),
        "families" => families::measure(data, &mut out),
        "aliases" => aliases::measure(data, &mut out),
        _ => anyhow::bail!("`{what}` is not measured here"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// The data, or a word that they are absent: they may not be redistributed.
    fn data() -> Option<PathBuf> {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
        if !data.join("money").is_dir() {
            println!("skipped: {} is not there", data.display());
            return None;
        }
        Some(data)
    }

    fn printed(measure: fn(&Path, &mut dyn Write) -> Result<()>) -> Option<String> {
        let mut out = Vec::new();
        measure(&data()?, &mut out).expect("the data can be read");
        Some(String::from_utf8(out).expect("text"))
    }

    /// The first number of a line that begins so.
    fn figure(text: &str, line: &str) -> f64 {
        let rest = text.lines().find_map(|told| told.trim_start().strip_prefix(line)).expect("the line");
        let number = rest.split([' ', ',']).find_map(|word| word.parse().ok());
        number.expect("a number")
    }

    #[test]
    fn patterns_find_who_launders_better_than_counting() {
        let Some(text) = printed(laundering::measure) else { return };
        let (_, once) = text.split_once("each payment once").expect("the second table");
        let (rivals, ours) = once.split_once("in any order").expect("its last part");
        let best = figure(rivals, "number of payments").max(figure(rivals, "number of cycles"));
        assert!(figure(ours, "all patterns") > 2.0 * best, "{text}");
    }

    #[test]
    fn phishing_is_ranked_better_than_by_any_rival() {
        let Some(text) = printed(phishing::measure) else { return };
        let ours = figure(&text, "payments and what spreads from known accounts, fitted");
        let rivals = ["number of accounts it had to do with", "vote of who has", "PageRank from known"];
        assert!(rivals.iter().all(|rival| ours > figure(&text, rival)), "{text}");
    }

    #[test]
    fn aliases_are_found_better_than_by_any_likeness_of_names() {
        let Some(text) = printed(aliases::measure) else { return };
        let (actors, malware) = text.split_once("Malware\n").expect("both kinds");
        for kind in [actors, malware] {
            let (_, all) = kind.split_once("all that is sought").expect("the first table");
            let recall = |row: &str| figure(all.split_once(row).expect("the row").1, "");
            let ours = recall("all evidence, fitted");
            let rivals =
                ["the same name but for spelling", "Jaro-Winkler", "cosine of runs of three letters"];
            assert!(rivals.iter().all(|rival| ours > recall(rival)), "{text}");
            assert!((ours - recall("as in the product")).abs() < 0.01, "{text}");
        }
    }

    #[test]
    fn tracing_groups_at_least_as_surely_as_exact_match() {
        let Some(text) = printed(families::measure) else { return };
        let (ours, theirs) = ("traced, at 0.9", "exact match, values of more than 20 things left out");
        let precision = |line: &str| {
            let told = text.lines().find(|told| told.trim_start().starts_with(line)).expect("the line");
            figure(told.split("precision ").nth(1).expect("a precision"), "")
        };
        assert!(precision(ours) > precision(theirs), "{text}");
    }
}
