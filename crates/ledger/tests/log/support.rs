//! What the ledger's tests share: numbered leaves, a signer, and storages that misbehave.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io,
};

use entente_ledger::{Hash, Signer, Storage, commitment};

pub(crate) fn leaves(n: u64) -> Vec<Hash> {
    (0..n).map(leaf).collect()
}

pub(crate) fn leaf(n: u64) -> Hash {
    Hash::leaf(&commitment(&[3; 32], &n.to_be_bytes()))
}

pub(crate) fn signer() -> Signer {
    Signer::new("node.example/log", &[7; 32]).unwrap()
}

/// What happens to the write at which a crash comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crash {
    /// Nothing of it arrives.
    Lost,
    /// All of it arrives, but the writer is told that it did not.
    SavedButReportedLost,
}

/// A storage in memory whose process can be crashed: from write number `after` on, all writes fail.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) files: RefCell<BTreeMap<String, Vec<u8>>>,
    pub(crate) writes: Cell<u64>,
    pub(crate) crash: Cell<Option<(u64, Crash)>>,
}

impl Memory {
    pub(crate) fn crash_at(&self, write: u64, crash: Crash) {
        self.writes.set(0);
        self.crash.set(Some((write, crash)));
    }

    pub(crate) fn restart(&self) {
        self.crash.set(None);
    }

    fn number(&self) -> u64 {
        self.writes.replace(self.writes.get() + 1)
    }
}

impl Storage for Memory {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.borrow().get(path).cloned())
    }

    fn write(&self, path: &str, content: &[u8]) -> io::Result<()> {
        let number = self.number();
        let crash = self.crash.get().filter(|(at, _)| number >= *at);
        if crash.is_none_or(|(at, how)| number == at && how == Crash::SavedButReportedLost) {
            self.files.borrow_mut().insert(path.to_owned(), content.to_vec());
        }
        crash.map_or(Ok(()), |_| Err(io::Error::other("crashed")))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        if self.crash.get().is_some_and(|(at, _)| self.writes.get() > at) {
            return Err(io::Error::other("crashed"));
        }
        self.files.borrow_mut().remove(path);
        Ok(())
    }
}
