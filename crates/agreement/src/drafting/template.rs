//! Agreements to begin with.

use crate::Agreement;

/// An agreement to begin with: everything but the parties' names, keys and dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub title: &'static str,
    text: &'static str,
}

impl Template {
    /// Every template.
    pub const ALL: &[Template] = &[
        Template {
            name: "company-police",
            title: "A company tells a police unit what it learns of attacks",
            text: include_str!("../../templates/company-police.json"),
        },
        Template {
            name: "csirt-csirt",
            title: "Two CSIRTs tell each other of threats and incidents",
            text: include_str!("../../templates/csirt-csirt.json"),
        },
        Template {
            name: "bank-police",
            title: "A bank's fraud unit tells a police unit of accounts and wallets used in fraud",
            text: include_str!("../../templates/bank-police.json"),
        },
        Template {
            name: "university-statistics",
            title: "A company gives a university pseudonymised observations and statistics",
            text: include_str!("../../templates/university-statistics.json"),
        },
        Template {
            name: "operation",
            title: "In one operation, a partner tells a police unit what it holds of an organisation",
            text: include_str!("../../templates/operation.json"),
        },
    ];

    /// The template with this name.
    pub fn named(name: &str) -> Option<&'static Template> {
        Template::ALL.iter().find(|template| template.name == name)
    }

    /// The draft. Its parties have no keys yet; [`Agreement::check`] says what else is to be filled in.
    pub fn agreement(&self) -> Agreement {
        serde_json::from_str(self.text).expect("a template is an agreement; a test reads each")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_an_agreement_that_lacks_only_keys() {
        for template in Template::ALL {
            let draft = template.agreement();
            let findings = draft.check();
            let wrong: Vec<_> = findings.iter().filter(|finding| !finding.at.ends_with(".keys")).collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", template.name);
            assert_eq!(findings.len(), draft.parties.len(), "{}", template.name);
        }
    }
}
