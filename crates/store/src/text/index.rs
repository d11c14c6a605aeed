//! Filling the index from the claims.

use std::borrow::Cow;

use entente_model::{Kind, KindFamily, Object};
use rusqlite::{CachedStatement, Connection, Row, TransactionBehavior, params};

use super::TextIndex;
use super::query::joined;
use crate::commit::{Ends, ends};
use crate::error::Doing;
use crate::{Store, StoreError, leaf, value};

const INDEXING: &str = "indexing text";

/// What is indexed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    claims: u32,
    vertices: u32,
    late_values: u64,
    removals: u64,
    erased: u64,
}

/// Where in the order of hits a kind stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    /// Things of which there is a catalogue: families, actors, campaigns, reports.
    Named,
    /// Observables.
    Value,
    /// Indicators, relationships and the rest, of which there are most.
    Other,
}

impl Tier {
    fn of(kind: &Kind) -> Tier {
        match kind {
            Kind::Indicator | Kind::ObservedData | Kind::Note | Kind::Opinion => Tier::Other,
            kind => match kind.family() {
                KindFamily::Domain => Tier::Named,
                KindFamily::Observable => Tier::Value,
                KindFamily::Relationship | KindFamily::Meta => Tier::Other,
            },
        }
    }

    /// A word that no kind is called.
    pub(super) fn word(self) -> &'static str {
        ["tier0named", "tier1value", "tier2other"][self as usize]
    }
}

/// The word under which a kind is indexed: its letters and digits.
pub(super) fn kind_word(kind: &Kind) -> String {
    kind.as_str().chars().filter(char::is_ascii_alphanumeric).collect()
}

impl TextIndex {
    /// Indexes up to `limit` claims and values that were committed since; answers how many. Call it until it answers 0:
    /// one transaction a call, so that searches see what is done so far.
    pub fn catch_up(&self, store: &Store, limit: usize) -> Result<usize, StoreError> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).doing(INDEXING)?;
        let mut cursor = cursor(&tx)?;
        // Only now: while this waited for its turn, another process may have indexed what was committed meanwhile, and
        // an older end would lie before the cursor.
        let conn = store.readers.check_out()?;
        store.catch_up(&conn)?;
        let end = ends(&conn)?;
        let followed = follow_removals(&tx, &conn, &mut cursor, &end)?;
        let mut filling = Filling { store, source: &conn, left: limit, done: followed };
        let sql = "INSERT INTO texts (rowid, kind, label, body) VALUES (?1, ?2, ?3, ?4)";
        let mut insert = tx.prepare_cached(sql).doing(INDEXING)?;
        filling.claims(&mut insert, &mut cursor, &end)?;
        filling.values(&mut insert, &mut cursor, &end)?;
        filling.late_values(&mut insert, &mut cursor, &end)?;
        drop(insert);
        let done = filling.done;
        if done > 0 {
            let (values, removals) = (cursor.late_values as i64, cursor.removals as i64);
            let columns = params![cursor.claims, cursor.vertices, values, removals, cursor.erased as i64];
            let sql =
                "UPDATE cursor SET claims = ?1, vertices = ?2, late_values = ?3, removals = ?4, erased = ?5";
            tx.execute(sql, columns).doing(INDEXING)?;
            tx.commit().doing(INDEXING)?;
        }
        Ok(done)
    }
}

impl Cursor {
    /// Whether the index knows of claims that the store does not: it belongs to another store, or to a later state of
    /// this. The cursor is read first: what it had passed by then is in the store now.
    pub(super) fn is_ahead(&self, store: &Store) -> Result<bool, StoreError> {
        let end = ends(&*store.readers.check_out()?)?;
        let claims = self.claims > end.claims || self.removals > end.removals || self.erased > end.erased;
        Ok(claims || self.vertices > end.objects || self.late_values > end.values)
    }
}

pub(super) fn cursor(conn: &Connection) -> Result<Cursor, StoreError> {
    let row =
        conn.query_row("SELECT claims, vertices, late_values, removals, erased FROM cursor", [], |row| {
            let number = |column| row.get::<_, i64>(column).map(|number| number as u64);
            let (claims, vertices, late_values) = (row.get(0)?, row.get(1)?, number(2)?);
            Ok(Cursor { claims, vertices, late_values, removals: number(3)?, erased: number(4)? })
        });
    row.doing(INDEXING)
}

/// Takes what was removed out of the index; answers how many rows. It comes first: a value that still stands is told anew, and
/// then it must not be taken out again.
fn follow_removals(
    index: &Connection,
    source: &Connection,
    cursor: &mut Cursor,
    end: &Ends,
) -> Result<usize, StoreError> {
    // A row of the table `late_values` keeps its object when its value is erased.
    let sql = "SELECT 2 * claim FROM removals WHERE no >= ?1 AND no < ?2
        UNION SELECT 2 * row + 1 FROM erased_rows WHERE no >= ?3 AND no < ?4 AND tag = ?5
        UNION SELECT 2 * object + 1 FROM late_values WHERE no IN
            (SELECT row FROM erased_rows WHERE no >= ?3 AND no < ?4 AND tag = ?6)";
    let columns = params![
        cursor.removals as i64,
        end.removals as i64,
        cursor.erased as i64,
        end.erased as i64,
        leaf::Row::Object as u8,
        leaf::Row::LateValue as u8
    ];
    let mut statement = source.prepare_cached(sql).doing(INDEXING)?;
    let mut rows = statement.query(columns).doing(INDEXING)?;
    let mut delete = index.prepare_cached("DELETE FROM texts WHERE rowid = ?1").doing(INDEXING)?;
    let mut followed = 0;
    while let Some(row) = rows.next().doing(INDEXING)? {
        delete.execute([row.get::<_, i64>(0).doing(INDEXING)?]).doing(INDEXING)?;
        followed += 1;
    }
    (cursor.removals, cursor.erased) = (end.removals, end.erased);
    Ok(followed)
}

