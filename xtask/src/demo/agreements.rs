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

/// Makes all of them, has each side sign, and tells each where to find the other.
pub(super) fn sign_all() -> Result<()> {
    MADE.iter().try_for_each(|made| {
        let file = root().join(DATA).join(format!("{}.json", made.template));
        let draft = serde_json::to_string_pretty(&made.draft()?)?;
        fs::write(&file, draft).with_context(|| format!("`{}` cannot be written", file.display()))?;
        let [(_, first), (_, second)] = made.parties;
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
