//! Saved charts.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Desk, time};
use crate::StoreError;
use crate::error::Doing;

/// What somebody arranged, with notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Id.
    pub id: String,
    /// Who saved it first.
    pub owner: String,
    /// Name.
    pub name: String,
    /// Notes.
    pub notes: String,
    /// The page's own document, JSON.
    pub document: String,
    /// Counts the saves, from 1.
    pub version: u64,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// What became of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartSave {
    /// Saved as this version.
    Saved(u64),
    /// Somebody else saved in between.
    Conflict,
    /// There is no such chart.
    Unknown,
}

const COLUMNS: &str = "id, owner, name, notes, document, version, updated_at";

fn chart(row: &Row<'_>) -> rusqlite::Result<Chart> {
    Ok(Chart {
        id: row.get("id")?,
        owner: row.get("owner")?,
        name: row.get("name")?,
        notes: row.get("notes")?,
        document: row.get("document")?,
        version: row.get::<_, i64>("version")?.unsigned_abs(),
        updated_at: time(row, "updated_at")?,
    })
}

impl Desk {
    /// Charts, the one saved last first.
    pub fn charts(&self) -> Result<Vec<Chart>, StoreError> {
        let doing = "listing charts";
        let conn = self.conn();
        let sql = format!("SELECT {COLUMNS} FROM charts ORDER BY updated_at DESC, id");
        let mut query = conn.prepare_cached(&sql).doing(doing)?;
        query.query_map([], chart).doing(doing)?.collect::<Result<_, _>>().doing(doing)
    }

    /// One chart.
    pub fn chart(&self, id: &str) -> Result<Option<Chart>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM charts WHERE id = ?1");
        self.conn().query_row(&sql, [id], chart).optional().doing("looking up a chart")
    }

    /// Keeps a new chart, as version 1.
    pub fn add_chart(&self, chart: &Chart) -> Result<(), StoreError> {
        let sql = "INSERT INTO charts (id, owner, name, notes, document, version, updated_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)";
        let Chart { id, owner, name, notes, document, updated_at, .. } = chart;
        let values = params![id, owner, name, notes, document, updated_at.as_microsecond()];
        self.conn().execute(sql, values).doing("keeping a chart")?;
        Ok(())
    }

    /// Saves a chart over its version `chart.version`, and only over that.
    pub fn save_chart(&self, chart: &Chart) -> Result<ChartSave, StoreError> {
        let sql =
            "UPDATE charts SET name = ?2, notes = ?3, document = ?4, updated_at = ?5, version = version + 1
                   WHERE id = ?1 AND version = ?6";
        let Chart { id, name, notes, document, updated_at, version, .. } = chart;
        let based_on = i64::try_from(*version).unwrap_or(i64::MAX);
        let values = params![id, name, notes, document, updated_at.as_microsecond(), based_on];
        let saved = self.conn().execute(sql, values).doing("saving a chart")?;
        match saved {
            1 => Ok(ChartSave::Saved(version + 1)),
            _ if self.chart(id)?.is_some() => Ok(ChartSave::Conflict),
            _ => Ok(ChartSave::Unknown),
        }
    }

    /// Removes a chart; false when there is none.
    pub fn remove_chart(&self, id: &str) -> Result<bool, StoreError> {
        let removed = self.conn().execute("DELETE FROM charts WHERE id = ?1", [id]);
        Ok(removed.doing("removing a chart")? == 1)
    }
}
