//! `kill -9` at any moment loses nothing that was acknowledged and leaves nothing half done.
//!
//! A child process commits one batch after the other and prints the number of each when the commit has returned. The parent
//! kills it after a random number of lines and a random moment more, opens the folder, checks it, and starts the next
//! child, which goes on where the folder ends. A failure is: an acknowledged batch that is not there, a batch that
//! is there in part, a ledger that does not verify, or an end that differs from an undisturbed run. A batch that was committed but
//! not acknowledged is none: the child died between the two.
//!
//! What is committed is told to two partners, one item a claim, as a discloser would: each append goes on from where the wire's
//! cursor stands. A failure there is a claim that was told twice, or not at all, or out of order, a seq with a gap, or a partner's
//! log that does not verify.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod told;
mod wired;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use entente_model::{ClaimNo, Draft, Reference};
use entente_store::Store;
use entente_store::exchange::{Advance, Append, Exchange, PartnerEdit, Seq};
use rusqlite::Connection;
use rusqlite::types::Value;
use told::*;

const KILLS: u32 = 110;
const FOLDER: &str = "ENTENTE_KILL_TEST_FOLDER";
/// Where the child of the last round stops.
const UNTIL: &str = "ENTENTE_KILL_TEST_UNTIL";

/// What batch `no` says: new objects, newer versions of older ones, values, mentions; some of it again.
fn drafts(no: u64) -> Vec<Draft> {
    let mut random = Random(no);
    (0..12)
        .map(|_| {
            let object = random.below(40 + no);
            let id = format!("malware--{:08x}-8ff7-4a4d-aa9d-feb398cd0061", object);
            // Newer than anything said before, so that every batch has something new.
            let modified = format!("2025-03-01T{:02}:{:02}:{:02}.000Z", no / 3600, no / 60 % 60, no % 60);
            let mut json = malware(&id, 1, &format!("name {no}")).object.json().clone();
            json.insert("modified".to_owned(), modified.into());
            draft(json.into())
                .linked("uses", domain(&format!("{}.example", random.below(200))))
                .linked("related-to", Reference::Id(super_id(random.below(40 + no))))
        })
        .collect()
}

