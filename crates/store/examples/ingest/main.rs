//! How fast a batch becomes durable, beside a bare rusqlite loop that writes the same objects with text ids and three
//! indexes in the same run. `cargo run --release -p entente-store --example ingest [OBJECTS] [DRAFTS A BATCH]`.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod drafts;

use std::path::Path;
use std::time::Instant;

use entente_model::{ClaimNo, CompartmentSet, Draft};
use entente_store::{AsOf, Batch, NodeKey, PreparedBatch, Status, Store, TextIndex};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let (objects, size) = (numbers.next().unwrap_or(100_000), numbers.next().unwrap_or(10_000));
    let made = || batches(drafts::drafts(1, objects), size);
    let folder = std::env::temp_dir().join(format!("entente-ingest-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let bodies = made()
        .iter()
        .flat_map(|batch| batch.records.iter().flat_map(|record| &record.drafts))
        .map(|draft| draft.object.canonical().len())
        .sum::<usize>();
    println!("{objects} objects of {} bytes, {size} a batch", bodies / objects);
    let bare = bare_loop(&folder, made())?;
    println!("bare rusqlite loop   {}", bare.row(objects));
    let first = import(&folder.join("one"), made(), Status::New)?;
    println!("store, first import  {}   {:.2} times bare", first.row(objects), bare.wall / first.wall);
    let again = import(&folder.join("one"), made(), Status::Unchanged)?;
    println!("store, same again    {}   {:.2} times the first", again.row(objects), first.wall / again.wall);
    let first = piped(&folder.join("two"), made())?;
    println!("prepared on a second thread:");
    println!("store, first import  {}   {:.2} times bare", first.row(objects), bare.wall / first.wall);
    let again = piped(&folder.join("two"), made())?;
    println!("store, same again    {}   {:.2} times the first", again.row(objects), first.wall / again.wall);
    views(&folder.join("one"))?;
    let stored = std::fs::metadata(folder.join("one/claims.sqlite"))?.len();
    println!("claims.sqlite {:.0} bytes an object; {}", stored as f64 / objects as f64, peak_memory());
    std::fs::remove_dir_all(&folder)?;
    // For the table of `cargo xtask bench`.
    let rate = |took: &Took| objects as f64 / took.wall;
    let [floor, first_rate] = [rate(&bare), rate(&first)];
    let figures = [
        json!({"name": "store, first commit of all objects; at least a bare rusqlite loop", "value": first_rate,
               "unit": "objects/s", "target": floor, "better": "higher"}),
        json!({"name": "store, first commit of all objects; aim", "value": first_rate,
               "unit": "objects/s", "target": 70_000, "better": "higher"}),
        json!({"name": "store, same again, against the first", "value": first.wall / again.wall,
               "unit": "times", "target": 3, "better": "higher"}),
    ];
    figures.iter().for_each(|figure| println!("{figure}"));
    Ok(())
}

/// What a run took. On a machine that others use too, the processor time of the thread that writes is the number to
/// compare: what it would take with a core of its own and an instant disk.
struct Took {
    wall: f64,
    processor: f64,
}

impl Took {
    fn row(&self, objects: usize) -> String {
        let rate = |seconds: f64| objects as f64 / seconds;
        format!("{:>9.0} objects/s, {:>9.0} per second of its thread", rate(self.wall), rate(self.processor))
    }
}

/// What `work` returns is freed after the clock has stopped.
fn took<T>(
    work: impl FnOnce() -> Result<T, Box<dyn std::error::Error>>,
) -> Result<Took, Box<dyn std::error::Error>> {
    let (start, processor) = (Instant::now(), processor_seconds()?);
    let _kept = work()?;
    Ok(Took { wall: start.elapsed().as_secs_f64(), processor: processor_seconds()? - processor })
}

/// User and system time of this thread, in ticks of 10 ms (proc(5)).
fn processor_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/thread-self/stat")?;
    let mut fields = stat.rsplit(") ").next().unwrap_or("").split(' ').skip(11);
    let mut ticks = || fields.next().unwrap_or("").parse::<f64>();
    Ok((ticks()? + ticks()?) / 100.0)
}

const KEY: NodeKey = NodeKey { name: "bench.example/log", seed: &[1; 32] };

