//! How long reading a file takes, record by record, on one thread, from memory: `stix_speed FILE [ROUNDS]`.
#![expect(clippy::print_stdout, reason = "an example that prints what it measured")]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use entente_intake::{Intake, Limits, Outcome, Settings};
use entente_model::{Atlas, Handling, Tlp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which file?")?;
    let rounds: u32 = arguments.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let bytes = std::fs::read(&path)?;
    let settings = Settings {
        handling: Handling::unmarked(Tlp::Clear),
        format: None,
        now: "2026-01-01T00:00:00Z".parse()?,
        limits: Limits::default(),
    };
    let intake = Intake::new(settings, Arc::new(Atlas::empty()));
    for _ in 0..rounds {
        let (mut links, mut drafts) = (0, 0);
        let begun = Instant::now();
        let summary = intake.read(&path, &mut bytes.as_slice(), &mut |record| {
            if let Outcome::Drafts(made) = &record.outcome {
                drafts += made.len();
                links += made.iter().map(|draft| draft.links.len()).sum::<usize>();
            }
            ControlFlow::Continue(())
        })?;
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{} records, {} rejected, {drafts} drafts, {links} links, {:.0} MB/s, {:.2} µs a record",
            summary.records,
            summary.rejected,
            bytes.len() as f64 / seconds / 1e6,
            seconds * 1e6 / summary.records.max(1) as f64,
        );
    }
    Ok(())
}
