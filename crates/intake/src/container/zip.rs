//! zip as it streams by (PKWARE APPNOTE 6.3): local headers in order, stored and deflated members.
//!
//! The central directory at the end is not consulted, because the input cannot be sought in. Hence members
//! that an editor removed from the directory only are still read, and a stored member whose size is not in its
//! local header cannot be: it is rejected, with all that follow it.

use std::io::{self, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::lookahead::Lookahead;
use super::meter::Bounded;
use super::{Unpacking, member_name};
use crate::{Place, ReadError};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
/// What may follow the last member: archive decryption header and extra data record, central directory, its end with
/// and without zip64 (sections 4.3.6, 4.3.12, 4.3.14, 4.3.16).
const AFTER_MEMBERS: [u32; 4] = [0x0806_4b50, 0x0201_4b50, 0x0606_4b50, 0x0605_4b50];

/// A local file header (section 4.3.7).
struct Header {
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    zip64: bool,
    name: Vec<u8>,
}

impl Header {
    fn read(input: &mut dyn Read) -> io::Result<Header> {
        let mut fixed = [0; 26];
        input.read_exact(&mut fixed)?;
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let long = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
        let mut name = vec![0; usize::from(short(22))];
        input.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(short(24))];
        input.read_exact(&mut extra)?;
        let large = zip64(&extra);
        let packed = match (long(14), large) {
            (u32::MAX, Some(Some(packed))) => packed,
            (packed, _) => u64::from(packed),
        };
        Ok(Header { flags: short(2), method: short(4), crc: long(10), packed, zip64: large.is_some(), name })
    }

    fn encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Sizes and checksum follow the data (bit 3).
    fn described_after(&self) -> bool {
        self.flags & 8 != 0
    }
}

/// The packed size in the zip64 field (section 4.5.3), if there is such a field.
fn zip64(mut extra: &[u8]) -> Option<Option<u64>> {
    while let [a, b, c, d, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*c, *d])).min(rest.len());
        if u16::from_le_bytes([*a, *b]) == 1 {
            return Some(rest[..length].get(8..16)?.try_into().ok().map(u64::from_le_bytes));
        }
        extra = &rest[length..];
    }
    None
}

impl Unpacking<'_, '_, '_, '_> {
    pub(super) fn zip(&mut self, name: &str, depth: u32, input: &mut Lookahead<'_>) -> Result<(), ReadError> {
        let taken = input.taken();
        match self.members_of_zip(name, depth, input) {
            Err(ReadError::Input(error)) => self.settle(&Place::file(name).at(taken.get()), error),
            done => done,
        }
    }

    fn members_of_zip(
        &mut self,
        archive: &str,
        depth: u32,
        input: &mut Lookahead<'_>,
    ) -> Result<(), ReadError> {
        loop {
            let offset = input.taken().get();
            match signature(input)? {
                LOCAL => {}
                after if AFTER_MEMBERS.contains(&after) => return Ok(()),
                _ => {
                    let reason =
                        "this is no zip header: members before it were read. Fetch the archive again";
                    return Ok(self.refuse(archive, offset, reason)?);
                }
            }
            let header = Header::read(input)?;
            if !self.meter.member() {
                return self.settle(&Place::file(archive).at(offset), io::Error::other("too many members"));
            }
            let name = member_name(archive, &header.name);
            let follows = self.member_of_zip(&name, &header, depth, input)?;
            if self.meter.ended() {
                return Ok(());
            }
            if !follows {
                let reason = format!(
                    "where `{}` ends cannot be told while the archive streams by, so the members after it were \
                     not read: unpack the archive and import the folder",
                    String::from_utf8_lossy(&header.name).escape_debug()
                );
                return Ok(self.refuse(archive, input.taken().get(), reason)?);
            }
        }
    }

    /// Reads one member. True when the next header can be found.
    fn member_of_zip(
        &mut self,
        name: &str,
        header: &Header,
        depth: u32,
        input: &mut Lookahead<'_>,
    ) -> Result<bool, ReadError> {
        if header.name.ends_with(b"/") && header.packed == 0 && !header.described_after() {
            return Ok(true);
        }
        let end = (!header.described_after()).then(|| input.taken().get().saturating_add(header.packed));
        match (header.encrypted(), header.method) {
            (true, _) => {
                self.refuse(
                    name,
                    0,
                    "the member is encrypted: unpack the archive with its password and import the files",
                )?;
            }
            (false, 0) if end.is_some() => self.stored(name, header, depth, input)?,
            (false, 8) => {
                let ended = self.deflated(name, header, depth, input)?;
                if end.is_none() {
                    return Ok(ended);
                }
            }
            (false, 0) => self.refuse(name, 0, "the member's size is not known before its data")?,
            (false, method) => {
                let reason = format!(
                    "the member is packed with method {method}, which is not opened (deflate is): unpack the \
                     archive and import the folder"
                );
                self.refuse(name, 0, reason)?;
            }
        }
        let Some(end) = end else { return Ok(false) };
        let rest = end.saturating_sub(input.taken().get());
        io::copy(&mut input.take(rest), &mut io::sink())?;
        Ok(true)
    }

    fn stored(
        &mut self,
        name: &str,
        header: &Header,
        depth: u32,
        input: &mut Lookahead<'_>,
    ) -> Result<(), ReadError> {
        let mut content = Summed { inner: input.take(header.packed), crc: Crc::new() };
        self.layer(name, depth + 1, &mut content)?;
        io::copy(&mut content, &mut io::sink())?;
        let intact = content.crc.sum() == header.crc || self.meter.ended();
        if !intact {
            self.refuse(name, header.packed, CHECKSUM)?;
        }
        Ok(())
    }

    /// Reads a deflated member; true when its data ended as it should, so that what follows is found.
    fn deflated(
        &mut self,
        name: &str,
        header: &Header,
        depth: u32,
        input: &mut Lookahead<'_>,
    ) -> Result<bool, ReadError> {
        let packed = input.taken();
        let layer = self.meter.layer();
        let limit = if header.described_after() { u64::MAX } else { header.packed };
        let decoder = DeflateDecoder::new(input.take(limit));
        let decoder = Summed { inner: decoder, crc: Crc::new() };
        let mut content = Bounded::new(decoder, "zip", self.meter, layer, packed);
        self.layer(name, depth + 1, &mut content)?;
        let rest = io::copy(&mut content, &mut io::sink());
        let (unpacked, crc) = (content.unpacked(), content.decoder().crc.sum());
        if let Err(error) = rest {
            self.settle(&Place::file(name).at(unpacked), error)?;
            self.meter.leave(layer);
            return Ok(false);
        }
        self.meter.leave(layer);
        let wanted = if header.described_after() { descriptor(input, header.zip64)? } else { header.crc };
        if wanted != crc {
            self.refuse(name, unpacked, CHECKSUM)?;
        }
        Ok(true)
    }
}

const CHECKSUM: &str = "the checksum of the member does not hold: its records were read, but look at them, and fetch the archive again";

/// The data descriptor (section 4.3.9), with or without its signature; returns the checksum.
fn descriptor(input: &mut dyn Read, zip64: bool) -> io::Result<u32> {
    let first = signature(input)?;
    let crc = if first == DESCRIPTOR { signature(input)? } else { first };
    let mut sizes = [0; 16];
    input.read_exact(&mut sizes[..if zip64 { 16 } else { 8 }])?;
    Ok(crc)
}

fn signature(input: &mut dyn Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Sums what is read through it.
struct Summed<R> {
    inner: R,
    crc: Crc,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.crc.update(&into[..count]);
        Ok(count)
    }
}
