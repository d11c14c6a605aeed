//! Rows of a table (RFC 4180), one at a time, and where a quotation mark was not closed.
//!
//! A cell in quotation marks may hold line ends, so one mark too few would make one cell of all that follows. A row of several
//! lines is therefore believed only if it has as many cells as the header and each of its quoted cells ends before a comma or a
//! line end. Otherwise its first line is at fault; those after it that were looked at already are rows of one line each.

use std::io::{self, BufRead, Read};

use csv::ByteRecord;
use csv_core::{ReadRecordResult, Reader};

/// Where a row begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    pub(super) offset: u64,
    pub(super) line: u64,
}

/// What comes next in a table.
#[derive(Debug)]
pub(super) enum Next {
    /// A whole row, as cells and as it stands.
    Row(At, ByteRecord, Vec<u8>),
    /// A line in whose cell of this number, from 0, a quotation mark is not closed.
    Open(At, usize, Vec<u8>),
    /// A line longer than any may be. It was passed over.
    TooLong(At),
}

/// The rows of an input.
pub(super) struct Rows<'i> {
    input: &'i mut dyn BufRead,
    longest: usize,
    core: Reader,
    /// Cells of every row, once the header has said how many.
    columns: Option<usize>,
    /// Lines that were read. The row at hand begins at `start`; what was looked ahead at follows it.
    held: Vec<u8>,
    start: usize,
    at: At,
    /// Up to here in `held` every line is a row.
    apart: usize,
    /// Bytes of the line after `held`, which was too long to be held.
    passed: Option<u64>,
    cells: Cells,
}

impl<'i> Rows<'i> {
    /// `longest` is the length in bytes beyond which nothing is a row.
    pub(super) fn new(input: &'i mut dyn BufRead, longest: usize) -> Rows<'i> {
        Rows {
            input,
            longest,
            core: Reader::new(),
            columns: None,
            held: Vec::new(),
            start: 0,
            at: At { offset: 0, line: 1 },
            apart: 0,
            passed: None,
            cells: Cells::default(),
        }
    }

    /// Says how many cells a row has.
    pub(super) fn expect(&mut self, columns: usize) {
        self.columns = Some(columns);
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Next>> {
        loop {
            if self.start == self.held.len() {
                self.held.clear();
                (self.start, self.apart) = (0, 0);
                if self.passed.is_none() && !self.read_line()? && self.passed.is_none() {
                    return Ok(None);
                }
                if let Some(length) = self.passed.take() {
                    return Ok(Some(self.too_long(length)));
                }
            }
            let first = self.line(self.start);
            match self.held[self.start..first].trim_ascii().is_empty() {
                true => drop(self.advance(first)),
                false => return self.row(first).map(Some),
            }
        }
    }

    /// The row that begins with the line up to `first`.
    fn row(&mut self, first: usize) -> io::Result<Next> {
        self.core.reset();
        self.cells.clear();
        let mut end = self.start;
        let mut opened = None;
        loop {
            let line = end..self.line(end);
            if let Some(length) = self.cells.take(&mut self.core, &self.held[line.clone()]) {
                let end = line.start + length;
                let believed = end <= first || self.believed(end);
                return Ok(if believed { self.whole(end) } else { self.open(first, opened) });
            }
            end = line.end;
            opened = opened.or(Some(self.cells.count));
            let more = end < self.held.len() || (self.apart <= self.start && self.read_line()?);
            if !more || self.apart > self.start || self.held.len() - self.start > self.longest {
                return Ok(self.open(first, opened));
            }
        }
    }

    /// Whether a row of several lines is one.
    fn believed(&self, end: usize) -> bool {
        let fits = self.columns.is_none_or(|columns| columns == self.cells.count);
        fits && closes_properly(&self.held[self.start..end])
    }

    fn whole(&mut self, end: usize) -> Next {
        let cells = self.cells.record();
        let (at, raw) = self.advance(end);
        Next::Row(at, cells, raw)
    }

    fn open(&mut self, first: usize, cell: Option<usize>) -> Next {
        self.apart = self.apart.max(self.held.len());
        let (at, raw) = self.advance(first);
        Next::Open(at, cell.unwrap_or_default(), raw)
    }

    /// Goes on behind `end`; answers where what lies before began, and what it is.
    fn advance(&mut self, end: usize) -> (At, Vec<u8>) {
        let (at, raw) = (self.at, self.held[self.start..end].to_vec());
        self.at.offset += raw.len() as u64;
        self.at.line += memchr::memchr_iter(b'\n', &raw).count() as u64;
        self.start = end;
        (at, raw)
    }

    /// Where in `held` the line ends that begins at `from`.
    fn line(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.held[from..]).map_or(self.held.len(), |end| from + end + 1)
    }

    fn too_long(&mut self, length: u64) -> Next {
        let at = self.at;
        self.at = At { offset: at.offset + length, line: at.line + 1 };
        Next::TooLong(at)
    }

    /// Adds the next line to what is held; false at the end, and at a line that is passed over.
    fn read_line(&mut self) -> io::Result<bool> {
        let before = self.held.len();
        let limit = self.longest as u64 + 1;
        let count = (&mut *self.input).take(limit).read_until(b'\n', &mut self.held)?;
        if count <= self.longest {
            return Ok(count > 0);
        }
        let rest = if self.held.ends_with(b"\n") { 0 } else { self.input.skip_until(b'\n')? };
        self.held.truncate(before);
        self.passed = Some((count + rest) as u64);
        Ok(false)
    }
}

/// The cells of a row as they are gathered, line by line.
#[derive(Default)]
struct Cells {
    text: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    count: usize,
}

impl Cells {
    fn clear(&mut self) {
        (self.length, self.count) = (0, 0);
    }

    /// Takes a line; answers how much of it belongs to the row, when that ends there.
    fn take(&mut self, core: &mut Reader, line: &[u8]) -> Option<usize> {
        if let Some(length) = self.read(core, line) {
            let is_broken = line[..length].ends_with(b"\r") && line[length..].starts_with(b"\n");
            return Some(length + usize::from(is_broken));
        }
        // The last line of a file need not have an end.
        let ends = !line.ends_with(b"\n") && self.read(core, b"\n").is_some();
        ends.then_some(line.len())
    }

    fn read(&mut self, core: &mut Reader, input: &[u8]) -> Option<usize> {
        let mut taken = 0;
        loop {
            let (text, ends) = (&mut self.text[self.length..], &mut self.ends[self.count..]);
            let (result, read, written, ended) = core.read_record(&input[taken..], text, ends);
            taken += read;
            self.length += written;
            self.count += ended;
            match result {
                ReadRecordResult::Record => return Some(taken),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return None,
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2 + input.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2 + 16, 0),
            }
        }
    }

    fn record(&self) -> ByteRecord {
        let mut start = 0;
        let cell = |end: &usize| &self.text[std::mem::replace(&mut start, *end)..*end];
        self.ends[..self.count].iter().map(cell).collect()
    }
}

/// Whether every quoted cell ends before a comma or a line end (RFC 4180 section 2), which readers of tables let pass.
fn closes_properly(row: &[u8]) -> bool {
    #[derive(Clone, Copy)]
    enum In {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let mut state = In::Start;
    for byte in row {
        state = match (state, byte) {
            (In::Start, b'"') | (In::Closed, b'"') => In::Quoted,
            (In::Quoted, b'"') => In::Closed,
            (In::Quoted, _) => In::Quoted,
            (_, b',' | b'\r' | b'\n') => In::Start,
            (In::Closed, _) => return false,
            (In::Start | In::Plain, _) => In::Plain,
        };
    }
    true
}
