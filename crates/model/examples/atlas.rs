//! Builds the table of networks and countries: `atlas OUTPUT SOURCE…`, where the sources are CSV files of the
//! ip-location-db packages. `cargo xtask atlas` calls it.
#![expect(clippy::print_stdout, reason = "a command's output is for the terminal")]

use std::{error::Error, fs};

use entente_model::{Atlas, AtlasRow};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let output = args.next().ok_or("say where to write the table")?;
    let mut rows = Vec::new();
    for source in args {
        rows.extend(read(&source).map_err(|error| format!("{source}: {error}"))?);
    }
    let count = rows.len();
    let bytes = Atlas::build(rows)?;
    Atlas::from_bytes(bytes.clone())?;
    // Whole or not at all: the node takes in whatever is there.
    let beside = format!("{output}.new");
    fs::write(&beside, bytes)?;
    fs::rename(&beside, &output)?;
    println!("{count} ranges");
    Ok(())
}

fn read(source: &str) -> Result<Vec<AtlasRow>, Box<dyn Error>> {
    let text = fs::read_to_string(source)?;
    let row = |(number, line)| {
        AtlasRow::from_csv(line).map_err(|error| format!("line {}: {error}", number + 1).into())
    };
    text.lines().enumerate().map(row).collect()
}
