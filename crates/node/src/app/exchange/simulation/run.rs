//! Runs: some among the ordinary tests, and as many as somebody asks for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::world::{Templates, World};

/// Runs among the ordinary tests.
const FEW: u64 = 12;
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

/// Runs a seed; what went wrong, if anything did, and what was done before.
fn tried(templates: &Templates, seed: u64) -> Result<(), String> {
    let mut world = World::new(templates, seed);
    let tried = catch_unwind(AssertUnwindSafe(|| run(&mut world)));
    tried.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let why = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        format!("{}\n    {}", why.unwrap_or_default(), world.done.join("\n    "))
    })
}

/// Runs many seeds on some threads, and prints each that fails.
fn all_hold(first: u64, runs: u64, threads: u64) {
    let (templates, next, failed) = (Templates::default(), AtomicU64::new(first), Mutex::new(Vec::new()));
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= first + runs {
            return;
        }
        if let Err(why) = tried(&templates, seed) {
            println!("seed {seed}: {why}");
            failed.lock().expect("a list").push(seed);
        }
        if (seed + 1 - first).is_multiple_of(1_000) {
            println!("{} runs", seed + 1 - first);
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let failed = failed.into_inner().expect("a list");
    println!("{runs} runs from seed {first}, {} failed: {failed:?}", failed.len());
    assert!(failed.is_empty(), "{} of {runs} runs failed: {failed:?}", failed.len());
}

#[test]
fn a_few_worlds_hold() {
    all_hold(SEED, FEW, 1);
}

#[expect(clippy::disallowed_methods, reason = "whoever runs it says how many and from where")]
fn told(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
#[ignore = "it takes long: ENTENTE_SIMULATION_RUNS (10,000) worlds from ENTENTE_SIMULATION_SEED on"]
fn ten_thousand_worlds_hold() {
    all_hold(told("ENTENTE_SIMULATION_SEED", 1), told("ENTENTE_SIMULATION_RUNS", 10_000), 2);
}
