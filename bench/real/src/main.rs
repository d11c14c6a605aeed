//! `real laundering|phishing|families DATA_DIR`: what tracing finds in data that others made, beside simple rivals in the same run.
//! The data are those of `docs/quality.md`; their labels are read for the score, or, where it says so, in part to begin from.

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
        writeln!(out, "real laundering|phishing|families DATA_DIR")?;
        return Ok(());
    };
    let data = Path::new(data);
    match what.as_str() {
        "laundering" => laundering::measure(data, &mut out),
        "phishing" => phishing::measure(data, &mut out),
        "families" => families::measure(data, &mut out),
        _ => anyhow::bail!("`{what}` is not measured here"),
    }
}
