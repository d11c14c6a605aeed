//! What the company goes on to learn while the demonstration runs.

use std::{fs, sync::mpsc::Receiver, time::Duration};

use anyhow::{Context, Result, bail};

use super::DATA;
use super::node::{COMPANY, Node};
use crate::run::root;

/// What is printed of it.
pub(super) const ANNOUNCEMENT: &str = "\
Every five seconds Brightwater's sensors meet another relay of `lantern`. It is at the police and at the bank a moment later, in
the form agreed: see Wire on any of the three pages.";

const EVERY: Duration = Duration::from_secs(5);
const WORDS: [&str; 12] = [
    "wick", "ember", "flint", "tallow", "shade", "glass", "brass", "soot", "hearth", "spark", "dusk", "gleam",
];

/// Tells until a node ends, which is an error, or the process does.
pub(super) fn run(ended: &Receiver<Node>) -> Result<()> {
    // The name of a list's file is the family it is about.
    let list = root().join(DATA).join("feed/lantern.txt");
    fs::create_dir_all(list.parent().unwrap_or(&list))?;
    // A kept folder has been told some already; telling one again is no news.
    let told = fs::read_to_string(list.with_extension("count")).ok().and_then(|count| count.parse().ok());
    for number in told.unwrap_or(0_usize).. {
        let word = WORDS[number % WORDS.len()];
        let relay = format!("{word}-{}.lamp-relay.example\n", number / WORDS.len());
        fs::write(&list, relay).with_context(|| format!("`{}` cannot be written", list.display()))?;
        fs::write(list.with_extension("count"), number.to_string())?;
        let import = COMPANY.entente("--json import").arg(&list).arg("--source").arg("Brightwater sensors");
        import.arg("--tlp").arg("green").output()?;
        if let Ok(node) = ended.recv_timeout(EVERY) {
            bail!("{} ended; {} says why", node.name, node.log().display());
        }
    }
    Ok(())
}
