//! Folding the write-ahead log back into the database, on a thread of its own: it is half of what a commit writes,
//! and nobody has to wait for it. Nothing depends on it but the size of the log; what is in the log is as durable as
//! what is in the database.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;

use crate::StoreError;
use crate::error::Doing;

/// The thread; it ends with its owner.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    /// `None` only while it is dropped.
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// `conn` must be set up as a writer's is: a checkpoint forces to the disk what its own settings say.
    pub(crate) fn new(path: &Path, conn: Connection) -> Result<Checkpointer, StoreError> {
        let (wake, woken) = sync_channel(1);
        let thread = Builder::new().name("checkpoint".to_owned()).spawn(move || run(&conn, &woken));
        Ok(Checkpointer { wake: Some(wake), thread: Some(thread.map_err(StoreError::open(path))?) })
    }

    /// Says that something was committed.
    pub(crate) fn wake(&self) {
        if let Some(wake) = &self.wake {
            // Full means that it was told already and has not begun; gone means that it gave up, and said so.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint thread ended with a panic");
        }
    }
}

fn run(conn: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        // PASSIVE waits for nobody. What it could not fold, because somebody was reading or writing, the next one does.
        let folded = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, bool>(0));
        if let Err(error) = folded.doing("folding the log into the database") {
            tracing::warn!(%error, "the log grows until the next checkpoint");
        }
    }
}
