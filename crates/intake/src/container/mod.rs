//! Containers: gzip, xz, zip and tar in each other, recognised by content, opened while they stream by.
//!
//! Nothing is written anywhere, so a member's name is only ever shown. Every layer is bounded by
//! [`Limits`](crate::Limits): running into one, or into damage, is one reject that says so and how to proceed;
//! members before it are kept, and members after it are read where their beginning can be found.

mod lookahead;
mod meter;
mod tar;
mod zip;

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use crate::json::Framer;
use crate::mended::Mended;
use crate::recognise::{Nature, recognise};
use crate::{Context, Format, Place, ReadError, Sink, Stopped, list, misp, stix, text};
use lookahead::Lookahead;
pub(crate) use meter::Meter;
use meter::{Bounded, Layer, Source};

/// Memory an xz stream may ask for, in KiB: `xz -9` needs 65 MiB.
const XZ_MEMORY: u32 = 80 << 10;

/// Containers by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Gzip,
    Xz,
    Zip,
    Tar,
    /// One this node does not open, by name.
    Foreign(&'static str),
}

impl Container {
    fn of(head: &[u8]) -> Option<Container> {
        const FOREIGN: [(&[u8], &str); 7] = [
            (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
            (b"Rar!\x1a\x07", "RAR"),
            (b"BZh", "bzip2"),
            (b"\x28\xb5\x2f\xfd", "Zstandard"),
            (b"\x04\x22\x4d\x18", "LZ4"),
            (b"MSCF\0\0\0\0", "cabinet"),
            (b"LZIP", "lzip"),
        ];
        if head.starts_with(&[0x1f, 0x8b]) {
            return Some(Container::Gzip);
        }
        if head.starts_with(b"\xfd7zXZ\0") {
            return Some(Container::Xz);
        }
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Some(Container::Zip);
        }
        if tar::is_header(head) {
            return Some(Container::Tar);
        }
        FOREIGN
            .into_iter()
            .find(|(magic, name)| {
                // `BZh` could begin a text; its block size and block magic could not.
                head.starts_with(magic) && (*name != "bzip2" || head.get(4..10) == Some(b"1AY&SY"))
            })
            .map(|(_, name)| Container::Foreign(name))
    }
}

/// One input on its way through its layers.
pub(crate) struct Unpacking<'m, 'c, 's, 'r> {
    context: &'c Context,
    meter: &'m Meter,
    sink: &'s mut Sink<'r>,
}

impl<'m, 'c, 's, 'r> Unpacking<'m, 'c, 's, 'r> {
    /// Reads `input` and everything in it.
    pub(crate) fn read(
        context: &'c Context,
        meter: &'m Meter,
        name: &str,
        input: &mut dyn Read,
        sink: &'s mut Sink<'r>,
    ) -> Result<(), ReadError> {
        let mut source = Source::new(input, meter);
        Unpacking { context, meter, sink }.layer(name, 0, &mut source)
    }

    /// Reads a file, a member of an archive, or what a compressed file holds; `depth` containers are around it.
    fn layer(&mut self, name: &str, depth: u32, input: &mut dyn Read) -> Result<(), ReadError> {
        let mut input = Lookahead::new(input);
        let Some(container) = Container::of(input.head()) else {
            return self.plain(name, &mut input);
        };
        if let Container::Foreign(what) = container {
            return Ok(self.refuse(
                name,
                0,
                format!("{what} archives are not opened: unpack it and import the files"),
            )?);
        }
        let most = self.meter.limits().archive_depth;
        if depth >= most {
            return Ok(self.refuse(
                name,
                0,
                format!(
                    "containers are nested more than {most} deep: unpack the outer ones and import the rest"
                ),
            )?);
        }
        match container {
            Container::Tar => self.tar(name, depth, &mut input),
            Container::Zip => self.zip(name, depth, &mut input),
            Container::Gzip => {
                let packed = input.taken();
                let layer = self.meter.layer();
                let decoder = MultiGzDecoder::new(&mut input);
                let mut decoder = Bounded::new(decoder, "gzip", self.meter, layer, packed);
                self.unpack(name, depth, layer, &mut decoder)
            }
            Container::Xz => {
                let packed = input.taken();
                let layer = self.meter.layer();
                let decoder = XzReader::new_mem_limit(&mut input, true, XZ_MEMORY);
                let mut decoder = Bounded::new(decoder, "xz", self.meter, layer, packed);
                self.unpack(name, depth, layer, &mut decoder)
            }
            Container::Foreign(_) => Ok(()),
        }
    }

