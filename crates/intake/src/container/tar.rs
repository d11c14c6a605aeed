//! tar: POSIX ustar and pax (IEEE Std 1003.1-2017, `pax`), and GNU long names.

use std::io::{self, Read};

use super::lookahead::Lookahead;
use super::{Unpacking, member_name};
use crate::{Outcome, Place, ReadError};

const BLOCK: usize = 512;
/// Longest name or pax record kept, in bytes; longer ones belong to no honest archive.
const LONGEST_EXTENSION: u64 = 64 << 10;

/// True when a file begins with a tar header whose checksum holds.
pub(super) fn is_header(head: &[u8]) -> bool {
    head.get(..BLOCK).is_some_and(|block| Header(block).is_valid())
}

struct Header<'a>(&'a [u8]);

impl Header<'_> {
    /// The checksum is the sum of all bytes with the checksum's own taken as spaces; a block of zeros has none.
    fn is_valid(&self) -> bool {
        let outside = |index: &usize| !(148..156).contains(index);
        let sum = (0..BLOCK).filter(outside).map(|index| u64::from(self.0[index])).sum::<u64>() + 8 * 32;
        self.0[0] != 0 && number(&self.0[148..156]) == Some(sum)
    }

    fn size(&self) -> Option<u64> {
        number(&self.0[124..136])
    }

    fn name(&self) -> Vec<u8> {
        let name = until_nul(&self.0[..100]);
        let prefix = until_nul(&self.0[345..500]);
        if &self.0[257..263] == b"ustar\0" && !prefix.is_empty() {
            [prefix, b"/", name].concat()
        } else {
            name.to_vec()
        }
    }

    fn kind(&self) -> u8 {
        self.0[156]
    }
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or(field)
}

/// A numeric field: octal digits, or GNU's base-256 with the highest bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_at(field.len() - 8);
        let zero = high.iter().enumerate().all(|(index, byte)| *byte == if index == 0 { 0x80 } else { 0 });
        return zero.then(|| low.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
    }
    let text = std::str::from_utf8(until_nul(field)).ok()?;
    u64::from_str_radix(text.trim_matches(' '), 8).ok()
}

/// What the records before a member say about it.
#[derive(Default)]
struct Announced {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Announced {
    /// Pax records: `LENGTH KEY=VALUE\n`.
    fn pax(&mut self, mut records: &[u8]) {
        while let Some(space) = records.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&records[..space]).ok().and_then(|text| text.parse().ok());
            let Some(length) = length.filter(|length| (space + 1..=records.len()).contains(length)) else {
                return;
            };
            let record =
                records[space + 1..length].strip_suffix(b"\n").unwrap_or(&records[space + 1..length]);
            if let Some(name) = record.strip_prefix(b"path=") {
                self.name = Some(name.to_vec());
            } else if let Some(size) = record.strip_prefix(b"size=") {
                self.size = std::str::from_utf8(size).ok().and_then(|text| text.parse().ok());
            }
            records = &records[length..];
        }
    }
}

impl Unpacking<'_, '_, '_, '_> {
    pub(super) fn tar(&mut self, name: &str, depth: u32, input: &mut Lookahead<'_>) -> Result<(), ReadError> {
        let taken = input.taken();
        match self.members_of_tar(name, depth, input) {
            Err(ReadError::Input(error)) => self.settle(&Place::file(name).at(taken.get()), error),
            done => done,
        }
    }

    fn members_of_tar(
        &mut self,
        archive: &str,
        depth: u32,
        input: &mut Lookahead<'_>,
    ) -> Result<(), ReadError> {
        let mut announced = Announced::default();
        let mut block = [0; BLOCK];
        loop {
            let offset = input.taken().get();
            if !fill(input, &mut block)? || block.iter().all(|byte| *byte == 0) {
                return Ok(());
            }
            let header = Header(&block);
            let size = announced.size.take().or(header.size()).filter(|_| header.is_valid());
            let Some(size) = size else {
                let reason = "this is no tar header: members before it were read. Fetch the archive again";
                return Ok(self.refuse(archive, offset, reason)?);
            };
            if !self.meter.member() {
                return self.settle(&Place::file(archive).at(offset), io::Error::other("too many members"));
            }
            let begins = input.taken().get();
            let mut content = input.take(size);
            match header.kind() {
                b'L' => announced.name = Some(until_nul(&extension(&mut content)?).to_vec()),
                b'x' => announced.pax(&extension(&mut content)?),
                kind => {
                    let name = announced.name.take().unwrap_or_else(|| header.name());
                    self.member_of_tar(&member_name(archive, &name), kind, depth, &mut content)?;
                }
            }
            if self.meter.ended() {
                return Ok(());
            }
            let read = input.taken().get() - begins;
            let rest = io::copy(&mut input.take(size - read), &mut io::sink())?;
            if read + rest < size {
                return Err(cut_short().into());
            }
            // Some archives end without the last member's padding.
            let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
            io::copy(&mut input.take(padding), &mut io::sink())?;
        }
    }

    fn member_of_tar(
        &mut self,
        name: &str,
        kind: u8,
        depth: u32,
        content: &mut dyn Read,
    ) -> Result<(), ReadError> {
        match kind {
            b'0' | 0 | b'7' => self.layer(name, depth + 1, content),
            b'1' | b'2' => Ok(self.sink.put(Place::file(name), Outcome::Excluded("archive link"))?),
            b'S' => Ok(self.refuse(
                name,
                0,
                "sparse files are not read: unpack the archive and import the folder",
            )?),
            // Directories, devices, global pax records, volume labels.
            _ => Ok(()),
        }
    }
}

fn extension(content: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    content.take(LONGEST_EXTENSION).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the tar archive is cut short")
}

/// Reads a whole block; false at the end of the input.
fn fill(input: &mut dyn Read, block: &mut [u8; BLOCK]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < BLOCK {
        match input.read(&mut block[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => {
                return Err(cut_short());
            }
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
