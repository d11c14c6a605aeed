//! Makes a range and throws it away: `range_speed SIZE [SEED]`. Time it from outside; `entente range generate` writes one.

use std::io::{self, Write};

use entente_range::{Range, Settings, Sink};

struct Nowhere;

impl Sink for Nowhere {
    fn create(&mut self, _: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::sink()))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let size = arguments.next().unwrap_or_else(|| "1000000".to_owned()).parse()?;
    let seed = arguments.next().unwrap_or_else(|| "1".to_owned()).parse()?;
    let made = Range::new(Settings::new(seed, size))?.generate(&mut Nowhere)?;
    writeln!(io::stdout(), "{} events in {} files", made.events, made.files.len())?;
    Ok(())
}
