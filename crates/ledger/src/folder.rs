//! A log in a folder of the file system.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::storage::Storage;

/// A folder whose files are replaced by writing a new one beside, forcing it to the disk and renaming it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`, which is made when the first file is written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Storage for Folder {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.root.join(path)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, path: &str, content: &[u8]) -> io::Result<()> {
        let target = self.root.join(path);
        let parent = target.parent().ok_or(ErrorKind::InvalidInput)?;
        make_folder(parent)?;
        // One writer, so one name will do; what a crash left under it is written over.
        let beside = target.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        // A crash here leaves the old file and a `.new` that nobody reads.
        fs::rename(&beside, &target)?;
        // A crash here may bring back the old file, so the rename itself is forced to the disk too.
        sync_folder(parent)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        match fs::remove_file(self.root.join(path)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Makes a folder and those above it, each durable before anything is put in it.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    make_folder(parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder(parent)
}

/// Forces the names in a folder to the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match File::open(folder)?.sync_all() {
        // Some file systems have nothing to sync for a folder and say so; the rename is then theirs to keep.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_removed_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("not/yet/there"));
        let path = "tile/0/x001/234.p/17";
        assert_eq!(folder.read(path).unwrap(), None);
        folder.write(path, b"first, and longer").unwrap();
        folder.write(path, b"second").unwrap();
        assert_eq!(folder.read(path).unwrap().as_deref(), Some(b"second".as_slice()));
        folder.remove(path).unwrap();
        folder.remove(path).unwrap();
        assert_eq!(folder.read(path).unwrap(), None);
    }

    #[test]
    fn what_a_crash_left_beside_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        fs::write(dir.path().join("checkpoint.new"), b"half").unwrap();
        folder.write("checkpoint", b"whole").unwrap();
        assert_eq!(folder.read("checkpoint").unwrap().as_deref(), Some(b"whole".as_slice()));
        assert!(!dir.path().join("checkpoint.new").exists());
    }
}
