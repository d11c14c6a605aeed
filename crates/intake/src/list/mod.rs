//! Indicator lists: text and tables of any shape.
//!
//! A record is a line or row that is neither empty, nor decoration, nor a comment. Comments and headings are the
//! provenance of what follows them ([`provenance`]); the path says what the list is about ([`origin`]). A line
//! becomes drafts ([`mint`]), or is counted under an exclusion when it names no indicator, or is rejected when it
//! should name one and does not.

mod blocklist;
mod cell;
mod finding;
mod lines;
mod mint;
mod origin;
mod prose;
mod provenance;
mod table;

use std::io::BufRead;

pub(crate) use blocklist::read as read_blocklist;
use cell::Unread;
use finding::Finding;
use lines::{Line, Lines};
use mint::{About, Mint};
use origin::{Origin, Subject};
use provenance::{Provenance, Reference};
use table::Table;

use crate::stix::pattern::{Edition, Pattern};
use crate::{Context, Outcome, Place, ReadError, Sink};

/// Most indicators of one line.
const MOST_FINDINGS: usize = 5_000;
/// Most lines a quoted cell may span.
const MOST_CELL_LINES: usize = 200;

/// Reads a list. The first look into `input` must show its head.
pub(crate) fn read(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let head = String::from_utf8_lossy(input.fill_buf()?).into_owned();
    let (table, header) = match Table::of(&head) {
        Some((table, header)) => (Some(table), header),
        None => (None, None),
    };
    drop(head);
    let mut lines = Lines::new(input, context.limits.record_bytes);
    let mut list = List::new(context, place, table);
    while let Some(line) = lines.next()? {
        if !line.fits {
            let reason = format!(
                "the line is longer than {} bytes: break it, or say what it is with --format",
                lines.longest()
            );
            sink.reject(list.at(&line), reason, b"")?;
        } else if header.map(|header| header as u64 + 1) == Some(line.number) {
            list.header = Some(line.bytes.clone());
        } else {
            let line = list.whole_row(line, &mut lines)?;
            list.line(&line, sink)?;
            lines.reuse(line);
        }
    }
    Ok(())
}

struct List<'c> {
    place: &'c Place,
    table: Option<Table>,
    /// The line that names the table's columns.
    header: Option<Vec<u8>>,
    mint: Mint<'c>,
    provenance: Provenance,
    /// No indicator has been met: comments speak of the whole list.
    opening: bool,
}

