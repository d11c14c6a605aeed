//! What one would write first: a row per object of a STIX bundle, its id as text, canonical JSON, three indexes, ten thousand rows a
//! transaction, durable. Prints how long the loop took, in seconds; reading the bundle is not counted. The floor under the
//! node's import in `cargo xtask bench`: `cargo run --release -p entente-store --example bare BUNDLE NEW_FILE`.
#![expect(clippy::print_stdout, reason = "it prints its figure")]

use std::time::Instant;

use rusqlite::{Connection, params};
use serde_json::Value;

/// Rows in one transaction.
const ROWS: usize = 10_000;

struct Row {
    id: String,
    kind: String,
    modified: Option<String>,
    body: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths = std::env::args_os().skip(1);
    let (Some(bundle), Some(file)) = (paths.next(), paths.next()) else {
        return Err("name a bundle and a file that is not there yet".into());
    };
    let rows = rows(serde_json::from_slice(&std::fs::read(bundle)?)?)?;
    let mut conn = Connection::open(file)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -64000;
        CREATE TABLE objects (id TEXT NOT NULL, kind TEXT NOT NULL, modified TEXT, source TEXT NOT NULL, body TEXT NOT NULL);
        CREATE UNIQUE INDEX by_id ON objects (id);
        CREATE INDEX by_kind ON objects (kind, modified);
        CREATE INDEX by_source ON objects (source);",
    )?;
    let start = Instant::now();
    for batch in rows.chunks(ROWS) {
        let tx = conn.transaction()?;
        let mut statement = tx.prepare_cached("INSERT INTO objects VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for Row { id, kind, modified, body } in batch {
            statement.execute(params![id, kind, modified, "bench", body])?;
        }
        drop(statement);
        tx.commit()?;
    }
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}

fn rows(mut bundle: Value) -> Result<Vec<Row>, Box<dyn std::error::Error>> {
    let Some(Value::Array(objects)) = bundle.get_mut("objects").map(Value::take) else {
        return Err("a bundle has `objects`".into());
    };
    let text = |object: &Value, name: &str| object[name].as_str().map(str::to_owned);
    let row = |object: Value| {
        let (id, kind) =
            text(&object, "id").zip(text(&object, "type")).ok_or("an object has `id` and `type`")?;
        Ok(Row { id, kind, modified: text(&object, "modified"), body: object.to_string() })
    };
    objects.into_iter().map(row).collect()
}