fn super_id(object: u64) -> entente_model::ObjectId {
    id(&format!("malware--{object:08x}-8ff7-4a4d-aa9d-feb398cd0061"))
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Commits batch after batch from where the folder ends.
fn go_on(folder: &Path, until: u64, out: &mut dyn Write) {
    let store = Store::open(folder, &KEY).unwrap();
    let exchange = exchange(folder);
    for no in store.extent().unwrap().batches + 1..=until {
        tell_on(&store, &exchange);
        let receipt = store.commit(batch_at("a", drafts(no), no as i64)).unwrap();
        assert_eq!(receipt.batch, Some(no), "each batch has something new");
        writeln!(out, "acknowledged {no}").unwrap();
        out.flush().unwrap();
    }
}

fn exchange(folder: &Path) -> Exchange {
    let exchange = Exchange::open(folder, &wired::KEY).unwrap();
    for party in [wired::police(), wired::bank()] {
        let edit = PartnerEdit { name: party.0.clone(), party, endpoint: None, pins: Vec::new() };
        exchange.put_partner(&edit, wired::at(0)).unwrap();
    }
    exchange
}

/// Tells both partners at once what was claimed since, as two threads whose appends share a transaction.
fn tell_on(store: &Store, exchange: &Exchange) {
    let last = store.extent().unwrap().claims_end.0 - 1;
    std::thread::scope(|scope| {
        for partner in [wired::police(), wired::bank()] {
            scope.spawn(move || {
                let from = exchange.cursor(&partner).unwrap();
                let items = from.0 + 1..=last;
                let items = items.map(|claim| wired::release(claim.into(), 1, &claim.to_string())).collect();
                let cursor = Some(Advance { from, to: ClaimNo(last) });
                exchange.append(Append { partner, cursor, ..wired::telling(items) }).unwrap();
            });
        }
    });
}

/// Every claim up to the cursor was told once, in order.
fn check_wires(store: &Store, exchange: &Exchange) {
    exchange.verify().unwrap_or_else(|bad| panic!("{bad}"));
    for partner in [wired::police(), wired::bank()] {
        let cursor = exchange.cursor(&partner).unwrap();
        assert!(cursor < store.extent().unwrap().claims_end);
        let wire = exchange.wire_after(&partner, Seq(0), usize::MAX, usize::MAX).unwrap();
        let told = wire.items.iter().map(|item| (item.seq.0, item.claim.map_or(0, |claim| claim.0)));
        assert!(told.eq((1..=cursor.0).map(|claim| (claim.into(), claim))), "up to {cursor:?}");
    }
}

/// Not a test of its own: the process that is killed.
#[test]
#[ignore = "the child of `nothing_acknowledged_is_lost`"]
fn child() {
    let (Some(folder), Some(until)) = (std::env::var_os(FOLDER), std::env::var_os(UNTIL)) else { return };
    go_on(Path::new(&folder), until.to_str().unwrap().parse().unwrap(), &mut std::io::stdout().lock());
}

fn start(folder: &Path, until: u64) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(UNTIL, until.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Kills a child after some lines and a moment more; answers the last batch it acknowledged.
fn kill_one(folder: &Path, random: &mut Random) -> u64 {
    let mut child = start(folder, u64::MAX);
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let (mut text, wanted) = (String::new(), random.below(6));
    while text.matches("acknowledged").count() < wanted as usize {
        assert!(lines.read_line(&mut text).unwrap() > 0, "the child ended by itself");
    }
    // Some way into opening, writing, committing, publishing or folding.
    for turn in 0..random.below(4_000_000) {
        std::hint::black_box(turn);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lines.read_to_string(&mut text).unwrap();
    // The last line may be cut short; what was not printed whole was not acknowledged.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let last = whole.lines().filter_map(|line| line.strip_prefix("acknowledged ")).next_back();
    last.map_or(0, |no| no.parse().unwrap())
}

fn check(folder: &Path, acknowledged: u64) -> u64 {
    let store = Store::open(folder, &KEY).unwrap();
    let there = store.extent().unwrap().batches;
    assert!(there >= acknowledged, "batch {acknowledged} was acknowledged, but there are {there}");
    // Dense numbers, whole batches, leaves, tiles and checkpoint.
    let verified = store.verify().unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!(verified.batches, there);
    check_wires(&store, &exchange(folder));
    there
}

#[test]
fn nothing_acknowledged_is_lost() {
    let seed = 20_261_122;
    println!("seed {seed}, {KILLS} kills");
    let mut random = Random(seed);
    let folder = tempfile::tempdir().unwrap();
    let (mut there, mut unacknowledged, mut empty) = (0, 0, 0);
    for _ in 0..KILLS {
        let acknowledged = kill_one(folder.path(), &mut random).max(there);
        let now = check(folder.path(), acknowledged);
        unacknowledged += u64::from(now > acknowledged);
        empty += u64::from(now == there);
        there = now;
    }
    println!(
        "{there} batches; {unacknowledged} kills after a commit and before its word, {empty} before any commit"
    );
    assert!(start(folder.path(), there + 5).wait().unwrap().success());
    let undisturbed = tempfile::tempdir().unwrap();
    go_on(undisturbed.path(), there + 5, &mut std::io::sink());
    assert_eq!(content(folder.path()), content(undisturbed.path()));
}

/// Every row of every table, and the ledger's files.
fn content(folder: &Path) -> Vec<(String, Vec<Vec<Value>>)> {
    let conn = Connection::open(folder.join("claims.sqlite")).unwrap();
    let mut names =
        conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let tables: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut content = Vec::new();
    for table in tables {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect());
        content.push((table, rows.unwrap().map(Result::unwrap).collect()));
    }
    let checkpoint = std::fs::read(folder.join("ledger/checkpoint")).unwrap();
    content.push(("checkpoint".to_owned(), vec![vec![Value::Blob(checkpoint)]]));
    content
}
