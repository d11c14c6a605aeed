//! Clients that others made: taxii2-client (OASIS) and cytaxii2 (Cyware) from PyPI, over TLS.
//!
//! The test makes an environment for them in the target folder, once. Where PyPI cannot be reached it says so and tries nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::asker::Desk;
use crate::node::{array, id, malware, string};
use crate::pair::domain;

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/taxii/clients");

/// A Python that has the clients; `None` where they cannot be had.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("taxii-clients");
    let python = folder.join("bin/python");
    let wanted = format!("{CLIENTS}/requirements.txt");
    let has = |python: &Path| {
        let check = Command::new(python).args(["-c", "import taxii2client, cytaxii2"]).output();
        check.is_ok_and(|output| output.status.success())
    };
    if has(&python) {
        return Some(python);
    }
    let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("SKIPPED: there is no python3 with venv, so clients that others made were not tried");
        return None;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", &wanted];
    let installed = Command::new(&python).args(pip).status().unwrap();
    if installed.success() && has(&python) {
        return Some(python);
    }
    println!("SKIPPED: PyPI cannot be reached, so clients that others made were not tried");
    None
}

/// What a script printed: one JSON document.
fn drive(python: &Path, script: &str, desk: &Desk, more: &Value) -> Value {
    let certificate = string(&desk.serving.announced["taxii_certificate"]);
    let task = json!({
        "server": format!("{}/taxii2/", desk.police.base), "user": "police", "password": desk.police.secret,
        "certificate": certificate, "task": more,
    });
    let mut command = Command::new(python);
    command.arg(format!("{CLIENTS}/{script}")).arg(task.to_string());
    // Where requests takes its trust from when nobody tells it.
    command.env("REQUESTS_CA_BUNDLE", &certificate);
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {complaint}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{script}: {error}: {complaint}"))
}

fn told(desk: &Desk) -> Vec<String> {
    let mut objects: Vec<Value> = (0..25).map(|number| malware(number, "bird", 2)).collect();
    objects.push(domain(30, "wick.lamp-relay.example"));
    desk.pair.learn("first.json", &objects);
    desk.told(&id("domain-name", 30));
    desk.pair.learn("second.json", &[malware(0, "bird", 5)]);
    let versions = format!("{}objects/{}/versions/", desk.collection("attacks"), id("malware", 0));
    crate::pair::wait("the second version", || {
        (array(&desk.police.get(&versions).json()["versions"]).len() == 2).then_some(())
    });
    let all = desk.police.get(&format!("{}objects/", desk.collection("attacks")));
    all.ids()
}

/// A good object and a bad one, for the company's inbox.
fn pushed(number: u32) -> Value {
    json!([malware(number, "Kite", 2), { "type": "malware", "id": id("malware", number + 1), "spec_version": "2.1" }])
}

/// One test, because both are installed into one place.
#[test]
fn clients_that_others_made_read_and_push() {
    let Some(python) = python() else { return };
    let desk = Desk::open(|_| {});
    let all = told(&desk);
    taxii2_client(&python, &desk, &all);
    cytaxii2(&python, &desk, &all);
}

fn taxii2_client(python: &Path, desk: &Desk, all: &[String]) {
    let task = json!({ "versioned": id("malware", 0), "push": pushed(100) });
    let seen = drive(python, "with_taxii2_client.py", desk, &task);
    assert_eq!(
        seen["collections"],
        json!([["attacks", true, false], ["accounts", true, false], ["warnings", false, true]])
    );
    assert_eq!(seen["paged"], json!(all), "{seen}");
    assert_eq!(seen["manifest"], json!(all.len()));
    assert_eq!(seen["domains"], json!([id("domain-name", 30)]));
    assert_eq!(seen["since"], json!(0));
    assert_eq!(array(&seen["versions"]).len(), 2);
    assert_eq!(seen["of_all_versions"], json!(2));
    assert_eq!(seen["missing"], 404);
    assert_eq!(seen["deleted"], 403);
    assert_eq!(seen["wrong_password"], 401);
    assert_eq!(seen["status"], json!(["complete", 2, 1, 1, 0]), "{seen}");
    assert!(desk.pair.company.json(&["show", &id("malware", 100)])["claims"].is_array());
}

fn cytaxii2(python: &Path, desk: &Desk, all: &[String]) {
    let seen = drive(python, "with_cytaxii2.py", desk, &json!({ "push": pushed(200) }));
    assert_eq!(seen["root"], json!("Exchange"));
    assert_eq!(seen["collections"], 3);
    assert_eq!(seen["paged"], json!(all), "{seen}");
    assert_eq!(seen["domains"], json!([id("domain-name", 30)]));
    assert_eq!(seen["one"], json!([id("malware", 3)]));
    assert_eq!(seen["status"], json!([202, 2, 1, 1]), "{seen}");
    assert_eq!(seen["unknown"], 404);
}
