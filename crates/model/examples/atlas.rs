//! Builds the address table: `atlas OUT CSV…`, each CSV a table of the ip-location-db packages
//! (`first,last,country` or `first,last,AS number,name`).
#![expect(clippy::print_stderr, reason = "a command tells its user what went wrong")]

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use entente_model::{Atlas, AtlasRow};

fn main() -> ExitCode {
    match build(env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn build(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let (out, sources) = arguments.split_first().ok_or("name the file to write, then the tables to read")?;
    let mut rows = Vec::new();
    for source in sources {
        let file = File::open(source).map_err(|error| format!("{source} cannot be read: {error}"))?;
        for (place, line) in BufReader::new(file).lines().enumerate() {
            rows.push(
                AtlasRow::from_csv(&line?)
                    .map_err(|error| format!("{source}, line {}: {error}", place + 1))?,
            );
        }
    }
    let bytes = Atlas::build(rows)?;
    // Read back, so that a table this program writes is one the node opens.
    Atlas::from_bytes(bytes.as_slice())?;
    fs::write(out, bytes).map_err(|error| format!("{out} cannot be written: {error}"))?;
    Ok(())
}
