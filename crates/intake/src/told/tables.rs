//! Records as rows of a table (RFC 4180) whose first row names its columns.

use std::io::BufRead;

use csv::ByteRecord;
use serde::de::DeserializeOwned;

use super::rows::{At, Next, Rows};
use super::{Told, outcome, recall};
use crate::{Context, Outcome, Place, ReadError, Sink};

/// A row, and what its cells are.
pub(super) struct Row<'t> {
    pub(super) place: Place,
    header: &'t Header,
    cells: ByteRecord,
    raw: Vec<u8>,
}

struct Header {
    names: ByteRecord,
    raw: Vec<u8>,
}

/// Reads every row of the input, each a record. Columns a format does not know are passed over.
pub(super) fn read<T: Told>(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    each(context, place, input, sink, &mut |row, sink| record::<T>(context, row, sink))
}

fn record<T: Told>(context: &Context, row: Row<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let (fingerprint, known) = recall(context, T::EDITION, &row.with_header());
    if known {
        return Ok(sink.put(row.place, Outcome::Known)?);
    }
    let read = match row.parse::<T>() {
        Ok(read) => read,
        Err(reason) => return row.reject(reason, sink),
    };
    let row = match read.name() {
        Some(name) => Row { place: row.place.named(name), ..row },
        None => row,
    };
    match outcome(context, &read) {
        Ok(outcome) => Ok(sink.put_known_by(row.place, outcome, fingerprint)?),
        Err(reason) => row.reject(reason, sink),
    }
}

/// Shows every row of the input to `receive`. What is none is rejected.
pub(super) fn each(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
    receive: &mut dyn FnMut(Row<'_>, &mut Sink<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let longest = context.limits.record_bytes;
    let mut rows = Rows::new(input, longest);
    let place = |at: At| place.at(at.offset).line(at.line);
    let header = match rows.next()? {
        Some(Next::Row(_, names, raw)) => Header { names, raw },
        Some(Next::Open(at, _, raw)) => {
            let reason =
                "a quotation mark among the names of the columns is not closed, so no row can be read";
            return Ok(sink.reject(place(at), reason, &raw)?);
        }
        Some(Next::TooLong(at)) => return too_long(place(at), longest, sink),
        None => return Ok(()),
    };
    rows.expect(header.names.len());
    while let Some(next) = rows.next()? {
        match next {
            Next::Row(at, cells, raw) => {
                receive(Row { place: place(at), header: &header, cells, raw }, sink)?
            }
            Next::Open(at, cell, raw) => {
                let row = Row { place: place(at), header: &header, cells: ByteRecord::new(), raw };
                let reason = header.open(cell);
                row.reject(reason, sink)?;
            }
            Next::TooLong(at) => too_long(place(at), longest, sink)?,
        }
    }
    Ok(())
}

fn too_long(place: Place, longest: usize, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    Ok(sink.reject(place, format!("a row is longer than {longest} bytes; it was passed over"), b"")?)
}

impl Row<'_> {
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        let names = &self.header.names;
        if self.cells.len() != names.len() {
            return Err(format!(
                "the row has {} cells and the header {}: a comma too many or too few",
                self.cells.len(),
                names.len()
            ));
        }
        let read = self.cells.deserialize::<T>(Some(names));
        read.map_err(|error| format!("the row cannot be read: {}", words(&error, names)))
    }

    pub(super) fn reject(self, reason: String, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let raw = self.with_header();
        Ok(sink.reject(self.place, reason, &raw)?)
    }

    /// The row as it would stand in a file of its own: without its header nobody could tell its columns.
    fn with_header(&self) -> Vec<u8> {
        let Header { raw, .. } = self.header;
        let end: &[u8] = if raw.ends_with(b"\n") { b"" } else { b"\n" };
        [raw, end, &self.raw].concat()
    }
}

impl Header {
    fn open(&self, cell: usize) -> String {
        let name = self.names.get(cell).map_or("?".into(), String::from_utf8_lossy);
        format!(
            "a quotation mark in `{name}` is not closed where the cell ends: close it, or write it twice if it belongs to the \
             text. What follows was read line by line"
        )
    }
}

/// Which cell it is, and what is wrong with it.
fn words(error: &csv::Error, header: &ByteRecord) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err.field().and_then(|place| header.get(place as usize));
            let column = column.map(|name| format!("`{}`: ", String::from_utf8_lossy(name)));
            format!("{}{}", column.unwrap_or_default(), err.kind())
        }
        other => format!("{other:?}"),
    }
}
