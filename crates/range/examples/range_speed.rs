//! Makes a range and throws it away, or writes it to a folder: `range_speed SIZE [SEED [FOLDER]]`. Time it from outside.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use entente_range::{Range, Settings, Sink};

/// Writes to a folder, or to nowhere.
struct Folder(Option<PathBuf>);

impl Sink for Folder {
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        let Some(folder) = &self.0 else { return Ok(Box::new(io::sink())) };
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(Box::new(File::create(path)?))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let size = arguments.next().unwrap_or_else(|| "1000000".to_owned()).parse()?;
    let seed = arguments.next().unwrap_or_else(|| "1".to_owned()).parse()?;
    let mut folder = Folder(arguments.next().map(PathBuf::from));
    let made = Range::new(Settings::new(seed, size))?.generate(&mut folder)?;
    writeln!(io::stdout(), "{} events in {} files", made.events, made.files.len())?;
    Ok(())
}
