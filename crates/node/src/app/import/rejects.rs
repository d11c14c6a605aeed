//! The file of rejected records: JSON lines a person can mend and import again.
//!
//! Each line is `{"entente_reject": 1, "file", "line", "offset", "record", "reason", "raw"}`. `raw` is the
//! record itself, as JSON where it is JSON and as text where it is not; intake reads it again under the same
//! file name, so that whatever is taken from the name (a malware family) comes out the same.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use entente_intake::Place;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One rejected record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Reject {
    /// Version of this shape; also what it is recognised by.
    pub(crate) entente_reject: u8,
    /// File, with archive members after `!/`.
    pub(crate) file: String,
    /// Line, from 1, where the format has lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    /// Byte offset in the unpacked file.
    pub(crate) offset: u64,
    /// What the record calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<String>,
    /// What is wrong and how to mend it.
    pub(crate) reason: String,
    /// The record.
    #[schema(value_type = Object)]
    pub(crate) raw: Value,
}

impl Reject {
    /// A reject as intake reported it.
    pub(crate) fn new(place: Place, reason: String, raw: &[u8]) -> Reject {
        let text = || Value::String(String::from_utf8_lossy(raw).into_owned());
        let raw = serde_json::from_slice(raw).ok().filter(|value: &Value| value.is_object());
        Reject {
            entente_reject: 1,
            file: place.file,
            line: place.line,
            offset: place.offset,
            record: place.record,
            reason,
            raw: raw.unwrap_or_else(text),
        }
    }
}

/// Writes rejects as they come; makes the file at the first one.
pub(crate) struct RejectFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    count: u64,
}

impl RejectFile {
    /// A file that does not exist until something is rejected.
    pub(crate) fn new(path: PathBuf) -> RejectFile {
        RejectFile { path, file: None, count: 0 }
    }

    /// Adds one reject.
    pub(crate) fn add(&mut self, reject: &Reject) -> io::Result<()> {
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            self.file = Some(BufWriter::new(File::create(&self.path)?));
        }
        if let Some(file) = &mut self.file {
            serde_json::to_writer(&mut *file, reject)?;
            file.write_all(b"\n")?;
        }
        self.count += 1;
        Ok(())
    }

    /// Completes the file; its path when there is one.
    pub(crate) fn finish(mut self) -> io::Result<Option<PathBuf>> {
        let Some(mut file) = self.file.take() else { return Ok(None) };
        file.flush()?;
        Ok(Some(self.path))
    }
}

/// Rejects of a file written by [`RejectFile`], from the `skip`th on.
pub(crate) fn read(path: &Path, skip: usize, limit: usize) -> io::Result<Vec<Reject>> {
    use std::io::BufRead;
    let file = io::BufReader::new(File::open(path)?);
    file.lines()
        .skip(skip)
        .take(limit)
        .map(|line| serde_json::from_str(&line?).map_err(io::Error::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reject_keeps_json_as_json_and_the_rest_as_text() {
        let json = Reject::new(Place::file("a.json"), "wrong".to_owned(), br#"{"type":"malware"}"#);
        assert_eq!(json.raw["type"], "malware");
        let text = Reject::new(Place::file("a.txt"), "wrong".to_owned(), b"300.1.1.1");
        assert_eq!(text.raw, "300.1.1.1");
    }

    #[test]
    fn the_file_is_made_at_the_first_reject_and_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rejects/1.jsonl");
        assert_eq!(RejectFile::new(path.clone()).finish().expect("nothing written"), None);
        let mut file = RejectFile::new(path.clone());
        let reject = Reject::new(Place::file("a.txt").line(3), "wrong".to_owned(), b"x");
        file.add(&reject).expect("written");
        assert_eq!(file.finish().expect("written"), Some(path.clone()));
        assert_eq!(read(&path, 0, 10).expect("read"), [reject]);
    }
}
