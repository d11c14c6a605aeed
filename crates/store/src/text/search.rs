//! Asking the index, for one viewer.

use entente_model::{ClaimNo, Kind, VertexNo};
use rusqlite::{Connection, params};

use super::TextIndex;
use super::index::{Tier, kind_word};
use super::query::expression;
use crate::error::Doing;
use crate::{StoreError, View};

const SEARCHING: &str = "searching text";

/// Where a page of hits ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextCursor {
    /// Index of the step in which the last hit was found.
    pub step: u8,
    /// The row of the index it was.
    pub row: i64,
}

/// A page of hits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextHits {
    /// The vertices found, best first, each once.
    pub vertices: Vec<VertexNo>,
    /// Where the next page begins; `None` when there is none.
    pub next: Option<TextCursor>,
}

/// Hits come in this order, newest first within each: where the words are in the label, then where they are elsewhere.
const STEPS: [(Tier, Place); 6] = [
    (Tier::Named, Place::Label),
    (Tier::Value, Place::Label),
    (Tier::Other, Place::Label),
    (Tier::Named, Place::Elsewhere),
    (Tier::Value, Place::Elsewhere),
    (Tier::Other, Place::Elsewhere),
];

#[derive(Clone, Copy)]
enum Place {
    Label,
    Elsewhere,
}

impl TextIndex {
    /// What a viewer finds by words, of some kinds or (when `kinds` is empty) of all. `limit` at most; continue with
    /// the cursor answered. Any text is allowed.
    pub fn search(
        &self,
        view: &View,
        text: &str,
        kinds: &[Kind],
        cursor: Option<TextCursor>,
        limit: usize,
    ) -> Result<TextHits, StoreError> {
        let Some(words) = expression(text) else { return Ok(TextHits::default()) };
        let conn = self.readers.check_out()?;
        let mut hits = TextHits::default();
        let first = cursor.map_or(0, |cursor| usize::from(cursor.step));
        for (step, (tier, place)) in STEPS.iter().enumerate().skip(first) {
            let question = Question { conn: &conn, words: &words, kinds, tier: *tier, place: *place };
            let before = cursor.filter(|_| step == first).map_or(i64::MAX, |cursor| cursor.row);
            if let Some(row) = question.ask(view, before, limit, &mut hits.vertices)? {
                hits.next = Some(TextCursor { step: step as u8, row });
                break;
            }
        }
        Ok(hits)
    }
}

/// One step of a search.
struct Question<'q> {
    conn: &'q Connection,
    words: &'q str,
    kinds: &'q [Kind],
    tier: Tier,
    place: Place,
}

impl Question<'_> {
    /// Adds hits until there are `limit`; the row of the last one then.
    fn ask(
        &self,
        view: &View,
        before: i64,
        limit: usize,
        hits: &mut Vec<VertexNo>,
    ) -> Result<Option<i64>, StoreError> {
        if hits.len() >= limit {
            // The page became full at the end of the step before; this one continues from its beginning.
            return Ok(Some(before));
        }
        let expression = self.expression();
        let sql = "SELECT rowid FROM texts WHERE texts MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC";
        let mut statement = self.conn.prepare_cached(sql).doing(SEARCHING)?;
        let mut rows = statement.query(params![expression, before]).doing(SEARCHING)?;
        while let Some(found) = rows.next().doing(SEARCHING)? {
            let row = found.get(0).doing(SEARCHING)?;
            if let Some(vertex) = self.counts(view, row, &expression)?
                && !hits.contains(&vertex)
            {
                hits.push(vertex);
                if hits.len() >= limit {
                    return Ok(Some(row));
                }
            }
        }
        Ok(None)
    }

    fn expression(&self) -> String {
        let words = self.words;
        let kinds: Vec<String> = self.kinds.iter().map(|kind| format!("\"{}\"", kind_word(kind))).collect();
        let only = match kinds.is_empty() {
            true => String::new(),
            false => format!(" AND {{kind}} : ({})", kinds.join(" OR ")),
        };
        let tier = self.tier.word();
        match self.place {
            Place::Label => format!("{{label}} : {words} AND {{kind}} : {tier}{only}"),
            Place::Elsewhere => {
                format!("(({{label body}} : {words} AND {{kind}} : {tier}{only}) NOT {{label}} : {words})")
            }
        }
    }

    /// The vertex a row stands for, when the viewer may know that it matches.
    fn counts(&self, view: &View, row: i64, expression: &str) -> Result<Option<VertexNo>, StoreError> {
        let no = (row / 2) as u32;
        if row % 2 == 1 {
            let vertex = VertexNo(no);
            return Ok(view.is_only_a_value(vertex)?.then_some(vertex));
        }
        let Some((vertex, others)) = view.current_claim(ClaimNo(no))? else { return Ok(None) };
        for other in others {
            // Another source's claim has made the vertex a hit already: a newer one here, or any in an earlier step.
            let row = 2 * i64::from(other.0);
            if (other.0 > no && self.matches(row, expression)?) || self.was_in_label(row)? {
                return Ok(None);
            }
        }
        Ok(Some(vertex))
    }

    fn was_in_label(&self, row: i64) -> Result<bool, StoreError> {
        match self.place {
            Place::Label => Ok(false),
            Place::Elsewhere => self.matches(row, &format!("{{label}} : {}", self.words)),
        }
    }

    fn matches(&self, row: i64, expression: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM texts WHERE texts MATCH ?1 AND rowid = ?2)";
        let mut statement = self.conn.prepare_cached(sql).doing(SEARCHING)?;
        statement.query_row(params![expression, row], |found| found.get(0)).doing(SEARCHING)
    }
}
