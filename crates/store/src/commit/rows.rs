//! Rows by the dozen: beginning and ending a statement costs about as much as appending a row.

use rusqlite::{CachedStatement, Connection, ToSql};

use crate::StoreError;
use crate::error::Doing;

/// Rows in one statement.
const AT_ONCE: usize = 48;

/// Where rows go. `verb` says what becomes of a row that is there already. Whatever fails ends the batch's transaction, so ordinary
/// rows are inserted `OR FAIL`: with `ABORT`, SQLite would keep the pages of a statement as they were before it.
#[derive(Clone, Copy)]
pub(super) struct Table {
    verb: &'static str,
    name: &'static str,
    columns: usize,
}

impl Table {
    pub(super) const fn new(name: &'static str, columns: usize) -> Table {
        Table { verb: "INSERT OR FAIL", name, columns }
    }

    /// Rows that are there stay as they are.
    pub(super) const fn keeping(name: &'static str, columns: usize) -> Table {
        Table { verb: "INSERT OR IGNORE", name, columns }
    }

    /// Rows that are there are written over.
    pub(super) const fn replacing(name: &'static str, columns: usize) -> Table {
        Table { verb: "INSERT OR REPLACE", name, columns }
    }

    /// Writes rows in their order; `bind` puts the columns of one, in theirs.
    pub(super) fn fill<R>(
        self,
        conn: &Connection,
        rows: impl IntoIterator<Item = R, IntoIter: ExactSizeIterator>,
        mut bind: impl FnMut(&mut Columns, R) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter();
        for at_once in [AT_ONCE, 1] {
            if rows.len() < at_once {
                continue;
            }
            let statement = conn.prepare_cached(&self.sql(at_once)).doing(super::write::DOING)?;
            let mut columns = Columns { statement, bound: 0 };
            while rows.len() >= at_once {
                rows.by_ref().take(at_once).try_for_each(|row| bind(&mut columns, row))?;
                columns.write()?;
            }
        }
        Ok(())
    }

    fn sql(&self, rows: usize) -> String {
        let row = format!("({})", vec!["?"; self.columns].join(", "));
        format!("{} INTO {} VALUES {}", self.verb, self.name, vec![row.as_str(); rows].join(", "))
    }
}

/// The columns of the rows of one statement.
pub(super) struct Columns<'c> {
    statement: CachedStatement<'c>,
    bound: usize,
}

impl Columns<'_> {
    /// The next column.
    pub(super) fn put(&mut self, value: impl ToSql) -> Result<(), StoreError> {
        self.bound += 1;
        self.statement.raw_bind_parameter(self.bound, value).doing(super::write::DOING)
    }

    fn write(&mut self) -> Result<(), StoreError> {
        self.bound = 0;
        self.statement.raw_execute().map(drop).doing(super::write::DOING)
    }
}
