//! `entente range` as people meet it: files in a folder, and what intake makes of those it reads.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod node;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use node::{Node, text};
use serde_json::Value;

fn generate(node: &Node, name: &str, more: &[&str]) -> (PathBuf, Value) {
    let folder = node.path(name);
    let made = node.json(&[&["range", "generate", &text(&folder), "--events", "2000"], more].concat());
    (folder, made)
}

fn read(folder: &Path, path: &str) -> Vec<u8> {
    std::fs::read(folder.join(path)).unwrap()
}

#[test]
fn a_world_is_written_and_the_same_seed_writes_it_again() {
    let node = Node::new();
    let (first, made) = generate(&node, "first", &["--seed", "7"]);
    assert_eq!(made["events"], 2000);
    let world: Value = serde_json::from_slice(&read(&first, "world.json")).unwrap();
    let truth: Value = serde_json::from_slice(&read(&first, "truth.json")).unwrap();
    assert_eq!((&world["seed"], &truth["seed"]), (&7.into(), &7.into()));
    let (again, _) = generate(&node, "again", &["--seed", "7"]);
    let (other, _) = generate(&node, "other", &["--seed", "8"]);
    for file in made["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        assert_eq!(read(&first, path), read(&again, path), "{path}");
    }
    assert_eq!(read(&first, "truth.json"), read(&again, "truth.json"));
    assert_ne!(read(&first, "truth.json"), read(&other, "truth.json"));
}

#[test]
fn nothing_is_written_into_a_folder_that_holds_something() {
    let node = Node::new();
    let (first, _) = generate(&node, "first", &[]);
    let refused = node.run(&["range", "generate", &text(&first)]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not empty"));
    let small = node.run(&["range", "generate", &text(&node.path("small")), "--events", "10"]);
    assert!(String::from_utf8_lossy(&small.stderr).contains("choose from 1000"), "it says what is possible");
    assert!(!node.path("small").exists(), "and makes nothing");
}

#[test]
fn what_it_writes_as_stix_and_misp_goes_in_whole() {
    let node = Node::new();
    let (folder, made) = generate(&node, "world", &[]);
    let paths = made["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap());
    let known = paths.filter(|path| path.ends_with(".stix.json") || path.contains("misp-"));
    let files: Vec<String> = known.map(|path| text(&folder.join(path))).collect();
    assert!(files.len() >= 4, "{made}");
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let taken = node.import(&files);
    assert!(taken["new"].as_u64() > Some(100) && taken["rejected"] == 0, "{taken}");
}

/// What each party holds of an enterprise is a thing of its own node once its files are taken in, under the id the truth has.
#[test]
fn every_party_takes_in_all_it_holds() {
    let maker = Node::new();
    let (folder, _) = generate(&maker, "world", &["--seed", "11"]);
    let truth: Value = serde_json::from_slice(&read(&folder, "truth.json")).unwrap();
    for party in ["company", "csirt", "registrar", "bank", "exchange", "police"] {
        let node = Node::new();
        let own = text(&folder.join("parties").join(party));
        let taken = node.import(&[own.as_str(), "--source", party]);
        assert!(taken["rejected"] == 0 && taken["excluded"] == 0, "{party}: {taken}");
        let again = node.import(&[own.as_str(), "--source", party]);
        assert!(again["new"] == 0 && again["updated"] == 0, "{party}: {again}");
        let exported = node.json(&["export"]);
        let known: HashSet<&str> = exported["objects"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|object| object["id"].as_str())
            .collect();
        let entities = truth["enterprises"].as_array().unwrap().iter();
        let held: Vec<&Value> = entities
            .flat_map(|enterprise| enterprise["entities"].as_array().unwrap())
            .filter(|entity| entity["held_by"].as_array().unwrap().iter().any(|holder| holder == party))
            .collect();
        assert!(!held.is_empty(), "{party} holds something");
        let missing: Vec<&&Value> =
            held.iter().filter(|entity| !known.contains(entity["id"].as_str().unwrap())).collect();
        assert!(missing.is_empty(), "{party}: {missing:?}");
    }
}

/// Under agreements the police find more than anybody alone, and nobody's records leave that no agreement names.
#[test]
fn together_finds_more_than_alone_and_discloses_what_agreements_name() {
    let maker = Node::new();
    let (folder, _) = generate(&maker, "world", &["--seed", "11"]);
    let score = || maker.json(&["range", "score", &text(&folder)]);
    let first = score();
    let recall = |figures: &Value| figures["recall"].as_f64().unwrap();
    let alone = first["alone"].as_array().unwrap();
    assert_eq!(alone.len(), 6);
    let best = alone.iter().map(recall).fold(0.0, f64::max);
    assert!(recall(&first["together"]) > best + 0.2, "{first}");
    assert_eq!(first["outsiders_disclosed"], 0);
    let (told, all) =
        (first["outsiders_within_agreements"].as_u64().unwrap(), first["outsiders"].as_u64().unwrap());
    // In so small a world an organisation touches many; of larger ones docs/quality.md tells the figures.
    assert!(told * 5 < all, "{told} of {all} uninvolved people's things were told");
    assert_eq!(score(), first, "what was told already is not told again, and nothing else is");
}
