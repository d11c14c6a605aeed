//! Three to six nodes on one clock, over a network that fails in every way a network fails, while people learn, correct, withdraw, narrow,
//! suspend, resume, terminate and renegotiate at random. Everything follows from one number, which a failure prints.
//!
//! The nodes are real: data folders, ledgers, signatures, policies. The network, the clock and chance are not. What is checked stands in
//! `oracle.rs`, which knows nothing of how the node does it:
//!
//! - nothing is told that was not learned as something that may be told, that no version in force covers, or after it was withdrawn;
//! - nothing is told while the agreement is suspended, ended, replaced or out of its time, as the sender knows it then;
//! - when the network is whole again, everything that is covered is there, once, in its newest version, and nothing that was withdrawn;
//! - every notice is settled, both sides say the same of where an agreement stands, the logs hold, and nobody raises a false alarm.

mod found;
mod network;
mod operation;
mod oracle;
mod world;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use world::World;

/// Runs among the ordinary tests.
const FEW: u64 = 8;
const SEED: u64 = 20_261_126;

/// A run: a world made of a number, some operations, and the quiet after them.
fn run(world: &mut World) {
    let operations = 20 + world.random.below(41);
    for _ in 0..operations {
        world.operate();
    }
    world.come_to_rest();
    world.judge();
}

/// Runs a seed; the operations it did and what went wrong, if anything did.
fn tried(seed: u64) -> Result<(), String> {
    let mut world = World::new(seed);
    let tried = catch_unwind(AssertUnwindSafe(|| run(&mut world)));
    tried.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let why = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        format!("{}\n    {}", why.unwrap_or_default(), world.done.join("\n    "))
    })
}

fn all_hold(seeds: impl Iterator<Item = u64>) {
    let (mut runs, mut failed) = (0, String::new());
    for seed in seeds {
        runs += 1;
        if let Err(why) = tried(seed) {
            let _ = writeln!(failed, "seed {seed}: {why}");
        }
    }
    assert!(failed.is_empty(), "of {runs} runs these failed:\n{failed}");
    println!("{runs} runs, all of them held");
}

#[test]
fn a_few_worlds_hold() {
    all_hold(SEED..SEED + FEW);
}

#[expect(clippy::disallowed_methods, reason = "whoever runs it says how many and from where")]
fn told(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
#[ignore = "it takes long: ENTENTE_SIMULATION_RUNS (10,000) worlds from ENTENTE_SIMULATION_SEED on"]
fn ten_thousand_worlds_hold() {
    let first = told("ENTENTE_SIMULATION_SEED", 1);
    all_hold(first..first + told("ENTENTE_SIMULATION_RUNS", 10_000));
}
