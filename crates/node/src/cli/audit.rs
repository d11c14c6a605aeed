//! `entente audit`.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use entente_ledger::{CosignerKey, Verifier};
use entente_store::disclosure::{self, Disclosed, Receipt};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Audit, Cli, VerifyProof, output};
use crate::app::{App, Verdict};

/// Checks logs and proofs; exits with 1 and names the first thing that does not hold.
pub(super) fn run(cli: &Cli, audit: &Audit) -> anyhow::Result<ExitCode> {
    match audit {
        Audit::Verify => verify(cli),
        Audit::VerifyProof(proof) => verify_proof(cli, proof),
    }
}

fn verify(cli: &Cli) -> anyhow::Result<ExitCode> {
    match App::verify(&cli.data)? {
        Verdict::Holds { leaves, root, partners } => {
            if cli.json {
                let partners: Vec<Value> = partners
                    .iter()
                    .map(|wire| {
                        json!({
                            "partner": wire.partner, "leaves": wire.batches, "items": wire.items,
                            "erased": wire.erased, "root": wire.root,
                        })
                    })
                    .collect();
                output::json(
                    &json!({ "holds": true, "leaves": leaves, "root": root, "partners": partners }),
                )?;
            } else {
                output::lines([format!("The log holds: {leaves} leaves, root {root}")])?;
                output::lines(partners.iter().map(|wire| {
                    let partner = output::visible(&wire.partner.0);
                    let (batches, items) = (wire.batches, wire.items);
                    let root = wire.root.as_deref().map_or(String::new(), |root| format!(", root {root}"));
                    format!("The log of `{partner}` holds: {batches} leaves, {items} items told{root}")
                }))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { partner, leaf, what } => {
            if cli.json {
                let broken =
                    json!({ "holds": false, "partner": partner, "first_bad_leaf": leaf, "what": what });
                output::json(&broken)?;
            } else {
                let log = partner.map(|partner| format!("of the log of `{}` ", output::visible(&partner)));
                let leaf = leaf.map_or("The log".to_owned(), |leaf| format!("Leaf {leaf}"));
                output::lines([format!("{leaf} {}does not hold: {what}", log.unwrap_or_default())])?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Needs no data folder: a proof is for those who have none.
fn verify_proof(cli: &Cli, asked: &VerifyProof) -> anyhow::Result<ExitCode> {
    let (sender, recipient) = match asked.key.as_slice() {
        [sender] => (sender, None),
        [sender, recipient] => (sender, Some(recipient)),
        _ => bail!("give the key of whoever told, and perhaps that of whoever was told; not more"),
    };
    let sender = Verifier::parse(sender).context("the sender's key")?;
    let recipient =
        recipient.map(|key| CosignerKey::parse(key)).transpose().context("the recipient's key")?;
    match disclosure::verify(&read(asked)?, &sender, recipient.as_ref()) {
        Ok(disclosed) => {
            if cli.json {
                output::json(&as_json(&disclosed))?;
            } else {
                output::lines(as_text(&disclosed, recipient.as_ref()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            if cli.json {
                output::json(&json!({ "holds": false, "what": fault.to_string() }))?;
            } else {
                output::lines([format!("The proof does not hold: {}", output::visible(&fault.to_string()))])?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The most a proof may be: an object of the largest size taken in, and room for its proof.
const LARGEST: u64 = 64 << 20;

fn read(asked: &VerifyProof) -> anyhow::Result<Vec<u8>> {
    let mut file = Vec::new();
    let name = asked.file.display();
    let input: Box<dyn Read> = match asked.file.as_os_str() == "-" {
        true => Box::new(std::io::stdin().lock()),
        false => {
            Box::new(std::fs::File::open(&asked.file).with_context(|| format!("`{name}` cannot be read"))?)
        }
    };
    input.take(LARGEST + 1).read_to_end(&mut file).with_context(|| format!("`{name}` cannot be read"))?;
    if file.len() as u64 > LARGEST {
        bail!("`{name}` is longer than any proof, which has at most {LARGEST} bytes");
    }
    Ok(file)
}

fn as_text(disclosed: &Disclosed, recipient: Option<&CosignerKey>) -> Vec<String> {
    let line = |name: &str, value: String| format!("{name:<10} {}", output::visible(&value));
    let clauses: Vec<&str> = disclosed.clauses.iter().map(|clause| clause.0.as_str()).collect();
    let mut lines = vec![
        "The proof holds.".to_owned(),
        line("log", disclosed.log.clone()),
        line("to", disclosed.to.0.clone()),
        line("kind", disclosed.kind.word().to_owned()),
        line("when", disclosed.added.to_string()),
        line("agreement", disclosed.agreement.to_string()),
        line("clauses", clauses.join(", ")),
    ];
    lines.extend(disclosed.flow.as_ref().map(|flow| line("flow", flow.0.clone())));
    lines.extend(disclosed.object.as_ref().map(|object| line("object", object.clone())));
    lines.push(line(
        "place",
        format!("item {}, leaf {} of {}", disclosed.seq, disclosed.leaf, disclosed.size),
    ));
    lines.push(line("receipt", receipt(disclosed, recipient)));
    lines.push(String::new());
    lines.push(output::visible(&disclosed.released));
    lines
}

fn receipt(disclosed: &Disclosed, recipient: Option<&CosignerKey>) -> String {
    match (&disclosed.receipt, recipient) {
        (Receipt::Cosigned(second), Some(key)) => {
            let at = i64::try_from(*second).ok().and_then(|second| Timestamp::from_second(second).ok());
            let at = at.map_or(second.to_string(), |at| at.to_string());
            format!("by `{}` at {at}", key.name())
        }
        _ => "not checked, as no key of the recipient was given".to_owned(),
    }
}

fn as_json(disclosed: &Disclosed) -> Value {
    let receipt = match &disclosed.receipt {
        Receipt::NotAsked => Value::Null,
        Receipt::Cosigned(second) => json!(second),
    };
    json!({
        "holds": true,
        "log": disclosed.log,
        "to": disclosed.to,
        "seq": disclosed.seq,
        "kind": disclosed.kind,
        "flow": disclosed.flow,
        "object": disclosed.object,
        "version": disclosed.version,
        "added": disclosed.added,
        "agreement": disclosed.agreement.to_string(),
        "clauses": disclosed.clauses,
        "released": disclosed.released,
        "leaf": disclosed.leaf,
        "size": disclosed.size,
        "receipt_at": receipt,
    })
}
