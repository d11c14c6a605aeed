//! Where a log's files are kept.

use std::io;

/// Whole files by relative path, such as `checkpoint` or `tile/0/x001/234.p/17`: `/` between its parts, no part empty or `..`.
///
/// A log has one writer. Readers may read at any time, also from another process.
pub trait Storage {
    /// The file's content, or `None` when there is no such file.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;

    /// Puts a file there, in place of the one that may be there.
    ///
    /// A reader sees the old content or the new, never a mixture and never less. When this returns `Ok`, the new
    /// content survives a crash of the process and of the machine. When it returns `Err`, either may be there:
    /// what was reported lost may have been saved. The log relies on nothing more.
    fn write(&self, path: &str, content: &[u8]) -> io::Result<()>;

    /// Takes a file away that nobody needs any more. It may come back after a crash; no file there is no error.
    fn remove(&self, path: &str) -> io::Result<()>;
}

impl<S: Storage + ?Sized> Storage for &S {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        (**self).read(path)
    }

    fn write(&self, path: &str, content: &[u8]) -> io::Result<()> {
        (**self).write(path, content)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        (**self).remove(path)
    }
}
