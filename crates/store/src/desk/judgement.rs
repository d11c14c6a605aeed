//! What people decided about who is behind things. A decision is never changed: it is withdrawn, and another made.

use entente_model::VertexNo;
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{Desk, time};
use crate::StoreError;
use crate::error::Doing;

/// That two things are of one organisation, or are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Its number; 0 before it is kept.
    pub no: u64,
    /// The two things, in any order.
    pub things: [VertexNo; 2],
    /// Whether they are of one organisation.
    pub same: bool,
    /// Who decided.
    pub person: String,
    /// Why, in their words.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Who withdrew it, and when.
    pub withdrawn: Option<(String, Timestamp)>,
}

const READING: &str = "reading what people decided";

impl Desk {
    /// Keeps a decision; answers its number.
    pub fn judge(&self, judgement: &Judgement) -> Result<u64, StoreError> {
        let [one, other] = judgement.things;
        let Judgement { same, person, note, at, .. } = judgement;
        let values = params![one.min(other).0, one.max(other).0, same, person, note, at.as_microsecond()];
        let sql =
            "INSERT INTO judgements (one, other, same, person, note, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let conn = self.conn();
        conn.execute(sql, values).doing("keeping what somebody decided")?;
        Ok(conn.last_insert_rowid().unsigned_abs())
    }

    /// One decision.
    pub fn judgement(&self, no: u64) -> Result<Option<Judgement>, StoreError> {
        Ok(self.judgements("no = ?1", i64::try_from(no).unwrap_or(i64::MAX))?.pop())
    }

    /// Withdraws a decision; false when there is none, or it was withdrawn before.
    pub fn withdraw_judgement(&self, no: u64, person: &str, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE judgements SET withdrawn_by = ?2, withdrawn_at = ?3 WHERE no = ?1 AND withdrawn_by IS NULL";
        let values = params![i64::try_from(no).unwrap_or(i64::MAX), person, now.as_microsecond()];
        Ok(self.conn().execute(sql, values).doing("withdrawing what somebody decided")? == 1)
    }

    /// Every decision about a thing, withdrawn ones too, the oldest first.
    pub fn judgements_of(&self, thing: VertexNo) -> Result<Vec<Judgement>, StoreError> {
        self.judgements("one = ?1 OR other = ?1", thing.0.into())
    }

    fn judgements(&self, condition: &str, value: i64) -> Result<Vec<Judgement>, StoreError> {
        let conn = self.conn();
        let sql = format!("SELECT * FROM judgements WHERE {condition} ORDER BY no");
        let mut query = conn.prepare_cached(&sql).doing(READING)?;
        query.query_map([value], judgement).doing(READING)?.collect::<Result<_, _>>().doing(READING)
    }
}

fn judgement(row: &Row<'_>) -> rusqlite::Result<Judgement> {
    let withdrawn: Option<String> = row.get("withdrawn_by")?;
    let withdrawn = withdrawn.map(|by| Ok::<_, rusqlite::Error>((by, time(row, "withdrawn_at")?)));
    Ok(Judgement {
        no: row.get::<_, i64>("no")?.unsigned_abs(),
        things: [VertexNo(row.get("one")?), VertexNo(row.get("other")?)],
        same: row.get("same")?,
        person: row.get("person")?,
        note: row.get("note")?,
        at: time(row, "at")?,
        withdrawn: withdrawn.transpose()?,
    })
}