impl<'c> List<'c> {
    fn new(context: &'c Context, place: &'c Place, table: Option<Table>) -> List<'c> {
        let mint = Mint::new(&context.drafter, Origin::of(&place.file));
        List { place, table, header: None, mint, provenance: Provenance::default(), opening: true }
    }

    fn at(&self, line: &Line) -> Place {
        self.place.at(line.offset).line(line.number)
    }

    /// A row whose quoted cell goes on in the next lines, joined. A quote that never closes is taken as it
    /// stands when it would swallow too much.
    fn whole_row(&self, mut line: Line, lines: &mut Lines<'_>) -> std::io::Result<Line> {
        let Some(table) = &self.table else { return Ok(line) };
        if !table.is_open(&line.text()) {
            return Ok(line);
        }
        for _ in 0..MOST_CELL_LINES {
            let Some(next) = lines.next()? else { break };
            let fits = next.fits && line.bytes.len() + next.bytes.len() < lines.longest();
            line.bytes.push(b'\n');
            line.bytes.extend_from_slice(&next.bytes);
            if !fits || !table.is_open(&line.text()) {
                break;
            }
        }
        Ok(line)
    }

    fn line(&mut self, line: &Line, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let text = line.text();
        let text = text
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'));
        if text.is_empty() {
            self.provenance.blank();
            return Ok(());
        }
        if !text.contains(char::is_alphanumeric) || is_directive(text) {
            return Ok(());
        }
        if let Some(comment) = comment(text) {
            self.comment(comment);
            return Ok(());
        }
        let outcome = match self.table.take() {
            Some(table) => {
                let row = table.row(text);
                self.table = Some(table);
                self.row(row)
            }
            None => self.prose(text),
        };
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(reason) => Outcome::Rejected { reason, raw: self.with_header(&line.bytes) },
        };
        Ok(sink.put(self.at(line), outcome)?)
    }

    /// A row as it would stand in a file of its own: without its header nobody could tell its columns.
    fn with_header(&self, row: &[u8]) -> Vec<u8> {
        let header = self.header.iter().flat_map(|header| header.iter().chain(b"\n"));
        header.chain(row).copied().collect()
    }

    fn comment(&mut self, comment: &str) {
        let lower = comment.to_ascii_lowercase();
        let of_many =
            ["feed", "blocklist", "blacklist", "black)list"].iter().any(|word| lower.contains(word));
        if self.opening && of_many && !lower.contains("://") {
            self.mint.forget_subject();
        }
        self.provenance.comment(comment);
    }

    fn row(&mut self, row: table::Row) -> Result<Outcome, String> {
        if let Some(text) = &row.of_file {
            self.provenance.of_file(text);
        }
        if row.findings.is_empty() {
            return match row.unread {
                Some(Unread::Excluded(class)) => Ok(Outcome::Excluded(class)),
                Some(Unread::Wrong(reason)) => Err(reason),
                Some(Unread::Empty) | None => Ok(Outcome::Excluded("row without an indicator")),
            };
        }
        self.drafts(&row.findings, row.description, row.references, row.since, row.subject.as_ref())
    }

    fn prose(&mut self, text: &str) -> Result<Outcome, String> {
        if text.starts_with(['[', '(']) && Pattern::parse(text, Edition::V21).is_ok() {
            let about = self.about(None, Vec::new(), None);
            let drafts = self.mint.pattern(text, &about);
            return drafts.map(Outcome::Drafts).map_err(|error| error.to_string());
        }
        let extract = prose::extract(text);
        if !extract.findings.is_empty() {
            return self.drafts(&extract.findings, extract.description, extract.references, None, None);
        }
        for url in &extract.references {
            self.provenance.reference(url);
        }
        if extract.references.is_empty() && extract.class == prose::NO_INDICATOR && text.len() <= 200 {
            self.provenance.headline(text);
        }
        Ok(Outcome::Excluded(extract.class))
    }

    fn drafts(
        &mut self,
        findings: &[Finding],
        description: Option<String>,
        urls: Vec<String>,
        since: Option<String>,
        subject: Option<&Subject>,
    ) -> Result<Outcome, String> {
        if findings.len() > MOST_FINDINGS {
            return Err(format!("the line names more than {MOST_FINDINGS} indicators: write one on a line"));
        }
        let about = self.about(description, urls, since);
        let drafts = self.mint.drafts(findings, &about, subject, &self.provenance.aliases);
        self.provenance.used();
        self.opening = false;
        drafts.map(Outcome::Drafts).map_err(|error| error.to_string())
    }

    /// What the list says about the line at hand.
    fn about(&self, description: Option<String>, urls: Vec<String>, since: Option<String>) -> About {
        let heading = self.provenance.heading().map(str::to_owned);
        let description = match (heading, description) {
            (Some(heading), Some(text)) => Some(provenance::clip(&format!("{heading}: {text}"))),
            (heading, text) => text.or(heading),
        };
        let own = urls.into_iter().map(|url| Reference { source: "list".to_owned(), url: Some(url) });
        let references = self.provenance.references().cloned().chain(own).collect();
        About { description, references, since }
    }
}

/// The text of a comment or heading.
fn comment(text: &str) -> Option<&str> {
    let marked = ["#", "//", ";", "--", "==", "= ", "<!--", "/*"].iter().any(|mark| text.starts_with(mark));
    let titled = text.strip_prefix('.').is_some_and(|title| title.starts_with(|c: char| c.is_uppercase()));
    (marked || titled).then(|| {
        text.trim_matches(|c: char| c.is_whitespace() || "#/;=-*<>!".contains(c)).trim_start_matches('.')
    })
}

/// Instructions to a text processor: `:toc:`, `[options="header"]`.
fn is_directive(text: &str) -> bool {
    let attribute = text.strip_prefix(':').and_then(|rest| rest.split_once(':'));
    let named = attribute.is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    named || (text.starts_with('[') && text.ends_with(']') && text.contains("=\""))
}
