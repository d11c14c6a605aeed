//! What follows a commit, on a thread of its own, so that nobody waits for it: the ledger's new leaves are signed, and
//! the write-ahead log is folded back into the database. The commit is durable without either. A crash before them leaves
//! leaves unsigned and a longer log; opening the folder does both.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::StoreError;
use crate::error::Doing;

/// The thread; it does what is left to do and ends with its owner.
#[derive(Debug)]
pub(crate) struct AfterCommit {
    /// `None` only while it is dropped.
    tell: Option<Sender<Word>>,
    thread: Option<JoinHandle<()>>,
    /// Pages in the log when it was last folded.
    log: Arc<AtomicU32>,
}

/// Pages of log after which whoever writes waits until it is folded: a quarter of a gigabyte. The log begins anew only when all of
/// it is folded; a writer that is always ahead would make it grow for ever, and each page looked for in it dearer.
const LONG_LOG: u32 = 32_768;

/// How long commits are gathered before they are signed and folded, unless they are many or somebody waits. Both force files to the
/// disk several times, and whoever commits meanwhile waits for the disk with them.
const GATHER: Duration = Duration::from_millis(250);
/// Rows of commits that are many: more would make the log long and what is then folded at once much.
const MANY: usize = 2_000;

/// What the thread is told.
enum Word {
    /// So many rows were.
    Committed(usize),
    /// Answer when everything committed before is signed and folded.
    Settle(SyncSender<()>),
}

impl Word {
    /// How much it adds to what is gathered; somebody who waits makes it enough.
    fn rows(&self) -> usize {
        match self {
            Word::Committed(rows) => *rows,
            Word::Settle(_) => MANY,
        }
    }
}

impl AfterCommit {
    /// `conn` must be set up as a writer's is: a checkpoint forces to the disk what its own settings say.
    pub(crate) fn new(
        path: &Path,
        conn: Connection,
        publish: impl Fn(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<AfterCommit, StoreError> {
        let (tell, told) = channel();
        let log = Arc::<AtomicU32>::default();
        let pages = log.clone();
        let thread =
            Builder::new().name("after-commit".to_owned()).spawn(move || run(&conn, &publish, &told, &pages));
        Ok(AfterCommit { tell: Some(tell), thread: Some(thread.map_err(StoreError::open(path))?), log })
    }

    /// Says that rows were committed.
    pub(crate) fn committed(&self, rows: usize) {
        match self.log.load(Ordering::Relaxed) > LONG_LOG {
            true => self.settle(),
            false => self.say(Word::Committed(rows)),
        }
    }

    /// Waits until everything committed before is signed, or the attempt has failed and said so.
    pub(crate) fn settle(&self) {
        let (answer, answered) = sync_channel(1);
        self.say(Word::Settle(answer));
        // An error means that the thread is gone; there is nothing to wait for then.
        let _ = answered.recv();
    }

    fn say(&self, word: Word) {
        if let Some(tell) = &self.tell
            && tell.send(word).is_err()
        {
            tracing::error!(
                "the thread that signs the ledger is gone; opening the folder again will sign it"
            );
        }
    }
}

impl Drop for AfterCommit {
    fn drop(&mut self) {
        self.tell = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that signs the ledger ended with a panic");
        }
    }
}

fn run(
    conn: &Connection,
    publish: &dyn Fn(&Connection) -> Result<(), StoreError>,
    told: &Receiver<Word>,
    log: &AtomicU32,
) {
    while let Ok(word) = told.recv() {
        let words = gather(word, told);
        if let Err(error) = publish(conn) {
            tracing::error!(%error, "the ledger is behind what was committed; the next commit will try again");
        }
        // PASSIVE waits for nobody. What it could not fold, because somebody was reading or writing, the next one does.
        let folded = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1));
        match folded.doing("folding the log into the database") {
            Ok(pages) => log.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the log grows until the next checkpoint"),
        }
        for word in words {
            if let Word::Settle(answer) = word {
                // Whoever asked may have given up.
                let _ = answer.send(());
            }
        }
    }
}

/// What is said until the time is over, or until it cannot wait. The owner's going ends it too.
fn gather(first: Word, told: &Receiver<Word>) -> Vec<Word> {
    let until = Instant::now() + GATHER;
    let (mut words, mut rows) = (Vec::new(), 0);
    let mut next = Ok(first);
    while let Ok(word) = next {
        rows += word.rows();
        words.push(word);
        // When it is over, what has been said already is taken along.
        let patience =
            if rows < MANY { until.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
        next = told.recv_timeout(patience);
    }
    words
}
