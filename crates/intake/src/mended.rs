//! Rejected records, mended: the file in which an import keeps what it could not read.
//!
//! JSON lines of `{"entente_reject": 1, "file", "raw", …}`. `raw` is the record, as JSON where it was JSON and as
//! text where it was not; a row of a table comes with its header. All else in the line is for the person who
//! mends it.

use serde::Deserialize;
use serde_json::Value;

/// A line of a reject file.
#[derive(Deserialize)]
pub(crate) struct Mended {
    /// The file the record stood in.
    pub(crate) file: String,
    raw: Value,
}

impl Mended {
    /// The record as it would stand in a file of its own.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match &self.raw {
            Value::String(text) => text.clone().into_bytes(),
            value => value.to_string().into_bytes(),
        }
    }
}
