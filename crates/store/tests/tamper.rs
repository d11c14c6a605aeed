//! Whatever is changed behind the store's back, `verify` names the first leaf that does not hold.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod told;

use entente_model::Reference;
use entente_store::{FirstBad, Store};
use rusqlite::Connection;
use told::*;

/// Five batches; returns the folder with the store closed.
fn folder() -> tempfile::TempDir {
    let (folder, store) = open();
    for day in 1..=5 {
        let linked = malware(FAMILY, day, &format!("name {day}"))
            .linked("uses", domain(&format!("{day}.example")))
            .linked("uses", Reference::Id(id(OTHER)));
        tell(&store, "a", vec![linked]);
    }
    assert_eq!(store.verify().unwrap().batches, 5);
    folder
}

fn verify(folder: &tempfile::TempDir) -> Result<(), FirstBad> {
    Store::open(folder.path(), &KEY).unwrap().verify().map(drop)
}

fn after(sql: &str) -> FirstBad {
    let folder = folder();
    let conn = Connection::open(folder.path().join("claims.sqlite")).unwrap();
    assert!(conn.execute(sql, []).unwrap() > 0, "{sql} changes something");
    drop(conn);
    verify(&folder).expect_err(sql)
}

#[test]
fn a_changed_row_is_named() {
    for (sql, leaf) in [
        (
            "UPDATE claims SET body = CAST(replace(CAST(body AS TEXT), 'name 3', 'name 9') AS BLOB) WHERE no = 3",
            2,
        ),
        ("UPDATE claims SET compartment = 1 WHERE no = 2", 1),
        ("DELETE FROM claims WHERE no = 4", 3),
        ("UPDATE objects SET value = CAST('\u{1}other' AS BLOB) WHERE no = 1", 0),
        ("UPDATE kinds SET name = 'tool' WHERE name = 'malware'", 0),
        ("UPDATE link_kinds SET name = 'targets'", 0),
        ("UPDATE compartments SET handling = replace(handling, 'green', 'clear')", 0),
        ("UPDATE edges SET data = zeroblob(6) WHERE first_claim = 5", 4),
        ("UPDATE batches SET received_at = received_at - 1 WHERE no = 2", 1),
        ("UPDATE batches SET leaf = zeroblob(32) WHERE no = 5", 4),
        ("UPDATE batches SET salt = zeroblob(32) WHERE no = 1", 0),
        ("DELETE FROM batches WHERE no = 3", 2),
        ("DELETE FROM batches WHERE no = 5", 4),
        // Derived rows.
        ("UPDATE versions SET revoked = 1 WHERE claim = 2", 1),
        ("UPDATE versions SET label = 'x' WHERE claim = 4", 3),
        ("DELETE FROM versions WHERE claim = 5", 4),
        ("DELETE FROM names", 0),
        ("DELETE FROM ids", 0),
        ("UPDATE objects SET audience = 0 WHERE no = 0", 0),
        ("INSERT INTO later_audiences VALUES (0, 9, 0)", 0),
    ] {
        assert_eq!(after(sql).leaf, Some(leaf), "{sql}: {}", after(sql));
    }
    for sql in [
        "INSERT INTO ids SELECT zeroblob(16), 0, 0",
        "DELETE FROM object_counts",
        "DELETE FROM of_kind",
        "UPDATE of_kind SET data = CAST(data || x'01' AS BLOB)",
        "INSERT INTO of_kind SELECT kind, first + 1, x'' FROM of_kind LIMIT 1",
        "UPDATE claim_counts SET claims = 1",
    ] {
        assert_eq!(after(sql).leaf, None, "{sql}");
    }
}

#[test]
fn a_leaf_made_to_fit_a_changed_row_contradicts_the_signed_log() {
    let folder = folder();
    // Another folder in which the third batch says something else: its rows and its leaf fit each other.
    let (other, store) = open();
    for day in 1..=5 {
        let name = if day == 3 { "forged".to_owned() } else { format!("name {day}") };
        let linked = malware(FAMILY, day, &name)
            .linked("uses", domain(&format!("{day}.example")))
            .linked("uses", Reference::Id(id(OTHER)));
        tell(&store, "a", vec![linked]);
    }
    drop(store);
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("claims.sqlite{suffix}");
        let _ = std::fs::remove_file(folder.path().join(&file));
        if other.path().join(&file).exists() {
            std::fs::copy(other.path().join(&file), folder.path().join(&file)).unwrap();
        }
    }
    let bad = verify(&folder).unwrap_err();
    assert_eq!(bad.leaf, Some(2), "{bad}");
}

