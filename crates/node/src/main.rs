//! The one binary, `entente`: command line, HTTP API and web page over one node's claims.
//!
//! ```text
//! cli/   ─┐
//! http/  ─┼─► app/  ─► intake, store, graph, ledger, agreement
//! peer/  ─┤
//! taxii/ ─┘
//! ```
//!
//! `app` is the node: what it can do, with authorisation inside. `cli` and `http` are two ways to ask it, `peer` is how
//! partners' nodes reach it and it reaches theirs; none of them knows the store. `door` is who may hold a connection. `exercise` plays an invented world into running
//! nodes, and is a client of their HTTP API like any other.

mod app;
mod cli;
mod clock;
mod door;
mod entropy;
mod exercise;
mod http;
mod peer;
mod taxii;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let filter = EnvFilter::try_from_env("ENTENTE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match cli::run(&cli) {
        Ok(code) => code,
        Err(error) if broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            cli::output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// The reader of our output went away (`entente find … | head`): nothing to complain about.
fn broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
