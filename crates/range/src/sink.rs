//! Where a range is written: named files, which the crate itself never opens.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Gives a writer for each file of a range. Files are written one after the other, but for the lists of ids, which
/// stay open meanwhile; a writer is dropped when its file is complete.
pub trait Sink {
    /// A writer for the file at `path`, relative, with `/` between folders. Called once for each path.
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write>>;
}

/// Keeps the files in memory, for tests and small ranges.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Memory {
    /// The files written so far, by path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Sink for Memory {
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(path.to_owned(), Vec::new());
        Ok(Box::new(File { path: path.to_owned(), files: Arc::clone(&self.files) }))
    }
}

struct File {
    path: String,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(self.path.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