#[test]
fn a_changed_tile_or_checkpoint_is_named() {
    let tiles = folder();
    let tile = tiles.path().join("ledger/tile/0/000.p/5");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[32 * 3] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    assert_eq!(verify(&tiles).unwrap_err().leaf, Some(3));
    let checkpoint = folder();
    let file = checkpoint.path().join("ledger/checkpoint");
    let text = std::fs::read_to_string(&file).unwrap().replace("\n5\n", "\n4\n");
    std::fs::write(&file, text).unwrap();
    assert_eq!(verify(&checkpoint).unwrap_err().leaf, None);
}

#[test]
fn a_damaged_page_is_found() {
    let folder = folder();
    let file = folder.path().join("claims.sqlite");
    // Fold the log away, so that the bytes are those of the file.
    let conn = Connection::open(&file).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(conn);
    let mut bytes = std::fs::read(&file).unwrap();
    let place = bytes.windows(6).position(|window| window == b"name 2").expect("a body on a page");
    bytes[place + 5] = b'7';
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(verify(&folder).unwrap_err().leaf, Some(1));
}

#[test]
fn a_lost_ledger_is_signed_again_from_the_claims() {
    let folder = folder();
    std::fs::remove_dir_all(folder.path().join("ledger")).unwrap();
    verify(&folder).unwrap();
}

/// Takes the database away, with what SQLite keeps beside it.
fn remove_claims(folder: &tempfile::TempDir) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("claims.sqlite{suffix}")));
    }
}

#[test]
fn claims_that_are_all_gone_are_missed() {
    let folder = folder();
    remove_claims(&folder);
    assert_eq!(verify(&folder).unwrap_err().leaf, Some(0));
    let (_never_used, store) = open();
    assert_eq!(store.verify().unwrap().batches, 0);
}

#[test]
fn an_older_database_does_not_continue_the_log() {
    let (folder, store) = open();
    let tell_days = |store: &Store, days: std::ops::RangeInclusive<u32>, what: &str| {
        for day in days {
            tell(store, "a", vec![malware(FAMILY, day, &format!("{what} {day}"))]);
        }
    };
    let file = folder.path().join("claims.sqlite");
    tell_days(&store, 1..=3, "first");
    drop(store);
    // The last connection folded the log away when it was closed.
    let older = std::fs::read(&file).unwrap();
    let store = Store::open(folder.path(), &KEY).unwrap();
    tell_days(&store, 4..=5, "first");
    store.verify().unwrap();
    drop(store);
    let signed = std::fs::read(folder.path().join("ledger/checkpoint")).unwrap();
    remove_claims(&folder);
    std::fs::write(&file, older).unwrap();
    let store = Store::open(folder.path(), &KEY).unwrap();
    assert_eq!(store.verify().unwrap_err().leaf, Some(3));
    tell_days(&store, 4..=7, "second");
    assert_eq!(store.verify().unwrap_err().leaf, Some(3));
    assert_eq!(std::fs::read(folder.path().join("ledger/checkpoint")).unwrap(), signed);
}

#[test]
fn spoilt_tiles_are_mended_when_the_next_batch_is_signed() {
    let spoil: [fn(&std::path::Path); 2] =
        [|tile| std::fs::remove_file(tile).unwrap(), |tile| std::fs::write(tile, vec![7; 32 * 5]).unwrap()];
    for spoil in spoil {
        let folder = folder();
        spoil(&folder.path().join("ledger/tile/0/000.p/5"));
        let store = Store::open(folder.path(), &KEY).unwrap();
        assert!(store.verify().is_err(), "found as long as it is there");
        tell(&store, "a", vec![malware(FAMILY, 6, "name 6")]);
        assert_eq!(store.verify().unwrap().batches, 6);
    }
}
