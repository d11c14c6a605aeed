//! Measures the graph on a generated power-law multigraph and prints one table.
//!
//! ```text
//! cargo run --release -p entente-graph --example bench -- DIR [EDGES [SCALE]]
//! cargo run --release -p entente-graph --example bench -- whole DIR
//! ```
//! The second measures questions that go through the whole graph many times: groups and betweenness.
//!
//! DIR gets the edges (raw little-endian arrays) and the questions (`queries.json`) for `bench/graph/peers.py`,
//! the index, and `ours.json` with what was measured. Building and asking run in processes of their own, so that
//! the memory of one does not count for the other.
#![expect(clippy::print_stdout, reason = "it prints a table")]

mod ask;
mod generate;
mod table;
mod whole;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["build", dir] => generate::build(Path::new(dir)),
        ["ask", dir] => ask::ask(Path::new(dir)),
        ["whole", dir] => whole::run(Path::new(dir)),
        [dir] => run(dir, 10_000_000, 20),
        [dir, edges] => run(dir, edges.parse()?, 20),
        [dir, edges, scale] => run(dir, edges.parse()?, scale.parse()?),
        [] => bail!("name a folder for the generated graph: bench DIR [EDGES [SCALE]]"),
        _ => bail!("too many arguments: bench DIR [EDGES [SCALE]]"),
    }
}

fn run(dir: &str, edges: usize, scale: u32) -> Result<()> {
    let folder = PathBuf::from(dir);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {dir}"))?;
    generate::generate(&folder, edges, scale)?;
    for part in ["build", "ask"] {
        let status = Command::new(std::env::current_exe()?).args([part, dir]).status()?;
        if !status.success() {
            bail!("`bench {part}` failed");
        }
    }
    let measured = table::read(&folder)?;
    println!("{}", table::print(&measured));
    print!("{}", table::figures(&measured));
    Ok(())
}
