//! Whose what a source tells is: this organisation's own, or another's.

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{Desk, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// What somebody of this node said about a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceWord {
    /// Name of the source.
    pub source: String,
    /// Whose it is; the node says what the word means.
    pub whose: String,
    /// Where the consent of somebody else can be found.
    pub reference: Option<String>,
    /// Who said so.
    pub said_by: String,
    /// When.
    pub said_at: Timestamp,
}

impl Desk {
    /// The last word on each source, by name.
    pub fn sources(&self) -> Result<Vec<SourceWord>, StoreError> {
        let doing = "listing sources";
        let conn = self.conn();
        let sql = "SELECT source, whose, reference, said_by, said_at FROM sources AS word
            WHERE no = (SELECT max(no) FROM sources WHERE source = word.source) ORDER BY source";
        let mut query = conn.prepare_cached(sql).doing(doing)?;
        query.query_map([], word).doing(doing)?.collect::<Result<_, _>>().doing(doing)
    }

    /// Keeps what was said about a source.
    pub fn say_of_source(&self, word: &SourceWord) -> Result<(), StoreError> {
        let SourceWord { source, whose, reference, said_by, said_at } = word;
        let sql =
            "INSERT INTO sources (source, whose, reference, said_by, said_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = params![source, whose, reference, said_by, micros(*said_at)];
        self.conn().execute(sql, values).map(drop).doing("saying whose a source is")
    }
}

fn word(row: &Row<'_>) -> rusqlite::Result<SourceWord> {
    Ok(SourceWord {
        source: row.get("source")?,
        whose: row.get("whose")?,
        reference: row.get("reference")?,
        said_by: row.get("said_by")?,
        said_at: time(row, "said_at")?,
    })
}
