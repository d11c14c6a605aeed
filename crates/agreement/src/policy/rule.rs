//! A clause as a Cedar policy.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::decision::{ClauseId, Outward, Reason};
use crate::FlowId;

/// A policy that forbids: what it stands on, when it strikes, and what then.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The check in the order of checks.
    pub(crate) check: u8,
    pub(crate) clause: ClauseId,
    pub(crate) effect: Effect,
    /// The ground in words.
    pub(crate) text: Arc<str>,
    /// The condition in Cedar.
    when: String,
}

/// What a rule does when its condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Cedar's `permit`: there is a flow.
    Permit,
    /// A person has to decide; `approvable` when the approval of one is what is missing.
    Refer { approvable: bool },
    /// It does not leave.
    Deny(Outward),
}

impl Rule {
    pub(crate) fn permit(clause: ClauseId, when: String) -> Rule {
        Rule { check: 2, clause, effect: Effect::Permit, text: "this flow covers it".into(), when }
    }

    pub(crate) fn refer(check: u8, clause: ClauseId, when: String, text: &str) -> Rule {
        Rule { check, clause, effect: Effect::Refer { approvable: false }, text: text.into(), when }
    }

    /// As [`Rule::refer`], where the approval of a person is what is missing.
    pub(crate) fn approve(check: u8, clause: ClauseId, when: String, text: &str) -> Rule {
        Rule { check, clause, effect: Effect::Refer { approvable: true }, text: text.into(), when }
    }

    pub(crate) fn deny(check: u8, clause: ClauseId, outward: Outward, when: String, text: &str) -> Rule {
        Rule { check, clause, effect: Effect::Deny(outward), text: text.into(), when }
    }

    pub(crate) fn reason(&self) -> Reason {
        let outward = match self.effect {
            Effect::Deny(outward) => outward,
            Effect::Permit | Effect::Refer { .. } => Outward::NotNow,
        };
        Reason { check: self.check, clause: self.clause.clone(), text: self.text.clone(), outward }
    }

    /// The policy in Cedar, for a person and for Cedar alike.
    pub(crate) fn cedar(&self, partner: &str, flow: &FlowId) -> String {
        let mut out = String::new();
        let word = if self.effect == Effect::Permit { "permit" } else { "forbid" };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "@clause({})", quoted(self.clause.as_str()));
        let _ = writeln!(out, "@check(\"{}\")", self.check);
        if self.effect != Effect::Permit {
            let _ = writeln!(out, "@outcome(\"{}\")", self.effect);
            let _ = writeln!(out, "@because({})", quoted(&self.text));
        }
        let _ = writeln!(
            out,
            "{word} (principal == Party::{}, action == Action::\"disclose\", resource)",
            quoted(partner)
        );
        let _ = write!(out, "when {{ context.flow == Flow::{}", quoted(flow.as_str()));
        if !self.when.is_empty() {
            let _ = write!(out, " && ({})", self.when);
        }
        out + " };\n"
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Permit => "permit",
            Effect::Refer { .. } => "refer",
            Effect::Deny(_) => "deny",
        })
    }
}

/// A string as Cedar writes it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            // It ends no string here, and words with it are read by people.
            '\'' => out.push(letter),
            _ => out.extend(letter.escape_default()),
        }
    }
    out.push('"');
    out
}

/// That a string is none of these words, in Cedar, which has no empty set.
pub(crate) fn is_none_of<'t>(string: &str, words: impl IntoIterator<Item = &'t str>) -> String {
    set(words).map_or_else(|| "true".to_owned(), |words| format!("!{words}.contains({string})"))
}

/// A set of strings as Cedar writes it; none when it is empty, which Cedar cannot write.
pub(crate) fn set<'t>(words: impl IntoIterator<Item = &'t str>) -> Option<String> {
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    (!words.is_empty()).then(|| format!("[{}]", words.join(", ")))
}
