//! What unpacking may cost, and what went wrong while it did.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;

use crate::Limits;

/// Unpacked bytes below which the ratio is not looked at: short runs of zeros pack far better than any text.
const RATIO_FLOOR: u64 = 4 << 20;

/// Counts of one input over all its layers, and the fault that stops some or all of them.
pub(crate) struct Meter {
    limits: Limits,
    source_bytes: Cell<u64>,
    source_failed: Cell<bool>,
    unpacked: Cell<u64>,
    members: Cell<u64>,
    layers: Cell<u32>,
    fault: RefCell<Option<Fault>>,
}

/// Why nothing more can be read from a layer, and hence from the layers in it.
struct Fault {
    layer: Layer,
    reason: String,
    reported: bool,
}

/// A layer of packing of this input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layer(u32);

/// The whole input: a fault here ends it.
const WHOLE: Layer = Layer(0);

impl Meter {
    pub(crate) fn new(limits: Limits) -> Meter {
        Meter {
            limits,
            source_bytes: Cell::default(),
            source_failed: Cell::default(),
            unpacked: Cell::default(),
            members: Cell::default(),
            layers: Cell::default(),
            fault: RefCell::default(),
        }
    }

    /// The limits counted against.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A new layer, different from all others.
    pub(crate) fn layer(&self) -> Layer {
        self.layers.set(self.layers.get() + 1);
        Layer(self.layers.get())
    }

    /// True when the input itself could not be read, as opposed to unpacked.
    pub(crate) fn source_failed(&self) -> bool {
        self.source_failed.get()
    }

    /// True when a fault stands: the layer at hand, or one around it, cannot be read any further.
    pub(crate) fn faulty(&self) -> bool {
        self.fault.borrow().is_some()
    }

    /// True when a limit of the whole input was reached and told.
    pub(crate) fn ended(&self) -> bool {
        self.fault.borrow().as_ref().is_some_and(|fault| fault.layer == WHOLE && fault.reported)
    }

    /// The fault's reason, the first time it is asked for.
    pub(crate) fn unreported(&self) -> Option<String> {
        let mut fault = self.fault.borrow_mut();
        let fault = fault.as_mut().filter(|fault| !fault.reported)?;
        fault.reported = true;
        Some(fault.reason.clone())
    }

    /// Leaves a layer: a fault of its own ends with it.
    pub(crate) fn leave(&self, layer: Layer) {
        let mut fault = self.fault.borrow_mut();
        if fault.as_ref().is_some_and(|fault| fault.layer == layer) {
            *fault = None;
        }
    }

    /// Counts one member of an archive. False, with a fault, when there are too many.
    pub(crate) fn member(&self) -> bool {
        self.members.set(self.members.get() + 1);
        let within = self.members.get() <= self.limits.archive_entries;
        if !within {
            let most = self.limits.archive_entries;
            self.fail(
                WHOLE,
                format!(
                    "the archive has more than {most} members: the rest was not read. Unpack it and import \
                     the folder"
                ),
            );
        }
        within
    }

    fn fail(&self, layer: Layer, reason: String) {
        let mut fault = self.fault.borrow_mut();
        if fault.is_none() {
            *fault = Some(Fault { layer, reason, reported: false });
        }
    }

    fn count(&self, layer: Layer, packed: u64, unpacked: u64, more: u64) -> bool {
        let total = self.unpacked.get() + more;
        self.unpacked.set(total);
        let Limits { archive_bytes, archive_ratio, .. } = self.limits;
        if total > archive_bytes {
            self.fail(
                WHOLE,
                format!(
                    "the archive unpacks to more than {archive_bytes} bytes: the rest was not read. Unpack it \
                     and import the files"
                ),
            );
            return false;
        }
        let bomb = |packed: u64, unpacked: u64| {
            unpacked > RATIO_FLOOR && unpacked > packed.saturating_mul(archive_ratio)
        };
        let reason = || {
            format!(
                "the data unpacks to more than {archive_ratio} times its packed size, as a decompression bomb \
                 does: the rest was not read. If it is genuine, unpack it and import the files"
            )
        };
        if bomb(self.source_bytes.get(), total) {
            self.fail(WHOLE, reason());
            return false;
        }
        if bomb(packed, unpacked) {
            self.fail(layer, reason());
            return false;
        }
        true
    }
}

/// The input as it was handed in. Its errors are the only ones that end an import.
pub(crate) struct Source<'a> {
    inner: &'a mut dyn Read,
    meter: &'a Meter,
}

impl<'a> Source<'a> {
    pub(crate) fn new(inner: &'a mut dyn Read, meter: &'a Meter) -> Source<'a> {
        Source { inner, meter }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into);
        match &read {
            Ok(count) => self.meter.source_bytes.set(self.meter.source_bytes.get() + *count as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.meter.source_failed.set(true),
        }
        read
    }
}

/// A decoder, bounded. Once it failed it never hands out bytes again: a decoder's state after an error is its
/// own affair.
pub(crate) struct Bounded<'m, R> {
    decoder: R,
    what: &'static str,
    meter: &'m Meter,
    layer: Layer,
    packed: Rc<Cell<u64>>,
    packed_from: u64,
    unpacked: u64,
    failed: bool,
}

impl<'m, R: Read> Bounded<'m, R> {
    /// Bounds `decoder`, which reads from an input whose consumed bytes are `packed`; `what` names the packing.
    pub(crate) fn new(
        decoder: R,
        what: &'static str,
        meter: &'m Meter,
        layer: Layer,
        packed: Rc<Cell<u64>>,
    ) -> Self {
        let packed_from = packed.get();
        Bounded { decoder, what, meter, layer, packed, packed_from, unpacked: 0, failed: false }
    }

    /// Bytes handed out.
    pub(crate) fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// The decoder, for what it knows at its end.
    pub(crate) fn decoder(&self) -> &R {
        &self.decoder
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(io::Error::other("unpacking has ended early"));
        }
        match self.decoder.read(into) {
            Ok(count) => {
                self.unpacked += count as u64;
                let packed = self.packed.get() - self.packed_from;
                if !self.meter.count(self.layer, packed, self.unpacked, count as u64) {
                    self.failed = true;
                    return Err(io::Error::other("a limit was reached"));
                }
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed = true;
                let what = self.what;
                self.meter.fail(
                    self.layer,
                    format!(
                        "the {what} data is damaged or cut short ({error}): what came before was read. Fetch \
                         the file again"
                    ),
                );
                Err(error)
            }
        }
    }
}
