//! CSV (RFC 4180): one row a thing.

use std::io::{self, Write};

use crate::app::view::ObjectSummary;

/// Writes things as they come.
pub(crate) struct Rows<W: Write>(csv::Writer<W>);

impl<W: Write> Rows<W> {
    /// Begins with the header row.
    pub(crate) fn begin(output: W) -> io::Result<Rows<W>> {
        let mut rows = csv::Writer::from_writer(output);
        rows.write_record([
            "id",
            "type",
            "label",
            "revoked",
            "first_seen",
            "last_seen",
            "sources",
            "tlp",
            "claims",
            "degree",
            "country",
            "asn",
        ])?;
        Ok(Rows(rows))
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, thing: &ObjectSummary) -> io::Result<()> {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        self.0.write_record([
            thing.id.clone(),
            thing.kind.clone(),
            inert(&thing.label),
            thing.revoked.to_string(),
            optional(&thing.first_seen),
            optional(&thing.last_seen),
            inert(&thing.sources.join("; ")),
            thing.tlp.clone(),
            thing.claims.to_string(),
            thing.degree.to_string(),
            optional(&thing.country),
            thing.asn.map(|asn| asn.to_string()).unwrap_or_default(),
        ])?;
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Text that a spreadsheet does not take for a formula (OWASP: CSV injection). Labels are hostile input.
fn inert(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_looks_like_a_formula_is_made_inert() {
        assert_eq!(inert("=HYPERLINK(\"http://x.example\")"), "'=HYPERLINK(\"http://x.example\")");
        assert_eq!(inert("plain.example"), "plain.example");
    }
}
