//! Tracing measured on ranges, in one process: `who score SIZE FIRST LAST WRONG` prints recall and calibration over the worlds of these
//! seeds, with so many records in a thousand wrong; `who features …` prints what calibration is fitted on, for `fit.py`; `who bound …`
//! prints what could be found at most.

mod bound;
mod eval;
mod world;

use std::io::Write;

use anyhow::{Context, Result};
use entente_range::Settings;

use world::World;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, default: u64| -> Result<u64> {
        arguments.get(place).map_or(Ok(default), |text| text.parse().context("a number"))
    };
    let (size, first, last, wrong) = (number(1, 10_000)?, number(2, 1)?, number(3, 20)?, number(4, 30)?);
    let mut out = std::io::stdout().lock();
    match arguments.first().map(String::as_str) {
        Some("score") => {
            let mut figures = eval::Figures::new();
            for seed in first..=last {
                let settings = Settings { wrong_permille: wrong as u32, ..Settings::new(seed, size) };
                eval::measure(&World::new(settings)?, &mut figures, false, &mut out)?;
            }
            eval::print(&figures, &mut out)?;
        }
        Some("features") => {
            for seed in first..=last {
                let settings = Settings { wrong_permille: wrong as u32, ..Settings::new(seed, size) };
                eval::features(&World::new(settings)?, seed, &mut out)?;
            }
        }
        Some("bound") => {
            let mut bounds = bound::Bounds::default();
            for seed in first..=last {
                let settings = Settings { wrong_permille: wrong as u32, ..Settings::new(seed, size) };
                bounds.add(&World::new(settings)?);
            }
            bounds.print(&mut out)?;
        }
        _ => writeln!(out, "who score|features|bound SIZE FIRST LAST WRONG")?,
    }
    Ok(())
}