    /// Reads what a decoder yields, and the rest of it, so that damage is seen wherever it is.
    fn unpack(
        &mut self,
        name: &str,
        depth: u32,
        layer: Layer,
        decoder: &mut Bounded<'_, impl Read>,
    ) -> Result<(), ReadError> {
        self.layer(name, depth + 1, decoder)?;
        let rest = io::copy(decoder, &mut io::sink());
        let unpacked = decoder.unpacked();
        if let Err(error) = rest {
            self.settle(&Place::file(name).at(unpacked), error)?;
        }
        self.meter.leave(layer);
        Ok(())
    }

    /// Reads a file that is no container.
    fn plain(&mut self, name: &str, input: &mut Lookahead<'_>) -> Result<(), ReadError> {
        let place = Place::file(name);
        let taken = input.taken();
        let nature = match self.context.format {
            Some(Format::Stix) => Nature::Stix,
            Some(Format::Misp) => Nature::Misp,
            Some(Format::List) => Nature::List,
            None => recognise(input.head()),
        };
        let utf16 = text::Utf16::of(input.head());
        let done = match (nature, utf16) {
            (Nature::Excluded(class), _) => {
                Ok(self.sink.put(place.clone(), crate::Outcome::Excluded(class))?)
            }
            (nature, Some(order)) => {
                let mut input = text::Transcoder::new(input, order);
                self.interpret(nature, &place, &mut Lookahead::new(&mut input))
            }
            (nature, None) => self.interpret(nature, &place, input),
        };
        match done {
            Err(ReadError::Input(error)) => self.settle(&place.at(taken.get()), error),
            done => done,
        }
    }

    fn interpret(
        &mut self,
        nature: Nature,
        place: &Place,
        input: &mut Lookahead<'_>,
    ) -> Result<(), ReadError> {
        // So that the first look into the buffer sees the whole head.
        input.head();
        match nature {
            Nature::List => list::read(self.context, place, input, self.sink),
            Nature::Stix => stix::read(self.context, place, input, self.sink),
            Nature::Misp => misp::read(self.context, place, input, self.sink),
            Nature::Blocklist => list::read_blocklist(self.context, place, input, self.sink),
            Nature::Told(trade) => trade.read(self.context, place, input, self.sink),
            Nature::Mended => self.mended(place, input),
            // A damaged container has nothing at its beginning; reading on shows the damage.
            Nature::Empty => io::copy(input, &mut io::sink()).map(drop).map_err(ReadError::Input),
            Nature::Excluded(_) => Ok(()),
        }
    }

    /// Reads records that were rejected and have been mended: each again as what it was, under the name of the
    /// file it stood in, so that what is taken from the name comes out the same.
    fn mended(&mut self, place: &Place, input: &mut dyn BufRead) -> Result<(), ReadError> {
        let mut framer = Framer::new(input, &[], self.context.limits.record_bytes);
        while let Some(frame) = framer.next()? {
            let again = match frame.parse::<Mended>() {
                Ok(again) => again,
                Err(reason) => {
                    self.sink.reject(frame.place(place), reason, frame.raw)?;
                    continue;
                }
            };
            let bytes = again.bytes();
            if recognise(&bytes) == Nature::Mended {
                let reason = "a rejected record stands within a rejected record: take the inner one out";
                self.sink.reject(frame.place(place), reason, frame.raw)?;
                continue;
            }
            self.plain(&again.file, &mut Lookahead::new(&mut bytes.as_slice()))?;
        }
        Ok(())
    }

    /// Accounts for an error of reading: an error of the input itself ends the import, a fault of a layer is
    /// one reject.
    fn settle(&mut self, place: &Place, error: io::Error) -> Result<(), ReadError> {
        if self.meter.source_failed() {
            return Err(ReadError::Input(error));
        }
        match (self.meter.unreported(), self.meter.faulty()) {
            (Some(reason), _) => Ok(self.sink.reject(place.clone(), reason, b"")?),
            (None, true) => Ok(()),
            (None, false) => Ok(self.sink.reject(place.clone(), error, b"")?),
        }
    }

    fn refuse(&mut self, name: &str, offset: u64, reason: impl std::fmt::Display) -> Result<(), Stopped> {
        self.sink.reject(Place::file(name).at(offset), reason, b"")
    }
}

/// The name of an archive's member as it is shown: archives may hold anything in a name.
fn member_name(archive: &str, member: &[u8]) -> String {
    let member = String::from_utf8_lossy(member);
    let shown: String = member
        .trim_start_matches("./")
        .chars()
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .take(1024)
        .collect();
    format!("{archive}!/{}", shown.trim_start_matches('/'))
}
