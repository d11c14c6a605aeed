//! A data folder and the real binary, for the tests of the command line and of the HTTP API.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod money;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The sample of the repository.
pub(crate) const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/demo");

/// A data folder of its own, and room for files beside it; both go with the test.
pub(crate) struct Node {
    room: TempDir,
}

impl Node {
    pub(crate) fn new() -> Node {
        Node { room: tempfile::tempdir().unwrap() }
    }

    /// The data folder; made by the first import.
    pub(crate) fn data(&self) -> PathBuf {
        self.room.path().join("data")
    }

    /// A path beside the data folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// A file beside the data folder; gives its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        text(&path)
    }

    /// A command on this data folder, not yet run.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
        command.env_remove("ENTENTE_DATA").env("ENTENTE_LOG", "warn");
        command.arg("--data").arg(self.data()).args(args);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a command prints with `--json`; the command must succeed.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let output = self.command(args).arg("--json").output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {complaint}");
        // One document and nothing else.
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}"))
    }

    /// Imports and checks that the counts add up.
    pub(crate) fn import(&self, args: &[&str]) -> Value {
        let counts = self.json(&[&["import"], args].concat());
        let count = |name: &str| counts[name].as_u64().unwrap_or_else(|| panic!("{name} in {counts}"));
        let parts = ["new", "updated", "unchanged", "excluded", "rejected"].map(count);
        assert_eq!(count("read"), parts.iter().sum::<u64>(), "{counts}");
        assert!(counts["seconds"].is_f64(), "{counts}");
        counts
    }

    /// Labels of what a search finds.
    pub(crate) fn found(&self, value: &str) -> Vec<String> {
        let found = self.json(&["find", value]);
        array(&found["objects"]).iter().map(|object| string(&object["label"])).collect()
    }
}

pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub(crate) fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("an array, not {value}"))
}

pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

/// A STIX id whose number can be seen in it.
pub(crate) fn id(kind: &str, number: u32) -> String {
    format!("{kind}--{number:08x}-6d5b-4a1c-9f3e-5d2c7b8a9e10")
}

/// A malware object, as of a day of January 2026.
pub(crate) fn malware(number: u32, name: &str, day: u32) -> Value {
    json!({
        "type": "malware", "spec_version": "2.1", "id": id("malware", number), "name": name, "is_family": true,
        "created": "2026-01-01T00:00:00.000Z", "modified": format!("2026-01-{day:02}T00:00:00.000Z"),
    })
}

/// A relationship.
pub(crate) fn relationship(number: u32, source: &str, kind: &str, target: &str) -> Value {
    json!({
        "type": "relationship", "spec_version": "2.1", "id": id("relationship", number),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "relationship_type": kind, "source_ref": source, "target_ref": target,
    })
}

/// A bundle of objects.
pub(crate) fn bundle(objects: &[Value]) -> String {
    json!({ "type": "bundle", "id": id("bundle", 1), "objects": objects }).to_string()
}

/// Seeded numbers, the same in every run (Knuth, TAOCP volume 2, section 3.3.4).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