struct Filling<'f> {
    store: &'f Store,
    source: &'f Connection,
    left: usize,
    done: usize,
}

impl Filling<'_> {
    fn claims(
        &mut self,
        insert: &mut CachedStatement<'_>,
        cursor: &mut Cursor,
        end: &Ends,
    ) -> Result<(), StoreError> {
        let to = end.claims.min(cursor.claims.saturating_add(self.left as u32)).max(cursor.claims);
        let sql = "SELECT no, body FROM claims WHERE no >= ?1 AND no < ?2
            AND NOT EXISTS (SELECT 1 FROM removals WHERE claim = claims.no) ORDER BY no";
        self.each(sql, cursor.claims.into(), to.into(), |_, row| {
            let no: i64 = row.get(0).doing(INDEXING)?;
            let bytes = row.get_ref(1).doing(INDEXING)?.as_blob().unwrap_or(b"");
            let damaged = |what: String| StoreError::damaged("claims", what);
            let value = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
            let object = Object::from_json(value).map_err(|error| damaged(error.to_string()))?;
            let label = object.label().unwrap_or_default();
            put(insert, 2 * no, object.kind(), &label, &object.search_text())
        })?;
        self.step(&mut cursor.claims, to);
        Ok(())
    }

    fn values(
        &mut self,
        insert: &mut CachedStatement<'_>,
        cursor: &mut Cursor,
        end: &Ends,
    ) -> Result<(), StoreError> {
        let to = end.objects.min(cursor.vertices.saturating_add(self.left as u32)).max(cursor.vertices);
        let sql = "SELECT no, kind, value FROM objects WHERE no >= ?1 AND no < ?2 AND value IS NOT NULL ORDER BY no";
        self.each(sql, cursor.vertices.into(), to.into(), |store, row| put_value(store, insert, row))?;
        self.step(&mut cursor.vertices, to);
        Ok(())
    }

    fn late_values(
        &mut self,
        insert: &mut CachedStatement<'_>,
        cursor: &mut Cursor,
        end: &Ends,
    ) -> Result<(), StoreError> {
        let to = end.values.min(cursor.late_values.saturating_add(self.left as u64)).max(cursor.late_values);
        let sql =
            "SELECT objects.no, kind, late_values.value FROM late_values JOIN objects ON objects.no = object
            WHERE late_values.no >= ?1 AND late_values.no < ?2 AND late_values.salt <> x'' ORDER BY late_values.no";
        self.each(sql, cursor.late_values, to, |store, row| put_value(store, insert, row))?;
        self.done += (to - cursor.late_values) as usize;
        cursor.late_values = to;
        Ok(())
    }

    fn step(&mut self, from: &mut u32, to: u32) {
        let done = (to - *from) as usize;
        self.done += done;
        self.left -= done;
        *from = to;
    }

    fn each(
        &self,
        sql: &str,
        from: u64,
        to: u64,
        mut row: impl FnMut(&Store, &Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.source.prepare_cached(sql).doing(INDEXING)?;
        let mut rows = statement.query([from as i64, to as i64]).doing(INDEXING)?;
        while let Some(found) = rows.next().doing(INDEXING)? {
            row(self.store, found)?;
        }
        Ok(())
    }
}

fn put_value(store: &Store, insert: &mut CachedStatement<'_>, row: &Row) -> Result<(), StoreError> {
    let no: i64 = row.get(0).doing(INDEXING)?;
    let kind = row.get(1).doing(INDEXING)?;
    let bytes: Vec<u8> = row.get(2).doing(INDEXING)?;
    let kind = store.names(|names| names.kind(kind).cloned())?;
    put(insert, 2 * no + 1, &kind, &value::decode(&bytes)?.label(), "")
}

fn put(
    insert: &mut CachedStatement<'_>,
    row: i64,
    kind: &Kind,
    label: &str,
    body: &str,
) -> Result<(), StoreError> {
    let kind = format!("{} {}", kind_word(kind), Tier::of(kind).word());
    // `zero-access` is also found as `zeroaccess`.
    let (label, body) = (with_joined(label), with_joined(body));
    insert.execute(params![row, kind, label, body]).map(drop).doing(INDEXING)
}

fn with_joined(text: &str) -> Cow<'_, str> {
    let mut words = hyphenated(text).filter(|word| word.len() < 64).map(joined).peekable();
    if words.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut text = text.to_owned();
    for word in words {
        text.push(' ');
        text.push_str(&word);
    }
    Cow::Owned(text)
}

/// The words with a hyphen or underscore in them. Most texts are long and have few, so those are looked for and not the words.
fn hyphenated(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = &text[from..];
        let mark = rest.bytes().position(|byte| matches!(byte, b'-' | b'_'))?;
        let start = rest[..mark].char_indices().rev().find(|(_, c)| c.is_whitespace());
        let start = start.map_or(0, |(place, c)| place + c.len_utf8());
        let end = rest[mark..].find(char::is_whitespace).map_or(rest.len(), |length| mark + length);
        from += end;
        Some(&rest[start..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_with_a_mark_in_them_are_joined() {
        let words = |text| hyphenated(text).collect::<Vec<_>>();
        assert_eq!(words("zero-access and max_plus\u{3000}a-b c-"), ["zero-access", "max_plus", "a-b", "c-"]);
        assert!(words("nothing of the kind").is_empty() && words("").is_empty());
        assert_eq!(with_joined("the zero-access bot"), "the zero-access bot zeroaccess");
        assert!(matches!(with_joined("zeroaccess"), Cow::Borrowed("zeroaccess")));
    }
}
