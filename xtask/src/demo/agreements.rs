//! What the three agreed on, made and signed as people would with the command line: the templates as they are, with names and keys.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::DATA;
use super::node::{BANK, COMPANY, Node, POLICE};
use crate::run::{root, step};

/// An agreement from a template, and who takes which of its parties' places.
struct Made {
    template: &'static str,
    title: &'static str,
    parties: [(&'static str, Node); 2],
}

const MADE: [Made; 3] = [
    Made {
        template: "company-police",
        title: "Disclosure of attacks to the police",
        parties: [("company", COMPANY), ("police", POLICE)],
    },
    Made {
        template: "bank-police",
        title: "Disclosure of fraud to the police",
        parties: [("bank", BANK), ("police", POLICE)],
    },
    Made {
        template: "csirt-csirt",
        title: "Exchange of threats between a company and a bank",
        parties: [("csirt-a", COMPANY), ("csirt-b", BANK)],
    },
];

/// What is agreed when a world is played: in one operation, and of nothing else. Neither a ledger nor what sensors see leaves as it is.
const OPERATIONS: [Made; 2] = [
    Made {
        template: "operation",
        title: "Joint operation of a company and the police",
        parties: [("partner", COMPANY), ("police", POLICE)],
    },
    Made {
        template: "operation",
        title: "Joint operation of a bank and the police",
        parties: [("partner", BANK), ("police", POLICE)],
    },
];

/// The operation's name, as the agreements have it.
pub(super) const OPERATION: &str = "Operation Open Water";

/// Makes the agreements of the sample, has each side sign, and tells each where to find the other.
pub(super) fn sign_all() -> Result<()> {
    sign(&MADE, Made::draft)
}

/// The same with those about the operation.
pub(super) fn sign_operation() -> Result<()> {
    sign(&OPERATIONS, Made::about_the_operation)
}

fn sign(all: &[Made], draft: fn(&Made) -> Result<Value>) -> Result<()> {
    all.iter().try_for_each(|made| {
        let [(_, first), (_, second)] = made.parties;
        let file = root().join(DATA).join(format!("{}-{}.json", first.party, second.party));
        let draft = serde_json::to_string_pretty(&draft(made)?)?;
        fs::write(&file, draft).with_context(|| format!("`{}` cannot be written", file.display()))?;
        for node in [first, second] {
            step("signature", &node.entente("agreement sign").arg(&file).arg("--as").arg(node.party))?;
        }
        // The second's signature is in the file; the first takes it over.
        step("signature", &first.entente("agreement accept").arg(&file))?;
        for (node, partner) in [(first, second), (second, first)] {
            let add = node.entente("peer add").arg(partner.party).arg("--at").arg(partner.at());
            step("partner", &add.arg("--name").arg(partner.name))?;
        }
        Ok(())
    })
}

impl Made {
    /// The draft with what its template leaves open: the operation's name, and that what one partner's records led to may be told to the
    /// other.
    fn about_the_operation(&self) -> Result<Value> {
        let mut draft = self.draft()?;
        let partners: Value = [COMPANY, BANK].map(|node| node.party).into_iter().collect();
        draft["case_scope"]["operation"] = OPERATION.into();
        let parties = draft["parties"].as_array_mut().context("an agreement has parties")?;
        parties.iter_mut().filter(|party| party["id"] == POLICE.party).for_each(|police| {
            police["clients"] = partners.clone();
        });
        let flows = draft["flows"].as_array_mut().context("an agreement has flows")?;
        flows.iter_mut().filter(|flow| flow["from"] != POLICE.party).for_each(|flow| {
            flow["onward"]["allowed"] = "listed".into();
            flow["onward"]["listed"] = partners.clone();
        });
        Ok(draft)
    }

    fn draft(&self) -> Result<Value> {
        let [(_, first), _] = self.parties;
        let text = first.entente("agreement new --template").arg(self.template).output()?;
        let text = String::from_utf8(text).context("an agreement is text")?;
        let renamed = self.parties.iter().fold(text, |text, (place, node)| {
            text.replace(&format!("\"{place}\""), &format!("\"{}\"", node.party))
        });
        let mut draft: Value = serde_json::from_str(&renamed).context("an agreement is JSON")?;
        draft["title"] = self.title.into();
        let parties = draft["parties"].as_array_mut().context("an agreement has parties")?;
        for party in parties {
            let of = self.parties.iter().find(|(_, node)| party["id"] == node.party);
            of.context("a party that nobody is")?.1.describe(party)?;
        }
        Ok(draft)
    }
}