/// Opens the folder anew, so that nothing is remembered from the time before.
fn import(folder: &Path, batches: Vec<Batch>, expected: Status) -> Result<Took, Box<dyn std::error::Error>> {
    let store = Store::open(folder, &KEY)?;
    took(|| {
        let mut done = Vec::new();
        for batch in batches {
            let prepared = PreparedBatch::from(batch);
            let receipt = store.commit_prepared(&prepared)?;
            let all = receipt.statuses.iter().all(|status| *status == expected);
            assert!(all, "every object should have been {expected:?}");
            done.push(prepared);
        }
        // The bare loop does not free its objects either.
        Ok(done)
    })
}

/// As the node does: one thread reads and prepares while another commits.
fn piped(folder: &Path, batches: Vec<Batch>) -> Result<Took, Box<dyn std::error::Error>> {
    let store = Store::open(folder, &KEY)?;
    took(|| {
        std::thread::scope(|scope| {
            let (send, prepared) = std::sync::mpsc::sync_channel(2);
            scope.spawn(move || {
                batches.into_iter().try_for_each(|batch| send.send(PreparedBatch::from(batch)).map_err(drop))
            });
            let (back, done) = std::sync::mpsc::channel();
            scope.spawn(move || done.into_iter().for_each(drop::<PreparedBatch>));
            prepared.into_iter().try_for_each(|batch| {
                let receipt = store.commit_prepared(&batch);
                // What is not taken back is freed here.
                let _ = back.send(batch);
                receipt.map(drop)
            })
        })?;
        Ok(())
    })
}

/// What is made of the claims: the graph's edges, the text index, the proof that all holds.
fn views(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::open(folder, &KEY)?;
    let start = Instant::now();
    let edges = store.scan_edges(ClaimNo(0))?.filter(Result::is_ok).count();
    println!("edges scanned        {:>9.0} edges/s", edges as f64 / start.elapsed().as_secs_f64());
    let (index, start, mut texts) = (TextIndex::open(&store)?, Instant::now(), 0);
    loop {
        match index.catch_up(&store, 20_000)? {
            0 => break,
            done => texts += done,
        }
    }
    println!(
        "text indexed         {:>9.0} claims and values/s",
        texts as f64 / start.elapsed().as_secs_f64()
    );
    let (everybody, start) = (CompartmentSet::all(), Instant::now());
    let view = store.view(&everybody, AsOf::Now)?;
    let hits = index.search(&view, "botnet", &[], None, 50)?;
    let found = view.summaries(&hits.vertices)?.len();
    println!("a word in 60 % of all, {found} summaries: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let verified = store.verify()?;
    println!("verified             {:>9.0} claims/s", verified.claims as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

fn batches(drafts: Vec<Draft>, size: usize) -> Vec<Batch> {
    let mut drafts = drafts.into_iter().peekable();
    let mut batches = Vec::new();
    while drafts.peek().is_some() {
        let records = drafts.by_ref().take(size).map(|draft| vec![draft].into()).collect();
        let received_at = Timestamp::from_second(1_760_000_000).expect("a time within range");
        let (source, salt) = ("bench".to_owned(), [7; 32]);
        batches.push(Batch {
            source,
            agreement: None,
            case: None,
            records,
            received_at,
            salt,
            received: None,
        });
    }
    batches
}

/// What one would write first: a row per object, its id as text, three indexes, canonical JSON.
fn bare_loop(folder: &Path, batches: Vec<Batch>) -> Result<Took, Box<dyn std::error::Error>> {
    let mut conn = Connection::open(folder.join("bare.sqlite"))?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -64000;
        CREATE TABLE objects (id TEXT NOT NULL, kind TEXT NOT NULL, modified TEXT, source TEXT NOT NULL, body TEXT NOT NULL);
        CREATE UNIQUE INDEX by_id ON objects (id);
        CREATE INDEX by_kind ON objects (kind, modified);
        CREATE INDEX by_source ON objects (source);",
    )?;
    took(|| {
        for batch in &batches {
            let tx = conn.transaction()?;
            let mut statement = tx.prepare_cached("INSERT INTO objects VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for Draft { object, .. } in batch.records.iter().flat_map(|record| &record.drafts) {
                let (id, body) = (object.id().to_string(), String::from_utf8(object.canonical())?);
                statement.execute(params![
                    id,
                    object.kind().as_str(),
                    object.text("modified"),
                    "bench",
                    body
                ])?;
            }
            drop(statement);
            tx.commit()?;
        }
        Ok(())
    })
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("").replace('\t', " ")
}
