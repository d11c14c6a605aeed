//! Printing: one JSON document with `--json`, plain columns for people otherwise.

use std::io::{self, Write};

use serde::Serialize;

use crate::app::view::{Edge, ObjectSummary};

/// Prints one JSON document.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    serde_json::to_writer(&mut output, value)?;
    writeln!(output)?;
    Ok(())
}

/// Prints lines.
pub(crate) fn lines(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    for line in lines {
        writeln!(output, "{line}")?;
    }
    Ok(())
}

/// Says what went wrong, cause by cause.
pub(crate) fn complain(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "entente: {error:#}");
}

/// A thing in one line: type, label, who says so, id.
pub(crate) fn thing(thing: &ObjectSummary) -> String {
    let mut notes = Vec::new();
    if thing.revoked {
        notes.push("revoked".to_owned());
    }
    if thing.mentioned_only {
        notes.push("mentioned only".to_owned());
    }
    notes.extend(thing.hub.as_ref().map(|reason| format!("hub: {reason}")));
    notes.extend(thing.country.clone());
    let notes = if notes.is_empty() { String::new() } else { format!("  [{}]", notes.join(", ")) };
    format!(
        "{:<18} {}{notes}  ({})  {}",
        thing.kind,
        visible(&thing.label),
        thing.sources.join(", "),
        thing.id
    )
}

/// A link in one line.
pub(crate) fn link(edge: &Edge, label: &dyn Fn(&str) -> String) -> String {
    let at = edge.at.as_deref().map_or(String::new(), |at| format!(" at {at}"));
    format!(
        "{} --{}--> {}{at}  (claim {}, {}, TLP:{})",
        visible(&label(&edge.source)),
        edge.kind,
        visible(&label(&edge.target)),
        edge.claim,
        edge.source_name,
        edge.tlp.to_uppercase()
    )
}

/// Text from outside with nothing in it that moves a terminal's cursor or colours.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_from_outside_are_not_printed() {
        assert_eq!(visible("a\u{1b}[31mb\nc"), "a\u{fffd}[31mb\u{fffd}c");
    }
}
