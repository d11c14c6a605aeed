//! `entente import` killed at any moment leaves nothing half done, and importing again ends where an undisturbed
//! import ends.
//!
//! The store's own test kills between and inside commits and checks what was acknowledged; this one kills the
//! whole command: opening, reading, committing, the text index. Each run imports a window of small files, each a
//! source and so a batch of its own, and each window begins a little later, so that every run has something new to say.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod node;

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use node::{Node, Random, bundle, id, malware, relationship};
use serde_json::{Value, json};

const KILLS: usize = 110;
/// Files in a window.
const WINDOW: usize = 8;
/// Malware in a file; half of it is in the next one too.
const EACH: u32 = 12;
const SEED: u64 = 20_261_122;

fn files(node: &Node) -> Vec<String> {
    (0..KILLS + WINDOW).map(|number| node.file(&format!("feed{number}.json"), &feed(number as u32))).collect()
}

fn feed(number: u32) -> String {
    let mut objects = Vec::new();
    for one in number * EACH / 2..number * EACH / 2 + EACH {
        let malware = malware(one, &format!("bird {one}"), 1 + number % 28);
        let url = json!({
            "type": "url", "spec_version": "2.1", "id": id("url", one),
            "value": format!("https://host{}.nest.example/{one}", one % 50),
        });
        objects.push(relationship(
            number * 1000 + one,
            &id("malware", one),
            "communicates-with",
            &id("url", one),
        ));
        objects.extend([malware, url]);
    }
    bundle(&objects)
}

/// Starts an import and kills it after `moment`; true when it had ended by itself.
fn kill_after(node: &Node, files: &[String], moment: Duration) -> bool {
    let mut args = vec!["import"];
    args.extend(files.iter().map(String::as_str));
    let mut child = node.command(&args).stdout(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while started.elapsed() < moment {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "an import after kills must succeed");
            return true;
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap().success()
}

/// What two folders must agree on whatever happened on the way: counts, and every object as it is exported.
fn content(node: &Node) -> (Value, BTreeSet<String>) {
    let export = node.run(&["export", "--format", "stix"]);
    assert!(export.status.success());
    let bundle: Value = serde_json::from_slice(&export.stdout).unwrap();
    (node.json(&["stats"]), node::array(&bundle["objects"]).iter().map(Value::to_string).collect())
}

#[test]
fn an_import_killed_anywhere_is_resumed_by_importing_again() {
    let undisturbed = Node::new();
    let files = files(&undisturbed);
    let all: Vec<&str> = files.iter().map(String::as_str).collect();
    let window: Vec<&str> = all[..WINDOW].to_vec();
    let started = Instant::now();
    Node::new().import(&window);
    let whole = started.elapsed();
    println!("seed {SEED}, {KILLS} kills, an undisturbed run of a window takes {whole:?}");
    let mut random = Random(SEED);
    let killed = Node::new();
    let (mut kills, mut ended) = (0, 0);
    while kills < KILLS {
        // A run is quicker once most of its window is known: a moment past the end is no kill and does not count.
        let moment = whole.mul_f64(random.below(1000) as f64 / 1000.0);
        if kill_after(&killed, &files[kills..kills + WINDOW], moment) {
            ended += 1;
            assert!(ended < 5 * KILLS, "the runs end before they can be killed");
        } else {
            kills += 1;
        }
        if killed.data().join("claims.sqlite").exists() && (kills + ended) % 10 == 0 {
            let audit = killed.run(&["audit", "verify"]);
            assert!(audit.status.success(), "after kill {kills}: {}", String::from_utf8_lossy(&audit.stdout));
        }
    }
    let resumed = killed.import(&all);
    println!(
        "{kills} kills, {ended} runs that ended before theirs; the last run found {} new",
        resumed["new"]
    );
    undisturbed.import(&all);
    assert_eq!(content(&killed), content(&undisturbed));
    assert_eq!(killed.json(&["audit", "verify"])["holds"], true);
    let again = killed.import(&all);
    assert_eq!((&again["new"], &again["updated"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(killed.found("bird 7"), undisturbed.found("bird 7"), "by text, which trails the claims");
}
