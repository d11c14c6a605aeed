//! One file of a party as it is written.

use std::io::{self, Write};

use crate::generate::MadeFile;
use crate::party::{self, Part};
use crate::record::Record;
use crate::sink::Sink;

/// Bytes gathered before they are handed to the sink.
pub(crate) const BUFFER: usize = 1 << 18;

/// The file, and what has not been handed on yet.
pub(crate) struct Writer {
    part: Part,
    out: Box<dyn Write>,
    buffer: Vec<u8>,
    made: MadeFile,
}

impl Writer {
    pub(crate) fn begin(sink: &mut dyn Sink, part: Part) -> io::Result<Writer> {
        let path = part.book.path(part.number);
        let out = sink.create(&path)?;
        let made = MadeFile { path, party: part.book.party(), events: part.count, records: 0 };
        let mut buffer = Vec::with_capacity(BUFFER + 4096);
        party::begin(&mut buffer, part);
        Ok(Writer { part, out, buffer, made })
    }

    pub(crate) fn put(&mut self, record: &Record, place: u64) -> io::Result<()> {
        party::write(&mut self.buffer, self.part.book, record, place);
        self.made.records += party::records(record);
        if self.buffer.len() >= BUFFER {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    pub(crate) fn end(mut self) -> io::Result<MadeFile> {
        party::end(&mut self.buffer, self.part);
        self.out.write_all(&self.buffer)?;
        self.out.flush()?;
        Ok(self.made)
    }
}
