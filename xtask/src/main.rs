//! The project's own commands. `cargo xtask` alone lists them.
//!
//! Nothing here knows what Entente does: it runs what a person would run by hand, in order, says what it runs, and
//! stops at the first failure with the one command that repeats it.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command's output is for the terminal")]

mod api;
mod apt;
mod atlas;
mod bench;
mod check;
mod demo;
mod layers;
mod licences;
mod run;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
The project's own commands:

  cargo xtask demo [--fresh]           build everything; three nodes on 127.0.0.1:7878 to 7880 that tell each other
       [--world EVENTS]                with an invented world of so many events in them, whose truth is known
  cargo xtask test [rust|web|e2e]      everything that must hold before a change is kept, or a part of it
  cargo xtask bench [NAME…]            measure against the targets and print one table
  cargo xtask api                      write docs/openapi.json and the web page's client anew
  cargo xtask atlas [--force]          build the offline table of networks and countries
  cargo xtask layers                   check which way the crates depend on each other
  cargo xtask licences                 check the licences of all dependencies
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match command(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(args: &[&str]) -> Result<()> {
    match args {
        ["demo", asked @ ..] => demo::demo(demo::Asked::read(asked)?),
        ["test"] => check::all(),
        ["test", "rust"] => check::rust(),
        ["test", "web"] => check::web(),
        ["test", "e2e"] => check::end_to_end(),
        ["bench", names @ ..] => bench::bench(names),
        ["api"] => api::write(),
        ["atlas"] => atlas::build(false, "dev"),
        ["atlas", "--force"] => atlas::build(true, "dev"),
        ["layers"] => layers::check(),
        ["licences"] => licences::check(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => bail!("`{}` is not one of the project's commands\n\n{HELP}", args.join(" ")),
    }
}
