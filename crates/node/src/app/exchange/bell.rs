//! Waking whoever waits for news, on a thread or in a task. What is missed while nobody waits is not lost: the bell counts.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Rings when something was added.
pub(crate) struct Bell {
    rung: Mutex<u64>,
    heard: Condvar,
    tasks: watch::Sender<u64>,
}

impl Default for Bell {
    fn default() -> Bell {
        Bell { rung: Mutex::new(0), heard: Condvar::new(), tasks: watch::Sender::new(0) }
    }
}

impl Bell {
    /// Wakes everybody.
    pub(crate) fn ring(&self) {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        *rung += 1;
        self.tasks.send_replace(*rung);
        self.heard.notify_all();
    }

    /// Waits until it has rung more than `known` times, but not longer than `patience`; answers how often it has.
    pub(crate) fn wait(&self, known: u64, patience: Duration) -> u64 {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.heard.wait_timeout_while(rung, patience, |rung| *rung <= known);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// For a task to wait on.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.tasks.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rang_before_is_heard() {
        let bell = Bell::default();
        bell.ring();
        assert_eq!(bell.wait(0, Duration::MAX), 1);
        assert_eq!(bell.wait(1, Duration::ZERO), 1);
    }
}
