//! Records as rows of a table (RFC 4180) whose first row names its columns.

use std::cell::Cell;
use std::io::BufRead;

use csv::{ByteRecord, ReaderBuilder, WriterBuilder};

use super::bounded::{Bounded, TooLong};
use super::{Told, outcome, recall};
use crate::{Context, Outcome, Place, ReadError, Sink};

/// Bytes read ahead of the row at hand.
const AHEAD: usize = 64 << 10;

/// Reads every row of the input. Columns a format does not know are passed over.
pub(super) fn read<T: Told>(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let longest = context.limits.record_bytes;
    let left = Cell::new(0);
    let bounded = Bounded { input, left: &left };
    let mut rows = ReaderBuilder::new().flexible(true).buffer_capacity(AHEAD).from_reader(bounded);
    left.set(longest + AHEAD);
    let header = match rows.byte_headers() {
        Ok(header) => header.clone(),
        Err(error) => return settle(error, place, longest, sink),
    };
    let mut row = ByteRecord::new();
    loop {
        left.set(longest + AHEAD);
        match rows.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return settle(error, place, longest, sink),
        }
        let here = row.position().map_or_else(|| place.clone(), |at| place.at(at.byte()).line(at.line()));
        record::<T>(context, here, &header, &row, sink)?;
    }
}

fn record<T: Told>(
    context: &Context,
    place: Place,
    header: &ByteRecord,
    row: &ByteRecord,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let raw = row.as_slice();
    let (fingerprint, known) = recall(context, T::EDITION, raw);
    if known {
        return Ok(sink.put(place, Outcome::Known)?);
    }
    if row.len() != header.len() {
        let reason = format!(
            "the row has {} cells and the header {}: a comma too many or too few, or a quotation mark that is not closed",
            row.len(),
            header.len()
        );
        return Ok(sink.reject(place, reason, &with_header(header, row))?);
    }
    let read = match row.deserialize::<T>(Some(header)) {
        Ok(read) => read,
        Err(error) => {
            let reason = format!("the row cannot be read: {}", words(&error, header));
            return Ok(sink.reject(place, reason, &with_header(header, row))?);
        }
    };
    let place = match read.name() {
        Some(name) => place.named(name),
        None => place,
    };
    match outcome(context, &read) {
        Ok(outcome) => Ok(sink.put_known_by(place, outcome, fingerprint)?),
        Err(reason) => Ok(sink.reject(place, reason, &with_header(header, row))?),
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

/// A row as it would stand in a file of its own: without its header nobody could tell its columns.
fn with_header(header: &ByteRecord, row: &ByteRecord) -> Vec<u8> {
    let mut out = WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = out.write_byte_record(header).and_then(|()| out.write_byte_record(row));
    out.into_inner().unwrap_or_default()
}

/// A row that does not end within the limit ends the table: nobody can say where the next one begins.
fn settle(error: csv::Error, place: &Place, longest: usize, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let at = error.position().map_or_else(|| place.clone(), |at| place.at(at.byte()).line(at.line()));
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
            let reason = format!(
                "a row is longer than {longest} bytes, so what follows was not read: close the quotation mark before it"
            );
            Ok(sink.reject(at, reason, b"")?)
        }
        csv::ErrorKind::Io(error) => Err(error.into()),
        other => Ok(sink.reject(at, format!("the table cannot be read: {other:?}"), b"")?),
    }
}
